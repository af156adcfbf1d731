# SPDX-License-Identifier: ISC
"""
`rollcall backup` and `rollcall restore`: the whole server as one file, and back: into an empty home, one that is not in
use, one whose server runs. What anybody may have put into such a file does no harm.
"""
import gzip
import hashlib
import io
import os
import re
import shutil
import signal
import stat
import subprocess
import tarfile
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from lib.admin import MASTER, Admin
from lib.faults import QUERIES, Daemon, Fleet, Served, answer_of, look, poll_of, sn_of, stored, tracked
from lib.places import Place
from lib.server import ROLLCALL, Home, Server, clean_environment, config
from lib.wait import wait_for

KEY = "-----BEGIN PRIVATE KEY-----\nMIIplanted\n-----END PRIVATE KEY-----\n"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
SNIPPETS = {"update-all-default.txt": "config add T /v 1\r\n"}
THEN = 1577934245  # 2020-01-02 03:04:05 UTC
HEAD, END = "rollcall-backup", "rollcall-end"


@pytest.fixture
def served(stack):
    return lambda *args, **how: stack.enter_context(Served(*args, **how))


@pytest.fixture
def empty(stack, tmp_path):
    """Where a home may be: nothing is there yet."""
    place = tmp_path / "home"
    return stack.enter_context(Home(at=place))


def succeeds(done, code=0):
    assert done.returncode == code, f"{done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def backup(home, file, *words, code=0):
    return succeeds(home.cli("backup", file, *words, timeout=60), code)


def restore(home, file, *words, code=0):
    return succeeds(home.cli("restore", file, *words, timeout=120), code)


def members(file):
    with tarfile.open(file, "r:gz") as tar:
        return tar.getnames()


def tree(folder, but=("run",)):
    """{name: what it is} of all below a folder."""
    found = {}
    for path in sorted(Path(folder).rglob("*")):
        name = str(path.relative_to(folder))
        if name.split("/")[0] in but or name.endswith("lock.mdb"):
            continue
        st = path.lstat()
        found[name] = (stat.filemode(st.st_mode), None if path.is_dir() else path.read_bytes())
    return found


def left_behind(home):
    return [p.name for p in home.path.iterdir() if p.name.startswith("restore.")]


def asides(home):
    return sorted(p for p in home.path.iterdir() if p.name.startswith("restore-"))


def fill(server, devices=3):
    """Devices that were seen and have answered, and what an administrator has in a home."""
    for i in range(devices):
        assert server.ask(poll_of(sn_of(i), PROT=7)).status == 200
        for query in QUERIES:
            assert server.put(sn_of(i), query, answer_of(i + 1)).status == 200
    server.replace("certs/CAkey_one.pem", CERTIFICATE)
    (server.path / "ca").mkdir(exist_ok=True)
    server.replace("ca/ca.pem", CERTIFICATE)
    server.replace("ca/ca.key", KEY)
    server.replace("config/web.htdigest", "anna:Rollcall:0123456789planted\n")
    folder = server.path / "backup/IP232-40-00-00"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "IP232-40-00-00.0.txt").write_bytes(b"mod cmd FLASHDIR0 planted\r\n" * 1000)
    os.utime(server.path / "scripts/update-all-default.txt", (THEN, THEN))


def configured(*more):
    return tracked('<backup dir="backup"/>', *more)


@pytest.fixture
def full(served):
    """A server that runs, with a bit of everything."""
    server = served(configured(), SNIPPETS)
    fill(server)
    return server


# There and back

def test_there_and_back(full, empty, tmp_path):
    file = tmp_path / "all.tar.gz"
    before, devices = stored(full.store), full.devices()
    said = backup(full, file)
    assert re.search(r"all\.tar\.gz: \d+ files, ", said) and "without private keys (--keys)" in said, said
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "of the server, to " + str(file) in succeeds(full.cli("audit")), "nobody would know who has it"
    assert members(file)[0] == HEAD and members(file)[-1] == END
    assert not [n for n in members(file) if n.startswith(("fw", "webdav", "run"))]

    full.put(sn_of(0), "one", answer_of(9))  # comes too late
    said = restore(empty, file, code=1)
    assert "3 devices" in said and "restored" in said and not asides(empty), said
    assert "ca/ca.key is not in the backup" in said, said
    assert stored(empty.path / "data/store") == before
    for name in ("config/user-config.xml", "scripts/update-all-default.txt", "certs/CAkey_one.pem", "ca/ca.pem",
                 "backup/IP232-40-00-00/IP232-40-00-00.0.txt"):
        old, new = full.path / name, empty.path / name
        assert new.read_bytes() == old.read_bytes(), name
        assert int(new.stat().st_mtime) == int(old.stat().st_mtime), f"{name}: devices would get it again"
        assert new.stat().st_mode == old.stat().st_mode, name
    assert not left_behind(empty)

    # And it is a server: with the same devices, who are told the same.
    full.stop()
    with Served(at=empty.path) as again:
        same = {d["sn"]: {k: v for k, v in d.items() if k not in ("age", "state")} for d in devices}
        for d in again.devices():
            assert {k: v for k, v in d.items() if k in same[d["sn"]]}.keys() == same[d["sn"]].keys()
        assert {d["sn"] for d in again.devices()} == same.keys()
        assert again.ask(poll_of(sn_of(0), PROT=7)).status == 200
        assert "restore" in succeeds(again.cli("audit"))


def test_through_a_pipe(full, empty):
    done = subprocess.run(f"{ROLLCALL} backup - --home {full.path} | {ROLLCALL} restore - --home {empty.path}",
                          shell=True, capture_output=True, text=True, check=False, timeout=60,
                          env=clean_environment())
    assert "restored" in done.stdout, done.stdout + done.stderr
    assert stored(empty.path / "data/store") == stored(full.store)


def test_left_out(full, tmp_path):
    """Private keys, passwords and logs only when somebody asks for them."""
    (full.path / "webdav/log").mkdir(exist_ok=True)
    (full.path / "webdav/log/log.txt").write_text("a line of a device\n")
    (full.path / "pki").mkdir(exist_ok=True)
    full.replace("pki/server.pem", CERTIFICATE + KEY)  # both in one file
    full.replace("pki/client-ca.pem", CERTIFICATE)
    full.replace("certs/CAkey_two.PFX", b"\x30\x82")
    secret = {"keys": {"pki/server.pem", "ca/ca.key", "certs/CAkey_two.PFX"},
              "passwords": {"config/web.htdigest"}, "logs": {"log/rollcall.log", "webdav/log/log.txt"}}
    for words in ((), ("--keys",), ("--passwords",), ("--logs",), ("--keys", "--passwords", "--logs")):
        file = tmp_path / f"{len(words)}{''.join(words)}.tgz"
        said = backup(full, file, *words)
        there = set(members(file))
        for option, names in secret.items():
            wanted = f"--{option}" in words
            assert names <= there if wanted else not names & there, (words, names, there)
            assert (f"(--{option})" in said) != wanted, said
        assert {"pki/client-ca.pem", "ca/ca.pem", "certs/CAkey_one.pem"} <= there
        if not words:
            assert b"planted\r\n" in b"".join(contents(file).values())
            assert b"MIIplanted" not in b"".join(contents(file).values()), "a key is in it"
            assert b"0123456789planted" not in b"".join(contents(file).values()), "a password is in it"
            assert "pki/server.pem: left out, a private key is in it" in said


def contents(file):
    with tarfile.open(file, "r:gz") as tar:
        return {m.name: tar.extractfile(m).read() for m in tar if m.isreg()}


def test_keys_and_passwords_stay(full, tmp_path):
    """In the home that they are in: a restore without them must not lock everybody out."""
    file = tmp_path / "b.tgz"
    backup(full, file)
    full.stop()
    full.replace("config/web.htdigest", "anna:Rollcall:another\n")
    (full.path / "config/other.txt").write_text("made since\n")
    said = restore(full, file)
    assert "config/web.htdigest stays as it is here" in said and "ca/ca.key stays" in said, said
    assert (full.path / "config/web.htdigest").read_text() == "anna:Rollcall:another\n"
    assert (full.path / "ca/ca.key").read_text() == KEY
    aside, = asides(full)
    assert not (full.path / "config/other.txt").exists()
    assert (aside / "config/other.txt").read_text() == "made since\n"
    assert stat.S_IMODE(aside.stat().st_mode) == 0o700

    # The key of another CA is none for the one that comes back.
    full.replace("ca/ca.pem", CERTIFICATE.replace("MIIB", "MIIC"))
    said = restore(full, file, code=1)
    assert "ca/ca.key here belongs to another certificate" in said, said
    assert "ca/ca.key is not in the backup: until it is brought to" in said, said
    assert not (full.path / "ca/ca.key").exists() and (full.path / "ca/ca.pem").read_text() == CERTIFICATE
    assert (asides(full)[-1] / "ca/ca.key").read_text() == KEY


def test_logs_are_not_replaced(full, empty, tmp_path):
    file = tmp_path / "b.tgz"
    backup(full, file, "--logs")
    full.stop()
    log = full.log()
    assert "log stays in the backup: there are logs here" in restore(full, file)
    assert full.log().startswith(log)
    restore(empty, file, code=1)  # its CA has no key
    assert "version" in (empty.path / "log/rollcall.log").read_text()


# A home that is in use

class Polls:
    """Polls of devices all the time; what they were answered."""

    def __init__(self, server):
        self.server, self.replies, self.ending = server, [], threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        while not self.ending.wait(0.005):
            started = time.monotonic()
            reply = self.server.ask(poll_of(sn_of(0), PROT=7))
            self.replies.append((started, time.monotonic() - started, reply))

    def __enter__(self):
        self.thread.start()
        wait_for(lambda: any(r.status == 200 for _, _, r in self.replies), 10, "a first answer")
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join(60)


def test_restore_in_use(full, tmp_path):
    """Devices are told to come again for a moment; then the server is as it was, without having been stopped."""
    file = tmp_path / "b.tgz"
    accounts = subprocess.run([ROLLCALL, "passwd", "anna", "--role", "viewer", "--home", full.path], text=True,
                              input="a long password\na long password\n", capture_output=True, check=False,
                              env=clean_environment())
    assert accounts.returncode == 0, accounts.stderr
    before = stored(full.store)
    backup(full, file)
    full.put(sn_of(0), "one", answer_of(50))
    full.snippet("update-all-more.txt", "config add T /w 2\r\n")
    full.put("00-90-33-40-99-99", "one", answer_of(3))
    assert stored(full.store) != before
    was = full.status()
    with Polls(full) as polls:
        said = restore(full, file)
        wait_for(lambda: polls.replies[-1][2].status == 200, 10, "an answer after it")
    assert "restored, and in use; what was there before is in" in said, said
    odd = [(r.status, r.timed_out, r.text[:100]) for _, _, r in polls.replies
           if not (r.status == 200 and r.complete) and not r.status == 503]
    assert not odd, odd
    away = [t for t, _, r in polls.replies if r.status != 200]
    assert not away or away[-1] - away[0] < 10, "it was away for too long"
    assert all(seconds < 10 for _, seconds, _ in polls.replies), "a device had to wait for too long"

    now = stored(full.store)
    assert {k: v for k, v in now.items() if k[1] in QUERIES} == {
        k: v for k, v in before.items() if k[1] in QUERIES}
    assert not (full.path / "scripts/update-all-more.txt").exists()
    aside, = asides(full)
    assert (aside / "scripts/update-all-more.txt").exists()
    assert stored(aside / "data/store")[sn_of(0), "one"] == 50
    assert not left_behind(full)
    now = full.status()
    assert now["serve"]["pid"] == was["serve"]["pid"]
    assert now["supervisor"]["pid"] != was["supervisor"]["pid"] and now["supervisor"]["restarts"] == 0
    assert "restore" in succeeds(full.cli("audit")) and "anna" in succeeds(full.cli("passwd"))
    assert full.logged("restore", "is in its place")
    # What comes now is kept.
    assert full.put(sn_of(0), "one", answer_of(51)).status == 200
    assert stored(full.store)[sn_of(0), "one"] == 51


def test_restore_twice_in_use(full, tmp_path):
    """Also right after one another, and each time what was there goes to a place of its own."""
    file = tmp_path / "b.tgz"
    backup(full, file)
    for n in range(3):
        assert "in use" in restore(full, file)
        assert len(asides(full)) == n + 1
    assert full.alive()


def test_sessions_end(serve, tmp_path):
    """Who has signed out since must not be signed in again by it."""
    server = serve(config(MASTER, '<status dir="status"/>'))
    browser = Admin(server)
    browser.sign_in()
    assert browser.get("").status == 200
    backup(server, tmp_path / "b.tgz")
    restore(server, tmp_path / "b.tgz")
    assert browser.get("").status in (302, 303), "the session is still good"
    browser.sign_in()
    assert browser.get("").status == 200


def test_rollcalld_alone(stack, tmp_path):
    """Who runs rollcalld without `rollcall serve` has to stop it himself."""
    server = stack.enter_context(Daemon(configured()))
    server.put(sn_of(0), "one", answer_of(1))
    backup(server, tmp_path / "b.tgz")
    before = tree(server.path, ("run", "log"))
    assert "stop it, then" in restore(server, tmp_path / "b.tgz", code=1)
    assert tree(server.path, ("run", "log")).keys() == before.keys() and server.alive()
    server.stop()
    assert "restored" in restore(server, tmp_path / "b.tgz")
    server.start()
    assert server.alive()


def test_backup_during_load(served, stack, tmp_path):
    """What was acknowledged before a backup began is there when it is put back."""
    server = served(tracked())
    with Fleet(server, clients=4) as fleet:
        fleet.more(30, 20)
        for i in range(8):
            file, before = tmp_path / f"{i}.tgz", dict(fleet.ledger.acknowledged)
            backup(server, file)
            home = stack.enter_context(Home(at=tmp_path / f"home-{i}"))
            restore(home, file)
            look("verify", home.path / "data/store")
            there = stored(home.path / "data/store")
            lost = {k: (n, there.get(k)) for k, n in before.items()
                    if not n <= there.get(k, 0) <= fleet.ledger.sent[k]}
            assert not lost, f"backup {i}: {lost}"
        # And the last one, under the same load, into the server itself.
        restore(server, file)
        fleet.more(5, 20)
        verified = stored(server.store)
        assert all(verified.get(k, 0) >= n for k, n in before.items())
    assert not fleet.wrong, str(fleet.wrong[:3])


# What anybody may have made

def pack(path, entries, head=None, end=True, after=()):
    """An archive with these (TarInfo, bytes), and a last member that adds up."""
    summed, files, size = hashlib.sha256(), 0, 0
    with gzip.open(path, "wb", 1) as zipped, tarfile.open(fileobj=zipped, mode="w|", format=tarfile.GNU_FORMAT) as tar:
        if head is not None:
            entries = [member(HEAD, head), *entries]
        for info, content in entries:
            folder = info.isdir()
            summed.update(f"\n{'folder' if folder else 'file'} {info.size} {info.name}\n".encode())
            summed.update(content)
            files, size = files + (not folder), size + info.size
            tar.addfile(info, io.BytesIO(content))
        text = f"files {files}\nbytes {size}\nsha256 {summed.hexdigest()}\n"
        for info, content in ([member(END, text)] if end else []) + list(after):
            tar.addfile(info, io.BytesIO(content))
    return path


def member(name, content=None, kind=None, **more):
    info = tarfile.TarInfo(name)
    info.mode, info.mtime = (0o750, THEN) if content is None else (0o640, THEN)
    info.type = kind or (tarfile.DIRTYPE if content is None else tarfile.REGTYPE)
    content = content if isinstance(content, bytes) else (content or "").encode()
    info.size = len(content)
    for field, value in more.items():
        setattr(info, field, value)
    return info, content


def head(*parts, form=1, more=""):
    return f"format {form}\nversion 0.1.0\nhost evil\nmade {THEN}\n" + "".join(f"{p}\n" for p in parts) + more


CONFIG = [member("config"), member("config/user-config.xml", config())]
PART = head("part config")
HOSTILE = {
    "leads up": ([*CONFIG, member("config/../../x", "x")], "leads elsewhere"),
    "absolute": ([*CONFIG, member("/tmp/rollcall-evil", "x")], "leads elsewhere"),
    "with a dot": ([*CONFIG, member("config/./x", "x")], "leads elsewhere"),
    "with a line break": ([*CONFIG, member("config/a\nb", "x")], "leads elsewhere"),
    "too long": ([*CONFIG, member("config/" + "x" * 1100, "x")], "too long"),
    "too deep": ([*CONFIG, member("config/" + "d/" * 40 + "x", "x")], "leads elsewhere"),
    "elsewhere in the home": ([*CONFIG, member("fw"), member("fw/x.html", "x")], "is not a part"),
    "another part": ([*CONFIG, member("scripts"), member("scripts/x", "x")], "is not a part"),
    "beside its part": ([*CONFIG, member("configx", "x")], "is not a part"),
    "symbolic link": ([*CONFIG, member("config/l", kind=tarfile.SYMTYPE, linkname="/etc")], "neither a file"),
    "link and file in it": ([*CONFIG, member("config/l", kind=tarfile.SYMTYPE, linkname="/tmp"),
                             member("config/l/x", "x")], "neither a file"),
    "hard link": ([*CONFIG, member("config/l", kind=tarfile.LNKTYPE, linkname="config/user-config.xml")],
                  "neither a file"),
    "fifo": ([*CONFIG, member("config/l", kind=tarfile.FIFOTYPE)], "neither a file"),
    "device": ([*CONFIG, member("config/l", kind=tarfile.CHRTYPE, devmajor=1, devminor=3)], "neither a file"),
    "block device": ([*CONFIG, member("config/l", kind=tarfile.BLKTYPE, devmajor=8)], "neither a file"),
    "a file twice": ([*CONFIG, CONFIG[1]], "is there twice"),
    "a folder twice": ([*CONFIG, CONFIG[0]], "is there twice"),
    "a file as a folder": ([*CONFIG, member("config/user-config.xml/x", "x")], "before its folder"),
    "before its folder": ([*CONFIG, member("config/a/x", "x"), member("config/a")], "before its folder"),
    "a part that is a file": ([member("config", "x")], "is not what it should be"),
    "a second head": ([*CONFIG, member(HEAD, PART)], "is not a part"),
}
HEADS = {
    "nothing": ("", "is not right"),
    "no part": (head(), "is not right"),
    "up": (head("part .."), "is not right"),
    "root": (head("part /"), "is not right"),
    "all of the home": (head("part ."), "is not right"),
    "data": (head("part data"), "is not right"),
    "published": (head("part fw"), "is not right"),
    "itself": (head("part restore.new"), "is not right"),
    "two in one": (head("part config", "part config/x"), "is not right"),
    "newer": (head("part config", form=2), "newer version"),
    "large": (head("part config", more="x y\n" * 20000), "is not what it should be"),
}


def refused(home, file, says):
    before = tree(home.path, ())
    said = restore(home, file, code=1)
    assert says in said and "nothing was changed" in said, said
    assert tree(home.path, ()) == before
    assert not left_behind(home) and not Path("/tmp/rollcall-evil").exists()


@pytest.fixture(scope="module")
def victim(tmp_path_factory):
    """A home that nobody may change."""
    with Home(at=tmp_path_factory.mktemp("victim") / "home") as home:
        good = tmp_path_factory.mktemp("good") / "good.tgz"
        pack(good, CONFIG, PART)
        restore(home, good)
        restore(home, good)  # the lock and all folders are there
        shutil.rmtree(asides(home)[0])
        yield home


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile(victim, tmp_path, case):
    entries, says = HOSTILE[case]
    refused(victim, pack(tmp_path / "x.tgz", entries, PART), says)


@pytest.mark.parametrize("case", HEADS)
def test_hostile_head(victim, tmp_path, case):
    text, says = HEADS[case]
    refused(victim, pack(tmp_path / "x.tgz", CONFIG, text), says)


def test_what_is_no_backup(victim, tmp_path):
    file = tmp_path / "x"
    for content, says in ((b"", "backup"), (b"hello\n" * 5000, "backup"), (gzip.compress(b"hello"), "backup"),
                          (os.urandom(100000), "backup"), (b"\x1f\x8b\x08\x00" + os.urandom(1000), "backup")):
        file.write_bytes(content)
        refused(victim, file, says)
    refused(victim, pack(file, CONFIG), "does not begin with rollcall-backup")
    refused(victim, pack(file, CONFIG, PART, end=False), "damaged or cut off")
    refused(victim, pack(file, CONFIG, PART, after=[member("config/late", "x")]), "is not its end")
    refused(victim, tmp_path, "")
    assert "cannot be read" in restore(victim, tmp_path / "missing", code=1)


def test_sparse(victim, tmp_path):
    """A file of which little is in the archive and much on the disk."""
    (tmp_path / "config").mkdir()
    hole = tmp_path / "config/hole"
    with open(hole, "wb") as f:
        f.truncate(1 << 30)
        f.write(b"x")
    (tmp_path / HEAD).write_text(PART)
    subprocess.run(["tar", "-C", tmp_path, "--sparse", "-czf", tmp_path / "x.tgz", HEAD, "config"], check=True)
    refused(victim, tmp_path / "x.tgz", "neither a file nor a folder")


def test_damaged(full, victim, tmp_path):
    """Cut off anywhere, or with a byte that is another one: nothing of it is taken."""
    good, bad = tmp_path / "good.tgz", tmp_path / "bad.tgz"
    backup(full, good)
    content = good.read_bytes()
    for part in range(1, 12):
        bad.write_bytes(content[:len(content) * part // 12])
        refused(victim, bad, "backup")
    raw = gzip.decompress(content)
    for part in range(1, 12):
        at = len(raw) * part // 12
        bad.write_bytes(gzip.compress(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1:], 1))
        done = victim.cli("restore", bad, "--check", timeout=60)
        # What stands between members counts for nothing.
        if "it is whole" in done.stdout:
            assert contents(bad) == contents(good), at
        else:
            assert done.returncode == 1 and "nothing was changed" in done.stderr, done.stdout + done.stderr
        assert not left_behind(victim)


@pytest.mark.parametrize("size", (0, 100, 8192, 65536))
def test_damaged_store(victim, tmp_path, size):
    store = [member("data/store"), member("data/store/data.mdb", os.urandom(size))]
    file = pack(tmp_path / "x.tgz", CONFIG + store, head("part config", "data data/store"))
    refused(victim, file, "the store in the backup cannot be used")


def test_store_that_is_damaged_inside(full, victim, tmp_path):
    """A record, in a file that can be opened: what it is about would be asked by a device one day."""
    backup(full, tmp_path / "good.tgz")
    data = bytearray(contents(tmp_path / "good.tgz")["data/store/data.mdb"])

    def packed():
        store = [member("data/store"), member("data/store/data.mdb", bytes(data))]
        return pack(tmp_path / "x.tgz", CONFIG + store, head("part config", "data data/store"))

    assert "it is whole" in restore(victim, packed(), "--check")
    at = data.index(b"<info n=")
    data[at - 3:at] = b"\xff\xff\xff"
    file = packed()
    refused(victim, file, "is damaged")


def test_broken_configuration(victim, empty, tmp_path):
    """One that no server would start with is refused; with the one before it, it starts as it did."""
    broken = [member("config"), member("config/user-config.xml", "<config><nonsense/></config>")]
    file = pack(tmp_path / "x.tgz", broken, PART)
    refused(victim, file, "the configuration in the backup cannot be used: config/user-config.xml:1: ")
    good = member("data/user-config.good.xml", config())
    pack(file, [*broken, good], head("part config", "file data/user-config.good.xml"))
    assert "config/user-config.xml:1: " in restore(empty, file, code=1)
    with Server(at=empty.path) as server:
        assert server.alive()
    missing = pack(tmp_path / "y.tgz", [member("config")], PART)
    restore(empty, missing)


def test_rights(empty, tmp_path):
    """Nothing that comes from an archive gives rights to others, or runs as somebody else."""
    entries = [member("config", mode=0o7777), member("config/user-config.xml", config(), mode=0o6777, uid=12345),
               member("config/sealed", "x", mode=0)]
    restore(empty, pack(tmp_path / "x.tgz", entries, PART))
    file = (empty.path / "config/user-config.xml").stat()
    assert stat.S_IMODE(file.st_mode) == 0o775 and file.st_uid == os.geteuid()
    assert stat.S_IMODE((empty.path / "config").stat().st_mode) == 0o775


# No room, interruptions, crashes

def test_no_room(full, stack, tmp_path):
    """Neither half a backup nor half a restore stays on a disk that is full."""
    place, small = stack.enter_context(Place()), tmp_path / "small"
    (full.path / "backup/IP232-40-00-00/IP232-40-00-00.1.txt").write_bytes(os.urandom(3 << 20))
    small.mkdir()
    place.tmpfs(small, "2m")
    old = small / "old.tgz"
    place.run(old.write_text, "the one before")
    said = succeeds(place.run(full.cli, "backup", old, timeout=60), 1)
    assert "No space left" in said, said
    assert place.run(old.read_text) == "the one before" and place.run(os.listdir, small) == ["old.tgz"]
    backup(full, tmp_path / "good.tgz")
    place.run((small / "home").mkdir)
    home = Home(at=small / "home")
    said = succeeds(place.run(home.cli, "restore", tmp_path / "good.tgz", timeout=60), 1)
    assert "there is no room" in said or "No space left" in said, said
    assert not place.run(left_behind, home)


def test_bomb(stack, tmp_path):
    """A small file that is a large one: what the server lives from stays free."""
    place, small = stack.enter_context(Place()), tmp_path / "small"
    entries = [*CONFIG, member("config/zeros", bytes(64 << 20))]
    file = pack(tmp_path / "x.tgz", entries, PART)
    assert file.stat().st_size < 1 << 20
    small.mkdir()
    place.tmpfs(small, "40m")
    home = Home(at=small / "home")
    assert "there is no room" in succeeds(place.run(home.cli, "restore", file, timeout=60), 1)
    assert not place.run(left_behind, home)


def pipe_into(home, *words):
    return subprocess.Popen([ROLLCALL, "restore", "-", "--home", home.path, *words], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=False, env=clean_environment())


@pytest.fixture
def half(full, tmp_path):
    """A good backup, and the first half of it, with files in it."""
    (full.path / "backup/IP232-40-00-00/IP232-40-00-00.1.txt").write_bytes(os.urandom(3 << 20))
    backup(full, tmp_path / "good.tgz")
    content = (tmp_path / "good.tgz").read_bytes()
    return tmp_path / "good.tgz", content[:len(content) // 2]


def half_way(process, home, content):
    process.stdin.write(content)
    process.stdin.flush()
    wait_for(lambda: (home.path / "restore.new/new/config").exists(), 10, "something to be unpacked")


@pytest.mark.parametrize("sent", (signal.SIGINT, signal.SIGTERM, signal.SIGKILL))
def test_restore_interrupted(half, empty, sent):
    good, content = half
    process = pipe_into(empty)
    half_way(process, empty, content)
    process.send_signal(sent)
    with suppress(BrokenPipeError):
        process.stdin.write(content)
        process.stdin.close()
    code = process.wait(20)
    said = process.stderr.read().decode()
    process.stdout.close()
    process.stderr.close()
    if sent == signal.SIGKILL:
        assert left_behind(empty) == ["restore.new"], "what is being prepared means nothing"
        with Server(at=empty.path) as server:
            assert server.alive()
    else:
        assert code == 1 and "it was given up" in said and not left_behind(empty), said
    restore(empty, good, code=1)
    assert not left_behind(empty) and stored(empty.path / "data/store")


def test_two_at_once(half, empty):
    good, content = half
    process = pipe_into(empty)
    half_way(process, empty, content)
    assert "does another restore or import run?" in restore(empty, good, code=1)
    process.communicate(content)
    # Nor does a server begin meanwhile.
    process = pipe_into(empty)
    half_way(process, empty, content)
    done = empty.cli("serve", "--http", "127.0.0.1:0", timeout=30)
    assert done.returncode == 1 and "is served already" in done.stderr, done.stderr
    process.communicate(content)
    assert process.returncode == 1


def test_backup_interrupted(full, tmp_path):
    """The file that was there stays, and nothing else."""
    file = tmp_path / "b.tgz"
    file.write_text("the one before")
    folder = full.path / "backup/IP232-40-00-00"
    for i in range(20):
        (folder / f"IP232-40-00-00.{i + 2}.txt").write_bytes(os.urandom(4 << 20))
    process = subprocess.Popen([ROLLCALL, "backup", file, "--home", full.path], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=clean_environment())
    wait_for(lambda: any(p.stat().st_size > 100000 for p in tmp_path.glob("b.tgz.*")), 20, "a part of it")
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode == 128 + signal.SIGTERM
    assert file.read_text() == "the one before" and os.listdir(tmp_path) == ["b.tgz"]
    # What it may have left in the home is no trouble for the next, which also tidies up.
    (full.path / "data/store-archive").mkdir(exist_ok=True)
    shutil.copy(full.store / "data.mdb", full.path / "data/store-archive")
    backup(full, file)
    assert not list((full.path / "data").glob("store-archive*"))


def begun(home, file):
    """As it is when the machine goes down in the midst of it: one part is in its place, the others are not."""
    swap = home.path / "restore.swap"
    (swap / "new").mkdir(0o700, parents=True)
    with tarfile.open(file, "r:gz") as tar:
        tar.extractall(swap / "new")
    (swap / "new" / HEAD).unlink()
    (swap / "new" / END).unlink()
    parts = [str(p.relative_to(swap / "new")) for p in (swap / "new").iterdir() if p.name != "data"]
    parts += [f"data/{p.name}" for p in (swap / "new/data").iterdir()]
    (swap / "plan").write_text("aside restore-20260301T120000Z\n" + "".join(f"put {p}\t{p}\n" for p in sorted(parts)))
    (home.path / "restore-20260301T120000Z").mkdir(0o700)
    (home.path / "config").rename(home.path / "restore-20260301T120000Z/config")


@pytest.mark.parametrize("by", ("command", "serve", "rollcalld"))
def test_finished_by_anybody(served, tmp_path, by):
    """Whoever uses the home next finishes what was begun: nobody sees a part of each."""
    server = served(configured(), SNIPPETS)
    fill(server)
    before = stored(server.store)
    backup(server, tmp_path / "b.tgz")
    for i in range(3):
        server.put(sn_of(i), "one", answer_of(60))
    server.snippet("update-all-more.txt", "config add T /w 2\r\n")
    server.stop()
    begun(server, tmp_path / "b.tgz")
    assert not (server.path / "config").exists()
    if by == "command":
        assert len(server.devices()) == 3
    elif by == "serve":
        server.start()
        assert server.alive()
        server.stop()
    else:
        with Daemon(at=server.path) as daemon:
            assert daemon.alive()
    assert not left_behind(server)
    answers = {k: v for k, v in stored(server.store).items() if k[1] in QUERIES}
    assert answers == {k: v for k, v in before.items() if k[1] in QUERIES}
    assert (server.path / "config/user-config.xml").exists()
    assert not (server.path / "scripts/update-all-more.txt").exists()
    assert (server.path / "restore-20260301T120000Z/scripts/update-all-more.txt").exists()
    server.start()


def test_killed_while_in_use(full, tmp_path):
    """`rollcall serve` dies at any moment of a restore: then it is the old one or the new one."""
    file = tmp_path / "b.tgz"
    backup(full, file)
    old, new = "<!-- old -->", "<!-- new -->"
    text = (full.path / "config/user-config.xml").read_text()
    for delay in (0, 0.01, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3):
        full.config(text + new)
        full.snippet("update-all-more.txt", new)
        process = subprocess.Popen([ROLLCALL, "restore", file, "--home", full.path], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=clean_environment())
        wait_for(lambda: (full.path / "restore.new/plan").exists() or process.poll() is not None or
                 (full.path / "restore.swap").exists(), 20, "it to be prepared")
        time.sleep(delay)  # a moment of its life, not something that is waited for
        full.process.kill()
        full.process.wait(20)
        process.communicate(timeout=150)
        wait_for(lambda: not full.processes_left(), 20, "all of it to end")
        full.kill()
        full.start()
        assert full.alive()
        assert not (full.path / "restore.swap").exists()
        is_new = new in (full.path / "config/user-config.xml").read_text()
        assert (full.path / "scripts/update-all-more.txt").exists() == is_new, f"a mixture, after {delay} s"
        assert old not in text
        shutil.rmtree(full.path / "restore.new", ignore_errors=True)


# Folders that lie elsewhere; wrong use

def test_outside(stack, served, empty, tmp_path):
    """They are saved; a restore does not write where no backup may lead, and says what is to be done."""
    elsewhere = tmp_path / "certs of all"
    elsewhere.mkdir()
    (elsewhere / "CAkey_x.pem").write_text(CERTIFICATE)
    server = served(tracked(f'<customcerts dir="{elsewhere}"/>'), SNIPPETS)
    backup(server, tmp_path / "b.tgz")
    assert "outside/certs/CAkey_x.pem" in members(tmp_path / "b.tgz")
    shutil.rmtree(elsewhere)
    said = restore(empty, tmp_path / "b.tgz", code=1)
    assert f"{elsewhere} lay outside the home: it comes to {empty.path}/outside/certs" in said, said
    assert (empty.path / "outside/certs/CAkey_x.pem").read_text() == CERTIFICATE
    assert not elsewhere.exists()

    # A part of the home that is a file system of its own cannot be renamed to.
    place = stack.enter_context(Place())
    server.stop()
    place.tmpfs(server.path / "scripts", "1m")
    said = succeeds(place.run(server.cli, "restore", tmp_path / "b.tgz", timeout=60), 1)
    assert f"{server.path}/scripts is a file system of its own" in said, said
    assert (server.path / "outside/scripts/update-all-default.txt").exists()


def test_links(full, empty, tmp_path):
    """What an administrator linked to is saved as what it is; a circle ends."""
    (tmp_path / "real.txt").write_text("real")
    (full.path / "scripts/linked.txt").symlink_to(tmp_path / "real.txt")
    (full.path / "scripts/circle").symlink_to(full.path / "scripts")
    (full.path / "scripts/dangling").symlink_to(tmp_path / "nothing")
    os.mkfifo(full.path / "scripts/pipe")
    (full.path / os.fsdecode(b"scripts/bad\xff.txt")).write_text("x")
    (full.path / "scripts/update.txt.rollcall-Ab12Cd").write_text("half of one")
    said = backup(full, tmp_path / "b.tgz", code=1)
    for line in ("scripts/circle: is a link to something else than a file", "scripts/pipe: is no file",
                 "has a name that cannot be saved", "3 files are missing in it"):
        assert line in said, said
    assert "\xff" not in said
    restore(empty, tmp_path / "b.tgz", code=1)
    there = empty.path / "scripts/linked.txt"
    assert there.read_text() == "real" and not there.is_symlink()
    assert sorted(os.listdir(empty.path / "scripts")) == ["linked.txt", "update-all-default.txt"]


def test_wrong_use(full, tmp_path):
    for words, says in ((("backup",), "needs to know more"), (("restore",), "needs to know more"),
                        (("backup", "a", "b"), "one word too many"), (("restore", "a", "--keys"), "knows no --keys")):
        done = full.cli(*words)
        assert done.returncode == 2 and says in done.stderr, done.stderr
    assert "cannot be written" in backup(full, tmp_path / "none/b.tgz", code=1)
    assert "is no file" in backup(full, tmp_path, code=1)
    assert not os.listdir(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become the owner of a home")
def test_owner(empty, full, tmp_path):
    """Root puts the file where only root may write, and all in the home belongs to the one that the server runs as."""
    backup(full, tmp_path / "b.tgz")
    empty.path.mkdir()
    os.chown(empty.path, 65534, 65534)
    for folder in (tmp_path, *tmp_path.parents):
        if folder == Path(tempfile.gettempdir()):
            break
        folder.chmod(0o755)
    restore(empty, tmp_path / "b.tgz", code=1)
    assert {p.lstat().st_uid for p in empty.path.rglob("*")} == {65534}
    sealed = tmp_path / "sealed"
    sealed.mkdir(0o700)
    backup(empty, sealed / "c.tgz")
    assert (sealed / "c.tgz").stat().st_uid == 0 and os.listdir(sealed) == ["c.tgz"]
    assert {p.lstat().st_uid for p in empty.path.rglob("*")} == {65534}
    # What nobody but root can read is not read for whoever has a home.
    (tmp_path / "shadow").write_text("secret")
    (tmp_path / "shadow").chmod(0o600)
    (empty.path / "config/link").symlink_to(tmp_path / "shadow")
    assert "config/link: cannot be read" in backup(empty, sealed / "c.tgz", code=1)
