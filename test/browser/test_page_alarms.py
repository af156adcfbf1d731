# SPDX-License-Identifier: ISC
"""Alarms and the log in a real browser: what comes while one looks, taking note, and times of the reader's zone."""
import re
from datetime import datetime, timezone

import pytest
from selenium.webdriver.common.keys import Keys

from lib import entries
from lib.admin import Admin
from lib.office import Office, office_config, phone
from lib.wait import holds_for

DEVICE = phone(0)["hwid"]
LONG = 25  # seconds: the list of alarms is looked at every ten


@pytest.fixture(scope="module")
def office():
    with Office(office_config('<logs rate="10000"/>')) as server:
        yield server.fill(3)


@pytest.fixture(scope="module")
def boss(office):
    return Admin(office).sign_in()


@pytest.fixture
def page(browser, office, boss):
    return browser.at(office).be(boss)


def log(office, text):
    assert entries.send(office, entries.entry(text, DEVICE)).status == 200


def mark(page):
    """Tells afterwards whether the page was loaded anew."""
    page.run("window.was = true")


def texts(page):
    return page.texts("#log-rows .text")


# ---- alarms ----

def test_an_alarm_comes_and_goes(page, office):
    page.go("alarms", q="live1").find("#alarms-list")
    mark(page)
    entries.raise_alarm(office, "live1", DEVICE)
    row = f"tr[data-alarm='{DEVICE}:live1']"
    page.find(row, LONG)
    assert "active" in page.text(row)
    entries.raise_alarm(office, "live1", DEVICE, event="clear")
    page.wait(lambda: not page.there(row), LONG, "it to go")
    assert page.run("return window.was"), "the page was loaded anew"


def test_taking_note_of_some(page, office):
    for code in ("take1", "take2", "take3"):
        entries.raise_alarm(office, code, DEVICE)
    page.go("alarms", q="take")
    every = page.find("[data-all]")
    assert every.is_displayed() and not every.is_selected()
    every.click()
    boxes = page.all("#alarms [name=alarm]")
    assert len(boxes) == 3 and all(b.is_selected() for b in boxes)
    page.find("tr[data-alarm$=':take2'] [name=alarm]").click()
    assert page.run("return document.querySelector('[data-all]').indeterminate")
    page.fill("note", "Anna looks into it", within="#alarms-acts")
    page.click("#alarms-acts [value=note]")
    assert "noted" in page.text(".notice.good")
    assert "Anna looks into it" in page.text("tr[data-alarm$=':take1']")
    states = page.run("return [...document.querySelectorAll('#alarms tbody tr')]"
                      ".map(r => [r.dataset.alarm, r.dataset.state])")
    assert dict(states) == {f"{DEVICE}:take1": "noted", f"{DEVICE}:take2": "active", f"{DEVICE}:take3": "noted"}
    assert states[0][1] == "active", "what nobody has noted is first"


def test_what_is_ticked_and_typed_stays(page, office):
    """Also when another alarm comes first."""
    entries.raise_alarm(office, "stay1", DEVICE, severity="0")
    page.go("alarms", q="stay")
    page.find("tr[data-alarm$=':stay1'] [name=alarm]").click()
    page.fill("note", "half a sent", within="#alarms-acts")
    entries.raise_alarm(office, "stay2", DEVICE, severity="2")
    page.find("tr[data-alarm$=':stay2']", LONG)
    ticked = page.run("return [...document.querySelectorAll('[name=alarm]:checked')]"
                      ".map(b => b.closest('tr').dataset.alarm)")
    assert ticked == [f"{DEVICE}:stay1"]
    assert page.find("#note").get_attribute("value") == "half a sent"
    assert page.find("[data-all]").is_displayed()


def test_without_scripts(page, office):
    entries.raise_alarm(office, "plain1", DEVICE)
    page.allow_scripts(False).go("alarms", q="plain1")
    assert not page.find("[data-all]").is_displayed()
    page.find("#alarms [name=alarm]").click()
    page.click("#alarms-acts [value=note]")
    assert page.find("tr[data-alarm$=':plain1']").get_attribute("data-state") == "noted"
    log(office, "plain text")
    assert "plain text" in page.go("log").text("#log") and not page.find("#log-live").is_displayed()
    assert page.text("#zone") == "Times are UTC."


# ---- the log ----

def test_entries_come_by_themselves(page, office):
    log(office, "before")
    page.go("log")
    page.wait(lambda: page.find("#log-live").get_attribute("data-state") == "on", what="it is live")
    assert not page.text("#live"), "one thing says so"
    mark(page)
    count = len(texts(page))
    for i in range(3):
        log(office, f"live {i}")
    page.wait(lambda: len(texts(page)) == count + 3, what="three more")
    assert texts(page)[:4] == ["live 2", "live 1", "live 0", "before"]
    assert page.run("return window.was"), "the page was loaded anew"
    assert page.run("return document.querySelector('#log-rows time').dataset.zone") == "local"


def test_it_can_be_stopped(page, office):
    page.go("log", q="stopped")
    page.find("#log-live").click()
    assert page.find("#log-live").get_attribute("aria-pressed") == "false"
    log(office, "stopped 1")
    holds_for(lambda: not page.there("#log-rows"), 3, "it goes on although it should not")
    page.find("#log-live").click()
    page.wait(lambda: texts(page) == ["stopped 1"], what="it to go on")


def test_the_first_of_all(page, office):
    """Where nothing was found a table is made; what does not match does not come."""
    page.go("log", q="firstofall")
    assert page.there("#log-list .empty")
    log(office, "another one")
    log(office, "firstofall 1")
    page.wait(lambda: page.there("#log-rows") and texts(page) == ["firstofall 1"], what="the first one")
    log(office, "firstofall 2")
    page.wait(lambda: texts(page) == ["firstofall 2", "firstofall 1"], what="the second one")


def test_many_at_once(page, office):
    """More than are sent at once: what somebody sees who comes now, and the way to the others."""
    page.go("log", q="many")
    page.find("#log-live").click()
    for i in range(230):
        log(office, f"many {i}")
    page.find("#log-live").click()
    page.wait(lambda: page.there("#log-rows") and len(texts(page)) == 200, what="two hundred of them")
    assert texts(page)[0] == "many 229"
    page.click("#older")
    assert texts(page) == [f"many {i}" for i in range(29, -1, -1)]
    assert not page.there("#log-live") and not page.find("#older").is_displayed()
    page.click("#newest")
    assert texts(page)[0] == "many 229"


def test_a_page_does_not_grow_for_ever(page, office):
    for i in range(3):
        log(office, f"grow {i}")
    page.go("log", q="grow")
    page.find("#log-live").click()
    page.run("""
        const body = document.getElementById('log-rows'), one = body.rows[1];
        for (let i = 0; i < 1200; i++) body.insertBefore(one.cloneNode(true), one);""")
    log(office, "grow 3")
    page.find("#log-live").click()
    page.wait(lambda: len(texts(page)) == 1000, what="it to be shortened")
    assert texts(page)[0] == "grow 3"
    page.click("#older")
    assert texts(page) == ["grow 0"], "it goes on behind the last one that is left"
    assert "q=grow" in page.here


def test_times_are_of_the_readers_zone(page, office):
    log(office, "zone 1")
    page.command("Emulation.setTimezoneOverride", timezoneId="Asia/Kathmandu")
    try:
        page.go("log", q="zone", **{"from": "2026-03-01T10:00"})
        assert page.find("#from").get_attribute("value").startswith("2026-03-01T15:45")
        assert page.text("#zone") == "Times are of your time zone."
        page.submit("#search")
        assert re.search(r"from=2026-03-01T10%3A00%3A00&to=&?", page.here), page.here
        assert page.find("#from").get_attribute("value").startswith("2026-03-01T15:45"), "once, not twice"
        assert texts(page) == ["zone 1"]
        shown = page.text("#log-rows time")
        year = datetime.now(timezone.utc).year
        assert str(year) in shown or str(year + 1) in shown
    finally:
        page.command("Emulation.setTimezoneOverride", timezoneId="UTC")


def test_by_keys(page, office):
    """From the field to what it finds."""
    log(office, "keys 1")
    page.go("log")
    page.find("#q").send_keys("keys", Keys.ENTER)
    page.wait(lambda: "q=keys" in page.here, what="it to be looked for")
    page.wait(lambda: texts(page) == ["keys 1"], what="what it finds")


def test_signed_out(page, office):
    """Nothing comes any more, and that is said."""
    other = Admin(office).sign_in()
    page.fresh().at(office).be(other).go("log")
    page.wait(lambda: page.find("#log-live").get_attribute("data-state") == "on", what="it is live")
    other.post("sign-out")
    page.wait(lambda: "signed out" in page.text("#live"), what="it to be said")
    assert page.find("#log-live").get_attribute("data-state") == "off"
    page.read_log()
    page.complaints.clear()
