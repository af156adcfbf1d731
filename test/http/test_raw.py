# SPDX-License-Identifier: ISC
"""
PITFALLS B1: requests as raw bytes, each with the exact status that is right; after each one the
server still answers a poll, and nothing outside its roots was ever handed out.
"""
import pytest

from lib import wire
from lib.device import UPDATE, settled
from lib.server import Server, config

CANARY = "CANARY"  # in every file that nobody may fetch
FIRMWARE = b"firmware of a phone\0\xff"
SNIPPETS = {"update-all-default.txt": "config add T /v 1\r\n",
            "staging-all-default.txt": f"# {CANARY}\r\n"}
HOST = "Host: update.example\r\n"
CLOSED = 0  # the connection ended without an answer


@pytest.fixture(scope="module")
def server():
    with Server(config(f"<!-- {CANARY} -->", '<master info=""/>'), SNIPPETS) as running:
        home = running.path
        (home / "certs/key.pem").write_text(CANARY)
        (home / "secret.txt").write_text(CANARY)
        for folder in ("data", "run", "log", "backup", "webdav"):
            (home / folder).mkdir(exist_ok=True)
            (home / folder / "secret.txt").write_text(CANARY)
        (home / "fw/125678").mkdir(parents=True, exist_ok=True)
        (home / "fw/125678/ip232.bin").write_bytes(FIRMWARE)
        yield running


def line(target=UPDATE, method="GET", version="HTTP/1.1"):
    return f"{method} {target} {version}\r\n"


def head(*fields, target=UPDATE, method="GET", version="HTTP/1.1", host=HOST):
    """A header block that ends the connection."""
    more = "".join(f + "\r\n" for f in fields)
    return line(target, method, version) + host + more + "Connection: close\r\n\r\n"


CHUNKED = "Transfer-Encoding: chunked"
TRAVERSALS = {  # targets below BASE/fw/ that lead outside
    "dots": "/update/fw/../config/user-config.xml",
    "dots-encoded": "/update/fw/%2e%2e/config/user-config.xml",
    "dots-half-encoded": "/update/fw/.%2e/config/user-config.xml",
    "dots-upper": "/update/fw/%2E%2E/config/user-config.xml",
    "dots-slash-encoded": "/update/fw/..%2fconfig/user-config.xml",
    "all-encoded": "/update/fw/%2e%2e%2fconfig%2fuser-config.xml",
    "dots-deep": "/update/fw/125678/../../config/user-config.xml",
    "dots-out-and-in": "/update/fw/../fw/../config/user-config.xml",
    "dots-many": "/update/fw/../../../../../../../../etc/passwd",
    "dots-from-root": "/../../../../etc/passwd",
    "slash-encoded": "/update/fw%2f..%2fconfig",
}
NOT_FOUND = {  # nothing is there for a device or a browser
    # What is no text passes lighttpd, for the sake of the query; as a path it leads nowhere.
    "nul": "/update/fw/125678/ip232.bin%00.txt",
    "nul-after": "/update/update.php%00",
    "nul-between-dots": "/update/fw/.%00./config/user-config.xml",
    "control": "/update/fw/%01",
    "control-before-dots": "/update/fw/%01../config/user-config.xml",
    "newline": "/update/fw/%0d%0aX-Evil:%201",
    "delete": "/update/fw/%7f",
    "not-utf8": "/update/fw/%ff",
    "not-utf8-update": "/update/update.php%ff",
    "overlong-dot": "/update/fw/%c0%ae%c0%ae/config/user-config.xml",
    "overlong-slash": "/update/fw/..%c0%afconfig/user-config.xml",
    "root": "/",
    "base": "/update/",
    "base-file": "/update/index.html",
    "config": "/update/config/user-config.xml",
    "scripts": "/update/scripts/update-all-default.txt",
    "certs": "/update/certs/key.pem",
    "data": "/update/data/secret.txt",
    "run": "/update/run/secret.txt",
    "log": "/update/log/rollcall.log",
    "backup": "/update/backup/secret.txt",
    "webdav": "/update/webdav/secret.txt",
    "home-file": "/update/secret.txt",
    "without-base": "/config/user-config.xml",
    "fw-without-base": "/fw/125678/ip232.bin",
    "home-root": "/secret.txt",
    "etc": "/etc/passwd",
    "below-update": "/update/update.php/x",
    "below-update-config": "/update/update.php/config/user-config.xml",
    "other-case": "/UPDATE/update.php",
    "other-script": "/update/update.phps",
    "other-start": "/update/xupdate.php",
    "lighttpd-status": "/server-status",
    "dot-file": "/update/.git/config",
    "no-firmware": "/update/fw/125678/nothing.bin",
    "twice-encoded": "/update/fw/%252e%252e/config/user-config.xml",
    "backslash": "/update/fw/..\\config\\user-config.xml",
}

# name -> (bytes, the statuses that are right). Where lighttpd may as well hang up, CLOSED is one.
REQUESTS = {
    # framing
    "length-and-chunked": (head("Content-Length: 3", CHUNKED, method="PUT") + "0\r\n\r\n", {400}),
    "two-lengths": (head("Content-Length: 3", "Content-Length: 4", method="PUT") + "abcd", {400}),
    "same-length-twice": (head("Content-Length: 3", "Content-Length: 3", method="PUT") + "abc",
                          {400}),
    "negative-length": (head("Content-Length: -1", method="PUT"), {400}),
    "plus-length": (head("Content-Length: +3", method="PUT") + "abc", {400}),
    "hex-length": (head("Content-Length: 0x3", method="PUT") + "abc", {400}),
    "word-length": (head("Content-Length: three", method="PUT"), {400}),
    "length-list": (head("Content-Length: 3, 3", method="PUT") + "abc", {400}),
    "huge-length": (head("Content-Length: 99999999999999999999", method="PUT"), {400}),
    "large-length": (head("Content-Length: 1073741824", method="PUT"), {413}),
    "bad-chunk-size": (head(CHUNKED, method="PUT") + "zz\r\nabc\r\n0\r\n\r\n", {400}),
    "negative-chunk-size": (head(CHUNKED, method="PUT") + "-1\r\nabc\r\n0\r\n\r\n", {400}),
    "huge-chunk-size": (head(CHUNKED, method="PUT") + "ffffffffffffffff1\r\n", {400}),
    "chunk-without-end": (head(CHUNKED, method="PUT") + "3\r\nabcXX0\r\n\r\n", {400}),
    "unknown-coding": (head("Transfer-Encoding: gzip", method="PUT"), {501}),
    "chunked-twice": (head(CHUNKED, CHUNKED, method="PUT") + "0\r\n\r\n", {400, 501}),
    "chunked-1.0": (head(CHUNKED, method="PUT", version="HTTP/1.0") + "0\r\n\r\n", {400}),
    "post-without-length": (head(method="POST"), {411}),
    "get-with-body": (head("Content-Length: 3") + "abc", {400}),
    "get-with-chunks": (head(CHUNKED) + "3\r\nabc\r\n0\r\n\r\n", {400}),
    "expect-unknown": (head("Expect: miracles", "Content-Length: 3", method="PUT") + "abc",
                       {400, 417, 501}),
    # the request line
    "no-version": (f"GET {UPDATE}\r\n" + HOST + "\r\n", {400}),
    "version-0.9": (head(version="HTTP/0.9"), {505}),
    "version-2.0": (head(version="HTTP/2.0"), {505}),
    "version-9.9": (head(version="HTTP/9.9"), {505}),
    "version-word": (head(version="HTTP/one"), {400, 505}),
    "version-lower": (head(version="http/1.1"), {400}),
    "no-target": ("GET  HTTP/1.1\r\n" + HOST + "\r\n", {400}),
    "relative-target": (head(target="update/update.php"), {400}),
    "star-target": (head(target="*"), {400}),
    "two-slashes": (head(target="//update//update.php"), {400}),
    "tabs": (f"GET\t{UPDATE}\tHTTP/1.1\r\n" + HOST + "\r\n", {400}),
    "raw-nul": (head(target=UPDATE + "?a=\0b"), {200}),  # a comment, from a worker
    "raw-control": (head(target=UPDATE + "?a=\x01b"), {200}),
    "raw-nul-in-path": (head(target=UPDATE + "\0"), {404}),
    "raw-control-in-path": (head(target="/update/fw/\x01.."), {404}),
    "blank-first": ("  " + head(), {501}),
    "not-http": ("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + "x" * 100 + "\r\n\r\n",
                 {400, CLOSED}),
    "http2-preface": ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 405, 501, 505}),
    "long-target": (head(target=UPDATE + "?a=" + "x" * 17000), {414, 431}),
    "long-target-dead": (head(target="/" + "x" * 70000), {414, 431, CLOSED}),
    # methods
    "lower-case": (head(method="get"), {501}),
    "unknown-method": (head(method="FETCH"), {501}),
    "long-method": (head(method="X" * 5000), {501}),
    "delete": (head(method="DELETE"), {405}),
    "options": (head(method="OPTIONS"), {405}),
    "trace": (head(method="TRACE"), {405}),
    "connect": (head(method="CONNECT", target="update.example:80"), {400, 405}),
    "connect-path": (head(method="CONNECT"), {405}),
    "patch": (head(method="PATCH"), {405}),
    "propfind": (head(method="PROPFIND"), {405}),
    "mkcol": (head(method="MKCOL"), {405}),
    "lock": (head(method="LOCK"), {405}),
    "move": (head("Destination: /update/fw/x", method="MOVE"), {405}),
    "put-firmware": (head("Content-Length: 3", method="PUT",
                          target="/update/fw/125678/ip232.bin") + "abc", {403, 404, 405, 501}),
    "delete-firmware": (head(method="DELETE", target="/update/fw/125678/ip232.bin"),
                        {403, 404, 405, 501}),
    # header fields
    "no-host": (head(host=""), {400}),
    "two-hosts": (head("Host: other.example"), {400}),
    "nul-in-host": (head(host="Host: upd\0ate.example\r\n"), {400}),
    "blank-before-colon": (head("X-Name : 1"), {400}),
    "no-colon": (head("X-Name"), {400}),
    "no-name": (head(": 1"), {400}),
    "control-in-name": (head("X-Na\x01me: 1"), {400}),
    "nul-in-value": (head("X-Name: a\0b"), {400}),
    "control-in-value": (head("X-Name: a\x01b"), {400}),
    "cr-in-value": (head("X-Name: a\rb"), {400}),
    "fold-first": (line() + " X: 1\r\n" + HOST + "\r\n", {400}),
    "long-field": (head("X-Name: " + "x" * 17000), {431}),
    "many-fields": (head(*(f"X-{i}: {'x' * 20}" for i in range(1000))), {431}),
    "range-storm": (head("Range: bytes=" + ",".join(f"{i}-{i}" for i in range(500)),
                         target="/update/fw/125678/ip232.bin"), {200, 206, 416}),
    **{"path-" + name: (head(target=target), {400})
       for name, target in TRAVERSALS.items()},
    **{"nothing-" + name: (head(target=target), {403, 404} if "/." in target else {404})
       for name, target in NOT_FOUND.items()},
}
assert len(REQUESTS) >= 60


@pytest.mark.parametrize("name", REQUESTS)
def test_request(server, name):
    raw, right = REQUESTS[name]
    reply = server.request(raw.encode("latin-1"), timeout=15)
    assert not reply.timed_out, "neither an answer nor the end of the connection"
    assert reply.status in right, f"{reply}"
    assert reply.status == CLOSED or reply.complete
    assert CANARY.encode() not in reply.body and b"root:" not in reply.body
    assert "config activate" not in reply.text
    assert not reply.header("x-evil")
    assert server.alive()


@pytest.mark.parametrize("method", ["DELETE", "OPTIONS", "PATCH", "PROPFIND"])
def test_method_that_is_not_allowed_says_which_are(server, method):
    reply = server.request(head(method=method).encode())
    assert reply.status == 405
    allowed = {m.strip() for m in (reply.header("allow") or "").split(",")}
    assert {"GET", "HEAD", "PUT"} <= allowed and method not in allowed


def test_lower_case_method_brings_no_commands(server):
    reply = server.request(head(method="get", target=f"{UPDATE}?{settled()}").encode())
    assert reply.status != 200


# Nobody reads other people's files; they are where firmware and pages are.

def test_firmware_is_served(server):
    reply = server.get("/update/fw/125678/ip232.bin")
    assert (reply.status, reply.complete, reply.body) == (200, True, FIRMWARE)


@pytest.mark.parametrize("target", ["/update/fw/", "/update/fw", "/update/fw/125678/",
                                    "/update/fw/125678", "/update/web/"])
def test_folders_are_not_listed(server, target):
    reply = server.get(target)
    assert b"ip232" not in reply.body and b"125678" not in reply.body
    assert reply.status in (301, 302, 403, 404)


def test_a_changed_firmware_file_cannot_be_planted(server):
    for name in ("put-firmware", "delete-firmware"):
        server.request(REQUESTS[name][0].encode())
    assert (server.path / "fw/125678/ip232.bin").read_bytes() == FIRMWARE


# One connection, several requests

def test_keep_alive(server):
    with wire.Connection(server.port) as connection:
        for _ in range(5):
            reply = connection.request(wire.get(f"{UPDATE}?{settled()}", close=False))
            assert (reply.status, reply.complete) == (200, True)


def test_pipelined_requests_are_answered_in_order(server):
    polls = [wire.get(f"{UPDATE}?{settled()}", close=False),
             wire.get("/update/nothing", close=False),
             wire.get("/update/fw/125678/ip232.bin")]
    with wire.Connection(server.port) as connection:
        connection.send(b"".join(polls))
        replies = [connection.receive() for _ in polls]
    assert [r.status for r in replies] == [200, 404, 200]
    assert replies[2].body == FIRMWARE


def test_smuggled_request_is_not_executed(server):
    """Length and chunks that contradict each other: the second request is never answered."""
    second = head(target=f"{UPDATE}?{settled()}")
    raw = head("Content-Length: 5", CHUNKED, method="PUT").replace("close", "keep-alive")
    with wire.Connection(server.port, timeout=5) as connection:
        assert connection.request((raw + "0\r\n\r\n" + second).encode()).status == 400
        assert connection.receive().status == 0


def test_header_in_pieces(server):
    """Byte by byte is slow, not wrong."""
    with wire.Connection(server.port) as connection:
        for byte in head(target=f"{UPDATE}?{settled()}").encode():
            connection.send(bytes([byte]))
        reply = connection.receive()
    assert reply.status == 200 and "config add T /v 1" in reply.commands


def test_half_a_request_blocks_nobody(server):
    """Many that never finish: neither headers nor a body."""
    halves = [line().encode(), (line() + HOST).encode(), b"G", b"",
              head("Content-Length: 100", method="PUT").encode() + b"half"]
    held = [wire.Connection(server.port) for _ in halves * 10]
    try:
        for connection, half in zip(held, halves * 10):
            connection.send(half)
        for _ in range(20):
            reply = server.poll(settled(), timeout=2)
            assert reply.status == 200 and reply.complete
    finally:
        for connection in held:
            connection.close()


@pytest.mark.parametrize("target", [f"{UPDATE}?{settled()}", UPDATE, f"{UPDATE}?phase=x",
                                    f"{UPDATE}?mode=status", "/update/", "/nothing",
                                    "/update/fw/125678/ip232.bin", "/update/fw/nothing"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_every_answer_has_a_length(server, target, method):
    reply = server.request(wire.get(target, method=method))
    assert (reply.header("content-length") or "").isdigit()
    assert reply.header("transfer-encoding") is None


@pytest.mark.parametrize("target", [UPDATE, "/nothing", "/update/fw/125678/ip232.bin"])
def test_nobody_is_told_what_runs_here(server, target):
    reply = server.get(target)
    assert not reply.header("server") and not reply.header("x-powered-by")
