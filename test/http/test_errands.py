# SPDX-License-Identifier: ISC
"""
The server backs itself up as a platform does (commands/@url): it fetches the command file, makes what it says and sends
it there; what is meant for some hours only in those, once; and what goes wrong is an alarm.
"""
import json
import re
import time
from xml.sax.saxutils import quoteattr

import pytest

from lib.clock import Clock
from lib.depot import Depot
from lib.device import settled
from lib.entries import raise_alarm
from lib.server import PLAIN, Server, config
from lib.targets import AlarmServer, told
from lib.wait import holds_for, wait_for

DONE = 30.0  # seconds until an archive is made and sent, on a machine that has other things to do
HOUR = 3600


@pytest.fixture
def depot(stack):
    return stack.enter_context(Depot())


def commands(depot, *elements, **more):
    values = {"url": depot.url, "interval": 1, **more}
    row = " ".join(f"{name}={quoteattr(str(value))}" for name, value in values.items())
    return config(PLAIN, '<status dir="status"/>', f"<commands {row}/>", *elements)


def arrived(depot, count=1):
    return wait_for(lambda: depot.paths() if len(depot.paths()) >= count else None, DONE,
                    f"{count} archives, of {depot.paths()}")


def alarm(server):
    """The text of the alarm that is active; None: there is none."""
    done = json.loads(server.cli("alarms", "--json").stdout)["alarms"]
    return next((a["text"] for a in done if a["code"] == "backup"), None)


# What is made

def test_everything_that_restores_a_server(serve, depot):
    depot.says("saveinnovaphonecfgs {}/b/cfg-#i-#b10.tar.gz")
    server = serve(commands(depot), {"all.txt": "vars create X/Y pi 1\n"})
    assert arrived(depot) == ["/b/cfg-127.0.0.1-1.tar.gz"]
    names = set(depot.archive("/b/cfg-127.0.0.1-1.tar.gz"))
    assert {"config/user-config.xml", "scripts/all.txt", "data/store/data.mdb"} <= names
    server.logged("info: commands: saveinnovaphonecfgs was sent to http://127.0.0.1", "/b/cfg-127.0.0.1-1.tar.gz")
    left = [p.name for p in (server.path / "data").iterdir() if p.name.startswith("errand-")]
    assert left == [] and alarm(server) is None


def test_certificates_are_in_it(serve, depot, pki):
    """Also where the workers go by a copy of them; private keys are not."""
    depot.says("saveinnovaphonecfgs {}/x.tar.gz")
    server = serve(commands(depot), pki=pki.folder)
    arrived(depot)
    names = set(depot.archive("/x.tar.gz"))
    assert "outside/pki/client-ca.pem" in names and not [n for n in names if n.endswith(".key")], names
    assert "is not in the backup" not in server.log()


def test_it_restores_one(serve, depot):
    """What was sent is what `rollcall restore` takes."""
    depot.says("saveconfig {}/all.tar.gz")
    server = serve(commands(depot, "<proxies><proxy>192.0.2.77</proxy></proxies>"))
    server.poll(settled())
    arrived(depot)
    archive = server.path / "received.tar.gz"
    archive.write_bytes(depot.taken[0][1])
    done = server.cli("restore", archive, "--check")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("word, has, has_not", [
    ("saveinnovaphonelogs", ("log/rollcall.log",), ("config/user-config.xml", "data/store/data.mdb")),
    ("savelogs", ("log/rollcall.log",), ("config/user-config.xml", "data/store/data.mdb")),
    ("saveinnovaphone-rollcallcfgs", ("config/user-config.xml",), ("data/store/data.mdb", "log/rollcall.log")),
    ("saveinnovaphone-rollcalldb", ("data/store/data.mdb",), ("config/user-config.xml", "log/rollcall.log")),
    ("savedb", ("data/store/data.mdb",), ("config/user-config.xml", "log/rollcall.log")),
])
def test_parts(serve, depot, word, has, has_not):
    depot.says(f"{word} {{}}/x.tar.gz")
    serve(commands(depot))
    arrived(depot)
    names = set(depot.archive("/x.tar.gz"))
    assert names >= set(has) and not names & set(has_not), names


def test_macros(serve, depot):
    depot.says("savelogs {}/#i/#m/#d/#b2/#x")
    serve(commands(depot))
    assert re.fullmatch(r"/127\.0\.0\.1/00-00-00-00-00-00/\d{8}-\d{6}/1/", arrived(depot)[0])


def test_credentials(serve, depot):
    depot.credentials = ("anna", "geheim")
    depot.says("savelogs {}/x")
    server = serve(commands(depot, user="anna", password="geheim"))
    arrived(depot)
    assert "geheim" not in server.log()


def test_credentials_are_for_one_host(serve, depot, stack):
    """Who can change the commands shall not be sent the password."""
    depot.credentials = ("anna", "geheim")
    other = stack.enter_context(Depot())
    other.credentials = depot.credentials
    other.says("savelogs {}/x")
    depot.says(other.commands)
    server = serve(commands(depot, user="anna", password="geheim"))
    wait_for(lambda: "401" in (alarm(server) or ""), DONE)
    assert other.paths() == []


def test_credentials_in_the_url_stay_out_of_the_log(serve, depot):
    depot.credentials = ("anna", "geheim")
    depot.says("savelogs " + depot.url.replace("127", "anna:geheim@127").rpartition("/")[0] + "/x")
    server = serve(commands(depot, url=depot.url.replace("127", "anna:geheim@127")))
    arrived(depot)
    server.logged("savelogs was sent to")
    assert "geheim" not in server.log()


# When

def test_again_and_again(serve, depot, tmp_path):
    """Each interval; the number of the backup goes round, over restarts, too."""
    clock = Clock(tmp_path)
    depot.says("# all of it", "savelogs {}/#b2")
    server = serve(commands(depot), env=clock.environment())
    assert arrived(depot) == ["/1"]
    asked = depot.asked
    holds_for(lambda: depot.asked == asked, 2.5, "nothing before its time")
    clock.jump(61)
    assert arrived(depot, 2) == ["/1", "/2"]
    wait_for(lambda: " 2 savelogs" in (server.path / "data/errands.txt").read_text(), DONE)
    server.stop()
    clock.jump(200)
    server.start()
    assert arrived(depot, 3) == ["/1", "/2", "/1"]


def hours_of(server, path):
    """In which hours something was sent there, as the log has it."""
    return re.findall(rf"^(\S+T\d\d):\S+ .* was sent to \S+{path}$", server.log(), re.M)


def test_hours(serve, depot, tmp_path):
    """Once an hour, however often the file is fetched."""
    clock = Clock(tmp_path)
    depot.says("savedb {}/always", "times hour:" + ",".join(map(str, range(24))), "savelogs {}/hourly",
               "times day:1,2,3,4,5,6,7", "savelogs {}/daily")
    server = serve(commands(depot), env=clock.environment())
    paths = ("/always", "/hourly", "/daily")
    for count, jump in ((1, HOUR), (2, HOUR + 61)):
        wait_for(lambda: all(len(hours_of(server, path)) >= count for path in paths), DONE)
        clock.jump(jump)
    for count, jump in ((3, HOUR + 122), (4, HOUR + 183)):
        wait_for(lambda: len(hours_of(server, "/always")) >= count, DONE)
        clock.jump(jump)
    wait_for(lambda: len(hours_of(server, "/always")) == 5, DONE)
    for path in paths[1:]:
        hours = hours_of(server, path)
        assert len(hours) == len(set(hours)) >= 2, f"{path}: {hours}"
        assert set(hours) <= set(hours_of(server, "/always"))


def test_another_hour(serve, depot):
    """None of the hours is now, whichever it is: all but those around it."""
    now = time.localtime().tm_hour
    others = ",".join(str(h) for h in range(24) if (h - now) % 24 not in (0, 1))
    depot.says(f"times hour:{others}", "savelogs {}/other", "times", "savelogs {}/any")
    serve(commands(depot))
    assert arrived(depot) == ["/any"]
    holds_for(lambda: depot.paths() == ["/any"], 1)


# What goes wrong

def test_what_is_not_understood(serve, depot):
    """It is said once, and the rest is done."""
    depot.says("saveinnovaphone-reportingcfgs {}/x", "times hour:25", "savelogs {}/never", "times", "savelogs {}/y")
    server = serve(commands(depot))
    assert arrived(depot) == ["/y"]
    server.logged('commands: line 1: "saveinnovaphone-reportingcfgs" is no command that is known here')
    server.logged('commands: line 2: "hour:25" is neither')
    assert alarm(server) is None


def test_nobody_there(serve, depot, tmp_path):
    """An alarm, until it works again."""
    clock = Clock(tmp_path)
    depot.says("savelogs {}/x")
    depot.refuse()
    server = serve(commands(depot), env=clock.environment())
    wait_for(lambda: alarm(server), DONE)
    assert "cannot be fetched" in alarm(server)
    depot.listen()
    clock.jump(61)
    arrived(depot)
    wait_for(lambda: alarm(server) is None, DONE)


@pytest.mark.parametrize("status", [302, 403, 500, 507])
def test_not_taken(serve, depot, tmp_path, status):
    """It counts as not done: the same number comes again, in the same hour."""
    clock = Clock(tmp_path)
    depot.says("times", "savelogs {}/#b5", "savedb {}/db")
    depot.status = status
    server = serve(commands(depot), env=clock.environment())
    wait_for(lambda: alarm(server), DONE)
    assert str(status) in alarm(server)
    depot.status = 201
    clock.jump(61)
    assert arrived(depot, 2) == ["/1", "/db"]
    wait_for(lambda: alarm(server) is None, DONE)


def test_not_found_and_too_large(serve, depot, tmp_path):
    clock = Clock(tmp_path)
    depot.says("savelogs {}/x")
    server = serve(commands(depot, url=depot.url + "x"), env=clock.environment())
    wait_for(lambda: "404" in (alarm(server) or ""), DONE)
    depot.commands = "#" * 70000
    server.take(commands(depot))
    clock.jump(61)
    server.logged("the answer is larger than 65536 bytes", deadline=DONE)
    assert depot.paths() == []


def test_alarms_are_told_meanwhile(serve, depot, stack):
    """A command file that does not come keeps nobody else waiting."""
    target = stack.enter_context(AlarmServer())
    depot.hang()
    server = serve(commands(depot, f'<alarms><forward id="ops" to="{target.url}"/></alarms>'))
    wait_for(lambda: depot.asked, DONE)
    raise_alarm(server, "c0ffee")
    told(target, 1)
    depot.proceed()


def test_stopped_in_the_middle(depot):
    """Nothing of it runs on: the server ends as it must."""
    depot.hang()
    with Server(commands(depot)) as server:
        wait_for(lambda: depot.asked, DONE)
        assert server.alive()


def test_switched_off_and_on(serve, depot):
    depot.says("savelogs {}/x")
    server = serve(config(PLAIN))
    assert depot.asked == 0
    server.take(commands(depot))
    arrived(depot)
