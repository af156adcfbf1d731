# SPDX-License-Identifier: ISC
"""Threads that work until the block they were entered for ends."""
import threading


class Crew:
    """For classes with `threads` and `ending`, which each of them looks at: with … as crew: …"""
    PATIENCE = 30  # seconds for each to end

    def __init__(self):
        self.ending, self.lock = threading.Event(), threading.Lock()
        self.threads = []

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        for thread in self.threads:
            thread.join(self.PATIENCE)
