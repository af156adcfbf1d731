# SPDX-License-Identifier: ISC
"""Reverse DNS for {rdns} (spec §8): the next poll uses the name, and no poll ever waits for it."""
import json
import os
import signal
import socket
import time

import pytest

from lib.device import SN
from lib.enrol import Phone, certified, says
from lib.wait import wait_for

RESOLVER = {"RES_OPTIONS": "timeout:1 attempts:1"}
SLOW = 1.0  # seconds that a poll may take on a busy machine
RESOLVED = 20.0  # until a resolver without a network has given up


@pytest.fixture
def server(serve):
    return serve(certified(**{"CSRdn-cn": "{rdns}", "CSRdn-o": "ACME"}), env=RESOLVER)


def phone_at(server, address):
    """One that needs a certificate, and whose address is known since its first poll."""
    phone = Phone(server, ip=address)
    phone.poll()
    phone.answer(says())
    return phone


def record(server):
    return json.loads(server.cli("device", SN, "--json").stdout)


def creation(phone):
    """The command that makes a request; None: it is not sent yet."""
    reply = phone.poll()
    assert reply.seconds < SLOW
    return next((x for x in reply.commands if "servercert-create" in x), None)


def test_name(server):
    name = socket.gethostbyaddr("127.0.0.1")[0]
    phone = phone_at(server, "127.0.0.1")
    reply = phone.poll()
    assert "looked up" in reply.text and "mod cmd UP1 provision 5" in reply.commands
    assert not any("servercert-create" in x for x in reply.commands)
    assert f"/dn-cn {name} /" in wait_for(lambda: creation(phone), RESOLVED)
    known = record(server)
    assert (known["rdns"], known["rdns_of"]) == (name, "127.0.0.1")


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1", "localhost", "1", "$(id)"])
def test_no_name(server, address):
    """Nobody waits for ever; what is no address is none, even where it is a name."""
    phone = phone_at(server, address)
    assert creation(phone) is None
    assert "/dn-cn  /" in wait_for(lambda: creation(phone), RESOLVED)
    assert record(server)["rdns_of"] == address and not record(server).get("rdns")


def test_another_address(server):
    """A device that has moved is looked up anew."""
    phone = phone_at(server, "192.0.2.1")
    creation(phone)
    wait_for(lambda: record(server).get("rdns_of") == "192.0.2.1", RESOLVED)
    phone.arguments["ip"] = "127.0.0.1"
    phone.poll()
    assert wait_for(lambda: (c := creation(phone)) and "/dn-cn  /" not in c, RESOLVED)


def lookup_pid(server):
    return next(p["pid"] for p in server.status()["processes"] if p["kind"] == "lookup")


def test_resolver_hangs(server):
    """Devices are answered all the same, and the name is used once it is there."""
    pid = lookup_pid(server)
    os.kill(pid, signal.SIGSTOP)
    try:
        phone = phone_at(server, "127.0.0.1")
        for _ in range(20):
            assert creation(phone) is None
        assert server.alive() and server.whole()
        waits_since = record(server)["rdns_asked"]  # a minute at most, see test_plan_certs.c
        assert time.time() - 30 < waits_since <= time.time()
        creation(phone)
        assert record(server)["rdns_asked"] == waits_since
    finally:
        os.kill(pid, signal.SIGCONT)
    assert wait_for(lambda: creation(phone), RESOLVED)
    assert not record(server)["rdns_asked"]


def test_process_dies(server):
    """What it had not read yet is looked up by the next one."""
    pid = lookup_pid(server)
    os.kill(pid, signal.SIGSTOP)
    phone = phone_at(server, "127.0.0.1")
    assert creation(phone) is None
    os.kill(pid, signal.SIGKILL)
    assert wait_for(lambda: creation(phone), RESOLVED)
    assert lookup_pid(server) != pid
