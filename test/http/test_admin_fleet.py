# SPDX-License-Identifier: ISC
"""
The fleet as numbers: each leads to a list of exactly as many devices, rows of one chart add up to all, and
what is counted is what devices did.
"""
import re
import time

import pytest

from lib import dom
from lib.admin import MASTER, Admin
from lib.device import query, settled
from lib.enrol import says
from lib.master import MasterDevice
from lib.office import (BOOTCODE, FIRMWARE, MISSING, OTHER_CA, OWN_CA, STAGING, Office, missing_phones,
                        office_config, phone)
from lib.pki import Ca
from lib.server import DAY, Server, config
from lib.wait import wait_for

PHONES = 25
BUILDS = 12     # different ones that somebody runs; eight are named on the page
ENDS = [3, 25, 80, 200, 355, 500]  # days, of certificates

DEVICES = PHONES + 1 + 1 + BUILDS + 1 + len(ENDS)


def valid_for(days):
    """The answer to the query certificates; half a day more, so that nothing depends on the hour."""
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + days * DAY + DAY // 2))
    return says(OTHER_CA).replace(b"2049-01-01T00:00:00Z", until.encode())


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    work = tmp_path_factory.mktemp("fleet")
    with Office(ca=Ca(work, OWN_CA), old=missing_phones(work / "old")) as s:
        s.fill(PHONES)
        for i in range(BUILDS):
            s.asks(phone(200 + i, PROT=f"1000{i:02d}"))
        s.asks(phone(300, PROT="%3Cscript%3Ealert(1)%3C/script%3E", BOOT=None))
        for i, days in enumerate(ENDS):
            s.asks(phone(400 + i))
            s.put(phone(400 + i)["sn"], "certificates", valid_for(days))
        s.put(phone(1)["sn"], "certificates", says("Nobody's CA"))
        s.put(phone(2)["sn"], "certificates", says("self"))
        boss = Admin(s).sign_in()
        wait_for(lambda: numbers(fleet(boss)).get("all") == DEVICES and
                 numbers(fleet(boss))["certificates:stranger"] == 2, 10, "all of the fleet")
        yield s


@pytest.fixture(scope="module")
def boss(server):
    return Admin(server).sign_in()


def fleet(boss):
    return dom.parse(boss.page(""))


def number(element):
    return int(dom.text(element).split()[0].replace(",", ""))


def numbers(page):
    """{what: how many}."""
    return {a.get("data-n"): number(a) for a in page.findall(".//*[@data-n]")}


def bars(page, name):
    return {k.split(":", 1)[1]: n for k, n in numbers(page).items() if k.startswith(name + ":")}


def matches(boss, href):
    found = re.search(r'data-matches="(\d+)"', boss.page(href))
    assert found, f"{href}: no list"
    return int(found[1])


def test_every_number_leads_to_as_many(boss):
    links = fleet(boss).findall(".//a[@data-n]")
    lists = [a for a in links if a.get("data-n") != "polls"]
    assert len(lists) >= 40 and len({a.get("data-n") for a in links}) == len(links)
    for a in lists:
        assert matches(boss, a.get("href")) == number(a), a.get("href")


def test_no_number_of_devices_is_without_a_list(boss):
    """Not even where a device says something that no filter can: that is among the others."""
    page = fleet(boss)
    assert all(td.find("a") is not None for td in page.findall(".//table[@class='bars']//td[@class='n']"))
    assert "alert" not in dom.text(page)
    assert matches(boss, "devices?q=firmware%3A*script*") == 1


def test_numbers_are_those_of_the_fleet(boss, server):
    n = numbers(fleet(boss))
    assert (n["all"], n["missing"], n["present"]) == (DEVICES, 1, DEVICES - 1)
    assert n["unsettled"] == DEVICES - len([i for i in range(PHONES) if i % 5])
    assert n["phases:staging"] == 1 and n["phases:update"] == DEVICES - 1


def test_rows_of_a_chart_add_up(boss):
    page, n = fleet(boss), numbers(fleet(boss))
    for table in page.findall(".//table[@class='bars']"):
        rows = [number(td) for td in table.findall(".//td[@class='n']")]
        assert sum(rows) == n["all"], table.get("aria-labelledby")


def test_builds_are_named_as_far_as_there_is_room(boss):
    page = fleet(boss)
    builds = bars(page, "firmware-builds")
    assert builds[FIRMWARE] == bars(page, "firmware")["current"] and len(builds) == 8 + 1
    assert builds[":rest"] > 1
    badges = page.findall(".//section[@id='firmware']//th/span[@class='badge good']/..")
    assert [dom.text(th).split() for th in badges] == [[FIRMWARE, "wanted"]]
    assert BOOTCODE in bars(page, "bootcode-builds")


def test_certificates_by_state_and_by_end(boss):
    page, n = fleet(boss), numbers(fleet(boss))
    certs = bars(page, "certificates")
    assert certs["stranger"] == 2 and certs["expiring"] == 1
    assert [n[f"within:{d}"] for d in (7, 30, 90)] == [1, 2, 3]
    months = [n[f"month:{30 * i}"] for i in range(1, 13)]
    assert months == [sum(30 * (i - 1) <= d < 30 * i for d in ENDS) for i in range(1, 13)]
    assert n["later"] >= 1 + len([i for i in range(PHONES) if i % 5]) - 2


def test_polls_of_the_day_are_counted(boss, server):
    before = numbers(fleet(boss))
    for _ in range(3):
        server.asks(phone(7))
    assert server.poll(query({"sn": "not one"})).status != 500

    def counted():
        now = numbers(fleet(boss))
        return (now["polls"], now["refused"]) == (before["polls"] + 3, before["refused"] + 1)
    wait_for(counted, 10, "three polls and a refused one")
    columns = fleet(boss).findall(".//details[@id='polls-table']//tbody/tr")
    shown = [[number(td) for td in tr.findall("td")] for tr in columns]
    assert len(shown) == 48
    assert [sum(x) for x in zip(*shown)] == [before["polls"] + 3, before["refused"] + 1]


def test_charts_say_what_they_show(boss):
    for svg in fleet(boss).iter("svg"):
        if svg.get("role") == "img":
            assert dom.text(svg.find("title")) and dom.text(svg.find("desc"))
        else:
            assert svg.get("aria-hidden") == "true"


def test_a_few_devices_are_named(boss):
    page = fleet(boss)
    gone = dom.by_id(page, "few-missing").findall(".//tbody/tr")
    assert [dom.text(tr).split()[0] for tr in gone] == [MISSING]
    new = [dom.text(tr).split()[0] for tr in dom.by_id(page, "few-newest").findall(".//tbody/tr")]
    assert len(new) == 6 and MISSING not in new
    for list_of in ("few-missing", "few-newest"):
        more = dom.by_id(page, list_of).find("p[@class='more']/a").get("href")
        rows = re.findall(r'data-sn="([^"]+)"', boss.page(more))
        assert rows[0] == (MISSING if list_of == "few-missing" else rows[0])


def test_none_is_missing():
    """Then nothing says who is missing longest."""
    with Server(config(MASTER, '<status dir="status"/>')) as s:
        boss = Admin(s).sign_in()
        s.poll(settled())
        wait_for(lambda: dom.by_id(fleet(boss), "few-newest") is not None, 10, "the device")
        assert dom.by_id(fleet(boss), "few-missing") is None


def test_refused_polls_are_explained(boss):
    page = fleet(boss)
    refused = page.find(".//*[@data-n='refused']")
    assert "could not be understood" in refused.get("title") and refused.find("a") is None


def test_what_a_device_does_is_seen_at_once(boss, server):
    before = numbers(fleet(boss))["all"]
    server.asks(phone(900))
    wait_for(lambda: numbers(fleet(boss))["all"] == before + 1, 10, "a new device on the page")
    assert phone(900)["sn"] in dom.text(dom.by_id(fleet(boss), "few-newest"))


def test_a_viewer_sees_it_too(boss):
    viewer = boss.make_user("vera", "viewer")
    assert numbers(dom.parse(viewer.page("")))["all"] == numbers(fleet(boss))["all"]


# ---- other servers ----


def test_an_empty_one_says_what_to_do_first():
    with Server(config(MASTER, '<status dir="status"/>')) as s:
        page = fleet(Admin(s).sign_in())
        steps = [a.get("href") for a in dom.by_id(page, "fleet").findall(".//ol//a")]
        assert steps == [f"/update/admin/{x}" for x in ("configuration", "snippets", "add")]
        assert not page.findall(".//*[@data-n]") and page.find(".//svg") is None
        s.poll(query({"polling": "0"}))
        wait_for(lambda: numbers(fleet(Admin(s).sign_in())).get("all") == 1, 10, "the first device")


def test_master_device_and_configuration():
    with MasterDevice() as box:
        master = MASTER.replace('info=""', f'info="{box.url}"')
        with Server(config(master, '<status dir="status"/>')) as s:
            boss = Admin(s).sign_in()
            state = lambda: fleet(boss).find(".//dd[@data-master]")  # noqa: E731
            wait_for(lambda: state().get("data-master") == "good", 10, "the master device's answer")
            assert "has a mistake" not in dom.text(dom.by_id(fleet(boss), "server"))
            s.config("<config><nonsense/></config>")
            wait_for(lambda: "has a mistake" in dom.text(dom.by_id(fleet(boss), "server")), 10, "a mistake")
            notice = fleet(boss).find(".//*[@data-notice='configuration-bad']")
            assert notice.find("p/a").get("href") == "/update/admin/configuration"
            assert "configuration-bad" not in boss.page("configuration")


def test_a_master_device_that_does_not_answer():
    master = MASTER.replace('info=""', 'info="http://127.0.0.1:1/x"')
    with Server(config(master, '<status dir="status"/>')) as s:
        boss = Admin(s).sign_in()
        wait_for(lambda: fleet(boss).find(".//dd[@data-master='problem']") is not None, 10, "the problem")


def test_certificates_that_are_off_are_not_spoken_of():
    with Server(config(MASTER, '<status dir="status"/>')) as s:
        s.poll(query({"polling": "0"}))
        boss = Admin(s).sign_in()
        wait_for(lambda: numbers(fleet(boss)).get("all") == 1, 10, "the device")
        assert dom.by_id(fleet(boss), "certificates") is None and dom.by_id(fleet(boss), "expiries") is None
