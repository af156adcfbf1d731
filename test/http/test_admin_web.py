# SPDX-License-Identifier: ISC
"""
PITFALLS §8 D2, D5, D6: who may have which page, what must come with a change, and the headers of every
reply: for every row of the table in lib/pages/route.c, so that a new page is tested as soon as it is there.
"""
import re

import pytest

from lib import signer
from lib.admin import FORM, PASSWORD, USER, Admin, rows
from lib.entries import raise_alarm
from lib.office import FIRST, OWN_CA, Office, missing_phones
from lib.pki import Ca
from lib.wait import wait_for

ROLES = ("nobody", "viewer", "operator", "administrator")
ROUTES = rows()
PATHS = sorted({path for path, *_ in ROUTES})
GETS = [(path, role) for path, method, role, _, _ in ROUTES if method == "GET"]
POSTS = [(path, role) for path, method, role, checked, _ in ROUTES if method == "POST" and checked]
SIGN_OUT = "admin/sign-out"
METRICS = "admin/metrics"  # asks for a session or a token itself (test_metrics.py)
OTHERS_PASSWORD = "somebody else's 1"

# What a page needs to show something; below BASE/.
ARGUMENTS = {
    "web/*": {},
    "admin/device": {"sn": FIRST},
    "admin/device/plan": {"sn": FIRST},
    "admin/device/answer": {"sn": FIRST, "query": "admin"},
    "admin/device/backup": {"sn": FIRST, "file": "IP232-50-00-00.1.txt"},
    "admin/device/diff": {"sn": FIRST, "a": "0", "b": "1"},
    "admin/device/csr": {"form": "pem"},
    "admin/snippet": {"name": "update-all-all.txt"},
    "admin/add/script": {"env": "office", "name": "x"},
}
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
                               "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


def may(has, needs):
    return ROLES.index(has) >= ROLES.index(needs)


def has_headers(reply, what):
    wrong = {n: reply.header(n) for n, v in HEADERS.items() if reply.header(n) != v}
    assert not wrong, f"{what}: {reply.status} {wrong}"
    names = [n for n, _ in reply.headers]
    assert all(names.count(n) == 1 for n in HEADERS), f"{what}: twice: {names}"
    assert reply.header("content-type"), what
    assert reply.header("content-length"), what


@pytest.fixture(scope="module")
def office(tmp_path_factory, pki):
    folder = tmp_path_factory.mktemp("office")
    ca = Ca(folder, OWN_CA)
    with Office(ca=ca, old=missing_phones(folder / "old"), pki=pki.folder) as server:
        server.fill(3)
        server.waiting = signer.Phone(folder).enrol(server).sn
        raise_alarm(server, "c0ffee")
        yield server


@pytest.fixture(scope="module")
def people(office):
    """{role: somebody}, nobody included."""
    boss = Admin(office).sign_in()
    made = {role: boss.make_user(f"a-{role}", role, OTHERS_PASSWORD) for role in ROLES[1:-1]}
    return {"nobody": Admin(office), "administrator": boss, **made}


def arguments(office, path):
    given = dict(ARGUMENTS.get(path, {}))
    if path == "admin/device/csr":
        given["sn"] = office.waiting
    return given


def url(path):
    return "/update/" + path.replace("*", "rollcall.css")


# ---- D5: roles ----

def test_the_table_is_read():
    assert len(ROUTES) >= 25 and {r for *_, r, _, _ in ROUTES} <= set(ROLES)
    assert [p for p, m, _, checked, _ in ROUTES if m == "POST" and not checked] == ["admin/sign-in"]


def test_the_table_is_sane():
    """What shows secrets or changes a device is not for who only looks; every change needs the token."""
    role = {(method, path): needs for path, method, needs, *_ in ROUTES}
    assert {p for (_, p), needs in role.items() if needs == "nobody"} == {
        "web/*", "admin/sign-in", METRICS}
    assert {p for (m, p), needs in role.items() if m == "POST" and needs == "viewer"} == {
        SIGN_OUT, "admin/users/password"}
    for path in ("device/plan", "device/backup", "device/diff", "snippet"):
        assert role["GET", f"admin/{path}"] == "operator", path
    assert {p for (_, p), needs in role.items() if needs == "administrator"} == {"admin/users/save", "admin/users/drop"}
    assert not [p for p, method, _, checked, _ in ROUTES if checked != (method == "POST" and p != "admin/sign-in")]


@pytest.mark.parametrize("path,needs", GETS)
def test_who_may_look(office, people, path, needs):
    for role, somebody in people.items():
        reply = somebody.get(url(path), **arguments(office, path))
        has = f"{role} at {path}: {reply.status} {reply.text[:300]}"
        if path == "admin/admin.php" and role != "nobody":
            assert reply.status == 303, has
        elif path == METRICS and role == "nobody":
            assert reply.status == 401 and "rollcall_" not in reply.text, has
        elif may(role, needs):
            assert reply.status == 200 or path == "admin/sign-in" and reply.status == 303, has
        elif role == "nobody":
            assert reply.status == 303 and "/admin/sign-in?next=" in reply.header("location"), has
            assert FIRST not in reply.text
        else:
            assert reply.status == 403 and needs in reply.text and role in reply.text, has


@pytest.mark.parametrize("path,needs", POSTS)
def test_who_may_act(office, people, path, needs):
    """With a good token, and nothing in the form: who may is told that, who may not is not let in."""
    for role, somebody in people.items():
        if path == SIGN_OUT and role != "nobody":
            continue
        reply = somebody.post(url(path), token=somebody.token or "0" * 64)
        has = f"{role} at {path}: {reply.status} {reply.text[:300]}"
        if may(role, needs):
            # He is in; his password is asked for once more, and was not given.
            assert reply.status in (200, 303, 400, 404, 409) or 'id="users-wrong"' in reply.text, has
        else:
            assert reply.status == 403, has


@pytest.mark.parametrize("path", PATHS)
def test_other_methods(office, people, path):
    """Each address takes what the table says, and tells everybody the same about the rest."""
    known = {method for p, method, *_ in ROUTES if p == path}
    for somebody in (people["nobody"], people["administrator"]):
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
            if method in known:
                continue
            body = None if method in ("GET", "OPTIONS", "DELETE") else b""
            reply = somebody.request(method, url(path), [("Content-Type", FORM)], body)
            assert reply.status in (405, 501), f"{method} {path}: {reply.status}"


def test_nothing_else_is_there(people):
    for path in ("admin/nothing", "admin/devices/nothing", "admin/../config/user-config.xml", "admin/device/",
                 "web/nothing.css", "web/../config/user-config.xml", "web/rollcall.css/x", "admin/.hidden",
                 "web/%2e%2e/config", "admin/devices%00"):
        for somebody in (people["nobody"], people["administrator"]):
            reply = somebody.get("/update/" + path)
            assert reply.status in (400, 403, 404), f"{path}: {reply.status}"
            assert "<config" not in reply.text and PASSWORD not in reply.text


def test_links_to_the_folder(people):
    assert people["administrator"].get("/update/admin").header("location") == "/update/admin/"


@pytest.mark.parametrize("query,to", [
    ("mode=ui&cmd=deliverfile&file=../certs/{sn}-request.p10.der", "device/csr?sn={sn}&form=der"),
    ("mode=ui&cmd=deliverfile&file={sn}-request.p10.pem", "device/csr?sn={sn}&form=pem"),
    ("mode=ui&cmd=deliverfile&file=IP232-50-00-00.1.txt", "devices?q=hwid%3AIP232-50-00-00"),
    ("mode=ui&cmd=deliverfile&file=../../etc/passwd", "devices"),
    ("mode=ui&cmd=deliverfile", "devices"), ("mode=status", "devices"), ("mode=info", "add"),
    ("mode=show", "configuration"),
    ("mode=ui&sn={sn}", "device?sn={sn}"), ("mode=ui&sn=../x", "devices"), ("mode=x", ""), ("", ""),
])
def test_the_addresses_of_today(office, people, query, to):
    """They lead to the page that shows the same; who is not signed in is asked first, and led there then."""
    query, to = (text.format(sn=office.waiting) for text in (query, to))
    reply = people["viewer"].get(f"admin.php?{query}")
    assert reply.status == 303 and reply.header("location") == f"/update/admin/{to}"
    reply = people["nobody"].get(f"admin.php?{query}")
    assert reply.status == 303 and "sign-in?next=%2Fupdate%2Fadmin%2Fadmin.php" in reply.header("location")


# ---- D6: headers ----

def test_headers_of_every_page(office, people):
    for role, somebody in people.items():
        for path, _ in GETS:
            if not path.startswith("web/"):
                has_headers(somebody.get(url(path), **arguments(office, path)), f"{role} {path}")


def test_headers_of_errors(office, people):
    boss, nobody = people["administrator"], people["nobody"]
    replies = {
        "404": boss.get("nothing"), "404 nobody": nobody.get("nothing"),
        "405": boss.request("PUT", url("admin/"), body=b""),
        "403": people["viewer"].post("device/act", action="forget", sn=FIRST),
        "400": boss.get("device", sn="../x"), "no device": boss.get("device", sn="00-00"),
        "broken query": boss.request("GET", "/update/admin/devices?q=%00"),
        "no token": boss.post("device/act", token=False, action="touch", sn=FIRST),
        "signed out": nobody.post("device/act", action="touch", sn=FIRST, token="0" * 64),
        "sign-in": nobody.try_sign_in("x", "y"),
        "wrong type": boss.request("POST", url("admin/users/save"), [("Content-Type", "text/xml")], b"<x/>"),
        "live": nobody.get("devices/rows", live="1"),
        "foreign host": boss.server.request(b"GET /update/admin/ HTTP/1.1\r\nHost: a<b\r\nConnection: close\r\n\r\n",
                                            via="https"),
    }
    for what, reply in replies.items():
        if what == "foreign host" and not reply.header("content-security-policy"):
            continue  # refused by the web server itself
        has_headers(reply, what)
        assert reply.status >= 400, what
    for reply in replies.values():
        assert "text/html" in reply.header("content-type") or "text/plain" in reply.header("content-type")


def test_files_may_be_kept(people):
    """Only under the address that has their version."""
    page = people["nobody"].page("sign-in")
    links = re.findall(r'(?:href|src)="(/update/web/[^"]+)"', page)
    assert len(links) >= 3, page
    for link in links:
        reply = people["nobody"].get(link)
        assert reply.status == 200 and "immutable" in reply.header("cache-control"), link
        assert reply.header("content-security-policy") == HEADERS["content-security-policy"]
        assert people["nobody"].get(link.partition("?")[0]).header("cache-control") == "no-store"


def test_no_page_has_anything_inline(office, people):
    """The policy forbids it; what stands there would not work."""
    for path, _ in GETS:
        if path.startswith("web/"):
            continue
        reply = people["administrator"].get(url(path), **arguments(office, path))
        if "text/html" not in reply.header("content-type"):
            continue
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", reply.text, re.I), path
        for link in re.findall(r'<(?:script|link|img|iframe|object|embed)[^>]*(?:src|href)="([^"]+)"', reply.text):
            assert link.startswith("/update/"), f"{path}: {link}"


# ---- D2: what must come with a change ----

def snapshot(office):
    """All that a change would change."""
    audit = office.cli("audit", "--json").stdout
    devices = office.cli("devices", "--json").stdout
    files = sorted((str(p), p.stat().st_mtime_ns) for folder in ("certs", "backup", "config")
                   for p in (office.path / folder).rglob("*"))
    return {"audit": audit, "devices": devices, "files": files}


def forms(office):
    """{path: fields}: each would do something, were its token right."""
    return {
        SIGN_OUT: {},
        "admin/alarms/act": {"act": "note", "matching": "1", "made": "9999999999"},
        "admin/devices/act": {"action": "forget", "sn": FIRST, "sure": "1"},
        "admin/device/act": {"action": "forget", "sn": FIRST, "sure": "1"},
        "admin/device/certificate": {"action": "approve", "sn": office.waiting, "sure": "1"},
        "admin/users/password": {"again": PASSWORD, "password": "another one 1", "repeat": "another one 1"},
        "admin/users/save": {"make": "1", "name": "planted", "role": "administrator", "again": PASSWORD,
                             "password": "planted 12345", "repeat": "planted 12345"},
        "admin/users/drop": {"name": "a-viewer", "sure": "1", "again": PASSWORD},
    }


@pytest.mark.parametrize("path,needs", POSTS)
def test_a_change_needs_the_token(office, people, path, needs):
    boss, other = people["administrator"], people["operator"]
    fields = forms(office)[path]
    before = snapshot(office)
    cross = ("Sec-Fetch-Site", "cross-site")
    attempts = {
        "no token": boss.post(url(path), token=False, **fields),
        "empty token": boss.post(url(path), token=False, csrf="", **fields),
        "foreign token": boss.post(url(path), token=other.token, **fields),
        "cut token": boss.post(url(path), token=boss.token[:-1], **fields),
        "foreign origin": boss.post(url(path), origin="https://evil.example", **fields),
        "null origin": boss.post(url(path), origin="null", **fields),
        "another port": boss.post(url(path), origin="https://127.0.0.1:1", **fields),
        "plain origin": boss.post(url(path), origin=f"http://{boss.host}", **fields),
        "cross-site": boss.post(url(path), origin=None, headers=[cross], **fields),
        "same-site": boss.post(url(path), origin=None, headers=[("Sec-Fetch-Site", "same-site")], **fields),
        "token in the address": boss.request("POST", boss.path(url(path), {**fields, "csrf": boss.token}),
                                             [("Content-Type", FORM)], b""),
        "GET": boss.get(url(path), csrf=boss.token, **fields),
    }
    for what, reply in attempts.items():
        wanted = 405 if what == "GET" else 403
        assert reply.status == wanted, f"{what}: {reply.status} {reply.text[:300]}"
    assert snapshot(office) == before
    assert boss.get("").status == 200, "it was signed out"


def test_signed_in_by_somebody_else(people):
    """A page elsewhere cannot sign anybody in as somebody of its own."""
    reply = Admin(people["nobody"].server).try_sign_in(USER, PASSWORD, origin="https://evil.example")
    assert reply.status == 403 and not reply.header("set-cookie"), f"{reply.status} {reply.header('set-cookie')}"


def test_cookies_of_others_are_none(office, people):
    """A cookie that is nearly right, or there twice, is nobody's."""
    name, value = next(iter(people["administrator"].cookies.items()))
    for cookie in (value[:-1], value + "0", value.upper() if value != value.upper() else value.lower(), "", "0" * 64):
        somebody = Admin(office)
        somebody.cookies = {name: cookie}
        assert somebody.get("").status == 303, cookie
    reply = office.request(
        f"GET /update/admin/ HTTP/1.1\r\nHost: 127.0.0.1:{office.ports['https']}\r\nConnection: close\r\n"
        f"Cookie: {name}={value}; {name}=x\r\n\r\n".encode(), via="https")
    assert reply.status == 303


def test_over_plain_http(office, people):
    """Pages are sent to HTTPS, forms are not taken."""
    boss = people["administrator"]
    plain = Admin(office, via="http")
    reply = plain.get("devices", q="a b")
    https = f"https://127.0.0.1:{office.ports['https']}"
    assert reply.status == 301 and reply.header("location").startswith(f"{https}/update/admin/devices?q=a")
    plain.cookies = dict(boss.cookies)
    assert plain.get("").status == 301
    reply = plain.try_sign_in(USER, PASSWORD)
    assert reply.status == 403 and not reply.header("set-cookie")
    reply = plain.post("device/act", token=boss.token, action="forget", sn=FIRST, sure="1")
    assert reply.status == 403 and boss.get("device", sn=FIRST).status == 200


def test_devices_are_not_kept_waiting(office, people):
    """The device's port of mutual TLS has no pages for those without a session either."""
    wait_for(lambda: office.alive(), 3)
    assert people["nobody"].get("devices").status == 303
