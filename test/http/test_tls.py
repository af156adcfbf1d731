# SPDX-License-Identifier: ISC
"""
The port that asks for client certificates: who has none does not get in, and if the web server ever let
somebody in without one (PITFALLS §0.1), the workers do not answer.
"""
import os
import signal
import ssl

import pytest

from lib import fcgi, wire
from lib.device import UPDATE
from lib.server import Server
from lib.wait import wait_for

POLL = wire.get(f"{UPDATE}?type=IP232&sn=00-90-33-30-00-af&hwid=IP232-30-00-af&ip=172.16.1.9")


@pytest.fixture
def server(pki, stack):
    return stack.enter_context(Server(pki=pki.folder, ports=(0, 0, 0)))


def test_with_a_certificate(server, pki):
    assert server.request(POLL, via="mtls", certificate=pki.device("IP232-30-00-af")).status == 200


def test_without_a_certificate(server):
    try:
        reply = server.request(POLL, via="mtls")
    except (ssl.SSLError, ConnectionError):
        return  # TLS 1.2 ends in the handshake, TLS 1.3 at the first read
    assert not reply.status and not reply.body, reply


@pytest.mark.parametrize("verified", [None, "NONE", "FAILED:error:0A000086", "success", "SUCCESS "])
def test_worker_insists(server, verified):
    more = {} if verified is None else {"SSL_CLIENT_VERIFY": verified}
    environment = fcgi.environment("type=IP232", ROLLCALL_MTLS="1", **more)
    assert fcgi.request(server.path, environment).status == 403
    environment = fcgi.environment("type=IP232", ROLLCALL_MTLS="1", SSL_CLIENT_VERIFY="SUCCESS")
    assert fcgi.request(server.path, environment).status == 200


def test_web_server_that_lets_everybody_in(server):
    """What a client sends cannot take the mark away, nor a field stand for a certificate."""
    conf = server.path / "run/lighttpd.conf"
    text = conf.read_text()
    weak = text.replace('ssl.verifyclient.enforce = "enable"', 'ssl.verifyclient.enforce = "disable"')
    assert weak != text
    conf.write_text(weak)
    os.kill(server.status()["lighttpd"]["pid"], signal.SIGUSR1)
    raw = wire.get(UPDATE, headers=(("SSL_CLIENT_VERIFY", "SUCCESS"), ("SSL-CLIENT-VERIFY", "SUCCESS"),
                                     ("ROLLCALL-MTLS", "")))

    def answer():
        try:
            reply = server.request(raw, via="mtls")
        except OSError:
            return None
        return reply if reply.status else None  # 0: not restarted yet, TLS refused us

    reply = wait_for(answer, 10.0, "an answer without a certificate")
    assert reply.status == 403 and not reply.commands
