# SPDX-License-Identifier: ISC
"""The page of snippets and that of one: for whom a file is, who has it, what is wrong, and that no other
file of the machine is ever shown (PITFALLS §8 B3)."""
import os
import re

import pytest

from lib import dom
from lib.admin import MASTER, Admin
from lib.server import DAY, Server, config
from lib.device import query
from lib.wait import wait_for

SECRET = "config add PHONE SIG /password Geheim-4711"
GRACE = 3600
CONFIG = config(
    MASTER, '<status dir="status"/>', f'<times grace="{GRACE}" check="false"/>',
    '<phases><phase id="staging" seq="100"/></phases>',
    '<environments><environment id="berlin"/></environments>')
SNIPPETS = {
    "all-all-all.txt": "# für alle\r\n",
    "update-phone-berlin.txt": SECRET + "\r\nsecond line\r\n",
    "staging-phone-all.txt": "x\r\n",
    "update-ip232-00_90_33_30_00_01.txt": "x\r\n",
    "updaet-phone-berlin.txt": "x\r\n",
    "update-phnoe-berlin.txt": "x\r\n",
}
HELD = "update-gw-berlin.txt"
BROKEN = "update-all-berlin.txt"
LATIN = "staging-gw-berlin.txt"
STRANGE = "a&b=c<i>%41+'\".txt"
LINK = "update-all-all.txt"
# As `rollcall check` says it; the same rule for both.
PHONES, GATEWAYS = 3, 2


def device(i, type, **more):
    return query({"type": type, "sn": f"00-90-33-30-00-{i:02x}", "hwid": f"{type}-30-00-{i:02x}",
                  "env": "berlin", "phase": "update", "polling": "0", **more})


@pytest.fixture(scope="module")
def server():
    with Server(CONFIG, SNIPPETS) as s:
        s.snippet(HELD, "x\r\n", age=10)
        s.snippet(BROKEN, b"\xff\xfec\x00o\x00", age=2 * DAY)
        s.snippet(LATIN, b"# \xe4\tTab \x0c FF\rconfig\n\nlast", age=2 * DAY)
        s.snippet(STRANGE, "<script>alert(1)</script>\r\n", age=2 * DAY)
        (s.path / "secret.txt").write_text("outside\n")
        (s.path / "scripts" / ".hidden.txt").write_text("hidden\n")
        (s.path / "scripts" / "folder.txt").mkdir()
        os.symlink(s.path / "secret.txt", s.path / "scripts" / LINK)
        os.utime(s.path / "secret.txt", (0, 0))
        for i in range(PHONES):
            s.poll(device(i, "IP232"))
        for i in range(GATEWAYS):
            s.poll(device(16 + i, "IP6010", phase="staging", polling="5"))
        yield s


@pytest.fixture(scope="module")
def boss(server):
    return Admin(server).sign_in()


@pytest.fixture(scope="module")
def fleet(boss):
    """The list, once it knows all devices."""
    def known():
        page = dom.parse(boss.page("snippets"))
        return page if dom.number(row(page, "all-all-all.txt"), "devices") == PHONES + GATEWAYS else None
    return wait_for(known, what="all devices are counted")


def row(page, name):
    found = [r for r in page.iter("tr") if r.get("data-snippet") == name]
    assert len(found) == 1, f"{name} {len(found)} times"
    return found[0]


def names(page):
    return [r.get("data-snippet") for r in page.iter("tr") if r.get("data-snippet")]


def in_phase(r):
    """Only said where it is not all of them."""
    said = r.find(".//*[@data-n='now']")
    if said is None:
        return dom.number(r, "devices")
    found = re.match(r"\d+", dom.text(said))
    return int(found[0]) if found else 0


# ---- the list ----

@pytest.mark.parametrize("name, devices, now", [
    ("all-all-all.txt", PHONES + GATEWAYS, PHONES + GATEWAYS),
    ("update-phone-berlin.txt", PHONES, PHONES),
    ("staging-phone-all.txt", PHONES, 0),
    ("update-ip232-00_90_33_30_00_01.txt", 1, 1),
    ("update-phnoe-berlin.txt", 0, 0),
    (HELD, GATEWAYS, 0),
])
def test_how_many_it_is_for(fleet, name, devices, now):
    r = row(fleet, name)
    assert (dom.number(r, "devices"), in_phase(r)) == (devices, now)


def test_the_number_leads_to_those_devices(fleet, boss):
    link = row(fleet, "update-phone-berlin.txt").find(".//a[@data-n='devices']").get("href")
    assert link == "/update/admin/devices?snippet=update-phone-berlin.txt"
    listed = dom.parse(boss.page(link))
    shown = {e.get("data-sn") for e in listed.iter("tr") if e.get("data-sn")}
    assert shown == {f"00-90-33-30-00-{i:02x}" for i in range(PHONES)}


def test_what_is_wrong_comes_first(fleet):
    order = names(fleet)
    wrong = {"updaet-phone-berlin.txt", BROKEN, STRANGE, LINK, "folder.txt"} & set(order)
    levels = [row(fleet, n).get("data-level") or "" for n in order]
    assert levels == sorted(levels, key=["wrong", "doubtful", ""].index)
    assert {"updaet-phone-berlin.txt", BROKEN, STRANGE} <= wrong
    assert dom.by_id(fleet, "wrong").get("data-n") == str(levels.count("wrong"))


def test_the_likely_correction(fleet):
    for wrong in ("updaet-phone-berlin.txt", "update-phnoe-berlin.txt"):
        assert dom.text(row(fleet, wrong).find(".//*[@data-n='nearest']")) == "update-phone-berlin.txt"
    assert "No phase is called so" in dom.text(row(fleet, "updaet-phone-berlin.txt"))


def test_what_cannot_be_sent_says_why(fleet):
    assert "control characters" in dom.text(row(fleet, BROKEN).find(".//*[@data-n='problem']"))


def test_what_is_held_back_says_until_when(fleet):
    held = row(fleet, HELD).find(".//*[@data-n='held']")
    changed = int(row(fleet, HELD).find(".//time").get("data-at"))
    assert int(held.find("time").get("data-at")) == changed + GRACE
    assert "in 59 min" in dom.text(held)
    assert row(fleet, "all-all-all.txt").find(".//*[@data-n='held']") is None


def test_hidden_files_are_no_snippets(fleet):
    assert ".hidden.txt" not in names(fleet)


def test_when_it_was_last_delivered(fleet):
    assert row(fleet, "all-all-all.txt").find(".//td[@data-n='delivered']/time") is not None
    assert dom.text(row(fleet, "staging-phone-all.txt").find(".//td[@data-n='delivered']")) == "never"


def test_search(boss):
    page = dom.parse(boss.page("snippets", q="PHONE-BERLIN"))
    assert set(names(page)) == {"update-phone-berlin.txt", "updaet-phone-berlin.txt"}
    assert "No file has this in its name" in boss.page("snippets", q="<nothing>")


@pytest.mark.parametrize("start", ["-1", "x", "999999999999999999999", "40000", "7"])
def test_any_beginning_is_shown(boss, start):
    assert dom.by_id(dom.parse(boss.page("snippets", **{"from": start})), "snippets") is not None


def test_names_are_text(boss, fleet):
    r = row(fleet, STRANGE)
    assert STRANGE in dom.text(r)
    one = boss.get(r.find(".//th/a").get("href"))
    assert one.status == 200 and "<script>alert" not in one.text
    assert dom.text(dom.parse(one.text).find(".//h1")) == STRANGE


# ---- one file ----

def shown(boss, name):
    """Each process that serves pages looks at the folder by itself, so another one may know a new file sooner."""
    return dom.parse(wait_for(lambda: (r := boss.get("snippet", name=name)).status == 200 and r, what=name).text)


def lines(page):
    content = dom.by_id(page, "content")
    return None if content is None else [
        "".join(e.itertext()) for e in content.iter("span") if e.get("class") == "line"]


def test_one_file(boss, fleet):
    page = shown(boss, "update-phone-berlin.txt")
    assert lines(page) == [SECRET, "second line"]
    assert {n: dom.number(page, n) for n in ("devices", "now", "current", "other", "never")} == {
        "devices": PHONES, "now": PHONES, "current": PHONES, "other": 0, "never": 0}
    has = {e.get("data-sn"): e.get("data-has") for e in page.iter("tr") if e.get("data-sn")}
    assert has == {f"00-90-33-30-00-{i:02x}": "current" for i in range(PHONES)}


def test_versions(boss, server, fleet):
    name = "update-ip232-00_90_33_30_00_01.txt"
    assert dom.number(shown(boss, name), "current") == 1
    server.snippet(name, "y\r\n", age=3 * DAY)
    [page] = wait_for(lambda: [p for p in [shown(boss, name)] if dom.number(p, "other") == 1],
                      what="the file is another one")
    assert dom.by_id(page, "d-00-90-33-30-00-01").get("data-has") == "other"
    assert dom.number(shown(boss, "staging-phone-all.txt"), "never") == PHONES


def test_what_nobody_would_see_is_shown(boss):
    page = shown(boss, LATIN)
    assert lines(page) == [r"# \xE4" + "\tTab " + r"\x0C FF", "config", "", "last"]
    assert [e.text for e in page.iter("span") if e.get("class") == "byte"] == [r"\xE4", r"\x0C"]
    assert dom.by_id(page, "no-utf8") is not None


def test_a_broken_file_is_shown_with_what_is_wrong(boss):
    page = shown(boss, BROKEN)
    assert "control characters" in dom.text(dom.by_id(page, "problem"))
    assert lines(page) == [r"\xFF\xFEc\x00o\x00"]
    assert dom.by_id(page, "no-utf8") is None


def test_too_large_a_file(boss, server):
    name = "update-gw-00_90_33_30_00_10.txt"
    server.snippet(name, "x" * ((1 << 20) + 1))
    wait_for(lambda: name in names(dom.parse(boss.page("snippets"))), what="the file is listed")
    page = shown(boss, name)
    assert "larger than" in dom.text(dom.by_id(page, "unread"))
    assert lines(page) is None


def test_many_lines_are_cut(boss, server):
    name = "update-gw-00_90_33_30_00_11.txt"
    server.snippet(name, "x\n" * 10500)
    wait_for(lambda: name in names(dom.parse(boss.page("snippets"))), what="the file is listed")
    page = shown(boss, name)
    assert lines(page) == ["x"] * 10000
    assert "1,000 bytes" in dom.text(dom.by_id(page, "left"))


@pytest.mark.parametrize("part, runs", [(bytes(range(128, 256)), 1), (b"a\xff", 2000)], ids=["bytes", "mixed"])
def test_what_is_no_text_at_all(boss, server, part, runs):
    """A document of a million elements would end the worker."""
    name = f"update-gw-00_90_33_30_01_{runs:04}.txt"
    server.snippet(name, part * (1000000 // len(part)))
    wait_for(lambda: name in names(dom.parse(boss.page("snippets"))), what="the file is listed")
    page = shown(boss, name)
    assert len([e for e in page.iter("span") if e.get("class") == "byte"]) == runs
    assert (dom.by_id(page, "left") is None) == (runs == 1)


@pytest.mark.parametrize("name, status", [
    ("", 400), ("../secret.txt", 400), ("..", 400), (".", 400), ("/etc/passwd", 400), (".hidden.txt", 400),
    ("a/b.txt", 400), ("x" * 300, 400), ("a\nb", 400), ("nothing.txt", 404), ("secret.txt", 404),
    (LINK, 404), ("ALL-ALL-ALL.TXT", 404), ("x" * 255, 404),
])
def test_other_names(boss, server, name, status):
    reply = boss.get("snippet", name=name)
    assert reply.status == status
    assert "outside" not in reply.text and "hidden\n" not in reply.text and "root:" not in reply.text
    assert dom.text(dom.parse(reply.text).find(".//main"))


@pytest.mark.parametrize("raw", ["name=all-all-all.txt%00", "name=%00", "name=%ff", "name=..%2fsecret.txt",
                                 "name=%2e%2e/secret.txt"])
def test_raw_names(boss, raw):
    assert boss.get(f"/update/admin/snippet?{raw}").status in (400, 404)


def test_a_folder_is_no_file(boss):
    reply = boss.get("snippet", name="folder.txt")
    assert reply.status in (200, 404) and "content" not in {e.get("id") for e in dom.parse(reply.text).iter()}


def test_a_viewer_sees_no_content(boss, fleet):
    viewer = boss.make_user("vera", "viewer")
    page = viewer.page("snippets")
    assert "snippet?name=" not in page and "update-phone-berlin.txt" in page
    assert viewer.get("snippet", name="update-phone-berlin.txt").status == 403
    assert SECRET not in page


# ---- nothing there ----

def test_no_snippet_yet():
    with Server(CONFIG) as s:
        boss = Admin(s).sign_in()
        page = dom.parse(boss.page("snippets"))
        assert dom.by_id(page, "no-snippets") is not None and dom.by_id(page, "snippets") is None
        said = [e.text for e in dom.by_id(page, "names").iter("code")]
        assert said == ["update-all-all.txt", "update-phone-default.txt", "update-all-00_90_33_00_00_00.txt"]
        assert str(s.path / "scripts") in dom.text(page)
        # These names are right: each becomes a file that nothing is said against.
        for name in said:
            s.snippet(name, "x\r\n")
        wait_for(lambda: len(names(dom.parse(boss.page("snippets")))) == 3, what="three files")
        assert dom.by_id(dom.parse(boss.page("snippets")), "wrong") is None


def test_no_folder():
    with Server(CONFIG, SNIPPETS) as s:
        boss = Admin(s).sign_in()
        assert names(dom.parse(boss.page("snippets")))
        (s.path / "scripts").rename(s.path / "elsewhere")
        wait_for(lambda: "cannot be read" in boss.page("snippets"), what="the folder is missed")
        assert boss.get("snippet", name="all-all-all.txt").status == 404


def test_pages_of_many():
    many = {f"update-phone-00_90_33_30_{i >> 8:02x}_{i & 255:02x}.txt": "x\r\n" for i in range(450)}
    with Server(CONFIG, many) as s:
        boss = Admin(s).sign_in()
        seen, path = [], "snippets"
        while path:
            page = dom.parse(boss.page(path))
            seen += names(page)
            after = dom.by_id(page, "after")
            path = after.get("href") if after is not None else None
        assert seen == sorted(many) and dom.by_id(page, "before") is not None
