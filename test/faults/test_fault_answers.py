# SPDX-License-Identifier: ISC
"""
PITFALLS B2, C1, E9 for answers to queries: what was acknowledged is stored as it came; half of one,
too much and hostile XML is refused quickly, leaves no trace, and the last answer stays.
"""
import json
import signal
import socket
import struct

import pytest

from lib import wire
from lib.device import UPDATE
from lib.faults import Served, is_promise, is_refusal, look, sn_of, tracked
from lib.wait import wait_for

LIMIT = 64 << 10  # LIMIT_BODY_ANSWER
SN = sn_of(1)
QUICK = 0.2
OLD = '<info n="old"/>'


def target(sn=SN, query="one"):
    return f"{UPDATE}?mode=query&sn={sn}&id={query}"


def head(*fields):
    return "".join(x + "\r\n" for x in (f"PUT {target()} HTTP/1.1", f"Host: {wire.DEVICE_HOST}",
                                        *fields, "")).encode()


def chunks(body, size=5000):
    pieces = (body[i:i + size] for i in range(0, len(body), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces)


KINDS = {
    "length": lambda body: head(f"Content-Length: {len(body)}", "Connection: close") + body,
    "chunked": lambda body: (head("Transfer-Encoding: chunked", "Connection: close")
                             + chunks(body) + b"0\r\n\r\n"),
}


def xml_of(size):
    return b"<info>" + b"y" * (size - len(b"<info></info>")) + b"</info>"


def there(server, sn=SN):
    """What is stored for the query `one`; None when nothing is."""
    for line in look("dump", server.store).splitlines():
        device = json.loads(line)
        if device["sn"] == sn:
            return device["answers"].get("one")
    return None


def uploads(server):
    return list((server.path / "run/upload").iterdir())


@pytest.fixture(scope="module")
def shared():
    """Has an answer, which must stay."""
    with Served(tracked()) as server:
        yield server


@pytest.fixture
def kept(shared):
    """A server with an answer that is still there afterwards, and not a file more."""
    assert is_promise(shared.put(SN, "one", OLD))
    yield shared
    assert there(shared).strip() == OLD
    wait_for(lambda: not uploads(shared), 5, "no upload to be left")
    assert shared.alive() and shared.whole()


# B2

@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [14, 100, 4096, 30000, LIMIT - 1, LIMIT])
def test_all_of_it_is_stored(shared, kind, size):
    body = xml_of(size)
    reply = shared.request(KINDS[kind](body))
    assert is_promise(reply), f"{reply.status} {reply.text}"
    assert there(shared).encode().strip() == body
    assert not uploads(shared)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [LIMIT + 1, LIMIT + 1000, 1 << 20])
def test_too_long(kept, kind, size):
    assert kept.request(KINDS[kind](xml_of(size))).status == 413


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_at_all(kept, kind):
    reply = kept.request(KINDS[kind](b""))
    assert is_refusal(reply), f"{reply.status} {reply.text}"


HALVES = {
    "length": lambda body: head(f"Content-Length: {len(body)}") + body[:len(body) // 2],
    "chunks": lambda body: head("Transfer-Encoding: chunked") + chunks(body[:len(body) // 2]),
    "chunk": lambda body: (head("Transfer-Encoding: chunked")
                           + b"%x\r\n" % len(body) + body[:len(body) // 2]),
    "last-chunk": lambda body: head("Transfer-Encoding: chunked") + chunks(body),
    "last-byte": lambda body: head(f"Content-Length: {len(body)}") + body[:-1],
}


def reset(connection):
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


ENDS = {"close": lambda connection: None, "reset": reset,
        "shutdown": lambda connection: connection.socket.shutdown(socket.SHUT_WR)}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("half", HALVES)
def test_broken_off(kept, half, end):
    """A body that is well-formed up to where it ends, so only its length tells."""
    body = b"<info n='half'/>" + b" " * (LIMIT - 100)
    with wire.Connection(kept.port) as connection:
        connection.send(HALVES[half](body))
        ENDS[end](connection)
        if end == "shutdown":
            assert connection.receive().status in (0, 400, 408)


@pytest.mark.parametrize("query", ["none", "", "two%20", "../one", "one%00", "x" * 300])
def test_unknown_queries(kept, query):
    reply = kept.put(SN, query, "<info n='unknown'/>")
    assert is_refusal(reply), f"{reply.status} {reply.text}"
    assert "unknown" not in look("dump", kept.store)


@pytest.mark.parametrize("sn", ["", "..", "a%00b", "%0d%0a", "x" * 300, "a/b"])
def test_bad_serial_numbers(kept, sn):
    before = look("dump", kept.store).count("\n")
    reply = kept.put(sn, "one", "<info n='nobody'/>")
    assert is_refusal(reply), f"{reply.status} {reply.text}"
    assert look("dump", kept.store).count("\n") == before


# C1

def laughs():
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    return f'<!DOCTYPE info [<!ENTITY l0 "lol">{entities}]><info>&l9;</info>'


def quadratic(size=30000, times=10000):
    return f'<!DOCTYPE info [<!ENTITY a "{"a" * size}">]><info>{"&a;" * times}</info>'


def doctype(what, body="<info/>"):
    return f"<!DOCTYPE info {what}>{body}"


HOSTILE = {
    "laughs": laughs(),
    "quadratic": quadratic(),
    "quadratic-small": quadratic(5000, 1900),
    "xxe-file": doctype('[<!ENTITY x SYSTEM "file:///etc/passwd">]', "<info>&x;</info>"),
    "xxe-http": doctype('[<!ENTITY x SYSTEM "http://127.0.0.1:1/">]', "<info>&x;</info>"),
    "xxe-parameter": doctype('[<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]'),
    "external-dtd": doctype('SYSTEM "file:///etc/passwd"'),
    "public-dtd": doctype('PUBLIC "-//W3C//DTD XHTML 1.0//EN" "http://127.0.0.1:1/x.dtd"'),
    "doctype": doctype(""),
    "empty-subset": doctype("[]"),
    "late-doctype": "<!-- -->\n<?x y?>\n" + doctype(""),
    "entity": "<info>&unknown;</info>",
    "xinclude-unclosed": ('<info xmlns:x="http://www.w3.org/2001/XInclude">'
                          '<x:include href="/etc/passwd">'),
    "101-deep": "<a>" * 101 + "</a>" * 101,
    "9000-deep": "<a>" * 9000 + "</a>" * 9000,
    "20000-deep-unclosed": "<a>" * 20000,
    "elements": "<info>" + "<a/>" * 16000 + "</info>",
    "attributes-unclosed": "<info " + " ".join(f'a{i}=""' for i in range(6500)),
    "attribute-twice": '<info a="1" a="2"/>',
    "namespace": "<x:info/>",
    "two-roots": "<info/><info/>",
    "no-root": "<!-- only this -->",
    "text": "info",
    "blank": " \r\n ",
    "truncated": "<info><sys name='x'></info>",
    "unquoted": "<info a=1/>",
    "nul": b"<info>\0</info>",
    "nul-after": b"<info/>\0<more/>",
    "control": b"<info>\1</info>",
    "escape": "<info>&#27;</info>",
    "bad-utf-8": b"<info>\xff\xfe\xfd</info>",
    "overlong-utf-8": b"<info>\xc0\xbc</info>",
    "utf-7": b'<?xml version="1.0" encoding="UTF-7"?><info>+ADw-x</info>',
    "utf-32": '<?xml version="1.0" encoding="UTF-32"?><info/>'.encode("utf-32"),
    "ebcdic": '<?xml version="1.0" encoding="IBM037"?><info/>'.encode("cp037"),
    "unknown-encoding": '<?xml version="1.0" encoding="NONSENSE"?><info/>',
    "long-name": f"<{'n' * 60000} <",
    "binary": bytes(range(256)) * 200,
    "comment-unclosed": "<info/><!-- " + "-" * 10000,
    "cdata-unclosed": "<info><![CDATA[" + "x" * 10000,
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_xml(kept, what):
    body = HOSTILE[what] if isinstance(HOSTILE[what], bytes) else HOSTILE[what].encode()
    assert len(body) <= LIMIT, len(body)
    rss = sum(memory(p["pid"]) for p in kept.workers())
    reply = kept.put(SN, "one", body)
    assert is_refusal(reply), f"{reply.status} {reply.text}"
    assert reply.seconds < QUICK, reply.seconds
    assert sum(memory(p["pid"]) for p in kept.workers()) - rss < 20 << 10, "kB more"


def memory(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return int(next(x for x in f if x.startswith("VmRSS")).split()[1])


def test_very_deep(kept):
    """Longer than an answer may be: refused before anybody parses it."""
    reply = kept.put(SN, "one", "<a>" * 100000 + "</a>" * 100000)
    assert reply.status == 413 and reply.seconds < QUICK


def test_slow_but_allowed(shared):
    """The worst that passes the limits takes a moment, not a worker."""
    attributes = " ".join(f'a{i:x}=""' for i in range(6500))
    reply = shared.put(SN, "one", f"<info {attributes}/>")
    assert reply.complete and reply.status in (200, 400), reply.text
    assert reply.seconds < 1, reply.seconds
    assert shared.alive()


# E9

def test_sigterm_in_the_middle_of_a_body(served):
    """It is stored and acknowledged, or neither."""
    for cut in (10, 30000, LIMIT - 1):
        server = served(tracked())
        assert is_promise(server.put(SN, "one", OLD))
        body = xml_of(LIMIT)
        raw = KINDS["length"](body)
        with wire.Connection(server.port) as connection:
            connection.send(raw[:len(raw) - LIMIT + cut])
            server.process.send_signal(signal.SIGTERM)
            wait_for(lambda s=server: refuses(s.port), 5, "no new connection to be taken")
            reply = connection.request(raw[len(raw) - LIMIT + cut:])
        assert server.process.wait(20) == 0
        assert there(server).encode().strip() == (body if is_promise(reply) else OLD.encode())


def refuses(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return False
    except OSError:
        return True
