# SPDX-License-Identifier: ISC
"""
PITFALLS B4, E1, E2, E4, E5, E7: workers that die, hang, crash or are replaced cost at most the
request that they had in hand. ROLLCALL_SOAK=1 lets E1 last as long as PITFALLS says.
"""
import asyncio
import contextlib
import os
import random
import re
import resource
import signal
import socket
import threading
import time
from pathlib import Path

import pytest

from lib import fcgi, wire
from lib.device import SN, UPDATE, settled, settled_commands
from lib.load import Load, percentile
from lib.server import DAY, StartError, config, set_age
from lib.wait import holds_for, wait_for

SOAK = os.environ.get("ROLLCALL_SOAK") == "1"
SNIPPETS = {"update-all-default.txt": "config add T /v 1\r\n"}
RIGHT = settled_commands(["config add T /v 1"])
BACK = 1.0       # seconds until a worker that died is replaced
WATCHDOG = 2     # seconds, as given to serve
REPLACED = WATCHDOG + 1.0
SEEN = 0.5       # what looking at it takes, on a machine with other work


def fault(what):
    return settled(fault=what)


class Asked:
    """A request in a thread of its own."""

    def __init__(self, server, arguments, timeout=20.0):
        self.reply = None
        self.thread = threading.Thread(
            target=lambda: setattr(self, "reply", server.poll(arguments, timeout=timeout)),
            daemon=True)
        self.thread.start()

    def done(self):
        return not self.thread.is_alive()

    def result(self, deadline=20.0):
        self.thread.join(deadline)
        assert self.done(), "no answer and no end of the connection"
        return self.reply


def assert_right(reply):
    assert (reply.status, reply.complete) == (200, True), reply
    assert reply.commands == RIGHT, reply.text


def assert_failed(reply):
    """The client can see that this went wrong."""
    assert not (reply.complete and reply.status == 200), reply
    assert not reply.timed_out


def assert_undisturbed(load):
    assert load.served > 0
    assert not load.wrong, load.wrong[0]
    assert not load.failed, f"{len(load.failed)} of {load.served}: {load.failed[0]}"


def supervisor(server):
    return server.status()["supervisor"]["pid"]


def replaced(server, pids):
    """Once none of these workers is left and there are as many as before."""
    return lambda: server.whole() and not server.worker_pids() & set(pids)


# B4: what a client sees of a worker that dies

@pytest.mark.parametrize("how", ["crash", "crash-mid"])
def test_crash_is_seen_by_its_client_alone(serve, how):
    server = serve(snippets=SNIPPETS, fault=True)
    before = server.worker_pids()
    assert_failed(server.poll(fault(how)))
    wait_for(lambda: server.whole() and server.worker_pids() != before, BACK + SEEN)
    (dead,) = before - server.worker_pids()
    server.logged(f"{dead}")
    assert re.search(rf"(?<!\[){dead}\b", server.log()), "the log has no obituary"
    assert server.status()["restarts"] >= 1
    for _ in range(10):
        assert_right(server.poll(settled()))


def test_killed_in_the_middle_of_a_request(serve):
    server = serve(snippets=SNIPPETS, fault=True)
    asked = Asked(server, fault("sleep:5000"))
    os.kill(server.busy()[0], signal.SIGKILL)
    assert_failed(asked.result())
    assert_right(server.poll(settled()))
    wait_for(server.whole, BACK + SEEN)


def test_without_the_variable_a_fault_is_an_argument(serve):
    server = serve(snippets=SNIPPETS)
    before = server.worker_pids()
    for what in ("crash", "crash-mid", "spin", "sleep:60000"):
        assert_right(server.poll(fault(what), timeout=5))
    assert server.worker_pids() == before


# E1

def test_random_kills_under_load(serve):
    workers = 4
    server = serve(snippets=SNIPPETS, workers=workers)
    dice = random.Random(20260301)
    kills, whole_at = 0, time.monotonic()
    with Load(server, settled(), [RIGHT]) as load:
        end = time.monotonic() + (60 if SOAK else 10)
        pace = threading.Event()
        while time.monotonic() < end:
            there = server.workers()
            if len(there) == workers:
                whole_at = time.monotonic()
            assert time.monotonic() - whole_at <= BACK + SEEN, f"{there} for a second"
            with contextlib.suppress(ProcessLookupError, IndexError):
                os.kill(dice.choice(there)["pid"], signal.SIGKILL)
                kills += 1
            pace.wait(0.2)
        wait_for(server.whole, BACK + SEEN)
    assert load.served > 0 and not load.wrong, load.wrong[:1]
    assert len(load.failed) <= kills, f"{len(load.failed)} failed, {kills} kills"
    assert server.alive()


def test_keeper_is_replaced(serve):
    server = serve(snippets=SNIPPETS)

    def keeper():
        return next((p["pid"] for p in server.status()["processes"] if p["kind"] == "keeper"), 0)

    old = keeper()
    os.kill(old, signal.SIGKILL)
    wait_for(lambda: keeper() not in (0, old), 5)
    assert_right(server.poll(settled()))


# E2

def test_rolling_restart_loses_nothing(serve):
    server = serve(snippets=SNIPPETS, workers=3)
    with Load(server, settled(), [RIGHT]) as load:
        for _ in range(3):
            for pid in server.worker_pids():
                os.kill(pid, signal.SIGTERM)
                wait_for(replaced(server, [pid]), 5, "a worker in place of the old one")
    assert_undisturbed(load)


def test_all_workers_leave_at_once(serve):
    server = serve(snippets=SNIPPETS, workers=3)
    with Load(server, settled(), [RIGHT]) as load:
        old = server.worker_pids()
        for pid in old:
            os.kill(pid, signal.SIGTERM)
        wait_for(replaced(server, old), 5)
    assert_undisturbed(load)


def test_worker_told_to_leave_ends_its_request_first(serve):
    server = serve(snippets=SNIPPETS, fault=True)
    asked = Asked(server, fault("sleep:700"))
    pid = server.busy()[0]
    os.kill(pid, signal.SIGTERM)
    assert_right(asked.result())
    wait_for(replaced(server, [pid]), 5)


# E4

def test_endless_loop_is_ended(serve):
    server = serve(snippets=SNIPPETS, fault=True, watchdog=WATCHDOG)
    started = time.monotonic()
    asked = Asked(server, fault("spin"))
    pids = server.busy()
    with Load(server, settled(), [RIGHT], clients=2) as load:
        wait_for(replaced(server, pids), REPLACED + SEEN)
        assert_failed(asked.result(SEEN))
    assert WATCHDOG - 0.2 <= time.monotonic() - started
    assert_undisturbed(load)
    server.logged(str(pids[0]))


@pytest.mark.parametrize("state", ["idle", "busy"])
def test_stopped_worker_is_replaced(serve, state):
    server = serve(snippets=SNIPPETS, fault=True, watchdog=WATCHDOG)
    asked = Asked(server, fault("sleep:1000")) if state == "busy" else None
    pid = (server.busy() if asked else sorted(server.worker_pids()))[0]
    os.kill(pid, signal.SIGSTOP)
    with Load(server, settled(), [RIGHT], clients=2) as load:
        wait_for(replaced(server, [pid]), REPLACED + SEEN)
    # An idle one that had just taken a connection takes that one with it.
    assert len(load.failed) <= 1 and not load.wrong, load.failed
    if asked:
        assert_failed(asked.result(SEEN))


BEGIN = fcgi.record(fcgi.BEGIN, fcgi.RESPONDER)
HALF_REQUESTS = {
    "two-bytes": b"\x01\x01",
    "half-begin": BEGIN[:12],
    "no-parameters": BEGIN,
    "half-parameters": BEGIN + fcgi.record(fcgi.PARAMS, b"x" * 100)[:20],
    "no-body": BEGIN + fcgi.record(fcgi.PARAMS, fcgi.pairs(fcgi.environment(
        "mode=backup", REQUEST_METHOD="PUT", CONTENT_LENGTH="10"))) + fcgi.record(fcgi.PARAMS),
}


@pytest.mark.parametrize("half", HALF_REQUESTS)
def test_half_a_fastcgi_request_does_not_hold_a_worker(serve, half):
    """The worker gives up, or is replaced: either way its end of the connection closes."""
    server = serve(snippets=SNIPPETS, watchdog=WATCHDOG)
    with fcgi.connect(server.path, timeout=REPLACED + SEEN) as held:
        held.sendall(HALF_REQUESTS[half])
        with Load(server, settled(), [RIGHT], clients=2) as load:
            with contextlib.suppress(ConnectionResetError):
                while held.recv(4096):
                    pass  # a refusal is fine as well; a time-out fails the test
    assert_undisturbed(load)
    wait_for(server.whole, BACK + SEEN)


def test_rubbish_at_the_workers_socket(serve):
    server = serve(snippets=SNIPPETS, watchdog=WATCHDOG)
    dice = random.Random(4711)
    for size in (1, 7, 8, 9, 100, 5000):
        with fcgi.connect(server.path, timeout=REPLACED + SEEN) as s:
            with contextlib.suppress(OSError):
                s.sendall(dice.randbytes(size))
                s.shutdown(socket.SHUT_WR)
                while s.recv(4096):
                    pass
    wait_for(server.whole, REPLACED + SEEN)
    assert_right(server.poll(settled()))


# E5

def test_many_clients_at_once(serve):
    """All are connected before the first one asks, so they really are there at once."""
    clients, milliseconds = 2000, 20
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < clients + 100:
        pytest.fail(f"this test needs {clients + 100} open files, the limit is {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, clients + 100), hard))
    try:
        server = serve(snippets=SNIPPETS, fault=True)
        raw = wire.get(f"{UPDATE}?{fault(f'sleep:{milliseconds}')}")
        replies = asyncio.run(at_once(server.port, raw, clients, deadline=120))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    statuses = {}
    for reply in replies:
        statuses[reply.status] = statuses.get(reply.status, 0) + 1
    assert statuses == {200: clients}
    assert all(r.complete and r.commands == RIGHT for r in replies)


async def at_once(port, raw, clients, deadline):
    streams = []
    for _ in range(clients):
        streams.append(await asyncio.open_connection("127.0.0.1", port))

    async def ask(reader, writer):
        try:
            writer.write(raw)
            return wire.parse(await reader.read())[0]
        except OSError:
            return wire.Reply()
        finally:
            writer.close()

    return await asyncio.wait_for(asyncio.gather(*(ask(*s) for s in streams)), deadline)


# E7

def test_worker_without_file_descriptors(serve):
    """It leaves, or goes on; nobody notices, and the log does not fill up."""
    server = serve(snippets=SNIPPETS)
    pid = min(server.worker_pids())
    after = len(server.log())
    started = time.monotonic()
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (8, 8))
    with Load(server, settled(), [RIGHT]) as load:
        wait_for(lambda: time.monotonic() - started > 3 and load.served > 500, 10)
    assert_undisturbed(load)
    wait_for(server.whole, BACK + SEEN)
    seconds = time.monotonic() - started
    lines = [x for x in server.log()[after:].splitlines() if "] info: " not in x]
    assert len(lines) <= 10 * seconds, lines[:5]


# Crashing at once

def test_worker_that_dies_at_once_is_throttled(serve):
    """One slot's workers are killed as soon as they are there; the other slot goes on."""
    server = serve(snippets=SNIPPETS, workers=2)
    processes = server.status()["processes"]
    victim = next(p["pid"] for p in processes if p["kind"] == "update")
    spared = {p["pid"] for p in processes} - {victim}
    parent = supervisor(server)
    killed, end = set(), time.monotonic() + 3
    while time.monotonic() < end:
        for pid in children(parent) - spared - killed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                killed.add(pid)
        assert_right(server.poll(settled()))
    assert 1 < len(killed) <= 15, "given up, or not throttled"
    wait_for(server.whole, 20, "the slot to be filled again")


def children(pid):
    """Living children; a zombie waits for nobody but its parent."""
    found = set()
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as f:
            found |= {int(p) for p in f.read().split()}
    return {p for p in found if state_of(p) not in ("Z", "X", "")}


def state_of(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
            return f.read().rpartition(")")[2].split()[0]
    except OSError:
        return ""


# The two programs

def test_lighttpd_that_dies_is_started_again(serve):
    server = serve(snippets=SNIPPETS)
    pid = next(p for p, name in server.processes_left().items() if name == "lighttpd")
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: pid not in server.processes_left(), 2)
    wait_for(answers(server, RIGHT), 5)


def test_rollcalld_that_dies_is_started_again(serve):
    """Its workers do not stay behind."""
    server = serve(snippets=SNIPPETS)
    old = {p["pid"] for p in server.status()["processes"]} | {supervisor(server)}
    os.kill(supervisor(server), signal.SIGKILL)
    wait_for(lambda: not old & set(server.processes_left()), 5, "the old processes to end")
    wait_for(answers(server, RIGHT), 5)
    wait_for(server.whole, 5)


# Stopping

def test_requests_in_work_are_completed_when_all_stops(serve):
    server = serve(snippets=SNIPPETS, fault=True)
    asked = [Asked(server, fault("sleep:800")) for _ in range(2)]
    server.busy(2)
    server.process.send_signal(signal.SIGTERM)
    for one in asked:
        assert_right(one.result())
    assert server.process.wait(10) == 0


def test_stops_while_idle_connections_are_open(serve):
    """A client that holds a connection does not hold up the end."""
    server = serve(snippets=SNIPPETS)
    with wire.Connection(server.port) as connection:
        assert_right(connection.request(wire.get(f"{UPDATE}?{settled()}", close=False)))
        started = time.monotonic()
        server.stop()
        assert time.monotonic() - started < 10


def test_stops_and_starts_again(serve):
    server = serve(snippets=SNIPPETS)
    for _ in range(3):
        server.stop()
        server.start()
        assert_right(server.poll(settled()))


def test_interrupted_with_ctrl_c(serve):
    server = serve(snippets=SNIPPETS)
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(10) == 0
    assert not server.processes_left()


def test_warnings_that_were_left_out_are_counted(serve):
    """Also when no other warning follows: when the worker is idle, and when it leaves."""
    server = serve(snippets=SNIPPETS, workers=1)
    for after in ("idle", "leaves"):
        begin = len(server.log())
        with wire.Connection(server.port) as connection:
            for _ in range(100):
                connection.request(wire.get(f"{UPDATE}?{settled(phase='nonsense')}", close=False))
        if after == "leaves":
            os.kill(server.workers()[0]["pid"], signal.SIGTERM)
        server.logged("more warnings", after=begin)


def test_two_servers_do_not_share_a_home(serve):
    server = serve(snippets=SNIPPETS)
    with pytest.raises(StartError) as refusal:
        serve(at=server.path)
    assert refusal.value.code == 1 and str(server.path) in refusal.value.stderr
    assert_right(server.poll(settled()))
    assert server.whole()


def test_port_that_is_taken(serve):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(StartError) as refusal:
            serve(ports=(port, 0, 0))
    assert refusal.value.code == 1 and str(port) in refusal.value.stderr


# The configuration

WITHOUT_CHECK = config('<master info=""/>', '<times check="false"/>')
RIGHT_WITHOUT_CHECK = settled_commands(["config add T /v 1"], check=False)
NOTICED = 3.0


def answers(server, commands):
    return lambda: server.poll(settled()).commands == commands


def test_changed_configuration_is_taken_without_losing_a_request(serve):
    server = serve(snippets=SNIPPETS)
    generation, old = server.status()["generation"], server.worker_pids()
    with Load(server, settled(), [RIGHT, RIGHT_WITHOUT_CHECK]) as load:
        server.config(WITHOUT_CHECK)
        wait_for(answers(server, RIGHT_WITHOUT_CHECK), NOTICED)
        wait_for(replaced(server, old), NOTICED)
    assert_undisturbed(load)
    status = server.status()
    assert status["generation"] > generation
    assert {p["generation"] for p in server.workers()} == {status["generation"]}
    assert status["config"]["state"] == "good"
    # Nobody falls back to the old one.
    holds_for(answers(server, RIGHT_WITHOUT_CHECK), 0.3)


def test_hangup_looks_at_the_configuration_now(serve):
    server = serve(snippets=SNIPPETS)
    server.config(WITHOUT_CHECK)
    os.kill(supervisor(server), signal.SIGHUP)
    wait_for(answers(server, RIGHT_WITHOUT_CHECK), NOTICED)


def test_hangup_reopens_the_log(serve):
    server = serve(snippets=SNIPPETS)
    log = server.path / "log/rollcall.log"
    log.rename(log.with_suffix(".1"))
    os.kill(supervisor(server), signal.SIGHUP)
    wait_for(log.exists, 3, "a new log")
    wait_for(lambda: server.poll(settled(phase="nonsense")).commands == []
             and "nonsense" in server.log(), 5, "a worker that writes to the new log")


BAD = config('<master info=""/>', '<phases><phase id="sta-ging" seq="100"/></phases>')
BAD_LINE = 4
BROKEN = config('<master info=""/>') + "</oops>\n"


@pytest.mark.parametrize("text", [BAD, BROKEN, "", "\0\xff"],
                         ids=["rule", "not-well-formed", "empty", "rubbish"])
def test_bad_configuration_is_ignored_until_repaired(serve, text):
    server = serve(snippets=SNIPPETS)
    with Load(server, settled(), [RIGHT, RIGHT_WITHOUT_CHECK], clients=2) as load:
        server.config(text)
        wait_for(lambda: server.status()["config"]["state"] != "good", NOTICED)
        said = server.cli("status")
        assert said.returncode == 1 and "user-config.xml:" in said.stdout
        told = server.status()["config"]
        assert told["state"] in ("bad", "last-good")
        assert re.search(r"user-config\.xml:\d+: \S", told["message"])
        if text == BAD:
            assert f"user-config.xml:{BAD_LINE}: " in told["message"] and "sta-ging" in said.stdout
        assert re.search(r"user-config\.xml:\d+: ", server.logged("user-config.xml:"))
        assert_right(server.poll(settled()))
        server.config(WITHOUT_CHECK)
        wait_for(answers(server, RIGHT_WITHOUT_CHECK), NOTICED)
        wait_for(lambda: server.cli("status").returncode == 0, NOTICED)
    assert_undisturbed(load)


def test_bad_configuration_is_logged_once(serve):
    """It is looked at each second; it is not complained about each second."""
    server = serve(snippets=SNIPPETS)
    server.config(BAD)
    server.logged("sta-ging")
    started = time.monotonic()
    wait_for(lambda: time.monotonic() - started > 2.5)
    assert sum("sta-ging" in line for line in server.log().splitlines()) == 1


def test_removed_configuration_is_a_mistake(serve):
    """Not: everything back to the defaults."""
    server = serve(WITHOUT_CHECK, SNIPPETS)
    (server.path / "config/user-config.xml").unlink()
    wait_for(lambda: server.status()["config"]["state"] != "good", NOTICED)
    assert server.poll(settled()).commands == RIGHT_WITHOUT_CHECK


def test_start_with_a_bad_configuration(serve):
    with pytest.raises(StartError) as refusal:
        serve(BAD)
    assert refusal.value.code == 1
    assert f"user-config.xml:{BAD_LINE}: " in refusal.value.stderr


def test_start_with_a_bad_configuration_after_a_good_one(serve):
    server = serve(WITHOUT_CHECK, SNIPPETS)
    server.stop()
    server.config(BAD)
    server.start()
    assert server.poll(settled()).commands == RIGHT_WITHOUT_CHECK
    said = server.cli("status", "--json")
    assert said.returncode == 1
    assert server.status()["config"]["state"] == "last-good"
    server.logged(f"user-config.xml:{BAD_LINE}: ")


# A configuration that is lost

def test_lost_configuration_is_not_replaced_by_an_empty_one(serve):
    """The file is gone, the last good one is there: that is served, and nothing is overwritten."""
    server = serve(WITHOUT_CHECK, SNIPPETS)
    server.stop()
    user, good = server.path / "config/user-config.xml", server.path / "data/user-config.good.xml"
    user.unlink()
    server.start()
    assert server.poll(settled()).commands == RIGHT_WITHOUT_CHECK
    assert not user.exists() and good.read_text() == WITHOUT_CHECK
    status = server.status()["config"]
    assert status["state"] == "last-good"
    assert str(user) in status["message"] and "No such file" in status["message"]
    server.logged("warn", str(user), "CANNOT BE USED")
    # It was brought back.
    server.config(config('<master info=""/>'))
    wait_for(answers(server, RIGHT), NOTICED)


def test_link_to_a_lost_configuration_stays(serve):
    server = serve(WITHOUT_CHECK, SNIPPETS)
    server.stop()
    user = server.path / "config/user-config.xml"
    user.unlink()
    user.symlink_to("/nonexistent/user-config.xml")
    server.start()
    assert user.is_symlink()
    assert server.poll(settled()).commands == RIGHT_WITHOUT_CHECK


def test_new_home_gets_a_configuration(serve):
    server = serve(snippets=SNIPPETS)
    server.stop()
    for name in ("config/user-config.xml", "data/user-config.good.xml"):
        (server.path / name).unlink()
    server.start()
    assert server.cli("check").returncode == 0
    assert server.status()["config"]["state"] == "good"


def test_start_with_a_bad_configuration_says_nothing_of_lighttpd(serve):
    with pytest.raises(StartError) as refusal:
        serve(BAD)
    assert "server.c" not in refusal.value.stderr


# Snippets

SHOWN = 2.0  # seconds until the next poll shows a change
PHONE = "update-phone-default.txt"  # after update-all-default.txt


def both(*lines):
    return settled_commands(["config add T /v 1", *lines])


def in_place(server, name, text):
    """As an editor that does not write a new file, and with a time stamp that is as old."""
    path = server.path / "scripts" / name
    then = path.stat().st_mtime
    path.write_text(text)
    os.utime(path, (then + 1, then + 1))


def same_size_same_time(server, name, text):
    """As rsync and tar leave it: a new file, dated as the old one."""
    path = server.path / "scripts" / name
    then = path.stat().st_mtime_ns
    new = path.with_suffix(".new")
    new.write_text(text)
    os.utime(new, ns=(then, then))
    new.rename(path)


def remove(server, name, _):
    (server.path / "scripts" / name).unlink()


def rename_away(server, name, _):
    (server.path / "scripts" / name).rename(server.path / "scripts" / "other.txt")


CHANGES = {  # how a snippet "… /v 2" changes -> what the next poll holds
    "added": (None, lambda s, n, t: s.snippet(n, t), both("config add T /v 3")),
    "replaced": ("2", lambda s, n, t: s.snippet(n, t, age=80000), both("config add T /v 3")),
    "in-place": ("2", in_place, both("config add T /v 3")),
    "same-size-same-time": ("2", same_size_same_time, both("config add T /v 3")),
    "removed": ("2", remove, both()),
    "renamed": ("2", rename_away, both()),
}


@pytest.mark.parametrize("change", CHANGES)
def test_changed_snippet_shows_within_two_seconds(serve, change):
    before, act, after = CHANGES[change]
    server = serve(snippets=SNIPPETS)
    if before:
        server.snippet(PHONE, f"config add T /v {before}\r\n")
        wait_for(answers(server, both(f"config add T /v {before}")), SHOWN)
    with Load(server, settled(), [both(), both("config add T /v 2"), after], clients=2) as load:
        act(server, PHONE, "config add T /v 3\r\n")
        wait_for(answers(server, after), SHOWN)
        # Every worker has seen it by then.
        wait_for(lambda: all(server.poll(settled()).commands == after for _ in range(20)), SHOWN)
    assert_undisturbed(load)


def test_edited_snippet_waits_for_its_grace(serve):
    """A change shows at once, but as a reason to wait."""
    server = serve(snippets=SNIPPETS)
    server.snippet(PHONE, "config add T /v 2\r\n", age=0)
    wait_for(answers(server, []), SHOWN)
    assert PHONE in server.poll(settled()).comments


MEBIBYTE = 1 << 20
UNFIT = {
    "nul": b"config add T /v 2\0\r\n",
    "too-large": b"config add T /v 2\r\n" + b"#" * (MEBIBYTE - 18),
    "folder": Path.mkdir,
    "fifo": os.mkfifo,  # whoever opens it waits for ever
    "dead-link": lambda path: path.symlink_to("nowhere.txt"),
}


def test_snippet_that_is_not_utf8_is_sent_as_it_is(serve):
    """The present server sends what is in the file; old editors wrote ISO 8859-1."""
    server = serve(snippets=SNIPPETS)
    server.snippet(PHONE, b"config add T /v \xe4\r\n")
    reply = wait_for(lambda: (r := server.poll(settled())) and b"\xe4" in r.body and r, SHOWN)
    assert b"\r\nconfig add T /v \xe4\r\n" in reply.body
    assert re.search(rf"(?m)^#.*{PHONE}.*not UTF-8", reply.comments)


@pytest.mark.parametrize("kind", UNFIT)
def test_unfit_snippet_is_left_out_with_a_warning(serve, kind):
    server = serve(snippets=SNIPPETS)
    path, content = server.path / "scripts" / PHONE, UNFIT[kind]
    if callable(content):
        content(path)
        set_age(path, DAY)
    else:
        server.snippet(PHONE, content)

    def said():
        """The candidate's own line says what is wrong with it."""
        reply = server.poll(settled())
        assert reply.commands == both(), reply.text
        return any(PHONE in c and "does not exist" not in c for c in reply.comments.splitlines())

    wait_for(said, SHOWN, "the warning in the reply")
    assert server.logged("warn", PHONE).isprintable()
    os.kill(supervisor(server), signal.SIGHUP)  # whatever looks again does not fall over it
    assert_right(server.poll(settled()))


def test_unfit_snippet_is_logged_once(serve):
    """Not by every worker; and without waiting for a poll."""
    server = serve(snippets={"update-all-default.txt": b"\0"}, workers=4)
    server.logged("warn", "update-all-default.txt")
    server.snippet(PHONE, b"\0")
    server.logged("warn", PHONE)
    (server.path / "scripts").rename(server.path / "elsewhere")
    server.logged("warn", "cannot be read")
    for _ in range(20):
        server.poll(settled())
    os.kill(server.workers()[3]["pid"], signal.SIGTERM)
    wait_for(server.whole, 5)
    for word in ("update-all-default.txt", PHONE, "cannot be read"):
        said = [x for x in server.log().splitlines() if word in x and SN not in x]
        assert len(said) == 1, said


def test_snippet_of_one_mebibyte_is_sent(serve):
    filler = (b"# " + b"-" * 96 + b"\r\n") * (MEBIBYTE // 100 + 1)
    content = b"config add T /v 2\r\n" + filler
    content = content[:MEBIBYTE - 2] + b"\r\n"
    server = serve(snippets=SNIPPETS)
    server.snippet(PHONE, content)
    reply = wait_for(lambda: (r := server.poll(settled())).body.count(b"---") > 1000 and r, SHOWN)
    assert reply.complete and "config add T /v 2" in reply.commands


def test_snippet_folder_that_goes_and_comes(serve):
    """A folder that cannot be read (a network file system away) is no folder without snippets."""
    server = serve(snippets=SNIPPETS)
    scripts = server.path / "scripts"
    scripts.rename(server.path / "elsewhere")

    def warned():
        assert_right(server.poll(settled()))
        return any("] warn: " in x and str(scripts) in x for x in server.log().splitlines())

    wait_for(warned, SHOWN + SEEN)
    (server.path / "elsewhere").rename(scripts)
    server.snippet(PHONE, "config add T /v 2\r\n")
    wait_for(answers(server, both("config add T /v 2")), SHOWN)


# Numbers

def test_status_counts(serve):
    server = serve(snippets=SNIPPETS, workers=3)
    before = server.status()
    assert len(server.workers()) == 3
    assert [p["kind"] for p in before["processes"]].count("keeper") == 1
    for _ in range(50):
        server.poll(settled())
    wait_for(lambda: server.status()["requests"] >= before["requests"] + 50, 2)
    assert server.status()["restarts"] == before["restarts"]
    assert supervisor(server) in server.processes_left()


def test_polls_are_fast_while_a_worker_hangs(serve):
    server = serve(snippets=SNIPPETS, fault=True, workers=3)
    asked = Asked(server, fault("sleep:2000"))
    server.busy()
    seconds = []
    while not asked.done():
        reply = server.poll(settled())
        assert_right(reply)
        seconds.append(reply.seconds)
    assert_right(asked.result())
    assert percentile(seconds, 99) < 0.1
