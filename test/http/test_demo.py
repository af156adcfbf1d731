# SPDX-License-Identifier: ISC
"""`make run`: what a stranger sees first, and how it ends."""
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

from lib.server import BUILD, ROOT, clean_environment, config, rollcall
from lib.wait import wait_for


class Demo:
    """The demo in a folder of its own."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.output = self.folder / "output"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [ROOT / "tools/demo", BUILD], cwd=folder, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, start_new_session=True,
                env={**clean_environment(), "ROLLCALL_TEST_DEMO": str(folder)})

    def text(self):
        return self.output.read_text(errors="replace")

    def ready(self):
        wait_for(lambda: "Ctrl-C stops everything" in self.text(), 15, "the demo's hints")
        return self

    def left(self):
        """What descends from it, found by the environment."""
        mark = f"ROLLCALL_TEST_DEMO={self.folder}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and mark in (entry / "environ").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
        return found

    def end(self):
        for pid in self.left():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()


@pytest.fixture
def demo(stack):
    """demo() starts it; all in one folder, as `make run` twice."""
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="rollcall-"))

    def start():
        one = Demo(folder)
        stack.callback(one.end)
        return one
    return start


def stop(running):
    os.killpg(running.process.pid, signal.SIGINT)
    assert running.process.wait(15) == 0, running.text()


def known(running):
    """The devices that are remembered."""
    done = rollcall("devices", "--json", "--home", running.folder / "demo")
    return json.loads(done.stdout)["devices"] if done.returncode == 0 else []


def test_the_fleet_is_remembered(demo):
    running = demo().ready()
    assert "rollcall devices --home demo" in running.text()
    assert "rollcall device 00-90-33-00-00-00 --home demo" in running.text()
    devices = wait_for(lambda: [d for d in known(running) if d["name"]][24:] and known(running),
                       30, "25 devices with a name")
    assert len({d["name"] for d in devices}) == 25
    assert "refused" not in (running.folder / "demo/log/rollcall.log").read_text()
    answers = rollcall("answers", "00-90-33-00-00-00", "--home", running.folder / "demo").stdout
    for word in ("Admin", "Certificate", "Media", "Registration", "Version", "NAT", "PBX/ID"):
        assert word in answers
    assert "error:" not in answers
    stop(running)


def test_the_fleet_logs_and_raises_alarms(demo):
    """What the pages Log and Alarms show a stranger."""
    running = demo().ready()
    home = running.folder / "demo"
    for command in ("alarms", "logs -f"):
        assert f"/rollcall {command} --home demo" in running.text()
    wait_for(lambda: rollcall("logs", "--home", home).stdout.count("\n") > 20, 30, "what devices log")
    wait_for(lambda: json.loads(rollcall("alarms", "--all", "--json", "--home", home).stdout)["alarms"], 30,
             "an alarm of a device")
    stop(running)


def enrolled(running):
    """Who has proved itself with a certificate of the demo's CA."""
    return {d["sn"] for d in known(running) if d["tls_issuer"] == "Rollcall Demo CA"}


def test_the_fleet_enrols(demo):
    """Twenty by themselves; five wait for the administrator that the hints make of the reader."""
    running = demo().ready()
    home = running.folder / "demo"
    waiting = [f"00-90-33-00-00-{i:02x}" for i in range(4, 25, 5)]
    for command in ("csr list", f"csr show {waiting[0]}", f"csr approve {waiting[0]}", "ca list",
                    "certs", "audit"):
        assert f"/rollcall {command} --home demo" in running.text()
    wait_for(lambda: len(enrolled(running)) == 20, 40, "20 devices with a certificate")
    requests = json.loads(rollcall("csr", "list", "--json", "--home", home).stdout)["requests"]
    assert sorted(r["sn"] for r in requests if r["state"] == "waiting") == waiting
    assert enrolled(running).isdisjoint(waiting)
    done = rollcall("csr", "approve", waiting[0], "--home", home)
    assert done.returncode == 0, done.stdout + done.stderr
    wait_for(lambda: waiting[0] in enrolled(running), 30, "the one that was approved")
    for command in (["csr", "show", waiting[1]], ["ca", "list"], ["audit"], ["certs"]):
        done = rollcall(*command, "--home", home)
        assert done.stdout and not done.stderr, done.stderr
    stop(running)
    the_next_run(demo, home / "config/user-config.xml")


def the_next_run(demo, path):
    """Devices have what was signed for them; the port for it is another one when that is taken."""
    def port():
        return int(re.search(r'httpsport="(\d+)"', path.read_text())[1])
    taken = port()
    with socket.create_server(("127.0.0.1", taken)):
        running = demo().ready()
        assert port() != taken
        wait_for(lambda: ", 21 settled, 0 errors" in running.text(), 30, "21 devices with a certificate")
        stop(running)


def test_it_starts_without_a_warning(demo):
    """Who sees one in what is shipped looks for a mistake of his own."""
    running = demo().ready()
    home = running.folder / "demo"
    wait_for(lambda: len(known(running)) == 25, 30, "25 devices")
    checked = rollcall("check", "--home", home)
    assert checked.returncode == 0 and "warning: " not in checked.stdout + checked.stderr, checked.stderr
    assert "queries        certificates (all), admin (all), media (all)" in checked.stdout
    log = (home / "log/rollcall.log").read_text()
    assert log and " warn: " not in log and "warning" not in log + running.text(), log
    stop(running)


def test_folder_of_an_older_demo(demo):
    """What stands there stays, and it is said what is missing in it."""
    running = demo()
    running.ready()
    assert "has no <status" not in running.text()
    stop(running)
    path = running.folder / "demo/config/user-config.xml"
    own = config('<master info="none" firmware="125678" bootcode="125600"/>')
    path.write_text(own)
    running = demo().ready()
    assert path.read_text() == own and "has no <status" in running.text()
    assert "no device gets a certificate" in running.text()
    stop(running)


def test_ctrl_c_is_a_normal_end(demo):
    """A terminal sends the signal to all of them."""
    running = demo().ready()
    os.killpg(running.process.pid, signal.SIGINT)
    assert running.process.wait(15) == 0, running.text()
    assert not running.left()
    assert not [p for p in (running.folder / "demo/run").iterdir() if "ready" in p.name]


def test_nothing_outlives_a_demo_that_is_killed(demo):
    running = demo().ready()
    running.process.kill()
    wait_for(lambda: not running.left(), 15, "all processes to end")


def test_second_demo_does_not_disturb_the_first(demo):
    def files():
        """The board, the locks and the sockets; more of them come with a first entry of the log."""
        return {(p.name, p.stat().st_ino) for p in (first.folder / "demo/run").iterdir()
                if p.name == "board" or p.suffix in (".sock", ".lock")}
    first = demo().ready()
    before = files()
    second = demo()
    assert second.process.wait(15) == 1
    assert "served already" in second.text()
    assert files() >= before
    assert first.process.poll() is None
    os.killpg(first.process.pid, signal.SIGINT)
    assert first.process.wait(15) == 0
