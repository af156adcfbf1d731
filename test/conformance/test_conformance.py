# SPDX-License-Identifier: ISC
"""
Every recorded exchange of the corpus is answered with the same commands. Add a folder to add a
case.

A recorded 5xx was a failure of the server of that time: there is nothing to be like. A device must
not be lost by it, so it is answered with 200, and no command may be sent.
"""
import pytest

from lib import corpus, wire
from lib.server import Server, StartError
from lib.wait import wait_for

NOTICED = 4.0  # seconds until a change in the home must show, a busy machine included
ATTEMPTS = 5   # at ports that are still free when we use them


@pytest.mark.parametrize("name", corpus.names())
def test_scenario(name, stack, request):
    scenario = corpus.Scenario(name)
    words = {}
    if scenario.wants_master:
        words["MASTER"] = request.getfixturevalue("master").url
    pki = request.getfixturevalue("pki") if scenario.wants_tls else None
    server = started(scenario, words, pki, stack)
    for number, step in enumerate(scenario.exchange, 1):
        scenario.do(step, server)
        raw = scenario.request(step, words)
        how = {"via": step.get("via", "http"),
               "certificate": pki.device(step["cert"]) if "cert" in step else None}
        expected = scenario.expected(number, words)
        reply = answered(server, raw, how, expected if "do" in step else None)
        assert reply.commands == expected, f"{name} {number}: {step['url']}\n{reply.text}"
        assert (reply.status, reply.complete) == (wanted_status(step), True), f"{name} {number}"


def wanted_status(step):
    return 200 if step["status"] >= 500 else step["status"]


def started(scenario, words, pki, stack):
    """The ports stand in the configuration, so they are chosen before the start."""
    for attempt in range(ATTEMPTS):
        ports = (0, *wire.free_ports(2)) if pki else None
        if ports:
            words.update(HTTPS=ports[1], MTLS=ports[2])
        server = Server(pki=pki and pki.folder, ports=ports)
        scenario.install(server, words)
        try:
            return stack.enter_context(server)
        except StartError:  # somebody else may have taken a port
            if not pki or attempt + 1 == ATTEMPTS:
                raise


def answered(server, raw, how, awaited):
    """The reply; after a change in the home, the first that shows it, else the last one."""
    reply = server.request(raw, **how)
    if awaited is not None and reply.commands != awaited:
        replies = [reply]

        def shows():
            replies.append(server.request(raw, **how))
            return replies[-1].commands == awaited

        try:
            wait_for(shows, NOTICED)
        except AssertionError:
            pass  # the comparison of the caller shows what is different
        reply = replies[-1]
    return reply


@pytest.mark.parametrize("name", corpus.names())
def test_folder_is_whole(name):
    """Each request has its expected reply, so none is compared with nothing."""
    scenario = corpus.Scenario(name)
    found = sorted(p.name for p in (scenario.folder / "expect").iterdir())
    assert found == [f"{i:02}.txt" for i in range(1, len(scenario.exchange) + 1)]
