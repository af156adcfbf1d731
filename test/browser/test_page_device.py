# SPDX-License-Identifier: ISC
"""
The page of one device in a real browser: what it would get and why, backups side by side, a signing request
that is approved or answered with a certificate of another CA until the device has it, and what is done to a
device, each asked for once more.
"""
import pytest

from lib import signer
from lib.admin import Admin
from lib.enrol import says
from lib.office import AFTER, BEFORE, FIRST, MISSING, OTHER_CA, OWN_CA, STAGING, Office, missing_phones, phone
from lib.pki import Ca
from lib.wait import wait_for

PHONES = 6


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return tmp_path_factory.mktemp("device")


@pytest.fixture(scope="module")
def company(work):
    return Ca(work, OTHER_CA)


@pytest.fixture(scope="module")
def office(work, pki):
    with Office(ca=Ca(work, OWN_CA), old=missing_phones(work / "old"), pki=pki.folder) as server:
        yield server.fill(PHONES)


@pytest.fixture(scope="module")
def boss(office):
    return Admin(office).sign_in()


@pytest.fixture
def at(browser, office, boss):
    """at(sn): the page of a device, signed in."""
    def go(sn=FIRST):
        return browser.at(office).be(boss).go("device", sn=sn)
    return go


def audit(boss):
    return boss.page("audit")


# ---- who it is, what it would get ----

def test_who_it_is(at):
    page = at()
    assert page.text("h1") == "Empfang"
    for css, text in {"#sn": FIRST, "#phase": "update", "#realip": "10.50.0.0", "#firmware": "99999",
                      "#identity": "office", "#contact": "127.0.0.1"}.items():
        assert text in page.text(css), css
    assert page.find("#presence").get_attribute("data-presence") == "present"
    assert page.find("#firmware").get_attribute("data-state") == "loading"
    assert "13r3 IP232[13.5678]" in page.text("#answer-admin")
    link, poll = (page.find(css).get_attribute("href") for css in ("#device-link", "#poll-now"))
    assert link.startswith("https://10.50.0.0") and poll.startswith("https://10.50.0.0/")


def test_what_it_would_get_and_why(at):
    page = at()
    assert int(page.find("#would").get_attribute("data-commands")) > 0
    page.click("#plan")
    steps = page.text("main")
    for words in ("update-phone-office.txt", "125678", "certificates"):
        assert words in steps, steps
    assert page.all(".concern") and page.all(".step-command, [data-kind=command]")
    page.click("#back")
    assert page.text("#sn") == FIRST


def test_the_line_of_time(at):
    page = at()
    kinds = page.run("return [...document.querySelectorAll('#entries li')].map(e => e.dataset.kind)")
    assert {"poll", "backup"} <= set(kinds), kinds
    page.leave(page.find('#line [data-kind="backup"]').click)
    kinds = page.run("return [...document.querySelectorAll('#entries li')].map(e => e.dataset.kind)")
    assert set(kinds) == {"backup"}, kinds


def test_one_that_is_not_known(at):
    page = at("00-90-33-99-99-99")
    assert "00-90-33-99-99-99" in page.text("#unknown")
    assert not page.all("#act")


# ---- backups ----

def test_two_backups_side_by_side(at):
    page = at()
    assert len(page.all("#backups tbody tr")) == 2
    page.submit("#diff")
    changed = page.text("#lines")
    for word in ("old.example.org", "new.example.org", "config add MORE"):
        assert word in changed, changed
    rows = page.all("#lines tr.changed")
    assert len(rows) == 2, changed
    marks = page.texts("#lines mark, #lines del, #lines ins")
    assert any("old" in m for m in marks) and any("new" in m for m in marks), marks
    page.click("#other")  # the same as text
    text = page.text("#lines")
    assert "-config add PHONE SIG /gk-addr old" in text.replace("- ", "-"), text
    assert "+config add MORE" in text.replace("+ ", "+"), text
    page.click("#back")
    page.find("#backups")


def test_a_backup_is_downloaded(at, boss):
    page = at()
    links = page.run("return [...document.querySelectorAll('#backups tbody a')].map(a => a.getAttribute('href'))")
    kept = [boss.get(link) for link in links]
    assert [r.body for r in kept] == [AFTER, BEFORE] or [r.body for r in kept] == [BEFORE, AFTER]
    for reply in kept:
        assert reply.header("content-disposition").startswith("attachment;")
        assert "html" not in reply.header("content-type")


def test_a_backup_is_dropped(at, office, boss):
    office.asks(phone(PHONES + 1))
    sn, hwid = phone(PHONES + 1)["sn"], phone(PHONES + 1)["hwid"]
    for content in (BEFORE, AFTER):
        office.saves(sn, hwid, content)
    page = at(sn)
    page.click("#backups tbody tr:last-child button.danger")
    assert page.there("#confirm") and hwid in page.text("main")
    assert len(list((office.path / "backup" / hwid).iterdir())) == 2, "it was not sure yet"
    page.click("#sure")
    page.find(".notice.good")
    assert len(page.all("#backups tbody tr")) == 1
    assert len(list((office.path / "backup" / hwid).iterdir())) == 1
    assert sn in audit(boss)


# ---- certificates ----

def test_a_request_is_approved(at, office, boss, work):
    """… and the device is sent what it asked for, and the page says so."""
    device = signer.Phone(work).enrol(office)
    page = at(device.sn)
    assert page.find("#csr-state").get_attribute("data-state") == "waiting"
    assert page.text("#digest") == device.digest
    for word in (device.hwid, "P-256", ".example.com"):
        assert word in page.text("#csr"), word
    pem = boss.get(page.find("#csr-pem").get_attribute("href").removeprefix(page.root))
    der = boss.get(page.find("#csr-der").get_attribute("href").removeprefix(page.root))
    assert der.body == device.request and pem.body.startswith(b"-----BEGIN CERTIFICATE REQUEST-----")
    page.fill("why", "seen at the door", within="#approve")
    page.submit("#approve")
    page.find(".notice.good")
    assert page.find("#csr-state").get_attribute("data-state") == "signed"
    assert OWN_CA in page.text("#signed")
    reply = device.poll(office)
    assert "X509/REQUESTRESPONSE/00000" in reply.text, reply.text
    page.go("device", sn=device.sn)
    assert page.find("#csr-state").get_attribute("data-state") == "sent"
    device.answer(office, requests="", issuer=OWN_CA)
    wait_for(lambda: device.poll(office) and 'data-state="fine"' in boss.page("device", sn=device.sn), 5,
             "a certificate that is fine")
    page.go("device", sn=device.sn)
    assert page.find("#cert-state").get_attribute("data-state") == "fine"
    for word in ("seen at the door", device.sn, "admin (administrator) from 127.0.0.1"):
        assert word in audit(boss), word


def test_a_certificate_is_uploaded(at, office, company, work):
    device = signer.Phone(work).enrol(office)
    wrong = company.issue(device.hwid)
    right = company.issue("", request=device.base.with_suffix(".csr"))
    page = at(device.sn)
    page.submit("#upload")
    assert "choose a file" in page.text("#refused")
    page.find("#upload-file").send_keys(str(wrong.crt))
    page.submit("#upload")
    assert "for another key" in page.text("#refused"), page.text("#refused")
    assert not device.signed(office).exists()
    page.find("#upload-file").send_keys(str(right.crt))
    page.submit("#upload")
    page.find(".notice.good")
    assert page.find("#csr-state").get_attribute("data-state") == "signed"
    reply = device.poll(office)
    assert f"vars create X509/REQUESTRESPONSE/00000 pb {right.der.hex()}" in reply.text


def test_a_certificate_is_pasted(at, office, company, work):
    device = signer.Phone(work).enrol(office)
    right = company.issue("", request=device.base.with_suffix(".csr"))
    page = at(device.sn)
    page.fill("pem", right.text)
    page.submit("#upload")
    page.find(".notice.good")
    assert device.signed(office).exists()


def test_another_request_came_since(at, office, work):
    """What is approved is what was on the page."""
    device = signer.Phone(work).enrol(office)
    page = at(device.sn)
    device.begin_anew(office)
    page.submit("#approve")
    assert page.text("#refused")
    assert not device.signed(office).exists()


def test_an_error_is_cleared(at, office, boss, work):
    device = signer.Phone(work).enrol(office)
    device.file(office, "requesterror").write_text("it did <b>not</b> fit\n")
    page = at(device.sn)
    assert page.find("#csr-state").get_attribute("data-state") == "error"
    assert "it did <b>not</b> fit" in page.text("#certificate")
    page.submit("#clear")
    assert page.there("#confirm") and device.file(office, "requesterror").exists()
    page.click("#sure")
    page.find(".notice.good")
    assert not device.file(office, "requesterror").exists()
    assert device.sn in audit(boss)


# ---- what is done to a device ----

def test_a_device_is_forgotten(at, office, boss):
    office.asks(phone(PHONES + 2))
    sn = phone(PHONES + 2)["sn"]
    page = at(sn)
    page.click("#act button[value=forget]")
    assert page.there("#confirm") and sn in page.text("main")
    page.click("#cancel")
    assert page.text("#sn") == sn, "it is still there"
    page.click("#act button[value=forget]")
    page.click("#sure")
    page.find(".notice.good")
    assert page.there("#devices"), page.here
    assert sn not in {d["sn"] for d in office.devices()}
    page.go("device", sn=sn)
    assert page.there("#unknown")
    assert f"{sn}" in audit(boss)


def test_a_device_is_touched(at, office, boss):
    page = at(MISSING)
    assert page.find("#presence").get_attribute("data-presence") == "missing"
    page.click("#act button[value=touch]")
    page.click("#sure")
    page.find(".notice.good")
    assert page.find("#presence").get_attribute("data-presence") == "present"
    assert "touch" in audit(boss)


def test_a_viewer_looks_only(browser, office, boss):
    viewer = boss.make_user("looks", "viewer", "only looks 12345")
    page = browser.at(office).be(viewer).go("device", sn=FIRST)
    for css in ("#act", "#backups form", "#approve", "#upload", "#clear", "#plan", "#diff"):
        assert not page.there(css), css
    assert page.text("#sn") == FIRST
    page.go("device/plan", sn=FIRST)
    assert page.find("#fail").get_attribute("data-status") == "403"


def test_the_next_phase(at, office):
    page = at(STAGING)
    assert page.text("#phase").startswith("staging")
    device = phone(0, type="IP6010", sn=STAGING, hwid="IP6010-60-00-02", ip="10.60.0.2", env="home")
    office.asks(device)
    office.answers(STAGING, says(OTHER_CA).decode(), "certificates")
    page.go("device", sn=STAGING)
    assert page.text("#phase").startswith("update")
    for word in ("home", "office", "10.60.0.2", "IP6010"):
        assert word in page.text("#identity") + page.text("#contact")
