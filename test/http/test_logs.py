# SPDX-License-Identifier: ISC
"""`rollcall logs`: what devices logged and reported, found, printed and followed."""
import csv
import io
import json
import subprocess
import time

import pytest

from lib.entries import DEVICE, Loggers, entry, logging, raise_alarm, send
from lib.server import ROLLCALL, Lines, clean_environment
from lib.wait import holds_for, wait_for

EASY = {"rate": 10000}


def logged(server, *texts, **more):
    for text in texts:
        assert send(server, entry(text, **more)).status == 200


def shown(server, *words, code=0):
    done = server.cli("logs", *words)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def texts(server, *words):
    return [json.loads(line)["text"] for line in shown(server, *words, "--json").split("\n")[:-1]]


class Follower:
    """rollcall logs --follow, and what it prints."""

    def __init__(self, server, *words):
        command = [ROLLCALL, "logs", "--home", server.path, "--follow", "--json", *words]
        self.process = subprocess.Popen([str(w) for w in command], env=clean_environment(),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self.out = Lines(self.process.stdout)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.out.thread.join(5)

    @property
    def texts(self):
        return [json.loads(line)["text"] for line in list(self.out.lines)]

    def expect(self, *wanted, deadline=10):
        wait_for(lambda: self.texts == list(wanted), deadline, f"{wanted}: {self.texts[-5:]}")


def test_newest_are_shown_oldest_first(serve):
    server = serve()
    assert shown(server) == ""
    logged(server, "one", "two", "three")
    assert texts(server) == ["one", "two", "three"]
    assert texts(server, "--most", 2) == ["two", "three"]
    line = shown(server, "--most", 1)
    assert line.count("\n") == 1 and line.endswith(f" {DEVICE} 127.0.0.1 syslog three\n")
    assert line.startswith(time.strftime("%Y-", time.gmtime()))


def test_words_and_times(serve):
    server = serve()
    logged(server, "call from Anna", "call from Bert", "nothing")
    logged(server, "call from Anna", source="IP1-00-00-01")
    assert texts(server, "ANNA") == ["call from Anna"] * 2
    assert texts(server, "call", "bert") == ["call from Bert"]
    assert texts(server, "anna", "ip1-00") == ["call from Anna"]
    assert texts(server, "nobody") == []
    assert len(texts(server, "--since", "1h")) == 4 and texts(server, "--until", "1h") == []
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86400))
    assert len(texts(server, "--since", day)) == 4 and texts(server, "--until", day) == []


def test_alarms_have_a_log_of_their_own(serve):
    server = serve()
    logged(server, "a log")
    raise_alarm(server, "c0ffee")
    assert texts(server) == ["a log"] and texts(server, "--alarms") == ["it is c0ffee"]
    told = json.loads(shown(server, "--alarms", "--json"))
    assert {"name": "code", "value": "c0ffee"} in told["more"] and told["from"] == DEVICE


def test_as_csv(serve):
    server = serve()
    odd = 'a "quote", a comma\nand a line'
    logged(server, odd, "=1+1", code="x")
    rows = list(csv.reader(io.StringIO(shown(server, "--csv"))))
    assert rows[0] == ["received", "time", "from", "address", "event", "text", "more"]
    assert rows[1][5] == odd.replace("\n", "\\x0a") and rows[1][2:5] == [DEVICE, "127.0.0.1", "syslog"] and rows[1][6] == "code=x"
    assert rows[1][1] == "2008-06-24T14:59:53Z"
    # What a spreadsheet would take for a formula.
    assert rows[2][5] != "=1+1" and rows[2][5].endswith("=1+1")


def test_nothing_speaks_to_the_terminal(serve):
    server = serve()
    logged(server, "\x1b]0;title\x07\r\nforged \u202e")
    out = shown(server)
    assert out.count("\n") == 1 and out[:-1].isprintable()


def test_through_rotated_files(serve):
    server = serve(logging(size=16, keep=4, **EASY))
    with Loggers(server, clients=1) as loggers:
        wait_for(lambda: len(loggers.taken) > 500, 30)
    found = [int(t.split(" ")[1]) for t in texts(server, "--most", 400)]
    last = loggers.taken[-1][1]
    assert found == list(range(last - 399, last + 1))


def test_while_others_write(serve):
    """At any moment the newest ones, none missing in between, and nobody is held up."""
    server = serve(logging(size=16, keep=8, **EASY))
    with Loggers(server, clients=1) as loggers:
        wait_for(lambda: len(loggers.taken) > 300, 30)
        for _ in range(10):
            before = loggers.taken[-1][1]
            found = [int(t.split(" ")[1]) for t in texts(server, "--most", 300)]
            assert found == list(range(found[-1] - 299, found[-1] + 1)) and found[-1] >= before
    assert not loggers.others


def test_follow(serve):
    server = serve()
    logged(server, "before", "just before")
    with Follower(server, "--most", 1) as follower, Follower(server, "wanted") as picky:
        follower.expect("just before")
        logged(server, "one", "two")
        follower.expect("just before", "one", "two")
        logged(server, "wanted")
        picky.expect("wanted")
        follower.expect("just before", "one", "two", "wanted")
        (server.path / "webdav/log/log.txt").rename(server.path / "elsewhere")
        logged(server, "in a new file")
        follower.expect("just before", "one", "two", "wanted", "in a new file")


def test_follow_what_nobody_has_written_yet(serve):
    server = serve()
    with Follower(server) as follower:
        assert follower.process.poll() is None
        logged(server, "first")
        follower.expect("first")


def test_follow_through_rotations(serve):
    server = serve(logging(size=16, keep=100, **EASY))
    logged(server, "9 0 x end")
    with Follower(server) as follower:
        follower.expect("9 0 x end")
        with Loggers(server, clients=4) as loggers:
            wait_for(lambda: len(loggers.taken) > 2000, 60)
        wait_for(lambda: len(follower.out.lines) >= len(loggers.taken) + 1, 20)
        got = follower.texts[1:]
        assert sorted(got) == sorted(loggers.text(*one) for one in loggers.taken)
        holds_for(lambda: len(follower.out.lines) == len(got) + 1, 0.6)


def test_follow_ends_when_nobody_reads(serve):
    server = serve()
    logged(server, "one")
    command = [ROLLCALL, "logs", "--home", server.path, "-f"]
    process = subprocess.Popen([str(w) for w in command], env=clean_environment(), stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL)
    try:
        process.stdout.readline()
        process.stdout.close()
        wait_for(lambda: send(server, entry("more")).status == 200 and process.poll() is not None, 10)
    finally:
        process.kill()
        process.wait()


def test_without_a_server(serve):
    server = serve()
    logged(server, "one")
    server.stop()
    assert texts(server) == ["one"]
    server.start()


def test_home_that_never_logged(home):
    there = home()
    done = there.cli("logs")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_other_folder(serve):
    server = serve(logging(dir="webdav/elsewhere"))
    logged(server, "one")
    assert (server.path / "webdav/elsewhere/log.txt").exists() and texts(server) == ["one"]


@pytest.mark.parametrize("words, says", [
    (("--since", "yesterday"), "is no time"),
    (("--until", "12"), "is no time"),
    (("--most", "0"), "--most"),
    (("--json", "--csv"), "--csv"),
])
def test_wrong_use(home, words, says):
    done = home().cli("logs", *words)
    assert done.returncode == 2 and says in done.stderr, done.stderr


def test_log_that_cannot_be_read(serve):
    server = serve()
    wait_for((server.path / "webdav/log").is_dir, 5)
    (server.path / "webdav/log/log.txt").symlink_to("/etc/passwd")
    done = server.cli("logs")
    assert done.returncode == 1 and "log.txt" in done.stderr and "root" not in done.stdout
