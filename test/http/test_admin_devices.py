# SPDX-License-Identifier: ISC
"""
The list of devices without a browser: what a row says, that the address says all of what is asked for, what the
script of the page is sent, what may be done to many at once, and exports. The browser's side of it is in
test/browser/test_devices.py.
"""
import csv
import fcntl
import io
import json
import re
from contextlib import contextmanager

import pytest

from lib import dom, signer
from lib.admin import Admin
from lib.device import query
from lib.office import BOOTCODE, FIRMWARE, FIRST, MISSING, OWN_CA, STAGING, Office, missing_phones, phone
from lib.pki import Ca
from lib.server import Server, config
from lib.wait import wait_for

PHONES = 30
ALL = PHONES + 2
EVIL = "<script>alert(1)</script>\"'&<b>"
FORMULA = "=HYPERLINK(\"x\"),y"
LONG = "x" * 500


def xml(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return tmp_path_factory.mktemp("list")


@pytest.fixture(scope="module")
def office(work):
    with Office(ca=Ca(work, OWN_CA), old=missing_phones(work / "old")) as server:
        server.fill(PHONES)
        server.answers(phone(1)["sn"], f'<info name="{xml(EVIL)}"><sys version="{LONG}"/></info>')
        server.answers(phone(2)["sn"], f'<info name="{xml(FORMULA)}"/>')
        wait_for(lambda: all(d["seen"] for d in server.devices() if d["sn"] != MISSING), 5, "all are seen")
        yield server


@pytest.fixture(scope="module")
def boss(office):
    return Admin(office).sign_in()


@pytest.fixture(scope="module")
def viewer(boss):
    return boss.make_user("vera", "viewer")


@pytest.fixture(scope="module")
def operator(boss):
    return boss.make_user("olaf", "operator")


def listed(who, **arguments):
    return dom.parse(who.page("devices", **arguments))


def rows(page):
    body = dom.by_id(page, "devices-rows")
    return [] if body is None else [tr.get("data-sn") for tr in body.findall("tr")]


def cell(page, sn, column):
    return dom.by_id(page, f"d-{sn}").find(f"*[@class='c-{column}']")


def href(element):
    return element.find(".//a").get("href")


@contextmanager
def forgotten(who, *sns):
    """The others find the fleet as it was."""
    try:
        yield
    finally:
        who.post("devices/act", action="forget", sn=sns, sure="1")


# ---- rows ----

def test_a_row(boss):
    page = listed(boss, q=FIRST)
    assert rows(page) == [FIRST]
    device = cell(page, FIRST, "device")
    assert device.tag == "th" and device.get("scope") == "row"
    assert dom.text(device) == f"{FIRST} IP232 IP232-50-00-00"
    assert href(device) == f"/update/admin/device?sn={FIRST}"
    assert dom.text(cell(page, FIRST, "name")) == "Empfang"
    assert dom.text(cell(page, FIRST, "address")) == "10.50.0.0 from 127.0.0.1"
    assert href(cell(page, FIRST, "address")) == "https://10.50.0.0/"
    assert "update" in dom.text(cell(page, FIRST, "phase")) and "office" in dom.text(cell(page, FIRST, "phase"))
    seen = cell(page, FIRST, "seen").find(".//time")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", seen.get("datetime"))
    assert "device/backup?" in href(cell(page, FIRST, "backup"))
    assert boss.get(href(cell(page, FIRST, "backup"))).status == 200
    builds = {b.get("data-build"): b for b in cell(page, FIRST, "builds").findall(".//div[@data-build]")}
    assert builds["firmware"].get("data-state") == "loading"
    assert "99999" in dom.text(builds["firmware"]) and FIRMWARE in dom.text(builds["firmware"])
    assert builds["bootcode"].get("data-state") == "current" and BOOTCODE in dom.text(builds["bootcode"])
    assert "13r3 IP232[13.5678]" in dom.text(cell(page, FIRST, "values"))


def test_a_settled_row(boss):
    sn = phone(3)["sn"]
    page = listed(boss, q=sn)
    assert "settled" in dom.text(cell(page, sn, "phase"))
    assert dom.text(cell(page, sn, "scripts")).startswith("2")
    assert cell(page, sn, "cert").find(".//time") is not None
    assert "Company CA" in dom.text(cell(page, sn, "values"))


def test_missing_is_a_class_and_a_word(boss):
    page = listed(boss)
    row = dom.by_id(page, f"d-{MISSING}")
    assert row.get("class") == "missing" and "missing" in dom.text(cell(page, MISSING, "seen"))
    assert dom.by_id(page, f"d-{FIRST}").get("class") is None
    assert dom.number(page, "missing") == 1 and dom.number(page, "matches") == ALL
    there = page.find(".//a[@data-n='missing']").get("href")
    assert rows(dom.parse(boss.page(there))) == [MISSING]


def test_what_devices_say_is_text(boss, office):
    sn = phone(1)["sn"]
    reply = boss.page("devices", q=sn)
    assert "<script>alert" not in reply and "<b>" not in reply.split("devices-rows")[1]
    page = dom.parse(reply)
    assert dom.text(cell(page, sn, "name")) == EVIL
    value = cell(page, sn, "values").findall(".//dd")[-1]
    assert value.get("title") == LONG and len(dom.text(value)) < 200


@pytest.mark.parametrize("i,ip,link", [
    (77, "fe80::1%25eth0", None), (78, "2001:db8::7", "https://[2001:db8::7]/"),
    (79, "192.0.2.7", "https://192.0.2.7/")])
def test_only_an_address_is_a_link(boss, office, i, ip, link):
    sn = phone(i)["sn"]
    with forgotten(boss, sn):
        office.asks(phone(i, ip=ip))
        wait_for(lambda: rows(listed(boss, q=sn)), 5)
        links = [a.get("href") for a in cell(listed(boss, q=sn), sn, "address").findall(".//a")]
        assert links == ([link] if link else [])


def test_plain_links_and_no_columns():
    with Server(config('<master info="" user="admin" password="a good one 4711"/>',
                       '<status dir="status" usehttpsdevlinks="false"/>')) as server:
        boss = Admin(server).sign_in()
        assert dom.by_id(listed(boss), "no-device") is not None
        server.poll(query(phone(1, env=None)))
        wait_for(lambda: rows(listed(boss)), 5)
        assert href(cell(listed(boss), phone(1)["sn"], "address")) == "http://10.50.0.1/"
        heads = {th.get("class") for th in dom.by_id(listed(boss), "devices").findall("thead/tr/th")}
        assert not heads & {"c-cert", "c-backup", "c-values"}, "what is switched off has no column"


# ---- what is asked for ----

def test_nothing_fits(boss):
    page = listed(boss, q="no-such-thing", sort="name")
    empty = dom.by_id(page, "no-match")
    assert empty is not None and dom.by_id(page, "devices") is None
    assert rows(dom.parse(boss.page(href(empty))))
    clear = dom.by_id(page, "filter-clear").get("href")
    assert clear == "/update/admin/devices?sort=name"


@pytest.mark.parametrize("wrong,says", [("w" * 300, "300 bytes"), ("a " * 40, "32 words"), ("10.0.0.0/99", "32")])
def test_a_wrong_filter(boss, wrong, says):
    reply = boss.get("devices", q=wrong)
    assert reply.status == 200
    page = dom.parse(reply.text)
    assert says in dom.text(dom.by_id(page, "filter-wrong"))
    assert dom.by_id(page, "devices") is None and dom.by_id(page, "no-match") is None
    assert dom.by_id(page, "q").get("value") == wrong.strip()
    for form in ("csv", "json"):
        reply = boss.get(f"devices.{form}", q=wrong)
        assert reply.status == 400 and says in reply.text


def test_links_keep_what_is_asked_for(boss):
    page = listed(boss, q="10.50.0.0/16", sort="ip", dir="desc", per=25, page=1)
    links = [a.get("href") for a in page.iter("a") if "/devices" in a.get("href") and "10.50" in a.get("href")]
    assert len(links) > 10
    sorts = page.findall(".//a[@data-sort]")
    assert all("q=10.50.0.0%2F16" in a.get("href") and "per=25" in a.get("href") for a in sorts)
    mine = [a.get("href") for a in sorts if a.get("data-sort") == "ip"]
    assert len(mine) == 1 and "sort=ip" in mine[0] and "dir=desc" not in mine[0], "the other way round"
    assert dom.by_id(page, "devices").findall("thead/tr/th[@aria-sort='descending']")
    step = dom.by_id(page, "step-next").get("href")
    assert all(x in step for x in ("q=10.50", "sort=ip", "dir=desc", "per=25", "page=2"))
    hidden = {i.get("name"): i.get("value") for i in dom.by_id(page, "filter").iter("input") if i.get("type") == "hidden"}
    assert hidden == {"sort": "ip", "dir": "desc", "per": "25"}
    exported = dom.by_id(page, "export-csv").get("href")
    assert "sort=ip" in exported and "page=" not in exported


def test_pages(boss):
    first, second = listed(boss, per=25), listed(boss, per=25, page=2)
    assert len(rows(first)) == 25 and len(rows(second)) == ALL - 25
    assert not set(rows(first)) & set(rows(second))
    assert rows(listed(boss, per=25, page=99)) == rows(second), "behind the end is the last one"
    assert dom.by_id(first, "step-prev").tag == "span" and dom.by_id(second, "step-next").tag == "span"
    assert dom.by_id(second, "step-first").get("href") == "/update/admin/devices?per=25"
    hundred = [a for a in second.iter("a") if a.get("data-per") == "100"]
    assert hundred[0].get("href") == "/update/admin/devices?per=100"


@pytest.mark.parametrize("strange", [
    {"sort": "no-such-field"}, {"sort": "asked"}, {"sort": EVIL}, {"dir": "up"}, {"page": "0"}, {"page": "-1"},
    {"page": "1" * 40}, {"per": "7"}, {"per": "1000000"}, {"per": EVIL}, {"snippet": ""}, {"q": "   "}])
def test_what_makes_no_sense_counts_as_not_said(boss, strange):
    assert rows(listed(boss, **strange)) == rows(listed(boss))


def test_sorted_as_the_command_line_does(boss, office):
    for field in ("type", "realip", "name", "seen", "polls", "backup_at", "cert_until"):
        for words, args in (([], {}), (["--reverse"], {"dir": "desc"})):
            done = office.cli("devices", "--sort", field, "--json", *words)
            wanted = [d["sn"] for d in json.loads(done.stdout)["devices"]]
            assert rows(listed(boss, sort=field, **args)) == wanted, (field, args)


# ---- snippet ----

@pytest.mark.parametrize("name,use,fits", [
    ("update-all-all.txt", "used", lambda d: True),
    ("update-phone-office.txt", "used", lambda d: d["type"] in ("IP232", "IP222", "IP112")),
    ("update-ip222-all.txt", "used", lambda d: d["type"] == "IP222"),
    ("update-all-home.txt", "used", lambda d: d["sn"] == STAGING),
    (f"update-ip232-{FIRST.replace('-', '_')}.txt", "used", lambda d: d["sn"] == FIRST),
    ("update-phon-all.txt", "unused", lambda d: False),
    ("<i>.txt", "unused", lambda d: False),
])
def test_devices_of_a_snippet(boss, office, name, use, fits):
    page = listed(boss, snippet=name, per=200)
    notice = dom.by_id(page, "snippet")
    assert notice.get("data-use") in (use, "type") and name in dom.text(notice)
    known = [d for d in office.devices() if d["environments"] or d["sn"] != MISSING]
    assert {sn for sn in rows(page) if sn != MISSING} == {d["sn"] for d in known if fits(d) and d["sn"] != MISSING}
    assert dom.by_id(page, "snippet-without").get("href") == "/update/admin/devices?per=200"
    both = listed(boss, snippet=name, q=FIRST)
    assert rows(both) == ([FIRST] if FIRST in rows(page) else [])


# ---- for the script ----

def changes(who, **arguments):
    return who.get("devices/rows", live=1, **arguments)


def body_of(page):
    return dom.by_id(page, "devices-rows")


def test_only_what_changed_is_sent(boss, office):
    body = body_of(listed(boss, per=200))
    known = {"since": body.get("data-stamp"), "version": body.get("data-version"), "per": 200}
    # Somebody else's sightings may come in between: what is asked for until nothing is new.

    def nothing_new():
        reply = changes(boss, **known)
        if reply.status == 204:
            return reply
        fresh = body_of(dom.parse(reply.text))
        known.update(since=fresh.get("data-stamp"), version=fresh.get("data-version"))
        return None
    assert wait_for(nothing_new, 5).body == b""
    sn = phone(4)["sn"]
    office.answers(sn, '<info name="Vier"/>')

    def something_new():
        reply = changes(boss, **known)
        return reply if reply.status == 200 else None
    page = dom.parse(wait_for(something_new, 5).text)
    fresh = body_of(page)
    assert [tr.get("data-sn") for tr in fresh.findall("tr")] == [sn]
    assert dom.text(cell(page, sn, "name")) == "Vier"
    assert fresh.get("data-order").split() == body.get("data-order").split(), "the order is that of all"
    assert len(fresh.get("data-versions").split()) == ALL
    assert int(fresh.get("data-stamp")) > int(known["since"])
    assert dom.number(page, "matches") == ALL


@pytest.mark.parametrize("since", ["0", "", "x", "-5", "9" * 30, "99999999999"])
def test_who_knows_nothing_is_sent_all(boss, since):
    """Also who has a stamp that this store never gave: there was another one."""
    page = dom.parse(changes(boss, since=since, version="0").text)
    assert len(body_of(page).findall("tr")) == ALL


def test_other_arguments_count_there_too(boss):
    page = dom.parse(changes(boss, since=0, q=STAGING).text)
    assert rows(page) == [STAGING]
    nothing = dom.parse(changes(boss, since=0, q="no-such-thing").text)
    assert body_of(nothing) is None and nothing.get("data-matches") == "0"


def test_signed_out_scripts_are_told(office):
    assert changes(Admin(office), since=0).status == 401


# ---- many at once ----

def test_nothing_happens_without_selection(boss):
    reply = boss.post("devices/act", action="touch")
    assert reply.status == 400 and "No device is selected" in reply.text


@pytest.mark.parametrize("fields,status,says", [
    ({"action": "no-such-act", "sn": FIRST}, 400, "touch, forget, approve or drop-request"),
    ({"sn": FIRST}, 400, "does not say"),
    ({"action": "forget", "sn": "../x"}, 400, "letters, digits"),
    ({"action": "forget", "sn": [f"00-90-33-99-00-{i:03x}" for i in range(201)], "sure": "1"}, 400, "At most 200"),
])
def test_acts_that_are_refused(boss, fields, status, says):
    reply = boss.post("devices/act", **fields)
    assert reply.status == status and says in reply.text
    assert dom.number(listed(boss), "matches") == ALL


def test_a_viewer_only_looks(viewer):
    page = listed(viewer)
    assert rows(page) and dom.by_id(page, "devices-acts") is None
    assert not page.findall(".//input[@type='checkbox']")
    assert cell(page, FIRST, "backup").find(".//a") is None, "backups hold secrets"
    assert viewer.post("devices/act", action="forget", sn=FIRST, sure="1").status == 403
    assert viewer.get("devices.csv").status == 200


def test_it_is_asked_first(operator):
    """The devices are named, and what the list was asked for goes along."""
    sns = [FIRST, phone(5)["sn"]]
    reply = operator.post("devices/act", action="forget", sn=sns, q="10.50.0.0/16", sort="ip", per="25")
    assert reply.status == 200
    page = dom.parse(reply.text)
    main = dom.text(dom.by_id(page, "main"))
    assert all(sn in main for sn in sns) and "Empfang" in main
    fields = [(i.get("name"), i.get("value")) for i in dom.by_id(page, "confirm").iter("input")]
    assert [v for n, v in fields if n == "sn"] == sns
    assert {("q", "10.50.0.0/16"), ("sort", "ip"), ("per", "25"), ("sure", "1"), ("action", "forget")} <= set(fields)
    assert dom.by_id(page, "cancel").get("href") == "/update/admin/devices?q=10.50.0.0%2F16&sort=ip&per=25"
    assert set(sns) <= set(rows(listed(operator))), "nothing was done"


def test_how_many_is_asked(operator):
    for sns, title, button in (([FIRST], "Forget this device?", "Forget"),
                               ([FIRST, phone(5)["sn"]], "Forget 2 devices?", "Forget 2 devices")):
        page = dom.parse(operator.post("devices/act", action="forget", sn=sns).text)
        assert dom.text(page.find(".//h1")) == title and dom.text(dom.by_id(page, "sure")) == button


def test_all_that_match(operator):
    """They are named before anything is done; what is done is done to those that were named."""
    page = listed(operator, q="!missing", per="25")
    assert dom.by_id(page, "devices-matching") is not None
    assert dom.by_id(listed(operator, q=FIRST), "devices-matching") is None, "all are on this page"
    asked = dom.parse(operator.post("devices/act", action="touch", matching="1", q="!missing", per="25").text)
    sns = [i.get("value") for i in dom.by_id(asked, "confirm").iter("input") if i.get("name") == "sn"]
    assert len(sns) == dom.number(page, "matches") > 25
    assert operator.post("devices/act", action="touch", matching="1", sure="1").status == 400
    assert operator.post("devices/act", action="touch", matching="1", q="no:such").status == 400


def test_touch_and_forget(operator, office):
    new = [phone(0x2001), phone(0x2002)]
    for one in new:
        office.asks(one)
    sns = [one["sn"] for one in new]
    wait_for(lambda: rows(listed(operator, q="10.50.32.0/24")) == sns, 5)
    reply = operator.post("devices/act", action="touch", sn=[sns[0], sns[0]], sure="1", q="10.50.32.0/24")
    assert reply.status == 303
    there = reply.header("location")
    assert there == "/update/admin/devices?q=10.50.32.0%2F24&done=devices-touch"
    page = dom.parse(operator.page(there))
    assert page.findall(".//div[@data-notice='done.devices-touch']")
    assert operator.post("devices/act", action="forget", sn=sns, sure="1").status == 303
    wait_for(lambda: not rows(listed(operator, q="10.50.32.0/24")), 5)
    audit = json.loads(office.cli("audit", "--json").stdout)
    mine = [(e["what"], e["sn"]) for e in audit["audit"] if e["who"] == "olaf (operator) from 127.0.0.1" and e["sn"]]
    assert sorted(mine) == sorted([("device touch", sns[0]), *(("device forget", sn) for sn in sns)])


def test_what_was_touched_is_not_missing(work):
    """Nothing else calls here."""
    with Office(old=missing_phones(work / "other")) as server:
        boss = Admin(server).sign_in()
        assert rows(listed(boss, q="missing")) == [MISSING]
        assert boss.post("devices/act", action="touch", sn=MISSING, sure="1").status == 303
        wait_for(lambda: not rows(listed(boss, q="missing")), 5)
        assert dom.by_id(listed(boss), f"d-{MISSING}").get("class") is None


def test_what_fails_is_named(operator, office, work):
    """One has a request, one has not."""
    device = signer.Phone(work)
    with forgotten(operator, device.sn):
        device.enrol(office)
        wait_for(lambda: rows(listed(operator, q="cert:approval")) == [device.sn], 5)
        reply = operator.post("devices/act", action="approve", sn=[FIRST, device.sn])
        main = dom.text(dom.by_id(dom.parse(reply.text), "main"))
        assert device.digest[:16] in main and "no request is here" in main
        # As the page that asks has it: a digest stands behind the device that it is of.
        reply = operator.post("devices/act", action="approve", sn=[FIRST, device.sn], digest=device.digest, sure="1")
        assert reply.status == 200
        page = dom.parse(reply.text)
        failed = dom.by_id(page, "failed").findall("li")
        assert [li.get("data-sn") for li in failed] == [FIRST]
        assert dom.by_id(page, "outcome").get("data-done") == "1"
        assert "X509/REQUESTRESPONSE/00000" in device.poll(office).text


def test_only_the_request_that_was_seen_is_signed(operator, office, work):
    device = signer.Phone(work)
    with forgotten(operator, device.sn):
        device.enrol(office)
        wait_for(lambda: rows(listed(operator, q="cert:approval")) == [device.sn], 5)
        for seen in ({"digest": "0" * 64}, {"digest": ""}, {}):
            reply = operator.post("devices/act", action="approve", sn=device.sn, sure="1", **seen)
            assert reply.status == 200
            assert dom.by_id(dom.parse(reply.text), "failed").find("li").get("data-sn") == device.sn
        assert rows(listed(operator, q="cert:approval")) == [device.sn], "a request was signed that nobody saw"
        reply = operator.post("devices/act", action="drop-request", sn=device.sn, sure="1")
        assert reply.status == 303 and "done=devices-drop" in reply.header("location")
        wait_for(lambda: not rows(listed(operator, q="cert:approval")), 5)


# ---- exports ----

def test_csv(boss, office):
    reply = boss.get("devices.csv")
    assert reply.status == 200 and reply.header("content-type") == "text/csv; charset=utf-8"
    assert reply.header("content-disposition") == 'attachment; filename="devices.csv"'
    assert reply.body.endswith(b"\r\n") and b"\n" not in reply.body.replace(b"\r\n", b"")
    table = list(csv.DictReader(io.StringIO(reply.text)))
    assert len(table) == ALL
    assert reply.text.split("\r\n")[0] == office.cli("devices", "--csv", "--show").stdout.split("\n")[0].strip()
    by_sn = {row["sn"]: row for row in table}
    assert by_sn[phone(2)["sn"]]["name"] == "'" + FORMULA, "no spreadsheet calculates it"
    assert by_sn[phone(1)["sn"]]["name"] == EVIL and by_sn[phone(1)["sn"]]["admin: Version"] == LONG
    assert by_sn[phone(3)["sn"]]["certificates: Issuer"] == "Company CA"
    assert by_sn[FIRST]["asked"].startswith("http://update.example/update/update.php?"), "what the list does not need is there, too"


def test_json(boss, office):
    value = json.loads(boss.get("devices.json", q="type:ip232", sort="realip", dir="desc").text)
    done = json.loads(office.cli("devices", "type:ip232", "--sort", "realip", "--reverse", "--json", "--show").stdout)
    for both in (value, done):
        for device in both["devices"]:
            for moving in ("seen", "polls"):
                device.pop(moving)
    assert value == done


def test_without_values(boss):
    page = listed(boss, q="type:ip232")
    whole = list(csv.DictReader(io.StringIO(boss.get("devices.csv", q="type:ip232").text)))
    plain = list(csv.DictReader(io.StringIO(boss.page(dom.by_id(page, "export-csv-plain").get("href")))))
    assert [row["sn"] for row in plain] == [row["sn"] for row in whole]
    assert set(whole[0]) - set(plain[0]) == {name for name in whole[0] if ": " in name} != set()
    one = json.loads(boss.page(dom.by_id(page, "export-json-plain").get("href")))
    assert len(one["devices"]) == len(plain) and not [name for name in one["devices"][0] if ": " in name]
    assert boss.get("devices.csv", values="some").status == 400


def test_one_export_with_values_at_a_time(boss, office):
    with open(office.path / "run/export.lock", "w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        reply = boss.get("devices.csv")
        assert reply.status == 503 and int(reply.header("retry-after")) > 0
        assert "Another export with values" in reply.text
        assert boss.get("devices.csv", values="no").status == 200
    assert boss.get("devices.csv").status == 200


def test_exports_of_nothing(boss):
    assert json.loads(boss.get("devices.json", q="no-such-thing").text)["devices"] == []
    assert boss.get("devices.csv", q="no-such-thing").text.count("\r\n") == 1


# ---- German ----

def test_german(office):
    page = listed(Admin(office, language="de").sign_in())
    assert dom.text(page.find(".//h1")) == "Geräte"
    assert "vermisst" in dom.text(dom.by_id(page, "devices-count"))
    assert not re.search(r"\bdevices\.[a-z]", dom.text(page)), "a key in place of a text"
