# SPDX-License-Identifier: ISC
"""
How many polls there were is counted on the board and put into the store by the keeper, once a minute and
when it begins: a keeper that is killed loses none of them, and none counts twice. It also ends sessions that
nobody has used for half a day.
"""
import os
import signal
import time

from lib.faults import SNIPPETS, look, look_info, poll_of, sn_of, tracked
from lib.wait import wait_for


def keeper_of(server):
    return next((p["pid"] for p in server.status()["processes"] if p["kind"] == "keeper"), 0)


def replace_keeper(server):
    old = keeper_of(server)
    os.kill(old, signal.SIGKILL)
    wait_for(lambda: keeper_of(server) not in (0, old), 10)


def counted(server, what):
    return int(look("tallies", server.store, what))


def test_counts_outlive_the_keeper(daemon):
    server = daemon(tracked(), SNIPPETS)
    for i in range(5):
        server.poll(poll_of(sn_of(i)))
    assert "refused" in server.poll(poll_of("a/b")).text
    assert server.poll("type=IP232&sn=00-90-33-40-00-00").status == 200  # arguments are missing
    assert server.poll(poll_of(sn_of(0), env="nowhere")).status == 200
    server.ask(poll_of(sn_of(0)), method="HEAD")  # for people
    server.ask("mode=query&id=one&sn=" + sn_of(0), method="PUT", body=b"<info/>")
    server.poll("mode=show")
    replace_keeper(server)
    wait_for(lambda: counted(server, "polls") == 8, 10)
    assert counted(server, "refused") == 3
    server.poll(poll_of(sn_of(0)))
    replace_keeper(server)
    wait_for(lambda: counted(server, "polls") == 9, 10)
    replace_keeper(server)
    server.poll(poll_of(sn_of(0)))
    replace_keeper(server)
    wait_for(lambda: counted(server, "polls") == 10, 10)
    assert counted(server, "refused") == 3
    server.stop()


def test_sessions_that_nobody_uses_end(daemon):
    server = daemon(tracked(), SNIPPETS)
    server.stop()
    now = int(time.time())
    look("session", server.store, "a" * 64, now - 12 * 3600 - 60)
    look("session", server.store, "b" * 64, now - 12 * 3600 + 3600)
    assert look_info(server.store)["sessions"] == 2
    server.start()
    wait_for(lambda: look_info(server.store)["sessions"] == 1, 20)
    server.stop()
