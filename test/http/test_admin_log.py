# SPDX-License-Identifier: ISC
"""The log on a page: filtered, from a time to a time, page by page through rotated files, as a file; and what comes."""
import csv
import io
import time
from datetime import datetime, timedelta, timezone

import pytest

from lib import dom, entries
from lib.admin import MASTER, Admin
from lib.device import SN, settled
from lib.entries import DEVICE, entry, raise_alarm, send
from lib.server import Server, config
from lib.wait import wait_for

OTHER = "IP112-40-00-b0"
EVIL = '"><script>alert(1)</script>'
SMALL = '<logs size="16" keep="3" rate="10000"/>'  # KB


def log(server, text, source=DEVICE, **more):
    reply = send(server, entry(text, source, **more))
    assert reply.status == 200, f"{reply.status} {reply.text}"


@pytest.fixture(scope="module")
def server():
    with Server(config(MASTER, '<status dir="status"/>')) as s:
        s.poll(settled())
        wait_for(lambda: SN in s.cli("devices", "--json").stdout, what="the device is known")
        now = int(time.time())
        log(s, "LOG_HTTP 3 TCP-Up", time=now)
        log(s, "SIP 2 register failed", OTHER, time=now - 3600)
        log(s, EVIL, OTHER, time=0, strange="<b>&</b>")
        log(s, "first line\nforged line\ttab", time=now)
        log(s, "of nobody", "", time=now)
        raise_alarm(s, "c0ffee", text="Registration lost")
        yield s


@pytest.fixture(scope="module")
def boss(server):
    boss = Admin(server).sign_in()
    boss.make_user("vera", "viewer")
    return boss


def look(who, path="log", **query):
    return dom.parse(who.page(path, **query))


def rows(page):
    body = dom.by_id(page, "log-rows")
    return [] if body is None else list(body)


def texts(page):
    """What entries say, the newest first."""
    return [next(dom.text(s) for s in row.iter("span") if "text" in s.get("class", "").split()) for row in rows(page)]


def iso(seconds):
    return (datetime.now(timezone.utc) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")


# ---- what is found ----

def test_newest_first(boss):
    page = look(boss)
    assert texts(page) == ["of nobody", "first line forged line tab", EVIL, "SIP 2 register failed",
                           "LOG_HTTP 3 TCP-Up"]
    said = [dom.text(row) for row in rows(page)]
    assert "127.0.0.1" in said[0] and "its clock is not set" in said[2] and "strange=<b>&</b>" in said[2]
    assert "its clock: " in said[3] and "its clock" not in said[4]
    assert dom.by_id(page, "older").get("hidden") is not None


def test_what_devices_say_is_text(boss):
    page = boss.page("log", q=EVIL, whose=EVIL)
    assert "<script>alert" not in page and "<script>alert" not in boss.page("log")
    assert dom.by_id(dom.parse(page), "whose").get("value") == EVIL


def test_whose(boss):
    links = [[a.get("href") for a in row.iter("a")] for row in rows(look(boss))]
    assert links == [[], [f"/update/admin/device?sn={SN}"], [], [], [f"/update/admin/device?sn={SN}"]]


@pytest.mark.parametrize("query, count", [
    ({"q": "REGISTER sip"}, 1), ({"q": "register tcp"}, 0), ({"whose": OTHER}, 2), ({"whose": OTHER.lower()}, 2),
    ({"whose": "127.0.0.1"}, 5), ({"whose": "IP1"}, 0), ({"q": "tcp", "whose": OTHER}, 0), ({"last": "15m"}, 5),
    ({"last": "x"}, 5), ({"kind": "alarm"}, 1), ({"kind": "alarm", "q": "tcp"}, 0), ({"kind": "x"}, 5),
])
def test_filter(boss, query, count):
    page = look(boss, **query)
    assert len(rows(page)) == count
    assert dom.by_id(page, "q").get("value") == query.get("q", "")
    assert dom.by_id(page, "whose").get("value") == query.get("whose", "")


def test_reports_of_alarms(boss):
    page = look(boss, kind="alarm")
    said = dom.text(rows(page)[0])
    for words in ("alarm", "Registration lost", "code=c0ffee", "severity=2"):
        assert words in said


def test_times(boss):
    """As fields of a form send them, and as `rollcall logs` takes them."""
    for ago, ahead in ((iso(-600), iso(60)), (iso(-600)[:16], iso(120)[:16]), (iso(-600) + "Z", iso(60) + "Z")):
        assert len(rows(look(boss, **{"from": ago, "to": ahead}))) == 5, (ago, ahead)
        assert rows(look(boss, **{"from": ahead})) == [] == rows(look(boss, to=ago))
    assert len(rows(look(boss, **{"from": "10m"}))) == 5 and rows(look(boss, to="10m")) == []
    page = look(boss, **{"from": "2026-03-01", "to": "2026-03-02T10:20"})
    shown = [dom.by_id(page, name).get("value") for name in ("from", "to")]
    assert shown == ["2026-03-01T00:00:00", "2026-03-02T10:20:00"]
    assert dom.by_id(page, "csv").get("href").endswith("from=2026-03-01&to=2026-03-02T10%3A20&as=csv")
    # What is over by then does not go on.
    assert dom.by_id(page, "log-live") is None and "data-rows" not in dom.by_id(page, "log-list").attrib


@pytest.mark.parametrize("query", [
    {"from": "yesterday"}, {"to": "2026-02-30"}, {"from": "9" * 300}, {"from": "2026-03-01T10:2x"},
    {"q": " ".join("x" * 33)}, {"q": "x" * 257}, {"before": "x"}, {"before": "1"}, {"before": "1.x"},
    {"before": "-1.1"},
    {"after": "1.-1"}, {"after": "9" * 30 + ".1"},
])
def test_wrong_questions(boss, query):
    for path in ("log", "log/rows", "log/file"):
        assert boss.get(path, **query).status == 400


@pytest.mark.parametrize("query", [{"before": "1.1"}, {"before": "0.0"}, {"before": "0.5", "last": "1h"}])
def test_places_that_are_none(boss, query):
    """What is made up leads nowhere."""
    page = look(boss, **query)
    assert rows(page) == [] and dom.by_id(page, "newest") is not None


def test_who_may(server, boss):
    vera = Admin(server).sign_in("vera")
    assert len(rows(look(vera))) == len(rows(look(boss)))
    assert vera.get("log/file").status == 200
    for path in ("log", "log/rows", "log/file"):
        assert Admin(server).get(path).status == 303
        assert vera.post(path).status == 405
    assert Admin(server).get("log/rows", live="1").status == 401


# ---- as a file ----

def test_as_text(boss, server):
    reply = boss.get("log/file")
    assert reply.header("content-type") == "text/plain; charset=utf-8"
    assert reply.header("content-disposition") == 'attachment; filename="rollcall-log.txt"'
    assert reply.text.splitlines() == entries.lines(server)  # as it stands there: the oldest first
    alarm = boss.get("log/file", kind="alarm")
    assert alarm.text.splitlines() == entries.lines(server, "alarm")
    assert 'filename="rollcall-alarm.txt"' in alarm.header("content-disposition")


def test_as_csv(boss):
    reply = boss.get("log/file", **{"as": "csv", "whose": OTHER})
    found = list(csv.DictReader(io.StringIO(reply.text)))
    assert [r["text"] for r in found] == ["SIP 2 register failed", EVIL]
    assert found[1]["time"] == "" and "strange=<b>&</b>" in found[1]["more"]
    link = dom.by_id(look(boss, whose=OTHER), "csv").get("href")
    assert boss.get(link).text == reply.text


# ---- while it grows and is rotated ----

@pytest.fixture
def small():
    with Server(config(MASTER, SMALL)) as s:
        yield s


def place(page):
    return dom.by_id(page, "log-list").get("data-place")


def test_nothing_yet(small):
    boss = Admin(small).sign_in()
    assert "Nothing is here yet" in boss.page("log") and "Nothing is here yet" in boss.page("log", kind="alarm")
    begin = place(look(boss))
    assert boss.get("log/rows", after=begin, live="1").status == 204
    log(small, "the first of all")
    assert texts(dom.parse(boss.page("log/rows", after=begin, live="1"))) == ["the first of all"]


def test_page_by_page(small):
    """Through rotated files, while it grows: none is shown twice, none is left out."""
    boss = Admin(small).sign_in()
    for i in range(430):
        log(small, f"n{i} {'x' * (i % 50)}")
    assert len(entries.files(small.path / "webdav/log", "log")) > 2
    seen, path, pages = [], "log", 0
    while path:
        page = dom.parse(boss.page(path))
        seen += [t.split()[0] for t in texts(page)]
        pages += 1
        for i in range(5):
            log(small, f"later {pages} {i}")
        older = dom.by_id(page, "older")
        assert dom.by_id(page, "back") is not None or pages == 1
        path = None if older.get("hidden") is not None else older.get("href").removeprefix("/update/admin/")
    assert seen == [f"n{i}" for i in range(429, -1, -1)] and pages == 3
    # What is asked for goes along.
    page = look(boss, q="n1", whose=DEVICE)
    assert [t.split()[0] for t in texts(page)] == [f"n{i}" for i in range(429, -1, -1) if f"n{i}".startswith("n1")]


def test_live(small):
    """What was added since, once each, through a rotation."""
    boss = Admin(small).sign_in()
    log(small, "before")
    at, wanted, seen = place(look(boss)), [], []
    for i in range(260):
        log(small, f"n{i} {'x' * 60}", OTHER if i % 2 else DEVICE)
        wanted.append(f"n{i}")
        if i % 13:
            continue
        page = dom.parse(boss.page("log/rows", after=at, live="1"))
        at = page.get("data-place")
        seen += [t.split()[0] for t in reversed(texts(page))]
        assert boss.get("log/rows", after=at, live="1").status == 204
    assert seen == wanted[:len(seen)] and len(seen) == 248
    assert len(entries.files(small.path / "webdav/log", "log")) > 1
    # Only what is asked for; where to go on is said also when nothing is.
    page = dom.parse(boss.page("log/rows", after=at, live="1", whose=OTHER))
    assert [t.split()[0] for t in texts(page)] == [f"n{i}" for i in range(259, 247, -1) if i % 2]
    none = dom.parse(boss.page("log/rows", after=at, live="1", q="nothinglikethis"))
    assert texts(none) == [] and none.get("data-place") == page.get("data-place") != at


def test_more_than_is_sent_at_once(small):
    boss = Admin(small).sign_in()
    log(small, "before")
    at = place(look(boss))
    for i in range(205):
        log(small, f"n{i}")
    page = dom.parse(boss.page("log/rows", after=at, live="1"))
    assert page.get("data-more") == "true" and len(rows(page)) == 200


def test_a_place_that_was_rotated_away(small):
    """Whoever slept for long sees all that is there; what is older than that is nothing."""
    boss = Admin(small).sign_in()
    log(small, "soon gone")
    page = look(boss)
    at, first = place(page), rows(page)[0].get("data-place")
    for i in range(700):
        log(small, f"n{i} {'x' * 40}")
    assert "soon gone" not in boss.get("log/file").text
    assert rows(look(boss, before=first)) == []
    page = dom.parse(boss.page("log/rows", after=at, live="1"))
    assert page.get("data-more") == "true" and texts(page)[0].startswith("n699")
