# SPDX-License-Identifier: ISC
"""
PITFALLS G2, G3, E6: thousands of clients that are slow or say nothing keep nobody else waiting and are gone soon; and
what is seen when the workers are away for a while.
"""
import asyncio
import resource
import ssl
import threading
import time

import pytest

from lib import wire
from lib.device import UPDATE
from lib.load import percentile
from lib.wait import holds_for, wait_for
from lib.web import WebServer

SPARE = 300           # descriptors that the test itself needs
PROBE = 1.0           # seconds in which a device is answered meanwhile, 99 of 100 times, on a machine with other work
GONE = 20.0           # seconds after which a client that says nothing is gone (10 of lighttpd, and a margin)
MARGIN = 15.0         # for a busy machine
HWID = "IP232-30-00-af"

HEADERS = f"GET {UPDATE}?a=b HTTP/1.1\r\nHost: update.example\r\nX-Slow: ".encode()
BODY = (f"PUT {UPDATE}?mode=backup HTTP/1.1\r\nHost: update.example\r\nContent-Length: 1000000\r\n\r\n"
        "<half a conf").encode()
# A ClientHello of TLS that breaks off in the middle.
HELLO = bytes.fromhex("16030100f8010000f40303") + bytes(32) + bytes(40)


def can_open(wanted):
    """As many as the limits of this process allow, which are raised as far as that goes."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return min(wanted, hard - SPARE)


class Crowd:
    """Clients in a thread of their own: each connects, sends its bytes and says nothing more, or a byte now and then."""

    def __init__(self, port, openings, every=None):
        self.port, self.openings, self.every = port, openings, every
        self.open = self.closed = 0
        self.begun = threading.Event()
        self.leave = threading.Event()
        self.seconds = []  # how long each one stayed
        self.thread = threading.Thread(target=lambda: asyncio.run(self.run()), daemon=True)

    def __enter__(self):
        self.thread.start()
        assert self.begun.wait(60), f"only {self.open} of {len(self.openings)} connected"
        return self

    def __exit__(self, *_):
        self.leave.set()
        self.thread.join(60)
        assert not self.thread.is_alive()

    async def run(self):
        gate = asyncio.Semaphore(200)
        crowd = [asyncio.create_task(self.one(gate, opening)) for opening in self.openings]
        while self.open + self.closed < len(crowd):
            await asyncio.sleep(0.01)
        self.begun.set()
        while self.closed < len(crowd) and not self.leave.is_set():
            await asyncio.sleep(0.05)
        for task in crowd:
            task.cancel()
        await asyncio.gather(*crowd, return_exceptions=True)

    async def one(self, gate, opening):
        async with gate:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(opening)
        self.open += 1
        started = time.monotonic()
        try:
            await self.until_closed(reader, writer)
        except OSError:
            pass
        finally:
            self.open -= 1
            self.closed += 1
            self.seconds.append(time.monotonic() - started)
            writer.close()

    async def until_closed(self, reader, writer):
        while True:
            try:
                if not await asyncio.wait_for(reader.read(1000), self.every):
                    return
            except asyncio.TimeoutError:
                writer.write(b"x")


def probe(server, while_true, via="http", certificate=None):
    """The times of polls, one after the other, until the condition ends."""
    times = []
    while while_true():
        reply = server.request(wire.get(UPDATE), via, certificate, timeout=30)
        assert (reply.status, reply.complete) == (200, True), reply
        times.append(reply.seconds)
    return times


def test_slow_headers_and_bodies(stack):
    """G2"""
    count = can_open(4000)
    server = stack.enter_context(WebServer("--connections", 4096))
    assert f"server.max-connections = {4096}\n" in server.web_config()
    openings = [HEADERS if n % 2 else BODY for n in range(count)]
    with Crowd(server.port, openings) as crowd:
        times = probe(server, lambda: crowd.closed < count and not (crowd.seconds and max(crowd.seconds) > GONE + MARGIN))
        assert crowd.closed == count, f"{crowd.open} of {count} are still there"
        assert max(crowd.seconds) <= GONE + MARGIN
    assert percentile(times, 99) < PROBE, f"{len(times)} polls, p99 {percentile(times, 99):.3f} s"
    assert len(times) > 20
    assert not [p for p in (server.path / "run/upload").iterdir()]


def test_bytes_now_and_then(stack):
    """Who says something every few seconds may stay; others do not wait for him."""
    server = stack.enter_context(WebServer())
    until = time.monotonic() + 13
    with Crowd(server.port, [HEADERS] * can_open(1000), every=3) as crowd:
        times = probe(server, lambda: time.monotonic() < until)
        assert crowd.open
    assert percentile(times, 99) < PROBE


def test_more_than_fit(stack):
    """Who comes when all places are taken by slow clients is served when those are gone."""
    server = stack.enter_context(WebServer("--connections", 64))
    with Crowd(server.port, [HEADERS] * 64):
        started = time.monotonic()
        reply = server.request(wire.get(UPDATE), timeout=GONE + MARGIN)
        assert (reply.status, reply.complete) == (200, True)
        assert time.monotonic() - started < GONE + MARGIN
    assert server.alive()


def test_connections_without_tls(stack, pki):
    """G3"""
    count = can_open(3500)
    server = stack.enter_context(WebServer("--connections", 4096, pki=pki.folder))
    openings = [HELLO if n % 7 == 0 else b"" for n in range(count)]
    with Crowd(server.ports["mtls"], openings) as crowd:
        times = probe(server, lambda: crowd.closed < count and not (crowd.seconds and max(crowd.seconds) > GONE + MARGIN),
                      "mtls", pki.device(HWID))
        assert crowd.closed == count, f"{crowd.open} of {count} are still there"
    assert percentile(times, 99) < PROBE and len(times) > 20
    with pytest.raises((ssl.SSLError, OSError, AssertionError)):
        assert server.request(wire.get(UPDATE), "mtls").status  # and nobody got in by it


def test_socket_of_the_workers_is_away(stack):
    """E6"""
    server = stack.enter_context(WebServer())
    socket, aside = server.path / "run/update.sock", server.path / "run/aside.sock"

    def status():
        return server.request(wire.get(UPDATE), timeout=20).status

    assert status() == 200
    socket.rename(aside)
    wait_for(lambda: status() == 503, 5)
    holds_for(lambda: status() == 503, 3)
    assert server.get("/update/fw/nothing").status == 404  # the rest goes on
    assert server.get("/update/admin/sign-in").status == 200
    aside.rename(socket)
    wait_for(lambda: status() == 200, 3 + MARGIN)
