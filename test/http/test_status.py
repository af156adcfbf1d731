# SPDX-License-Identifier: ISC
"""/healthz for those who watch a server, BASE/admin/status for people, status.xml for programs; and today's addresses."""
import json
import os
import re
import xml.etree.ElementTree as ET

import pytest

from lib import dom, wire
from lib.admin import MASTER, Admin
from lib.device import SN, settled
from lib.entries import send
from lib.faults import FailIo
from lib.server import Server, config
from lib.wait import wait_for

CONFIG = config(MASTER, '<status dir="status"/>', '<times grace="0"/>')
MISTAKE = config(MASTER, "<tiems/>")
FINE = {"healthy": True, "polls": "ok", "store": "ok", "writer": "ok", "configuration": "ok"}


@pytest.fixture(scope="module")
def server():
    with Server(CONFIG) as s:
        s.poll(settled())
        yield s


@pytest.fixture(scope="module")
def boss(server):
    return Admin(server).sign_in()


def health(server):
    reply = server.get("/healthz")
    assert reply.complete and reply.header("content-type") == "application/json", reply
    said = json.loads(reply.text)
    assert said["healthy"] == (reply.status == 200) and reply.status in (200, 503)
    return reply.status, said


# ---- /healthz ----

def test_health_is_for_everybody(server):
    assert health(server) == (200, FINE)
    head = server.get("/healthz", method="HEAD")
    assert head.status == 200 and not head.body and head.header("content-length") != "0"
    assert server.get("/healthz").header("cache-control") == "no-store"
    for method in ("POST", "PUT", "DELETE"):
        assert server.get("/healthz", method=method, body=b"").status == 405, method
    for path in ("/healthz/", "/healthz/x", "/update/healthz", "/HEALTHZ"):
        assert server.get(path).status in (403, 404), path


def test_a_mistake_in_the_configuration_is_said_but_served(serve):
    server = serve(CONFIG)
    server.config(MISTAKE)
    wait_for(lambda: health(server)[1]["configuration"] == "bad", 10, "it is found")
    assert health(server) == (200, {**FINE, "configuration": "bad"})
    assert server.poll(settled()).status == 200
    text = server.get("/healthz").text
    assert "tiems" not in text and str(server.path) not in text, "nothing but words"
    server.take(CONFIG + "<!-- -->\n")
    assert health(server) == (200, FINE)


def test_not_well_while_nothing_can_be_written(home, stack, tmp_path):
    failing = FailIo(tmp_path)
    place = home(CONFIG)
    server = stack.enter_context(Server(at=place.path, env=failing.environment(place.path)))
    assert health(server) == (200, FINE)
    failing.fail(1, 28, lasting=True)  # ENOSPC
    # Some failures make the writer open the store anew; one that has just begun knows of none yet.
    said = wait_for(lambda: server.poll(settled()).status == 503 and (now := health(server))[0] == 503 and now, 10,
                    "it is said")
    assert said[1]["writer"] in ("failing", "missing")
    assert {**said[1], "healthy": True, "writer": "ok"} == FINE
    assert "space" not in server.get("/healthz").text
    failing.stop()
    wait_for(lambda: server.poll(settled()).status == 200 and health(server) == (200, FINE), 10, "it is over")


def test_not_well_while_the_store_cannot_be_read(home, stack):
    place = home(CONFIG)
    server = stack.enter_context(Server(at=place.path))
    folder = place.path / "data/store"
    folder.rename(folder.with_name("aside"))  # workers open it when the first device asks
    assert health(server) == (503, {**FINE, "healthy": False, "store": "unreadable"})
    folder.with_name("aside").rename(folder)
    assert health(server) == (200, FINE)


# ---- today's addresses ----

@pytest.mark.parametrize("path, there", [("/status.php", "status.xml"), ("/status.xml", "status.xml"),
                                         ("/status", "status"), ("/metrics", "metrics")])
def test_addresses_that_lead_on(server, boss, path, there):
    for method in ("GET", "HEAD"):
        reply = server.get(path, method=method)
        assert reply.status == 303 and reply.header("location") == f"/update/admin/{there}", reply
    assert server.get(path, method="POST", body=b"").status == 405
    assert boss.get(f"/update/admin/{there}").status == 200
    if there != "metrics":
        refused = server.get(f"/update/admin/{there}")
        assert refused.status == 303 and "sign-in" in refused.header("location")
        assert SN not in refused.text and str(server.path) not in refused.text


# ---- the page ----

def figures(page):
    """{what became of polls: how many}"""
    return {row.get("data-result"): int(dom.text(row.find("td")).replace(",", ""))
            for row in dom.by_id(page, "polls").iter("tr") if row.get("data-result")}


def test_the_page(serve):
    server = serve(CONFIG)
    boss = Admin(server).sign_in()
    for arguments in (settled(), "type=x", settled(ip="%00")):
        server.poll(arguments)
    send(server, "from=x&msg=y")
    server.cli("trace", SN)
    page = dom.parse(boss.page("status"))
    assert figures(page) == {"settled": 0, "commands": 1, "turned-away": 1, "refused": 1, "failed": 0}
    assert "logs: 1, alarms: 0" in dom.text(dom.by_id(page, "polls"))
    assert re.search(r"Half of them took at most [\d.]+ ms", dom.text(dom.by_id(page, "times")))
    rows = list(dom.by_id(page, "processes").find("tbody"))
    said = server.status()["processes"]
    assert [(r.get("data-kind"), dom.text(r[1])) for r in rows] == [(p["kind"], str(p["pid"])) for p in said]
    assert f"http://127.0.0.1:{server.port}/update/" in dom.text(dom.by_id(page, "server"))
    assert SN in dom.text(dom.by_id(page, "traces"))
    folders = [dom.text(row[0]) for row in dom.by_id(page, "disks").find("tbody")]
    assert folders[0] == str(server.path / "data")


def test_what_is_wrong_stands_there(serve):
    server = serve(CONFIG)
    boss = Admin(server).sign_in()
    server.config(MISTAKE)
    wait_for(lambda: server.status()["config"]["state"] == "bad", 10, "it is found")
    page = dom.by_id(dom.parse(boss.page("status")), "server")
    assert page.find(".//dd[@data-configuration='bad']") is not None
    root = ET.fromstring(boss.page("status.xml"))
    assert root.find("server").get("configuration") == "bad"
    assert "user-config.xml:4" in root.find("server/message").text


def test_a_viewer_may_see_it(server, boss):
    vera = boss.make_user("vera", "viewer")
    assert vera.get("status").status == vera.get("status.xml").status == 200


def test_certificates(serve, pki):
    server = serve(CONFIG, pki=pki.folder)
    boss = Admin(server).sign_in()
    rows = dom.by_id(dom.parse(boss.page("status")), "certificates").find(".//tbody")
    assert [dom.text(row[0]) for row in rows] == ["server.pem", "client-ca.pem"]
    assert {c.get("state") for c in ET.fromstring(boss.page("status.xml")).iter("certificate")} <= {"good", "expiring"}


# ---- as XML ----

def proc(name):
    with open(f"/proc/{name}", encoding="ascii") as f:
        return f.read()


def test_the_document(server, boss):
    reply = boss.get("status.xml")
    assert reply.header("content-type") == "application/xml; charset=utf-8"
    root = ET.fromstring(reply.body)
    assert root.tag == "status" and root.get("version")
    host = root.find("host")
    total = int(re.search(r"MemTotal:\s+(\d+)", proc("meminfo"))[1]) * 1024
    assert int(host.find("memory").get("total")) == total
    assert 0 < int(host.find("memory").get("available")) <= total
    assert abs(int(host.get("uptime")) - float(proc("uptime").split()[0])) < 10
    assert int(host.get("cores")) == os.cpu_count() and host.get("name") == os.uname().nodename
    disk = host.find("disk")
    fs = os.statvfs(server.path / "data")
    assert int(disk.get("size")) == fs.f_blocks * fs.f_frsize and 0 <= int(disk.get("percent")) <= 100
    assert float(host.find("load").get("one")) >= 0 and int(host.find("sockets").get("all")) > 0
    pids = {int(p.get("pid")) for p in root.iter("process")}
    assert pids == {p["pid"] for p in server.status()["processes"]}
    for p in root.iter("process"):
        assert int(p.get("memory")) > 1 << 20 and int(p.get("cpu-ms")) >= 0
    store = root.find("server/store")
    assert store.get("state") == "good" and int(store.get("devices")) >= 0
    assert {p.get("name") for p in root.iter("program")} == {"serve", "lighttpd", "rollcalld"}


def test_not_on_the_port_for_devices(serve, pki):
    server = serve(CONFIG, pki=pki.folder)
    device = pki.device("IP232-30-00-af")
    for path in ("status", "status.xml", "metrics"):
        reply = server.request(wire.get(f"/update/admin/{path}"), via="mtls", certificate=device)
        assert reply.status == 403, f"{path}: {reply.status}"
    assert server.request(wire.get("/healthz"), via="mtls", certificate=device).status == 200
