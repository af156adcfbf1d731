# SPDX-License-Identifier: ISC
"""Fixtures of the end-to-end tests; pytest puts this folder on the path, so `lib` is test/lib."""
import signal
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from lib.master import MasterDevice
from lib.pki import Pki
from lib.server import Home, Server

# Files and folders of tests that measure time or take the machine to its limits; so does a test with this mark.
ALONE = ("faults/", "http/test_lookup.py", "http/test_processes.py", "http/test_slow.py")
LOG_TAIL = 20  # lines of each log that stand in the report of a failed test
LOG_WIDTH = 200


def pytest_configure(config):
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where we were started with it ignored
    config.addinivalue_line("markers", "alone: nothing else may run beside it (Makefile, pytest)")


def pytest_collection_modifyitems(config, items):
    for item in items:
        if item.path.relative_to(Path(__file__).parent).as_posix().startswith(ALONE):
            item.add_marker(pytest.mark.alone)


@pytest.fixture
def stack():
    """What is entered here is left at the end of the test, whatever happens."""
    with ExitStack() as everything:
        yield everything


@pytest.fixture
def serve(stack):
    """serve(config, snippets, …) starts an instance of this test's own."""
    return lambda *args, **how: stack.enter_context(Server(*args, **how))


@pytest.fixture
def home(stack):
    """home(config, snippets) makes a home directory without a server."""
    return lambda *args, **how: stack.enter_context(Home(*args, **how))


@pytest.fixture
def master():
    with MasterDevice() as device:
        yield device


@pytest.fixture(scope="session")
def pki():
    """Shared: nothing in it changes, but that devices are added."""
    with tempfile.TemporaryDirectory(prefix="rollcall-pki-") as folder:
        yield Pki(folder)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """The logs of every running instance stand in the report of a failed test."""
    outcome = yield
    if call.when == "call" and outcome.get_result().failed:
        for server in Server.live:
            for name in ("rollcall.log", "lighttpd-error.log"):
                try:
                    lines = (server.path / "log" / name).read_text(errors="replace").splitlines()
                except OSError:
                    continue
                tail = "\n".join(line[:LOG_WIDTH] for line in lines[-LOG_TAIL:])
                outcome.get_result().sections.append((f"{server.path.name}: {name}", tail))
