# SPDX-License-Identifier: ISC
"""
Signing in in a real browser: the form and its refusals, where it leads, signing out, the default password, the
language, roles, and all of it without scripts.
"""
import re

import pytest

from lib.admin import PASSWORD, USER, Admin
from lib.office import FIRST, OWN_CA, Office, office_config, phone
from lib.pki import Ca
from lib.server import config
from lib.wait import wait_for

OTHERS = "somebody else's 1"


@pytest.fixture(scope="module")
def office(tmp_path_factory, pki):
    folder = tmp_path_factory.mktemp("sign")
    with Office(ca=Ca(folder, OWN_CA), pki=pki.folder) as server:
        yield server.fill(3)


@pytest.fixture(scope="module")
def boss(office):
    return Admin(office).sign_in()


@pytest.fixture
def page(browser, office):
    return browser.at(office)


# ---- the form ----

def test_one_is_led_to_what_one_wanted(page):
    page.go("devices", q="empfang")
    assert page.here.startswith("sign-in?next="), page.here
    assert not page.there("header #user") and not page.there("nav.pages"), "nothing is told before"
    page.sign_in()
    assert page.here == "devices?q=empfang", page.here
    assert page.text("header #user") == USER and page.there(f"#d-{FIRST}")


def test_a_wrong_password(page, office):
    page.go()
    page.sign_in(password="not this one")
    assert page.here.startswith("sign-in")
    first = page.text(".notice.bad")
    assert "not this one" not in page.driver.page_source, "what was typed is not sent back"
    assert page.find('[name="password"]').get_attribute("value") == ""
    page.go()
    page.sign_in(user="nobody-knows-him", password="not this one")
    assert page.text(".notice.bad") == first, "the same words whether there is such a user or not"
    page.sign_in()
    assert page.text("header #user") == USER
    assert PASSWORD not in office.log() and "not this one" not in office.cli("audit").stdout


def test_it_does_not_lead_elsewhere(page, office):
    """Who has just typed a password is not sent to somebody else's page."""
    for target in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)",
                   "http:/update/admin/", "/update/admin/../../etc", "/update/admin//evil.example",
                   "/update/admin/\r\nX: y", "/update/administrator"):
        reply = Admin(office).try_sign_in(USER, PASSWORD, next=target)
        to = reply.header("location")
        assert to == "/update/admin/" or reply.status == 400, f"{target}: {to}"
        assert not reply.header("x")
    page.go("sign-in", next="//evil.example/")
    page.sign_in()
    assert page.driver.current_url == page.url()


def test_signing_out(page, boss):
    page.be(Admin(boss.server).sign_in()).go("devices")
    page.submit("#sign-out")
    assert page.here.startswith("sign-in"), page.here
    page.driver.back()
    page.wait(lambda: page.here.startswith("sign-in"), what="nothing is shown from the history")
    page.go("devices")
    assert page.here.startswith("sign-in")


def test_cookies_of_a_session(page):
    page.go()
    page.sign_in()
    cookies = [c for c in page.command("Network.getAllCookies")["cookies"] if "language" not in c["name"]]
    assert len(cookies) == 1, cookies
    cookie = cookies[0]
    assert cookie["name"].startswith("__Host-") and cookie["secure"] and cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict" and cookie["path"] == "/" and cookie["session"], cookie
    assert page.run("return document.cookie") == ""


def test_somebody_tries_many(browser):
    """After some refusals it says to wait, also to who knows the password."""
    with Office(office_config()) as server:
        thief = Admin(server)
        wait_for(lambda: thief.try_sign_in(USER, "not this one").status == 429, 20, "to be told to wait")
        page = browser.at(server).go()
        # The first time one does not wait long: it may be over before a slow machine has shown the page.
        wait_for(lambda: thief.try_sign_in(USER, "not this one").status == 403, 20)
        page.sign_in()
        assert page.find("#sign-wrong").get_attribute("data-wrong") == "wait"
        assert re.search(r"[0-9]", page.text("#sign-wrong")), "it says how long"
        reply = thief.try_sign_in(USER, PASSWORD)
        assert reply.status == 429 and int(reply.header("retry-after")) > 0


# ---- the default password, plain HTTP ----

def test_the_default_password_is_complained_about(browser):
    with Office(config('<master info=""/>', '<status dir="status"/>')) as server:
        page = browser.at(server).go()
        page.sign_in("admin", "password")
        for path in ("", "devices", "users", "audit"):
            assert page.go(path).there('[data-notice="default-password"]'), path
        cookie = page.command("Network.getAllCookies")["cookies"][0]
        assert not cookie["secure"] and cookie["httpOnly"] and cookie["sameSite"] == "Strict", cookie


def test_the_default_password_from_elsewhere(office):
    """A proxy on this machine makes nobody local."""
    with Office(config('<master info=""/>', '<status dir="status"/>')) as server:
        for header in (("X-Forwarded-For", "192.0.2.1"), ("Forwarded", "for=192.0.2.1"), ("Via", "1.1 x")):
            reply = Admin(server).try_sign_in("admin", "password", headers=[header])
            assert reply.status == 403 and not reply.header("set-cookie"), f"{header}: {reply.status}"
        assert Admin(server).try_sign_in("admin", "password").status == 303


def test_a_browser_is_sent_to_https(browser, office):
    page = browser.at(office, "http").go("devices", q="a")
    https = browser.at(office)
    assert https.here.startswith("sign-in?next=") and "devices" in https.here, page.driver.current_url


# ---- language ----

def test_german(page, boss):
    page.be(boss).go("devices")
    assert page.find("html").get_attribute("lang") == "en"
    page.link("Deutsch")
    assert page.here == "devices" and page.find("html").get_attribute("lang") == "de"
    assert "Geräte" in page.text("nav.pages") and "Abmelden" in page.text("header")
    page.go("device", sn=FIRST)
    assert page.find("html").get_attribute("lang") == "de"
    page.link("English")
    assert page.find("html").get_attribute("lang") == "en" and FIRST in page.text("#sn")


def test_the_language_of_the_browser(page, boss):
    page.be(boss)
    page.command("Network.enable")
    for wanted, got in (("de-AT,de;q=0.9,en;q=0.8", "de"), ("fr", "en"), ("en-GB,de;q=0.2", "en")):
        page.command("Network.setExtraHTTPHeaders", headers={"Accept-Language": wanted})
        assert page.go().find("html").get_attribute("lang") == got, wanted
    page.command("Network.setExtraHTTPHeaders", headers={})


# ---- roles ----

def test_roles(page, boss):
    viewer, operator = (boss.make_user(f"r-{role}", role, OTHERS) for role in ("viewer", "operator"))
    for somebody, role, acts, others in ((viewer, "viewer", False, False), (operator, "operator", True, False),
                                         (boss, "administrator", True, True)):
        page.fresh().at(page.server).be(somebody).go("devices")
        assert page.text("#role") == role
        assert bool(page.all("#devices input[type=checkbox]")) == acts, role
        page.go("device", sn=FIRST)
        assert page.there("#act") == acts, role
        page.go("users")
        assert page.there("form[action$='users/password']") == (somebody is not boss), "his stands in the configuration"
        assert page.there("form[action$='users/save']") == others, role
    for somebody in (viewer, operator):
        assert somebody.post("users/save", name="x", role="administrator", password=OTHERS,
                             again=OTHERS).status == 403
    assert viewer.post("device/act", action="forget", sn=FIRST, sure="1").status == 403
    assert boss.get("device", sn=FIRST).status == 200


# ---- without scripts ----

def test_without_scripts(page, office):
    """Sign in, filter, sort, act: plain links and forms."""
    office.asks(phone(77))
    sn = phone(77)["sn"]
    page.allow_scripts(False).go()
    page.sign_in()
    page.go("devices")
    assert page.find(f"#d-{FIRST}").text
    page.fill("q", sn)
    page.submit("#filter")
    assert [r.get_attribute("id") for r in page.all("#devices tbody tr")] == [f"d-{sn}"]
    page.find(f"#d-{sn} input[type=checkbox]").click()
    page.click("button[name=action][value=forget]")
    assert sn in page.text("#confirm, main")
    page.click("#sure")
    assert sn not in {d["sn"] for d in office.devices()}
    page.link("Deutsch")
    assert page.find("html").get_attribute("lang") == "de"
    page.submit("#sign-out")
    assert page.here.startswith("sign-in")


def test_a_session_that_ended_elsewhere(page, boss, office):
    """The list says so instead of going on as if it were live."""
    somebody = Admin(office).sign_in()
    page.be(somebody).go("devices")
    page.wait(lambda: page.find("#devices-live").get_attribute("data-state") == "on", what="it is live")
    somebody.post("sign-out")
    page.wait(lambda: "signed out" in page.text("#live"), what="it says that one is signed out")
    assert page.find("#devices-live").get_attribute("data-state") == "off"
    assert boss.get("").status == 200, "the others are not"
