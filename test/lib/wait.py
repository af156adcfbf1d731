# SPDX-License-Identifier: ISC
"""Waiting for a condition, never for an amount of time."""
import time

# What a busy machine takes longer than an idle one: how long to wait is said for an idle one. Who measures a
# time asserts it (and is marked "alone", test/conftest.py).
PATIENCE = 4
STEP = 0.01  # how often a condition is looked at, seconds


def wait_for(condition, deadline=5.0, what=""):
    """The first true value of condition(); an AssertionError after `deadline` seconds (PATIENCE times that)."""
    end = time.monotonic() + PATIENCE * deadline
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {PATIENCE} times {deadline:g} s: {what or condition}")
        time.sleep(STEP)


def holds_for(condition, seconds, what=""):
    """condition() is true each time it is looked at for that long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert condition(), f"did not hold for {seconds:g} s: {what or condition}"
        time.sleep(STEP)
