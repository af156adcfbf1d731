# SPDX-License-Identifier: ISC
"""rollcall plan SN: what a device that is known would get if it polled now, and why, with a server or without."""
import json
import time

import pytest

from lib.device import DEVICE, SN, UPDATE, settled
from lib.php import Installation, state
from lib.server import config
from lib.wait import wait_for

CONFIG = config('<master info="none" firmware="130986" bootcode="none"/>', '<status dir="status"/>',
                '<phases><phase id="staging" seq="100"/></phases>',
                '<environments><environment id="berlin"/></environments>')
SNIPPETS = {"update-phone-default.txt": "config add CMD0 /name x\r\n",
            "staging-phone-berlin.txt": "config add CMD0 /name y\r\n"}


def commands(text):
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def comments(text):
    return [line for line in text.splitlines() if line.startswith("#")]


def known(server, sn=SN):
    done = server.cli("device", sn, "--json")
    return json.loads(done.stdout) if done.returncode == 0 else None


@pytest.fixture(name="server")
def server_fixture(serve):
    return serve(CONFIG, SNIPPETS)


@pytest.mark.parametrize("stopped", [False, True])
@pytest.mark.parametrize("device", [
    {}, {"phase": "staging", "env": "berlin"}, {"PROT": "130986"}, {"type": "IP222-x"}])
def test_is_what_its_next_poll_gets(server, stopped, device):
    """Not what the first poll gets: that one is told what is remembered by the second."""
    server.poll(settled(**device))
    wait_for(lambda: known(server), 5, "a device")
    if stopped:
        server.stop()
        done = server.cli("plan", SN)
    else:
        done = server.cli("plan", SN)
        assert commands(done.stdout) == commands(server.poll(settled(**device)).text)
    assert done.returncode == 0, done
    first = comments(done.stdout)[0]
    assert "assumed: it asks http://" in first and f"{UPDATE}?" in first and first.endswith(", as it did last")
    assert commands(done.stdout)


@pytest.mark.parametrize("name", ["009033-3000AF", DEVICE["hwid"], DEVICE["ip"]])
def test_by_other_names(server, name):
    server.poll(settled())
    assert server.cli("plan", name).stdout == server.cli("plan", SN).stdout != ""


def test_remembers_nothing(server):
    server.poll(settled())
    before = wait_for(lambda: (lambda d: d and d["seen"] and d)(known(server)), 5, "a sighting")
    for _ in range(3):
        assert server.cli("plan", SN).returncode == 0
    assert known(server) == before


def test_what_is_not_known_of_the_url_is_made_up(home, tmp_path):
    """An import knows devices, but not what they asked."""
    where, old = home(CONFIG, SNIPPETS), Installation(tmp_path / "php", settings=None)
    old.device(SN, state(SN))
    done = where.cli("import", "--from", old.path, timeout=60)
    assert done.returncode in (0, 1) and known(where), done
    done = where.cli("plan", SN)
    assert done.returncode == 0, done
    first = comments(done.stdout)[0]
    assert "http://localhost/update/update.php?" in first and f"sn={SN}" in first and "made of what is known" in first


def test_json(server):
    server.poll(settled())
    steps = json.loads(server.cli("plan", SN, "--json").stdout)
    assert "as it did last" in steps[0]["reason"] and steps[0]["kind"] == "note"
    assert "config add CMD0 /name x\r\n" in [s.get("text") for s in steps]


def test_at_another_time(server):
    """A snippet's grace ends."""
    server.poll(settled())
    server.snippet("update-phone-default.txt", "config add CMD0 /name z\r\n", age=10)
    assert commands(server.cli("plan", SN).stdout) == []
    assert "config add CMD0 /name z" in server.cli("plan", SN, "--at", int(time.time()) + 100).stdout


def test_of_nobody(server):
    done = server.cli("plan", "00-00-00-00-00-00")
    assert done.returncode == 1 and "no device is known" in done.stderr and not done.stdout


def test_with_another_configuration(server):
    """The environment of its URL is gone meanwhile."""
    server.poll(settled(env="berlin"))
    wait_for(lambda: known(server), 5, "a device")
    server.config(CONFIG.replace("berlin", "bonn"))
    done = server.cli("plan", SN)
    assert done.returncode == 0 and "\"berlin\" is not configured" in done.stdout and not commands(done.stdout)


@pytest.mark.parametrize("words,says", [
    ([SN, "--url", "http://x/update/update.php"], "not both"), ([SN, "--cert", "x"], "--cert"),
    ([SN, "--pki", "x"], "--pki"), ([], "--url"), ([SN, "extra"], "extra"), ([SN, "--at", "soon"], "--at")])
def test_wrong_use(home, words, says):
    done = home().cli("plan", *words)
    assert done.returncode == 2 and says in done.stderr and not done.stdout, done


def test_without_a_store(home):
    done = home(CONFIG).cli("plan", SN)
    assert done.returncode == 1 and "nothing is remembered" in done.stderr
