# SPDX-License-Identifier: ISC
"""`make run`: what a stranger sees first, and how it ends."""
import os
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

from lib.server import BUILD, ROOT, clean_environment
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
    first = demo().ready()
    files = sorted(p.name for p in (first.folder / "demo/run").iterdir())
    second = demo()
    assert second.process.wait(15) == 1
    assert "served already" in second.text()
    assert sorted(p.name for p in (first.folder / "demo/run").iterdir()) == files
    assert first.process.poll() is None
    os.killpg(first.process.pid, signal.SIGINT)
    assert first.process.wait(15) == 0
