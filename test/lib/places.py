# SPDX-License-Identifier: ISC
"""
File systems of a test's own: small, or such that can lose power. They are mounted in a namespace
that only the threads and processes of this test are in, and are gone with them.
"""
import ctypes
import fcntl
import os
import queue
import subprocess
import threading

import pytest

CLONE_NEWNS = 0x20000
MS_REC, MS_PRIVATE = 16384, 1 << 18
EXT4_IOC_SHUTDOWN = 0x8004587d
NOLOGFLUSH = 2
SYNC_FILE_RANGE_WRITE = 2
libc = ctypes.CDLL(None, use_errno=True)


def succeed(returned, what):
    if returned != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


class Place:
    """
    with Place() as place: place.tmpfs(folder, "2m"); place.run(server.start); …
    Everything that is to see what is mounted goes through run(): a thread with mounts of its own.
    """

    def __init__(self):
        self.work = queue.Queue()
        self.thread = threading.Thread(target=self.loop, daemon=True)
        self.thread.start()
        try:
            self.run(self.leave_the_others)
        except PermissionError as e:
            self.close()
            pytest.skip(f"a file system cannot be mounted here: {e}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.work.put(None)
        self.thread.join()

    def loop(self):
        while task := self.work.get():
            function, args, how, answer = task
            try:
                answer.put((function(*args, **how), None))
            except BaseException as e:  # pylint: disable=broad-except
                answer.put((None, e))

    def run(self, function, *args, **how):
        answer = queue.Queue()
        self.work.put((function, args, how, answer))
        value, error = answer.get()
        if error:
            raise error
        return value

    @staticmethod
    def leave_the_others():
        succeed(libc.unshare(CLONE_NEWNS), "unshare")
        succeed(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None), "mount")

    def command(self, *words):
        try:
            self.run(subprocess.run, [str(w) for w in words], check=True, capture_output=True)
        except subprocess.CalledProcessError as e:
            pytest.skip(f"{words[0]} is not possible here: {e.stderr.decode()}")

    def tmpfs(self, folder, size):
        self.command("mount", "-t", "tmpfs", "-o", f"size={size},mode=0750", "none", folder)

    def resize(self, folder, size):
        self.command("mount", "-o", f"remount,size={size}", folder)

    def ext4(self, image, folder, size_mb=64):
        """A new file system in a file."""
        with open(image, "wb") as f:
            f.truncate(size_mb << 20)
        self.command("mkfs.ext4", "-q", "-F", image)
        self.mount_image(image, folder)

    def mount_image(self, image, folder):
        self.command("mount", "-o", "loop", image, folder)

    def unmount(self, folder):
        self.command("umount", folder)

    def cut_power(self, folder):
        """What has not reached the disk by now never will."""
        def cut():
            fd = os.open(folder, os.O_RDONLY)
            try:
                fcntl.ioctl(fd, EXT4_IOC_SHUTDOWN, NOLOGFLUSH.to_bytes(4, "little"))
            finally:
                os.close(fd)
        self.run(cut)

    def write_back(self, path, dice, until):
        """Lets the kernel write pieces of a file at random moments, as it may at any time."""
        def write():
            fd = os.open(path, os.O_RDONLY)
            try:
                size = os.fstat(fd).st_size
                while not until.wait(dice.uniform(0, 0.005)):
                    start = dice.randrange(size) // 4096 * 4096
                    libc.sync_file_range(fd, ctypes.c_int64(start), ctypes.c_int64(8192),
                                         SYNC_FILE_RANGE_WRITE)
            finally:
                os.close(fd)
        self.run(write)
