# SPDX-License-Identifier: ISC
"""
Who is told of alarms (alarms/forward), and keeps what he heard: an alarm server, a syslog, a command, sendmail. Each has
`heard()`, a list; told() waits for what is to be heard.
"""
import base64
import hashlib
import json
import re
import shlex
import socket
import threading
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import quoteattr

from lib.master import MasterDevice
from lib.server import PLAIN, config
from lib.wait import wait_for

TOLD = 15.0  # seconds until somebody was told, on a machine that has other things to do


def forwarding(*targets, elements=(), **alarms):
    """A configuration with these targets: (id, to) or a dict of attributes."""
    rows = [dict(zip(("id", "to"), t)) if isinstance(t, tuple) else t for t in targets]
    forwards = "".join(f"<forward {attributes(row)}/>" for row in rows)
    return config(PLAIN, f"<alarms {attributes(alarms)}>{forwards}</alarms>", *elements)


def attributes(values):
    return " ".join(f"{name}={quoteattr(str(value))}" for name, value in values.items())


def told(target, count, deadline=TOLD):
    """The first `count` things that it heard, once it has."""
    return wait_for(lambda: target.heard()[:count] if len(target.heard()) >= count else None, deadline,
                    f"{count} to be heard, of which were: {target.heard()}")


def alarms(server, *words):
    """`rollcall alarms --json`."""
    done = server.cli("alarms", "--json", *words)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)["alarms"]


def process(server, kind):
    """The pid of the one process of that kind; 0 while there is none."""
    return next((p["pid"] for p in server.status()["processes"] if p["kind"] == kind), 0)


def codes(target):
    """What it heard, in short: ["raise c0ffee", …]."""
    words = {"alarm": "raise", "clear": "clear", "error": "event"}
    return [f"{words[one['event']]} {one['code']}" for one in target.heard()]


class AlarmServer(MasterDevice):
    """
    `status` is that of each answer to come, or a function of what was heard that gives it; only what is answered with
    200 counts as heard. `credentials`, when set, are required, as `scheme` (Digest, Basic) says.
    """

    def __init__(self):
        self.status, self.scheme = 200, "Digest"
        self.paths, self.attempts, self.taken = [], [], []
        self.lock = threading.Lock()
        super().__init__()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def heard(self):
        with self.lock:
            return list(self.taken)

    def note(self, path):
        """The status of the answer."""
        url = urlsplit(path)
        one = dict(parse_qsl(url.query, keep_blank_values=True, strict_parsing=True))
        with self.lock:
            self.paths.append(url.path)
            self.attempts.append(one)
            status = self.status(one) if callable(self.status) else self.status
            if status == 200:
                self.taken.append(one)
        return status

    def handler(self):
        return alarm_handler(self)


def md5(*words):
    return hashlib.md5(":".join(words).encode()).hexdigest()


def digest_of(request, user, password):
    """The "response" that this request must have: RFC 7616 with MD5 and qop=auth."""
    says = dict(re.findall(r'(\w+)="?([^",]+)"?', request.headers.get("Authorization", "")))
    right = md5(md5(user, "alarms", password), "n0nce", says.get("nc", ""), says.get("cnonce", ""), "auth",
                md5("GET", request.path))
    return says.get("username") == user and says.get("response") == right


def alarm_handler(server):
    def is_allowed(request):
        if server.scheme == "Digest":
            return digest_of(request, *server.credentials)
        wanted = base64.b64encode(":".join(server.credentials).encode()).decode()
        return request.headers.get("Authorization") == f"Basic {wanted}"

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            server.asked += 1
            server.go.wait(60)
            try:
                if server.credentials and not is_allowed(self):
                    self.send_response(401)
                    self.send_header("WWW-Authenticate",
                                     f'{server.scheme} realm="alarms", nonce="n0nce", qop="auth"')
                else:
                    self.send_response(server.note(self.path))
                self.send_header("Content-Length", "0")
                self.end_headers()
            except OSError:  # who told did not wait
                self.close_connection = True

        def log_message(self, *_):
            pass

    return Handler


class Datagrams:
    """A syslog: over UDP, or with `path` over a socket in the file system."""

    def __init__(self, path=None):
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX if path else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(str(path) if path else ("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.lines = []

    @property
    def url(self):
        return f"syslog:{self.path}" if self.path else f"syslog://127.0.0.1:{self.socket.getsockname()[1]}"

    def heard(self):
        try:
            while True:
                self.lines.append(self.socket.recv(65536).decode())
        except BlockingIOError:
            return list(self.lines)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


class Script:
    """A program that keeps what it is given: its words, environment and standard input."""

    KEEP = """
d=$(mktemp -d "$kept/.new-XXXXXX")
printf '%s\\n' "$@" >"$d/words"
env >"$d/environment"
cat >"$d/input"
mv "$d" "$kept/$(ls "$kept" | wc -l)"
"""

    def __init__(self, folder, first="", name="told"):
        """`first`: shell commands that come before it is kept."""
        self.kept = folder / f"{name}.kept"
        self.kept.mkdir()
        self.path = folder / name
        self.does(first)

    def does(self, first):
        new = self.path.with_name(f".{self.path.name}.new")
        new.write_text(f"#!/bin/sh\nkept={shlex.quote(str(self.kept))}\n{first}\n{self.KEEP}")
        new.chmod(0o755)
        new.rename(self.path)

    @property
    def url(self):
        return f"command:{self.path}"

    def calls(self):
        return sorted((p for p in self.kept.iterdir() if p.name.isdigit()), key=lambda p: int(p.name))

    def heard(self):
        return [json.loads((call / "input").read_text()) for call in self.calls()]

    def environment(self, i):
        lines = (self.calls()[i] / "environment").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def words(self, i):
        return (self.calls()[i] / "words").read_text().split()


class Sendmail(Script):
    """Instead of the system's: start a server with `env` of it."""

    @property
    def env(self):
        return {"ROLLCALL_SENDMAIL": str(self.path)}

    def heard(self):
        return [message_from_bytes((call / "input").read_bytes(), policy=policy.default)
                for call in self.calls()]
