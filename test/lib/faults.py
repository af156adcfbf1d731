# SPDX-License-Identifier: ISC
"""
What tests of faults share: rollcalld alone, devices that keep a ledger of what they were promised,
a look at the store from outside, and the libraries that let system calls fail.
"""
import itertools
import json
import mmap
import os
import random
import re
import signal
import struct
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from lib import fcgi, wire
from lib.crew import Crew
from lib.device import UPDATE, check_sum, settled
from lib.server import BUILD, Server, config
from lib.wait import wait_for

SOAK = os.environ.get("ROLLCALL_SOAK") == "1"
ROLLCALLD = BUILD / "rollcalld"
LOOK = BUILD / "test/faults/look"
QUERIES = ("one", "two", "three", "four")
NOTHING_STORED = "nothing was stored"
BACK = 2.0  # seconds in which the service is back after a process died
SANITIZED = ROLLCALLD.exists() and b"__asan_init" in ROLLCALLD.read_bytes()


def tracked(*elements, **status):
    """A configuration that remembers devices, and asks all of them four things."""
    given = {"dir": "status", **status}
    queries = "".join(f'<query id="{q}"><cmd>mod cmd X {q}</cmd><applies>*</applies></query>'
                      for q in QUERIES)
    return config('<master info=""/>', f"<queries>{queries}</queries>",
                  "<status " + " ".join(f'{k}="{v}"' for k, v in given.items()) + "/>", *elements)


def sn_of(i):
    return f"00-90-33-40-{i >> 8:02x}-{i & 255:02x}"


def poll_of(sn, **more):
    return settled(sn=sn, hwid="IP232-" + sn[-8:], **more)


SNIPPETS = {"update-all-default.txt": "config add T /v 1\r\n"}
ASKED = [f"mod cmd UP0 scfg http://{wire.DEVICE_HOST}{UPDATE}?mode=query&sn=#m&id={q} ser nop"
         f" /always mod%20cmd%20X%20{q}" for q in QUERIES]


def idle_of(sn, **more):
    """The poll of a device that is where it should be: with SNIPPETS, ASKED is all it is told, and
    nothing about it changes but when it was seen."""
    return poll_of(sn, PROT=1, CHECK=check_sum(["config add T /v 1"]), **more)


def answer_of(n):
    """An answer that is like no other, of up to some 3 KB."""
    return f'<info n="{n}">{"-" * (n * 977 % 3000)}</info>'


# Servers

class Served(Server):
    """All of it, web server included."""

    def ask(self, query, method="GET", body=None, timeout=20.0):
        return self.request(wire.get(f"{UPDATE}?{query}", method=method, body=body),
                            timeout=timeout)

    def put(self, sn, query, body, timeout=20.0):
        return self.ask(f"mode=query&sn={sn}&id={query}", "PUT",
                        body if isinstance(body, bytes) else body.encode(), timeout)

    @property
    def store(self):
        return self.path / "data/store"

    def pid(self, kind):
        """Of the process of that kind; 0 while there is none."""
        return next((p["pid"] for p in self.status()["processes"] if p["kind"] == kind), 0)

    def reads_for_pages(self):
        """Every process for pages has the store open: they read the fleet as soon as they have nothing to do."""
        pids = [p["pid"] for p in self.status()["processes"] if p["kind"] == "admin"]
        return all(pid and "data.mdb" in Path(f"/proc/{pid}/maps").read_text() for pid in pids)

    def restarts(self, kind):
        return sum(p["restarts"] for p in self.status()["processes"] if p["kind"] == kind)

    def devices(self):
        return listed(self.cli("devices", "--json"))


class Daemon(Served):
    """rollcalld alone; who asks it speaks FastCGI. A test can kill and start it as often as it
    likes, and what is preloaded into it is in no other program."""

    def __init__(self, *args, **how):
        super().__init__(*args, **how)
        self.env = {"ASAN_OPTIONS": "verify_asan_link_order=0", **self.env}

    def command(self):
        words = [ROLLCALLD, "--home", self.path, "--workers", self.workers_wanted,
                 "--ready-fd", 1, "--log", self.path / "log/rollcall.log"]
        return words + (["--watchdog", self.watchdog] if self.watchdog else [])

    def launch(self):
        (self.path / "log").mkdir(exist_ok=True)
        super().launch()

    def take_ready(self, line):
        assert line == "ready", line

    def ask(self, query, method="GET", body=None, timeout=20.0):
        body = body or b""
        parameters = fcgi.environment(query, REQUEST_METHOD=method, CONTENT_LENGTH=len(body))
        try:
            return fcgi.request(self.path, parameters, body, timeout)
        except TimeoutError:
            return wire.Reply(timed_out=True)
        except OSError:
            return wire.Reply()

    def poll(self, arguments, host=wire.DEVICE_HOST, timeout=10.0):
        return self.ask(arguments, timeout=timeout)

    def alive(self):
        reply = self.ask("")
        return reply.status == 200 and reply.complete and "config activate" in reply.commands

    def die(self):
        """SIGKILL to the supervisor; whatever it leaves behind must go by itself."""
        old = set(self.processes_left())
        self.process.kill()
        wait_for(lambda: not (old & set(self.processes_left())), 10, "what it left to end")
        self.is_gone()

    def is_gone(self):
        """The test has ended it; start() starts it again."""
        self.process.wait()
        self.out.thread.join(5)
        self.err.thread.join(5)
        self.process = None
        Server.live.discard(self)


def listed(done):
    """What a command printed as JSON: a list of dicts, whatever stands around it."""
    assert done.returncode == 0, f"{done.returncode}: {done.stdout}{done.stderr}"
    value = json.loads(done.stdout)
    if isinstance(value, dict):
        value = next(v for v in value.values() if isinstance(v, list))
    return value


# A look from outside

def looked(*words, timeout=60, env=None):
    return subprocess.run([str(w) for w in (LOOK, *words)], capture_output=True, text=True,
                          timeout=timeout, check=False, env={**os.environ, **(env or {})})


def look(*words, **how):
    done = looked(*words, **how)
    assert done.returncode == 0, done.stderr
    return done.stdout


def look_info(store):
    return json.loads(look("info", store))


def readers(store):
    """How many have a place in the table of readers."""
    return int(look("readers", store))


def verified(home):
    """`rollcall repair` has nothing to say against it."""
    done = home.cli("repair", timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def stored(store):
    """{(sn, what): number} of all that a Fleet may have sent; each answer must be whole."""
    found = {}
    for line in look("dump", store).splitlines():
        device = json.loads(line)
        for field in ("prot", "boot", "polls"):
            found[device["sn"], field] = int(device[field] or 0)
        for query, xml in device["answers"].items():
            number = re.match(r'<info n="(\d+)">', xml)
            if number:
                n = int(number[1])
                assert xml.strip() == answer_of(n), f"{device['sn']} {query}: {xml[:80]}"
                found[device["sn"], query] = n
    return found


class Held:
    """Processes that have a snapshot of the store open until this is left."""

    def __init__(self, store, count):
        self.process = subprocess.Popen([str(LOOK), "hold", str(store), str(count)], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        self.pids = [int(p) for p in self.process.stdout.readline().split()]
        if not self.pids:
            raise AssertionError(self.process.communicate()[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.communicate()


# Promises

def is_later(reply):
    """Nothing was promised, and the device knows when to come again."""
    return (reply.status == 503 and reply.complete and not reply.commands
            and 0 < int(reply.header("retry-after") or 0) <= 3600)


def is_promise(reply):
    return reply.status == 200 and reply.complete and NOTHING_STORED not in reply.text


def is_refusal(reply):
    """It was understood, is the sender's mistake, and left nothing behind."""
    said = reply.status == 200 and NOTHING_STORED in reply.text
    return reply.complete and not reply.commands and (said or reply.status in (400, 413))


class Ledger:
    """The numbers that were sent and acknowledged of each (sn, what). Each key is one client's, who
    sends one number after the other; so what is stored is never less than what was acknowledged."""

    def __init__(self):
        self.sent, self.acknowledged = {}, {}
        self.count = 0

    def next(self, key):
        self.sent[key] = self.sent.get(key, 0) + 1
        return self.sent[key]

    def promised(self, key, n):
        self.acknowledged[key] = n
        self.count += 1

    def check(self, look_now):
        """`look_now` gives what is stored; meanwhile clients may go on."""
        before = dict(self.acknowledged)
        there = look_now()
        lost = {key: (n, there.get(key)) for key, n in before.items()
                if not n <= there.get(key, 0) <= self.sent[key]}
        assert not lost, f"acknowledged and not there: {{key: (promised, stored)}} = {lost}"
        return there


class Fleet(Crew):
    """
    with Fleet(server) as fleet: …
    Clients that poll with a new build each time, and PUT answers; those of one device are several
    clients', so that they change it at the same time. `later` counts proper 503s, `failed` requests
    that ended without an answer or with 500, `wrong` are replies that nothing excuses.
    """

    PATIENCE = 60

    def __init__(self, server, devices=8, clients=7, pace=0.002, ledger=None):
        super().__init__()
        self.server, self.pace = server, pace
        self.ledger = ledger or Ledger()
        self.later, self.failed, self.wrong, self.seconds = 0, 0, [], []
        keys = [(sn_of(i), what) for i in range(devices) for what in ("prot", *QUERIES)]
        self.threads = [threading.Thread(target=self.client, args=(keys[i::clients],), daemon=True)
                        for i in range(clients)]

    def client(self, keys):
        for key in itertools.cycle(keys):
            if self.ending.wait(self.pace):
                return
            self.send(key)

    def send(self, key):
        sn, what = key
        n = self.ledger.next(key)
        started = time.monotonic()
        if what == "prot":
            reply = self.server.ask(poll_of(sn, PROT=n))
        else:
            reply = self.server.put(sn, what, answer_of(n))
        with self.lock:
            self.note(key, n, reply, time.monotonic() - started)
        return reply

    def note(self, key, n, reply, seconds):
        if is_promise(reply) and (key[1] != "prot" or reply.commands):
            self.ledger.promised(key, n)
            self.seconds.append(seconds)
        elif is_later(reply):
            self.later += 1
        elif not reply.complete or reply.status in (500, 503, 504):
            # 500 and 503 are the web server's word on a worker that died, or that is not there yet.
            self.failed += 1
        else:
            self.wrong.append(f"{key} {n}: {reply.status} {reply.text[:300]}")

    def more(self, count=1, deadline=BACK):
        """Waits until so many more were acknowledged."""
        goal = self.ledger.count + count
        wait_for(lambda: self.ledger.count >= goal or self.wrong, deadline,
                 f"{count} more acknowledged")
        assert not self.wrong, self.wrong[:3]

    def check(self, store=None):
        assert not self.wrong, self.wrong[:3]
        return self.ledger.check(lambda: stored(store or self.server.store))

    def __str__(self):
        return (f"{self.ledger.count} acknowledged, {self.later} put off, {self.failed} failed, "
                f"slowest {max(self.seconds, default=0):.2f} s")


def kill(pid, sign=signal.SIGKILL):
    assert pid > 0, "that would be everybody"
    with suppress(ProcessLookupError):
        os.kill(pid, sign)


def dice(seed_name="ROLLCALL_SEED"):
    """Random numbers; the seed stands in the report of a failed test."""
    seed = int(os.environ.get(seed_name, random.SystemRandom().randrange(1 << 32)))
    print(f"{seed_name}={seed}")
    return random.Random(seed)


# Libraries that are preloaded

class Orders:
    """The file through which a preloaded library is told what to do: 32-bit numbers."""

    library, fields = None, ()

    def __init__(self, folder):
        if SANITIZED:
            pytest.skip("sanitizers replace the same functions")
        self.path = folder / f"{type(self).__name__.lower()}.orders"
        self.path.write_bytes(bytes(4 * len(self.fields)))
        self.file = open(self.path, "r+b")
        self.map = mmap.mmap(self.file.fileno(), 0)

    def environment(self):
        library = BUILD / "test/faults" / self.library
        assert library.exists(), f"{library} is not built (make pytest does)"
        return {"LD_PRELOAD": str(library)}

    def set(self, **numbers):
        for name, value in numbers.items():
            struct.pack_into("i", self.map, 4 * self.fields.index(name), value)

    def get(self, name):
        return struct.unpack_from("i", self.map, 4 * self.fields.index(name))[0]


class FailIo(Orders):
    """Writing to one file fails; see test/faults/failio.c."""

    library, fields = "failio.so", ("at", "number", "lasting", "sync_us", "calls", "failed",
                                     "die", "read_only")

    def environment(self, home):  # pylint: disable=arguments-differ
        return {**super().environment(), "ROLLCALL_TEST_FAILIO": str(self.path),
                "ROLLCALL_TEST_FAILIO_FILE": str((home / "data/store").resolve() / "data.mdb")}

    def fail(self, at, number, lasting=False):
        """The at-th call from now."""
        self.set(at=0)
        self.set(calls=0, failed=0, number=number, lasting=lasting)
        self.set(at=at)

    def stop(self):
        self.set(at=0)


class FailAlloc(Orders):
    """Allocations of one process fail; see test/faults/failalloc.c."""

    library, fields = "failalloc.so", ("pid", "at", "calls", "failed")

    def environment(self):
        return {**super().environment(), "ROLLCALL_TEST_FAILALLOC": str(self.path)}

    def fail(self, pid, at):
        self.set(pid=0)
        self.set(at=at, calls=0, failed=0)
        self.set(pid=pid)

    def stop(self):
        self.set(pid=0)
