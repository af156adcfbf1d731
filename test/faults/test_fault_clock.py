# SPDX-License-Identifier: ISC
"""
PITFALLS G1: the time of day jumps while it runs. Nobody is forgotten by a jump, polls go on.
"""
import json
import re
import time

import pytest

from lib.clock import Clock
from lib.faults import Daemon, Fleet, is_promise, kill, poll_of, sn_of, stored, tracked
from lib.server import DAY
from lib.wait import holds_for, wait_for

JUMPS = {"400-days-on": 400 * DAY, "5-years-back": -5 * 365 * DAY, "an-hour-on": 3600,
         "an-hour-back": -3600}
SNIPPETS = {"update-all-default.txt": "config add T /v 1\r\n"}


@pytest.fixture
def clocked(stack, tmp_path):
    """clocked(config) starts rollcalld with a clock that can be set."""
    clock = Clock(tmp_path)

    def start(*args, **how):
        server = stack.enter_context(Daemon(*args, env=clock.environment(), **how))
        server.clock = clock
        return server
    return start


def seen(server, sn):
    done = server.cli("device", sn, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["seen"]


@pytest.mark.parametrize("jump", JUMPS)
def test_jump_under_load(clocked, jump):
    server = clocked(tracked())
    with Fleet(server, clients=4) as fleet:
        fleet.more(30, 5)
        server.clock.jump(JUMPS[jump])
        fleet.more(30, 10)
        server.logged("clock", "it was set", deadline=8)
        server.clock.jump(0)
        fleet.more(30, 10)
        server.clock.jump(JUMPS[jump])
        fleet.more(30, 10)
    assert not fleet.failed and not fleet.later, str(fleet)
    fleet.check()
    assert server.status()["restarts"] == 0
    assert_time_is_the_new_one(server, JUMPS[jump])


def assert_time_is_the_new_one(server, seconds):
    assert is_promise(server.ask(poll_of(sn_of(0), PROT=999999)))
    wait_for(lambda: abs(seen(server, sn_of(0)) - time.time() - seconds) < 5, 3,
             "the last poll to be of the new time")


@pytest.mark.parametrize("jump", JUMPS)
def test_nobody_is_forgotten_by_a_jump(clocked, jump):
    """Known before, silent since: it has a day to show up again."""
    server = clocked(tracked(), SNIPPETS)
    for i in range(5):
        assert is_promise(server.ask(poll_of(sn_of(i), PROT=i + 1)))
    server.clock.jump(JUMPS[jump])
    # Whoever looks after expiry looks at once when it is new.
    pid = server.pid("keeper")
    kill(pid)
    wait_for(lambda: server.pid("keeper") not in (0, pid), 5)
    there = [(sn_of(i), "prot") for i in range(5)]
    holds_for(lambda: all(k in stored(server.store) for k in there), 1)
    server.die()
    server.start()
    holds_for(lambda: all(k in stored(server.store) for k in there), 1)
    assert server.alive()


def test_who_is_silent_is_forgotten(clocked):
    """Without a jump: the time that status/@expire gives, and some for the keeper."""
    server = clocked(tracked(expire=2), SNIPPETS)
    for i in range(5):
        assert is_promise(server.ask(poll_of(sn_of(i), PROT=i + 1)))
    assert is_promise(server.put(sn_of(1), "one", "<info/>"))

    def left():
        reply = server.ask(poll_of(sn_of(0), PROT=1))
        assert reply.status == 200
        return {sn for sn, what in stored(server.store) if what == "prot"}

    wait_for(lambda: left() == {sn_of(0)}, 20, "those that are silent to be forgotten")
    holds_for(lambda: left() == {sn_of(0)}, 1)
    # One that was forgotten is simply new.
    assert is_promise(server.ask(poll_of(sn_of(1), PROT=50)))
    assert stored(server.store)[sn_of(1), "prot"] == 50


def test_snippets_of_the_future(clocked):
    """Files are younger than now: within the grace time, so no command of theirs; no crash."""
    server = clocked(tracked(), SNIPPETS)
    server.clock.jump(-5 * 365 * DAY)
    reply = server.ask(poll_of(sn_of(0), PROT=1))
    assert reply.status == 200 and reply.complete
    assert re.search(r"^# ", reply.text, re.M)
    server.clock.jump(0)
    assert "config add T /v 1" in server.ask(poll_of(sn_of(0), PROT=1)).commands
