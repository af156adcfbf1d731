# SPDX-License-Identifier: ISC
"""
A FastCGI request straight to a worker's socket: what lighttpd would have refused reaches the
worker too, which must not rely on its doorman.
"""
import socket
import struct

from lib import wire
from lib.device import UPDATE

BEGIN, PARAMS, STDIN, STDOUT = 1, 4, 5, 6
RESPONDER = struct.pack(">HB5x", 1, 0)


def record(kind, content=b""):
    return struct.pack(">BBHHBB", 1, kind, 1, len(content), 0, 0) + content


def length(n):
    return bytes([n]) if n < 128 else struct.pack(">I", n | 0x80000000)


def pairs(parameters):
    out = b""
    for name, value in parameters.items():
        name, value = name.encode(), value if isinstance(value, bytes) else str(value).encode()
        out += length(len(name)) + length(len(value)) + name + value
    return out


def environment(query, host=wire.DEVICE_HOST, **more):
    """What lighttpd hands over for a poll."""
    return {"SERVER_SOFTWARE": "lighttpd", "SERVER_NAME": "update.example", "SERVER_PORT": "80",
            "SERVER_ADDR": "127.0.0.1", "GATEWAY_INTERFACE": "CGI/1.1", "REMOTE_ADDR": "127.0.0.1",
            "REMOTE_PORT": "40000", "REQUEST_SCHEME": "http", "SERVER_PROTOCOL": "HTTP/1.1",
            "REQUEST_METHOD": "GET", "REQUEST_URI": b"/update/update.php?" + as_bytes(query),
            "SCRIPT_NAME": UPDATE, "PATH_INFO": "", "QUERY_STRING": as_bytes(query),
            "HTTP_HOST": as_bytes(host), "CONTENT_LENGTH": "0", **more}


def as_bytes(text):
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")


def connect(home, timeout=10.0, name="update"):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(timeout)
    s.connect(str(home / f"run/{name}.sock"))
    return s


def request(home, parameters, body=b"", timeout=10.0, name="update"):
    """The reply as lighttpd would see it: the CGI header's Status, and what follows. `name`: of the workers."""
    raw = record(BEGIN, RESPONDER)
    content = pairs(parameters)
    for i in range(0, len(content), 0xfff8):
        raw += record(PARAMS, content[i:i + 0xfff8])
    raw += record(PARAMS)
    for i in range(0, len(body), 0xfff8):
        raw += record(STDIN, body[i:i + 0xfff8])
    raw += record(STDIN)
    data = b""
    with connect(home, timeout, name) as s:
        s.sendall(raw)
        while more := s.recv(65536):
            data += more
    return cgi_reply(stdout_of(data))


def stdout_of(data):
    out = b""
    while len(data) >= 8:
        _, kind, _, size, padding, _ = struct.unpack(">BBHHBB", data[:8])
        if kind == STDOUT:
            out += data[8:8 + size]
        data = data[8 + size + padding:]
    return out


def cgi_reply(out):
    top, blank, body = out.partition(b"\r\n\r\n")
    lines = top.decode("latin-1").split("\r\n")
    headers = [(n.strip().lower(), v.strip()) for n, _, v in (x.partition(":") for x in lines)]
    reply = wire.Reply(headers=headers, body=body)
    reply.status = int((reply.header("status") or "200").split()[0]) if blank else 0
    reply.complete = str(len(body)) == reply.header("content-length")
    return reply
