# SPDX-License-Identifier: ISC
"""Fixtures of the tests of faults, next to those of all end-to-end tests."""
import pytest

from lib.faults import Daemon, Served
from lib.places import Place


@pytest.fixture
def served(stack):
    """served(config, snippets, …) starts an instance with its web server."""
    return lambda *args, **how: stack.enter_context(Served(*args, **how))


@pytest.fixture
def daemon(stack):
    """daemon(config, snippets, …) starts rollcalld alone."""
    return lambda *args, **how: stack.enter_context(Daemon(*args, **how))


@pytest.fixture
def place(stack):
    """Where file systems can be mounted."""
    return stack.enter_context(Place())
