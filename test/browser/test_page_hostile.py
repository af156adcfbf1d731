# SPDX-License-Identifier: ISC
"""
PITFALLS §8 C6: everything that somebody may have made up - devices in polls, answers, requests and backups, browsers,
old state documents, names of files - is text on every page: no element, no script, no dialog comes of it.
"""
import csv
import io
import json
import re
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape, quoteattr

import pytest

from lib import changes, entries, signer
from lib.admin import PASSWORD, USER, Admin
from lib.entries import PATHS
from lib.office import OTHER_CA, OWN_CA, SNIPPETS, Office, office_config
from lib.php import NOW, Installation, state
from lib.pki import Ca
from lib.server import DAY

MARK = "pwn"  # an element of this class is one that somebody made
TAG = f'<script class={MARK}>alert(1)</script>'
EVIL = f"\"'>{TAG}<img class={MARK} src=x onerror=alert(2)>]]>&lt;b class={MARK}&gt;"
LINK = "javascript:alert(3)"
FORMULAS = ("=cmd|' /C calc'!A0", "+1+cmd", "-2+3", "@SUM(1)", "\t=1", "=1\r\n=2")
FIRST = 0x70
ESCAPE = "\x1b[31m\x9b31m"
# The names of the folder, without a slash: all that a file system takes.
FILES = (f"update-{TAG.replace('/', '')}-all.txt", "update-\"onmouseover=alert(4) x='-all.txt",
         f"<img src=x class={MARK} onerror=alert(5)>.txt", "javascript:alert(6).txt", "update-phone-office\r\n.txt",
         "update-\x1b[31m-all.txt", "=1+1-all-all.txt")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f]")


def sn_of(i):
    return f"00-90-33-66-00-{i:02x}"


def who(i, **more):
    """All that a device says of itself, encoded."""
    given = {"type": "IP232", "sn": sn_of(i), "hwid": f"IP232-66-00-{i:02x}", "ip": "10.6.6.6", "phase": "update",
             "polling": "0", "env": "office", **more}
    return {name: quote(value, safe="") for name, value in given.items()}


# What stands in each field: each device has a payload in one of them, and one in all.
POLLED = {"ip": EVIL[:60], "env": EVIL, "phase": EVIL[:60], "PROT": EVIL, "BOOT": LINK, "CHECK": EVIL, "x": EVIL,
          "type": EVIL[:30], "hwid": EVIL[:60]}


def poll_all(server):
    """What the door lets in is kept; what it does not is refused, and is then in the log."""
    for i, (name, value) in enumerate(POLLED.items()):
        server.poll("&".join(f"{k}={v}" for k, v in who(i).items()))
        server.poll("&".join(f"{k}={v}" for k, v in who(i, **{name: value}).items()))
    both = {k: v for k, v in POLLED.items() if k not in ("type", "hwid")}
    server.poll("&".join(f"{k}={v}" for k, v in who(0x20, **both).items()))


def answer_all(server):
    evil = quoteattr(EVIL)
    xml = (f"<info name={evil}><sys name={evil} version={evil}>{escape(EVIL)}</sys>"
           f"<x:y xmlns:x='urn:{MARK}' href={quoteattr(LINK)}>{escape(EVIL)}<![CDATA[{TAG}]]></x:y></info>")
    for i in range(len(POLLED)):
        server.answers(sn_of(i), xml)
    certificate = (f"<info><servercert><certificate subject_cn={evil} issuer_cn={evil} not_after={evil} "
                   'not_before="2020-01-01T00:00:00"/></servercert><requests/></info>')
    server.answers(sn_of(0), certificate, "certificates")
    for i, formula in enumerate(FORMULAS):
        server.poll("&".join(f"{k}={v}" for k, v in who(0x40 + i).items()))
        server.answers(sn_of(0x40 + i), f"<info name={quoteattr(formula)}/>")


def back_up_all(server):
    for content in (f"config add {EVIL}\r\n{ESCAPE}\r\n",
                    f"config add {LINK}\r\n{EVIL}{EVIL}\r\n{ESCAPE}x\r\n\xff\xfe"):
        server.saves(sn_of(0), "IP232-66-00-00", content.encode("latin-1"))


def old_phones(folder):
    """State documents in which every field is made up."""
    old = Installation(folder, settings=None)
    evil = {name: EVIL for name in ("type", "classes", "ip", "phase", "environments", "hwid", "realip", "certstat",
                                    "proxy", "nextphase", "rdns")}
    messages = "".join(f'<msgs time="{NOW - 5}" msg={quoteattr(text)}/>' for text in (EVIL, LINK, "=1+1", EVIL * 9))
    for i, name in enumerate(evil):
        old.device(sn_of(0x80 + i), state(sn_of(0x80 + i), more=messages, **{name: EVIL}))
    old.device(sn_of(0x90), state(sn_of(0x90), seen=NOW - 30 * DAY, more=messages, **evil))
    return old


def report_all(server):
    """What devices log, and alarms, with it in every field; the names of fields, too."""
    names = ("event", "type", "severity", "code", "time", "date", "from", "host", "serial", "source", "text", "msg",
             "details", EVIL[:60])
    for path in PATHS:
        for i, evil in enumerate((EVIL, LINK, f"{EVIL}{ESCAPE}\n2026-11-22T10:00:00Z\tforged", *FORMULAS)):
            for chosen in (names, ("event", "from", "text"), ("event", "code", "from"), ("event", "source", "from")):
                fields = {"event": "alarm", "from": f"IP232-66-00-{i:02x}", "text": "x"}
                server.request(entries.request_of(urlencode({**fields, **{name: evil for name in chosen}}), path))


def plant(server):
    """What no door lets in: fields of the store that say it all the same."""
    for i, name in enumerate(changes.TEXTS):
        sn = sn_of(0xa0 + i)
        changes.send(server.path, changes.device(sn, **{name: EVIL}), changes.message(sn, EVIL))
    everything = {name: EVIL + ESCAPE for name in changes.TEXTS}
    changes.send(server.path, changes.device(sn_of(0x91), **everything), changes.message(sn_of(0x91), EVIL + ESCAPE))
    changes.send(server.path, changes.device(sn_of(0x92), **{name: LINK for name in changes.TEXTS}))


def evil_config():
    """What an administrator writes is text, too."""
    evil = quoteattr(EVIL)
    return office_config(queries=(
        f'<query id="made" title={evil}><cmd>mod cmd {escape(EVIL)}</cmd><applies>*</applies>'
        f"<show title={evil}>string(/state/queries/admin/info/@name)</show>"
        f"<show title={quoteattr(LINK)}>concat('{escape(TAG)}', /state/device/@sn)</show></query>"))


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(scope="module")
def office(work, pki):
    snippets = {**SNIPPETS, **{name: f"config add X {EVIL}\r\n{ESCAPE}\r\n" for name in FILES}}
    with Office(evil_config(), snippets, ca=Ca(work, OWN_CA), old=old_phones(work / "old"), pki=pki.folder) as server:
        poll_all(server)
        answer_all(server)
        back_up_all(server)
        report_all(server)
        plant(server)
        server.request_of = enrol(server, work)
        yield server


def enrol(server, work):
    """A request that names itself so, and an error that a device reports."""
    device = signer.Phone(work, cn=EVIL.replace("/", "\\/")[:64])
    device.enrol(server)
    device.file(server, "requesterror").write_bytes(f"{EVIL}{ESCAPE}\r\n".encode())
    return device.sn


@pytest.fixture(scope="module")
def boss(office):
    """He comes with a browser that says strange things of itself, and gives reasons that are none."""
    admin = Admin(office)
    agent = [("User-Agent", EVIL)]
    admin.try_sign_in(EVIL, EVIL, headers=agent)
    assert admin.try_sign_in(USER, PASSWORD, headers=agent).status == 303
    admin.token = admin.find_token()
    admin.post("device/act", action="touch", sn=sn_of(0x90), sure="1")
    office.cli("csr", "drop", sn_of(0x81), "--why", EVIL)
    return admin


@pytest.fixture(scope="module")
def pages(office, boss):
    """Every address that shows something of it."""
    devices = [d["sn"] for d in office.devices()]
    assert sn_of(0x80) in devices and sn_of(0) in devices
    assert any(d["name"].startswith('"\'>') for d in office.devices())
    found = ["", "devices", "devices?per=200", "devices?q=missing", f"devices?q={quote(EVIL[:100])}", "snippets",
             f"devices?sort={quote(EVIL)}&dir={quote(EVIL)}&page={quote(TAG)}", "configuration", "configuration?all=1",
             f"devices?snippet={quote(EVIL)}", "add", f"add?env={quote(EVIL)}&name={quote(EVIL)}",
             f"audit?q={quote(EVIL)}&who={quote(EVIL)}&what={quote(EVIL)}&sn={quote(EVIL)}", "audit", "users",
             f"device?sn={quote(EVIL)}", f"nothing/{quote(TAG)}", f"sign-in?next={quote(EVIL)}",
             f"device?sn={sn_of(0)}&done={quote(TAG)}", f"snippet?name={quote(EVIL)}", f"?lang={quote(EVIL)}",
             f"device/diff?sn={sn_of(0)}&a=0&b=1", f"device/diff?sn={sn_of(0)}&a=0&b=1&view=text",
             f"device/diff?sn={sn_of(0)}&a={quote(EVIL)}&b={quote(EVIL)}",
             f"device/backup?sn={sn_of(0)}&file={quote(EVIL)}", f"device/answer?sn={sn_of(0)}&query={quote(EVIL)}"]
    some = map(sn_of, (0, 1, 0x20, 0x40, 0x80, 0x84, 0x90, 0x91, 0x92))
    found += [f"device?sn={sn}" for sn in (office.request_of, *some)]
    found += [f"device/plan?sn={sn}" for sn in map(sn_of, (0, 0x20, 0x90, 0x91))]
    found += [f"snippet?name={quote(name)}" for name in FILES]
    evil = quote(EVIL[:200])
    found += ["alarms?show=all", f"alarms?q={evil}&show={evil}&severity={evil}&page={evil}", f"alarms?sn={evil}", "log",
              "log?kind=alarm", f"log?q={evil}&whose={evil}&last={evil}&kind={evil}", f"log?from={evil}", f"log?before={evil}"]
    return found


def injected(browser):
    """What should not be there."""
    return browser.run(f"""
        const bad = [...document.querySelectorAll('.{MARK}, iframe, object, embed, base, style, script:not([src])')];
        for (const e of document.querySelectorAll('*'))
            for (const a of e.attributes)
                if (a.name.startsWith('on') || a.name === 'style' || a.name === '{MARK}' ||
                    (['href', 'src', 'action', 'formaction'].includes(a.name) && !a.value.match(
                        /^(\\/update\\/|#|https?:\\/\\/|com[.]innovaphone[.]commands:|$)/)))
                    bad.push(e);
        return bad.map(e => e.outerHTML.slice(0, 200));""")


def test_every_page(browser, office, boss, pages):
    browser.at(office).be(boss)
    said = set()
    for page in pages:
        browser.driver.get(browser.url() + page)
        found = injected(browser)
        assert not found, f"{page}: {found}"
        if TAG in browser.run("return document.body.innerText + document.title"):
            said.add(page.partition("?")[0])
        browser.check_log()
    # It was there to be seen at all.
    assert {"devices", "device", "device/diff", "snippet", "configuration", "alarms", "log"} <= said, said


def test_in_german_without_scripts(browser, office, boss, pages):
    browser.at(office).be(boss).allow_scripts(False)
    browser.driver.get(browser.url() + "?lang=de")
    for page in pages[:12]:
        browser.driver.get(browser.url() + page)
        assert not browser.there(f".{MARK}"), page
        assert browser.find("html").get_attribute("lang") == "de"


def test_no_control_character(boss, pages):
    """A page, a list for a spreadsheet and the audit hold none, whatever was in a name or a file."""
    for page in (*pages, "devices.csv", "devices.json", "audit.csv", "devices/rows", "alarms.csv?show=all", "log/file",
                 "log/file?as=csv&kind=alarm", "log/rows"):
        reply = boss.request("GET", boss.path("") + page)
        assert reply.status in (200, 303, 400, 404), f"{page}: {reply.status} {reply.text[:300]}"
        found = CONTROL.search(reply.text)
        assert not found, f"{page}: {reply.text[max(0, found.start() - 60):found.end() + 20]!r}"
        kind = reply.header("content-type")
        if "html" not in kind:
            assert "attachment" in (reply.header("content-disposition") or "") or reply.status != 200 \
                or page in ("devices/rows", "log/rows"), f"{page}: {kind}"


def test_live_rows(browser, office, boss):
    """What is put into a page that stands there is text, too."""
    browser.at(office).be(boss).go("devices", q=f"sn:{sn_of(1)}")
    row = f"#d-{sn_of(1)}"
    browser.find(row)
    name = f"anew {EVIL}"
    office.answers(sn_of(1), f"<info name={quoteattr(name)}/>")
    browser.wait(lambda: "anew" in browser.text(row), what="the row to change")
    assert TAG in browser.text(row)
    assert not injected(browser)


def test_live_log(browser, office, boss):
    browser.at(office).be(boss).go("log", q="anew")
    browser.find("#log-list")
    entries.send(office, entries.entry(f"anew {EVIL}"))
    browser.wait(lambda: TAG in browser.text("#log-list"), what="the entry to come")
    assert not injected(browser)


def test_a_spreadsheet_runs_nothing(boss):
    """No cell begins with what makes a formula of it; what is quoted is quoted rightly."""
    for page in ("devices.csv", "audit.csv", "alarms.csv?show=all", "log/file?as=csv", "log/file?as=csv&kind=alarm"):
        reply = boss.request("GET", boss.path("") + page)
        assert reply.status == 200 and "csv" in reply.header("content-type"), page
        rows = list(csv.reader(io.StringIO(reply.text.removeprefix("\ufeff"), newline=""), strict=True))
        assert len(rows) > 2 and len({len(row) for row in rows}) == 1, page
        cells = [cell for row in rows[1:] for cell in row]
        bad = [c for c in cells if c[:1] in "=+-@\t\r" and c and not re.fullmatch(r"-?\d+", c)]
        assert not bad, bad
    text = boss.get("devices.csv").text
    for formula in FORMULAS[:4]:
        assert formula in text, "it is there, with something before it"


def test_json_is_json(boss):
    value = json.loads(boss.get("devices.json").text)
    names = {d["name"] for d in value["devices"]}
    assert any(TAG in n for n in names) and FORMULAS[0] in names


def test_downloads_are_no_pages(boss):
    for path, query in (("device/answer", {"sn": sn_of(0), "query": "admin"}),
                        ("device/backup", {"sn": sn_of(0), "file": "IP232-66-00-00.0.txt"})):
        reply = boss.get(path, **query)
        assert reply.status == 200, f"{path}: {reply.status} {reply.text[:200]}"
        assert reply.header("content-disposition").startswith("attachment; filename=")
        assert "html" not in reply.header("content-type") and "<" not in reply.header("content-disposition")
        assert reply.header("x-content-type-options") == "nosniff"


def test_the_issuer_is_only_a_name(office):
    """A certificate's own words make nobody trusted."""
    device = next(d for d in office.devices() if d["sn"] == sn_of(0))
    assert OTHER_CA not in device["cert_issuer"] and not device["tls_issuer"]


def test_the_log_is_lines(office):
    """No device and no browser writes a line, or speaks to a terminal."""
    log = office.log()
    assert not CONTROL.search(log.replace("\n", "")), CONTROL.search(log)
    assert not [line for line in log.splitlines() if not re.match(r"\d{4}-\d\d-\d\d", line)]
