# SPDX-License-Identifier: ISC
"""
The list of devices in a real browser: filter, sort, pages, what is live in it, the selection and what is done with
it, exports.
"""
import csv
import io
import json

import pytest
from selenium.webdriver.common.keys import Keys

from lib import signer
from lib.admin import Admin
from lib.faults import listed
from lib.office import FIRST, MISSING, OWN_CA, PHONES, STAGING, Office, missing_phones, office_config, phone
from lib.pki import Ca
from lib.wait import holds_for, wait_for

ALL = PHONES + 2
PER = 50


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return tmp_path_factory.mktemp("devices")


@pytest.fixture(scope="module")
def office(work, pki):
    with Office(ca=Ca(work, OWN_CA), old=missing_phones(work / "old"), pki=pki.folder) as server:
        yield server.fill()


@pytest.fixture(scope="module")
def boss(office):
    return Admin(office).sign_in()


@pytest.fixture
def page(browser, office, boss):
    return browser.at(office).be(boss)


def shown(page):
    """Serial numbers, as the rows stand."""
    return page.run("return [...document.querySelectorAll('#devices-rows tr')].map(r => r.dataset.sn)")


def count(page, what="matches"):
    return int("".join(c for c in page.text(f'[data-n="{what}"]') if c.isdigit()))


def cells(page, column):
    return page.texts(f"#devices-rows .c-{column}")


# ---- filter, sort, pages ----

def test_the_first_page(page):
    page.go("devices")
    assert count(page) == ALL and len(shown(page)) == PER
    assert shown(page) == sorted(shown(page))
    row = page.text(f"#d-{FIRST}")
    for words in ("Empfang", "IP232", "10.50.0.0", "office", "99999", "125678", "13r3"):
        assert words in row, f"{words}: {row}"


def test_pages(page):
    page.go("devices")
    seen = shown(page)
    while page.there("a#step-next"):
        page.click("#step-next")
        seen += shown(page)
    assert len(seen) == ALL and len(set(seen)) == ALL and seen == sorted(seen)
    assert "page=3" in page.here
    page.click("#step-first")
    assert shown(page) == seen[:PER]
    page.click("[data-per='200']")
    assert shown(page) == seen


@pytest.mark.parametrize("words,found", [
    ("empfang", [FIRST]),
    ("00:90:33:50:00:00", [FIRST]),
    ("IP6010", [STAGING]),
    ("missing", [MISSING]),
    ("phase:staging", [STAGING]),
    ("10.50.0.7/32", [phone(7)["sn"]]),
    ("ip232 !present", [MISSING]),
    ("no-such-device", []),
])
def test_filter(page, words, found):
    page.go("devices")
    page.fill("q", words)
    page.submit("#filter")
    assert shown(page) == found
    assert "q=" in page.here
    assert page.find("#q").get_attribute("value") == words, "it can be changed"
    page.driver.refresh()
    assert shown(page) == found, "the address says it all"
    if not found:
        assert page.there("#no-match")
        page.link("Show all devices" if "Show all devices" in page.text("#no-match") else
                  page.texts("#no-match a")[0], within="#no-match")
        assert count(page) == ALL


def test_a_filter_is_kept_on_the_way(page):
    page.go("devices", q="fw:loading")
    assert shown(page) == [phone(i)["sn"] for i in range(0, PHONES, 5)]
    page.click("[data-sort='name']")
    assert "q=fw%3Aloading" in page.here and "sort=name" in page.here
    assert len(shown(page)) == PHONES // 5
    page.click("#filter-clear")
    assert count(page) == ALL


def test_rows_do_not_move_while_one_is_ticked(page, office):
    """What stands in them changes all the same."""
    page.go("devices", q="10.50.0.0/29", sort="name")
    before = shown(page)
    first, last = before[0], before[-1]
    page.find(f"#d-{first} input").click()
    assert page.find("#devices-acts").is_displayed()
    office.answers(last, '<info name="Aaa"/>')
    page.wait(lambda: "Aaa" in page.text(f"#d-{last}"), what="the row to change")
    assert shown(page) == before
    page.find(f"#d-{first} input").click()
    page.run("document.querySelector('#devices-list').dispatchEvent(new PointerEvent('pointerleave'))")
    page.wait(lambda: shown(page)[0] == last, what="the row to go where it belongs")
    assert not page.find("#devices-acts").is_displayed()


def test_a_wrong_filter(page):
    page.go("devices", q="x" * 300)
    assert page.text("#filter-wrong") and not page.there("#devices")
    assert page.find("#q").get_attribute("aria-invalid") == "true"


def test_sort(page, office):
    """By what stands above a column, both ways; the order is that of the command line."""
    page.go("devices", per=200)
    for name in ("hwid", "firmware"):
        page.click(f"[data-sort='{name}']")
        assert f"sort={name}" in page.here and page.there('[aria-sort="ascending"]')
        done = office.cli("devices", "--sort", name, "--json")
        assert shown(page) == [d["sn"] for d in listed(done)], name
        page.click(f"[data-sort='{name}']")
        assert page.there('[aria-sort="descending"]')
        done = office.cli("devices", "--sort", name, "--reverse", "--json")
        assert shown(page) == [d["sn"] for d in listed(done)], name
    page.go("devices", sort="seen", per=200)
    assert shown(page)[0] == MISSING, "it was seen long before the others"


def test_missing_devices_look_so(page):
    page.go("devices", q=f"{MISSING}")
    assert "missing" in page.find(f"#d-{MISSING}").get_attribute("class").split()
    page.go("devices")
    other = page.find(f"#d-{FIRST}").value_of_css_property("background-color")
    page.go("devices", q="missing")
    cell = page.find(f"#d-{MISSING} td")
    looks = {page.find(f"#d-{MISSING}").value_of_css_property("background-color"),
             cell.value_of_css_property("background-color")}
    assert looks != {other}, "another colour"
    assert "missing" in page.text(f"#d-{MISSING}").lower(), "and not by colour alone"


# ---- live ----

def watch(page):
    """Counts what is asked for, and marks the rows that are there, to tell whether they were replaced."""
    page.run("""
        window.asked = [];
        const real = window.fetch;
        window.fetch = async (...a) => {
            const reply = await real(...a);
            const text = await reply.clone().text();
            window.asked.push([String(a[0]), reply.status, (text.match(/<tr\\b[^>]*data-sn="[^"]*"/g) || [])
                .map(t => t.match(/data-sn="([^"]*)"/)[1])]);
            return reply;
        };
        document.querySelectorAll('#devices-rows tr').forEach(r => { r.was = true; });
        window.was = true;""")


def asked(page):
    return page.run("return window.asked")


def test_a_row_changes_by_itself(page, office):
    """… and only that row is sent, and the page is not loaded anew."""
    i = 6
    sn = phone(i)["sn"]
    page.go("devices", per=200)
    page.wait(lambda: page.find("#devices-live").get_attribute("data-state") == "on", what="it is live")
    assert not page.text("#live"), "one thing says so"
    watch(page)
    page.find(f"#d-{phone(7)['sn']} input").click()
    office.answers(sn, '<info name="Neuer Name"/>')
    page.wait(lambda: "Neuer Name" in page.text(f"#d-{sn}"), what="the row to change")
    assert page.run("return window.was"), "the page was loaded anew"
    sent = [rows for _, status, rows in asked(page) if status == 200]
    assert sent and all(set(rows) <= {sn} for rows in sent), sent
    assert page.run("return document.querySelectorAll('#devices-rows tr').length") == ALL
    kept = page.run("return [...document.querySelectorAll('#devices-rows tr')].filter(r => r.was).length")
    assert kept >= ALL - 1, "the others were left alone"
    assert page.find(f"#d-{phone(7)['sn']} input").is_selected(), "what was ticked stays so"
    assert len(shown(page)) == ALL


def test_a_poll_moves_the_time(page, office):
    i = 8
    sn = phone(i)["sn"]
    page.go("devices", q=sn)
    before = page.find(f"#d-{sn} .c-seen time").get_attribute("data-at")
    wait_for(lambda: office.asks(phone(i)) and any(
        d["seen"] > int(before) for d in office.devices() if d["sn"] == sn), 5, "it was seen again")
    page.wait(lambda: page.find(f"#d-{sn} .c-seen time").get_attribute("data-at") > before,
              what="the time to move on")


def test_nothing_is_sent_when_nothing_changed(page):
    page.go("devices")
    watch(page)
    page.wait(lambda: len(asked(page)) >= 2, what="to be asked twice")
    assert {(status, len(rows)) for _, status, rows in asked(page)[-2:]} == {(204, 0)}, asked(page)
    assert all("live=1" in url for url, *_ in asked(page))


def test_a_new_device_appears(page, office, boss):
    new = phone(0x1000)
    page.go("devices", q="10.50.16.0/24")
    assert page.there("#no-match")
    watch(page)
    office.asks(new)
    page.find(f"#d-{new['sn']}")
    assert page.run("return window.was"), "the page was loaded anew"
    boss.post("device/act", action="forget", sn=new["sn"], sure="1")
    page.wait(lambda: not page.there(f"#d-{new['sn']}"), what="it to go again")


def test_what_was_missing_is_back(page, office):
    sn = MISSING
    page.go("devices", q=sn)
    watch(page)
    assert "missing" in (page.find(f"#d-{sn}").get_attribute("class") or "")
    office.asks({"type": "IP232", "sn": sn, "hwid": "IP232-60-00-01", "ip": "10.0.0.9", "phase": "update",
                 "polling": "0"})
    page.wait(lambda: "missing" not in (page.find(f"#d-{sn}").get_attribute("class") or ""), what="it to be back")


def test_live_can_be_switched_off(page, office):
    page.go("devices", q=FIRST)
    page.find("#devices-live").click()
    assert page.find("#devices-live").get_attribute("aria-pressed") == "false"
    watch(page)
    office.answers(FIRST, '<info name="Empfang 2"><sys version="13r3 IP232[13.5678]"/></info>')
    wait_for(lambda: any(d["name"] == "Empfang 2" for d in office.devices()), 5)
    holds_for(lambda: not asked(page), 2.2, "it asks although it should not")
    page.find("#devices-live").click()
    page.wait(lambda: "Empfang 2" in page.text(f"#d-{FIRST}"), what="it to go on")
    office.answers(FIRST, '<info name="Empfang"><sys version="13r3 IP232[13.5678]"/></info>')


def test_the_server_is_away(browser, work):
    """The list stays, and says that it is not live."""
    with Office(office_config()) as server:
        server.fill(3)
        page = browser.at(server).be(Admin(server).sign_in()).go("devices")
        page.wait(lambda: page.find("#devices-live").get_attribute("data-state") == "on", what="it is live")
        server.stop()
        page.wait(lambda: page.text("#live"), what="it says that it is not live")
        assert page.find("#devices-live").get_attribute("data-state") == "off"
        assert len(shown(page)) == 4


# ---- selection ----

def test_forget_two(page, office, boss):
    new = [phone(0x1101), phone(0x1102), phone(0x1103)]
    for one in new:
        office.asks(one)
    page.go("devices", q="10.50.17.0/24")
    page.wait(lambda: len(shown(page)) == 3, what="three devices")
    for one in new[:2]:
        page.find(f"#d-{one['sn']} input[type=checkbox]").click()
    assert "2" in page.text("#devices-selected")
    page.click("#devices-acts [value=forget]")
    asked_for = page.text("main")
    assert new[0]["sn"] in asked_for and new[1]["sn"] in asked_for and new[2]["sn"] not in asked_for
    page.click("#cancel")
    assert "q=10.50.17.0" in page.here and len(shown(page)) == 3, "nothing was done"
    for one in new[:2]:
        page.find(f"#d-{one['sn']} input[type=checkbox]").click()
    page.click("#devices-acts [value=forget]")
    page.click("#sure")
    assert page.there(".notice.good") and "q=10.50.17.0" in page.here
    page.wait(lambda: shown(page) == [new[2]["sn"]], what="the third one to be left")
    text = boss.page("audit")
    assert new[0]["sn"] in text and new[1]["sn"] in text


def test_select_all(page):
    page.go("devices", q="10.50.0.0/29")
    page.find("#devices-all").click()
    assert page.run("return [...document.querySelectorAll('#devices-rows input')].every(i => i.checked)")
    assert "8" in page.text("#devices-selected")
    page.find("#devices-all").click()
    assert page.run("return [...document.querySelectorAll('#devices-rows input')].every(i => !i.checked)")


def test_nothing_is_selected(page):
    page.go("devices")
    buttons = page.all("#devices-acts button")
    assert buttons
    if all(b.is_enabled() for b in buttons):
        page.click("#devices-acts [value=touch]")
        assert page.find("#fail").get_attribute("data-status") == "400"


def test_approve_from_the_list(page, office, work):
    """Two requests at once; the devices are sent their certificates."""
    phones = [signer.Phone(work).enrol(office) for _ in range(2)]
    page.go("devices", q="cert:approval")
    page.wait(lambda: set(shown(page)) == {p.sn for p in phones}, what="two that wait")
    page.find("#devices-all").click()
    page.click("#devices-acts [value=approve]")
    assert all(p.digest[:12] in page.text("main") for p in phones), "what is signed is told"
    page.click("#sure")
    page.find(".notice.good")
    for device in phones:
        assert "X509/REQUESTRESPONSE/00000" in device.poll(office).text


# ---- exports ----

def test_exports(page, boss):
    page.go("devices", q="type:ip232 fw:loading", sort="realip")
    wanted = shown(page)
    links = {name: page.find(f"#export-{name}").get_attribute("href").removeprefix(page.root)
             for name in ("csv", "json")}
    table = list(csv.DictReader(io.StringIO(boss.get(links["csv"]).text.removeprefix("\ufeff"))))
    value = json.loads(boss.get(links["json"]).text)
    assert [row.get("sn") or row.get("SN") for row in table] == wanted
    assert [d["sn"] for d in value["devices"]] == wanted
    assert value["shown"] == len(wanted)


# ---- keys ----

def test_by_keys_alone(page):
    """The filter, a row, the page of the device and back."""
    page.go("devices")
    page.find("#q").send_keys("empfang")
    page.leave(lambda: page.keys(Keys.ENTER))
    assert shown(page) == [FIRST]
    for _ in range(60):
        page.keys(Keys.TAB)
        if page.focused().get_attribute("href") and FIRST in page.focused().get_attribute("href"):
            break
    page.leave(lambda: page.keys(Keys.ENTER))
    assert page.text("#sn") == FIRST
