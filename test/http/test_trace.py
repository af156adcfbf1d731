# SPDX-License-Identifier: ISC
"""
What can be looked at while the server runs: requests of one device (`rollcall trace`), the debug logs of the
configuration, the level of the log. None of them needs a restart, and none of them grows without end.
"""
import json
import os
import re
import stat
import time

import pytest

from lib import wire
from lib.device import SN, UPDATE, query, settled
from lib.server import PLAIN, Server, config
from lib.wait import holds_for, wait_for

OTHER = "00-90-33-30-00-b0"
TRACKED = config(PLAIN, '<status dir="status"/>', '<times grace="0"/>', '<backup dir="backup"/>')
SECRET = "config add X /url http://user:geheim@pbx.example/ /n 1"
SNIPPETS = {"update-all-default.txt": f"{SECRET}\r\n"}
HEAD = re.compile("^==== ", re.M)
FULL = 64 << 20  # bytes of a debug log
ROTATED = 4 << 20


def poll_of(sn, **more):
    return settled(sn=sn, **more)


def file_of(server, sn=SN):
    return server.path / f"log/trace-{sn}.log"


def traced(server, sn=SN):
    """What stands in the file, a text for each request."""
    try:
        text = file_of(server, sn).read_text()
    except FileNotFoundError:
        return []
    return HEAD.split(text)[1:]


def trace(server, *words):
    done = server.cli("trace", *words)
    assert done.returncode == 0, f"{done.returncode} {done.stdout}{done.stderr}"
    return done.stdout


def is_traced(server, sn=SN, polls=6):
    """Each of some polls, which several workers take."""
    before = len(traced(server, sn))
    for _ in range(polls):
        server.poll(poll_of(sn))
    return len(traced(server, sn)) - before == polls


def is_not_traced(server, sn=SN):
    before = len(traced(server, sn))
    for _ in range(6):
        server.poll(poll_of(sn))
    return len(traced(server, sn)) == before


def begin(server, *words, sn=SN):
    out = trace(server, sn, *words)
    wait_for(lambda: is_traced(server, sn), 10, "all workers trace it")
    return out


# ---- begun and ended ----

def test_all_running_workers_and_nobody_else(serve):
    server = serve(TRACKED, workers=3)
    for sn in (SN, OTHER):
        server.poll(poll_of(sn))
    assert not traced(server)
    pids = server.worker_pids()
    out = begin(server)
    assert f"{SN} is traced until " in out and str(file_of(server)) in out
    server.poll(poll_of(OTHER))
    assert server.worker_pids() == pids, "nobody was started again"
    assert not traced(server, OTHER)
    assert all(SN in text for text in traced(server))
    assert stat.S_IMODE(os.stat(file_of(server)).st_mode) in (0o600, 0o640)
    trace(server, SN, "--off")
    wait_for(lambda: is_not_traced(server), 10, "it is over")
    assert traced(server), "what was written stays"


def test_what_stands_in_it(serve):
    server = serve(TRACKED, SNIPPETS)
    server.poll(poll_of(SN))
    begin(server)
    file_of(server).unlink()
    odd = "a%0d%0a====%20forged%1b%ff"
    server.poll(poll_of(SN, x="http://user:geheim@host/", PROT="4711"))
    server.poll(poll_of(SN, odd=odd))
    body = b"<secret>of the device</secret>"
    target = f"{UPDATE}?mode=backup&sn={SN}&hwid=IP232-30-00-af"
    assert server.request(wire.get(target, method="PUT", body=body)).status == 200
    first, second, third = traced(server)
    lines = first.splitlines()
    assert lines[0].endswith("Z GET") and "  from: 127.0.0.1" in lines
    assert any(line.startswith(f"  url: http://{wire.DEVICE_HOST}{UPDATE}?type=IP232&sn={SN}") and "PROT=4711" in line
               for line in lines)
    assert any(line.startswith("  answered: 200, ") for line in lines)
    assert "  | config add X /url http://user:(hidden)@pbx.example/ /n 1" in lines
    assert "  | config activate" in lines and any(line.startswith("  | # ") for line in lines), "with the reasons"
    assert "geheim" not in file_of(server).read_text()
    assert odd in second.lower() and "  refused: " in second and "  | # The request is refused" in second
    assert third.splitlines()[0].endswith("Z PUT") and f"  body: {len(body)} bytes" in third
    assert "secret" not in third and "  answered: 200" in third
    assert "\x1b" not in file_of(server).read_text()


def test_it_survives_a_restart_and_ends_by_itself(home):
    place = home(TRACKED)
    with Server(at=place.path) as server:
        server.poll(poll_of(SN))
        begin(server, "--minutes", "30")
    file_of(place).unlink()
    with Server(at=place.path) as server:
        wait_for(lambda: is_traced(server), 10, "it goes on")
        until = json.loads(trace(server, "--json"))["traces"][0]["until"]
        assert 1700 < until - time.time() <= 1800
        # Its time is over, as it would be half an hour later.
        place.replace("data/traces", f"{SN} {int(time.time()) + 2}\n")
        wait_for(lambda: is_not_traced(server), 10, "its time is over")
        assert json.loads(trace(server, "--json")) == {"traces": []}


def test_a_file_that_is_none(serve):
    """What else stands in the list does no harm."""
    server = serve(TRACKED)
    server.replace("data/traces", f"\x00\xff\n../../x 4000000000\n{SN}\n{SN} x\n{OTHER} 4000000000\n".encode("latin-1"))
    wait_for(lambda: is_traced(server, OTHER), 10, "the one that is right")
    assert not traced(server) and server.alive()


def test_it_stays_bounded(serve):
    server = serve(TRACKED)
    server.poll(poll_of(SN))
    begin(server)
    file = file_of(server)
    for _ in range(3):  # each time the newest is full
        with open(file, "ab") as f:
            f.write(b"x" * (ROTATED - file.stat().st_size - 10) + b"\n")
        server.poll(poll_of(SN))
        assert file.stat().st_size < ROTATED / 2
    assert sorted(p.name for p in file.parent.glob("trace-*")) == [file.name, f"{file.name}.1"]


def test_a_disk_that_is_full_costs_nobody_an_answer(serve):
    server = serve(TRACKED)
    server.poll(poll_of(SN))
    file_of(server).mkdir()  # as good as any reason why it cannot be written
    trace(server, SN)
    wait_for(lambda: server.poll(poll_of(SN)).status == 200 and "is not traced" in server.log(), 10,
             "the log says it")
    assert server.poll(poll_of(SN)).commands


# ---- the command ----

def test_the_list(serve):
    server = serve(TRACKED)
    server.poll(poll_of(SN))
    assert trace(server) == "no device is traced\n"
    assert json.loads(trace(server, SN, "--minutes", "5", "--json"))["sn"] == SN
    table = trace(server)
    assert SN in table and str(file_of(server)) in table
    assert trace(server, SN, "--off").startswith(f"{SN} is traced no longer; what was written stays")
    assert trace(server, SN, "--off") == f"{SN} was not traced\n"
    assert json.loads(server.cli("audit", "--json").stdout)["audit"][0]["what"] == "trace"


@pytest.mark.parametrize("said", ["00903330" + "00af", "00:90:33:30:00:AF", "IP232-30-00-af", "172.16.1.9"])
def test_who_is_meant(serve, said):
    server = serve(TRACKED)
    server.poll(poll_of(SN))
    trace(server, said)
    assert SN in trace(server)


def test_one_that_was_never_seen(serve):
    server = serve(TRACKED)
    done = server.cli("trace", "0090:3330:00B0".replace(":", ""))
    assert done.returncode == 0 and f"serial number {OTHER}" in done.stderr, done.stderr
    wait_for(lambda: is_traced(server, OTHER), 10, "from its first poll on")


def test_wrong_use(serve):
    server = serve(TRACKED)
    server.poll(poll_of(SN))
    assert server.cli("trace", "--off").returncode == 2
    assert server.cli("trace", SN, "--minutes", "0").returncode == 2
    assert server.cli("trace", SN, "--minutes", "10081").returncode == 2
    done = server.cli("trace", "no/such")
    assert done.returncode == 1 and "serial number is made of letters" in done.stderr
    for i in range(32):
        trace(server, f"sn-{i}")
    done = server.cli("trace", SN)
    assert done.returncode == 1 and "32 devices are traced already" in done.stderr


def test_without_a_server(home):
    place = home(TRACKED)
    with Server(at=place.path) as server:
        server.poll(poll_of(SN))
        wait_for(lambda: SN in server.cli("devices").stdout, what="it is known")
    done = place.cli("trace", SN)
    assert done.returncode == 0 and "no server runs" in done.stderr
    with Server(at=place.path) as server:
        wait_for(lambda: is_traced(server), 10, "it goes by it")


# ---- the debug logs of the configuration ----

def debugging(**switches):
    root = "<config " + " ".join(f'{k}="{v}"' for k, v in switches.items()) + ">"
    return TRACKED.replace("<config>", root)


def size(path):
    return path.stat().st_size if path.exists() else 0


@pytest.mark.parametrize("switch, name", [("debugscript", "debug-script.txt"), ("debugcerts", "debug-certs.txt")])
def test_debug_logs_are_switched_while_it_runs(serve, switch, name):
    server = serve(TRACKED)
    file = server.path / "log" / name
    server.poll(query())
    assert not file.exists()
    server.take(debugging(**{switch: "true"}))
    server.poll(query())
    assert size(file) > 0 and stat.S_IMODE(file.stat().st_mode) == 0o640
    before = size(file)
    server.poll(query())
    assert size(file) > before
    server.take(debugging(**{switch: "false"}))
    before = size(file)
    server.poll(query())
    assert size(file) == before


def test_the_merged_configuration(serve):
    server = serve(TRACKED)
    file = server.path / "log/debug-merge.txt"
    assert not file.exists()
    server.take(debugging(debugmerge="true"))
    assert "@debugmerge = true" in file.read_text()


def test_a_debug_log_stays_bounded(serve):
    server = serve(debugging(debugscript="true"), workers=1)
    file = server.path / "log/debug-script.txt"
    server.poll(query())
    os.truncate(file, FULL - 10)
    for _ in range(3):
        assert server.poll(query()).status == 200
    assert size(file) == FULL - 10
    server.logged("debug-script.txt", "is full")
    file.unlink()  # an administrator makes room
    server.poll(query())
    assert 0 < size(file) < FULL / 2


# ---- the level of the log ----

def test_the_level_of_the_log(serve):
    server = serve(TRACKED)
    server.poll(poll_of(SN))
    assert "] debug: " not in server.log()
    server.take(debugging(loglevel="debug"))
    server.poll(poll_of(SN))
    line = server.logged("] debug: ", SN, "GET /update/update.php from 127.0.0.1: 200, ")
    assert line.endswith(" ms")
    server.take(debugging(loglevel="warn"))
    mark = len(server.log())
    server.poll(poll_of(SN))
    server.poll(poll_of(SN, ip="%00"))
    server.logged("] warn: ", "refused", after=mark)
    assert "] debug: " not in server.log()[mark:] and "] info: " not in server.log()[mark:]
    server.take(TRACKED)
    server.logged("] info: ", "is in force", after=mark)
    mark = len(server.log())
    server.poll(poll_of(SN))
    holds_for(lambda: "] debug: " not in server.log()[mark:], 0.2)
