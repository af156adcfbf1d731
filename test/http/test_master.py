# SPDX-License-Identifier: ISC
"""
The master device says which builds the fleet runs. The keeper asks it, in the background; a poll
never waits for it, and what was once heard stays until something better is.
"""
import os
import signal
import time

import pytest

from lib.device import settled, settled_commands
from lib.load import percentile
from lib.master import MasterDevice, info
from lib.server import config, set_age
from lib.wait import holds_for, wait_for

EXPIRE = 1   # seconds, where a test wants the device to be asked again
ASKED = 5.0  # seconds until it was


def asking(device, expire=EXPIRE, more=""):
    return config(f'<master info="{device.url}" expire="{expire}"{more}/>')


def builds(firmware, bootcode):
    return [f"mod cmd UP0 prot http://update.example/update/fw/{firmware}/ ser {firmware}",
            f"mod cmd UP0 boot http://update.example/update/fw/{bootcode}/ ser {bootcode}",
            "iresetn"] + settled_commands([])


FIRST = builds(125678, 125670)


def state(server):
    return server.status()["master"]


def answers(server, commands):
    return lambda: server.poll(settled()).commands == commands


def test_builds_of_the_master(serve, master):
    server = serve(asking(master, 3600))
    assert server.poll(settled()).commands == FIRST
    known = state(server)
    assert (known["state"], known["firmware"], known["bootcode"]) == ("current", "125678", "125670")
    assert abs(known["answered_at"] - time.time()) < 30
    assert server.cli("status").returncode == 0


def test_a_poll_never_asks(serve, master):
    server = serve(asking(master, 3600))
    for _ in range(200):
        assert server.poll(settled()).commands == FIRST
    assert master.asked == 1


@pytest.mark.alone
@pytest.mark.parametrize("trouble", ["hang", "refuse"])
def test_master_that_never_answered(serve, master, trouble):
    """Ready all the same, and quick; nothing is sent but the reason."""
    getattr(master, trouble)()
    started = time.monotonic()
    server = serve(asking(master))
    assert time.monotonic() - started < 5
    seconds = []
    for _ in range(200):
        reply = server.poll(settled(), timeout=2)
        assert (reply.status, reply.complete, reply.commands) == (200, True, [])
        seconds.append(reply.seconds)
    assert percentile(seconds, 99) < 0.1
    assert "master" in reply.comments
    assert state(server)["state"] == "unknown"


def test_master_that_answers_late(serve, master):
    master.hang()
    server = serve(asking(master))
    assert server.poll(settled()).commands == []
    master.proceed()
    wait_for(answers(server, FIRST), ASKED)


@pytest.mark.alone
def test_hanging_master_slows_nothing_down(serve, master):
    """It answered once; now it holds the keeper, not the workers."""
    server = serve(asking(master))
    master.hang()
    asked = master.asked
    wait_for(lambda: master.asked > asked, ASKED, "the next question")
    seconds = []
    for _ in range(200):
        reply = server.poll(settled(), timeout=2)
        assert reply.commands == FIRST
        seconds.append(reply.seconds)
    assert percentile(seconds, 99) < 0.1
    # The keeper still does the rest of its work, and all of it stops in time.
    started = time.monotonic()
    server.stop()
    assert time.monotonic() - started < 10


def test_new_builds_are_picked_up(serve, master):
    server = serve(asking(master))
    assert server.poll(settled()).commands == FIRST
    master.builds("13.1001", "131000")
    wait_for(answers(server, builds(131001, 131000)), ASKED)
    assert state(server)["firmware"] == "131001"


def test_builds_stay_while_the_master_is_off_line(serve, master):
    server = serve(asking(master))
    master.refuse()
    wait_for(lambda: state(server)["state"] == "stale", ASKED)
    assert state(server)["message"]
    assert server.poll(settled()).commands == FIRST
    # Also across a restart: what was heard is in a file.
    server.stop()
    server.start()
    assert server.poll(settled()).commands == FIRST
    assert state(server)["firmware"] == "125678"


def test_builds_are_asked_for_again_after_a_restart(serve, master):
    server = serve(asking(master))
    server.stop()
    master.builds("13.1001", "131000")
    server.start()
    wait_for(answers(server, builds(131001, 131000)), ASKED)


def test_damaged_cache_is_no_answer(serve, master):
    """Whatever file below the home holds the builds: rubbish in it is not believed."""
    server = serve(asking(master))
    server.stop()
    files = [p for p in server.path.rglob("*") if p.is_file()
             and "log" not in p.parts and b"125670" in p.read_bytes()]
    assert files, "the answer is nowhere on disk"
    for path in files:
        path.write_bytes(b"\0garbage")
    master.refuse()
    server.start()
    assert server.poll(settled()).commands == []
    server.logged("warn", "master device", "last answer", "not well-formed")


def test_an_old_answer_is_not_called_current(serve, master):
    """What is kept is older than it may be, and the device has not failed yet: it hangs."""
    server = serve(asking(master, 80))
    server.stop()
    set_age(server.path / "data/master-info.xml", 100)
    master.hang()
    server.start()
    known = state(server)
    assert (known["state"], known["message"], known["firmware"]) == ("stale", "", "125678")


GARBAGE = {
    "empty": (200, b""),
    "text": (200, b"busy, come back later"),
    "html": (200, b"<html><body><h1>Login</h1></body></html>"),
    "cut": (200, info()[:40]),
    "no-sys": (200, b"<info/>"),
    "no-version": (200, b"<info><sys/></info>"),
    "no-brackets": (200, b'<info><sys version="12r1 sr8"/></info>'),
    "empty-brackets": (200, info("", "")),
    "no-number": (200, info("12.x", "boot")),
    "command": (200, info("1 ser 1&#13;&#10;config add EVIL", "2")),
    "path": (200, info("../../config", "1/../2")),
    "entity": (200, b'<!DOCTYPE info [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + info()),
    "large": (200, b"<info>" + b"<!-- x -->" * 100000 + info()[6:]),
    "not-found": (404, info()),
    "error": (500, info()),
}


@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_is_no_answer(serve, master, kind):
    master.answer = GARBAGE[kind]
    server = serve(asking(master, 3600))
    wait_for(lambda: master.asked, ASKED)
    told = wait_for(lambda: state(server)["message"], ASKED)
    assert "\n" not in told and state(server)["state"] == "unknown"
    reply = server.poll(settled())
    assert (reply.status, reply.commands) == (200, [])
    server.logged("warn", "master")


def test_garbage_does_not_replace_an_answer(serve, master):
    server = serve(asking(master))
    master.answer = GARBAGE["html"]
    wait_for(lambda: state(server)["message"], ASKED)
    server.logged("warn", "master")
    known = state(server)
    assert (known["state"], known["firmware"], known["bootcode"]) == ("stale", "125678", "125670")
    assert server.poll(settled()).commands == FIRST


def test_master_that_wants_a_password(serve, master):
    """It stands in the URL, and nowhere in log, reply or status."""
    master.credentials = ("fleet", "s3cret")
    text = asking(master).replace("http://", "http://fleet:s3cret@")
    server = serve(text)
    wait_for(answers(server, FIRST), ASKED)
    master.credentials = ("fleet", "changed")
    assert "401" in wait_for(lambda: state(server)["message"], ASKED)
    said = server.cli("status")
    for where in (server.log(), said.stdout, str(state(server)), server.poll(settled()).text):
        assert "s3cret" not in where


def test_wrong_password(serve, master):
    master.credentials = ("fleet", "s3cret")
    server = serve(asking(master))
    assert "401" in wait_for(lambda: state(server)["message"], ASKED)
    assert server.poll(settled()).commands == []


@pytest.mark.parametrize("elements, expected, commands", [
    ('<master info=""/>', "off", settled_commands([])),
    ('<master info="none" firmware="4711" bootcode="4712"/>', "fixed", builds(4711, 4712)),
])
def test_no_master_is_asked(serve, elements, expected, commands):
    server = serve(config(elements))
    assert server.poll(settled()).commands == commands
    assert state(server)["state"] == expected


def test_fixed_builds_do_not_wait_for_the_master(serve, master):
    """Its address is there, its answer is not needed (corpus: firmware-fixed)."""
    master.hang()
    server = serve(asking(master, more=' firmware="4711" bootcode="firmware"'))
    assert server.poll(settled()).commands == builds(4711, 4711)


def test_other_master_after_a_change_of_the_configuration(serve, master, stack):
    """The builds of the old master are not those of the new one."""
    other = stack.enter_context(MasterDevice())
    other.builds("13.1001", "131000")
    server = serve(asking(master, 3600))
    assert server.poll(settled()).commands == FIRST
    server.config(asking(other, 3600))
    wait_for(answers(server, builds(131001, 131000)), ASKED)


def test_killed_keeper_forgets_nothing(serve, master):
    server = serve(asking(master, 3600))
    keeper = next(p["pid"] for p in server.status()["processes"] if p["kind"] == "keeper")
    master.refuse()
    os.kill(keeper, signal.SIGKILL)
    holds_for(answers(server, FIRST), 1.0)
