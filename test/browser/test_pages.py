# SPDX-License-Identifier: ISC
"""
Every page in a real browser: what only one page has; and of all of them that they can be read by everybody (axe-core,
WCAG 2.1 AA, light and dark), walked through by keys, and used on a narrow screen. Leaves a picture of each.
"""
import re
import subprocess

import pytest
from selenium.webdriver.common.keys import Keys

from lib import entries, signer
from lib.admin import PASSWORD, Admin
from lib.browser import NARROW, WIDE, keep_file
from lib.office import FIRST, MISSING, OWN_CA, STAGING, Office, missing_phones, office_config, phone
from lib.pki import Ca
from lib.server import config

OTHERS = "somebody else's 1"
PHONES = 14
# Each with the id of something that it must show.
PAGES = {
    "fleet": ("", "#fleet"),
    "devices": ("devices", "#devices"),
    "devices-none": ("devices?q=nothing-like-that", "#no-match"),
    "device": (f"device?sn={FIRST}", "#device"),
    "device-csr": ("device?sn={waiting}", "#csr"),
    "device-unknown": ("device?sn=00-11-22-33-44-55", "#unknown"),
    "plan": (f"device/plan?sn={STAGING}", "#would"),
    "diff": (f"device/diff?sn={FIRST}&a=0&b=1", "#lines"),
    "snippets": ("snippets", "#snippets"),
    "snippet": ("snippet?name=update-phone-office.txt", "#content"),
    "configuration": ("configuration", "#values"),
    "add": ("add?env=office&name=Keller", "#url-title"),
    "status": ("status", "#processes"),
    "alarms": ("alarms?show=all", "#alarms"),
    "alarms-quiet": ("alarms?q=nothing-like-that", "#alarms-list .empty"),
    "log": ("log", "#log"),
    "log-alarm": ("log?kind=alarm&from=2026-01-01", "#log"),
    "log-none": ("log?q=nothing-like-that", "#log-list .empty"),
    "statistics": ("statistics", "#days"),
    "statistics-nothing": ("statistics?month=2001-01", "#files"),
    "audit": ("audit", "#audit"),
    "users": ("users", "#accounts"),
    "fail": ("nothing-like-that", "#fail"),
}


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def office(work, pki):
    with Office(ca=Ca(work, OWN_CA), old=missing_phones(work / "old"), pki=pki.folder) as server:
        server.fill(PHONES)
        server.waiting = signer.Phone(work).enrol(server).sn
        report(server)
        yield server


def report(server):
    """What phones log, and alarms of each kind."""
    hwid = phone(0)["hwid"]
    for text in ("LOG_HTTP 3 TCP-Up", "SIP 2 register failed: 403 Forbidden"):
        entries.send(server, entries.entry(text, hwid))
    entries.raise_alarm(server, "c0ffee", hwid, details="<gk>pbx.example.org</gk>", text="Registration lost")
    entries.raise_alarm(server, "1001", phone(1)["hwid"], severity="0", text="PoE class 2")
    for event in ("alarm", "clear"):
        entries.raise_alarm(server, "1002", "IP24-77", event, severity="1", text="Trunk down")
    entries.raise_alarm(server, "1003", "IP24-77", "error", text="Restart")


@pytest.fixture(scope="module")
def boss(office):
    admin = Admin(office).sign_in()
    admin.make_user("anna", "operator", OTHERS)
    admin.post("device/act", action="touch", sn=STAGING, sure="1")
    page = admin.page("alarms", q="1001")
    box = re.search(r'name="alarm" value="([^"]*)"', page)[1]
    assert admin.post("alarms/act", act="note", alarm=box, note="Anna, Ticket 4711").status == 303
    return admin


@pytest.fixture
def page(browser, office, boss):
    return browser.at(office).be(boss)


def show(page, name):
    path, css = PAGES[name]
    page.driver.get(page.url() + path.format(waiting=page.server.waiting))
    page.find(css)
    return page


# ---- of every page ----

@pytest.mark.parametrize("name", [*PAGES, "sign-in"])
def test_everybody_can_read_it(page, axe, name):
    """In both themes; and it fits a narrow screen."""
    if name == "sign-in":
        page.fresh().go("sign-in").find("#sign-in")
    else:
        show(page, name)
    page.shots(name)
    for theme in ("light", "dark"):
        page.theme(theme)
        axe(page, f"{name}, {theme}")
    for size in (NARROW, WIDE):
        page.size(*size)
        assert not page.overflow(), f"{size}: {page.overflow()}"
    if name in ("devices", "device", "fleet", "alarms", "log"):  # these are quite other there
        page.size(*NARROW)
        axe(page, f"{name}, narrow")
    headings = page.run("return [...document.querySelectorAll('h1,h2,h3,h4,h5')].filter(h => h.offsetParent)"
                        ".map(h => +h.tagName[1])")
    assert headings.count(1) == 1 and headings[0] == 1, headings
    assert all(b <= a + 1 for a, b in zip(headings, headings[1:])), f"a level is left out: {headings}"
    assert page.driver.title.endswith("Rollcall") and len(page.driver.title) > len("Rollcall") + 3


# What the server says of particular things (messages of devices, entries of the audit) is in English.
PARTICULAR = "[lang=en], pre, code, .mono, [hidden], .line-text, #audit, #accounts, .skip"


@pytest.mark.parametrize("name", [n for n in PAGES if n != "fail"])
def test_in_german(page, name):
    """Nothing is left in English by mistake, and no text is missing."""
    page.driver.get(page.url() + "?lang=de")
    show(page, name)
    assert page.find("html").get_attribute("lang") == "de"
    english = page.run("""
        const left = [];
        const walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
        while (walk.nextNode())
            if (!walk.currentNode.parentElement.closest(arguments[0]))
                left.push(walk.currentNode.data.trim());
        return left.filter(t =>
            /\\b(the|and|of|is|are|with|from|not|devices|days?|ago|no)\\b(?!-)/i.test(t));""", PARTICULAR)
    assert not english, english
    keys = re.findall(r"\b(?:frame|nav|alarms|log|devices|device|fleet|snippets|configuration|add|statistics|audit|users|done|confirm)"
                      r"[.][a-z][a-z.-]+\b", page.text("main"))
    assert not [k for k in keys if not k.endswith((".txt", ".csv", ".org", ".com"))], f"keys without a text: {keys}"


@pytest.mark.parametrize("name", PAGES)
def test_a_walk_by_keys(page, name):
    """The first stop is the way past the navigation; then everything that can be used, in the order in which it stands,
    each with a mark; nobody is caught."""
    show(page, name)
    wanted = page.run("""
        const all = [...document.querySelectorAll(
            'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')];
        const order = all.filter(e => !e.disabled && e.tabIndex >= 0 && e.checkVisibility() &&
            !(e.closest('details:not([open])') && !e.closest('summary')));
        order.forEach((e, i) => { e.dataset.tab = i; });
        return order.length;""")
    most = min(wanted, 45)
    stops, without = [], []
    for _ in range(most):
        page.keys(Keys.TAB)
        stop, mark, html = page.run("""
            const e = document.activeElement, s = getComputedStyle(e);
            return [e.dataset.tab === undefined ? null : +e.dataset.tab,
                    (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none',
                    e.outerHTML.slice(0, 120)];""")
        if not stops or stop != stops[-1]:  # a field for a day is several stops in one
            stops.append(stop)
        if not mark:
            without.append(html)
    radios = page.run("return document.querySelectorAll('input[type=radio]').length")
    days = page.run("return document.querySelectorAll('input[type=date], input[type=datetime-local]').length")
    assert stops == sorted(s for s in stops if s is not None), stops
    assert days or len(stops) == most, stops
    assert radios or stops == list(range(len(stops))), stops
    assert not without, f"no mark: {without}"


def test_the_way_past_the_navigation(page):
    show(page, "devices")
    page.keys(Keys.TAB)
    assert page.focused().get_attribute("class") == "skip" and page.focused().is_displayed()
    page.keys(Keys.ENTER)
    assert page.focused().get_attribute("id") == "main"
    page.keys(Keys.TAB)
    assert page.run("return document.getElementById('main').contains(document.activeElement)")


def test_dark_is_dark(page):
    show(page, "devices")

    def brightness():
        colour = page.find("body").value_of_css_property("background-color")
        return sum(int(n) for n in re.findall(r"\d+", colour)[:3])
    light = page.theme("light") and brightness()
    dark = page.theme("dark") and brightness()
    assert light > 600 and dark < 200, (light, dark)


def test_on_paper(page):
    """The list without what nobody can press there."""
    show(page, "devices")
    page.command("Emulation.setEmulatedMedia", media="print")
    assert not page.find("#filter").is_displayed() and not page.find("nav.pages").is_displayed()
    assert not page.find("#devices-acts").is_displayed() and page.find("#devices").is_displayed()
    page.command("Emulation.setEmulatedMedia", media="")


def test_times_are_the_readers(page):
    """The page says UTC, the script the zone of the reader; the exact value is in the title."""
    page.command("Emulation.setTimezoneOverride", timezoneId="Asia/Kathmandu")
    show(page, "device")
    time = page.find("#contact time")
    assert re.search(r"\bago\b", time.text)
    assert "5:45" in time.get_attribute("title"), time.get_attribute("title")
    page.allow_scripts(False)
    show(page, "device")
    assert "UTC" in page.find("#contact time").get_attribute("title")
    page.command("Emulation.setTimezoneOverride", timezoneId="")


# ---- fleet ----

def test_each_number_leads_to_its_list(page):
    show(page, "fleet")
    links = page.run("""return [...document.querySelectorAll('#fleet a[data-n]')].map(a =>
        [a.dataset.n, a.getAttribute('href'), a.innerText])""")
    assert len(links) >= 8, links
    for name, href, text in links:
        number = int(re.sub(r"[^0-9]", "", text.splitlines()[0]) or 0)
        if "/devices?" not in href and not href.endswith("/devices"):
            continue
        if name in ("polls",):
            continue
        page.driver.get(page.root + href)
        if number == 0:
            assert page.there("#no-match, #no-device"), f"{name}: {href}"
        else:
            found = int(re.sub(r"[^0-9]", "", page.text('[data-n="matches"]')))
            assert found == number, f"{name}: {text!r} leads to {found} at {href}"


def test_the_fleet_is_live(page, office):
    show(page, "fleet")
    charts = page.all("#fleet svg")
    assert charts
    bare = page.run("""return [...document.querySelectorAll('#fleet svg')].filter(s => s.checkVisibility() &&
        s.getAttribute('aria-hidden') !== 'true' && !s.getAttribute('aria-label') && !s.querySelector(':scope > title'))
        .map(s => s.outerHTML.slice(0, 200))""")
    assert not bare, f"charts that say nothing to who cannot see them: {bare}"
    before = page.find("html").get_attribute("data-now")
    office.asks(phone(1))
    page.wait(lambda: page.run("return window.rollcall.now()") > int(before), what="time to pass")
    assert page.text("#live")


# ---- snippets ----

def test_snippets(page):
    show(page, "snippets")
    rows = {r.get_attribute("data-snippet"): r.text for r in page.all("#snippets tbody tr")}
    assert set(rows) == {"update-all-all.txt", "update-phone-office.txt", "staging-all-all.txt", "update-gw-all.txt",
                         "update-phon-all.txt"}
    assert page.text('[data-snippet="update-phon-all.txt"] [data-n="nearest"]') == "update-phone-all.txt"
    page.click('[data-snippet="update-all-all.txt"] [data-n="devices"]')
    assert "snippet=update-all-all.txt" in page.here and page.there("#devices")
    show(page, "snippets")
    page.fill("q", "phone-office")
    page.submit("#search")
    assert [r.get_attribute("data-snippet") for r in page.all("#snippets tbody tr")] == ["update-phone-office.txt"]


def test_a_snippet(page):
    show(page, "snippet")
    assert "config add PHONE SIG /gk-addr pbx.example.org" in page.text("#content")
    assert int(re.sub(r"\D", "", page.text('[data-n="devices"]'))) >= PHONES


# ---- configuration ----

def test_configuration(page, office):
    show(page, "configuration")
    assert page.text("#values") and PASSWORD not in page.driver.page_source
    assert "125678" in page.text("#master") or "125678" in page.text("#values")
    page.driver.get(page.url() + "configuration?all=1")
    assert len(page.all("#values tr, #values dt")) > 40
    assert "fw/125678" in page.text("#findings"), "what `rollcall check` says"


def test_a_configuration_with_a_mistake(browser, work):
    """What was in force stays in force, and each page says so."""
    with Office(office_config()) as server:
        page = browser.at(server).be(Admin(server).sign_in())
        server.config(config('<times grace="soon"/>'))
        server.logged("grace")
        page.go("devices")
        page.wait(lambda: page.go("devices").there('[data-notice="configuration-bad"]'), what="it to be told")
        assert "grace" in page.text('[data-notice="configuration-bad"]')
        assert "grace" in page.go("configuration").text("#findings")


# ---- add a device ----

def decoded(path):
    done = subprocess.run(["zbarimg", "-q", "--raw", path], capture_output=True, text=True, timeout=30, check=True)
    return done.stdout.strip()


def test_add_a_device(page, office, work, boss):
    page.go("add")
    page.find("#choose [name=env][value=home]").click()
    page.fill("name", "Küche 3")
    page.submit("#choose")
    codes = page.texts("pre.code")
    url = page.text("#url")
    assert url.startswith(page.root + "/update/update.php?") and "env=home" in url, url
    assert sum(c.startswith("com.innovaphone.commands:") for c in codes) == 2, codes
    page.theme("dark")  # they are dark on white all the same
    for n, code in enumerate(page.all("svg.qr")):
        assert decoded(keep_file(work, f"code-{n}.png", code.screenshot_as_png)) in codes
    assert n == 3, "one of the URL, three for apps"
    script = boss.get(page.find("#script").get_attribute("href").removeprefix(page.root))
    assert script.status == 200 and script.header("content-disposition").startswith("attachment")
    assert "config add UP1 /url" in script.text and "config activate" in script.text
    told = office.get(url[url.index("/update/"):].replace("#", "%23"))
    assert told.status == 200 and "config add UP1 /url" in told.text, "the first contact is answered with the rest"


# ---- audit, users ----

def test_audit(page, boss):
    show(page, "audit")
    text = page.text("#audit")
    for words in ("admin (administrator) from 127.0.0.1", STAGING, "anna"):
        assert words in text, words
    page.fill("q", STAGING)
    page.submit("#search")
    rows = page.texts("#audit tbody tr")
    assert rows and all(STAGING in r for r in rows), rows


def test_users(page, office, boss):
    page.go("users")
    page.fill("name", "bert", within="#add-form")
    page.run("document.querySelector('#add-form [name=role]').value = 'viewer'")
    for field, value in (("password", OTHERS), ("repeat", OTHERS + "x"), ("again", PASSWORD)):
        page.fill(field, value, within="#add-form")
    page.submit("#add-form")
    assert page.there("#users-wrong") and Admin(office).try_sign_in("bert", OTHERS).status == 403
    assert not page.there(".languages a"), "no link leads back to a form that was sent"
    page.run("if (!document.querySelector('#add-form [name=name]').value)"
             " document.querySelector('#add-form [name=name]').value = 'bert'")
    page.run("document.querySelector('#add-form [name=role]').value = 'viewer'")
    for field, value in (("password", OTHERS), ("repeat", OTHERS), ("again", PASSWORD)):
        page.fill(field, value, within="#add-form")
    page.submit("#add-form")
    page.find(".notice.good")
    assert "bert" in page.text("#accounts")
    bert = Admin(office).sign_in("bert", OTHERS)
    # He changes his password: his other sessions end, this one goes on.
    other = Admin(office).sign_in("bert", OTHERS)
    page.fresh().at(office).be(bert).go("users")
    assert not page.there("#accounts") and not page.there("#add-form")
    for field, value in (("again", OTHERS), ("password", "another one 22"), ("repeat", "another one 22")):
        page.fill(field, value, within="#password-form")
    page.submit("#password-form")
    page.find(".notice.good")
    assert page.go("devices").there("#devices")
    assert other.get("").status == 303
    assert Admin(office).try_sign_in("bert", OTHERS).status == 403
    assert boss.post("users/drop", name="bert", again=PASSWORD, sure="1").status == 303
    assert page.go("devices").there("#sign-in"), "he is gone"


def test_sign_out_everywhere(browser, office, boss):
    anna = [Admin(office).sign_in("anna", OTHERS) for _ in range(2)]
    page = browser.at(office).be(anna[0]).go("users")
    assert len(page.all("#sessions tbody tr")) >= 2
    page.submit("#sign-out-everywhere")
    assert page.there("#sign-in")
    assert [a.get("").status for a in anna] == [303, 303] and boss.get("").status == 200


# ---- addresses of the present server ----

@pytest.mark.parametrize("query,there", [
    ("mode=status", "#devices"), ("mode=info", "#choose"), ("mode=show", "#values"),
    (f"mode=ui&sn={FIRST}", "#device"), ("", "#fleet"),
])
def test_the_addresses_of_today(page, query, there):
    page.driver.get(page.url() + f"admin.php?{query}")
    page.find(there)


def test_they_lead_there_after_signing_in(page):
    page.fresh().driver.get(page.url() + f"admin.php?mode=ui&sn={MISSING}")
    page.sign_in()
    assert page.text("#sn") == MISSING
