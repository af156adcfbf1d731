# SPDX-License-Identifier: ISC
"""A server's time of day, to be set while it runs."""
from pathlib import Path

import pytest


class Clock:
    """The time of day of a server; its monotonic clock and the times of files stay as they are."""

    def __init__(self, folder):
        self.library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
        if not self.library:
            pytest.skip("libfaketime is not installed (tools/setup does)")
        self.file = folder / "clock"
        self.jump(0)

    def jump(self, seconds):
        new = self.file.with_suffix(".new")
        new.write_text(f"{seconds:+d}\n")
        new.rename(self.file)

    def environment(self):
        return {"LD_PRELOAD": str(self.library), "FAKETIME_TIMESTAMP_FILE": str(self.file),
                "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                "NO_FAKE_STAT": "1",
                "ASAN_OPTIONS": "verify_asan_link_order=0"}  # programs with sanitizers want theirs first
