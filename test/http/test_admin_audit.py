# SPDX-License-Identifier: ISC
"""The audit: who did what when, found again by words and by kind, page by page, and as a file."""
import csv
import io
import itertools
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from lib import dom
from lib.admin import MASTER, USER, Admin
from lib.device import SN, settled
from lib.server import Server, config
from lib.wait import wait_for

ROOT = Path(__file__).resolve().parents[2]
# change_audit(list, sn, time, "what", …), desk_did(desk, sn, "what", …) and what calls them.
KIND = re.compile(r'(?:\bchange_audit\([^;"]*(?:""[^;"]*)?|\b(?:desk|who)_did\([^;"]*(?:""[^;"]*)?'
                  r'|\badd_audit\(p,[^;"]*|\bsession_begin\([^;"{]*)"([a-z]+(?: [a-z]+)*)"')
CONFIG = config(MASTER, '<status dir="status"/>')
EVIL = '=cmd|"<script>alert(1)</script>'


@pytest.fixture(scope="module")
def server():
    with Server(CONFIG) as s:
        s.poll(settled())
        yield s


@pytest.fixture(scope="module")
def boss(server):
    boss = Admin(server).sign_in()
    wait_for(lambda: SN in server.cli("devices", "--json").stdout, what="the device is known")
    for _ in range(3):
        assert server.cli("device", SN, "--touch").returncode == 0
    boss.make_user("vera", "viewer")
    return boss


def entries(page):
    table = dom.by_id(page, "audit")
    return [] if table is None else [entry(row) for row in table.find("tbody")]


def entry(row):
    """[when, who, what, device, text]; what: as the command line says it, which is the title of the cell."""
    cells = [dom.text(cell) for cell in row]
    cells[2] = row[2].get("title")
    return cells


def look(boss, **query):
    return dom.parse(boss.page("audit", **query))


def test_all_of_it(boss, server):
    found = entries(look(boss))
    assert [e[2] for e in found].count("device touch") == 3
    assert any(e[1].startswith(f"{USER} (administrator) from ") and e[2] == "sign in" for e in found)
    times = [e.get("data-at") for e in dom.by_id(look(boss), "audit").iter("time")]
    assert times == sorted(times, reverse=True)
    # Exactly what the command line says.
    assert len(found) == server.cli("audit", "--json").stdout.count('"what"')


def test_a_device_is_a_link(boss):
    links = {a.get("href") for a in dom.by_id(look(boss), "audit").iter("a")}
    assert links == {f"/update/admin/device?sn={SN}"}


def test_kinds(boss):
    page = look(boss)
    kinds = [e.get("value") for e in dom.by_id(page, "kind").iter("option")]
    assert kinds[0] == "" and kinds[1:] == sorted(set(kinds[1:])) and {"device touch", "sign in"} <= set(kinds)
    found = look(boss, kind="device touch")
    assert [e[2] for e in entries(found)] == ["device touch"] * 3
    chosen = [e.get("value") for e in found.iter("option") if "selected" in e.attrib]
    assert chosen == ["device touch"]
    assert entries(look(boss, kind="device")) == []


@pytest.mark.parametrize("words, count", [
    ("touch", 3), ("TOUCH", 3), ("  touch \t seen ", 3), (SN.upper(), 3), ("touch vera", 0), ("command line touch", 3),
    (EVIL, 0), ("%", 0), ("\\", 0),
])
def test_words(boss, words, count):
    page = look(boss, q=words)
    assert len(entries(page)) == count
    assert dom.by_id(page, "q").get("value") == words.replace("\t", " ") or "\t" in words
    assert (dom.by_id(page, "audit") is None) == (count == 0)


def test_every_kind_has_words(server):
    """Those that the programs write stand in their sources; each has a text."""
    written = set()
    for path in itertools.chain(*((ROOT / room).rglob("*.c") for room in ("lib", "fcgi", "tools"))):
        written |= set(KIND.findall(path.read_text()))
    known = set(re.findall(r"^audit\.what\.(\S+) = ", (ROOT / "templates/texts.en").read_text(), re.M))
    assert len(written) > 12 and {what.replace(" ", "-") for what in written} == known


def test_what_is_said_in_words(boss, server):
    table = dom.by_id(look(boss, kind="device touch"), "audit")
    assert {dom.text(row[2]) for row in table.find("tbody")} == {"device counted as seen"}
    german = dom.by_id(look(Admin(server, language="de").sign_in(), kind="device touch"), "audit")
    assert {dom.text(row[2]) for row in german.find("tbody")} == {"Gerät als gesehen gezählt"}
    chosen = [e for e in dom.by_id(look(boss), "kind").iter("option") if e.get("value") == "sign in"]
    assert [dom.text(e) for e in chosen] == ["signed in"]


def test_times_are_exact(boss):
    shown = list(dom.by_id(look(boss), "audit").iter("time"))
    assert shown and all(dom.text(t) == t.get("title") for t in shown)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", dom.text(t)) for t in shown)


def day_of(page, which):
    return list(dom.by_id(page, "audit").iter("time"))[which].get("datetime")[:10]


def test_days(boss):
    """Both are in it; the day before the first and the one after the last are not."""
    all_of_it = look(boss)
    first, last = day_of(all_of_it, -1), day_of(all_of_it, 0)
    count = len(entries(all_of_it))
    before = (date.fromisoformat(first) - timedelta(1)).isoformat()
    after = (date.fromisoformat(last) + timedelta(2)).isoformat()
    assert len(entries(look(boss, **{"from": first}))) >= count
    assert len(entries(look(boss, **{"from": first, "to": after}))) >= count
    assert entries(look(boss, to=before)) == [] == entries(look(boss, **{"from": after}))
    assert entries(look(boss, **{"from": after, "to": before})) == []
    page = look(boss, **{"from": first, "to": last})
    assert (dom.by_id(page, "from").get("value"), dom.by_id(page, "to").get("value")) == (first, last)
    assert dom.by_id(page, "before") is None
    assert dom.by_id(page, "csv").get("href") == f"/update/admin/audit.csv?from={first}&to={last}"


def test_people_only(boss):
    page = look(boss, who="people")
    assert dom.by_id(page, "csv").get("href") == "/update/admin/audit.csv?who=people"
    assert all(e[1] != "the server" for e in entries(page)) and entries(page)
    assert [e.get("value") for e in dom.by_id(page, "who").iter("option") if "selected" in e.attrib] == ["people"]


def test_words_and_kind(boss):
    assert len(entries(look(boss, q="seen", kind="device touch"))) == 3
    assert entries(look(boss, q="seen", kind="sign in")) == []


@pytest.mark.parametrize("query, status", [
    ({"before": "x"}, 400), ({"before": "-1"}, 400), ({"before": "9" * 30}, 400), ({"before": "0"}, 200),
    ({"before": "9223372036854775807"}, 200), ({"q": " ".join("x" * 33)}, 400), ({"q": "x" * 257}, 400),
    ({"kind": "no such kind"}, 200), ({"from": "2026-02-30"}, 400), ({"to": "1.3.2026"}, 400),
    ({"to": "9999-12-31"}, 200), ({"from": "1970-01-01"}, 200), ({"from": "9" * 300}, 400), ({"who": "x"}, 200),
])
def test_limits(boss, query, status):
    for path in ("audit", "audit.csv"):
        assert boss.get(path, **query).status == status


def test_earlier_times_only(boss):
    first = entries(look(boss))
    page = look(boss, before="1000")
    assert first and entries(page) == [] and dom.by_id(page, "newest").get("href") == "/update/admin/audit"
    assert entries(look(boss, before="9000000000")) == first


def test_as_a_file(boss):
    reply = boss.get("audit.csv", kind="device touch")
    assert reply.header("content-type") == "text/csv; charset=utf-8"
    assert reply.header("content-disposition") == 'attachment; filename="rollcall-audit.csv"'
    rows = list(csv.DictReader(io.StringIO(reply.text)))
    assert [(r["what"], r["device"]) for r in rows] == [("device touch", SN)] * 3
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", r["time"]) for r in rows)
    link = dom.by_id(look(boss, kind="device touch"), "csv").get("href")
    assert boss.get(link).text == reply.text


def test_what_somebody_typed_is_text(boss):
    """The search itself, and who signs in with a strange browser."""
    page = boss.page("audit", q=EVIL, kind=EVIL)
    assert "<script>alert" not in page
    assert EVIL in [e.get("value") for e in dom.by_id(dom.parse(page), "kind").iter("option")]


def test_page_by_page(server, boss):
    """Some three hundred entries in a few seconds: none is shown twice, none is left out."""
    devices = [f"00-90-33-31-{i >> 8:02x}-{i & 255:02x}" for i in range(330)]
    for sn in devices:
        server.poll(settled(sn=sn, hwid="IP232-" + sn[-8:]))
    wait_for(lambda: server.cli("devices", "--json").stdout.count("00-90-33-31-") >= 330, what="all are known")
    for at in range(0, 330, 110):
        reply = boss.post("devices/act", action="touch", sn=devices[at:at + 110], sure="1")
        assert reply.status == 303, reply.text[:500]
    seen, path, pages = [], "audit?kind=device%20touch", 0
    while path:
        page = dom.parse(boss.page(path if path.startswith("/") else f"/update/admin/{path}"))
        shown = [e[3] for e in entries(page)]
        assert shown
        seen += shown
        pages += 1
        older = dom.by_id(page, "older")
        path = older.get("href") if older is not None else None
    assert sorted(seen) == sorted(devices + [SN] * 3)


def test_nothing_yet():
    with Server(config(MASTER.replace("/>", ' firmware="none" bootcode="none"/>'))) as s:
        boss = Admin(s).sign_in()
        assert [e[2] for e in entries(look(boss))] == ["sign in"]
        assert "Nothing matches" in boss.page("audit", q="zzz")
