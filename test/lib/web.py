# SPDX-License-Identifier: ISC
"""
The web server around the update server: an instance with more options of `rollcall serve`, users with
passwords, and curl, which speaks digest and WebDAV.
"""
import hashlib
import re
import subprocess
from dataclasses import dataclass, field

from lib.server import Server

REALM = "Rollcall"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
PHONE = "innovaphone-IP232/14r1"
SECONDS = 30


def users_line(name, password):
    """As htdigest writes it."""
    return f"{name}:{REALM}:{hashlib.md5(f'{name}:{REALM}:{password}'.encode()).hexdigest()}\n"


class WebServer(Server):
    """`options`: words for the command line. `users`, `webdav_users`: {name: password}; None: no file."""

    def __init__(self, *options, users=None, webdav_users=None, before=(), **how):
        super().__init__(**how)
        self.options = options
        self.before = before  # a program that starts it, and its words
        for name, people in (("web", users), ("webdav", webdav_users)):
            if people is not None:
                self.users(name, people)

    def users(self, name, people):
        self.replace(f"config/{name}.htdigest",
                     "".join(users_line(who, password) for who, password in people.items()))
        (self.path / f"config/{name}.htdigest").chmod(0o640)

    def command(self):
        return [*self.before, *super().command(), *self.options]

    def url(self, path, via="http"):
        return f"{'http' if via == 'http' else 'https'}://127.0.0.1:{self.ports[via]}{path}"

    def curl(self, path, *words, via="http", data=None):
        """One request as curl makes it: several, where it is asked for a password."""
        return curl(self.url(path, via), *words, data=data)

    def web_config(self):
        return (self.path / "run/lighttpd.conf").read_text()

    def web_log(self, name="error"):
        path = self.path / f"log/lighttpd-{name}.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""


@dataclass
class Answer:
    status: int = 0
    headers: dict = field(default_factory=dict)  # of the last answer, names in lower case
    body: bytes = b""

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")


def curl(url, *words, data=None):
    """`data`: bytes to be sent with PUT, unless the words say otherwise."""
    body = ["-T", "-"] if data is not None else []
    done = subprocess.run(["curl", "-sS", "-k", "-i", "--path-as-is", "--max-time", str(SECONDS), *body,
                           *(str(w) for w in words), url], input=data if data is not None else b"",
                          capture_output=True, timeout=SECONDS + 10)
    assert done.returncode == 0, f"curl {words} {url}: {done.returncode} {done.stderr.decode()}"
    return parse(done.stdout)


def parse(data):
    """The last answer: those before it asked for a password, or for the body (100)."""
    while True:
        head, _, rest = data.partition(b"\r\n\r\n")
        if not re.match(rb"HTTP/[\d.]+ \d+", rest):
            break
        data = rest
    lines = head.decode("latin-1").split("\r\n")
    headers = {n.strip().lower(): v.strip() for n, _, v in (x.partition(":") for x in lines[1:])}
    return Answer(int(lines[0].split(" ")[1]), headers, rest)
