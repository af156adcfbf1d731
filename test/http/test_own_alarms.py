# SPDX-License-Identifier: ISC
"""
The server's own alarms: each raises itself when something is wrong, stands in the same list as those of devices, is passed
on as they are, and clears itself when it is over.
"""
import errno
import os

import pytest

from lib.entries import raise_alarm
from lib.faults import Daemon, FailIo, answer_of, is_later, is_promise, kill, sn_of, tracked
from lib.pki import Pki
from lib.server import Server, config, set_age
from lib.targets import AlarmServer, alarms, codes, forwarding, process, told
from lib.wait import holds_for, wait_for

NOTICED = 40.0  # seconds; everything is looked at each ten
DAY = 86400


@pytest.fixture
def target(stack):
    return stack.enter_context(AlarmServer())


def own(server, *words):
    """{code: alarm} of those that are the server's, and active."""
    return {a["code"]: a for a in alarms(server, *words)
            if a["from"] == "server" and a["state"] in ("active", "noted")}


def raised(server, code, deadline=NOTICED):
    return wait_for(lambda: own(server).get(code), deadline, f"{code} to be raised: {own(server)}")


def cleared(server, code, deadline=NOTICED):
    wait_for(lambda: code not in own(server), deadline, f"{code} to be cleared")


def heard(target, code, act="raise", deadline=NOTICED):
    return wait_for(lambda: next((one for one, what in zip(target.heard(), codes(target))
                                  if one["from"] == "server" and what == f"{act} {code}"), None),
                    deadline, f"{act} {code}: {codes(target)}")


def test_nothing_is_wrong(serve):
    server = serve(forwarding(disk=100))
    holds_for(lambda: not own(server), 3)


def test_disk(serve, target):
    server = serve(forwarding(("ops", target.url), disk=1))
    one = raised(server, "disk-full")
    assert one["severity"] == "major" and "%" in one["text"] and str(server.path / "data") in one["text"]
    assert heard(target, "disk-full")["severity"] == "2"
    server.take(forwarding(("ops", target.url), disk=100))
    cleared(server, "disk-full")
    heard(target, "disk-full", "clear")
    assert [a["code"] for a in alarms(server, "--all") if a["state"] == "over"] == ["disk-full"]


def test_configuration(serve, target):
    good = forwarding(("ops", target.url), disk=100)
    server = serve(good)
    server.config(good.replace("<alarms", "<tiems/><alarms"))
    one = raised(server, "configuration")
    assert "tiems" in one["text"] and "user-config.xml:4" in one["text"]
    heard(target, "configuration")
    server.config(good.replace("<alarms", "<fazes/><alarms"))  # another mistake: that is what is said then
    wait_for(lambda: "fazes" in raised(server, "configuration")["text"], 30)
    server.config(good)
    cleared(server, "configuration")
    heard(target, "configuration", "clear")


def silent(master, seconds, more=""):
    return config(f'<master info="{master.url}" expire="1"{more}/>', f'<alarms disk="100" master="{seconds}"/>')


def test_silent_master(serve, master):
    server = serve(silent(master, DAY))
    wait_for(lambda: server.status()["master"]["state"] == "current", 10)
    server.stop()
    set_age(server.path / "data/master-info.xml", 2 * DAY)
    master.refuse()
    server.start()
    one = raised(server, "master-silent")
    assert one["severity"] == "indeterminate" and "does not answer" in one["text"]
    master.listen()
    cleared(server, "master-silent", 90)  # it is asked again a minute after a failure, at the latest


def test_master_that_is_silent_for_a_moment(serve, master):
    server = serve(silent(master, DAY))
    master.refuse()
    wait_for(lambda: server.status()["master"]["state"] == "stale", 10)
    holds_for(lambda: not own(server), 12)


@pytest.mark.parametrize("kind", ["update", "keeper"])
def test_processes_that_crash(serve, kind):
    """Also when it is the keeper itself, which notices it, that crashes."""
    server = serve(forwarding(disk=100))
    for _ in range(3):
        assert "processes" not in own(server)
        pid = wait_for(lambda: process(server, kind), 30)
        kill(pid)
        wait_for(lambda p=pid: process(server, kind) not in (0, p), 30, "another one")
    assert "had to be replaced" in raised(server, "processes")["text"]


def test_one_process_that_crashes(serve):
    server = serve(forwarding(disk=100))
    for _ in range(2):
        pid = process(server, "update")
        kill(pid)
        wait_for(lambda p=pid: process(server, "update") not in (0, p), 30, "another one")
    holds_for(lambda: not own(server), 12)


# Certificates

def test_server_certificate(serve, pki):
    """Those of the tests are good for 30 days."""
    server = serve(forwarding(disk=100, certs=31), pki=pki.folder)
    one = raised(server, "server-certificate")
    assert "expires on 2" in one["text"] and one["severity"] == "indeterminate"
    server.take(forwarding(disk=100, certs=20))
    cleared(server, "server-certificate")


def test_certificate_that_is_not_served(serve, pki):
    """Nothing is said of a file that nobody is shown."""
    server = serve(forwarding(disk=100, certs=31))
    folder = server.path / "pki"
    folder.mkdir(exist_ok=True)
    (folder / "server.pem").write_bytes((pki.folder / "server.pem").read_bytes())
    server.take(forwarding(disk=100, certs=32))
    holds_for(lambda: "server-certificate" not in own(server), 12)


def test_certificate_that_is_replaced_by_a_broken_one(serve, tmp_path):
    """What is served is the one before: that one is looked at, and expires."""
    own_pki = Pki(tmp_path)
    server = serve(forwarding(disk=100, certs=31), pki=own_pki.folder)
    (own_pki.folder / "server.pem").write_text("nothing")
    server.logged("server.pem", deadline=15)
    server.take(forwarding(disk=100, certs=20))
    cleared(server, "server-certificate")
    server.take(forwarding(disk=100, certs=31))
    raised(server, "server-certificate")


def test_ca_of_devices(serve, pki):
    server = serve(forwarding(disk=100, certs=3000), pki=pki.folder)
    one = raised(server, "ca-certificate")
    assert "client-ca.pem" in one["text"] or "CA" in one["text"]
    server.take(forwarding(disk=100, certs=0))
    cleared(server, "ca-certificate")


# What cannot be written

def test_entries(serve, target):
    server = serve(forwarding(("ops", target.url), disk=100))
    folder = server.path / "webdav/alarm"
    folder.rename(folder.with_name("gone"))
    folder.write_text("no folder")
    reply = server.get("/ap/alarm.fcgi?event=alarm&code=1&from=IP1&text=x")
    if reply.status == 200:  # the file that is open is as good as it was
        for pid in [p["pid"] for p in server.status()["processes"] if p["kind"] == "ap"]:
            kill(pid)
        wait_for(lambda: server.get("/ap/alarm.fcgi?event=alarm&code=1&from=IP1&text=x").status == 503, 30)
    one = raised(server, "entries")
    assert "cannot be written" in one["text"]
    heard(target, "entries")


def raised_on_board(server, *wanted):
    return wait_for(lambda: set(wanted) <= set(own(server)) and own(server), NOTICED,
                    f"{wanted}: {own(server)}")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS], ids=errno.errorcode.get)
def test_store_that_cannot_be_written(home, stack, target, tmp_path, number):
    """It is passed on all the same, with what else is wrong then; once; and when it is over."""
    failing = FailIo(tmp_path)
    elements = (f'<alarms disk="100"><forward id="ops" to="{target.url}"/></alarms>',)
    at = home(tracked(*elements)).path
    server = stack.enter_context(Daemon(at=at, env=failing.environment(at)))
    assert is_promise(server.put(sn_of(1), "one", answer_of(1)))
    failing.fail(1, number, lasting=True)
    assert is_later(server.put(sn_of(1), "one", answer_of(2)))
    assert heard(target, "store")["severity"] == "2"
    raised_on_board(server, "store")
    # Something else goes wrong meanwhile.
    server.config(tracked(*elements, "<tiems/>"))
    heard(target, "configuration")
    assert set(raised_on_board(server, "store", "configuration")) == {"store", "configuration"}
    assert os.strerror(number) in heard(target, "store")["text"]
    count = len(target.heard())
    holds_for(lambda: len(target.heard()) == count, 15, "nothing is told again and again")
    failing.stop()
    heard(target, "store", "clear", 90)
    # That one goes on, in the store; who has heard of it hears no more of it until it is over.
    wait_for(lambda: "store" not in own(server) and "configuration" in own(server), NOTICED)
    holds_for(lambda: "clear configuration" not in codes(target), 3, "it is not over yet")
    server.config(tracked(*elements))
    heard(target, "configuration", "clear")
    assert codes(target).count("raise configuration") == 1
    assert codes(target).count("raise store") == 1


def test_store_that_cannot_be_written_does_not_repeat_what_was_told(home, stack, target, tmp_path):
    """What a device reported before is told once, though it cannot be kept how far that is."""
    failing = FailIo(tmp_path)
    at = home(tracked(f'<alarms disk="100"><forward id="ops" to="{target.url}"/></alarms>')).path
    server = stack.enter_context(Server(at=at))
    target.hang()
    raise_alarm(server, "c0ffee")
    wait_for(lambda: target.asked, NOTICED)
    server.stop()
    target.proceed()
    before = len(target.heard())
    server = stack.enter_context(Daemon(at=at, env=failing.environment(at)))
    failing.fail(1, errno.ENOSPC, lasting=True)
    told(target, before + 1, NOTICED)
    heard(target, "store")
    count = len(target.heard())
    holds_for(lambda: len(target.heard()) == count, 15)
    failing.stop()


def test_read_only_file_system(home, stack, target, tmp_path):
    """Of the folder with our data."""
    failing = FailIo(tmp_path)
    at = home(tracked(f'<alarms disk="100"><forward id="ops" to="{target.url}"/></alarms>')).path
    server = stack.enter_context(Daemon(at=at, env=failing.environment(at)))
    failing.set(read_only=1)
    assert "read-only" in raised(server, "disk-read-only")["text"]
    heard(target, "disk-read-only")
    failing.set(read_only=0)
    cleared(server, "disk-read-only")
    heard(target, "disk-read-only", "clear")
