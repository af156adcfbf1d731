# SPDX-License-Identifier: ISC
"""
/ap/log.fcgi and /ap/alarm.fcgi: what devices log and report becomes lines, whole ones, and none that was
acknowledged is lost. PITFALLS G6 and G7.
"""
import errno
import json
import os
import random
import socket
import threading
import time

import pytest

from lib import fcgi, wire
from lib.device import settled
from lib.entries import (DEVICE, PATHS, Loggers, entry, files, lines, logging, parsed, raise_alarm,
                         read_lines, request_of, send)
from lib.faults import Daemon, FailIo, kill
from lib.load import percentile
from lib.places import Place
from lib.server import Server, config
from lib.wait import wait_for

LIMIT = 16384  # bytes of an entry
FIELDS, NAME = 64, 64
BURST = 10     # seconds' worth that may come at once
EASY = {"rate": 10000}


def counted(server):
    return server.status()["entries"]


def taken(server, query, kind="log", **how):
    reply = send(server, query, kind, **how)
    assert reply.status == 200 and reply.complete and not reply.body, f"{reply.status} {reply.text}"
    return reply


def workers(server):
    return [p["pid"] for p in server.status()["processes"]
            if p["kind"] == "ap" and p["pid"] and p["state"] != "starting"]


def alarms(server):
    done = server.cli("alarms", "--all", "--json")
    assert done.returncode in (0, 1), done.stderr
    return {(a["from"], a["code"]): a for a in json.loads(done.stdout)["alarms"]}


# What becomes of an entry

AS_SPECIFIED = ("event=syslog&time=1214319593&date=20080624-145953&from=IP24-1d-00-8d"
                "&msg=LOG_HTTP+3+TCP-Up%20192.0.2.1")
LINE = ["2008-06-24T14:59:53Z", "IP24-1d-00-8d", "127.0.0.1", "syslog", "LOG_HTTP 3 TCP-Up 192.0.2.1"]


@pytest.mark.parametrize("kind", PATHS)
def test_entry_becomes_a_line(serve, kind):
    """However it is sent; the type of the content is not reliable."""
    server = serve()
    ways = (("GET", AS_SPECIFIED, ()), ("POST", AS_SPECIFIED, ()), ("POST", "?" + AS_SPECIFIED, ()),
            ("POST", AS_SPECIFIED + "\r\n", [("Content-Type", "text/xml")]),
            ("POST", AS_SPECIFIED, [("Content-Type", "multipart/form-data; boundary=x")]))
    for method, query, headers in ways:
        taken(server, query, kind, method=method, headers=headers)
    found = [line.split("\t") for line in lines(server, kind)]
    assert [cells[1:] for cells in found] == [LINE] * len(ways)
    now = time.strftime("%Y-%m-%dT%H:", time.gmtime())
    assert all(cells[0].startswith(now[:10]) for cells in found), found
    assert counted(server)[{"log": "logs"}.get(kind, "alarms")] == len(ways)


def test_body_in_chunks(serve):
    server = serve()
    body = "".join(f"{len(part):x}\r\n{part}\r\n" for part in (AS_SPECIFIED[:20], AS_SPECIFIED[20:]))
    raw = (f"POST {PATHS['log']} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
           f"Connection: close\r\n\r\n{body}0\r\n\r\n").encode()
    assert server.request(raw).status == 200
    assert lines(server)[0].split("\t")[1:] == LINE


def test_what_a_device_adds_is_kept(serve):
    server = serve()
    taken(server, "type=alarm&severity=2&code=c0ffee&host=x&source=SIP&text=down&new=a%20field&time=0"
                  "&date=20080624-145953", "alarm")
    got = parsed(lines(server, "alarm")[0])
    assert got["time"] == "-" and got["event"] == "alarm" and got["from"] == "x"
    assert got["new"] == "a field" and got["date"] == "20080624-145953" and got["code"] == "c0ffee"


def test_many_over_one_connection(serve):
    server = serve(logging(**EASY))
    with wire.Connection(server.port) as connection:
        for i in range(200):
            reply = connection.request(request_of(entry(f"n {i}"), close=False,
                                                  method="POST" if i % 2 else "GET"))
            assert reply.status == 200 and reply.complete
    assert [parsed(line)["text"] for line in lines(server)] == [f"n {i}" for i in range(200)]


def test_alarms_are_state_when_acknowledged(serve):
    server = serve()
    for event in ("alarm", "alarm", "error"):
        raise_alarm(server, f"c-{event}", event=event)
    there = alarms(server)
    assert there[DEVICE, "c-alarm"]["state"] == "active" and there[DEVICE, "c-alarm"]["count"] == 2
    assert there[DEVICE, "c-error"]["state"] == "event"
    raise_alarm(server, "c-alarm", event="clear")
    assert alarms(server)[DEVICE, "c-alarm"]["state"] == "over"
    assert len(lines(server, "alarm")) == 4


def test_address_is_nobodys_invention(serve):
    forwarded = [("X-Forwarded-For", "192.0.2.99, 203.0.113.5")]
    server = serve()
    taken(server, entry("direct"), headers=forwarded)
    server.take(config('<master info=""/>', '<proxies><proxy>127.0.0.1</proxy></proxies>'))
    taken(server, entry("by proxy"), headers=forwarded)
    assert [parsed(line)["address"] for line in lines(server)] == ["127.0.0.1", "203.0.113.5"]


# What is none

REFUSED = {
    "empty": (400, "event, type, msg"),
    "from=x": (400, "event, type, msg"),
    "=x&msg=y": (400, "name of a field"),
    "msg=x" + "&a=1" * FIELDS: (400, f"{FIELDS} fields"),
    "msg=x&" + "n" * (NAME + 1) + "=1": (400, f"{NAME} bytes"),
    "msg=" + "x" * LIMIT: (413, f"{LIMIT} bytes"),
}


@pytest.mark.parametrize("kind", PATHS)
def test_what_is_no_entry_is_refused_and_counted(serve, kind):
    server = serve()
    for query, (status, says) in REFUSED.items():
        reply = send(server, query if query != "empty" else "", kind, "POST")
        assert reply.status == status and says in reply.text, f"{query[:40]}: {reply.status} {reply.text}"
        assert reply.text.startswith("# "), "should a device execute it"
    assert send(server, "", kind).status == 400
    assert counted(server)["refused"] == len(REFUSED) + 1
    assert lines(server, kind) == []
    taken(server, AS_SPECIFIED, kind)
    server.logged("warn", "127.0.0.1", "its entry is refused")


def test_largest_that_is_one(serve):
    server = serve()
    largest = "event=x&msg=" + "%0A" * ((LIMIT - 12) // 3)
    taken(server, largest, method="POST")
    assert parsed(lines(server)[0])["text"] == "\\n" * ((LIMIT - 12) // 3)
    assert send(server, largest + "%0A", method="POST").status == 413
    # The web server refuses a longer line before anybody hears of it.
    assert send(server, "msg=" + "x" * 40000).status in (414, 431)
    assert send(server, b"x" * 10_000_000, method="POST").status == 413
    assert len(lines(server)) == 1


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
def test_other_methods(serve, method):
    server = serve()
    reply = server.request(wire.get(f"{PATHS['log']}?{AS_SPECIFIED}", method=method))
    assert reply.status in (405, 501), reply.text
    assert lines(server) == []


@pytest.mark.parametrize("path", ["/ap/", "/ap/log", "/ap/log.fcgi/x", "/ap/LOG.fcgi", "/ap/other.fcgi",
                                  "/ap/log.fcgi%00"])
def test_other_addresses(serve, path):
    server = serve()
    assert server.get(f"{path}?{AS_SPECIFIED}").status in (400, 403, 404)
    assert lines(server) == []


def test_body_that_breaks_off_is_none(serve):
    server = serve()
    whole = fcgi.environment("", SCRIPT_NAME=PATHS["log"], REQUEST_METHOD="POST", CONTENT_LENGTH=90)
    reply = fcgi.request(server.path, whole, b"msg=x", name="ap")
    assert reply.status == 400 and "broke off" in reply.text
    with socket.create_connection(("127.0.0.1", server.port)) as half:
        half.sendall(f"POST {PATHS['log']} HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\n\r\nmsg=x".encode())
    taken(server, AS_SPECIFIED)
    assert len(lines(server)) == 1
    assert counted(server)["refused"] == 1


# Forged lines

FORGED = [
    "a\n2023-11-14T22:13:20Z\t-\tevil\t-\t-\t-", "\r\n", "tab\there", "\\n\\x41\\", "-",
    "\x1b[31mred\x07\x00\x7f", "\u202eturned\u2028x\u2069\u0085\u061c", "\U0001f600 \u20ac", "\\", "=", "a=b&c%d+e f",
]


def test_forged_lines(serve):
    """One line each, without anything that a terminal or an editor takes for more; and what was sent
    comes out again."""
    server = serve(logging(**EASY))
    for text in FORGED:
        for where in ("msg", "from", "event", "more", "code"):
            taken(server, entry("", **{where: text}) if where != "msg" else entry(text))
    found = lines(server)
    assert len(found) == 5 * len(FORGED)
    for line in found:
        assert line.replace("\t", "").isprintable(), line
        assert "evil" not in line.split("\t")[2:3] and len(line.split("\t")) <= 9, line
    told = server.cli("logs", "--most", 1000, "--json")
    assert told.returncode == 0, told.stderr
    texts = [json.loads(line)["text"] for line in told.stdout.split("\n")[:-1]]
    assert texts[::5] == [text.replace("\0", "\ufffd") for text in FORGED]


def test_bytes_that_are_not_utf8(serve):
    server = serve()
    taken(server, b"msg=\xe4\xf6 %FC%C3%BC&event=x", method="POST")
    taken(server, b"msg=\xe4&event=%C3%BC", method="POST")
    got = [parsed(line) for line in lines(server)]
    assert got[0]["text"] == "\u00e4\u00f6 \u00fc\u00c3\u00bc" and got[1] == {**got[1], "text": "\u00e4", "event": "\u00fc"}


# Several at once, and rotation

def rotated_often(**more):
    return logging(size=16, keep=100, **EASY, **more)


def test_lines_of_many_clients_are_whole_through_rotations(serve):
    server = serve(rotated_often())
    assert len(workers(server)) >= 2
    with Loggers(server, clients=8) as loggers:
        wait_for(lambda: len(loggers.taken) > 4000, 60, "4000 lines")
    assert not loggers.others
    found = loggers.check(lines(server))
    assert len(found) == len(loggers.taken) == counted(server)["logs"]
    sizes = [p.stat().st_size for p in files(server.path / "webdav/log", "log")]
    assert len(sizes) > 10 and max(sizes) <= 16 << 10 and min(sizes[:-1]) > 15 << 10


def test_so_many_files_are_kept(serve):
    server = serve(logging(size=16, keep=2, **EASY))
    with Loggers(server, clients=1) as loggers:
        wait_for(lambda: len(loggers.taken) > 1000, 30, "1000 lines")
    there = files(server.path / "webdav/log", "log")
    assert [p.name for p in there] == ["log.txt.2", "log.txt.1", "log.txt"]
    numbers = [int(parsed(line)["text"].split(" ")[1]) for line in lines(server)]
    last = loggers.taken[-1][1]
    assert numbers == list(range(numbers[0], last + 1)) and len(numbers) > 200
    # Fewer from now on.
    server.take(logging(size=16, keep=0, **EASY))
    with Loggers(server, clients=1) as loggers:
        wait_for(lambda: len(files(server.path / "webdav/log", "log")) == 1, 30, "the others to go")
    assert set(loggers.others) == set()


def test_lines_that_are_longer_than_a_file(serve):
    server = serve(logging(size=16, keep=3, **EASY))
    for i in range(3):
        taken(server, f"event=x&msg={i}+" + "%00" * 5000, method="POST")
    found = [parsed(line)["text"] for line in lines(server)]
    assert [text[:2] for text in found] == ["0 ", "1 ", "2 "]


def test_log_that_is_moved_away(serve):
    """As logrotate does; nobody needs to be told."""
    server = serve()
    taken(server, entry("one"))
    path = server.path / "webdav/log/log.txt"
    path.rename(path.with_name("taken"))
    taken(server, entry("two"))
    assert [parsed(line)["text"] for line in lines(server)] == ["two"]
    # And all of the folder: what comes then is not refused for it.
    (server.path / "webdav/log").rename(server.path / "webdav/elsewhere")
    taken(server, entry("three"))
    assert [parsed(line)["text"] for line in lines(server)] == ["three"]


def test_log_that_leads_elsewhere_is_not_followed(serve):
    server = serve()
    path = server.path / "webdav/log/log.txt"
    wait_for(path.parent.is_dir, 5)
    target = server.path / "elsewhere"
    path.symlink_to(target)
    reply = send(server, entry("x"))
    assert reply.status == 503 and int(reply.header("retry-after")) > 0
    assert not target.exists()
    path.unlink()
    taken(server, entry("x"))


# Processes that die

def test_acknowledged_is_written_when_workers_are_killed(serve):
    """E1 for logs: a request more or less fails with each of them, and no line."""
    server = serve(rotated_often())
    before = wait_for(lambda: len(workers(server)) >= 2 and workers(server), 10)
    killed, dice = 0, random.Random(6)
    with Loggers(server, clients=6) as loggers:
        while killed < 12:
            goal = len(loggers.taken) + 100
            wait_for(lambda n=goal: len(loggers.taken) > n, 30, "lines between two kills")
            pids = workers(server)
            if not pids:
                continue
            kill(dice.choice(pids))
            killed += 1
        goal = len(loggers.taken) + 500
        wait_for(lambda: len(loggers.taken) > goal, 30, "lines after the last kill")
    assert not set(loggers.others) - {0, 500, 503, 504}, loggers.others
    found = lines(server)
    whole = [line for line in found if line.count("\t") == 5 and line.endswith(" end")]
    assert len(found) - len(whole) <= killed
    loggers.check(whole)
    wait_for(lambda: len(workers(server)) >= 2, 10, "the workers to be back")
    assert set(workers(server)) - set(before)


def test_half_a_line_of_one_that_died_stays_by_itself(serve):
    server = serve()
    taken(server, entry("one"))
    with open(server.path / "webdav/log/log.txt", "ab") as file:
        file.write(b"2023-11-14T22:13:20Z\t-\thalf")
    taken(server, entry("two"))
    found = lines(server)
    assert len(found) == 3 and parsed(found[2])["text"] == "two"
    told = [json.loads(x)["text"] for x in server.cli("logs", "--json").stdout.splitlines()]
    assert told == ["one", "two"]


def test_nothing_is_lost_at_a_stop_and_a_start(serve):
    server = serve(rotated_often())
    with Loggers(server, clients=4, pace=0.002) as loggers:
        wait_for(lambda: len(loggers.taken) > 200, 20)
        server.take(rotated_often(perdevice="false"))
        wait_for(lambda: len(loggers.taken) > 400, 20)
    assert set(loggers.others) <= {503}, loggers.others
    server.stop()
    loggers.check(lines(server))
    server.start()
    taken(server, entry("99 0 x end"))
    loggers.check(lines(server))


# What cannot be written

def fill(path):
    with open(path, "wb", buffering=0) as f:
        with pytest.raises(OSError, match="No space left"):
            while True:
                f.write(b"x" * 4096)


def test_full_disk(stack):
    """G6: the entries are refused, clearly and whole; the rest works; and it is over by itself."""
    place = stack.enter_context(Place())
    server = Server(logging(**EASY), {"update-all-default.txt": "config add T /v 1\r\n"})
    stack.callback(server.remove)
    folder = server.path / "webdav"
    folder.mkdir()
    place.tmpfs(folder, "1m")
    place.run(server.start)
    stack.callback(place.run, server.stop)
    for round_ in range(2):
        with Loggers(server, clients=4, pace=0.002, source=f"IP{round_}-30-00-{{:02x}}") as loggers:
            wait_for(lambda n=loggers: len(n.taken) > 100, 20)
            place.run(fill, folder / "filler")
            seen = len(server.log())
            wait_for(lambda n=loggers: n.others.get(503, 0) > 50, 20, "entries to be refused")
            # The rest of a block that is there already may do for a short one.
            reply = send(server, entry("x" * 9000), method="POST")
            assert reply.status == 503 and 0 < int(reply.header("retry-after")) <= 3600
            assert "send it again" in reply.text
            assert server.alive() and server.poll(settled()).status == 200
            wait_for(lambda: place.run(alarms, server).get(("server", "entries")), 20, "our own alarm")
            assert server.log()[seen:].count("cannot be kept") <= 2 * len(workers(server))
            place.run(os.unlink, folder / "filler")
            there = len(loggers.taken)
            wait_for(lambda n=loggers, k=there: len(n.taken) > k + 50, 10, "entries to be taken again")
        assert set(loggers.others) == {503}, loggers.others
        found = place.run(read_lines, folder / "log", "log")
        mine = [x for x in found if f"\tIP{round_}-" in x]
        there = loggers.check(mine)
        assert len(there) == len(loggers.taken), "what was refused is not there"
    assert server.status()["entries"]["failed"] > 100


def test_alarms_wait_while_the_store_cannot_be_written(home, stack, tmp_path):
    """A log is a file and no more; an alarm is acknowledged when the store has it."""
    failing = FailIo(tmp_path)
    at = home(logging(**EASY)).path
    server = stack.enter_context(Daemon(at=at, env=failing.environment(at)))

    def ask(kind, code):
        query = entry("x", code=code) if kind == "log" else entry("x", code=code, event="alarm")
        parameters = fcgi.environment(query, SCRIPT_NAME=PATHS[kind])
        return fcgi.request(at, parameters, name="ap").status

    assert ask("alarm", "before") == 200
    failing.fail(1, errno.ENOSPC, lasting=True)
    wait_for(lambda: ask("alarm", "during") == 503, 15, "an alarm to be refused")
    assert ask("log", "during") == 200
    failing.stop()
    wait_for(lambda: ask("alarm", "after") == 200, 10, "an alarm to be taken again")
    assert {(DEVICE, "before"), (DEVICE, "after")} <= set(alarms(server))


# Too many

@pytest.mark.alone
def test_flood_of_one_device(serve):
    """G7: it is held to its rate, says so once, and nobody else notices."""
    rate = 20
    server = serve(logging(rate=rate))
    started = time.monotonic()
    with (Loggers(server, clients=4, source="IP999-00-00-01") as flood,
          Loggers(server, clients=2, pace=0.1) as others):
        wait_for(lambda: sum(flood.others.values()) > 2000, 60, "2000 entries to be refused")
        reply = send(server, entry("x", "IP999-00-00-01"))
        assert reply.status == 429 and 1 <= int(reply.header("retry-after")) <= BURST
        assert server.poll(settled()).status == 200
    seconds = time.monotonic() - started
    assert set(flood.others) == {429} and not others.others, (flood.others, others.others)
    assert len(flood.taken) <= rate * (BURST + seconds) + 1
    assert len(flood.taken) >= rate * BURST
    assert others.taken and percentile(others.seconds, 90) < 1
    found = lines(server)
    assert len(found) == len(flood.taken) + len(others.taken)
    assert counted(server)["limited"] == sum(flood.others.values()) + 1
    said = [x for x in server.log().splitlines() if "more than logs/@rate" in x]
    assert 1 <= len(said) <= len(workers(server)) * (1 + seconds / 60), said[:3]
    assert "IP999-00-00-01" in said[0]


def test_device_that_was_too_loud_is_heard_again(serve):
    server = serve(logging(rate=5))
    with wire.Connection(server.port) as connection:
        def ask():
            return connection.request(request_of(entry("x"), close=False))
        wait_for(lambda: ask().status == 429, 20)
        wait_for(lambda: ask().status == 200, 10)


def test_flood_of_entries_that_are_none_is_not_a_flood_in_the_log(serve):
    server = serve()
    ending = threading.Event()

    def ask():
        with wire.Connection(server.port) as connection:
            while not ending.is_set():
                connection.request(request_of("from=x", close=False))

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    wait_for(lambda: counted(server)["refused"] > 500, 30)
    ending.set()
    for thread in threads:
        thread.join(10)
    said = [x for x in server.log().splitlines() if "its entry is refused" in x]
    assert 1 <= len(said) <= 2 * len(workers(server)), said[:3]


# A file for each device

def test_file_for_each_device(serve):
    server = serve(logging(perdevice="true", size=16, keep=1, **EASY))
    for i in range(3):
        taken(server, entry(f"a {i}", "IP1-00-00-01"))
        taken(server, entry(f"b {i}", "IP1-00-00-02"), "alarm")
    assert [parsed(x)["text"] for x in lines(server, "log", "IP1-00-00-01")] == ["a 0", "a 1", "a 2"]
    assert [parsed(x)["text"] for x in lines(server, "alarm", "IP1-00-00-02")] == ["b 0", "b 1", "b 2"]
    assert not (server.path / "webdav/log/IP1-00-00-02.txt").exists()
    assert len(lines(server)) == 3 and len(lines(server, "alarm")) == 3
    with Loggers(server, clients=3, source="IP2-00-00-00") as loggers:
        wait_for(lambda: len(loggers.taken) > 600, 30)
    there = files(server.path / "webdav/log", "IP2-00-00-00")
    assert [p.name for p in there] == ["IP2-00-00-00.txt.1", "IP2-00-00-00.txt"]
    assert all(p.stat().st_size <= 16 << 10 for p in there)


def test_names_that_are_no_file(serve):
    """Their lines stand in the file for all, once, and nothing appears anywhere."""
    server = serve(logging(perdevice="true", **EASY))
    names = ["..", "../x", "/etc/x", "a/b", ".htaccess", "-x", "", "log", "alarm", "x" * 100, "a b", "a\nb",
             "a.txt", "\u00fc", "%2e%2e%2fx"]
    for kind in PATHS:
        for name in names:
            taken(server, entry("x", name), kind)
    for kind in PATHS:
        folder = server.path / "webdav" / kind
        assert [p.name for p in folder.iterdir()] == [f"{kind}.txt"]
        assert len(lines(server, kind)) == len(names)


def test_both_in_one_folder(serve):
    server = serve(logging(dir="both", alarmdir="both", perdevice="true", size=16, keep=100, **EASY))
    with (Loggers(server, clients=3, source="IP1-00-00-01") as logs,
          Loggers(server, clients=3, source="IP1-00-00-01", kind="alarm") as reported):
        wait_for(lambda: len(logs.taken) > 2000 and len(reported.taken) > 400, 120)
    folder = server.path / "both"
    logs.check(read_lines(folder, "log"))
    reported.check(read_lines(folder, "alarm"))
    both = read_lines(folder, "IP1-00-00-01")
    assert len(both) == len(logs.taken) + len(reported.taken)
    assert all(x.endswith(" end") and x.count("\t") == 5 for x in both)
