# SPDX-License-Identifier: ISC
"""Statistics on a page: the days of a month, and the files of all months, up to this moment."""
import csv
import io
import time

import pytest

from lib import dom
from lib.admin import MASTER, Admin
from lib.device import SN, settled
from lib.server import Server, config
from lib.wait import wait_for

CONFIG = config(MASTER, '<status dir="status"/>', '<statistics keep="1200"/>')
OLD = "2020-02"
SERVER_OLD = ("day;time;polls;polls_refused;polls_commands;poll_mean_us;uploads;uploads_refused;logs;alarms;"
              "entries_refused;entries_limited;entries_failed;restarts;devices;present;missing;settled;"
              "firmware_current;alarms_active;store_bytes\r\n"
              "2020-02-01;00:00;1000;10;5;100;0;0;7;1;0;0;0;0;12;11;1;9;9;0;1000\r\n"
              "2020-02-01;00:15;3000;0;5;200;0;0;0;0;0;0;0;0;13;11;2;8;9;0;1000\r\n"
              "2020-02-29;23:45;1;0;0;50;0;0;0;0;0;0;0;0;;;;;;;\r\n")
DEVICES_OLD = ('day;sn;hwid;name;type\r\n2020-02-01;a-1;"x;y,""z""";;IP232\r\n2020-02-29;a-2;"\'=cmd;1";;\r\n')


@pytest.fixture(scope="module")
def server():
    with Server(CONFIG) as s:
        wait_for((s.path / "stats").is_dir, 15, "statistics are kept")
        for name, text in (("server", SERVER_OLD), ("devices", DEVICES_OLD)):
            path = s.path / "stats" / f"{OLD}-{name}.csv"
            path.write_text(text, newline="")
            path.chmod(0o444)
        for _ in range(3):
            s.poll(settled())
        wait_for(lambda: '"polls": 3' in s.cli("devices", "--json").stdout, 15, "the polls are known")
        yield s


@pytest.fixture(scope="module")
def boss(server):
    return Admin(server).sign_in()


def look(boss, **query):
    return dom.parse(boss.page("statistics", **query))


def month():
    return time.strftime("%Y-%m", time.gmtime())


def days(page):
    table = dom.by_id(page, "days")
    return {} if table is None else {row.get("data-day"): [dom.text(c) for c in row] for row in table.find("tbody")}


def rows(reply, separator=";"):
    assert reply.status == 200, reply.text[:300]
    return list(csv.DictReader(io.StringIO(reply.text), delimiter=separator))


def test_this_month(boss):
    page = look(boss)
    found = days(page)
    today = time.strftime("%Y-%m-%d", time.gmtime())
    assert set(found) <= {today, max(found)} and int(found[max(found)][1]) >= 3
    chosen = [o.get("value") for o in dom.by_id(page, "month").iter("option") if "selected" in o.attrib]
    assert chosen == [month()]


def test_a_month_that_is_over(boss):
    page = look(boss, month=OLD)
    found = days(page)
    assert list(found) == ["2020-02-01", "2020-02-29"]
    #                       day, polls, (bar), refused, commands, mean, logs, alarms, devices, missing, settled
    assert found["2020-02-01"][:11] == ["2020-02-01", "4,000", "", "10", "10", "175", "7", "1", "13", "2", "8"]
    assert found["2020-02-29"][:11] == ["2020-02-29", "1", "", "0", "0", "50", "0", "0", "–", "–", "–"]
    total = [dom.text(c) for c in dom.by_id(page, "days").find("tfoot")[0]]
    assert total[:8] == ["Together", "4,001", "", "10", "10", "174", "7", "1"]


def test_files(boss):
    table = dom.by_id(look(boss), "files")
    found = [[dom.text(c) for c in row] for row in table.find("tbody")]
    assert [(r[0], r[4]) for r in found] == [(month(), "until now")] * 2 + [(OLD, "complete")] * 2
    hrefs = {a.get("href") for a in table.iter("a")}
    assert f"/update/admin/statistics.csv?month={OLD}&kind=devices&separator=comma" in hrefs
    for href in hrefs:
        assert boss.get(href).status == 200, href


def test_german(server):
    page = dom.parse(Admin(server, language="de").sign_in().page("statistics", month=OLD))
    assert days(page)["2020-02-01"][1] == "4.000"
    assert dom.text(dom.by_id(page, "days-title")) == f"Tage im Monat {OLD}"


def test_as_files(boss):
    reply = boss.get("statistics.csv", month=OLD, kind="server")
    assert reply.header("content-type") == "text/csv; charset=utf-8"
    assert reply.header("content-disposition") == f'attachment; filename="{OLD}-server.csv"'
    assert reply.text == SERVER_OLD
    now = rows(boss.get("statistics.csv"))
    assert sum(int(r["polls"]) for r in now) >= 3 and int(now[-1]["devices"]) == 1
    assert [(r["sn"], r["polls"]) for r in rows(boss.get("statistics.csv", kind="devices"))] == [(SN, "3")]


def test_a_day(boss):
    reply = boss.get("statistics.csv", kind="devices", day="2020-02-29")
    assert reply.header("content-disposition") == 'attachment; filename="2020-02-29-devices.csv"'
    assert [r["sn"] for r in rows(reply)] == ["a-2"]
    link = f"/update/admin/statistics.csv?month={OLD}&kind=devices&day=2020-02-29"
    assert link in {a.get("href") for a in dom.by_id(look(boss, month=OLD), "days").iter("a")}


def test_separators(boss):
    """What stands in a field stays there, whatever is between them."""
    text = boss.get("statistics.csv", month=OLD, kind="devices", separator="comma").text
    assert [(r["sn"], r["hwid"]) for r in csv.DictReader(io.StringIO(text))] == [
        ("a-1", 'x;y,"z"'), ("a-2", "'=cmd;1")]
    semicolons = boss.get("statistics.csv", month=OLD, kind="devices", separator="semicolon").text
    assert semicolons.splitlines()[1:] == DEVICES_OLD.splitlines()[1:]


@pytest.mark.parametrize("query, status", [
    ({"month": "2020-13"}, 400), ({"month": "x"}, 400), ({"month": "1969-12"}, 400), ({"month": "9" * 300}, 400),
    ({"month": "../../etc"}, 400), ({"month": "1999-01"}, 200), ({"month": "9999-12"}, 200), ({"month": ""}, 200),
])
def test_wrong_months(boss, query, status):
    for path in ("statistics", "statistics.csv"):
        assert boss.get(path, **query).status == status


@pytest.mark.parametrize("query", [
    {"kind": "x"}, {"separator": "tab"}, {"day": "2020-02-30"}, {"day": "1.2.2020"}, {"kind": "../server"},
])
def test_wrong_files(boss, query):
    assert boss.get("statistics.csv", **query).status == 400


def test_what_is_no_file_of_ours(server, boss):
    path = server.path / "stats" / "2019-05-server.csv"
    path.write_text("<script>alert(1)</script>\n")
    try:
        reply = boss.get("statistics", month="2019-05")
        assert reply.status == 503 and "is no file of statistics" in reply.text and "<script>alert" not in reply.text
    finally:
        path.unlink()


def test_too_large_to_be_loaded(server, boss):
    """Day by day it can be; the page says so instead of a link."""
    path = server.path / "stats" / "2018-07-devices.csv"
    line = "2018-07-01;" + "x" * 1000 + "\r\n"
    path.write_text("day;sn\r\n" + line * 70000 + "2018-07-02;y\r\n", newline="")
    try:
        reply = boss.get("statistics.csv", month="2018-07", kind="devices")
        assert reply.status == 413 and "load it day by day" in reply.text
        assert [r["sn"] for r in rows(boss.get("statistics.csv", kind="devices", day="2018-07-02"))] == ["y"]
        page = look(boss, month="2018-07")
        assert not [a for a in dom.by_id(page, "files").iter("a") if "2018-07&kind" in a.get("href")]
    finally:
        path.unlink()


def test_who_may(server, boss):
    """Every role that is signed in; nobody else."""
    boss.make_user("vera", "viewer")
    vera = Admin(server).sign_in("vera")
    assert vera.get("statistics").status == vera.get("statistics.csv").status == 200
    stranger = Admin(server)
    assert stranger.get("statistics").status == 303 and stranger.get("statistics.csv").status in (303, 401)


def test_switched_off():
    with Server(config(MASTER, '<statistics dir=""/>')) as s:
        boss = Admin(s).sign_in()
        page = boss.page("statistics")
        assert "No statistics are kept" in page and 'id="days"' not in page
        assert boss.get("statistics.csv").status == 404
