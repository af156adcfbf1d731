# SPDX-License-Identifier: ISC
"""
PITFALLS F4, F10, C4: the n-th write or flush of the store fails, each takes long, the n-th
allocation of a worker fails.
"""
import errno
import json
import os
import shutil
import tempfile
import time
from pathlib import Path

import pytest

from lib.faults import (BACK, SOAK, Daemon, FailAlloc, FailIo, Fleet, is_later, is_promise, look,
                        poll_of, sn_of, tracked, verified)
from lib.wait import wait_for

CALLS = int(os.environ.get("ROLLCALL_CALLS", 200 if SOAK else 40))
COMMIT_P99_MS, CHANGES_PER_SECOND, SYNC_US = 50, 500, 5000
PACE_SECONDS = 30 if SOAK else 4
ALLOCATIONS = 100000 if SOAK else 60  # that are tried of one message, spread evenly over all


def fail_at(at, stack, tmp_path):
    how = FailIo(tmp_path)
    return stack.enter_context(Daemon(at=at, env=how.environment(at))), how


@pytest.fixture
def failing(home, stack, tmp_path):
    """(server, what lets its writing fail)"""
    return fail_at(home(tracked()).path, stack, tmp_path)


@pytest.fixture
def failing_in_memory(home, stack, tmp_path):
    """The same without a disk: it is as slow as the test says, and not as somebody else's work makes it."""
    memory = "/dev/shm"
    if not os.access(memory, os.W_OK):
        memory = None
    at = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rollcall-", dir=memory)))
    shutil.copytree(home(tracked()).path, at, dirs_exist_ok=True)
    return fail_at(at, stack, tmp_path)


# F4

@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC], ids=errno.errorcode.get)
def test_nth_call_fails(failing, number):
    """A commit that fails is put off, one that leaves the store unusable ends the writer; all that
    was acknowledged stays."""
    server, how = failing
    with Fleet(server) as fleet:
        fleet.more(30, 5)
        for n in range(1, CALLS + 1):
            how.fail(n, number)
            wait_for(lambda: how.get("failed"), 10, f"call {n} to fail")
            fleet.more(len(fleet.threads) + 1)
            fleet.check()
        how.stop()
    fleet.check()
    look("verify", server.store)
    verified(server)
    print(f"writers replaced: {server.restarts('writer')}, {fleet}")
    assert not fleet.failed, "a worker can wait for the next writer"


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC], ids=errno.errorcode.get)
def test_nth_call_fails_when_it_starts(failing, number):
    """It has started, or it says why not and does when it is started again."""
    server, how = failing
    with Fleet(server, clients=2) as fleet:
        fleet.more(20, 5)
    for n in range(1, 6):
        server.die()
        how.fail(n, number)
        try:
            server.start()
        except AssertionError:
            server.start()
        how.stop()
        wait_for(lambda: is_promise(fleet.send((sn_of(0), "prot"))), 2 * BACK)
        fleet.check()
    verified(server)


# F10

def test_slow_disk(failing_in_memory):
    """5 ms a flush, as of a disk without a cache: many changes share one. Once in three times is
    enough: another program may need the processor meanwhile."""
    server, how = failing_in_memory
    how.set(sync_us=SYNC_US)
    for _ in range(3):
        report = json.loads(look("pace", server.path / "run/writer.sock", 32, CHANGES_PER_SECOND,
                                 PACE_SECONDS, timeout=PACE_SECONDS + 30))
        print(report)
        assert report["failed"] == 0, report
        assert report["count"] >= CHANGES_PER_SECOND * PACE_SECONDS * 0.95, report
        if report["p99_ms"] <= COMMIT_P99_MS:
            break
    assert report["p99_ms"] <= COMMIT_P99_MS, report
    verified(server)


def test_slow_disk_does_not_hold_up_who_changes_nothing(failing):
    server, how = failing
    known = sn_of(2000)
    assert is_promise(server.ask(poll_of(known, PROT=1)))
    how.set(sync_us=200000)
    quick = []
    with Fleet(server, clients=2) as fleet:
        fleet.more(3, 10)
        for _ in range(30):
            started = time.monotonic()
            assert is_promise(server.ask(poll_of(known, PROT=1)))
            quick.append(time.monotonic() - started)
        how.set(sync_us=0)
    assert sorted(quick)[len(quick) // 2] < 0.1, sorted(quick)


# C4

RICH = ('<info name="n{n}"><sys name="phone {n}" version="1[2]"/><servercert>'
        + '<certificate subject_cn="a" issuer_cn="b" not_before="1" not_after="2"/>' * 4
        + "</servercert><text>{n} &amp; &#65;</text></info>")


def answer_there(server, sn):
    for line in look("dump", server.store).splitlines():
        device = json.loads(line)
        if device["sn"] == sn:
            return device["answers"].get("one", "")
    return ""


def worker_pid(server):
    wait_for(server.whole, 40, "the worker")
    return server.workers()[0]["pid"]


def try_allocation(server, how, ask, n):
    """(reply, whether the n-th was reached)"""
    how.fail(worker_pid(server), n)
    reply = ask()
    reached = how.get("failed") > 0
    how.stop()
    return reply, reached


def count_allocations(server, how, ask):
    reply, _ = try_allocation(server, how, ask, 1 << 30)
    assert is_promise(reply), reply
    return how.get("calls")


def assert_honest(reply):
    """Served, or a failure that the device sees and that is not its fault."""
    assert is_promise(reply) or is_later(reply) or reply.status == 500 or not reply.complete, (
        f"{reply.status} {reply.text}")


@pytest.mark.parametrize("what", ["answer", "poll"])
def test_nth_allocation_of_a_worker_fails(stack, tmp_path, what):
    how = FailAlloc(tmp_path)
    server = stack.enter_context(Daemon(tracked(), workers=1, env=how.environment()))
    sn, now = sn_of(1), [0]

    def put():
        now[0] += 1
        return server.put(sn, "one", RICH.replace("{n}", str(now[0])))

    def poll():
        now[0] += 1
        return server.ask(poll_of(sn, PROT=now[0]))

    ask = put if what == "answer" else poll
    total = count_allocations(server, how, ask)
    most = min(ALLOCATIONS, total)
    tried = [1 + i * total // most for i in range(most)]
    promised = now[0]
    for n in tried:
        reply, reached = try_allocation(server, how, ask, n)
        assert reached or is_promise(reply), reply
        assert_honest(reply)
        promised = now[0] if is_promise(reply) else promised
        if what == "answer":
            # As it was, or what was just sent: never half of it, never less than promised.
            may = {RICH.replace("{n}", str(i)) for i in {promised, now[0]}}
            there = answer_there(server, sn).strip().replace("&#65;", "A")
            assert there in {x.replace("&#65;", "A") for x in may}, f"allocation {n}: {there}"
    print(f"{total} allocations, {most} tried, {server.status()['restarts']} workers replaced")
    verified(server)
