# SPDX-License-Identifier: ISC
"""
The page of one device without a browser: what is on it, for whom, what may be downloaded (PITFALLS §8 B3),
what is refused with which words, and what each act changes and leaves in the audit.
"""
import html
import json
import os
import re
from xml.etree import ElementTree

import pytest

from lib import signer, wire
from lib.admin import MASTER, Admin
from lib.office import AFTER, BEFORE, FIRST, MISSING, OTHER_CA, OWN_CA, Office, missing_phones, office_config, phone
from lib.pki import Ca
from lib.server import config
from lib.wait import wait_for

HWID = phone(0)["hwid"]
STRANGER = "00-90-33-99-99-99"
SETTLED = phone(1)["sn"]
LOADING = phone(5)["sn"]
TAG = re.compile(r"<[^>]*>")
EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return tmp_path_factory.mktemp("device")


@pytest.fixture(scope="module")
def company(work):
    return Ca(work, OTHER_CA)


@pytest.fixture(scope="module")
def office(work):
    with Office(ca=Ca(work, OWN_CA), old=missing_phones(work / "old")) as server:
        yield server.fill(6)


@pytest.fixture(scope="module")
def boss(office):
    return Admin(office).sign_in()


@pytest.fixture(scope="module")
def viewer(boss):
    return boss.make_user("looks", "viewer", "no more than a look 1")


# ---- what the tests say ----

def text_of(page):
    """What somebody reads, on one line."""
    return " ".join(html.unescape(TAG.sub(" ", page)).split())


def part(page, name):
    """A section of the page."""
    found = re.search(rf'<section class="card" id="{name}">.*?</section>', page, re.S)
    assert found, f"no section {name}"
    return found[0]


def element(page, name):
    """The text of the element with this id, which has none of its own kind in it."""
    found = re.search(rf'<(\w+)[^>]* id="{name}"[^>]*>(.*?)</\1>', page, re.S)
    assert found, f"no element {name}"
    return text_of(found[2])


def attribute(page, name, which):
    return html.unescape(re.search(rf'<[^>]* id="{name}"[^>]*>', page)[0].partition(f'{which}="')[2].partition('"')[0])


def device(boss, sn=FIRST, **more):
    return boss.page("device", sn=sn, **more)


def shows(boss, path, is_there, **query):
    """The text of a page once it is so: snippets are looked at again within a second."""
    return wait_for(lambda: (lambda text: is_there(text) and text)(boss.page(path, **query)), 5, f"{path} {query}")


def audit(server):
    done = server.cli("audit", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["audit"]


def known(server, sn):
    return next((d for d in server.devices() if d["sn"] == sn), None)


def fails(reply, status, *words):
    assert reply.status == status, f"{reply.status} {reply.text[:2000]}"
    for word in words:
        assert word in text_of(reply.text), text_of(reply.text)


# ---- who it is ----

def test_who_it_is(boss):
    page = device(boss)
    for name, text in {"sn": FIRST, "realip": "10.50.0.0", "phase": "update", "polls": "1", "presence": "present",
                       "settled": "not settled", "firmware": "99999 loading · wanted: 125678"}.items():
        assert element(page, name).startswith(text), name
    for word in (HWID, "IP232", "office", "127.0.0.1", "pre_opus_phone"):
        assert word in text_of(page), word
    assert "settled" in element(device(boss, SETTLED), "settled")
    missing = device(boss, MISSING)
    assert 'data-presence="missing"' in missing and ">missing<" in missing


def test_links_to_the_device(boss, office, serve):
    page = device(boss)
    for name in ("device-link", "poll-now"):
        assert attribute(page, name, "rel") == "noreferrer noopener" and attribute(page, name, "target") == "_blank"
    assert attribute(page, "device-link", "href") == "https://10.50.0.0/"
    assert attribute(page, "poll-now", "href") == "https://10.50.0.0/!mod%20cmd%20UP1%20poll"
    sn = phone(40)["sn"]
    for ip, link in {"2001:db8::7": "https://[2001:db8::7]/", "fe80::1%25eth0": None, "1.2.3": None,
                     "evil.example": None, "10.0.0.1/x": None, "javascript:x": None, "10.0.0.9": "https://10.0.0.9/"}.items():
        office.poll("&".join(f"{k}={v}" for k, v in phone(40, ip=ip).items()))
        page = device(boss, sn)
        assert ('id="poll-now"' in page) == (link is not None), ip
        if link:
            assert attribute(page, "device-link", "href") == link
    plain = serve(office_config().replace('refresh="1"', 'refresh="1" usehttpsdevlinks="false"'))
    plain.poll("&".join(f"{k}={v}" for k, v in phone(1).items()))
    assert attribute(device(Admin(plain).sign_in(), SETTLED), "device-link", "href") == "http://10.50.0.1/"


@pytest.mark.parametrize("sn", ["", "../x", "a b", "x" * 33, "00-90\n", EVIL])
def test_what_is_no_serial_number(boss, sn):
    for path in ("device", "device/plan", "device/diff", "device/backup", "device/answer"):
        reply = boss.get(path, sn=sn)
        assert reply.status == 400, f"{path}: {reply.status}"
        assert EVIL not in reply.text


def test_one_that_is_not_known(boss, viewer):
    for who in (boss, viewer):
        reply = who.get("device", sn=STRANGER)
        fails(reply, 404, STRANGER, "not known")
        assert 'href="/update/admin/devices"' in reply.text
    fails(boss.get("device/plan", sn=STRANGER), 404, STRANGER)
    fails(boss.post("device/act", action="touch", sn=STRANGER, sure="1"), 404, STRANGER)


# ---- what it would get ----

def test_what_it_would_get(boss, viewer, office):
    was, entries = known(office, FIRST), len(audit(office))
    page = device(boss)
    assert "certificates" in element(page, "ends") and "nothing is known yet" in element(page, "ends")
    assert int(attribute(page, "would", "data-commands")) == 12 and attribute(page, "would", "data-snippets") == "0"
    plan = boss.page("device/plan", sn=FIRST)
    for word in ("build 125678 is wanted", "update-phone-office.txt", "does not exist",
                 "UP0 scfg http://update.example/update/update.php?mode=backup", "decision on what it asked"):
        assert word in text_of(plan), word
    order = re.findall(r'data-concern="(\w+)"', plan)
    assert order[:5] == ["caller", "files", "backup", "certificates", "queries"], order
    assert "It has settled" in element(device(boss, SETTLED), "would")
    assert "It has settled" in text_of(boss.page("device/plan", sn=SETTLED))
    # Nothing is changed by looking.
    assert known(office, FIRST) == was and len(audit(office)) == entries
    fails(viewer.get("device/plan", sn=FIRST), 403)
    assert 'id="plan"' not in device(viewer) and 'id="would"' in device(viewer)


def test_snippets_in_full(boss, office):
    """With its lines, in the order of sending."""
    sn = phone(2)["sn"]
    office.snippet("update-all-all.txt", "config add LOG0 /level 5\r\n", age=3600)  # a version is a second
    try:
        plan = shows(boss, "device/plan", lambda t: "the snippets changed" in t, sn=sn)
        assert re.findall(r'<summary>\s*<span class="mono">([^<]*)', plan) == [
            "update-all-all.txt", "update-phone-office.txt"]
        assert "config add LOG0 /level 5" in plan and "config add PHONE SIG /gk-addr pbx.example.org" in plan
        page = shows(boss, "device", lambda t: 'data-state="changed"' in t, sn=sn)
        states = dict(re.findall(r'data-snippet="([^"]*)" data-state="(\w+)"', page))
        assert states == {"update-all-all.txt": "changed", "update-phone-office.txt": "current"}
        (office.path / "scripts/update-phone-office.txt").rename(office.path / "scripts/put-aside")
        shows(boss, "device", lambda t: 'data-snippet="update-phone-office.txt" data-state="gone"' in t, sn=sn)
    finally:
        aside = office.path / "scripts/put-aside"
        if aside.exists():
            aside.rename(office.path / "scripts/update-phone-office.txt")
        office.snippet("update-all-all.txt", "config add LOG0 /level 4\r\n")


# ---- time line ----

def kinds(page):
    return re.findall(r'<li data-kind="(\w+)"', page)


def times(page):
    return [int(t) for t in re.findall(r'data-at="(\d+)"', part(page, "line"))]


def test_time_line(boss):
    page = device(boss)
    assert {"poll", "message", "backup", "firmware", "life"} <= set(kinds(page))
    assert times(page) == sorted(times(page), reverse=True)
    assert set(kinds(device(boss, kind="backup"))) == {"backup"} and kinds(device(boss, kind="backup")) == ["backup"] * 2
    assert kinds(device(boss, kind=EVIL)) == kinds(page), "what is no kind is all of them"
    assert "delivery" in kinds(device(boss, SETTLED))
    assert 'id="line-more"' not in page and 'id="line-unfinished"' not in page


def test_of_a_long_line_the_newest_are_shown(boss, office):
    """And how many there are besides is said."""
    sn = phone(50)["sn"]
    for i in range(30):
        office.asks(phone(50, PROT=str(i)))
    for i in range(180):
        office.saves(sn, phone(50)["hwid"], f"config add X /v {i}\r\n".encode())
    page = device(boss, sn)
    assert len(kinds(page)) <= 200
    total = sum(int(n) for n in re.findall(r'data-kind="\w+">[^<]*<span class="muted">(\d+)', page))
    if total > 200:
        assert f"{total - 200} older entries" in element(page, "line-more")


def test_the_audit_is_in_it(boss, office):
    sn = phone(51)["sn"]
    office.asks(phone(51))
    assert boss.post("device/act", action="touch", sn=sn, sure="1").status == 303
    page = device(boss, sn, kind="audit")
    assert "device touch" in text_of(part(page, "line")) and "admin (administrator) from 127.0.0.1" in page
    assert "device touch" not in text_of(part(device(boss), "line")), "it is about another device"


# ---- answers ----

def test_answers(boss, office):
    page = part(device(boss), "answers")
    assert "Version 13r3 IP232[13.5678]" in text_of(page)
    assert html.escape('<info name="Empfang">', quote=False) in page
    reply = boss.get("device/answer", sn=FIRST, query="admin")
    assert reply.status == 200 and reply.header("content-type") == "application/xml"
    assert reply.header("content-disposition") == f'attachment; filename="{FIRST}-admin.xml"'
    assert reply.header("x-content-type-options") == "nosniff"
    assert ElementTree.fromstring(reply.body).get("name") == "Empfang"
    fails(boss.get("device/answer", sn=FIRST, query="nothing"), 404)
    fails(boss.get("device/answer", sn=FIRST, query=""), 400)
    fails(boss.get("device/answer", sn=FIRST, query="x" * 200), 400)
    fails(boss.get("device/answer", sn=STRANGER, query="admin"), 404)


def test_an_expression_that_fails_says_so(serve):
    """And the others say what they say."""
    queries = "".join(f'<query id="q{i}"><cmd>mod cmd X {i}</cmd><applies>*</applies>'
                      f'<show title="Many">//nothing</show><show title="One">string(/state/device/@sn)</show></query>'
                      for i in range(5))
    server = serve(config(MASTER, '<status dir="status"/>', f"<queries>{queries}</queries>"))
    server.poll("&".join(f"{k}={v}" for k, v in phone(0).items() if k != "env"))
    for i in range(5):
        server.request(wire.get(f"/update/update.php?mode=query&sn={FIRST}&id=q{i}", method="PUT",
                                body=b"<info>" + b"x" * 60000 + b"</info>"))
    page = text_of(part(device(Admin(server).sign_in()), "answers"))
    assert page.count("Many error this device has told too much") == 5 and page.count(f"One {FIRST}") == 5, page[:500]


# ---- backups ----

NO_BACKUP = ["", "../x", "../../config/user-config.xml", "/etc/passwd", ".hidden", "." + HWID + ".0.txt", "x" * 300,
             f"{HWID}.0.txt/", f"./{HWID}.0.txt", f"{HWID}.00.txt", f"{HWID}.7.txt", f"{HWID}.8.txt", f"{HWID}.99.txt",
             f"../{HWID}/{HWID}.0.txt", f"{phone(1)['hwid']}.0.txt", EVIL]


@pytest.fixture(scope="module")
def planted(office):
    """What should never be given out, beside the backups."""
    folder = office.path / "backup" / HWID
    os.symlink(office.path / "config/user-config.xml", folder / f"{HWID}.7.txt")
    (folder / f"{HWID}.8.txt").mkdir()
    (folder / ".hidden").write_text("secret")
    (folder / f".{HWID}.0.txt").write_text("secret")
    (office.path / "backup/x").write_text("secret")
    yield
    (folder / f"{HWID}.7.txt").unlink()
    (folder / f"{HWID}.8.txt").rmdir()


@pytest.mark.parametrize("name", NO_BACKUP)
def test_what_is_no_backup(boss, planted, office, name):
    reply = boss.get("device/backup", sn=FIRST, file=name)
    fails(reply, 404, "no backup of that name")
    assert "secret" not in reply.text and EVIL not in reply.text
    assert boss.post("device/act", action="drop", sn=FIRST, file=name, sure="1").status == 404
    assert (office.path / "backup/x").exists() and (office.path / "config/user-config.xml").exists()


def test_a_nul_in_a_name(boss):
    assert boss.request("GET", boss.path("device/backup") + f"?sn={FIRST}&file={HWID}.0.txt%00").status == 400


def test_a_backup_is_downloaded(boss, viewer):
    for number, content in ((0, BEFORE), (1, AFTER)):
        reply = boss.get("device/backup", sn=FIRST, file=f"{HWID}.{number}.txt")
        assert reply.status == 200 and reply.body == content
        assert reply.header("content-type").startswith("text/plain")
        assert reply.header("content-disposition") == f'attachment; filename="{HWID}.{number}.txt"'
    fails(viewer.get("device/backup", sn=FIRST, file=f"{HWID}.0.txt"), 403)
    fails(viewer.get("device/diff", sn=FIRST, a="0", b="1"), 403)
    assert f"{HWID}.0.txt" in device(viewer) and "device/backup?" not in device(viewer)


def test_two_are_compared(boss):
    page = boss.page("device/diff", sn=FIRST, a="0", b="1")
    assert "<del>old</del>" in page and "<ins>new</ins>" in page
    assert page.count('<tr class="changed">') == 2 and page.count('<tr class="kept">') == 2
    text = html.unescape(boss.page("device/diff", sn=FIRST, a="0", b="1", view="text"))
    for line in ("-config add PHONE SIG /gk-addr old.example.org\n", "+config add PHONE SIG /gk-addr new.example.org\n",
                 " config add LOG0 /level 1\n", "+config add MORE\n"):
        assert line in text, text
    assert 'id="identical"' in boss.page("device/diff", sn=FIRST, a="1", b="1")
    for a, b in (("0", "99"), ("99", "0"), ("0", "7")):
        fails(boss.get("device/diff", sn=FIRST, a=a, b=b), 404, "no backup")
    for a, b in (("", ""), ("0", ""), ("-1", "0"), ("0", "1x"), ("0", EVIL), ("9" * 30, "0")):
        fails(boss.get("device/diff", sn=FIRST, a=a, b=b), 400, "Which backup?")


def test_what_does_not_differ_is_folded(boss, office):
    sn, hwid = phone(52)["sn"], phone(52)["hwid"]
    office.asks(phone(52))
    lines = [b"config add LINE /n %d\r\n" % i for i in range(3000)]
    office.saves(sn, hwid, b"".join(lines))
    lines[1500] = b"config add LINE /n " + b"y" * 10000 + b"\r\n"
    office.saves(sn, hwid, b"".join(lines))
    page = boss.page("device/diff", sn=sn, a="0", b="1")
    folds = re.findall(r"<summary>([^<]*) unchanged lines</summary>", page)
    assert folds == ["1,497", "1,496"], folds
    assert page.count('<tr class="kept">') == 2 * 400 + 6 and page.count("rest is in the files") == 2
    assert len(page) < 400_000 and "y" * 5000 not in page


def test_files_of_very_different_lines(boss, office):
    """Bounded, and quick enough for the watchdog."""
    sn, hwid = phone(53)["sn"], phone(53)["hwid"]
    office.asks(phone(53))
    for word in (b"one", b"two"):
        office.saves(sn, hwid, b"".join(b"config %s /n %d\r\n" % (word, i) for i in range(20000)))
    reply = boss.get("device/diff", sn=sn, a="0", b="1")
    assert reply.status == 200 and 'id="cut"' in reply.text and reply.seconds < 5
    office.saves(sn, hwid, b"config add X /v 123456789012345678901234567890\r\n" * 100000)
    fails(boss.get("device/diff", sn=sn, a="0", b="2"), 409, "too large", f"rollcall diff {sn}")


def test_backups_of_a_folder_that_is_a_link(boss, office):
    sn, hwid = phone(54)["sn"], phone(54)["hwid"]
    office.asks(phone(54))
    os.symlink(office.path / "backup" / HWID, office.path / "backup" / hwid)
    page = part(device(boss, sn), "backups")
    assert "cannot be read" in page and "Download" not in page
    (office.path / "backup" / hwid).unlink()


# ---- certificates ----

def send(who, phone_, action, **fields):
    return who.post("device/certificate", action=action, sn=phone_.sn, **fields)


def test_the_request_is_downloaded(boss, viewer, office, work):
    one = signer.Phone(work).enrol(office)
    der = viewer.get("device/csr", sn=one.sn, form="der")
    assert der.body == one.request and der.header("content-type") == "application/pkcs10"
    assert der.header("content-disposition") == f'attachment; filename="{one.sn}-request.p10.der"'
    pem = viewer.get("device/csr", sn=one.sn, form="pem")
    assert pem.text.startswith("-----BEGIN CERTIFICATE REQUEST-----\n")
    fails(viewer.get("device/csr", sn=one.sn, form="xml"), 400, "der or pem")
    fails(viewer.get("device/csr", sn=one.sn), 400)
    fails(viewer.get("device/csr", sn=SETTLED, form="der"), 404)
    fails(viewer.get("device/csr", sn=STRANGER, form="der"), 404)
    page = device(viewer, one.sn)
    for name in ("upload", "approve", "clear"):
        assert f'id="{name}"' not in page
    assert element(page, "digest") == one.digest


def test_what_is_uploaded_is_checked(boss, office, company, work):
    one = signer.Phone(work).enrol(office)
    good = company.issue("", request=one.base.with_suffix(".csr"))
    late = company.issue("", request=one.base.with_suffix(".csr"), valid=(-9, -1))
    other = Ca(work, "Some other CA").issue("", request=one.base.with_suffix(".csr"))
    wrong = {"choose a file": b"", "for another key": company.issue(one.hwid).der, "Some other CA": other.der,
             "has expired": late.der, "is refused": b"no certificate\n"}
    for says, content in wrong.items():
        reply = send(boss, one, "import", files={"certificate": ("x<b>.cer", content)})
        assert reply.status == 409 and says in element(reply.text, "refused"), f"{says}: {reply.text}"
        assert "was not taken" in text_of(part(reply.text, "certificate"))
        assert not one.signed(office).exists()
    assert "nothing was stored" in text_of(part(reply.text, "certificate"))
    reply = send(boss, one, "import", pem="no </textarea> certificate")
    assert reply.status == 409 and element(reply.text, "upload-pem").strip() == "no </textarea> certificate"
    reply = send(boss, one, "import", pem="x" * 20000)
    assert reply.status == 409 and not element(reply.text, "upload-pem").strip(), "that is none anyway"
    fails(boss.post("device/certificate", action="import", sn=one.sn, pem="x", token=False), 403)
    assert send(boss, one, "import", files={"certificate": ("x.cer", good.der)}, pem="").status == 303
    assert one.signed(office).exists()
    assert any(e["what"] == "csr import" and e["sn"] == one.sn and e["who"].startswith("admin (") for e in audit(office))


def test_warnings_are_shown(boss, office, company, work):
    """It is taken, but will be renewed at once."""
    one = signer.Phone(work).enrol(office)
    short = company.issue("", request=one.base.with_suffix(".csr"), valid=(-1, 2))
    reply = send(boss, one, "import", pem=short.text)
    assert reply.status == 200 and "customcerts/@renew" in text_of(part(reply.text, "certificate"))
    assert one.signed(office).exists()


def test_approving(boss, viewer, office, work):
    one = signer.Phone(work).enrol(office)
    digest = one.digest
    fails(send(viewer, one, "approve", digest=digest), 403)
    assert "which request" in element(send(boss, one, "approve").text, "refused")
    one.begin_anew(office)
    reply = send(boss, one, "approve", digest=digest)
    assert reply.status == 409 and "has been replaced" in element(reply.text, "refused")
    assert not one.signed(office).exists()
    assert send(boss, one, "approve", digest=one.digest, why="seen").status == 303
    page = device(boss, one.sn)
    assert attribute(page, "csr-state", "data-state") == "signed" and OWN_CA in element(page, "signed")
    assert any(e["what"] == "csr sign" and "seen" in e["text"] and e["who"].startswith("admin (") for e in audit(office))
    assert 'id="approve"' not in page


def test_what_differs_is_pointed_out(boss, office, work):
    page = device(boss, signer.Phone(work, cn="somebody-else").enrol(office).sn)
    assert "wants the common name" in text_of(part(page, "certificate"))
    weak = device(boss, signer.Phone(work, key="RSA-1024").enrol(office).sn)
    assert "RSA 1024" in element(weak, "weak") and 'id="approve"' not in weak


def test_clearing_asks_first(boss, office, work):
    one = signer.Phone(work).enrol(office)
    asked = send(boss, one, "clear")
    assert asked.status == 200 and 'id="confirm"' in asked.text and one.sn in asked.text
    assert one.file(office, "request.p10.der").exists()
    assert send(boss, one, "clear", sure="1").status == 303
    assert not one.file(office, "request.p10.der").exists()
    assert any(e["what"] == "csr drop" and e["sn"] == one.sn for e in audit(office))


def test_one_of_which_only_files_are_left(boss, viewer, office, work):
    one = signer.Phone(work).enrol(office)
    der = one.file(office, "request.p10.der").read_bytes()
    assert office.cli("device", one.sn, "--forget").returncode == 0
    one.file(office, "request.p10.der").write_bytes(der)
    for who in (boss, viewer):
        page = device(who, one.sn)
        assert 'id="stranger"' in page and element(page, "digest") == one.digest
        assert 'id="now"' not in page and 'id="actions"' not in page
    assert 'id="approve"' not in device(boss, one.sn)
    fails(boss.get("device/plan", sn=one.sn), 404)
    fails(boss.post("device/act", action="forget", sn=one.sn, sure="1"), 404)
    assert send(boss, one, "clear", sure="1").status == 303
    assert boss.get("device", sn=one.sn).status == 404


def test_without_certificates_and_backups(serve):
    server = serve(config(MASTER, '<status dir="status"/>'))
    server.poll("&".join(f"{k}={v}" for k, v in phone(0).items() if k != "env"))
    admin = Admin(server).sign_in()
    page = device(admin)
    assert "customcerts/@dir is not set" in element(page, "cert-off") and "/update/admin/configuration" in part(
        page, "certificate")
    assert "backup/@dir is not set" in text_of(part(page, "backups"))
    assert "not answered a query" in text_of(part(page, "answers"))
    assert "No snippet was sent" in text_of(part(page, "snippets"))
    fails(admin.post("device/certificate", action="import", sn=FIRST, pem="x"), 409, "not looked after")
    fails(admin.get("device/csr", sn=FIRST, form="der"), 404)
    fails(admin.get("device/diff", sn=FIRST, a="0", b="1"), 404)


def test_signing_elsewhere(stack, work):
    """Where requests are signed by another CA the page says why it has no button for it."""
    server = stack.enter_context(Office(office_config(CAtype="manual")))
    one = signer.Phone(work).enrol(server)
    admin = Admin(server).sign_in()
    page = device(admin, one.sn)
    assert "CAtype" in element(page, "approve-not") and 'id="upload"' in page
    reply = admin.post("device/certificate", action="approve", sn=one.sn, digest=one.digest)
    assert reply.status == 409 and element(reply.text, "refused")


# ---- acts ----

@pytest.mark.parametrize("path", ["device/act", "device/certificate"])
def test_acts_that_are_none(boss, path):
    for action in ("", "x", "Forget", EVIL):
        fails(boss.post(path, action=action, sn=FIRST, sure="1"), 400, "does not say what is to be done")
    assert boss.get(path, action="touch", sn=FIRST, sure="1").status == 405


def test_touch(boss, office):
    sn = phone(55)["sn"]
    office.asks(phone(55))
    asked = boss.post("device/act", action="touch", sn=sn)
    assert asked.status == 200 and 'id="confirm"' in asked.text
    assert not [e for e in audit(office) if e["sn"] == sn]
    reply = boss.post("device/act", action="touch", sn=sn, sure="1")
    assert reply.status == 303 and reply.header("location").startswith(f"/update/admin/device?sn={sn}")
    assert [e["what"] for e in audit(office) if e["sn"] == sn] == ["device touch"]


def test_forget(boss, viewer, office):
    sn, hwid = phone(56)["sn"], phone(56)["hwid"]
    office.asks(phone(56))
    office.saves(sn, hwid, BEFORE)
    fails(viewer.post("device/act", action="forget", sn=sn, sure="1"), 403)
    assert boss.post("device/act", action="forget", sn=sn).status == 200 and known(office, sn)
    reply = boss.post("device/act", action="forget", sn=sn, sure="1")
    assert reply.status == 303 and reply.header("location").startswith("/update/admin/devices")
    assert not known(office, sn) and (office.path / "backup" / hwid / f"{hwid}.0.txt").exists()
    assert boss.get("device", sn=sn).status == 404


def test_drop_a_backup(boss, office):
    sn, hwid = phone(57)["sn"], phone(57)["hwid"]
    office.asks(phone(57))
    for content in (BEFORE, AFTER):
        office.saves(sn, hwid, content)
    asked = boss.post("device/act", action="drop", sn=sn, file=f"{hwid}.1.txt")
    assert 'id="confirm"' in asked.text and f"{hwid}.1.txt" in asked.text
    assert boss.post("device/act", action="drop", sn=sn, file=f"{hwid}.1.txt", sure="1").status == 303
    assert sorted(p.name for p in (office.path / "backup" / hwid).iterdir()) == [f"{hwid}.0.txt"]
    assert known(office, sn)["backup"] == f"{hwid}.0.txt"
    assert boss.post("device/act", action="drop", sn=sn, file=f"{hwid}.1.txt", sure="1").status == 404


def test_what_devices_say_is_text(boss, office):
    sn = phone(58)["sn"]
    office.asks(phone(58, PROT="1"))
    office.answers(sn, f'<info name="{html.escape(EVIL)}"><sys version="{html.escape(EVIL)}"/></info>')
    office.saves(sn, phone(58)["hwid"], f"config {EVIL} a\r\n".encode())
    office.saves(sn, phone(58)["hwid"], f"config {EVIL} b\r\n\x1b[2J\xff\r\n".encode("latin-1"))
    for path, more in (("device", {}), ("device/plan", {}), ("device/diff", {"a": "0", "b": "1"}),
                       ("device/diff", {"a": "0", "b": "1", "view": "text"})):
        page = boss.page(path, sn=sn, **more)
        assert EVIL not in page and html.escape(EVIL, quote=False) in page, path
        assert "\x1b" not in page
