# SPDX-License-Identifier: ISC
"""
An instance of Rollcall in a temporary home. It is started with the program that an administrator
starts, and it must end as he expects: status 0, and nothing of it left running.
"""
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import uuid
from pathlib import Path

from lib import wire
from lib.device import UPDATE
from lib.wait import PATIENCE, wait_for

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("ROLLCALL_BUILD", ROOT / "build")).resolve()
ROLLCALL = BUILD / "rollcall"

READY_SECONDS = 15
STOP_SECONDS = 20
DAY = 86400
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
PLAIN = '<master info=""/>'  # no firmware; everything else as shipped
SCHEMES = ("http", "https", "mtls")


def config(*elements):
    """A user-config.xml; the first element stands in line 3."""
    return XML + "<config>\n" + "\n".join(elements or [PLAIN]) + "\n</config>\n"


class StartError(Exception):
    """`rollcall serve` ended instead of getting ready: with this status and these last words."""

    def __init__(self, code, stderr):
        super().__init__(f"serve ended with {code}: {stderr}")
        self.code = code
        self.stderr = stderr


class Lines:
    """Everything that a process writes to a pipe, read as it comes."""

    def __init__(self, pipe):
        self.lines = []
        self.thread = threading.Thread(target=self.read, args=(pipe,), daemon=True)
        self.thread.start()

    def read(self, pipe):
        with pipe:
            for line in pipe:
                self.lines.append(line.decode("utf-8", "replace").rstrip("\n"))

    def __str__(self):
        return "\n".join(self.lines)


class Home:
    """A home directory, and the commands that work on one without a server."""

    def __init__(self, user_config=None, snippets=None, at=None):
        """`at`: a home that is there already, and stays."""
        self.keep = at is not None
        if self.keep:
            self.path = at
            return
        # Not pytest's tmp_path: the paths of unix sockets must stay below 108 bytes.
        self.path = Path(tempfile.mkdtemp(prefix="rollcall-"))
        for folder in ("config", "scripts", "certs"):
            (self.path / folder).mkdir()
        self.config(user_config or config())
        for name, text in (snippets or {}).items():
            self.snippet(name, text)

    def remove(self):
        if not self.keep:
            shutil.rmtree(self.path, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()

    def config(self, text):
        """Replaced at once, as an editor does."""
        self.replace("config/user-config.xml", text)

    def snippet(self, name, text, age=DAY):
        self.replace(f"scripts/{name}", text, age)

    def replace(self, name, content, age=0):
        path = self.path / name
        new = path.with_name(f".{path.name}.new")
        new.write_bytes(content if isinstance(content, bytes) else content.encode())
        set_age(new, age)
        new.rename(path)

    def cli(self, *words, **how):
        """Runs `rollcall WORDS --home HOME`."""
        return rollcall(*words, "--home", self.path, **how)


NOBODY = {"user": 65534, "group": 65534, "extra_groups": []}


def rollcall(*words, timeout=10, env=None, nobody=False):
    """Runs it to its end; when that does not come in time, it and its children are ended. `nobody`:
    as somebody whom the rights of files hold back, which they do not when we are root."""
    done = [str(w) for w in (ROLLCALL, *words)]
    process = subprocess.Popen(done, env={**clean_environment(), **(env or {})}, text=True,
                               errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, start_new_session=True,
                               **(NOBODY if nobody and os.geteuid() == 0 else {}))
    try:
        out, err = process.communicate(timeout=PATIENCE * timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise
    return subprocess.CompletedProcess(done, process.returncode, out, err)


def clean_environment():
    """Ours, without what would change the program under test."""
    return {k: v for k, v in os.environ.items() if not k.startswith("ROLLCALL_")}


def set_age(path, seconds):
    then = time.time() - seconds
    os.utime(path, (then, then), follow_symlinks=False)


class Server(Home):
    live = set()  # for the report of a failed test, see conftest.py

    def __init__(self, user_config=None, snippets=None, *, workers=2, watchdog=None, fault=False,
                 pki=None, ports=None, at=None, env=None):
        """`pki`: serve HTTPS and mutual TLS too. `ports`: (http, https, mtls) instead of any.
        `env`: variables that the server gets on top of ours."""
        super().__init__(user_config, snippets, at)
        self.workers_wanted = workers
        self.watchdog = watchdog
        self.fault = fault
        self.pki = pki
        self.fixed_ports = ports or (0, 0, 0)
        self.env = env or {}
        self.mark = f"ROLLCALL_TEST_MARK={uuid.uuid4().hex}"
        self.process = self.out = self.err = None
        self.ports = {}

    # Starting and stopping

    def command(self):
        """The program, and the words behind it."""
        http, https, mtls = (f"127.0.0.1:{p}" for p in self.fixed_ports)
        words = ["serve", "--home", self.path, "--http", http, "--workers", self.workers_wanted]
        if self.pki:
            words += ["--https", https, "--mtls", mtls, "--pki", self.pki]
        if self.watchdog:
            words += ["--watchdog", self.watchdog]
        return [ROLLCALL, *words]

    def launch(self):
        """Starts without waiting for anything."""
        words = [str(w) for w in self.command()]
        env = {**clean_environment(), **self.env}
        env.update([self.mark.split("=")])
        if self.fault:
            env["ROLLCALL_FAULT"] = "1"
        assert os.path.exists(words[0]), f"{words[0]} is not built (ROLLCALL_BUILD says where)"
        self.process = subprocess.Popen(words, env=env, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        start_new_session=True)
        self.out, self.err = Lines(self.process.stdout), Lines(self.process.stderr)
        Server.live.add(self)

    def start(self):
        self.launch()
        try:
            wait_for(lambda: self.out.lines or self.process.poll() is not None, READY_SECONDS)
        except AssertionError as late:
            self.kill()
            raise AssertionError(f"no ready line within {READY_SECONDS} s\n{self.err}") from late
        if not self.out.lines:
            code = self.process.returncode
            self.kill()
            raise StartError(code, str(self.err))
        self.take_ready(self.out.lines[0])
        return self

    def take_ready(self, line):
        self.ports = ready_ports(line)

    def stop(self):
        """SIGTERM; whatever is not as it must be after it is said once all of it is gone."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        wrong = []
        try:
            code = self.process.wait(STOP_SECONDS)
            if code != 0:
                wrong.append(f"serve ended with {code}")
        except subprocess.TimeoutExpired:
            wrong.append(f"serve did not end within {STOP_SECONDS} s of SIGTERM")
        left = self.processes_left()
        if left:
            wrong.append(f"still running: {left}")
        self.kill()
        if len(self.out.lines) != 1:
            wrong.append(f"stdout is not exactly the ready line: {self.out.lines}")
        assert not wrong, "; ".join(wrong) + f"\n{self.err}"

    def kill(self):
        """The way out when something failed: each process that came from this start, by its id."""
        for pid in self.processes_left():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()
        self.out.thread.join(5)
        self.err.thread.join(5)
        self.process = None
        Server.live.discard(self)

    def processes_left(self):
        """{pid: name} of what descends from serve and is no zombie: found by session, and by a
        mark in the environment for what left the session."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                name, state, session = process_stat(entry)
                marked = self.mark.encode() in (entry / "environ").read_bytes()
            except (OSError, ValueError):
                continue
            if (marked or session == self.process.pid) and state != "Z":
                found[int(entry.name)] = name
        return found

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.remove()
            raise

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            self.remove()

    # Asking

    @property
    def port(self):
        return self.ports["http"]

    def request(self, raw, via="http", certificate=None, timeout=10.0):
        """Exactly these bytes, on a connection of their own."""
        tls = None if via == "http" else wire.tls_client(certificate)
        return wire.exchange(self.ports[via], raw, tls, timeout)

    def get(self, target, **how):
        return self.request(wire.get(target, **how))

    def poll(self, arguments, host=wire.DEVICE_HOST, timeout=10.0):
        return self.request(wire.get(f"{UPDATE}?{arguments}", host), timeout=timeout)

    def alive(self):
        """A poll with no argument is answered properly: the first contact of a device."""
        reply = self.request(wire.get(UPDATE))
        return reply.status == 200 and reply.complete and "config activate" in reply.commands

    def status(self):
        """`rollcall status --json`, whatever its exit status."""
        done = self.cli("status", "--json")
        assert done.stdout.startswith("{"), f"{done.returncode}: {done.stdout}{done.stderr}"
        return json.loads(done.stdout)

    def workers(self):
        """The update workers that can take requests."""
        return [p for p in self.status()["processes"]
                if p["kind"] == "update" and p["state"] != "starting" and p["pid"] > 0]

    def worker_pids(self):
        return {p["pid"] for p in self.workers()}

    def whole(self):
        """All workers are there."""
        return len(self.workers()) == self.workers_wanted

    def take(self, text, deadline=15):
        """Replaces the configuration, and waits until each process has it: until then some answer by the
        one before."""
        before = self.status()["generation"]
        self.config(text)

        def is_in_force():
            now = self.status()
            return now["generation"] > before and all(
                p["generation"] == now["generation"] and p["state"] in ("idle", "busy") for p in now["processes"])

        wait_for(is_in_force, deadline, "the configuration to be in force")

    def busy(self, count=1):
        """The pids of the busy workers, once there are that many."""
        return wait_for(lambda: at_least(count, [p["pid"] for p in self.workers()
                                                 if p["state"] == "busy"]),
                        3, f"{count} busy workers")

    def log(self):
        try:
            return (self.path / "log/rollcall.log").read_text("utf-8", "replace")
        except FileNotFoundError:
            return ""

    def logged(self, *words, deadline=3.0, after=0):
        """The first line of the log (from byte `after`) that holds all these words; waits."""
        return wait_for(lambda: next((line for line in self.log()[after:].splitlines()
                                      if all(w in line for w in words)), None),
                        deadline, f"{words} in the log:\n{self.log()[after:]}")


def at_least(count, values):
    return values if len(values) >= count else None


def ready_ports(line):
    """{"http": port, …} of `rollcall: ready http://ADDR:PORT/update/ https://… mtls://…`."""
    assert line.startswith("rollcall: ready "), f"not a ready line: {line}"
    ports = {}
    for url in line.removeprefix("rollcall: ready ").split(" "):
        scheme, _, rest = url.partition("://")
        address, _, path = rest.partition("/")
        host, _, port = address.rpartition(":")
        assert scheme in SCHEMES and host == "127.0.0.1" and path == "update/", line
        ports[scheme] = int(port)
    return ports


def process_stat(entry):
    """(name, state, session) of a folder in /proc."""
    text = (entry / "stat").read_text()
    name, _, rest = text.partition("(")[2].rpartition(")")
    fields = rest.split()
    return name, fields[0], int(fields[3])
