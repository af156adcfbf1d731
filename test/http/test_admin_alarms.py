# SPDX-License-Identifier: ISC
"""Alarms on pages: active ones first, filtered, page by page, as a file; who notes what; and where else they stand."""
import csv
import io
import re
from urllib.parse import quote, urlencode

import pytest

from lib import dom, entries
from lib.admin import MASTER, Admin
from lib.device import SN, settled
from lib.entries import DEVICE, raise_alarm
from lib.server import Server, config
from lib.wait import wait_for

CONFIG = config(MASTER, '<status dir="status"/>')
OTHER = "IP112-40-00-b0"
EVIL = '"><script>alert(1)</script>\u2028=cmd|'


@pytest.fixture(scope="module")
def server():
    """With one device that is known, and alarms of every kind."""
    with Server(CONFIG) as s:
        s.poll(settled())
        wait_for(lambda: SN in s.cli("devices", "--json").stdout, what="the device is known")
        raise_alarm(s, "c0ffee", severity="2", source=DEVICE, text="Registration lost", details="<gk>pbx</gk>")
        raise_alarm(s, "1001", severity="0", source=DEVICE, text="Power is low")
        raise_alarm(s, "1002", severity="1", source=OTHER, text="Gatekeeper unreachable")
        raise_alarm(s, "1003", severity="1", source=OTHER, text="It was bad")
        raise_alarm(s, "1003", severity="1", source=OTHER, event="clear")
        raise_alarm(s, "55", severity="1", source=OTHER, event="error", text="Restarted")
        raise_alarm(s, "9", severity="1", source="IP24-77", serial=SN, text="By its serial number")
        yield s


@pytest.fixture(scope="module")
def boss(server):
    boss = Admin(server).sign_in()
    boss.make_user("vera", "viewer")
    boss.make_user("otto", "operator")
    return boss


def look(who, **query):
    return dom.parse(who.page("alarms", **query))


def rows(page):
    """{"IP232-30-00-af:c0ffee": its row}; those of the server itself are none of these tests."""
    table = dom.by_id(page, "alarms")
    found = {} if table is None else {r.get("data-alarm"): r for r in table.find("tbody")}
    return {key: row for key, row in found.items() if not key.startswith("server:")}


def codes(page):
    return [key.partition(":")[2] for key in rows(page)]


def value(page, code):
    """What the box of this alarm sends."""
    return next(box.get("value") for box in page.iter("input")
                if box.get("name") == "alarm" and box.get("value").split(":")[1] == code)


def fresh(server, code, source="IP55-1-2-3", **more):
    """An alarm that no other test knows."""
    raise_alarm(server, code, source=source, **more)


# ---- the list ----

def test_active_ones_first(boss):
    page = look(boss)
    first, *middle, last = codes(page)  # by severity
    assert (first, set(middle), last) == ("c0ffee", {"1002", "9"}, "1001")
    row = rows(page)[f"{DEVICE}:c0ffee"]
    said = dom.text(row)
    for words in ("active", "major", "Registration lost", "c0ffee", "127.0.0.1", "<gk>pbx</gk>"):
        assert words in said, (words, said)
    assert row.get("data-state") == "active" and row.get("data-severity") == "major"
    assert dom.number(page, "active") == 4 == dom.number(page, "unnoted")


@pytest.mark.parametrize("query, wanted", [
    ({"show": "all"}, {"c0ffee", "9", "1002", "1001", "1003", "55"}),
    ({"show": "nonsense"}, {"c0ffee", "9", "1002", "1001"}),
    ({"severity": "major"}, {"c0ffee"}),
    ({"severity": "indeterminate"}, {"c0ffee", "1002", "9"}),
    ({"severity": "indeterminate", "show": "all"}, {"c0ffee", "1002", "1003", "55", "9"}),
    ({"q": "GATE unreach"}, {"1002"}), ({"q": "ip112"}, {"1002"}),
    ({"q": "ip112", "show": "all"}, {"1002", "1003", "55"}),
    ({"q": EVIL}, set()), ({"q": "c0ffee low"}, set()),
    ({"sn": SN}, {"c0ffee", "1001", "9"}),  # by its hardware id, and by its serial number
    ({"sn": "00-00"}, set()), ({"sn": SN, "q": "power"}, {"1001"}),
])
def test_what_is_asked_for(boss, query, wanted):
    page = look(boss, **query)
    assert set(codes(page)) == wanted
    assert dom.by_id(page, "q").get("value") == query.get("q", "")
    chosen = [o.get("value") for o in page.iter("option") if "selected" in o.attrib]
    assert chosen == [query.get("show", "").replace("nonsense", ""), query.get("severity", "")]
    assert (dom.by_id(page, "of") is not None) == ("sn" in query)


@pytest.mark.parametrize("query, status", [
    ({"q": " ".join("x" * 33)}, 400), ({"q": "x" * 257}, 400), ({"sn": "<x>"}, 400), ({"sn": "x" * 33}, 400),
    ({"page": "x"}, 200), ({"page": "0"}, 200), ({"page": "9" * 30}, 200), ({"page": "99999"}, 200),
    ({"severity": EVIL}, 200),
])
def test_limits(boss, query, status):
    for path in ("alarms", "alarms.csv"):
        assert boss.get(path, **query).status == status


def test_whose_it_is(boss):
    page = look(boss, show="all")
    links = {key: [a.get("href") for a in row.iter("a")] for key, row in rows(page).items()}
    device = f"/update/admin/device?sn={SN}"
    assert device in links[f"{DEVICE}:c0ffee"] and device in links["IP24-77:9"]
    assert device not in links[f"{OTHER}:1002"]
    log = next(a for a in links[f"{OTHER}:1002"] if "log?" in a)
    assert f"whose={OTHER}" in log and boss.get(log).status == 200
    # The list of one device leads back to that of all.
    back = dom.by_id(look(boss, sn=SN, show="all", q="registration"), "of-all").get("href")
    assert back == "/update/admin/alarms?q=registration&show=all"


def test_as_a_file(boss):
    reply = boss.get("alarms.csv", show="all", q="ip112")
    assert reply.header("content-disposition") == 'attachment; filename="rollcall-alarms.csv"'
    found = list(csv.DictReader(io.StringIO(reply.text)))
    assert {r["code"]: r["state"] for r in found} == {"1002": "active", "1003": "over", "55": "event"}
    assert all(r["whose"] == OTHER and r["times"] == "1" and r["device"] == "" for r in found)
    over = next(r for r in found if r["code"] == "1003")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", over["cleared"]) and over["raised"] == ""
    own = list(csv.DictReader(io.StringIO(boss.get("alarms.csv", q="c0ffee").text)))
    assert [(r["device"], r["details"]) for r in own] == [(SN, "<gk>pbx</gk>")]
    link = dom.by_id(look(boss, show="all", q="ip112"), "csv").get("href")
    assert boss.get(link).text == reply.text


def test_what_devices_say_is_text(server, boss):
    evil = dict.fromkeys(("code", "text", "details", "serial"), EVIL)
    said = {"event": "alarm", "from": "IP66<b>", "source": "=cmd|x", **evil}
    assert entries.send(server, urlencode(said), "alarm").status == 200
    text = boss.page("alarms", q="ip66")
    assert "<script>alert" not in text and "<b>" not in text.split("<main")[1].replace('<b data-n', "")
    row = next(iter(rows(dom.parse(text)).values()))
    assert '"><script>alert(1)</script>' in dom.text(row)
    cells = next(csv.DictReader(io.StringIO(boss.get("alarms.csv", q="ip66").text)))
    # no formula, and nothing that breaks or turns lines
    clean = EVIL.replace("\u2028", r"\xe2\x80\xa8")
    assert cells["text"] == clean and cells["source"].startswith("'=")
    box = value(dom.parse(text), quote(clean, safe=""))
    reply = boss.post("alarms/act", act="note", note=EVIL, alarm=box)
    assert reply.status == 303
    assert "<script>alert" not in boss.page("alarms", q="ip66")


def test_page_by_page(server, boss):
    for i in range(230):
        raise_alarm(server, f"p{i}", source=f"IP88-{i // 50}", severity=str(i % 3))
    seen, path, pages = [], "alarms?q=ip88", 0
    while path:
        page = dom.parse(boss.page(path))
        seen += codes(page)
        pages += 1
        older = dom.by_id(page, "older")
        path = older.get("href").removeprefix("/update/admin/") if older is not None else None
    assert pages == 3 and sorted(seen) == sorted(f"p{i}" for i in range(230))
    last = look(boss, q="ip88", page="99")  # what was noted may be gone from it
    assert codes(last) == seen[200:] and dom.by_id(last, "newer") is not None
    # All that the search shows, on other pages, too; not what was raised afterwards.
    made = page.find(".//input[@name='made']").get("value")
    before = boss.post("alarms/act", act="note", q="ip88", matching="1", made=int(made) - 3600)
    assert before.status == 400 and "No alarm is selected" in before.text
    reply = boss.post("alarms/act", act="note", note="all of them", q="ip88", matching="1", made=made, page="3")
    assert reply.status == 303 and reply.header("location").endswith("alarms?q=ip88&page=3&done=alarms-noted")
    assert codes(look(boss, q="ip88", show="unnoted")) == []
    assert len(codes(look(boss, q="ip88"))) == 100 and len(codes(look(boss, q="ip112", show="unnoted"))) == 1


# ---- taking note ----

def test_taking_note(server, boss):
    fresh(server, "note1")
    fresh(server, "note2")
    page = look(boss, q="note")
    ticked = [value(page, "note1"), value(page, "note2")]
    reply = boss.post("alarms/act", act="note", note="Anna looks into it", alarm=ticked, q="note")
    assert reply.status == 303 and reply.header("location") == "/update/admin/alarms?q=note&done=alarms-noted"
    said = boss.page("alarms", q="note", done="alarms-noted")
    page = dom.parse(said)
    row = rows(page)["IP55-1-2-3:note1"]
    assert row.get("data-state") == "noted" and "It is noted." in said
    assert re.search(r"Anna looks into it noted by admin \(administrator\) from 127\.0\.0\.1, \S+ (s|min) ago", dom.text(row))
    assert codes(look(boss, q="note", show="unnoted")) == []
    # The audit says so, and the command line.
    assert "note1 of IP55-1-2-3: Anna looks into it" in boss.page("audit", kind="alarm note")
    assert '"note": "Anna looks into it"' in server.cli("alarms", "note1", "--json").stdout
    # It is taken back.
    boss.post("alarms/act", act="unnote", alarm=value(page, "note1"))
    assert codes(look(boss, q="note", show="unnoted")) == ["note1"]
    # Raised anew it is another one, which nobody has noted.
    for event in ("clear", "alarm"):
        fresh(server, "note2", event=event)
    assert set(codes(look(boss, q="note", show="unnoted"))) == {"note1", "note2"}


def test_only_what_was_seen(server, boss):
    """Between the page and the click one is raised anew, and one is gone."""
    fresh(server, "seen1")
    fresh(server, "seen2")
    page = look(boss, q="seen")
    box = value(page, "seen1")
    name, _, raised = box.rpartition(":")
    reply = boss.post("alarms/act", act="note", alarm=[f"{name}:{int(raised) - 1}", value(page, "seen2")])
    assert "done=alarms-some" in reply.header("location")
    assert codes(look(boss, q="seen", show="unnoted")) == ["seen1"]
    reply = boss.post("alarms/act", act="note", alarm=["IP55-1-2-3:nothing:0"])
    assert "done=alarms-none" in reply.header("location")
    assert "Nothing was changed" in boss.page("alarms", done="alarms-none")
    assert "nothing of" not in boss.page("audit", kind="alarm note")


@pytest.mark.parametrize("fields, status", [
    ({}, 400), ({"act": "drop"}, 400), ({"act": "note"}, 400), ({"act": "note", "alarm": "x"}, 400),
    ({"act": "note", "alarm": ":"}, 400), ({"act": "note", "alarm": "a:b"}, 400),
    ({"act": "note", "alarm": "a:b:x"}, 400),
    ({"act": "note", "alarm": "a:b:-1"}, 400), ({"act": "note", "alarm": "a:%zz:1"}, 400),
    ({"act": "note", "alarm": "a%09b:c:1"}, 400), ({"act": "note", "alarm": "a" * 65 + ":c:1"}, 400),
    ({"act": "note", "alarm": "a%00:c:1"}, 303), ({"act": "note", "alarm": "a:b:1", "note": "x" * 513}, 400),
    ({"act": "note", "matching": "1"}, 400), ({"act": "note", "matching": "1", "made": "x"}, 400),
    ({"act": "note", "matching": "1", "made": "9", "sn": "<"}, 400),
])
def test_wrong_forms(boss, fields, status):
    before = server_notes(boss)
    assert boss.post("alarms/act", **fields).status == status
    assert server_notes(boss) == before


def server_notes(boss):
    return boss.page("audit", kind="alarm note").count('data-what="alarm note"')


def test_who_may(server, boss):
    vera, otto = (Admin(server).sign_in(name) for name in ("vera", "otto"))
    fresh(server, "mine")
    box = value(look(otto, q="mine"), "mine")
    page = look(vera, q="mine")
    assert codes(page) == ["mine"] and not [i for i in page.iter("input") if i.get("name") == "alarm"]
    assert dom.by_id(page, "alarms-acts") is None
    assert vera.post("alarms/act", act="note", alarm=box).status == 403
    assert otto.post("alarms/act", act="note", alarm=box, token="0" * 64).status == 403
    assert boss.get("alarms/act").status == 405
    assert codes(look(vera, q="mine", show="unnoted")) == ["mine"]
    assert otto.post("alarms/act", act="note", alarm=box).status == 303
    assert codes(look(vera, q="mine", show="unnoted")) == []


# ---- elsewhere ----

def test_on_the_fleet(server, boss):
    page = dom.parse(boss.page(""))
    number = int(re.search(r'"active": (\d+)', server.cli("alarms", "--json").stdout)[1])
    assert dom.number(page, "alarms") == number > 4
    panel = dom.by_id(page, "active-alarms")
    shown = [r.get("data-alarm") for r in panel.iter("tr") if r.get("data-alarm")]
    assert len(shown) == 6
    assert "/update/admin/alarms" in [a.get("href") for a in panel.iter("a")]


def test_on_the_device(server, boss):
    page = dom.parse(boss.page("device", sn=SN))
    section = dom.by_id(page, "alarms")
    shown = [r.get("data-alarm") for r in section.iter("tr") if r.get("data-alarm")]
    assert shown[0] == f"{DEVICE}:c0ffee" and {f"{DEVICE}:1001", "IP24-77:9"} < set(shown)
    assert dom.text(dom.by_id(page, "alarms-badge")) == "Alarms: 3"
    every = dom.by_id(page, "alarms-all").get("href")
    assert set(codes(dom.parse(boss.get(every).text))) == {key.partition(":")[2] for key in shown}
    assert dom.by_id(page, "alarms-log").get("href") == f"/update/admin/log?whose={DEVICE}"


def test_nothing_is_wrong():
    with Server(CONFIG) as s:
        s.poll(settled())
        wait_for(lambda: SN in s.cli("devices", "--json").stdout, what="the device is known")
        boss = Admin(s).sign_in()
        if "0 nobody" not in dom.text(dom.by_id(look(boss), "alarms-count")):
            pytest.skip(f"this machine has alarms of its own: {s.cli('alarms').stdout}")
        assert dom.by_id(look(boss), "all-quiet") is not None
        assert "There was no alarm yet" in boss.page("alarms", show="all")
        assert dom.number(dom.parse(boss.page("")), "alarms") == 0 and 'id="active-alarms"' not in boss.page("")
        device = dom.parse(boss.page("device", sn=SN))
        assert "No alarm of it is known" in dom.text(dom.by_id(device, "alarms"))
        assert dom.by_id(device, "alarms-badge") is None and dom.by_id(device, "alarms-log") is not None
