# SPDX-License-Identifier: ISC
"""
What a device, or somebody who pretends to be one, may send. Each mistake gets a clear comment or
status, and never a command that was built from it.

Everything is sent twice: through lighttpd, which refuses some of it by itself, and straight to the
workers' socket, because the workers must not rely on that.
"""
import re
import time
from urllib.parse import unquote

import pytest

from lib import fcgi, wire
from lib.device import DEVICE, SN, UPDATE, query, settled
from lib.server import ROOT, Server, config
from lib.wait import wait_for

# Much of a request can turn up in the reply: {model} is the type, a new URL holds the others.
CONFIG = config('<master info="none" firmware="4711" bootcode="4712"/>',
                '<fwstorage url="fw/{build}/{model}/"/>',
                '<phases><phase id="staging" seq="100"/></phases>',
                '<environments><environment id="berlin"/></environments>')
SNIPPETS = {"staging-all-all.txt": "config add S /x 1\r\n",
            "update-all-all.txt": "config add U /x 1\r\n"}
STAGING = {"phase": "staging", "polling": "0"}  # the URL is rewritten

# All that a reply may hold, whoever asks; the host is checked apart.
ALLOWED = [re.compile(pattern) for pattern in (
    r"config add [SU] /x 1",
    r"mod cmd UP0 (?:prot|boot) http://(?P<host>[^/ ]+)/update/fw/471[12]/[\w.~%-]+/ ser 471[12]",
    r"mod cmd UP1 provision [05]",
    r"config rem UP1 /provision",
    r"config add UP1 /poll (?:1|15)",
    r"config add UP1 /url (?P<url>(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+)",
    r"config add UP1 /no-dhcp",
    r"config write",
    r"config activate",
    r"mod cmd UP1 check ser [0-9a-f]{32}",
    r"iresetn",
)]
URL = re.compile(r"(?:https?)://(?P<host>[^/ ]+)/update/update\.php\?[!-~]*")
GOOD_HOSTS = ("update.example", "update.example:8080", "192.168.0.1", "192.168.0.1:81", "[::1]",
              "[2001:db8::1]:8080", "UPDATE.Example", "a-b.example")


def limit(name):
    """A number of lib/base/limits.h, where all limits stand."""
    text = (ROOT / "lib/base/limits.h").read_text()
    return int(re.search(rf"^#define {name} (\d+)\b", text, re.M)[1])


@pytest.fixture(scope="module")
def server():
    with Server(CONFIG, SNIPPETS) as running:
        yield running


class Front:
    """Through lighttpd."""

    @staticmethod
    def poll(server, arguments, host=wire.DEVICE_HOST):
        return server.request(wire.get(f"{UPDATE}?{arguments}", host))


class Back:
    """Straight to a worker."""

    @staticmethod
    def poll(server, arguments, host=wire.DEVICE_HOST):
        return fcgi.request(server.path, fcgi.environment(arguments, host))


@pytest.fixture(params=[Front, Back], ids=["lighttpd", "worker"])
def way(request):
    return request.param


def assert_harmless(reply, hosts=GOOD_HOSTS):
    """Nothing but commands of ours, with our words in them; lines end where we end them."""
    assert reply.complete, reply
    if reply.status != 200:
        assert 400 <= reply.status < 500, f"{reply.status}: a client's mistake is not ours"
        return
    assert_text(reply)
    for line in reply.commands:
        match = next((m for m in (p.fullmatch(line) for p in ALLOWED) if m), None)
        assert match, f"not a command of ours: {line!r}"
        words = match.groupdict()
        if words.get("url"):
            url = URL.fullmatch(unquote(words["url"], errors="strict"))
            assert url, f"the new URL is none: {words['url']}"
            words = url.groupdict()
        assert words.get("host", hosts[0]) in hosts, f"host of somebody else: {line}"
        assert not re.search(r"/\.\.(?:/|$| )", line), line


def assert_text(reply):
    """Plain text, in UTF-8, of lines that end in CRLF, without other control characters."""
    assert (reply.header("content-type") or "").startswith("text/plain")
    text = reply.body.decode("utf-8")
    bare = re.search(r"(?<!\r)\n|\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", text)
    assert not bare, f"{bare[0]!r} at {bare.start()} of {text!r}"
    assert not text or text.endswith("\r\n")


def assert_refused(reply, *words):
    """An HTTP status of the 400s, or comments only, which say these words."""
    assert_harmless(reply)
    if reply.status == 200:
        assert reply.commands == []
        assert reply.comments.strip("# \n"), "nothing says why"
        for word in words:
            assert word in reply.comments, f"{word!r} is not said:\n{reply.text}"


# Texts that would start a command, or end one early, if they got through. Percent-encoded.
INJECTIONS = {
    "crlf": "%0d%0aconfig%20add%20EVIL%20/x%201",
    "lf": "%0aconfig%20add%20EVIL%20/x%201",
    "cr": "%0dconfig%20add%20EVIL%20/x%201",
    "crlf-after": "IP232%0d%0aconfig%20add%20EVIL%20/x%201%0d%0a",
    "upper": "%0D%0Aconfig+add+EVIL+/x+1",
    "twice-encoded": "%250d%250aconfig%2520add%2520EVIL",
    "vertical-tab": "%0bconfig%20add%20EVIL",
    "form-feed": "%0cconfig%20add%20EVIL",
    "c1-next-line": "%c2%85config%20add%20EVIL",
    "line-separator": "%e2%80%a8config%20add%20EVIL",
    "paragraph-separator": "%e2%80%a9config%20add%20EVIL",
    "overlong-lf": "%c0%8aconfig%20add%20EVIL",
    "nul": "a%00b",
    "escape": "%1b%5b2J",
    "delete": "a%7fb",
    "blank": "x%20ser%20EVIL",
    "plus": "x+ser+EVIL",
    "ampersand": "x%26phase%3Dupdate",
    "hash": "%23m",
    "quotes": "%22%27%60",
    "dots": "..%2f..%2fconfig",
    "braces": "%7bbuild%7d%7bfilename%7d",
    "format": "%25s%25n",
    "markup": "%3Cscript%3E",
}
CONTROL = ("crlf", "lf", "cr", "crlf-after", "upper", "vertical-tab", "form-feed", "c1-next-line",
           "nul", "escape", "delete")
NOT_UTF8 = {"ff": "%ff", "cut": "a%c3", "overlong": "%c0%af", "surrogate": "%ed%a0%80",
            "too-high": "%f5%80%80%80"}
ARGUMENTS = ["type", "sn", "hwid", "ip", "phase", "env", "polling", "site", "PROT", "BOOT",
             "CHECK", "PROTdate", "CFG", "ver", "mode"]


@pytest.mark.parametrize("injection", INJECTIONS)
@pytest.mark.parametrize("argument", ARGUMENTS)
def test_argument_never_starts_a_command(server, way, argument, injection):
    reply = way.poll(server, query(STAGING, **{argument: INJECTIONS[injection]}))
    if injection in CONTROL:
        assert_refused(reply)
    assert_harmless(reply)


@pytest.mark.parametrize("injection", INJECTIONS)
@pytest.mark.parametrize("form", ["{}=1", "{}", "a{}b=1"])
def test_argument_name_never_starts_a_command(server, way, form, injection):
    reply = way.poll(server, query(STAGING) + "&" + form.format(INJECTIONS[injection]))
    if injection in CONTROL:
        assert_refused(reply)
    assert_harmless(reply)


@pytest.mark.parametrize("injection", INJECTIONS)
def test_device_without_serial_number_never_starts_a_command(server, way, injection):
    """The short way through the server: only the URL is rewritten."""
    text = INJECTIONS[injection]
    assert_harmless(way.poll(server, f"type={text}&site={text}&phase={text}&polling={text}"))


@pytest.mark.parametrize("bytes_", NOT_UTF8)
@pytest.mark.parametrize("argument", ARGUMENTS)
def test_argument_that_is_not_utf8(server, way, argument, bytes_):
    reply = way.poll(server, query(STAGING, **{argument: NOT_UTF8[bytes_]}))
    assert_refused(reply, argument)


def test_text_in_utf8_is_kept(server, way):
    reply = way.poll(server, query(STAGING, site="H%C3%A4user"))
    assert_harmless(reply)
    assert any("site%3DH%25C3%25A4user" in line for line in reply.commands), reply.text


# Raw bytes in the request line itself. lighttpd lets some of them through.
@pytest.mark.parametrize("byte", [0x00, 0x01, 0x09, 0x0b, 0x0d, 0x1b, 0x22, 0x5c, 0x7f, 0x80, 0xff])
def test_raw_byte_in_the_query(server, way, byte):
    raw = bytes([byte]).decode("utf-8", "surrogateescape")
    assert_harmless(way.poll(server, query(STAGING, site=f"a{raw}config add EVIL")))


OVERLONG = {
    "type": "LIMIT_TYPE", "sn": "LIMIT_SN", "hwid": "LIMIT_HWID", "ip": "LIMIT_IP",
    "phase": "LIMIT_PHASE", "env": "LIMIT_ENV", "polling": "LIMIT_ARG_VALUE",
    "site": "LIMIT_ARG_VALUE", "PROT": "LIMIT_ARG_VALUE", "CHECK": "LIMIT_ARG_VALUE",
    "ver": "LIMIT_ARG_VALUE",
}


@pytest.mark.parametrize("argument", OVERLONG)
def test_overlong_argument(server, way, argument):
    reply = way.poll(server, query(STAGING, **{argument: "x" * (limit(OVERLONG[argument]) + 1)}))
    assert reply.status == 200
    assert_refused(reply, argument)


@pytest.mark.parametrize("argument", ["type", "hwid", "site"])
def test_argument_at_its_limit(server, way, argument):
    reply = way.poll(server, query(STAGING, **{argument: "x" * limit(OVERLONG[argument])}))
    assert_harmless(reply)
    assert "config add S /x 1" in reply.commands, reply.text


def test_length_is_that_of_the_decoded_text(server, way):
    reply = way.poll(server, query(STAGING, type="%78" * limit("LIMIT_TYPE")))
    assert "config add S /x 1" in reply.commands, reply.text


def test_argument_name_at_its_limit_and_beyond(server, way):
    name = "n" * limit("LIMIT_ARG_NAME")
    assert "config add S /x 1" in way.poll(server, query(STAGING, **{name: "1"})).commands
    assert_refused(way.poll(server, query(STAGING, **{name + "n": "1"})))


def test_too_many_environments(server, way):
    most = limit("LIMIT_ENVS")
    assert way.poll(server, query(STAGING, env=",".join(["berlin"] * most))).commands
    assert_refused(way.poll(server, query(STAGING, env=",".join(["berlin"] * (most + 1)))))


@pytest.mark.parametrize("arguments", ["&".join(["a"] * 10000), "&" * 10000, "a=1&" * 10000,
                                       "&".join(f"a{i}=1" for i in range(10000))],
                         ids=["names", "empty", "same", "different"])
def test_ten_thousand_arguments(server, way, arguments):
    assert_refused(way.poll(server, query(STAGING) + "&" + arguments))


def test_as_many_arguments_as_are_allowed(server, way):
    few = limit("LIMIT_ARGS") - len(DEVICE) - len(STAGING)
    assert way.poll(server, query(STAGING) + "&PROT=1" * few).commands
    assert_refused(way.poll(server, query(STAGING) + "&PROT=1" * (few + 1)))


REQUIRED = ("type", "sn", "hwid", "ip")
REWRITTEN = ("config add UP1 /url ", "config add UP1 /no-dhcp", "config write", "config activate",
             "mod cmd UP1 provision ", "config add UP1 /poll ", "config rem UP1 /provision")


@pytest.mark.parametrize("argument", REQUIRED)
def test_missing_argument_only_rewrites_the_url(server, way, argument):
    reply = way.poll(server, query(STAGING, **{argument: None}))
    assert_harmless(reply)
    assert [c for c in reply.commands if c.startswith("config add UP1 /url ")]
    assert all(c.startswith(REWRITTEN) for c in reply.commands), reply.text
    assert argument in reply.comments


@pytest.mark.parametrize("argument", ["type", "sn", "hwid"])
def test_device_without_a_name(server, way, argument):
    """Nothing can be delivered to nobody: no snippet, no firmware. (The ip may be unknown.)"""
    reply = way.poll(server, query(STAGING, **{argument: ""}))
    assert_harmless(reply)
    assert all(c.startswith(REWRITTEN) for c in reply.commands), reply.text
    assert argument in reply.comments


EMPTY = {  # what an empty argument means: a command that is there, or None for a refusal
    "phase": "config add S /x 1",  # the first phase
    "polling": "config add S /x 1",
    "env": None,  # an environment without a name is not configured (corpus: environments 7)
    "PROT": "mod cmd UP0 prot http://update.example/update/fw/4711/IP232/ ser 4711",
    "CHECK": "config add S /x 1",
    "site": "config add S /x 1",
}


@pytest.mark.parametrize("argument", EMPTY)
def test_empty_argument(server, way, argument):
    reply = way.poll(server, query(STAGING, **{argument: ""}))
    assert_harmless(reply)
    if EMPTY[argument]:
        assert EMPTY[argument] in reply.commands, reply.text
    else:
        assert_refused(reply, argument)


REPEATED = {  # appended to a good query -> a command of the reply, or None for a refusal
    "phase=nonsense&phase=update": "config add U /x 1",
    "phase=update&phase=nonsense": None,
    "env=nowhere&env=berlin": "config add S /x 1",
    "env=berlin&env=nowhere": None,
    "PROT=4711&PROT=1": "mod cmd UP0 prot http://update.example/update/fw/4711/IP232/ ser 4711",
    "type=IP112&type=IP29": "mod cmd UP0 prot http://update.example/update/fw/4711/IP29/ ser 4711",
}


@pytest.mark.parametrize("arguments", REPEATED)
def test_of_a_repeated_argument_the_last_counts(server, way, arguments):
    reply = way.poll(server, query(STAGING) + "&" + arguments)
    assert_harmless(reply)
    if REPEATED[arguments]:
        assert REPEATED[arguments] in reply.commands, reply.text
    else:
        assert_refused(reply)


UNKNOWN = {  # what is refused -> the word that the reply and the log must name
    "phase=nonsense": "nonsense",
    "phase=_first_update": "_first_update",
    "phase=all": "all",
    "phase=STAGING": "STAGING",
    "env=atlantis": "atlantis",
    "env=berlin,atlantis": "atlantis",
    "env=all": "all",
    "env=BERLIN": "BERLIN",
}


def logged(server, way, arguments, *words):
    """The line of the log that such a poll leaves. It polls until there is one: warnings are
    limited per second, and the tests before this one may have used up their share."""
    after = len(server.log())

    def found():
        assert_harmless(way.poll(server, arguments))
        lines = server.log()[after:].splitlines()
        return next((x for x in lines if "] warn: " in x and all(w in x for w in words)), None)

    return wait_for(found, 5, f"{words} in the log")


@pytest.mark.parametrize("arguments", UNKNOWN)
def test_unknown_name_is_refused_and_logged(server, way, arguments):
    reply = way.poll(server, query(STAGING) + "&" + arguments)
    assert (reply.status, reply.complete) == (200, True)
    assert_refused(reply, UNKNOWN[arguments])
    logged(server, way, query(STAGING) + "&" + arguments, SN, UNKNOWN[arguments])


def test_unknown_type_is_served(server, way):
    """A device that nobody has listed gets what applies to all."""
    reply = way.poll(server, query(STAGING, type="FRIDGE"))
    assert_harmless(reply)
    assert "config add S /x 1" in reply.commands
    firmware = "http://update.example/update/fw/4711/FRIDGE/"
    assert f"mod cmd UP0 prot {firmware} ser 4711" in reply.commands


LOGGED = {
    "long": lambda: query(STAGING, site="x" * 9000),
    "overlong": lambda: query(STAGING, type="x" * 2000),
    "overlong-unknown": lambda: query(STAGING, site="x" * 2000),
    "many": lambda: query(STAGING) + "&a" * 1000,
    "new-url": lambda: query(STAGING, a="x" * 1000, b="x" * 1000),
    "not-utf8": lambda: query(STAGING, site="%ff"),
    "control": lambda: query(STAGING, site="%01"),
}


@pytest.mark.parametrize("mistake", LOGGED)
def test_the_log_names_the_device(server, way, mistake):
    """And the device gets a comment, whatever is wrong: an error status would leave it for lost."""
    assert logged(server, way, LOGGED[mistake](), SN).isprintable()
    reply = way.poll(server, LOGGED[mistake]())
    assert (reply.status, reply.complete) == (200, True)
    assert reply.commands == [] or mistake == "new-url"


def test_a_flood_of_bad_requests_is_no_flood_of_log_lines(server):
    after, started = len(server.log()), time.monotonic()
    for _ in range(500):
        assert_refused(server.poll(settled(phase="nonsense")))
    seconds = time.monotonic() - started
    assert server.log()[after:].count("\n") <= 50 * (seconds + 1)


FORGED = "2026-01-01T00:00:00Z+rollcalld%5b1%5d+panic:+forged"


@pytest.mark.parametrize("arguments", [{"sn": f"x%0d%0a{FORGED}"}, {"hwid": f"x%0a{FORGED}"},
                                       {"phase": f"%0a{FORGED}"}, {"env": f"%1b%5b31m{FORGED}"},
                                       {"site": f"forged%c2%85{FORGED}"},
                                       {f"%0a{FORGED}": "1"}])
def test_a_device_cannot_forge_a_line_of_the_log(server, arguments):
    after = len(server.log())
    logged(server, Back, query(STAGING, **arguments), "2026-01-01")  # the rest may be cut
    new = server.log()[after:]
    assert not set(new) & set("\x1b\x85\r\0")
    for line in new.split("\n")[:-1]:
        head = re.match(r"\d{4}-\d\d-\d\dT\S+Z \S+\[(\d+)\] (\w+): ", line)
        assert head and head[1] != "1" and head[2] != "panic", line


# The Host header

BAD_HOSTS = {
    "cr": "update.example\rX: config add EVIL",
    "lf": "update.example\nconfig add EVIL /x 1",
    "crlf": "update.example\r\n config add EVIL",
    "quote": 'update".example',
    "apostrophe": "update'.example",
    "blank": "update.example config",
    "blank-ser": "update.example/x ser 1",
    "tab": "update\texample",
    "dots": "../update.example",
    "dots-after": "update.example/../..",
    "slash": "update.example/evil",
    "backslash": "update.example\\evil",
    "user": "admin@update.example",
    "question": "update.example?x",
    "hash": "update.example#m",
    "percent": "update.example%0d%0aconfig",
    "percent-sign": "update.example%",
    "angle": "<script>",
    "semicolon": "a;b",
    "comma": "a,b",
    "not-utf8": "\udcff",
    "umlaut": "h\u00e4user.example",
    "port-word": "update.example:http",
    "port-high": "update.example:65536",
    "port-sign": "update.example:-80",
    "two-ports": "update.example:80:80",
    "open-bracket": "[::1",
    "bracket-word": "[config]",
    "bracket-after": "[::1]x",
    "overlong": "a" * 300,
    "empty": "",
    "delete": "update\x7fexample",
}


@pytest.mark.parametrize("host", BAD_HOSTS)
def test_bad_host_is_never_reflected(server, way, host):
    reply = way.poll(server, query(STAGING), BAD_HOSTS[host])
    if reply.status or way is Back:
        # "cr" and "lf" at lighttpd: what follows may be a header of its own, and the host good.
        if way is Front and host in ("cr", "lf", "crlf"):
            assert_harmless(reply)
        else:
            assert_refused(reply)
    assert server.alive()


@pytest.mark.parametrize("host", GOOD_HOSTS)
def test_good_host_is_reflected(server, way, host):
    reply = way.poll(server, query(STAGING), host)
    assert_harmless(reply)
    assert rewritten(reply), reply.text
    seen = URL.fullmatch(unquote(rewritten(reply)[0].split(" /url ")[1]))["host"]
    assert seen.lower() == host.lower()


def test_no_host_at_all(server):
    """HTTP/1.0 allows it; there is nothing to make an absolute URL of."""
    reply = server.request(f"GET {UPDATE}?{query(STAGING)} HTTP/1.0\r\n\r\n".encode())
    assert_refused(reply)
    without = fcgi.environment(query(STAGING))
    del without["HTTP_HOST"]
    assert_refused(fcgi.request(server.path, without))


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "HTTPS",
                                    "X-Forwarded-For", "X_Forwarded_For", "X-Original-URL",
                                    "X-Rewrite-URL", "Script-Name", "Proxy"])
def test_headers_that_others_believe(server, header):
    """No proxy is trusted here, so none of these changes the reply."""
    def asked(*headers):
        return server.request(wire.get(f"{UPDATE}?{query(STAGING)}", headers=headers))

    reply = asked((header, "evil.example"))
    assert reply.commands == asked().commands
    assert b"evil" not in reply.body


# The new URL

def rewritten(reply):
    return [c for c in reply.commands if c.startswith("config add UP1 /url ")]


def assert_keeps_its_url(reply):
    """No new URL, half or whole, and nothing that would make the device believe it has one."""
    assert_harmless(reply)
    assert reply.status == 200
    assert not [c for c in reply.commands if c.startswith(REWRITTEN)], reply.text
    assert str(limit("LIMIT_NEW_URL")) in reply.comments


def test_new_url_that_would_be_too_long(server, way):
    assert_keeps_its_url(way.poll(server, query(STAGING, a="x" * 1000, b="x" * 1000)))
    assert_keeps_its_url(way.poll(server, query(sn=None, a="x" * 1000, b="x" * 1000)))


def test_new_url_just_within_its_limit(server, way):
    """The length is that of the URL itself, not of its encoding in the command."""
    short = way.poll(server, query(STAGING, a="x", b=""))
    length = len(unquote(rewritten(short)[0].split(" /url ")[1]))
    more = limit("LIMIT_NEW_URL") - length
    fits = {"a": "x" * 900, "b": "x" * (more - 899)}
    assert rewritten(way.poll(server, query(STAGING, **fits)))
    assert_keeps_its_url(way.poll(server, query(STAGING, a=fits["a"], b=fits["b"] + "x")))


def test_too_long_for_a_new_url_but_none_is_needed(server, way):
    """A settled device keeps the URL that it has, however long."""
    reply = way.poll(server, settled(a="x" * 1000, b="x" * 1000))
    assert "config add U /x 1" in reply.commands


# Methods

@pytest.mark.parametrize("arguments", [query(STAGING), settled(), "phase=nonsense", ""])
def test_head_has_the_headers_of_get(server, arguments):
    def headers(method):
        reply = server.request(wire.get(f"{UPDATE}?{arguments}", method=method))
        return reply.status, [h for h in reply.headers if h[0] != "date"]

    assert headers("HEAD") == headers("GET")


def test_head_has_no_body(server):
    raw = wire.get(f"{UPDATE}?{settled()}", method="HEAD")
    with wire.Connection(server.port) as connection:
        connection.send(raw)
        data = b""
        while more := connection.socket.recv(65536):
            data += more
    assert data.partition(b"\r\n\r\n")[2] == b""


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize("arguments", ["mode=backup&hwid=IP232-30-00-af&sn=" + SN,
                                       "mode=query&id=admin&sn=" + SN, "mode=query",
                                       "mode=vardump&file=..%2f..%2fetc%2fpasswd&sn=" + SN,
                                       "mode=xyzzy", query(STAGING), ""])
@pytest.mark.parametrize("body", [b"", b"<info/>", b"\0" * 1000, b"config add EVIL /x 1\r\n"],
                         ids=["empty", "xml", "zeros", "command"])
def test_a_body_never_brings_commands(server, method, arguments, body):
    reply = server.request(wire.get(f"{UPDATE}?{arguments}", method=method, body=body))
    assert reply.complete
    assert reply.status != 200 or reply.commands == []
    assert server.alive()


@pytest.mark.parametrize("arguments", ["", "?", "??", "&", "=", "?=&=&=", "%", "%2", "%zz", "#",
                                       "?a#b", "a=b=c", ";", "[]", "a[]=1&a[]=2", "+", "%20"])
def test_odd_query_strings(server, way, arguments):
    assert_harmless(way.poll(server, arguments))
    assert_harmless(way.poll(server, query(STAGING) + "&" + arguments))
