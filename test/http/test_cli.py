# SPDX-License-Identifier: ISC
"""
The command line of `rollcall`: exit status 0 fine, 1 a finding, 2 wrong use; and what a reply (and
`rollcall plan`, which is the same without a server) tells an administrator.
"""
import json
import os
import re
import signal
import tempfile
import time
from pathlib import Path

import pytest

from lib import corpus, wire
from lib.device import DEVICE, SN, UPDATE, query, settled, settled_commands
from lib.server import PLAIN, ROLLCALL, config, rollcall, set_age
from lib.wait import wait_for

SNIPPETS = {"update-phone-default.txt": "# set the name\r\nconfig add CMD0 /name x\r\n"}
COMMANDS = settled_commands(["# set the name", "config add CMD0 /name x"])
COMMAND = re.compile(r"\s*(mod cmd|config (add|rem|change|write|activate)|vars |iresetn|ser$)")


def url(arguments, base="http://update.example"):
    return f"{base}{UPDATE}?{arguments}"


def planned(done):
    """The command lines of a plan's text."""
    return [line.strip() for line in done.stdout.splitlines() if COMMAND.match(line)]


# Wrong use

WRONG = {  # words -> what the message must offer
    "": "help",
    "serv": "serve",
    "chek": "check",
    "check --hoem x": "--home",
    "check --home": "--home",
    "status --jsn": "--json",
    "serve --http": "--http",
    "serve --http nonsense": ":PORT",
    "serve --http 127.0.0.1:0 --workers none": "--workers",
    "serve --http 127.0.0.1:0 --workers 0": "--workers",
    "serve --http 127.0.0.1:0 --wrkers 2": "--workers",
    "serve --http 127.0.0.1:0 --watchdog -1": "--watchdog",
    "plan": "--url",
    "plan --url": "--url",
    "plan --url nonsense": "http://",
    "plan --url http://x/update/update.php --at yesterday": "--at",
    "plan --url http://x/update/update.php --peer nonsense": "--peer",
    "serve --http 127.0.0.1:4711 --https 127.0.0.1:4711": "--https",
    "serve --http 127.0.0.1:4711 --mtls 0.0.0.0:4711": "same port",
    "check extra": "extra",
}


@pytest.mark.parametrize("words", WRONG)
def test_wrong_use(home, words):
    done = rollcall(*words.split(), env={"ROLLCALL_HOME": str(home().path)})
    assert done.returncode == 2, done
    assert not done.stdout
    assert WRONG[words] in done.stderr, done.stderr


@pytest.mark.parametrize("word", ["--help", "help", "check --help", "serve --help"])
def test_help_is_no_mistake(word):
    done = rollcall(*word.split())
    assert done.returncode == 0 and "rollcall" in done.stdout and not done.stderr


# Where the home is

def test_options_before_and_after_the_words(home):
    where = home().path
    outputs = [rollcall(*words) for words in (
        ("check", "--home", where), ("--home", where, "check"), ("check", f"--home={where}"))]
    assert [o.returncode for o in outputs] == [0, 0, 0], outputs
    assert len({o.stdout for o in outputs}) == 1


def test_home_from_the_environment(home):
    where = home(config("<oops/>")).path
    done = rollcall("check", env={"ROLLCALL_HOME": str(where)})
    assert done.returncode == 1 and "oops" in done.stdout


def test_home_given_wins_over_the_environment(home):
    good, bad = home().path, home(config("<oops/>")).path
    assert rollcall("check", "--home", good, env={"ROLLCALL_HOME": str(bad)}).returncode == 0


def test_home_that_is_not_there(home):
    where = home().path / "nowhere"
    for words in (["check"], ["config"], ["status"], ["plan", "--url", url(settled())]):
        done = rollcall(*words, "--home", where)
        assert done.returncode in (1, 2) and str(where) in done.stderr + done.stdout, done
    assert not where.exists()


# check

def test_check_says_what_will_be_served(home):
    done = home(config('<master info="none" firmware="4711" bootcode="4712"/>',
                       '<phases><phase id="staging" seq="100"/></phases>',
                       '<environments><environment id="berlin"/></environments>'),
                SNIPPETS).cli("check")
    assert done.returncode == 0, done
    for word in ("staging", "update", "berlin", "4711", "4712"):
        assert word in done.stdout, done.stdout


MISTAKES = {  # what stands in line 3 -> words of the finding
    "<oops/>": ["oops"],
    '<master info="" oops="1"/>': ["oops"],
    '<phases><phase id="a-b" seq="1"/></phases>': ["a-b"],
    '<phases><phase id="all" seq="1"/></phases>': ["all"],
    '<phases><phase id="_" seq="1"/></phases>': ["_"],
    '<phases><phase id="x" seq="1"/><phase id="x" seq="2"/></phases>': ["x"],
    '<phases><phase seq="1"/></phases>': ["id"],
    '<phases><phase id="x" seq="one"/></phases>': ["one"],
    '<environments><environment id="a-b"/></environments>': ["a-b"],
    '<environments><environment id="all"/></environments>': ["all"],
    '<environments><environment id="a"><implies>atlantis</implies></environment></environments>':
        ["atlantis"],
    '<environments combine="some"/>': ["some", "all"],
    '<classes><class id="all"><model>x</model></class></classes>': ["all"],
    '<classes><class id="a-b"><model>x</model></class></classes>': ["a-b"],
    '<master info="none"/>': ["none"],  # …and its firmware is `master`
    '<master info="none" firmware="latest" bootcode="1"/>': ["latest"],
    '<master info="none" firmware="firmware" bootcode="1"/>': ["firmware"],
    '<master info="" expire="soon"/>': ["soon"],
    '<master info="" expire="-1"/>': ["-1"],
    '<times check="yes"/>': ["yes", "true"],
    '<times grace="long"/>': ["long"],
    '<times httpsport="70000"/>': ["70000"],
    '<times httpsurlmod="!("/>': ["httpsurlmod"],
    '<times httpsurlmod="!(!x!"/>': ["httpsurlmod"],
    '<status expire="never"/>': ["never"],
    "<times>text</times>": ["text"],
    '<times check="true" check="false"/>': ["check"],
    "<times": ["user-config.xml"],
    "&undefined;": ["undefined"],
}


@pytest.mark.parametrize("line", MISTAKES)
def test_check_finds(home, line):
    """With the line it is in, and the word that is wrong."""
    done = home(config(line)).cli("check")
    assert done.returncode == 1, done
    findings = [x for x in done.stdout.splitlines() if re.match(r"\S*user-config\.xml:\d+: \S", x)]
    assert findings, done
    if line != "<times":  # what is missing there is found later
        assert any(":3: " in x for x in findings), findings
    for word in MISTAKES[line]:
        assert any(word in x.partition(": ")[2] or word in x.partition(":")[0]
                   for x in findings), findings


def test_check_finds_all_of_them(home):
    done = home(config('<times check="yes"/>', "<oops/>", '<phases><phase id="a-b"/></phases>'))
    lines = set(re.findall(r"user-config\.xml:(\d+): ", done.cli("check").stdout))
    assert {"3", "4", "5"} <= lines


def test_check_accepts_a_document_type(home):
    """Existing files have one, for the editor's sake; it is not followed."""
    text = config().replace("<config>", '<!DOCTYPE config SYSTEM "user-config.dtd">\n<config>')
    assert home(text).cli("check").returncode == 0


EXPANSION = ('<!DOCTYPE config [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
             '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>')
FILE_ENTITY = '<!DOCTYPE config [<!ENTITY a SYSTEM "file:///etc/hostname"><!ENTITY d "&a;">]>'


@pytest.mark.parametrize("declarations", [EXPANSION, FILE_ENTITY], ids=["expansion", "file"])
def test_check_refuses_entities(home, declarations):
    text = config('<fwstorage url="&d;"/>').replace("<config>", declarations + "\n<config>")
    done = home(text).cli("check", timeout=5)
    assert done.returncode == 1
    assert "aaaaaaaaaaaaaaaaaaaa" not in done.stdout


@pytest.mark.alone
@pytest.mark.parametrize("text", [
    config("<phases>" * 1000 + "</phases>" * 1000),
    config("<oops/>" * 100000),
    config("<times " + " ".join(f'a{i}="1"' for i in range(100000)) + "/>"),
    config("<!-- " + "x" * (2 << 20) + " -->"),
], ids=["deep", "many", "attributes", "large"])
def test_check_is_bounded(home, text):
    started = time.monotonic()
    done = home(text).cli("check", timeout=10)
    assert done.returncode == 1 and "user-config.xml" in done.stdout
    assert time.monotonic() - started < 3
    assert len(done.stdout) < 100000


def test_check_warns_of_an_unfit_snippet(home):
    where = home(snippets={"update-all-default.txt": b"config add T /v \xff\r\n"})
    assert "update-all-default.txt" in where.cli("check").stdout


def test_check_of_a_home_without_a_snippet_folder(home):
    """A finding like others, and no line of a log on stderr."""
    where = home()
    (where.path / "scripts").rmdir()
    done = where.cli("check")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(rf"{where.path}/scripts: warning: .*cannot be read", done.stdout)
    told = json.loads(where.cli("check", "--json").stdout)
    assert any("cannot be read" in f["text"] for f in told["findings"])


@pytest.mark.parametrize("words", [["check"], ["config"], ["plan", "--url", url(settled())]])
def test_nothing_is_logged_to_the_terminal(home, words):
    """What is wrong with snippets is in the output of check and plan."""
    done = home(snippets={"update-all-default.txt": b"\0"}).cli(*words)
    assert (done.returncode, done.stderr) == (0, "")


NO_SNIPPETS = {  # name -> what check says of it
    "update-phone-all.TXT": "lower case",
    "update-all-default.txt.bak": ".txt",
    "update-all-default.txt~": ".txt",
    "README": ".txt",
    "nonsense-phone-default.txt": "nonsense",
    "Update-all-default.txt": "update-all-default.txt",
}


@pytest.mark.parametrize("name", NO_SNIPPETS)
def test_check_shows_files_that_nobody_gets(home, name):
    where = home(snippets={name: "config add T /v 1\r\n"})
    line = next(x for x in where.cli("check").stdout.splitlines() if f" {name} " in x)
    assert line.strip().startswith("!") and NO_SNIPPETS[name] in line
    (told,) = json.loads(where.cli("check", "--json").stdout)["snippets"]
    assert (told["name"], told["used"]) == (name, False)


def test_check_overlooks_what_an_editor_hides(home):
    done = home(snippets={".update-all-default.txt.swp": "x"}).cli("check")
    assert ".swp" not in done.stdout


def test_check_of_a_type_that_no_class_lists(home):
    """The device may exist; or it is a slip of the pen."""
    where = home(snippets={"update-phon-default.txt": "x"})
    (told,) = json.loads(where.cli("check", "--json").stdout)["snippets"]
    assert told["used"] and "update-phone-default.txt?" in told["text"]
    assert "\n  ? update-phon-default.txt " in where.cli("check").stdout


def test_check_of_a_device_that_is_none(home):
    """Any word may be a serial number; one without a digit is rather an environment that is none."""
    done = home(snippets={"update-phone-office.txt": "x", "update-phone-00_90_33.txt": "x"})
    text = done.cli("check").stdout
    assert re.search(r"(?m)^  \? update-phone-office.txt .*no environment", text)
    assert re.search(r"(?m)^    update-phone-00_90_33.txt ", text)


def test_check_of_a_file_from_the_future(home):
    where = home(snippets=SNIPPETS)
    set_age(where.path / "scripts/update-phone-default.txt", -3 * 3600)
    done = where.cli("check")
    line = next(x for x in done.stdout.splitlines() if " ! update-phone" in x)
    assert "3.0 h in the future" in line
    assert re.search(r"update-phone-default.txt: warning: .*in the future", done.stdout)


def test_check_of_what_cannot_be_sent(home):
    where = home(snippets={"update-all-default.txt": b"\0"})
    told = json.loads(where.cli("check", "--json").stdout)
    (file,) = told["snippets"]
    assert not file["used"] and file["problem"]
    assert any("update-all-default.txt" in f["file"] for f in told["findings"])


def test_check_says_whether_the_firmware_is_there(home):
    where = home(config('<master info="none" firmware="4711" bootcode="4712"/>'))
    (where.path / "fw/4711").mkdir(parents=True)
    done = where.cli("check")
    assert re.search(rf"(?m)^    {where.path}/fw/4711 +exists", done.stdout), done.stdout
    assert re.search(rf"(?m)^  ! {where.path}/fw/4712 +does not exist.*404", done.stdout)
    assert f"{where.path}/fw/4712: warning: " in done.stdout


def test_check_of_firmware_from_elsewhere(home):
    done = home(config('<master info="none" firmware="4711" bootcode="4712"/>',
                       '<fwstorage url="http://fw.example/{build}/"/>')).cli("check")
    assert "404" not in done.stdout


KEPT = config('<status dir="status"/>', '<backup dir="saved/" nbackups="7" minage="30"/>',
              '<environments><environment id="homeoffice"/></environments>',
              '<queries><query id="admin"><applies>*</applies></query>',
              '<query id="media"><cmd>x</cmd><applies>phone</applies>'
              '<applies env="">homeoffice</applies></query>',
              '<query id="registration"><cmd>x</cmd></query></queries>')


def test_check_says_what_will_be_kept(home):
    where = home(KEPT)
    done = where.cli("check")
    assert done.returncode == 0, done
    assert re.search(r"(?m)^state +kept \(status/@dir\); missing after 7 days, forgotten after 90 "
                     "days$", done.stdout), done.stdout
    assert re.search(r"(?m)^backups +saved/, 7 a device, none removed before 30 days$", done.stdout)
    assert re.search(r"(?m)^queries +admin \(all\), media \(phone, environment homeoffice\); not "
                     "asked of anybody: certificates, registration$", done.stdout), done.stdout
    told = json.loads(where.cli("check", "--json").stdout)
    assert told["state"] == {"kept": True, "missing": 604800, "expire": 7776000}
    assert told["backups"] == {"folder": "saved/", "keep": 7, "minage": 30}
    assert {q["id"]: q["asked"] for q in told["queries"]} == {
        "certificates": [], "admin": [{"class": "*"}], "registration": [],
        "media": [{"class": "phone"}, {"environment": "homeoffice"}]}


def test_check_says_what_will_not_be_kept(home):
    where = home(KEPT.replace(' dir="status"', ' missing="90" expire=""')
                 .replace(' dir="saved/"', ""))
    done = where.cli("check")
    assert re.search(r"(?m)^state +not kept: status/@dir is empty$", done.stdout)
    assert re.search(r"(?m)^backups +none: backup/@dir is empty$", done.stdout)
    assert re.search(r"(?m)^queries +not sent, as status/@dir is empty: admin \(all\), media",
                     done.stdout)
    assert ("queries/query[admin], queries/query[media]: no query is sent, because answers"
            in done.stdout)
    told = json.loads(where.cli("check", "--json").stdout)
    assert told["state"] == {"kept": False, "missing": 90, "expire": None}
    assert told["backups"]["folder"] is None
    text = home(KEPT.replace(' dir="status"', ' dir="x" missing="90" expire=""')).cli("check").stdout
    assert "missing after 90 s, never forgotten\n" in text


def backup_finding(where, **how):
    """(exit status, what is said of backup/@dir)"""
    done = where.cli("check", **how)
    said = [x for x in done.stdout.splitlines() if "error: " in x]
    assert len(said) <= 1 and "\nphases " in "\n" + done.stdout, "the rest is said as well"
    assert done.returncode == len(said)
    return said[0] if said else None


FOLDERS = {  # backup/@dir -> whose folder that is
    "data": "Rollcall's own", "./data/": "Rollcall's own", "data/store": "store",
    "config": "configuration", "snippets": "times/@dir", "certs": "certificates", "run": "running",
    "log": "logs", ".": "home itself", "link": "times/@dir", "pki": "keys", "webdav": "published",
}


@pytest.mark.parametrize("name", FOLDERS)
def test_check_of_backups_in_a_folder_of_others(home, name):
    where = home(config(f'<backup dir="{name}"/>', '<times dir="snippets"/>'))
    (where.path / "snippets").mkdir()
    (where.path / "link").symlink_to("snippets")
    said = backup_finding(where)
    assert said and "one of their own" in said and FOLDERS[name] in said


@pytest.mark.parametrize("name", ["backup", "a/b/c", "data/backups", "there"])
def test_check_of_backups_that_can_be_kept(home, name):
    where = home(config(f'<backup dir="{name}"/>'))
    (where.path / "there").mkdir()
    assert backup_finding(where) is None
    assert name == "there" or not (where.path / name.split("/")[0]).exists(), "it makes nothing"


def test_check_of_backups_that_cannot_be_kept(home):
    where = home(config('<backup dir="a/b"/>'))
    where.path.chmod(0o755)
    assert "cannot be made in" in backup_finding(where, nobody=True)
    (where.path / "a").write_text("x")
    assert f"{where.path}/a is no folder" in backup_finding(where)
    (where.path / "a").unlink()
    (where.path / "a").mkdir()
    (where.path / "a/b").write_text("x")
    assert "it is no folder" in backup_finding(where)
    (where.path / "a/b").unlink()
    (where.path / "a/b").mkdir()
    assert backup_finding(where) is None
    assert "cannot be written by" in backup_finding(where, nobody=True)
    (where.path / "a/b").rmdir()
    (where.path / "a/b").symlink_to("nowhere")
    assert "cannot be examined" in backup_finding(where)


def test_check_of_devices_whose_environment_is_gone(serve):
    both = config(PLAIN, '<status dir="status"/>',
                  '<environments combine="all"><environment id="homeoffice"/>'
                  '<environment id="office"/></environments>')
    server = serve(both)
    for n, env in enumerate(("homeoffice", "homeoffice,office", "office", "default")):
        server.poll(settled(sn=f"00-90-33-00-00-{n:02x}", env=env))
    wait_for(lambda: server.status()["store"]["devices"] == 4, 10, "the devices to be known")
    assert "known device" not in server.cli("check").stdout
    (server.path / "config/user-config.xml").write_text(
        both.replace('<environment id="homeoffice"/>', '<environment id="home"/>'))
    done = server.cli("check")
    assert done.returncode == 0
    (said,) = [x for x in done.stdout.splitlines() if "known device" in x]
    assert "warning: 2 known devices are in environment homeoffice, which is not" in said
    (server.path / "config/user-config.xml").write_text(both.replace('id="office"', 'id="away"')
                                                        .replace('id="homeoffice"', 'id="home"'))
    said = [x for x in server.cli("check").stdout.splitlines() if "known device" in x]
    assert len(said) == 2 and any(" in environment office, " in x for x in said), said


def test_check_without_a_store_says_nothing_of_one(home):
    where = home()
    before = {p for p in where.path.rglob("*")}
    assert "known device" not in where.cli("check").stdout
    assert {p for p in where.path.rglob("*")} == before


def test_check_with_a_damaged_store_says_so(home):
    where = home()
    (where.path / "data/store").mkdir(parents=True)
    (where.path / "data/store/data.mdb").write_bytes(b"x" * 8192)
    done = where.cli("check")
    assert done.returncode == 0 and f"{where.path}/data/store: warning: " in done.stdout


# config

def test_config_prints_what_is_in_force_and_where_from(home):
    done = home(config('<master info="none" firmware="4711" bootcode="4712"/>',
                       '<times interval="33"/>')).cli("config")
    assert done.returncode == 0

    def line(*words):
        return next((x for x in done.stdout.splitlines() if all(w in x for w in words)), None)

    assert "user-config.xml:4" in (line("interval", "33") or ""), done.stdout
    assert line("grace", "90") and "user-config" not in line("grace", "90")


def test_config_of_a_bad_file(home):
    done = home(config("<oops/>")).cli("config")
    assert done.returncode == 1 and "user-config.xml:3: " in done.stdout + done.stderr


# status

def test_status_of_what_does_not_run(home):
    where = home()
    done = where.cli("status")
    assert done.returncode == 1 and str(where.path) in done.stdout + done.stderr
    done = where.cli("status", "--json")
    assert done.returncode == 1
    assert isinstance(json.loads(done.stdout), dict)


SHAPE = {  # of `status --json`; a type, or a dict of them
    "supervisor": {"pid": int, "started": int, "restarts": int},
    "serve": {"pid": int, "since": int, "addresses": list},
    "lighttpd": {"pid": int, "restarts": int, "since": int},
    "processes": list,
    "generation": int, "requests": int, "restarts": int,
    "config": {"state": str, "message": str, "loaded_at": int},
    "master": {"state": str, "firmware": str, "bootcode": str, "asked_at": int,
               "answered_at": int, "message": str},
    "store": {"devices": int, "records": int, "bytes": int, "readers": int, "full": bool,
              "commits": int, "changes": int, "sightings": int,
              "sightings_lost": int, "failures": int, "message": str},
}
PROCESS = {"kind": str, "slot": int, "pid": int, "generation": int, "state": str, "requests": int,
           "restarts": int, "since": int}


def assert_shape(value, shape):
    for name, wanted in shape.items():
        if isinstance(wanted, dict):
            assert_shape(value[name], wanted)
        else:
            assert type(value[name]) is wanted, f"{name}: {value[name]!r}"


def test_status_in_json_and_text(serve):
    server = serve(snippets=SNIPPETS)
    status = server.status()
    assert_shape(status, SHAPE)
    for process in status["processes"]:
        assert_shape(process, PROCESS)
        assert process["kind"] in ("update", "admin", "ap", "keeper", "lookup", "signer", "writer", "forward")
        assert process["state"] in ("idle", "busy", "starting")
    done = server.cli("status")
    assert done.returncode == 0
    for process in status["processes"]:
        assert str(process["pid"]) in done.stdout
    server.stop()
    assert server.cli("status").returncode == 1


def test_status_says_who_serves_and_where(serve):
    server = serve()
    told, text = server.status(), server.cli("status").stdout
    names = server.processes_left()
    assert told["serve"]["pid"] == server.process.pid
    assert names[told["lighttpd"]["pid"]] == "lighttpd"
    assert told["serve"]["addresses"] == [f"http://127.0.0.1:{server.port}/update/"]
    for word in (told["serve"]["pid"], told["lighttpd"]["pid"], told["serve"]["addresses"][0]):
        assert str(word) in text
    pid = server.process.pid
    server.stop()
    assert str(pid) not in server.cli("status").stderr


def test_status_counts_lighttpd_and_rollcalld(serve):
    server = serve()
    before = server.status()
    os.kill(before["lighttpd"]["pid"], signal.SIGKILL)
    wait_for(lambda: server.status()["lighttpd"]["restarts"] == 1, 5)
    wait_for(server.alive, 5)
    os.kill(before["supervisor"]["pid"], signal.SIGKILL)
    gone = before["supervisor"]["pid"]
    after = wait_for(lambda: (now := (s := server.status())["supervisor"])
                     and now["pid"] != gone and s, 10)
    assert after["supervisor"]["restarts"] == 1 and after["restarts"] == 2
    wait_for(server.alive, 5)


def test_questions_to_the_master_are_no_requests(serve, master):
    server = serve(config(f'<master info="{master.url}"/>'))
    assert master.asked == 1 and server.status()["requests"] == 0


UNREADABLE = {  # folder that somebody else may not enter -> words whose command needs it
    "run": ["status"],
    "data": ["plan", "--url", url(settled())],
    "scripts": ["plan", "--url", url(settled())],
}


@pytest.mark.parametrize("folder", UNREADABLE)
def test_what_may_not_be_read_is_not_absent(home, master, folder):
    where = home(config(f'<master info="{master.url}"/>'))
    where.path.chmod(0o755)
    (where.path / folder).mkdir(exist_ok=True)
    (where.path / folder).chmod(0)
    done = where.cli(*UNREADABLE[folder], nobody=True)
    (where.path / folder).chmod(0o755)
    assert "Permission denied" in done.stderr and str(where.path) in done.stderr
    assert "not running" not in done.stderr
    assert folder != "data" or not done.stdout, "not: it never answered"
    assert done.returncode == (0 if folder == "scripts" else 1)


# serve

def test_serve_makes_what_is_missing(serve, stack):
    """Folders, and certificates; it says so."""
    pki = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rollcall-"))) / "pki"
    server = serve(snippets=SNIPPETS, pki=pki)
    for folder in ("config", "scripts", "certs", "fw", "run", "data", "log"):
        assert (server.path / folder).is_dir(), folder
    for name in ("server.pem", "client-ca.pem"):
        assert (pki / name).is_file()
        assert name in str(server.err)
    assert (pki / "server.pem").stat().st_mode & 0o077 == 0, "the key is for us alone"
    reply = server.request(wire.get(f"{UPDATE}?{settled()}"), via="https")
    assert reply.commands == COMMANDS


def test_serve_keeps_certificates_that_are_there(serve, pki):
    before = {n: (pki.folder / n).read_bytes() for n in ("server.pem", "client-ca.pem")}
    server = serve(snippets=SNIPPETS, pki=pki.folder)
    assert {n: (pki.folder / n).read_bytes() for n in before} == before
    for via, certificate in (("https", None), ("mtls", pki.device("IP232-30-00-af"))):
        reply = server.request(wire.get(f"{UPDATE}?{settled()}"), via, certificate)
        assert reply.commands == COMMANDS, via


def test_mutual_tls_port_wants_a_certificate(serve, pki):
    server = serve(snippets=SNIPPETS, pki=pki.folder)
    try:
        status = server.request(wire.get(f"{UPDATE}?{settled()}"), "mtls").status
    except OSError:
        status = 0
    assert status in (0, 403)


# plan

PLANNED = ["check-off", "environments", "firmware-applies", "firmware-fixed", "firmware-storage",
           "first-contact", "no-firmware-devices", "one-snippet", "other-arguments",
           "restricted-times", "snippet-order", "two-phases"]


@pytest.mark.parametrize("name", PLANNED)
def test_plan_is_what_the_server_would_answer(home, name):
    scenario, where = corpus.Scenario(name), home()
    words = {"MASTER": "http://127.0.0.1:1/"}  # never asked by a plan
    scenario.install(where, words)
    for number, step in enumerate(scenario.exchange, 1):
        done = where.cli("plan", "--url", "http://update.example" + step["url"])
        assert done.returncode in (0, 1), done
        wanted = [line.strip() for line in scenario.expected(number, words)]
        assert planned(done) == wanted, f"{name} {number}\n{done.stdout}{done.stderr}"


def test_plan_gives_reasons(home):
    done = home(snippets=SNIPPETS).cli("plan", "--url", url(settled()))
    assert done.returncode == 0
    said = [x for x in done.stdout.splitlines() if not COMMAND.match(x)]
    assert any("update-phone-default.txt" in x for x in said), done.stdout


def test_plan_at_another_time(home):
    """The clock is an argument: a snippet's grace ends."""
    where = home(snippets=SNIPPETS)
    set_age(where.path / "scripts/update-phone-default.txt", 10)
    now = int(time.time())

    def at(seconds):
        return planned(where.cli("plan", "--url", url(settled()), "--at", now + seconds))

    assert at(0) == []
    assert at(100) == COMMANDS
    assert planned(where.cli("plan", "--url", url(settled()))) == []


def test_plan_in_json(home):
    done = home(snippets=SNIPPETS).cli("plan", "--json", "--url", url(settled()))
    assert done.returncode == 0
    assert "config add CMD0 /name x" in json.dumps(json.loads(done.stdout))


NO_POLLS = {  # URL -> what plan says instead
    "http://x/update/updat.php?sn=1": "404",
    "http://x/": "404",
    f"http://x{UPDATE}/x": "404",
    f"http://x{UPDATE}?{settled(mode='backup')}": "mode",
    f"http://x{UPDATE}?show": "show",
}


@pytest.mark.parametrize("no_poll", NO_POLLS)
def test_plan_of_what_is_no_poll(home, no_poll):
    done = home(snippets=SNIPPETS).cli("plan", "--url", no_poll)
    assert (done.returncode, done.stdout) == (1, "")
    assert "no poll" in done.stderr and NO_POLLS[no_poll] in done.stderr


def test_plan_below_another_base(home):
    done = home(snippets=SNIPPETS).cli("plan", "--url", f"http://x/update.php?{settled()}")
    assert planned(done) == COMMANDS


def test_plan_of_a_refused_poll_says_why(home):
    done = home().cli("plan", "--url", url(settled(phase="nonsense")))
    assert planned(done) == [] and "nonsense" in done.stdout + done.stderr


def test_plan_with_a_bad_configuration(home):
    done = home(config("<oops/>")).cli("plan", "--url", url(settled()))
    assert done.returncode == 1 and "user-config.xml:3: " in done.stdout + done.stderr
    assert planned(done) == []


# What the reply tells an administrator

PHASES = config('<master info="none" firmware="4711" bootcode="4712"/>',
                '<phases><phase id="staging" seq="100"/></phases>',
                '<environments><environment id="berlin"><implies>bonn</implies></environment>'
                '<environment id="bonn"/></environments>')
STAGED = {"staging-all-berlin.txt": "config add S /x 1\r\n"}


@pytest.fixture
def asked(serve):
    """asked(config, snippets, query) -> the reply."""
    return lambda text, snippets, arguments: serve(text, snippets).poll(arguments)


def test_reply_says_who_is_calling(asked):
    reply = asked(PHASES, STAGED, query(phase="staging", polling="5", env="berlin"))
    top = reply.comments
    for word in (*DEVICE.values(), "127.0.0.1", "phone", "ip232", "berlin", "bonn", "staging",
                 "update"):
        assert word in top, f"{word}:\n{reply.text}"
    assert re.search(r"(?i)next.*\bupdate\b", top)


def test_reply_lists_candidates_in_order(asked):
    reply = asked(PHASES, STAGED, query(phase="staging", polling="5", env="berlin"))
    serial = SN.replace("-", "_")
    found = re.findall(r"([\w-]+\.txt)(.*)", reply.comments)
    order = [name for name, _ in found]
    for names in (["all-all-all.txt", f"all-all-{serial}.txt", "all-all-berlin.txt",
                   "all-all-bonn.txt", "all-phone-all.txt"],
                  ["staging-all-all.txt", f"staging-all-{serial}.txt", "staging-all-berlin.txt",
                   "staging-all-bonn.txt", "staging-phone-all.txt", "staging-ip232-all.txt"]):
        places = [order.index(n) for n in names]
        assert places == sorted(places), reply.comments
    first = dict(reversed(found))
    assert "does not exist" in first["all-all-all.txt"]
    assert "does not exist" not in first["staging-all-berlin.txt"]
    assert re.search(r"\d+(\.\d+)? ?(s|min|h|d)", first["staging-all-berlin.txt"])
    # Comments come before what they explain.
    assert reply.text.index("staging-all-berlin.txt") < reply.text.index("config add S /x 1")


FIRMWARE = {  # query -> what the comments say about the builds
    "sent": (settled(), ["4711", "4712", "unknown"]),
    "differs": (settled(PROT="4000", BOOT="4001"), ["4711", "4712", "4000", "4001"]),
    "same": (settled(PROT="4711", BOOT="4712"), ["4711", "4712"]),
    "no-boot": (settled(type="ipva"), ["boot"]),
    "neither": (settled(type="swphone"), ["firmware", "boot"]),
}


@pytest.mark.parametrize("case", FIRMWARE)
def test_reply_says_why_firmware_is_sent_or_not(asked, case):
    arguments, words = FIRMWARE[case]
    reply = asked(config('<master info="none" firmware="4711" bootcode="4712"/>'), None, arguments)
    for word in words:
        assert word in reply.comments, reply.text


def test_reply_says_that_firmware_is_off(asked):
    assert "firmware" in asked(config('<master info=""/>'), None, settled()).comments


def test_reply_says_why_firmware_does_not_apply(asked):
    text = config('<master info="none" firmware="4711" bootcode="4712">'
                  "<applies>gateway_of_ours</applies></master>",
                  '<classes><class id="gateway_of_ours"><model>IP6010</model></class></classes>')
    reply = asked(text, None, settled())
    assert "gateway_of_ours" in reply.comments
    assert not any("UP0 prot" in c for c in reply.commands)


def test_reply_says_why_nothing_is_sent(serve):
    server = serve(snippets=SNIPPETS)
    check = COMMANDS[-2].split()[-1]
    reply = server.poll(settled(CHECK=check))
    assert reply.commands == []
    assert check in reply.comments


def test_reply_counts_the_grace_down(serve):
    server = serve(snippets=SNIPPETS)
    path = server.path / "scripts/update-phone-default.txt"

    def told(age):
        """The line about the file, once it counts from this age."""
        set_age(path, age)

        def line():
            reply = server.poll(settled())
            said = [x for x in reply.comments.splitlines() if path.name in x and "90" in x]
            counted = said and {int(n) for n in re.findall(r"\b(\d+) s\b", said[0])}
            return reply.commands == [] and counted and counted & set(range(age, age + 5))

        return wait_for(line, 4, f"a comment that counts from {age} s")

    assert told(5) and told(60)


@pytest.mark.parametrize("missing", ["type", "sn", "hwid", "ip"])
def test_reply_names_the_missing_argument(asked, missing):
    assert missing in asked(None, None, settled(**{missing: None})).comments


def test_reply_says_what_changed_in_the_url(asked):
    reply = asked(PHASES, None, query(phase="staging", polling="0"))
    for word in ("phase", "polling", url("polling=5&phase=update")):
        assert word in reply.comments, reply.text


def test_program_is_there():
    """So that a missing build is one clear failure."""
    assert os.access(ROLLCALL, os.X_OK), f"{ROLLCALL}: run make first, or set ROLLCALL_BUILD"
