# SPDX-License-Identifier: ISC
"""
HTTP as bytes on a socket: what is sent is exactly what the test wrote, and a reply that was cut
short is told from one that is complete. Library clients hide both.
"""
import socket
import ssl
import time
from dataclasses import dataclass, field

DEVICE_HOST = "update.example"


@dataclass
class Reply:
    """status 0: the connection ended (or the time was over) before a status line came."""

    status: int = 0
    headers: list = field(default_factory=list)  # (name in lower case, value), in order
    body: bytes = b""
    complete: bool = False  # all that the headers promise has come
    timed_out: bool = False
    seconds: float = 0.0

    def header(self, name):
        values = [v for n, v in self.headers if n == name.lower()]
        return values[0] if values else None

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    @property
    def commands(self):
        return commands(self.body)

    @property
    def comments(self):
        return "\n".join(line for line in self.text.splitlines() if line.startswith("#"))


def commands(body):
    """The lines that a device executes: not empty, no comment; blanks at the end do not count."""
    if isinstance(body, bytes):
        body = body.decode("utf-8", "surrogateescape")
    # Only CR and LF end a line for a device; str.splitlines() knows eight more.
    lines = body.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [line.rstrip() for line in lines if line.strip() and not line.startswith("#")]


def get(target, host=DEVICE_HOST, method="GET", headers=(), body=None, close=True):
    """The bytes of an ordinary request. `headers` are (name, value)."""
    fields = [("Host", host), *headers]
    if body is not None:
        fields.append(("Content-Length", str(len(body))))
    if close:
        fields.append(("Connection", "close"))
    head = f"{method} {target} HTTP/1.1\r\n" + "".join(f"{n}: {v}\r\n" for n, v in fields) + "\r\n"
    return head.encode("utf-8", "surrogateescape") + (body or b"")


class Connection:
    """One connection to 127.0.0.1 that may carry several requests."""

    def __init__(self, port, tls=None, timeout=10.0):
        self.timeout = timeout
        self.buffer = b""
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname=DEVICE_HOST)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, raw):
        self.socket.sendall(raw)

    def request(self, raw):
        """Sends and receives. A peer that hangs up while we still send may have answered before."""
        started = time.monotonic()
        try:
            self.send(raw)
        except OSError:
            pass
        return self.receive(head=raw.startswith(b"HEAD "), started=started)

    def receive(self, head=False, started=None):
        started = started or time.monotonic()
        timed_out = ended = False
        while True:
            reply, rest = parse(self.buffer, head)
            left = started + self.timeout - time.monotonic()
            if reply.complete or ended or left <= 0:
                break
            self.socket.settimeout(left)
            try:
                more = self.socket.recv(65536)
                ended = not more
                self.buffer += more
            except (TimeoutError, socket.timeout):
                timed_out = True
                break
            except OSError:  # reset: what came is what we have
                ended = True
        self.buffer = rest
        reply.timed_out = timed_out
        reply.seconds = time.monotonic() - started
        return reply


def exchange(port, raw, tls=None, timeout=10.0):
    """One request on a connection of its own."""
    try:
        with Connection(port, tls, timeout) as connection:
            return connection.request(raw)
    except (ConnectionError, TimeoutError):
        return Reply()


def parse(data, head=False):
    """(reply, bytes that follow it). Interim answers (100) are passed over."""
    top, blank, rest = data.partition(b"\r\n\r\n")
    if not blank:
        return Reply(), data
    lines = top.decode("latin-1").split("\r\n")
    status = int(lines[0].split(" ")[1])
    if 100 <= status < 200:
        return parse(rest, head)
    headers = [(n.strip().lower(), v.strip()) for n, _, v in (x.partition(":") for x in lines[1:])]
    reply = Reply(status, headers)
    length = reply.header("content-length")
    if head or status in (204, 304):
        reply.complete, after = True, rest
    elif (reply.header("transfer-encoding") or "").lower() == "chunked":
        reply.body, reply.complete, after = unchunk(rest)
    elif length is not None:
        reply.body, after = rest[: int(length)], rest[int(length):]
        reply.complete = len(reply.body) == int(length)
    else:  # ends with the connection: nobody can tell whether that was all
        reply.body, after = rest, b""
    return reply, after


def unchunk(data):
    body = b""
    while True:
        size, newline, rest = data.partition(b"\r\n")
        if not newline:
            return body, False, data
        n = int(size.split(b";")[0], 16)
        if len(rest) < n + 2:
            return body + rest[:n], False, data
        if n == 0:
            return body, True, rest[2:]
        body += rest[:n]
        data = rest[n + 2:]


def tls_client(certificate=None):
    """A device does not check who we are in these tests; `certificate` is a PEM with its key."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if certificate:
        context.load_cert_chain(certificate)
    return context


def free_ports(count):
    """Ports that were free a moment ago; who uses them must be ready to try again."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]
    finally:
        for s in sockets:
            s.close()
