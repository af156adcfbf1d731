# SPDX-License-Identifier: ISC
"""
PITFALLS B2, E9 and spec §9: a backup that was acknowledged is on disk, whole; one that was not is
not there, and no other trace of it either.
"""
import ctypes
import itertools
import os
import random
import re
import signal
import socket
import struct
import subprocess
import threading

import pytest

from lib import fcgi, wire
from lib.device import UPDATE
from lib.server import DAY, ROOT, Server, config, set_age
from lib.wait import wait_for

HWID = "IP232-30-00-af"
SN = "00-90-33-30-00-af"
VOLATILE = b"vars create UPDATE/CHECK p 123\r\n"
NOTHING_STORED = "nothing was stored"


def limit(name):
    text = (ROOT / "lib/base/limits.h").read_text()
    base, shift = re.search(rf"#define {name} \((\d+) << (\d+)\)", text).groups()
    return int(base) << int(shift)


LIMIT_BODY = limit("LIMIT_BODY")
LIMIT_BODY_ANSWER = limit("LIMIT_BODY_ANSWER")
IN_MEMORY = 64 << 10  # lighttpd writes longer bodies to files while they come


def backups(**attributes):
    """A configuration that keeps backups."""
    given = {"dir": "backup", "nbackups": "100000", **attributes}
    return config('<master info=""/>',
                  "<backup " + " ".join(f'{k}="{v}"' for k, v in given.items()) + "/>")


def text_of(size, word="x"):
    """A configuration of exactly this size; from 3 bytes on it is stored as it is."""
    line = (f"config add {word} /v ".encode() + b"-" * 80)[:98] + b"\r\n"
    first = size % len(line)
    if first < 3 and size > len(line):
        first += len(line)
    start = b"#" * (first - 2) + b"\r\n" if first > 2 else b"#" * first
    return start + line * ((size - first) // len(line))


# Asking

def arguments(hwid=HWID, mode="backup"):
    """None leaves one out."""
    given = {"mode": mode, "hwid": hwid, "sn": SN}
    return "&".join(f"{k}={v}" for k, v in given.items() if v is not None)


def head(query, *fields, method="PUT"):
    return "".join(x + "\r\n" for x in (f"{method} {UPDATE}?{query} HTTP/1.1",
                                        f"Host: {wire.DEVICE_HOST}", *fields, "")).encode()


def with_length(query, body, method="PUT"):
    return head(query, f"Content-Length: {len(body)}", "Connection: close", method=method) + body


def with_chunks(query, body, method="PUT"):
    return head(query, "Transfer-Encoding: chunked", "Connection: close",
                method=method) + chunks(body) + b"0\r\n\r\n"


def chunks(body, size=50000):
    pieces = (body[i:i + size] for i in range(0, len(body), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces)


KINDS = {"length": with_length, "chunked": with_chunks}


def put(server, body, hwid=HWID, kind="length", timeout=30):
    return server.request(KINDS[kind](arguments(hwid), body), timeout=timeout)


def acknowledged(reply):
    """The name of the file that this reply says is there; None when it says nothing like it."""
    if reply.status != 200 or not reply.complete:
        return None
    found = re.fullmatch(r"# stored as (\S+\.\d+\.txt)\r\n", reply.text)
    return found and found[1]


def assert_stored(server, body, name, **how):
    reply = put(server, body, **how)
    assert acknowledged(reply) == name, f"{reply.status} {reply.text}"


# Looking

def files(folder):
    """{path below it: content} of all that is no folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*")
            if p.is_file() and not p.is_symlink()}


def names(folder):
    """All that is below it, but for what the server itself writes while it runs: logs, statistics."""
    ours = (folder / "log", folder / "data/statistics")
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if not any(map(p.is_relative_to, ours))}


def uploads(server):
    return list((server.path / "run/upload").iterdir())


def one(number, content, hwid=HWID):
    return {f"{hwid}/{hwid}.{number}.txt": content}


class Untouched:
    """Nothing below HOME comes or goes meanwhile, and the server is alive after it."""

    def __init__(self, server):
        self.server = server

    def __enter__(self):
        self.before = names(self.server.path)

    def __exit__(self, failed, *_):
        if not failed:
            wait_for(lambda: names(self.server.path) == self.before, 5, "HOME to be as before: "
                     f"{names(self.server.path) ^ self.before}")
            assert self.server.alive()


@pytest.fixture(scope="module")
def shared():
    """For what stores nothing."""
    with Server(backups()) as running:
        (running.path / "backup").mkdir(exist_ok=True)
        yield running


# What arrives is what is stored

@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [1, 3, IN_MEMORY - 1, IN_MEMORY, IN_MEMORY + 1, 3 * IN_MEMORY,
                                  1 << 20, LIMIT_BODY])
def test_all_of_it_is_stored(serve, kind, size):
    server = serve(backups())
    body = text_of(size)
    assert_stored(server, body, f"{HWID}.0.txt", kind=kind)
    whole = body if size > 1 else body + b"\r\n"
    assert files(server.path / "backup") == one(0, whole)
    assert (server.path / f"backup/{HWID}/{HWID}.0.txt").stat().st_mode & 0o7777 == 0o640
    # The same again, with something that does not count where there is room for it.
    again = VOLATILE + body if size + len(VOLATILE) <= LIMIT_BODY else body
    reply = put(server, again, kind=kind)
    assert reply.status == 200 and reply.text == "# nothing has changed since " + HWID + ".0.txt\r\n"
    assert files(server.path / "backup") == one(0, whole)
    wait_for(lambda: not uploads(server), 5, "no upload to be left")


def test_only_what_counts_is_stored(serve):
    server = serve(backups())
    body = b"# config\n\0\xff\xfe\r\nvars create UPDATE/X p 1\n\r\nlast \rline"
    assert_stored(server, body, f"{HWID}.0.txt")
    assert files(server.path / "backup") == one(0, b"# config\r\n\0\xff\xfe\r\nlast \rline\r\n")


def test_body_in_pieces(serve):
    """Byte by byte is slow, not wrong; nor is a chunk that ends in the middle of CRLF."""
    server = serve(backups())
    body = b"config add A /v 1\r\nconfig add B /v 2\r\n"
    for number, kind in enumerate(KINDS):
        raw = KINDS[kind](arguments(), body + kind.encode() + b"\r\n")
        if kind == "chunked":
            raw = head(arguments(), "Transfer-Encoding: chunked", "Connection: close") + chunks(
                body + kind.encode() + b"\r\n", 1) + b"0\r\n\r\n"
        with wire.Connection(server.port) as connection:
            connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in raw:
                connection.send(bytes([byte]))
            assert acknowledged(connection.receive()) == f"{HWID}.{number}.txt"
        stored = (server.path / f"backup/{HWID}/{HWID}.{number}.txt").read_bytes()
        assert stored == body + kind.encode() + b"\r\n"


def test_expect_continue(serve):
    server = serve(backups())
    body = text_of(3 * IN_MEMORY)
    with wire.Connection(server.port) as connection:
        connection.send(head(arguments(), f"Content-Length: {len(body)}", "Expect: 100-continue",
                             "Connection: close"))
        wait_for(lambda: connection.socket.recv(1, socket.MSG_PEEK), 5, "100 Continue")
        assert acknowledged(connection.request(body)) == f"{HWID}.0.txt"
    assert files(server.path / "backup") == one(0, body)


def test_many_on_one_connection(serve):
    """What was left of one body is no part of the next; a refused one ends nobody's connection."""
    server = serve(backups())
    with wire.Connection(server.port) as connection:
        for i in range(10):
            body = text_of(1000 + i, word=f"W{i}")
            raw = head(arguments(), f"Content-Length: {len(body)}") + body
            assert acknowledged(connection.request(raw)) == f"{HWID}.{i}.txt"
            refused = head(arguments(mode="x"), f"Content-Length: {len(body)}") + body
            assert connection.request(refused).status == 400
    for i in range(10):
        stored = (server.path / f"backup/{HWID}/{HWID}.{i}.txt").read_bytes()
        assert stored == text_of(1000 + i, word=f"W{i}")


# What is not stored

@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", [b"", b"\r\n", VOLATILE * 3], ids=["empty", "blank", "volatile"])
def test_nothing_that_counts(shared, kind, body):
    with Untouched(shared):
        reply = put(shared, body, kind=kind)
        assert (reply.status, reply.commands) == (200, [])
        assert NOTHING_STORED in reply.comments


def test_without_a_length_there_is_no_body(shared):
    with Untouched(shared):
        reply = shared.request(head(arguments(), "Connection: close"))
        assert (reply.status, reply.commands) == (200, [])
        assert NOTHING_STORED in reply.comments


@pytest.mark.parametrize("kind", KINDS)
def test_one_byte_more_than_the_limit(shared, kind):
    body = text_of(LIMIT_BODY + 1)
    with Untouched(shared):
        assert put(shared, body, kind=kind).status == 413


def test_too_long_is_said_before_it_is_sent(shared):
    with Untouched(shared), wire.Connection(shared.port) as connection:
        connection.send(head(arguments(), f"Content-Length: {LIMIT_BODY + 1}"))
        assert connection.receive().status == 413


@pytest.mark.parametrize("mode", ["query", "vardump"])
@pytest.mark.parametrize("kind", KINDS)
def test_answers_are_shorter(shared, mode, kind):
    """Each mode has a limit of its own."""
    query = arguments(mode=mode)
    with Untouched(shared):
        assert shared.request(KINDS[kind](query, text_of(LIMIT_BODY_ANSWER + 1))).status == 413
        taken = shared.request(KINDS[kind](query, text_of(LIMIT_BODY_ANSWER)))
        assert taken.status == MODES[mode]


# Nothing is remembered of devices here, so no answer and no request either.
MODES = {"query": 404, "vardump": 404, "": 400, None: 400, "BACKUP": 400, "backup2": 400,
         "backup%20": 400, "put": 400, "..%2fbackup": 400}


@pytest.mark.parametrize("mode", MODES)
def test_other_modes_are_refused(shared, mode):
    with Untouched(shared):
        reply = shared.request(with_length(arguments(mode=mode), text_of(1000)))
        assert (reply.status, reply.complete, reply.commands) == (MODES[mode], True, [])
        assert "\r\n" not in reply.text.removesuffix("\r\n")


@pytest.mark.parametrize("kind", KINDS)
def test_other_methods_store_nothing(shared, kind):
    with Untouched(shared):
        for method in ("POST", "PATCH", "PROPPATCH"):
            reply = shared.request(KINDS[kind](arguments(), text_of(1000), method))
            assert reply.status == 405
            assert "PUT" in reply.header("allow")
        assert shared.get(f"{UPDATE}?{arguments()}").status == 200
        assert shared.get(f"{UPDATE}?{arguments()}", method="HEAD").status == 200


@pytest.mark.parametrize("target", ["/update/", "/update/backup", f"/update/backup/{HWID}/x.txt",
                                    "/update/update.php/x", "/backup", "/"])
def test_other_places_store_nothing(shared, target):
    with Untouched(shared):
        raw = wire.get(f"{target}?{arguments()}", method="PUT", body=text_of(1000))
        assert shared.request(raw).status == 404


# Names

BAD_HWIDS = {
    "dots-out": "../x",
    "dots-far-out": "../../../../../../tmp/x",
    "dots-encoded": "%2e%2e%2fx",
    "dots-within": "a/../../x",
    "dots-end": "a/..",
    "two-dots": "..",
    "dot": ".",
    "dots": "...",
    "hidden": ".x",
    "absolute": "/tmp/x",
    "absolute-encoded": "%2ftmp%2fx",
    "folder": "a/b",
    "folder-end": "a/",
    "backslash": "..%5cx",
    "nul": "a%00b",
    "nul-end": "a%00",
    "nul-start": "%00",
    "nul-and-more": "a%00/../../x",
    "newline": "a%0d%0ab",
    "blank": "a+b",
    "option": "-x",
    "star": "*",
    "variable": "$HOME",
    "letter": "%c3%a4",
    "latin": "%e4",
    "overlong-slash": "..%c0%afx",
    "65-bytes": "x" * 65,
    "300-bytes": "x" * 300,
    "2000-bytes": "x" * 2000,
    "empty": "",
    "last-counts": f"{HWID}&hwid=../x",
}


@pytest.mark.parametrize("name", BAD_HWIDS)
def test_bad_hardware_id(shared, name):
    outside = {p.name for p in shared.path.parent.iterdir() if p.name == "x"}
    with Untouched(shared):
        reply = put(shared, text_of(1000), hwid=BAD_HWIDS[name])
        assert reply.status == 400 and reply.complete
    assert {p.name for p in shared.path.parent.iterdir() if p.name == "x"} == outside


@pytest.mark.parametrize("name", BAD_HWIDS)
def test_bad_hardware_id_at_the_worker(shared, name):
    """It does not rely on its doorman."""
    body = text_of(1000)
    with Untouched(shared):
        reply = fcgi.request(shared.path, fcgi.environment(
            arguments(BAD_HWIDS[name]), REQUEST_METHOD="PUT", CONTENT_LENGTH=len(body)), body)
        assert reply.status == 400 and reply.complete


def test_without_hardware_id(shared):
    with Untouched(shared):
        reply = put(shared, text_of(1000), hwid=None)
        assert (reply.status, reply.commands) == (200, [])
        assert "hwid" in reply.comments and NOTHING_STORED in reply.comments


@pytest.mark.parametrize("hwid", ["x" * 64, "a..b", "a.0.txt", "A_b-C.9", "%41%42", "0"])
def test_unusual_but_good_hardware_id(serve, hwid):
    server = serve(backups())
    plain = hwid.replace("%41", "A").replace("%42", "B")
    assert_stored(server, b"a\r\n", f"{plain}.0.txt", hwid=hwid)
    assert_stored(server, b"b\r\n", f"{plain}.1.txt", hwid=hwid)
    assert files(server.path / "backup") == {**one(0, b"a\r\n", plain), **one(1, b"b\r\n", plain)}


# Where

def test_switched_off(serve):
    server = serve()
    with Untouched(server):
        reply = put(server, text_of(1000))
        assert reply.status == 404 and "backup/@dir" in reply.text


@pytest.mark.parametrize("times", ['<times forcehttps="true"/>',
                                   '<times forcehttps="true" forcetrust="true"/>'])
def test_nothing_is_taken_over_plain_http_when_https_is_forced(serve, times):
    """Else anybody could push the real backups out by sending enough others."""
    server = serve(config('<master info=""/>', '<backup dir="backup"/>', times))
    with Untouched(server):
        reply = put(server, text_of(1000))
        assert reply.status == 403 and "not over HTTP" in reply.text


def test_relative_folder(serve):
    server = serve(backups(dir="some/where"))
    assert_stored(server, b"a\r\n", f"{HWID}.0.txt")
    assert files(server.path / "some/where") == one(0, b"a\r\n")


def test_absolute_folder(serve, tmp_path):
    server = serve(backups(dir=tmp_path / "some/where"))
    with Untouched(server):
        assert_stored(server, b"a\r\n", f"{HWID}.0.txt")
    assert files(tmp_path) == {f"some/where/{k}": v for k, v in one(0, b"a\r\n").items()}


def test_folder_of_another_configuration(serve):
    """A changed setting is taken without a restart."""
    server = serve(backups(dir="one"))
    assert_stored(server, b"a\r\n", f"{HWID}.0.txt")
    server.config(backups(dir="two"))
    wait_for(lambda: acknowledged(put(server, b"a\r\n")), 5, "the new folder to be used")
    assert files(server.path / "two") == files(server.path / "one") == one(0, b"a\r\n")


def test_link_that_was_planted(serve, tmp_path):
    server = serve(backups())
    folder = server.path / "backup" / HWID
    folder.parent.mkdir(exist_ok=True)
    folder.symlink_to(tmp_path)
    with Untouched(server):
        assert_not_now(put(server, b"a\r\n"))
    assert not list(tmp_path.iterdir())
    folder.unlink()
    folder.mkdir()
    (tmp_path / "secret").write_bytes(b"s")
    (folder / f"{HWID}.0.txt").symlink_to(tmp_path / "secret")
    (folder / f"{HWID}.1.txt").symlink_to(tmp_path / "made")
    assert_stored(server, b"a\r\n", f"{HWID}.2.txt")
    assert files(tmp_path) == {"secret": b"s"}


# How many

def test_the_oldest_go(serve):
    server = serve(backups(nbackups=2))
    for i in range(4):
        assert_stored(server, b"%d\r\n" % i, f"{HWID}.{i}.txt")
    assert files(server.path / "backup") == {**one(2, b"2\r\n"), **one(3, b"3\r\n")}


def test_the_young_stay(serve):
    server = serve(backups(nbackups=1, minage=2))
    for i in range(3):
        assert_stored(server, b"%d\r\n" % i, f"{HWID}.{i}.txt")
    folder = server.path / "backup" / HWID
    assert len(list(folder.iterdir())) == 3
    set_age(folder / f"{HWID}.0.txt", 3 * DAY)
    set_age(folder / f"{HWID}.1.txt", 1 * DAY)
    assert_stored(server, b"new\r\n", f"{HWID}.3.txt")
    assert {p.name for p in folder.iterdir()} == {f"{HWID}.{i}.txt" for i in (1, 2, 3)}


# A connection that breaks off

def linger_off(connection):
    """close() is a reset."""
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def half_with_length(body):
    return head(arguments(), f"Content-Length: {len(body)}") + body[:len(body) // 2]


def half_with_chunks(body):
    return head(arguments(), "Transfer-Encoding: chunked") + chunks(body[:len(body) // 2])


def half_a_chunk(body):
    return head(arguments(), "Transfer-Encoding: chunked") + b"%x\r\n" % len(
        body) + body[:len(body) // 2]


def without_last_chunk(body):
    return head(arguments(), "Transfer-Encoding: chunked") + chunks(body)


def without_last_byte(body):
    return head(arguments(), f"Content-Length: {len(body)}") + body[:-1]


HALVES = [half_with_length, half_with_chunks, half_a_chunk, without_last_chunk, without_last_byte]
ENDS = {"close": lambda connection: None,
        "reset": linger_off,
        "shutdown": lambda connection: connection.socket.shutdown(socket.SHUT_WR)}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("half", HALVES, ids=lambda f: f.__name__)
def test_broken_off(shared, half, end):
    body = text_of(2 << 20)
    with Untouched(shared):
        with wire.Connection(shared.port) as connection:
            connection.send(half(body))
            # Half of it has come: it is in files, where it would stay if nobody cleared it away.
            wait_for(lambda: uploads(shared), 5, "an upload")
            ENDS[end](connection)
            if end == "shutdown":
                assert connection.receive().status in (0, 400, 408)


@pytest.mark.parametrize("half", HALVES, ids=lambda f: f.__name__)
def test_broken_off_while_small(serve, half):
    """No file shows that it came; the next one that is stored is the first."""
    server = serve(backups())
    with wire.Connection(server.port) as connection:
        connection.send(half(text_of(10000, "half")))
        connection.socket.shutdown(socket.SHUT_WR)
        assert connection.receive().status in (0, 400, 408)
    assert_stored(server, b"a\r\n", f"{HWID}.0.txt")
    assert files(server.path / "backup") == one(0, b"a\r\n")


@pytest.mark.parametrize("said", [101, 200, LIMIT_BODY])
def test_half_a_body_at_the_worker(shared, said):
    with Untouched(shared):
        reply = fcgi.request(shared.path, fcgi.environment(
            arguments(), REQUEST_METHOD="PUT", CONTENT_LENGTH=said), text_of(100))
        assert reply.status == 400 and NOTHING_STORED in reply.text


@pytest.mark.parametrize("said", [LIMIT_BODY + 1, 1 << 31, 1 << 32, (1 << 63) - 1, 1 << 64, "-1",
                                  "+5", "5x", " 5", "0x5"])
def test_bad_length_at_the_worker(shared, said):
    with Untouched(shared):
        reply = fcgi.request(shared.path, fcgi.environment(
            arguments(), REQUEST_METHOD="PUT", CONTENT_LENGTH=said), text_of(100))
        assert reply.status in (400, 413)


def test_longer_than_it_said_at_the_worker(shared):
    """Two lengths that contradict each other: which of them is right, nobody knows."""
    with Untouched(shared):
        reply = fcgi.request(shared.path, fcgi.environment(
            arguments(), REQUEST_METHOD="PUT", CONTENT_LENGTH=50), text_of(100))
        assert reply.status == 400 and NOTHING_STORED in reply.text


# Many at once, and processes that end meanwhile

class Clients:
    """A thread for each of `hwids` that PUTs different bodies, `each` of them or until left.
    Afterwards `stored` is {file: body} of what the server acknowledged, `failed` are the other
    replies, `sent` all bodies."""

    def __init__(self, server, hwids, size, each=None):
        self.server, self.size, self.each = server, size, each
        self.stored, self.failed, self.sent = {}, [], set()
        self.ending, self.lock = threading.Event(), threading.Lock()
        self.threads = [threading.Thread(target=self.client, args=(i, hwid), daemon=True)
                        for i, hwid in enumerate(hwids)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        if not self.each:
            self.ending.set()
        for thread in self.threads:
            thread.join(60)
        assert not any(t.is_alive() for t in self.threads)

    def client(self, who, hwid):
        dice = random.Random(who)
        for i in range(self.each) if self.each else itertools.count():
            if self.ending.is_set():
                break
            body = text_of(dice.randint(1000, self.size), f"C{who}.{i}.")
            reply = put(self.server, body, hwid, dice.choice(list(KINDS)))
            self.note(hwid, body, reply)

    def note(self, hwid, body, reply):
        name = acknowledged(reply)
        with self.lock:
            self.sent.add(body)
            if name:
                assert f"{hwid}/{name}" not in self.stored
                self.stored[f"{hwid}/{name}"] = body
            else:
                self.failed.append(reply)


@pytest.mark.parametrize("devices", [8, 1])
def test_many_at_once(serve, devices):
    """Of many devices, and of one that eight clients speak for."""
    server = serve(backups(), workers=4)
    hwids = [f"IP232-{i % devices}" for i in range(8)]
    with Clients(server, hwids, 4 * IN_MEMORY, each=20) as clients:
        pass
    assert not clients.failed, clients.failed[0]
    assert len(clients.stored) == len(clients.sent) == 160
    assert files(server.path / "backup") == clients.stored
    for i in range(devices):
        numbers = sorted(int(p.name.split(".")[1]) for p in
                         (server.path / f"backup/IP232-{i}").iterdir())
        assert numbers == list(range(160 // devices))
    wait_for(lambda: not uploads(server), 5, "no upload to be left")


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "told-to-leave"])
def test_workers_end_meanwhile(serve, sign):
    server = serve(backups(), workers=4)
    dice = random.Random(20260301)
    ended = set()

    def busy():
        return [p["pid"] for p in server.workers()
                if p["state"] == "busy" and p["pid"] not in ended]

    with Clients(server, [f"IP232-{i % 4}" for i in range(8)], 16 * IN_MEMORY) as clients:
        while len(ended) < 20:
            pid = dice.choice(wait_for(busy, 10, "a busy worker"))
            os.kill(pid, sign)
            ended.add(pid)
    assert len(clients.stored) >= 20, "too few to tell anything"
    if sign == signal.SIGTERM:
        assert not clients.failed, clients.failed[0]
    assert len(clients.failed) <= len(ended)
    on_disk = {name: body for name, body in files(server.path / "backup").items()
               if name.endswith(".txt")}
    # Acknowledged: there. There: whole, although nobody may have heard of it.
    assert {name: on_disk.get(name) for name in clients.stored} == clients.stored
    assert set(on_disk.values()) <= clients.sent
    wait_for(server.whole, 5)
    # It goes on where it was, and a worker that died has left nothing.
    for i in range(4):
        reply = put(server, b"after\r\n", f"IP232-{i}")
        assert acknowledged(reply), reply
    assert not [n for n in files(server.path / "backup") if not n.endswith(".txt")]
    wait_for(lambda: not uploads(server), 5, "no upload to be left")


def test_a_body_in_flight_when_all_stops(serve):
    """It is stored and acknowledged, or neither."""
    server = serve(backups())
    body = text_of(8 << 20)
    raw = with_length(arguments(), body)
    with wire.Connection(server.port) as connection:
        connection.send(raw[:len(raw) // 2])
        wait_for(lambda: uploads(server), 5, "an upload")
        server.process.send_signal(signal.SIGTERM)
        reply = connection.request(raw[len(raw) // 2:])
    assert server.process.wait(20) == 0
    stored = files(server.path / "backup")
    assert stored == (one(0, body) if acknowledged(reply) else {})


# A folder that cannot be written for a while

def assert_not_now(reply):
    assert (reply.status, reply.complete) == (503, True), reply
    assert 0 < int(reply.header("retry-after")) <= 3600
    assert "cannot keep anything" in reply.text


def assert_refused_for_a_while(server, folder, spoil, mend, size=1000):
    """Known and new devices; all else is served meanwhile, and afterwards all is as before."""
    assert_stored(server, b"a\r\n", f"{HWID}.0.txt")
    before = files(folder)
    spoil()
    try:
        for hwid in (HWID, "NEW"):
            for _ in range(2):
                assert_not_now(put(server, text_of(size), hwid))
        assert server.alive()
        server.logged("warn", SN, "its backup cannot be kept")
    finally:
        mend()
    assert files(folder) == before
    for hwid, number in ((HWID, 1), ("NEW", 0)):
        assert_stored(server, text_of(size), f"{hwid}.{number}.txt", hwid=hwid)
    assert server.whole() and server.status()["restarts"] == 0


CAP_DAC_OVERRIDE = 1
PR_CAPBSET_DROP = 24
CLONE_NEWNS = 0x20000
MS_REC, MS_PRIVATE = 16384, 1 << 18
libc = ctypes.CDLL(None, use_errno=True)


def from_thread(run, prepare):
    """run() in a thread that is prepared first: what it starts inherits its rights and mounts, and
    nobody else does."""
    result = []

    def work():
        try:
            prepare()
            result.append((run(), None))
        except BaseException as e:  # pylint: disable=broad-except
            result.append((None, e))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    value, error = result[0]
    if error:
        raise error
    return value


def succeed(returned, what):
    if returned != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def obey_rights():
    """Root, too, is bound by rwx from here on."""
    if os.geteuid() == 0:
        succeed(libc.prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0), "prctl")


def test_read_only_folder(serve):
    server = from_thread(lambda: serve(backups()), obey_rights)
    folder = server.path / "backup"

    def allow(mode):
        (folder / HWID).chmod(mode)
        folder.chmod(mode)

    assert_refused_for_a_while(server, folder, lambda: allow(0o500), lambda: allow(0o750))


def test_file_in_place_of_the_folder(serve):
    """As when a file system is not mounted and somebody left something there."""
    server = serve(backups())
    folder, away = server.path / "backup", server.path / "backup.away"

    def spoil():
        folder.rename(away)
        folder.write_text("not mounted")

    def mend():
        folder.unlink()
        away.rename(folder)

    assert_refused_for_a_while(server, folder, spoil, mend)


def test_full_disk(stack):
    """A small file system of its own, that only this server sees."""
    server = Server(backups())
    stack.callback(server.remove)
    folder = server.path / "backup"
    folder.mkdir()

    def mount_small():
        succeed(libc.unshare(CLONE_NEWNS), "unshare")
        succeed(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None), "mount")
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m,mode=0750", "none", folder],
                       check=True, capture_output=True)

    try:
        from_thread(lambda: stack.enter_context(server), mount_small)
    except PermissionError as e:
        pytest.skip(f"a file system cannot be mounted here: {e}")
    seen = f"/proc/{server.process.pid}/root{folder}"
    filler = f"{seen}/filler"

    def fill():
        """Room is left for the start of a file, not for all of it."""
        with open(filler, "wb", buffering=0) as f:
            with pytest.raises(OSError, match="No space left"):
                while True:
                    f.write(b"x" * 4096)
            f.truncate(f.tell() - 16384)

    folder_seen = type(folder)(seen)
    assert_refused_for_a_while(server, folder_seen, fill, lambda: os.unlink(filler), size=100000)
