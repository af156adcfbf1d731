# SPDX-License-Identifier: ISC
"""PITFALLS F9: copies of a store in use are consistent; one that fails leaves the copy before."""
import os

import pytest

from lib.faults import SOAK, Fleet, look, stored, tracked
from lib.wait import wait_for

COPIES = 100 if SOAK else 20


def copied(server, to, place=None, status=0):
    run = place.run if place else lambda f, *a, **h: f(*a, **h)
    done = run(server.cli, "copy", to, timeout=60)
    assert done.returncode == status, f"{done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def test_copies_during_load(daemon, tmp_path):
    server = daemon(tracked())
    with Fleet(server, clients=4) as fleet:
        fleet.more(50, 5)
        for i in range(COPIES):
            # Some over the one before, some where nothing is.
            to = tmp_path / f"copy-{i % 7}"
            before = dict(fleet.ledger.acknowledged)
            copied(server, to)
            look("verify", to)
            there = stored(to)
            lost = {k: (n, there.get(k)) for k, n in before.items()
                    if not n <= there.get(k, 0) <= fleet.ledger.sent[k]}
            assert not lost, f"copy {i}: {lost}"
    assert not fleet.failed and not fleet.later, str(fleet)
    fleet.check()
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        f"copy-{i}" for i in range(min(7, COPIES))], "something was left beside them"
    # One of them, put in place of the store, is a store.
    server.stop()
    copied(server, tmp_path / "last")
    done = server.cli("repair", "--from", tmp_path / "copy-0", timeout=30)
    assert done.returncode == 0, done.stdout + done.stderr
    server.start()
    assert stored(server.store) == stored(tmp_path / "copy-0")
    assert server.alive()


def test_full_target(daemon, place, tmp_path):
    """The copy before stays, and nothing of the new one does."""
    server = daemon(tracked())
    target = tmp_path / "target"
    target.mkdir()
    place.tmpfs(target, "1m")
    with Fleet(server, clients=4) as fleet:
        fleet.more(20, 5)
    copied(server, target / "copy", place)
    old = place.run(stored, target / "copy")
    files = place.run(lambda: sorted(os.listdir(target)))
    for i in range(200):
        server.put(f"00-90-33-50-00-{i:02x}", "one", "<info>" + "x" * 60000 + "</info>")
    said = copied(server, target / "copy", place, status=1)
    assert "no room for a copy" in said, said
    assert place.run(stored, target / "copy") == old
    place.run(look, "verify", target / "copy")
    assert place.run(lambda: sorted(os.listdir(target))) == files
    fleet.check()


@pytest.mark.skipif(not SOAK, reason="the first one is made after ten minutes: ROLLCALL_SOAK=1")
def test_daily_copy(daemon):
    server = daemon(tracked())
    with Fleet(server, clients=2) as fleet:
        fleet.more(20, 5)
        copy = server.path / "data/store-copy"
        wait_for(lambda: (copy / "data.mdb").exists(), 700, "HOME/data/store-copy")
        look("verify", copy)
        before = dict(fleet.ledger.acknowledged)
        assert stored(copy).keys() & before.keys()
