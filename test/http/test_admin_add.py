# SPDX-License-Identifier: ISC
"""Adding a device: what the page gives makes a device come here, as text, as a script, as a link and as a QR
code; it is a GET and nothing is stored."""
import re
import subprocess
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from lib import dom, wire
from lib.admin import MASTER, Admin
from lib.pki import Ca
from lib.server import Server, config
from lib.wait import wait_for

CONFIG = config(
    MASTER, '<status dir="status"/>',
    '<environments><environment id="berlin"><implies>lab</implies><implies>sip</implies></environment>'
    '<environment id="lab"/><environment id="sip"/><environment id="Zoo_1"/></environments>')
LINKS = {"ios": "com.innovaphone.commands:", "android": "https://com.innovaphone.commands/",
         "scheme": "com.innovaphone.commands://"}
SCALE = 4  # pixels a module


@pytest.fixture(scope="module")
def server():
    with Server(CONFIG) as s:
        yield s


@pytest.fixture(scope="module")
def boss(server):
    return Admin(server).sign_in()


def page_of(boss, *pairs, **query):
    """`pairs`: arguments that repeat."""
    path = boss.path("add", [*pairs, *query.items()])
    return dom.parse(boss.page(path))


def text_of(page, name):
    return "".join(dom.by_id(page, name).itertext())


def ports(server, scheme):
    return server.ports[scheme]


# ---- the URL ----

def test_the_shortest_url(boss, server):
    page = page_of(boss)
    assert text_of(page, "url") == f"http://127.0.0.1:{ports(server, 'http')}/update/update.php"
    assert "default" in dom.text(dom.by_id(page, "result"))
    assert dom.by_id(page, "here-only") is not None


@pytest.mark.parametrize("envs, url, result, dropped", [
    (["berlin"], "env=berlin", "berlin, lab, sip", None),
    (["lab", "sip"], "env=lab,sip", "lab", "sip"),
    (["sip", "berlin"], "env=sip,berlin", "sip, lab", "berlin"),
    (["lab", "lab", ""], "env=lab", "lab", None),
    (["Zoo_1"], "env=Zoo_1", "Zoo_1", None),
])
def test_environments(boss, envs, url, result, dropped):
    page = page_of(boss, *(("env", e) for e in envs))
    assert text_of(page, "url").endswith("/update/update.php?" + url)
    assert dom.text(dom.by_id(page, "result")).endswith(": " + result)
    if dropped:
        assert dom.text(dom.by_id(page, "dropped")).endswith(": " + dropped)
    else:
        assert dom.by_id(page, "dropped") is None
    ticked = {e.get("value") for e in page.iter("input") if e.get("name") == "env" and "checked" in e.attrib}
    assert ticked == set(envs) - {""}


@pytest.mark.parametrize("host, shown", [
    ("update.example.com", "update.example.com:{port}"), ("update.example.com:8080", "update.example.com:8080"),
    ("192.0.2.7", "192.0.2.7:{port}"), ("[2001:db8::1]", "[2001:db8::1]:{port}"), ("[::1]:80", "[::1]:80"),
])
def test_another_name(boss, server, host, shown):
    page = page_of(boss, host=host)
    assert text_of(page, "url") == f"http://{shown.format(port=ports(server, 'http'))}/update/update.php"
    assert (dom.by_id(page, "here-only") is None) == ("::1]" not in host or "2001" in host)


@pytest.mark.parametrize("query, field", [
    ({"host": "a b"}, "host"), ({"host": "x/../y"}, "host"), ({"host": "a:99999999"}, "host"),
    ({"host": "evil\"><script>"}, "host"), ({"host": "x" * 300}, "host"), ({"host": "a@b"}, "host"),
    ({"env": "nowhere"}, "env"), ({"env": "<script>"}, "env"), ({"way": "ftp:21"}, "way"),
    ({"way": "http:1"}, "way"), ({"name": "x" * 129}, "name"), ({"name": "a\nb"}, "name"),
])
def test_what_is_wrong_is_said(boss, query, field):
    reply = boss.get("add", **query)
    page = dom.parse(reply.text)
    assert reply.status == 400 and "<script>" not in reply.text.replace("<script src", "")
    assert dom.by_id(page, "wrong").get("data-field") == field
    assert dom.by_id(page, "url") is None and dom.by_id(page, "choose") is not None
    script = boss.get("add/script", **query)
    assert script.status == 400 and "config add" not in script.text


def test_https_and_mutual_tls(tmp_path):
    pki = tmp_path / "pki"
    pki.mkdir()
    Ca(pki, "Company CA")
    with Server(CONFIG, pki=pki) as s:
        boss = Admin(s).sign_in()
        page = page_of(boss)
        ways = {e.get("value"): dom.text(e) for e in page.iter("option")}
        assert set(ways) == {f"https:{ports(s, 'https')}", f"https:{ports(s, 'mtls')}", f"http:{ports(s, 'http')}"}
        assert ways[f"https:{ports(s, 'mtls')}"].endswith("mutual TLS")
        assert text_of(page, "url") == f"https://127.0.0.1:{ports(s, 'https')}/update/update.php"
        for way in ways:
            scheme, port = way.split(":")
            assert text_of(page_of(boss, way=way), "url") == f"{scheme}://127.0.0.1:{port}/update/update.php"


def test_forced_https_is_said():
    forced = CONFIG.replace("</config>", '<times forcehttps="true"/></config>')
    with Server(forced) as s:
        assert dom.by_id(page_of(Admin(s).sign_in()), "forced") is not None


# ---- it works ----

def replied(reply):
    return [x for x in reply.text.splitlines() if x and not x.startswith("#")]


def test_the_url_brings_a_device_here(boss, server):
    page = page_of(boss, ("env", "lab"), host=f"{wire.DEVICE_HOST}:80")
    told = replied(server.poll(urlsplit(text_of(page, "url")).query))
    # What the page says of the first answer is that answer, under the name that the device used.
    said = "".join(dom.by_id(page, "reply").find("pre").itertext())
    assert said.replace("%3A80%2F", "%2F").splitlines() == told
    new = unquote(next(x for x in told if "/url" in x).split()[-1])
    for mark, value in {"#t": "IP232", "#m": "00-90-33-77-00-01", "#h": "IP232-77-00-01", "#i": "192.0.2.5"}.items():
        new = new.replace(mark, value)
    arguments = urlsplit(new).query
    assert dict(parse_qsl(arguments, keep_blank_values=True))["env"] == "lab"
    server.poll(arguments)
    wait_for(lambda: '"00-90-33-77-00-01"' in server.cli("devices", "--json").stdout, what="it is here")


def test_the_script(boss, server):
    reply = boss.get("add/script", env="lab", name="Büro 2, #1")
    url = f"http://127.0.0.1:{ports(server, 'http')}/update/update.php?env=lab"
    lines = reply.text.split("\r\n")
    assert reply.status == 200 and reply.header("content-type") == "text/plain; charset=utf-8"
    assert reply.header("content-disposition") == 'attachment; filename="rollcall-lab.txt"'
    assert lines[-1] == "" and "\n" not in "".join(lines)
    assert unquote(lines[0]) == f"config add UP1 /url {url}" and " " not in lines[0].split("/url ")[1]
    assert [unquote(x) for x in lines[1:-1]] == [
        "config add UP1 /poll 1", "config add UP1 /no-dhcp", "config add CMD0 /name Büro 2, #1",
        "config write", "config activate", "iresetn"]
    assert lines[3] == "config add CMD0 /name B%C3%BCro%202%2C%20%231"
    page = page_of(boss, env="lab", name="Büro 2, #1")
    assert text_of(page, "commands").splitlines() == lines[:-1]
    link = dom.by_id(page, "script").get("href")
    assert boss.get(link).text == reply.text


@pytest.mark.parametrize("envs, name", [
    ([], "rollcall-default.txt"), (["berlin", "sip"], "rollcall-berlin-sip.txt"), (["Zoo_1"], "rollcall-Zoo_1.txt"),
])
def test_the_name_of_the_script(boss, envs, name):
    reply = boss.get(boss.path("add/script", [("env", e) for e in envs]))
    assert reply.header("content-disposition") == f'attachment; filename="{name}"'


# ---- links and codes ----

def read_code(svg, tmp_path):
    """What a reader of codes sees: the SVG's own rectangles and paths, painted."""
    side = int(svg.get("viewbox", svg.get("viewBox")).split()[-1])
    rows = [bytearray(b"\xff" * side) for _ in range(side)]
    for x, y, n in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", svg.find(".//path").get("d")):
        rows[int(y)][int(x):int(x) + int(n)] = b"\x00" * int(n)
    wide = [b"".join(bytes([b]) * SCALE for b in row) for row in rows for _ in range(SCALE)]
    file = tmp_path / "code.pgm"
    file.write_bytes(b"P5 %d %d 255\n" % (side * SCALE, side * SCALE) + b"".join(wide))
    done = subprocess.run(["zbarimg", "--quiet", "--raw", "--oneshot", file], capture_output=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode().rstrip("\n")


def codes(page):
    return [e for e in page.iter("svg") if e.get("class") == "qr"]


def test_links(boss):
    page = page_of(boss, env="lab", name="Büro 2")
    for name, start in LINKS.items():
        url = text_of(page, f"link-{name}")
        assert url.startswith(start) and re.fullmatch(r"[A-Za-z0-9._~%-]+", url[len(start):])
        lines = unquote(url[len(start):]).split("\r\n")
        assert [unquote(x).split()[:3] for x in lines[:3]] == [
            ["config", "add", "UP1"], ["config", "add", "UP1"], ["config", "add", "CMD0"]]
        assert lines[1:] == ["config add UP1 /poll 1", "config add CMD0 /name B%C3%BCro%202", "config write",
                             "config activate", ""]
        assert unquote(lines[0]).endswith("/update/update.php?env=lab")
        assert dom.by_id(page, f"app-{name}").find(".//a").get("href") == url


def test_codes_are_read(boss, tmp_path):
    page = page_of(boss, env="berlin", name="Büro <2>")
    wanted = [text_of(page, "url")] + [text_of(page, f"link-{name}") for name in LINKS]
    svgs = codes(page)
    assert [read_code(svg, tmp_path) for svg in svgs] == wanted
    for svg, text in zip(svgs, wanted):
        assert svg.get("role") == "img" and text in svg.get("aria-label")


def test_too_long_for_a_code(boss):
    page = page_of(boss, host="x" * 60 + ".example", name="ü" * 32)
    assert len(codes(page)) == 4
    long = page_of(boss, host=".".join(["x" * 50] * 5), name="%" * 128)
    assert len(codes(long)) == 1
    assert dom.text(long).count("too long for a QR code") == 3


# ---- nothing is stored ----

def test_nothing_changes(boss, server):
    before = server.cli("devices", "--json").stdout, server.cli("audit", "--json").stdout
    page_of(boss, ("env", "lab"), name="x")
    boss.get("add/script", env="lab")
    assert (server.cli("devices", "--json").stdout, server.cli("audit", "--json").stdout) == before
    for method in ("POST", "PUT", "DELETE"):
        assert boss.request(method, boss.path("add")).status in (405, 411)


def test_one_environment_needs_no_choice():
    with Server(config(MASTER)) as s:
        page = page_of(Admin(s).sign_in())
        assert not [e for e in page.iter("input") if e.get("name") == "env"]
        assert text_of(page, "url").endswith("/update/update.php")


def test_another_base_path():
    class Rooted(Server):
        def command(self):
            return [*super().command(), "--base", "/mtls/update"]

        def take_ready(self, line):
            super().take_ready(line.replace("/mtls/update/", "/update/"))
    with Rooted(CONFIG) as s:
        boss = Admin(s, base="/mtls/update").sign_in()
        assert text_of(page_of(boss, host="u.example:80"), "url") == "http://u.example:80/mtls/update/update.php"


def test_german(server):
    page = dom.parse(Admin(server, language="de").sign_in().page("add"))
    assert dom.text(page.find(".//h1")) == "Gerät hinzufügen"
