# SPDX-License-Identifier: ISC
"""
PITFALLS F7: a store that is damaged is refused with a clear word, never used and never replaced by
an empty one without being asked; what the administrator is told to do about it works.
"""
import os
import random
import signal
import tempfile
from pathlib import Path

import pytest

from lib.faults import (look_info, BUILD, SOAK, FailIo, Fleet, answer_of, is_promise, look, looked, poll_of,
                        sn_of, stored, tracked, verified)
from lib.server import StartError
from lib.wait import wait_for

PAGE = 4096


def empty(data):
    data.write_bytes(b"")


def one_byte(data):
    data.write_bytes(b"\0")


def used(data):
    """Bytes of it that mean something; behind them is a hole, so that no commit makes it longer."""
    return look_info(data.parent)["used_bytes"]


def cut_off(data, size):
    with open(data, "r+b") as f:
        f.truncate(size)


def truncated(data):
    cut_off(data, used(data) // 2 // PAGE * PAGE)


def first_page(data):
    cut_off(data, PAGE)


def meta_pages(data):
    cut_off(data, 2 * PAGE)


def one_page_less(data):
    cut_off(data, used(data) - PAGE)


def garbage(data):
    data.write_bytes(random.Random(7).randbytes(used(data)))


def garbage_at_the_start(data):
    with open(data, "r+b") as f:
        f.write(random.Random(7).randbytes(2 * PAGE))


def zeros(data):
    data.write_bytes(bytes(used(data)))


def another_file(data):
    data.write_bytes((BUILD / "rollcall").read_bytes())


def gone(data):
    """The folder is there, with its lock file, and what it held is not."""
    data.unlink()


DAMAGES = [empty, one_byte, truncated, first_page, meta_pages, garbage, garbage_at_the_start, zeros,
           another_file, gone]
DEVICES = 30


@pytest.fixture
def stopped(served):
    """A server that has stopped, with things in its store."""
    server = served(tracked())
    for i in range(DEVICES):
        assert is_promise(server.ask(poll_of(sn_of(i), PROT=i + 1)))
        assert is_promise(server.put(sn_of(i), "one", answer_of(i + 1)))
    server.stop()
    return server


def assert_all_there(server):
    there = stored(server.store)
    for i in range(DEVICES):
        assert (there.get((sn_of(i), "prot")), there.get((sn_of(i), "one"))) == (i + 1, i + 1)


def refused(server):
    """What `rollcall serve` says."""
    with pytest.raises(StartError) as refusal:
        server.start()
    return refusal.value.stderr


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda f: f.__name__)
def test_damaged_store_is_refused(stopped, damage):
    data = stopped.store / "data.mdb"
    assert used(data) > 8 * PAGE
    damage(data)
    before = data.read_bytes() if data.exists() else None
    said = refused(stopped)
    assert str(stopped.store) in said and "rollcall repair" in said, said
    assert (data.read_bytes() if data.exists() else None) == before, "it was written to"

    done = stopped.cli("repair", timeout=30)
    text = done.stdout + done.stderr
    assert done.returncode == 1, text
    assert "--start-over" in text and ".damaged-" in text, text
    assert (data.read_bytes() if data.exists() else None) == before, "it was written to"

    done = stopped.cli("repair", "--start-over", timeout=30)
    assert done.returncode == 0, done.stdout + done.stderr
    kept = [p for p in (stopped.path / "data").iterdir() if p.name.startswith("store.damaged-")]
    assert len(kept) == 1 and (before is None or (kept[0] / "data.mdb").read_bytes() == before)
    stopped.start()
    assert not [k for k in stored(stopped.store) if k[0] == sn_of(0)]
    assert is_promise(stopped.ask(poll_of(sn_of(0), PROT=7)))
    assert stored(stopped.store)[sn_of(0), "prot"] == 7
    verified(stopped)


def test_damage_in_the_middle(stopped):
    """A page of rubbish: what does not need it may go on, nobody dies, and repair finds it."""
    data = stopped.store / "data.mdb"
    size = used(data) // PAGE
    with open(data, "r+b") as f:
        for page in range(2, size):
            f.seek(page * PAGE)
            f.write(random.Random(page).randbytes(PAGE))
    said = refused(stopped)
    assert "rollcall repair" in said, said
    assert stopped.cli("repair", timeout=30).returncode == 1


def test_missing_lock_file(stopped):
    (stopped.store / "lock.mdb").unlink()
    stopped.start()
    assert_all_there(stopped)
    verified(stopped)


def test_garbage_as_lock_file(stopped):
    """It holds nothing that counts."""
    (stopped.store / "lock.mdb").write_bytes(random.Random(3).randbytes(8192))
    try:
        stopped.start()
    except StartError as refusal:
        assert "lock.mdb" in refusal.stderr, refusal.stderr
        (stopped.store / "lock.mdb").unlink()
        stopped.start()
    assert_all_there(stopped)


@pytest.mark.parametrize("where", ["data/store-copy", "elsewhere"])
def test_copy_put_in_place(stopped, where):
    """The one that is made daily, which repair names, or another."""
    copy = stopped.path / where
    done = stopped.cli("copy", copy, timeout=30)
    assert done.returncode == 0, done.stdout + done.stderr
    garbage(stopped.store / "data.mdb")
    refused(stopped)
    done = stopped.cli("repair", timeout=30)
    assert done.returncode == 1
    assert (f"--from {copy}" in done.stdout) == (where == "data/store-copy"), done.stdout
    done = stopped.cli("repair", "--from", copy, timeout=30)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (copy / "data.mdb").exists(), "the copy is used up"
    kept = [p for p in (stopped.path / "data").iterdir() if p.name.startswith("store.damaged-")]
    assert len(kept) == 1
    stopped.start()
    assert_all_there(stopped)
    verified(stopped)


@pytest.mark.parametrize("damage", [empty, truncated, garbage, gone], ids=lambda f: f.__name__)
def test_damaged_copy_is_not_put_in_place(stopped, tmp_path, damage):
    done = stopped.cli("copy", tmp_path / "copy", timeout=30)
    assert done.returncode == 0, done.stdout + done.stderr
    damage(tmp_path / "copy/data.mdb")
    done = stopped.cli("repair", "--from", tmp_path / "copy", timeout=30)
    assert done.returncode == 1, done.stdout + done.stderr
    stopped.start()
    assert_all_there(stopped)


@pytest.mark.parametrize("how", [["--start-over"], ["--from", "COPY"]], ids=lambda h: h[0])
def test_nothing_is_repaired_while_it_runs(stopped, tmp_path, how):
    stopped.cli("copy", tmp_path / "copy", timeout=30)
    stopped.start()
    words = [str(tmp_path / "copy") if w == "COPY" else w for w in how]
    done = stopped.cli("repair", *words, timeout=30)
    assert done.returncode != 0, done.stdout + done.stderr
    assert_all_there(stopped)


def test_store_that_breaks_while_it_runs(daemon):
    """As when somebody truncates the file: readers get SIGBUS. Nothing is made up; it ends in a
    server that says what is wrong, or in one that answers 503."""
    server = daemon(tracked())
    with Fleet(server, clients=3) as fleet:
        fleet.more(50, 5)
    cut_off(server.store / "data.mdb", 2 * PAGE)
    for i in range(10):
        reply = server.ask(poll_of(sn_of(i), PROT=100 + i), timeout=10)
        assert not (reply.status == 200 and reply.commands), reply.text
    wait_for(lambda: "rollcall repair" in server.log() or server.process.poll() is not None, 10,
             "a word about repair")


def test_verify_sees_what_dump_sees(stopped):
    """The tools of these tests agree with the program's own."""
    look("verify", stopped.store)
    verified(stopped)
    assert_all_there(stopped)


@pytest.fixture
def fast_folder():
    """For what is not about the disk."""
    memory = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(prefix="rollcall-", dir=memory) as folder:
        yield Path(folder)


def test_whole_store_is_not_refused(fast_folder):
    """LMDB may leave the last pages of its file unwritten: those that a commit took and gave back.
    A file that is shorter than its header says need not be cut off."""
    store = fast_folder / "data/store"
    store.parent.mkdir()
    look("churn", store, 20000 if SOAK else 5000, timeout=600)
    look("verify", store)


def test_writer_that_dies_before_the_file_is_long_enough(fast_folder):
    """Whoever repairs that after the commit may be killed in between."""
    store, failing = fast_folder / "data/store", FailIo(fast_folder)
    store.parent.mkdir()
    failing.set(die=1)
    for _ in range(3):
        done = looked("churn", store, 5000, env=failing.environment(fast_folder), timeout=300)
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        look("verify", store)
