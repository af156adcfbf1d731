# SPDX-License-Identifier: ISC
"""What devices log and report, and what of it stands in the files."""
import threading
from urllib.parse import quote, urlencode

from lib import wire
from lib.crew import Crew
from lib.server import PLAIN, config

PATHS = {"log": "/ap/log.fcgi", "alarm": "/ap/alarm.fcgi"}
DEVICE = "IP232-30-00-af"
FIELDS = ("received", "time", "from", "address", "event", "text")


def logging(*elements, **logs):
    """A configuration with these attributes of <logs>."""
    return config(PLAIN, "<logs " + " ".join(f'{k}="{v}"' for k, v in logs.items()) + "/>", *elements)


def entry(text, source=DEVICE, event="syslog", **more):
    return urlencode({"event": event, "time": "1214319593", "from": source, "msg": text, **more},
                     quote_via=quote)


def request_of(query, kind="log", method="GET", close=True, headers=()):
    if method == "GET":
        return wire.get(f"{PATHS[kind]}?{query}", headers=headers, close=close)
    body = query if isinstance(query, bytes) else query.encode()
    return wire.get(PATHS[kind], method=method, body=body, headers=headers, close=close)


def send(server, query, kind="log", method="GET", **how):
    return server.request(request_of(query, kind, method, **how))


def raise_alarm(server, code, source=DEVICE, event="alarm", **more):
    fields = {"event": event, "code": code, "from": source, "text": f"it is {code}", "severity": "2", **more}
    reply = send(server, urlencode(fields), "alarm")
    assert reply.status == 200, f"{reply.status} {reply.text}"
    return reply


def files(folder, name):
    """Those of a log that are there, the oldest first."""
    rotated = [p for p in folder.glob(f"{name}.txt.*") if p.suffix[1:].isdigit()]
    rotated.sort(key=lambda p: -int(p.suffix[1:]))
    newest = folder / f"{name}.txt"
    return [*rotated, *([newest] if newest.exists() else [])]


def read_lines(folder, name):
    """All lines, the oldest first. Only while nobody writes: files are moved."""
    text = b"".join(p.read_bytes() for p in files(folder, name))
    assert not text or text.endswith(b"\n"), text[-200:]
    return [line.decode() for line in text.split(b"\n")[:-1]]


def lines(server, kind="log", name=None):
    return read_lines(server.path / "webdav" / kind, name or kind)


def parsed(line):
    """A line that has no escapes, as a dict."""
    cells = line.split("\t")
    assert len(cells) >= len(FIELDS), line
    named = dict(zip(FIELDS, cells))
    return {**named, **dict(cell.split("=", 1) for cell in cells[len(FIELDS):])}


class Loggers(Crew):
    """
    with Loggers(server) as loggers: …
    Clients that each log one numbered line after the other, as several devices, over connections that stay.
    `taken`: what was acknowledged, (client, number); `others`: {status: count} of all other answers.
    """

    def __init__(self, server, clients=4, kind="log", pace=0.0, source="IP232-30-00-{:02x}", size=60):
        super().__init__()
        self.port, self.kind, self.pace, self.source, self.size = server.port, kind, pace, source, size
        self.taken, self.others, self.seconds = [], {}, []
        self.threads = [threading.Thread(target=self.client, args=(i,), daemon=True) for i in range(clients)]

    def text(self, client, number):
        """Longer and shorter ones; it ends with a word that says that it is whole."""
        return f"{client} {number} {'x' * (1 + number * 7 % self.size)} end"

    def client(self, client):
        connection, number = None, 0
        while not self.ending.wait(self.pace):
            query = entry(self.text(client, number), self.source.format(client))
            try:
                connection = connection or wire.Connection(self.port)
                reply = connection.request(request_of(query, self.kind, close=False))
            except OSError:
                reply = wire.Reply()
            self.note(client, number, reply)
            number += 1
            if connection and (not reply.complete or (reply.header("connection") or "") == "close"):
                connection.close()
                connection = None
        if connection:
            connection.close()

    def note(self, client, number, reply):
        with self.lock:
            if reply.status == 200 and reply.complete:
                self.taken.append((client, number))
                self.seconds.append(reply.seconds)
            else:
                self.others[reply.status] = self.others.get(reply.status, 0) + 1

    def check(self, found):
        """Each line that was acknowledged is there once, whole; and in the order in which they were sent."""
        there = [parsed(line)["text"] for line in found]
        times = {}
        for text in there:
            times[text] = times.get(text, 0) + 1
        wrong = [(t, times.get(t, 0)) for t in (self.text(*one) for one in self.taken) if times.get(t) != 1]
        assert not wrong, f"{len(wrong)} of {len(self.taken)}: {wrong[:3]}"
        last = {}
        for text in there:
            client, number, _, end = text.split(" ")
            assert end == "end", text
            assert last.get(client, -1) < int(number), text
            last[client] = int(number)
        return there
