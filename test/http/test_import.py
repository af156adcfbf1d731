# SPDX-License-Identifier: ISC
"""`rollcall import`: the data of a PHP update server become ours, without harm to what is there."""
import fcntl
import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from lib.device import SN, settled
from lib.php import NOW, SETTINGS, Installation, answer, state
from lib.server import DAY, ROLLCALL, Server, clean_environment, config, rollcall

KINDS = ("configuration", "snippets", "certificates", "backups", "master", "devices")
MASTER_INFO = '<info><sys version="13r3[13.5678], Bootcode[130.986], HW[304]"/></info>'
SNIPPET = "config add CMD0 /name old\r\n"


def sn_of(i):
    return f"00-90-33-00-{i >> 8:02x}-{i & 255:02x}"


@pytest.fixture
def old(tmp_path):
    return Installation(tmp_path / "update")


@pytest.fixture
def empty(home):
    """A home that has nothing yet."""
    h = home()
    (h.path / "config/user-config.xml").unlink()
    return h


def run(h, old, expect=0, **how):
    done = h.cli("import", "--from", old.path, "--json", timeout=60, **how)
    assert done.returncode == expect, f"{done.returncode}: {done.stdout}{done.stderr}"
    return json.loads(done.stdout)


def counts(report, kind):
    """(found, taken, already there, home's kept, left out)"""
    k = report["kinds"][kind]
    assert k["found"] == k["taken"] + k["there"] + k["kept"] + k["left_out"] + k["ignored"]
    return k["found"], k["taken"], k["there"], k["kept"], k["left_out"]


def lines(report, kind):
    """{what: (outcome, why)}"""
    return {x["what"]: (x["outcome"], x["why"]) for x in report["kinds"][kind]["lines"]}


def device(h, sn):
    done = h.cli("device", sn, "--json")
    assert done.returncode in (0, 1) and done.stdout.startswith("{"), done.stderr
    return json.loads(done.stdout)


def find(tree, key):
    """The first value of this name, however deep."""
    if isinstance(tree, dict):
        if key in tree:
            return tree[key]
        tree = list(tree.values())
    if isinstance(tree, list):
        return next((x for x in (find(t, key) for t in tree) if x is not None), None)
    return None


def known(h):
    """The serial numbers of all devices."""
    done = h.cli("devices", "--json", timeout=30)
    return set(re.findall(r'"sn": ?"([^"]+)"', done.stdout))


def contents(folder):
    return {str(p.relative_to(folder)): (p.read_bytes(), p.stat().st_mtime_ns)
            for p in folder.rglob("*") if p.is_file()
            and p.relative_to(folder).parts[0] in ("config", "scripts", "certs", "backup")}


# Files

def fill(old):
    old.put("scripts/update-phone-default.txt", SNIPPET, age=5 * DAY)
    old.put("scripts/all-all-all.txt", "# nothing\n", age=9 * DAY)
    old.put("certs/CAkey1.cer", b"\x30\x82\x00\xff")
    old.put("certs/00-90-33-00-00-01-request.p10.der", b"\x30")
    for n in (1, 2):
        old.put(f"backup/IP232-00-00-01/IP232-00-00-01.{n}.txt", f"config add X {n}\r\n",
                age=(4 - n) * DAY)
    old.put("cache/master-info.xml", MASTER_INFO, age=3600)
    for i in range(3):
        old.device(sn_of(i), more=answer(f"Desk {i}"))


def test_all_is_taken(old, empty):
    fill(old)
    report = run(empty, old)
    assert {k: counts(report, k) for k in KINDS} == {
        "configuration": (1, 1, 0, 0, 0), "snippets": (2, 2, 0, 0, 0),
        "certificates": (2, 2, 0, 0, 0), "backups": (2, 2, 0, 0, 0),
        "master": (1, 1, 0, 0, 0), "devices": (3, 3, 0, 0, 0)}
    assert all(not report["kinds"][k]["lines"] for k in KINDS) and not report["stopped"]
    assert report["firmware"] == str(old.path / "fw")
    for name in ("config/user-config.xml", "scripts/update-phone-default.txt",
                 "scripts/all-all-all.txt", "certs/CAkey1.cer",
                 "certs/00-90-33-00-00-01-request.p10.der", "cache/master-info.xml",
                 "backup/IP232-00-00-01/IP232-00-00-01.1.txt",
                 "backup/IP232-00-00-01/IP232-00-00-01.2.txt"):
        a, b = old.path / name, empty.path / name
        assert a.read_bytes() == b.read_bytes()
        assert a.stat().st_mtime_ns == b.stat().st_mtime_ns, name
    assert not list(empty.path.rglob(".rollcall*")) and not list((empty.path / "fw").iterdir())
    assert known(empty) == {sn_of(i) for i in range(3)}


def test_the_report_for_people(old, empty):
    fill(old)
    old.put("scripts/.hidden", "x")
    old.put("scripts/-odd.txt", "x")
    done = empty.cli("import", "--from", old.path)
    assert done.returncode == 1
    (head,) = [x for x in done.stdout.splitlines() if x.endswith(" ignored")]
    assert "home's kept" in head and len(head) < 90
    rows = {line[:14].strip(): line[14:].split() for line in done.stdout.splitlines()}
    assert rows["snippets"] == ["4", "2", "0", "0", "1", "1"]
    assert rows["devices"] == ["3", "3", "0", "0", "0", "0"]
    assert "left out: scripts/-odd.txt: " in done.stdout
    assert "ignored: scripts/.hidden: " in done.stdout
    assert "Next: " not in done.stdout
    assert f"move what is in {old.path}/fw to {empty.path}/fw" in done.stdout
    assert done.stderr == ""


def test_a_device_is_taken_as_it_was(old, empty):
    sn = sn_of(1)
    old.put("backup/IP232-00-00-01/IP232-00-00-01.7.txt", "config add X\r\n", age=3 * DAY)
    old.device(sn, more=answer('Desk "1" & more') + f'<msgs time="{NOW - 50}" msg="young"/>'
               f'<msgs time="{NOW - 7200}" msg="too old"/>')
    run(empty, old)
    told = device(empty, sn)
    for name, value in {"type": "IP232", "hwid": "IP232-00-00-01", "realip": "172.16.1.9",
                        "ip": "10.0.0.9", "phase": "update", "classes": "phone, ip232",
                        "environments": "default", "certstat": "good", "firmware_requested": "130986",
                        "firmware_requested_at": NOW - 65, "seen": NOW - 60, "polls": 0,
                        "name": 'Desk "1" & more', "created": NOW - 7200,
                        "backup": "IP232-00-00-01.7.txt"}.items():
        assert find(told, name) == value, (name, told)
    text = json.dumps(told)
    assert "all-all-all.txt" in text and "1486559970" in text
    assert "young" in text and "too old" not in text


def test_twice_is_the_same_as_once(old, empty):
    fill(old)
    old.device(sn_of(9), more=f'<msgs time="{NOW - 50}" msg="only once"/>')
    run(empty, old)
    before, told = contents(empty.path), device(empty, sn_of(9))
    report = run(empty, old)
    for kind in KINDS:
        found, taken, there, kept, left = counts(report, kind)
        assert (taken, kept, left) == (0, 0, 0) and found == there > 0, kind
    assert contents(empty.path) == before and device(empty, sn_of(9)) == told
    assert json.dumps(told).count("only once") == 1


def test_what_is_there_stays(old, home):
    fill(old)
    h = home(config('<master info=""/>', '<backup dir="saved"/>', '<times dir="snippets"/>',
                    '<status dir="x"/>'))
    (h.path / "snippets").mkdir()
    h.replace("snippets/all-all-all.txt", "# mine\n")
    (h.path / "snippets/update-phone-default.txt").symlink_to("nowhere")
    mine = contents(h.path)["config/user-config.xml"]
    report = run(h, old, expect=1)
    assert counts(report, "configuration") == (1, 0, 0, 1, 0)
    assert counts(report, "snippets") == (2, 0, 0, 2, 0)
    assert lines(report, "snippets")["scripts/all-all-all.txt"] == (
        "kept", f"{h.path}/snippets/all-all-all.txt is another one")
    assert contents(h.path)["config/user-config.xml"] == mine
    assert (h.path / "config/user-config.imported.xml").read_text() == SETTINGS
    assert (h.path / "snippets/all-all-all.txt").read_text() == "# mine\n"
    assert (h.path / "snippets/update-phone-default.txt").is_symlink()
    assert (h.path / "saved/IP232-00-00-01/IP232-00-00-01.2.txt").exists()
    assert (h.path / "data/master-info.xml").read_text() == MASTER_INFO
    assert not list((h.path / "scripts").iterdir())
    again = run(h, old, expect=1)
    assert counts(again, "configuration") == (1, 0, 0, 1, 0)
    assert not list((h.path / "config").glob("*.1.xml")), "it is the same one"
    text = h.cli("import", "--from", old.path).stdout
    assert "home's kept: config/user-config.xml: this home has a configuration of its own" in text
    assert f"\nNext: compare {h.path}/config/user-config.imported.xml" in text


def test_a_configuration_with_errors(old, empty):
    wrong = config('<times grace="soon"/>', '<times dir="elsewhere"/>')
    old.put("config/user-config.xml", wrong)
    fill(old)
    report = run(empty, old, expect=1)
    assert counts(report, "configuration") == (1, 0, 0, 0, 1)
    assert any(f["kind"] == "error" and "grace" in f["text"] for f in report["findings"])
    assert not (empty.path / "config/user-config.xml").exists()
    assert (empty.path / "config/user-config.imported.xml").read_text() == wrong
    # everything else has its usual name
    assert counts(report, "snippets") == (2, 2, 0, 0, 0)
    assert counts(report, "devices") == (3, 3, 0, 0, 0)
    done = empty.cli("import", "--from", old.path)
    assert done.returncode == 1 and "user-config.xml:3: error: " in done.stdout
    last = done.stdout.splitlines()[-1]
    assert last == (f"Next: correct {empty.path}/config/user-config.imported.xml and name it "
                    f"user-config.xml; rollcall check --home {empty.path} says what is wrong.")
    assert report["next"] == last.removeprefix("Next: ")
    checked = empty.cli("check")
    assert checked.returncode == 1 and "user-config.imported.xml:3: error: " in checked.stdout
    assert "user-config.xml: error: it does not exist" in checked.stdout


def test_a_corrected_configuration_takes_the_place_of_the_first(old, home):
    """In a home that has one of its own."""
    h, folder = home(), lambda name: (h.path / "config" / name)
    mine = folder("user-config.xml").read_bytes()
    texts = [config(f'<times grace="{word}"/>') for word in ("soon", "later", "7")]
    for i, text in enumerate(texts):
        old.put("config/user-config.xml", text)
        report = run(h, old, expect=1)
        told = lines(report, "configuration")["config/user-config.xml"][1]
        assert folder("user-config.imported.xml").read_text() == text
        assert (f"user-config.imported.{i}.xml now" in told) == (i > 0), told
    assert folder("user-config.imported.1.xml").read_text() == texts[0]
    assert folder("user-config.imported.2.xml").read_text() == texts[1]
    before = contents(h.path)
    run(h, old, expect=1)
    assert contents(h.path) == before, "repeated, nothing changes"
    assert folder("user-config.xml").read_bytes() == mine


def test_a_corrected_configuration_is_taken(old, empty):
    """In a home that has none."""
    old.put("config/user-config.xml", config('<times grace="soon"/>'))
    run(empty, old, expect=1)
    old.put("config/user-config.xml", config('<times grace="7"/>'))
    report = run(empty, old)
    assert counts(report, "configuration") == (1, 1, 0, 0, 0) and report["next"] is None
    assert 'grace="7"' in (empty.path / "config/user-config.xml").read_text()


def test_what_has_the_name_of_an_imported_one_stays(old, home):
    h = home()
    (h.path / "config/user-config.imported.xml").symlink_to("nowhere")
    report = run(h, old, expect=1)
    assert "no file" in lines(report, "configuration")["config/user-config.xml"][1]
    assert (h.path / "config/user-config.imported.xml").is_symlink()


def test_an_imported_one_is_not_served_as_an_empty_one(old, empty, stack):
    old.put("config/user-config.xml", config('<times grace="soon"/>'))
    run(empty, old, expect=1)
    done = empty.cli("serve", "--http", "127.0.0.1:0")
    assert done.returncode == 1
    assert f"correct {empty.path}/config/user-config.imported.xml" in done.stderr
    assert "name it user-config.xml" in done.stderr
    assert not (empty.path / "config/user-config.xml").exists()
    (empty.path / "config/user-config.imported.xml").rename(empty.path / "config/elsewhere.xml")
    server = stack.enter_context(Server(at=empty.path))
    assert server.poll(settled()).status == 200
    assert (empty.path / "config/user-config.xml").exists(), "a minimal one, as ever"


def test_hidden_files_are_ignored(old, empty):
    """.htaccess stands in each folder of a PHP server; nobody misses it."""
    fill(old)
    for folder in ("scripts", "certs", "backup", "backup/IP232-00-00-01", "status"):
        old.put(f"{folder}/.htaccess", "deny from all\n")
    for _ in range(2):
        report = run(empty, old)
        for kind, number in (("snippets", 1), ("certificates", 1), ("backups", 2), ("devices", 1)):
            assert report["kinds"][kind]["ignored"] == number
            assert {x["outcome"] for x in report["kinds"][kind]["lines"]} == {"ignored"}
    assert not list(empty.path.rglob(".htaccess"))


@pytest.mark.parametrize("text", [
    "<state/>", "<state", '<state seen="0"><device/></state>', '<state seen="1"/>',
    '<state seen="soon"><device sn="@"/></state>',
    '<state seen="1"><msgs time="x" msg=""/><queries/></state>'])
def test_a_document_that_says_nothing_makes_no_device(old, empty, text):
    old.device(sn_of(1), text.replace("@", sn_of(1)))
    old.device(sn_of(2), '<state seen="1"><device type="IP232"/></state>')
    report = run(empty, old, expect=1)
    assert "nothing can be read of it" in lines(report, "devices")[f"status/{sn_of(1)}.xml"][1]
    assert known(empty) == {sn_of(2)}
    assert abs(find(device(empty, sn_of(2)), "seen") - (NOW - DAY)) < 3600  # that of the file
    assert find(device(empty, sn_of(2)), "created") > NOW - 2 * DAY


def test_folders_have_the_names_of_the_configuration(old, empty):
    old.put("config/user-config.xml", config(
        '<status dir="st/atus"/>', f'<times dir="{old.path}/snips"/>', '<backup dir="b"/>',
        '<customcerts dir="missing"/>'))
    old.put(f"st/atus/{sn_of(1)}.xml", state(sn_of(1)))
    old.put("snips/all-all-all.txt", "#\n")
    old.put("scripts/not-this-one.txt", "#\n")
    report = run(empty, old, expect=1)
    assert counts(report, "devices") == (1, 1, 0, 0, 0)
    # the home's configuration is that one now, and names this very folder
    assert counts(report, "snippets") == (1, 0, 1, 0, 0)
    assert "does not exist" in lines(report, "certificates")["missing"][1]
    assert (old.path / "snips/all-all-all.txt").exists()


def test_nothing_leads_out(old, empty, tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key.txt").write_text("secret")
    (secret / f"{sn_of(5)}.xml").write_text(state(sn_of(5)))
    (old.path / "scripts/link.txt").symlink_to(secret / "key.txt")
    (old.path / "scripts/inside.txt").symlink_to("all-all-all.txt")
    (old.path / "certs").rmdir()
    (old.path / "certs").symlink_to(secret)
    (old.path / "backup/IP232-00-00-01").symlink_to(secret)
    old.put("config/user-config.xml", config('<status dir="../secret"/>',
                                             '<master cache="/etc/hostname"/>'))
    report = run(empty, old, expect=1)
    for kind, what in (("snippets", "scripts/link.txt"), ("snippets", "scripts/inside.txt"),
                       ("certificates", "certs"), ("backups", "backup/IP232-00-00-01"),
                       ("devices", "../secret"), ("master", "/etc/hostname")):
        assert lines(report, kind)[what][0] == "left_out", (kind, what)
    assert "secret" not in str([c for c, _ in contents(empty.path).values()
                                if b"<config>" not in c])
    assert known(empty) == set()


def test_odd_files_are_named(old, empty):
    old.put("scripts/good.txt", "#\n")
    old.put("scripts/large.txt", b"#" * ((1 << 20) + 1))
    old.put("scripts/most.txt", b"#" * (1 << 20))
    old.put("scripts/new\nline.txt", "#\n")
    old.put("scripts/back\\slash.txt", "#\n")
    os.mkfifo(old.path / "scripts/pipe.txt")
    (old.path / "scripts/folder").mkdir()
    (Path(os.fsdecode(os.fsencode(old.path) + b"/scripts/\xff.txt"))).write_text("#\n")
    old.put("backup/IP232-1/IP232-1.1.txt", "#\n")
    old.put("backup/IP232-1/IP232-1.01.txt", "#\n")
    old.put("backup/IP232-1/IP232-2.1.txt", "#\n")
    old.put("backup/IP232-1/IP232-1.1.txt.bak", "#\n")
    old.put("backup/-x/-x.1.txt", "#\n")
    old.put("backup/readme.txt", "#\n")
    old.put("config/scripting.class.php", "<?php ?>")
    report = run(empty, old, expect=1)
    assert counts(report, "snippets") == (8, 2, 0, 0, 6)
    assert "scripts/new\\x0aline.txt" in lines(report, "snippets")
    assert "scripts/\\xff.txt" in lines(report, "snippets")
    assert "larger than 1048576" in lines(report, "snippets")["scripts/large.txt"][1]
    assert counts(report, "backups") == (6, 1, 0, 0, 5)
    assert "config/scripting.class.php" in lines(report, "configuration")
    assert {p.name for p in (empty.path / "scripts").iterdir()} == {"good.txt", "most.txt"}


def test_damaged_documents(old, empty):
    good = state(sn_of(0), more=answer("Desk"))
    cut = state(sn_of(1), more=answer("Desk") + '<msgs time="1" msg="x')
    old.device(sn_of(0), good)
    old.device(sn_of(1), cut[:cut.index("<msgs") + 9])
    old.device(sn_of(2), "")
    old.device(sn_of(3), state(sn_of(3), certstat="@").replace("@", "a&nbsp;b"))
    old.device(sn_of(4), state(sn_of(4), certstat="grün").encode("latin-1"))
    old.device(sn_of(5), "<!DOCTYPE x [<!ENTITY a 'b'>]>" + state(sn_of(5)).split("\n", 1)[1])
    old.device(sn_of(6), state(sn_of(7)))
    old.device(sn_of(8), b" " * (5 << 20))
    old.device(sn_of(9), state(sn_of(9)).replace(f'seen="{NOW - 60}"', 'seen="soon"'))
    old.device("..", good)
    old.device("a b", good)
    old.put("status/readme.txt", "x")
    (old.path / "status" / f"{sn_of(11)}.xml").mkdir()
    (old.path / "status" / f"{sn_of(12)}.xml").symlink_to(f"{sn_of(0)}.xml")
    report = run(empty, old, expect=1)
    told = lines(report, "devices")
    assert {what for what, (outcome, _) in told.items() if outcome == "in_part"} == {
        f"status/{sn_of(i)}.xml" for i in (1, 3, 4, 9)}
    assert "is empty" in told[f"status/{sn_of(2)}.xml"][1]
    assert "DOCTYPE" in told[f"status/{sn_of(5)}.xml"][1]
    assert "another device" in told[f"status/{sn_of(6)}.xml"][1]
    assert "larger" in told[f"status/{sn_of(8)}.xml"][1]
    assert "link" in told[f"status/{sn_of(12)}.xml"][1]
    assert known(empty) == {sn_of(i) for i in (0, 1, 3, 4, 9)}
    assert find(device(empty, sn_of(1)), "name") == "Desk"
    assert find(device(empty, sn_of(4)), "certstat") == "grün"
    assert abs(find(device(empty, sn_of(9)), "seen") - (NOW - DAY)) < 3600  # that of the file


def test_long_reports_are_cut(old, empty):
    for i in range(230):
        old.put(f"scripts/-{i:03}", "x")
    report = run(empty, old, expect=1)
    assert counts(report, "snippets") == (230, 0, 0, 0, 230)
    assert len(report["kinds"]["snippets"]["lines"]) == 200
    assert report["kinds"]["snippets"]["more"] == 30
    assert "snippets: and 30 more" in empty.cli("import", "--from", old.path).stdout


def test_newer_is_never_replaced_by_older(old, empty):
    sn = sn_of(1)
    old.device(sn, seen=NOW - 60, type="IP240", more=answer("new"))
    run(empty, old)
    old.device(sn, seen=NOW - 6000, type="IP232", more=answer("old", seen=NOW - 6000))
    report = run(empty, old)
    assert counts(report, "devices") == (1, 0, 0, 1, 0)
    told = device(empty, sn)
    assert find(told, "type") == "IP240" and find(told, "name") == "new"
    old.device(sn, seen=NOW - 10, type="IP241", hwid="", more=answer("old", seen=NOW - 6000))
    assert counts(run(empty, old), "devices") == (1, 1, 0, 0, 0)
    told = device(empty, sn)
    assert find(told, "name") == "new" and '"new\\"' in json.dumps(find(told, "answers"))
    assert find(told, "type") == "IP241" and find(told, "seen") == NOW - 10
    assert find(told, "hwid") == "IP232-00-00-01", "what it does not say stays"


def test_large_documents_are_taken_in_pieces(old, empty):
    text = "".join(f'<a{i} seen="{NOW - 70}"><x>{"y" * 60000}</x></a{i}>' for i in range(8))
    messages = "".join(f'<msgs time="{NOW - 300 + i}" msg="m{i:04}{"z" * 600}"/>'
                       for i in range(290))
    old.device(sn_of(1), more=f"<queries>{text}</queries>{messages}")
    old.device(sn_of(2))
    report = run(empty, old)
    assert counts(report, "devices") == (2, 2, 0, 0, 0)
    told = json.dumps(device(empty, sn_of(1)))
    assert "m0289" in told and "m0089" not in told
    done = empty.cli("answers", sn_of(1), "a7", "--json")
    assert "y" * 60000 in done.stdout


# Beside a server

def test_beside_a_running_server(old, serve):
    server = serve(SETTINGS.replace("http://192.0.2.1/box_info.xml", ""))
    fill(old)
    old.device(SN, seen=NOW - 6000, type="IP240")
    server.poll(settled())
    server.cli("devices")
    report = run(server, old, expect=1)  # it has a configuration of its own
    assert counts(report, "devices")[0] == 4
    assert counts(report, "devices")[4] == 0
    assert known(server) == {SN} | {sn_of(i) for i in range(3)}
    assert server.alive() and server.poll(settled()).status == 200
    assert counts(run(server, old, expect=1), "devices")[1] == 0


def test_a_server_knows_them_after_its_start(old, serve, stack, empty):
    fill(old)
    run(empty, old)
    server = serve(at=empty.path)
    assert known(server) == {sn_of(i) for i in range(3)}
    assert find(device(server, sn_of(1)), "name") == "Desk 1"
    assert server.alive()


def test_killed_and_repeated(old, empty):
    for i in range(1500):
        old.device(sn_of(i), more=answer(f"Desk {i}")
                   + f'<msgs time="{NOW - 50}" msg="message-of-{i}."/>')
        old.put(f"scripts/s{i}-all-all.txt", f"# {i}\n")
    for pause in (0.02, 0.2, 0.4, 0.6):
        process = subprocess.Popen([str(ROLLCALL), "import", "--from", str(old.path), "--home",
                                    str(empty.path)], env=clean_environment(),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(pause)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
    report = run(empty, old)
    assert counts(report, "devices")[0] == 1500 and counts(report, "devices")[3:] == (0, 0)
    assert counts(report, "snippets")[3:] == (0, 0), "no half file was left by a killed one"
    assert not list(empty.path.rglob(".rollcall*"))
    assert len(known(empty)) == 1500
    for i in (0, 700, 1499):
        assert json.dumps(device(empty, sn_of(i))).count(f"message-of-{i}.") == 1


def test_two_at_once(old, empty, stack):
    fill(old)
    fd = os.open(empty.path, os.O_RDONLY)
    stack.callback(os.close, fd)
    fcntl.flock(fd, fcntl.LOCK_EX)
    done = empty.cli("import", "--from", old.path)
    assert done.returncode == 1 and "another import" in done.stderr


# Wrong use

@pytest.mark.parametrize("words, says", [
    ([], "--from DIR"),
    (["--from", "{home}"], "is the home itself"),
    (["--from", "{home}/scripts"], "lies in it"),
    (["--from", "{tmp}"], "not the folder of an update server"),
    (["--from", "{tmp}/nowhere"], "cannot be read"),
])
def test_wrong_use(words, says, empty, tmp_path):
    done = empty.cli("import", *(w.format(home=empty.path, tmp=tmp_path) for w in words))
    assert done.returncode == 2 and says in done.stderr, done.stderr
    assert not done.stdout and not (empty.path / "data").exists()


def test_a_home_is_made(old, tmp_path):
    fill(old)
    done = rollcall("import", "--from", old.path, "--home", tmp_path / "new")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "new/scripts/all-all-all.txt").exists()


def test_a_home_in_the_installation(old):
    fill(old)
    done = rollcall("import", "--from", old.path, "--home", old.path / "rollcall")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (old.path / "rollcall/scripts/all-all-all.txt").exists()
