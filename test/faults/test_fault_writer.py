# SPDX-License-Identifier: ISC
"""
PITFALLS F5, F6, F8, F11: a writer that does not move, readers that died or are many, a map that is
too small.
"""
import os
import signal
import time

from lib.faults import (ASKED, SNIPPETS, SOAK, Fleet, Held, idle_of, is_promise, kill, look,
                        look_info, readers, sn_of, tracked, verified)
from lib.load import Load
from lib.wait import wait_for

WRITER_SECONDS = 10      # LIMIT_WRITER_SECONDS
LOOKED_AT = 2.0          # until the supervisor sees that, on a busy machine
REAPED = 10.0
COMMITS = 10000 if SOAK else 3000
GROWTH = 1.1


# F11

def test_stopped_writer_is_replaced(served):
    server = served(tracked(), SNIPPETS, workers=3)
    known = sn_of(3000)
    assert is_promise(server.ask(idle_of(known)))
    with Fleet(server, clients=2) as fleet:
        fleet.more(20, 5)
        pid = server.pid("writer")
        os.kill(pid, signal.SIGSTOP)
        stopped = time.monotonic()
        with Load(server, idle_of(known), [ASKED], clients=2) as load:
            wait_for(lambda: server.pid("writer") not in (0, pid), WRITER_SECONDS + LOOKED_AT)
            replaced = time.monotonic() - stopped
        fleet.more(20)
    assert 1 < replaced, "it was not given a chance"
    fleet.check()
    assert fleet.later > 0 and not fleet.failed, str(fleet)
    # Readers did not notice: as long as somebody was stopped, and as quickly.
    assert not load.failed and not load.wrong, (load.failed[:1], load.wrong[:1])
    print(f"replaced after {replaced:.1f} s; {load.served} polls meanwhile, "
          f"p99 {load.percentile(99) * 1000:.0f} ms; {fleet}")
    assert load.served > 100 and load.percentile(99) < 0.5, load.percentile(99)
    verified(server)


def test_writer_that_goes_on_is_kept(served):
    """Stopped for two seconds: whoever waits is answered then, and nobody is replaced."""
    server = served(tracked(), workers=3)
    with Fleet(server, clients=2) as fleet:
        fleet.more(20, 5)
        pid = server.pid("writer")
        os.kill(pid, signal.SIGSTOP)
        time.sleep(2)  # this is what is tested
        os.kill(pid, signal.SIGCONT)
        fleet.more(20)
    fleet.check()
    assert not fleet.later and not fleet.failed, str(fleet)
    assert server.pid("writer") == pid


# F5, F8

def test_reader_that_was_killed(daemon):
    """What it held is used again; else the file would grow with each commit."""
    server = daemon(tracked())
    socket = server.path / "run/writer.sock"
    look("post", socket, 1000)
    wait_for(server.reads_for_pages, what="the processes for pages to read")
    before = readers(server.store)
    with Held(server.store, 1) as held:
        assert readers(server.store) > before
        kill(held.pids[0])
        started = time.monotonic()
        look("post", socket, COMMITS // 10, timeout=300)
        wait_for(lambda: readers(server.store) <= before,
                 max(0.1, started + REAPED - time.monotonic()), "its place to be free again")
    freed = time.monotonic() - started
    grown = look_info(server.store)["file_bytes"]
    look("post", socket, COMMITS, timeout=300)
    after = look_info(server.store)["file_bytes"]
    print(f"freed after {freed:.1f} s, {COMMITS} commits: {grown} bytes, then {after}")
    assert after <= grown * GROWTH, f"{grown} bytes, then {after}"
    verified(server)


def test_many_readers(daemon):
    """And all of them die at once."""
    server = daemon(tracked(), SNIPPETS)
    count = 480 if SOAK else 200
    with Fleet(server, clients=3) as fleet:
        fleet.more(20, 5)
        wait_for(server.reads_for_pages, what="the processes for pages to read")
        before = readers(server.store)
        with Held(server.store, count) as held:
            assert readers(server.store) >= count
            fleet.more(50, 10)
            verified(server)
            for pid in held.pids:
                kill(pid)
            wait_for(lambda: readers(server.store) <= before + 2, REAPED,
                     "their places to be free again")
        fleet.more(50, 5)
    fleet.check()
    assert not fleet.later and not fleet.failed, str(fleet)


# F6

def test_map_that_is_too_small(daemon):
    """It begins with 1 MB and gets ten times as much; nobody is restarted."""
    server = daemon(tracked(mapsize=1), SNIPPETS, workers=3)
    known = sn_of(3000)
    assert is_promise(server.ask(idle_of(known)))
    before = look_info(server.store)
    pids = {p["pid"] for p in server.status()["processes"]}
    size = 60000
    with Fleet(server, devices=4, clients=2) as fleet:
        for i in range(100 if SOAK else 60):
            for query in ("one", "two", "three"):
                body = f"<info>{i} {query} {'z' * size}</info>"
                reply = server.put(sn_of(100 + i), query, body)
                assert is_promise(reply), f"{i} {query}: {reply.status} {reply.text}"
            assert server.ask(idle_of(known)).commands == ASKED
    after = look_info(server.store)
    print(before, after, fleet)
    assert after["file_bytes"] > 10 * (1 << 20) and after["map_bytes"] >= after["file_bytes"]
    assert {p["pid"] for p in server.status()["processes"]} == pids
    assert not fleet.later and not fleet.failed, str(fleet)
    fleet.check()
    dumped = look("dump", server.store)
    assert dumped.count("z" * size) >= 180
    verified(server)
