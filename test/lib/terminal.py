# SPDX-License-Identifier: ISC
"""A program at a terminal, and somebody who answers its questions."""
import fcntl
import os
import pty
import subprocess
import termios

from lib.server import ROLLCALL, clean_environment
from lib.wait import wait_for


class Terminal:
    """`rollcall WORDS` with somebody in front of it."""

    def __init__(self, *words):
        self.master, slave = pty.openpty()
        self.shown = ""
        self.process = subprocess.Popen([str(w) for w in (ROLLCALL, *words)], stdin=slave, stdout=slave,
                                        stderr=slave, start_new_session=True, env=clean_environment(),
                                        preexec_fn=lambda: fcntl.ioctl(slave, termios.TIOCSCTTY, 0))
        os.close(slave)
        os.set_blocking(self.master, False)

    def look(self):
        try:
            self.shown += os.read(self.master, 65536).decode()
        except (BlockingIOError, OSError):
            pass
        return self.shown

    def answer(self, question, typed):
        wait_for(lambda: question in self.look(), 5, f"{question} in {self.shown}")
        os.write(self.master, typed.encode())

    def end(self):
        wait_for(lambda: (self.look(), self.process.poll())[1] is not None, 10, self.shown)
        self.look()
        os.close(self.master)
        return self.process.returncode
