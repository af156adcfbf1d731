# SPDX-License-Identifier: ISC
"""
PITFALLS F2, F3: a full disk, one that cannot be written, and power cuts.
"""
import errno
import os
import threading
import time

import pytest

from lib.faults import (ASKED, SNIPPETS, SOAK, Daemon, FailIo, Fleet, Ledger, answer_of, dice,
                        idle_of, is_later, is_promise, kill, look, poll_of, sn_of, stored, tracked,
                        verified)
from lib.server import StartError
from lib.wait import wait_for

RECOVERY = 5.0
CUTS = int(os.environ.get("ROLLCALL_CUTS", 100 if SOAK else 4))
LINES_PER_SECOND = 4  # two workers, one line each, and the writer now and then


def start_in(stack, place, prepare, *args, **how):
    """A rollcalld whose HOME/data is on a file system of its own."""
    server = Daemon(*args, **how)
    stack.callback(server.remove)
    data = server.path / "data"
    data.mkdir(mode=0o750)
    prepare(data)
    place.run(server.start)
    stack.callback(lambda: place.run(server.stop))
    return server, data


def assert_put_off(server, sn, n):
    """Each kind of promise; what was known before is told all the same."""
    for reply in (server.ask(poll_of(sn, PROT=n)), server.put(sn, "one", answer_of(n)),
                  server.ask(poll_of(sn_of(4000 + n), PROT=n))):
        assert is_later(reply), f"{reply.status} {reply.text}"


def assert_no_flood(server, after, seconds):
    lines = [x for x in server.log()[after:].splitlines() if "] info: " not in x]
    assert len(lines) <= LINES_PER_SECOND * (seconds + 1) + 10, lines[:5]
    return lines


def assert_idle_is_answered(server, sn):
    """Nothing changes by it, so nothing is promised."""
    reply = server.ask(idle_of(sn))
    assert reply.status == 200 and reply.commands == ASKED, reply.text


def fill(path):
    with open(path, "wb", buffering=0) as f:
        with pytest.raises(OSError, match="No space left"):
            while True:
                f.write(b"x" * 4096)


def test_full_disk(stack, place):
    server, data = start_in(stack, place, lambda d: place.tmpfs(d, "3m"), tracked(), SNIPPETS)
    known = sn_of(3000)
    assert is_promise(server.ask(idle_of(known)))

    def look_now():
        return place.run(stored, server.store)

    with Fleet(server) as fleet:
        for _ in range(3):
            fleet.more(100, 10)
            after, started = len(server.log()), time.monotonic()
            place.run(fill, data / "filler")
            later = fleet.later
            wait_for(lambda n=later: fleet.later > n + 20, 10, "promises to be put off")
            assert_idle_is_answered(server, known)
            assert server.alive()
            assert fleet.ledger.check(look_now)
            assert_no_flood(server, after, time.monotonic() - started)
            assert "No space left" in server.log()
            place.run(os.unlink, data / "filler")
            fleet.more(20, RECOVERY)
    assert not fleet.wrong and not fleet.failed, (fleet.wrong[:2], str(fleet))
    fleet.ledger.check(look_now)
    place.run(verified, server)


def test_disk_that_a_store_fills_by_itself(stack, place):
    """It grows until nothing fits any more; then a device less makes room for others."""
    server, _ = start_in(stack, place, lambda d: place.tmpfs(d, "2m"), tracked())
    there, big = {}, "<info>" + "y" * 60000 + "</info>"
    for i in range(200):
        reply = server.put(sn_of(i), "one", big)
        if not is_promise(reply):
            break
        there[sn_of(i)] = big
    assert is_later(reply), f"{reply.status} {reply.text}"
    assert len(there) > 5
    dumped = place.run(look, "dump", server.store)
    assert all(sn in dumped for sn in there)
    for sn in list(there)[:5]:
        done = place.run(server.cli, "device", sn, "--forget", timeout=20)
        assert done.returncode == 0, done.stdout + done.stderr
    wait_for(lambda: is_promise(server.put(sn_of(300), "one", answer_of(300))), RECOVERY)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO, errno.EDQUOT],
                         ids=errno.errorcode.get)
def test_nothing_can_be_written_for_a_while(home, stack, tmp_path, number):
    """As of a file system that turned read-only: every write fails, then none."""
    failing = FailIo(tmp_path)
    at = home(tracked(), SNIPPETS).path
    server = stack.enter_context(Daemon(at=at, env=failing.environment(at)))
    known = sn_of(3000)
    assert is_promise(server.ask(idle_of(known)))
    with Fleet(server, clients=4) as fleet:
        fleet.more(30, 5)
        after, started = len(server.log()), time.monotonic()
        failing.fail(1, number, lasting=True)
        wait_for(lambda: fleet.later > 10, 15, "promises to be put off")
        assert_put_off(server, known, 2)
        assert_idle_is_answered(server, known)
        assert server.alive()
        lines = assert_no_flood(server, after, time.monotonic() - started)
        assert any(os.strerror(number) in x for x in lines), lines
        failing.stop()
        fleet.more(20, RECOVERY)
    assert failing.get("failed") > 0, "the library was not asked"
    fleet.check()
    verified(server)


def test_start_without_a_writable_disk(stack, place):
    """It says what is wrong; when that is over it starts."""
    server, data = start_in(stack, place, lambda d: place.tmpfs(d, "3m"), tracked())
    assert is_promise(server.put(sn_of(1), "one", answer_of(1)))
    place.run(server.stop)
    place.command("mount", "-o", "remount,ro", data)
    with pytest.raises((StartError, AssertionError)) as refusal:
        place.run(server.start)
    assert "Read-only file system" in str(refusal.value), refusal.value
    place.command("mount", "-o", "remount,rw", data)
    place.run(server.start)
    assert place.run(stored, server.store)[sn_of(1), "one"] == 1


# Power cuts

class Cuts:
    """A server whose HOME/data is on a disk that loses power."""

    def __init__(self, stack, place, folder, **how):
        self.place, self.image, self.dice = place, folder / "image", dice()
        self.server, self.data = start_in(stack, place, lambda d: place.ext4(self.image, d),
                                          tracked(), **how)
        self.ledger = Ledger()

    def cut(self, n):
        """At a random moment of a busy time; every other time the kernel has written pieces."""
        over = threading.Event()
        with Fleet(self.server, pace=0.001, ledger=self.ledger) as fleet:
            fleet.more(20, 10)
            timer = threading.Timer(self.dice.uniform(0.01, 0.3), over.set)
            timer.start()
            if n % 2:
                self.place.write_back(self.server.store / "data.mdb", self.dice, over)
            over.wait()
            before = dict(self.ledger.acknowledged)
            self.place.cut_power(self.data)
            for pid in self.server.processes_left():
                kill(pid)
        assert not fleet.wrong, fleet.wrong[:3]
        self.server.is_gone()
        self.place.unmount(self.data)
        self.place.mount_image(self.image, self.data)
        return before

    def check(self, before, n):
        there = self.place.run(stored, self.server.store)
        lost = {k: (v, there.get(k)) for k, v in before.items()
                if not v <= there.get(k, 0) <= self.ledger.sent[k]}
        assert not lost, f"cut {n}: {lost}"
        self.place.run(look, "verify", self.server.store)


def test_power_cuts(stack, place, tmp_path):
    """What is not on the disk is gone; what was acknowledged was on the disk."""
    cuts = Cuts(stack, place, tmp_path)
    for n in range(CUTS):
        cuts.check(cuts.cut(n), n)
        place.run(cuts.server.start)
        assert is_promise(cuts.server.put(sn_of(1000 + n), "one", answer_of(1)))
    place.run(verified, cuts.server)


def test_cuts_are_cuts(home, stack, place, tmp_path):
    """With flushes that do nothing the same test finds that something is missing."""
    lying = FailIo(tmp_path)
    at = home(tracked()).path
    cuts = Cuts(stack, place, tmp_path, at=at, env=lying.environment(at))
    lying.set(sync_us=-1)
    with pytest.raises(AssertionError):
        for n in range(20):
            cuts.check(cuts.cut(n), n)
            place.run(cuts.server.start)
    place.run(cuts.server.cli, "repair", "--start-over")
