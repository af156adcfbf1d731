# SPDX-License-Identifier: ISC
"""
The page of the configuration: what the check finds, whether the file is in force, the master device, every value
with where it came from; and no password anywhere.
"""
import html
import re

import pytest

from lib.admin import MASTER, PASSWORD, Admin
from lib.device import SN, settled
from lib.server import config
from lib.wait import wait_for

SECRET = "Geheim-0815-4711"
STATUS = '<status dir="status" missing="5400"/>'
GOOD = config(MASTER, STATUS, '<times interval="120"/>', '<environments><environment id="berlin"/></environments>')
ROW = re.compile(r'<tr data-path="([^"]*)">(.*?)</tr>', re.S)


def text_of(markup):
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def rows(page):
    """{path: text of the row}; of lists the last one."""
    return {html.unescape(path): text_of(row) for path, row in ROW.findall(page)}


def section(page, name):
    found = re.search(rf'<(section|div)[^>]* id="{name}".*?</\1>', page, re.S)
    assert found, f"no {name} in {page}"
    return found[0]


def wait_page(admin, path, condition, **query):
    """The text of a page once it fulfils a condition: the file is looked at every second, lists are as old."""
    return wait_for(lambda: (lambda text: condition(text) and text)(admin.page(path, **query)), 8, f"{path} {query}")


@pytest.fixture(name="server")
def server_fixture(serve):
    return serve(GOOD)


@pytest.fixture(name="boss")
def boss_fixture(server):
    return Admin(server).sign_in()


# ---- values ----

def test_one_table_with_a_row_above_each_group(boss):
    values = section(boss.page("configuration", all="1"), "values")
    assert values.count("<table") == values.count("<thead") == 1
    groups = re.findall(r'<tbody>\s*<tr class="group">\s*<th scope="rowgroup" colspan="4" id="g-([^"]*)">', values)
    assert len(groups) == values.count("<tbody") > 5 and len(set(groups)) == len(groups)


def test_what_was_changed(boss):
    found = rows(boss.page("configuration"))
    assert found["times/@interval"] == "@interval 120 min (2 h) how often a settled device polls user-config.xml:5"
    assert "5400 s (1 h 30 min)" in found["status/@missing"] and "user-config.xml:4" in found["status/@missing"]
    assert "times/@grace" not in found and not any(path.startswith("classes") for path in found)


def test_all_values(boss):
    page = boss.page("configuration", all="1")
    found = rows(page)
    assert "90 s (1 min 30 s)" in found["times/@grace"] and found["times/@grace"].endswith("default")
    assert "not set" in found["times/@initial"] and " min" not in found["times/@initial"]
    assert "user-config.xml:5" in found["times/@interval"]
    assert "ip101, ip102, " in found["classes/class[phone]/model"]
    assert found.keys() > rows(boss.page("configuration")).keys()
    assert 'id="all" aria-current="page"' in page


def test_nothing_changed(serve):
    boss = Admin(serve(config(MASTER))).sign_in()
    assert set(rows(boss.page("configuration"))) <= {"master/@info", "master/@user", "master/@password"}


def test_the_same_as_on_the_command_line(server, boss):
    """Every path that `rollcall config` prints."""
    printed = {line.split(" = ")[0] for line in server.cli("config").stdout.splitlines()}
    assert rows(boss.page("configuration", all="1")).keys() == printed


def test_names_lead_to_lists(server, boss):
    server.poll(settled(env="berlin"))
    page = boss.page("configuration")
    for name, link in ("phases", "phase:update"), ("environments", "env:berlin"), ("classes", "class:phone"):
        assert f'href="/update/admin/devices?q={link}"' in section(page, name)
        wait_page(boss, "devices", lambda text: SN in text, q=link)
    assert "when a device names none" in text_of(section(page, "environments"))


# ---- findings ----

def test_nothing_is_found(boss):
    page = boss.page("configuration")
    assert 'data-n-errors="0" data-n-warnings="0"' in page and 'id="force"' not in page
    assert "neither errors nor warnings" in text_of(section(page, "findings"))


def test_warnings(server, boss):
    """What a file is called is no markup."""
    server.snippet("update-all-all.txt", "x\ty\0z")
    server.snippet("<b onclick=x>&lt;.txt", "\0")
    page = boss.page("configuration")
    said = section(page, "findings")
    assert 'data-n-errors="0" data-n-warnings="2"' in said
    assert "warning scripts/update-all-all.txt it cannot be sent" in text_of(said)
    assert "scripts/<b onclick=x>&lt;.txt" in text_of(said) and "<b onclick" not in page
    printed = server.cli("check").stdout
    assert printed.count(" warning: ") == 2


def test_errors_with_their_line(server, boss):
    server.config(GOOD.replace('interval="120"', 'intervall="7"'))
    page = wait_page(boss, "configuration", lambda text: 'data-state="bad"' in text)
    said = text_of(section(page, "findings"))
    assert "error config/user-config.xml:5 " in said and "intervall" in said and 'did you mean "interval"?' in said
    assert "is not in force" in text_of(section(page, "force"))
    assert "120 min" in rows(page)["times/@interval"], "what was in force stays"
    server.take(GOOD.replace('interval="120"', 'interval="7"'))
    page = boss.page("configuration")
    assert "7 min" in rows(page)["times/@interval"]
    assert 'id="force"' not in page


def test_file_that_is_gone(server, boss):
    (server.path / "config/user-config.xml").unlink()
    page = wait_page(boss, "configuration", lambda text: 'data-state="bad"' in text)
    assert "config/user-config.xml" in text_of(section(page, "findings"))
    assert 'data-n-errors="1"' in page


def test_started_with_the_last_good_one(server):
    server.stop()
    server.config(GOOD.replace("<times", "<tims"))
    server.start()
    page = Admin(server).sign_in().page("configuration")
    assert 'data-state="last-good"' in page and "last good configuration" in text_of(section(page, "force"))
    assert "<tims>" in text_of(section(page, "findings"))
    assert "user-config.good.xml:5" in rows(page)["times/@interval"]


# ---- the master device ----

def test_no_master(boss):
    said = section(boss.page("configuration"), "master")
    assert 'data-state="off"' in said and "master/@info is empty" in text_of(said)


def test_builds_of_the_configuration(serve):
    boss = Admin(serve(config(MASTER.replace('info=""', 'info="none" firmware="125678" bootcode="firmware"')))).sign_in()
    said = section(boss.page("configuration"), "master")
    assert 'data-state="fixed"' in said and text_of(said).count("125678") == 2


def test_master_device(serve, master):
    boss = Admin(serve(config(MASTER.replace('info=""', f'info="{master.url}"')))).sign_in()
    page = wait_page(boss, "configuration", lambda text: 'data-state="current"' in text)
    said = text_of(section(page, "master"))
    assert master.url in said and f"Wanted firmware 125678" in said and " ago" in said


def test_master_device_that_does_not_answer(serve):
    info = f"http://admin:{SECRET}@127.0.0.1:1/box_info.xml"
    boss = Admin(serve(config(MASTER.replace('info=""', f'info="{info}"')))).sign_in()
    page = wait_page(boss, "configuration", lambda text: 'id="master-problem"' in text)
    assert 'data-state="unknown"' in page and "http://admin:(hidden)@127.0.0.1:1/box_info.xml" in page
    assert "It has never answered" in page and SECRET not in page


# ---- secrets ----

def planted(*more, password=PASSWORD):
    return config(f'<master info="http://admin:{SECRET}@127.0.0.1:1/x" user="admin" password="{password}"/>',
                  f'<backup dir="backup" scfg="http://up:{SECRET}@192.0.2.1/update.php?mode=backup"/>',
                  f'<fwstorage url="http://fw:{SECRET}@192.0.2.1/{{build}}/"/>', *more)


def test_passwords_are_nowhere(serve):
    """In no language, in no view, not among what is wrong with the very values that have them in it."""
    server = serve(planted())
    boss = Admin(server).sign_in()

    def look():
        for language in "en", "de":
            boss.language = language
            for all_ in "", "1":
                page = boss.page("configuration", all=all_)
                assert SECRET not in page and PASSWORD not in page, page
                assert "(hidden)" in page
        return page

    assert "master/@password" in rows(look())
    for broken in (planted('<tims/>', password=SECRET), planted(password=SECRET + "x" * 5000),
                   planted(password=SECRET + "&#7;"), planted(password=SECRET).replace("?mode", "<?mode"),
                   planted(password=SECRET).replace('user="admin"', f'user="admin" password-hash="{SECRET}"'),
                   planted(password=SECRET).replace('password="', 'pasword="'),
                   planted(password=SECRET).replace("http://admin", "htp://admin")):
        server.config(broken)
        wait_page(boss, "configuration", lambda text: 'data-state="bad"' in text)
        look()
        server.config(planted())
        wait_page(boss, "configuration", lambda text: 'id="force"' not in text)


# ---- who ----

def test_who_may_look(server, boss):
    eve = boss.make_user("eve", "viewer", "something else 99")
    assert "times/@interval" in rows(eve.page("configuration"))
    nobody = Admin(server).get("configuration")
    assert nobody.status == 303 and "sign-in" in dict(nobody.headers)["location"]
    assert boss.post("configuration").status == 405


def test_german(server):
    page = Admin(server, language="de").sign_in().page("configuration")
    assert "<h1>Konfiguration</h1>" in page and "weder Fehler noch Warnungen" in page
    assert "2 h" in rows(page)["times/@interval"]


def test_while_devices_poll(server, boss):
    """The check walks through the store while it is written."""
    def known():
        server.poll(settled())
        return "00-90-33" in boss.page("devices")
    wait_for(known, 5, "a device in the list")
    for _ in range(5):
        server.poll(settled())
        assert boss.get("configuration", all="1").status == 200
