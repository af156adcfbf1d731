# SPDX-License-Identifier: ISC
"""
Statistics as CSV: what is counted becomes rows of files, a file a month; one that is over is closed, copied and mailed;
and `rollcall stats` says all of it, up to this moment.
"""
import csv
import io
import re
import time
from datetime import datetime, timezone

import pytest

from lib.clock import Clock
from lib.device import SN, settled
from lib.entries import raise_alarm, send, entry
from lib.server import PLAIN, config
from lib.targets import Sendmail, alarms, told
from lib.wait import holds_for, wait_for

WRITTEN = 30.0  # seconds until the keeper has noticed a clock that was set, on a machine that has other things to do
QUARTER, DAY = 900, 86400
MONTH = 35 * DAY
HWID = "IP232-30-00-af"
EVIL = '=cmd;"x",<script>'


def statistics(*elements, **more):
    row = " ".join(f'{name}="{value}"' for name, value in more.items())
    return config(PLAIN, '<status dir="status"/>', f"<statistics {row}/>", *elements)


@pytest.fixture
def clock(tmp_path):
    return Clock(tmp_path)


def rows(text, separator=";"):
    return list(csv.DictReader(io.StringIO(text), delimiter=separator))


def stats(server, *words, env=None):
    done = server.cli("stats", *words, env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout


def total(found, column):
    return sum(int(row[column] or 0) for row in found)


def month(clock=None, back=0):
    jump = int(clock.file.read_text()) if clock else 0
    now = datetime.fromtimestamp(time.time() + jump, timezone.utc)
    number = now.year * 12 + now.month - 1 - back
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def path(server, name, clock=None, back=0):
    return server.path / "stats" / f"{month(clock, back)}-{name}.csv"


def known(server, count=1):
    wait_for(lambda: server.cli("devices", "--json").stdout.count('"sn"') >= count, what="the devices are known")


# On demand

def test_until_now(serve):
    server = serve(statistics())
    for _ in range(3):
        assert server.poll(settled()).status == 200
    server.poll("sn=../../x")
    send(server, entry("hello"))
    send(server, "")
    raise_alarm(server, "c0ffee")
    known(server)
    found = rows(stats(server))
    assert [total(found, c) for c in ("logs", "alarms", "entries_refused")] == [1, 1, 1]
    assert total(found, "polls") == 4 and total(found, "polls_refused") == 1
    last = found[-1]
    assert (last["devices"], last["present"], last["missing"], last["alarms_active"]) == ("1", "1", "0", "1")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", last["day"]) and re.fullmatch(r"\d\d:(00|15|30|45)", last["time"])
    assert int(last["poll_mean_us"]) > 0
    # That a device was seen is in the store within a second.
    [device] = wait_for(lambda: [r for r in rows(stats(server, "--devices")) if r["polls"] == "3"], WRITTEN)
    assert (device["sn"], device["hwid"], device["type"]) == (SN, HWID, "IP232")
    assert (device["alarms"], device["alarms_active"]) == ("1", "1")
    assert device["last_poll"] == device["first_heard"] or device["last_poll"] > device["first_heard"]


def test_separators(serve):
    server = serve(statistics(separator="comma"))
    server.poll(settled())
    known(server)
    usual, comma = stats(server), stats(server, "--comma")
    assert usual.splitlines()[0] == comma.splitlines()[0] and ";" not in usual
    server.take(statistics())
    assert stats(server).startswith("day;time;polls;")
    assert stats(server, "--comma").startswith("day,time,polls,")


@pytest.mark.parametrize("words, status, says", [
    (("--month", "2026"), 2, "--month is written as YYYY-MM"),
    (("--month", "2026-13"), 2, "--month is written as YYYY-MM"),
    (("--month", "1999-01"), 0, ""),
    (("--json",), 2, "--json"),
])
def test_wrong_use(serve, words, status, says):
    server = serve(statistics())
    done = server.cli("stats", *words)
    assert done.returncode == status and says in done.stderr
    assert status or len(done.stdout.splitlines()) == 1


def test_switched_off(serve):
    server = serve(statistics(dir=""))
    server.poll(settled())
    done = server.cli("stats")
    assert done.returncode == 1 and "statistics/@dir is empty" in done.stderr
    assert not (server.path / "stats").exists()


def test_without_a_server(serve):
    """What was counted up to a minute before it stopped."""
    server = serve(statistics())
    server.poll(settled())
    known(server)
    server.stop()
    assert rows(stats(server)) == [] or total(rows(stats(server)), "polls") == 1
    server.start()


def test_what_devices_say_stays_in_its_field(serve):
    server = serve(statistics())
    name = EVIL.replace('"', "%22").replace("<", "%3C").replace(">", "%3E").replace(";", "%3B").replace("=", "%3D")
    server.poll(f"sn={SN}&type=IP232&hwid={name}&PHASE=update")
    server.poll(settled())
    known(server)
    for separator in (";", ","):
        words = ["--devices"] + (["--comma"] if separator == "," else [])
        for row in rows(stats(server, *words), separator):
            assert None not in row and not any(str(v).startswith(("=", "+", "-", "@")) for v in row.values())


# Files

def test_a_quarter_of_an_hour(serve, clock):
    """A row when it is over; the next one begins with nothing."""
    server = serve(statistics(), env=clock.environment())
    server.poll(settled())
    known(server)
    assert path(server, "server").exists() is False or "polls" in path(server, "server").read_text()
    clock.jump(2 * QUARTER)
    file = path(server, "server", clock)
    wait_for(lambda: file.exists() and len(file.read_text().splitlines()) >= 2, WRITTEN)
    assert file.stat().st_mode & 0o777 == 0o644
    before = len(rows(file.read_text()))
    assert rows(file.read_text())[-1]["devices"] == "1"
    clock.jump(3 * QUARTER)
    wait_for(lambda: len(rows(file.read_text())) > before, WRITTEN)
    assert file.read_bytes().count(b"day;") == 1
    printed = rows(stats(server, env=clock.environment()))
    assert total(printed, "polls") == 1
    times = [row["day"] + row["time"] for row in printed]
    assert times == sorted(set(times))


def test_a_day(serve, clock):
    """Rows of each device that was heard; the next day counts from nothing."""
    server = serve(statistics(), env=clock.environment())
    wait_for(lambda: (server.path / "data/statistics/day.txt").exists(), WRITTEN)
    for _ in range(2):
        server.poll(settled())
    wait_for(lambda: '"polls": 2' in server.cli("devices", "--json").stdout, WRITTEN)
    first = datetime.now(timezone.utc).strftime("%Y-%m-%d")
    file = path(server, "devices")
    clock.jump(DAY)
    wait_for(file.exists, WRITTEN)
    wait_for(lambda: rows(file.read_text()), WRITTEN)
    [row] = rows(file.read_text())
    assert (row["day"], row["sn"], row["polls"]) == (first, SN, "2")
    wait_for(lambda: first not in (server.path / "data/statistics/day.txt").read_text(), WRITTEN)
    server.poll(settled())
    today = wait_for(lambda: [r for r in rows(stats(server, "--devices", "--month", month(clock),
                                                    env=clock.environment())) if r["day"] != first], WRITTEN)
    assert [(r["sn"], r["polls"]) for r in today] == [(SN, "1")]
    # A day on which nobody was heard has no row.
    clock.jump(2 * DAY)
    wait_for(lambda: "day.txt" and rows(path(server, "devices", clock).read_text())[-1]["polls"] == "1", WRITTEN)
    clock.jump(3 * DAY)
    mark = (server.path / "data/statistics/day.txt")
    expected = datetime.fromtimestamp(time.time() + 3 * DAY, timezone.utc).strftime("%Y-%m-%d")
    wait_for(lambda: expected in mark.read_text(), WRITTEN)
    written = [r for p in (server.path / "stats").glob("*-devices.csv") for r in rows(p.read_text())]
    assert len(written) == 2


def test_a_month(serve, clock):
    """It is closed: nobody may write it, and it stays as it is."""
    server = serve(statistics(copy="kept/here"), env=clock.environment())
    wait_for(lambda: (server.path / "data/statistics/day.txt").exists(), WRITTEN)
    server.poll(settled())
    known(server)
    file = path(server, "devices")
    clock.jump(MONTH)
    copy = server.path / "kept/here" / file.name
    wait_for(copy.exists, WRITTEN)
    assert copy.read_bytes() == file.read_bytes()
    assert file.stat().st_mode & 0o777 == copy.stat().st_mode & 0o777 == 0o444
    server.logged("statistics:", f"{file.name} was copied")
    notes = server.path / "data/statistics"
    wait_for(lambda: [p.name for p in notes.iterdir()] == ["day.txt"], WRITTEN)
    content, changed = file.read_bytes(), file.stat().st_mtime_ns
    copy.unlink()
    clock.jump(MONTH + QUARTER)
    wait_for(lambda: path(server, "server", clock).exists(), WRITTEN)
    assert (file.read_bytes(), file.stat().st_mtime_ns) == (content, changed) and not copy.exists()
    printed = stats(server, "--devices", "--month", file.name[:7], env=clock.environment())
    assert printed == content.decode().replace("\r\n", "\n")


def test_months_that_are_too_old(serve, clock):
    server = serve(statistics(keep=2), env=clock.environment())
    folder = server.path / "stats"
    wait_for(folder.is_dir, WRITTEN)
    for name in ("2001-01-server.csv", f"{month(back=3)}-devices.csv", f"{month(back=2)}-devices.csv", "notes.txt"):
        (folder / name).write_text("day;sn\r\n")
    clock.jump(QUARTER)
    wait_for(lambda: not (folder / "2001-01-server.csv").exists(), WRITTEN)
    wait_for(lambda: not (folder / f"{month(back=3)}-devices.csv").exists(), WRITTEN)
    assert (folder / f"{month(back=2)}-devices.csv").exists() and (folder / "notes.txt").exists()


def test_mail(serve, clock, tmp_path):
    sendmail = Sendmail(tmp_path)
    server = serve(statistics(mail="office@example.com"), env={**clock.environment(), **sendmail.env})
    wait_for(lambda: (server.path / "data/statistics/day.txt").exists(), WRITTEN)
    server.poll(settled())
    known(server)
    name = path(server, "devices").name
    clock.jump(MONTH)
    told(sendmail, 1, WRITTEN)
    [mail] = [m for m in sendmail.heard() if name in m["Subject"]]
    assert mail["To"] == "office@example.com" and mail["Auto-Submitted"] == "auto-generated"
    [attached] = list(mail.iter_attachments())
    assert attached.get_filename() == name and attached.get_content_type() == "text/csv"
    content = attached.get_payload(decode=True)
    assert content == (server.path / "stats" / name).read_bytes()
    assert rows(content.decode())[0]["sn"] == SN
    wait_for(lambda: [p.name for p in (server.path / "data/statistics").iterdir()] == ["day.txt"], WRITTEN)


def test_what_cannot_be_sent_is_tried_again(serve, clock, tmp_path):
    """An alarm meanwhile; a restart does not forget it."""
    sendmail = Sendmail(tmp_path, "exit 75")
    target = tmp_path / "mounted"
    server = serve(statistics(mail="office@example.com", copy=target), env={**clock.environment(), **sendmail.env})
    wait_for(lambda: (server.path / "data/statistics/day.txt").exists(), WRITTEN)
    server.poll(settled())
    known(server)
    name = path(server, "devices").name
    clock.jump(MONTH)
    server.logged("statistics:", f"{name} cannot be mailed now", "75", deadline=WRITTEN)
    server.logged("statistics:", f"{name} cannot be copied now", str(target), deadline=WRITTEN)
    wait_for(lambda: any(a["code"] == "statistics" for a in alarms(server)), WRITTEN)
    assert sendmail.heard() == []
    server.stop()
    sendmail.does("")
    target.mkdir()
    server.start()
    assert name in {m["Subject"].split()[-1] for m in told(sendmail, 1, WRITTEN)}
    wait_for((target / name).exists, WRITTEN)
    wait_for(lambda: not any(a["code"] == "statistics" for a in alarms(server)), WRITTEN)


# What goes wrong

def test_a_row_that_was_cut_off(serve, clock):
    """A crash in the middle of it: it is written whole, once."""
    server = serve(statistics(), env=clock.environment())
    server.poll(settled())
    known(server)
    clock.jump(QUARTER)
    file = path(server, "server", clock)
    wait_for(lambda: file.exists() and rows(file.read_text()), WRITTEN)
    server.stop()
    with file.open("a") as f:
        f.write("2026-03-01;12:")
    server.start()
    before = file.read_bytes().count(b"\r\n")
    clock.jump(3 * QUARTER)
    if path(server, "server", clock) == file:  # else the month is over, of all moments
        wait_for(lambda: file.read_bytes().count(b"\r\n") > before, WRITTEN)
    assert all(len(line.split(";")) == 21 for line in file.read_text().splitlines())
    assert file.read_bytes().endswith(b"\r\n")


def test_rows_that_were_cut_off(serve, clock):
    """Those of devices begin anew where they began."""
    server = serve(statistics(), env=clock.environment())
    wait_for(lambda: (server.path / "data/statistics/day.txt").exists(), WRITTEN)
    server.poll(settled())
    known(server)
    server.stop()
    file = path(server, "devices")
    head = stats(server, "--devices").splitlines()[0] + "\r\n"
    file.write_text(head + "2026-01-01;a-1;half\r\n2026-01-01;" + SN + ";half", newline="")
    clock.jump(DAY)
    server.start()
    wait_for(lambda: rows(file.read_text())[-1:] and rows(file.read_text())[-1]["polls"] == "1", WRITTEN)
    assert len(rows(file.read_text())) == 1 and "half" not in file.read_text()


def test_another_separator_in_the_middle_of_a_month(serve, clock):
    """A file stays what it is; what is printed is as it is wished."""
    server = serve(statistics(), env=clock.environment())
    server.poll(settled())
    known(server)
    clock.jump(QUARTER)
    file = path(server, "server", clock)
    wait_for(lambda: file.exists() and rows(file.read_text()), WRITTEN)
    server.take(statistics(separator="comma"))
    before = len(rows(file.read_text()))
    clock.jump(2 * QUARTER)
    if path(server, "server", clock) == file:
        wait_for(lambda: len(rows(file.read_text())) > before, WRITTEN)
        assert "," not in file.read_text()
    assert ";" not in stats(server, env=clock.environment())


def test_what_is_no_file_of_statistics(serve, clock):
    """It is not overwritten, it is said, and it goes on when it is moved away."""
    server = serve(statistics(), env=clock.environment())
    file = path(server, "server")
    wait_for(file.parent.is_dir, WRITTEN)
    file.write_text("my own notes\n")
    clock.jump(QUARTER)
    line = server.logged("warn: statistics: they cannot be written now", deadline=WRITTEN)
    assert "is no file of statistics: move it away" in line or path(server, "server", clock) != file
    assert file.read_text() == "my own notes\n"




def test_a_clock_that_was_ahead(serve, clock):
    """What was written then stays; from then on it goes on."""
    server = serve(statistics(), env=clock.environment())
    wait_for(lambda: (server.path / "data/statistics/day.txt").exists(), WRITTEN)
    server.poll(settled())
    known(server)
    clock.jump(400 * DAY)
    wait_for(lambda: path(server, "server", clock).exists(), WRITTEN)
    server.logged("clock: it was set forward", deadline=WRITTEN)
    clock.jump(QUARTER)
    server.logged("clock: it was set back", deadline=WRITTEN)
    server.poll(settled())
    clock.jump(2 * QUARTER)
    file = path(server, "server", clock)
    wait_for(lambda: file.exists() and rows(file.read_text()), WRITTEN)
    day = datetime.fromtimestamp(time.time() + 2 * QUARTER, timezone.utc).strftime("%Y-%m-%d")
    wait_for(lambda: day in (server.path / "data/statistics/day.txt").read_text(), WRITTEN)
    assert server.alive()


def test_polls_are_not_kept_waiting(serve, clock):
    """While rows of many devices are written, each poll is answered."""
    server = serve(statistics(), env=clock.environment())
    wait_for(lambda: (server.path / "data/statistics/day.txt").exists(), WRITTEN)
    for i in range(300):
        server.poll(settled(sn=f"00-90-33-31-{i >> 8:02x}-{i & 255:02x}", hwid=f"IP232-{i:04d}"))
    known(server, 300)
    file = path(server, "devices")
    clock.jump(DAY)
    while not file.exists() or len(rows(file.read_text())) < 300:
        assert server.poll(settled()).status == 200
    holds_for(server.alive, 0.5)
    assert {row["polls"] for row in rows(file.read_text()) if row["sn"] != SN} == {"1"}
