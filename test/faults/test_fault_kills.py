# SPDX-License-Identifier: ISC
"""
PITFALLS F1, and E1 for all kinds of processes: what was acknowledged survives whatever dies, and
the service is back within two seconds. ROLLCALL_KILLS=N kills so often, ROLLCALL_SEED=N as then.
"""
import os
import random
import signal
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from lib.faults import (BACK, QUERIES, SOAK, Fleet, Ledger, answer_of, dice, is_promise, kill, look,
                        poll_of, sn_of, stored, tracked, verified)
from lib.wait import wait_for

KILLS = int(os.environ.get("ROLLCALL_KILLS", 1000 if SOAK else 200))
KILLS_BEHIND_THE_WEB_SERVER = max(KILLS // 4, 1)
LONGEST = 0.15  # seconds between all being well and the next kill


def test_nothing_of_many_at_once_is_lost(served):
    """Of each device, four answers and two polls at the same time."""
    server = served(tracked(), workers=4)
    devices, rounds = 200 if SOAK else 40, 5
    ledger = Ledger()

    def task(key, n):
        sn, what = key
        if what in QUERIES:
            reply = server.put(sn, what, answer_of(n))
        else:
            reply = server.ask(poll_of(sn, PROT=n, BOOT=n))
        assert is_promise(reply), f"{key}: {reply.status} {reply.text}"
        ledger.promised(key, n)

    with ThreadPoolExecutor(12) as pool:
        for n in range(1, rounds + 1):
            keys = [(sn_of(i), what) for i in range(devices) for what in (*QUERIES, "prot", "boot")]
            random.Random(n).shuffle(keys)
            for key in keys:
                ledger.sent[key] = n
            list(pool.map(task, keys, [n] * len(keys)))
            ledger.check(lambda: stored(server.store))
    # Polls are counted, too, within the second that sightings may take.
    wait_for(lambda: all(stored(server.store)[sn_of(i), "polls"] == 2 * rounds
                         for i in range(devices)), 3, "all polls to be counted")
    verified(server)


class Sweep:
    """Kills processes at random moments, and looks each time whether all is well."""

    def __init__(self, server, kinds):
        self.server, self.kinds = server, kinds
        self.dice = dice()
        self.pause = threading.Event()
        self.kills = Counter()
        self.slowest = 0.0

    def victim(self):
        """(kind, pid). A kind that is killed again and again before it had anything to do is
        started later and later (policy.h); another one is taken meanwhile."""
        kind = self.dice.choices(list(self.kinds), self.kinds.values())[0]
        if kind == "supervisor":
            return kind, self.server.process.pid
        there = [(p["kind"], p["pid"]) for p in self.server.status()["processes"] if p["pid"]]
        return self.dice.choice([x for x in there if x[0] == kind] or there)

    def run(self, fleet, count):
        """The keys of a client of its own show when changes are taken again."""
        for n in range(count):
            kind, pid = self.victim()
            self.pause.wait(self.dice.uniform(0, LONGEST))
            self.kills[kind] += 1
            if kind == "supervisor":
                self.server.die()
                self.server.start()
            else:
                kill(pid, signal.SIGKILL)
            self.back(fleet, n)
            if n % 5 == 0:
                fleet.check()

    def back(self, fleet, n):
        started = time.monotonic()
        for what in ("prot", QUERIES[n % len(QUERIES)]):
            key = (f"back-{what}", what)
            wait_for(lambda k=key: is_promise(fleet.send(k)), BACK, f"{what} to be taken again")
        self.slowest = max(self.slowest, time.monotonic() - started)
        assert time.monotonic() - started <= BACK, f"back after {time.monotonic() - started:.2f} s"

    def __str__(self):
        return f"kills {self.kills}, slowest return {self.slowest:.2f} s"


def sweep(server, kinds, count):
    sweeping = Sweep(server, kinds)
    with Fleet(server) as fleet:
        fleet.more(50, 5)
        sweeping.run(fleet, count)
        fleet.more(50, 5)
    fleet.check()
    look("verify", server.store)
    verified(server)
    wait_for(server.whole, 5)
    print(sweeping, fleet, sep="\n")
    server.stop()
    fleet.check()
    return sweeping, fleet


def test_kills_of_everybody(daemon):
    sweep(daemon(tracked(), workers=3),
          {"writer": 4, "update": 3, "supervisor": 2, "keeper": 1, "lookup": 1, "signer": 1, "admin": 1,
           "ap": 1, "forward": 1}, KILLS)


def test_kills_behind_the_web_server(served):
    """Here a device sees what the web server makes of it, too."""
    sweeping, fleet = sweep(served(tracked(), workers=3),
                            {"writer": 4, "update": 3, "keeper": 1, "lookup": 1, "signer": 1, "admin": 1,
                             "ap": 1, "forward": 1},
                            KILLS_BEHIND_THE_WEB_SERVER)
    # Who dies costs what he has in hand; all other requests wait.
    assert fleet.failed <= sweeping.kills["update"], str(fleet)
    assert fleet.later <= 3 * sweeping.kills["writer"], str(fleet)


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL], ids=["told-to-leave", "killed"])
def test_writer_that_ends(served, sign):
    """One that leaves takes along what it was sent. One that is killed costs what it had in hand:
    nobody knows whether that is kept, so it is not acknowledged; all others wait for the next."""
    kills, workers = 20, 3
    server = served(tracked(), workers=workers)
    with Fleet(server, clients=6) as fleet:
        for _ in range(kills):
            fleet.more(20)
            pid = server.pid("writer")
            kill(pid, sign)
            wait_for(lambda p=pid: server.pid("writer") not in (0, p), BACK, "the next writer")
    fleet.check()
    print(fleet)
    assert not fleet.failed, str(fleet)
    assert fleet.later <= (kills * workers if sign == signal.SIGKILL else 0), str(fleet)
