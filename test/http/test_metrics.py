# SPDX-License-Identifier: ISC
"""BASE/admin/metrics: who may read it, that Prometheus can, and that the numbers are right, also when all is not well."""
import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from lib import wire
from lib.admin import MASTER, Admin
from lib.device import settled, settled_commands
from lib.entries import raise_alarm, send
from lib.faults import FailIo
from lib.metrics import PATH, TOKEN, TYPE, WITH_TOKEN, Metrics, ask, bearer, scrape
from lib.server import ROOT, Server, config
from lib.wait import wait_for

TRACKED = config(MASTER, '<status dir="status"/>', '<times grace="0"/>', WITH_TOKEN)
SNIPPETS = {"update-all-default.txt": "config add T /v 1\r\n"}
CHECK = settled_commands(["config add T /v 1"])[-2].rsplit(" ", 1)[1]
MISTAKE = config(MASTER, "<tiems/>")
PROMTOOL = shutil.which("promtool")


def sn(i):
    return f"00-90-33-40-{i >> 8:02x}-{i & 255:02x}"


def poll_of(i, **more):
    return settled(sn=sn(i), hwid=f"IP232-{i:06x}", **more)


def polls(metrics):
    return metrics.all("rollcall_polls_total", "result")


@pytest.fixture(scope="module")
def server():
    with Server(TRACKED, SNIPPETS) as s:
        yield s


# ---- who may ----

def test_who_may_read_it(server):
    nobody = ask(server)
    assert nobody.status == 401 and nobody.header("www-authenticate") == 'Bearer realm="Rollcall"'
    assert "rollcall_" not in nobody.text and TOKEN not in nobody.text
    for headers in ([bearer(TOKEN[:-1])], [bearer(TOKEN + "0")], [bearer(TOKEN.upper())], [bearer("")],
                    [bearer(scheme="Basic")], [("Authorization", TOKEN)], [("Authorization", "Bearer")],
                    [("Cookie", f"rollcall={TOKEN}")], [bearer("x"), bearer()]):
        assert ask(server, *headers).status in (400, 401), headers
    for headers in ([bearer()], [bearer(scheme="bearer")]):
        assert ask(server, *headers).status == 200, headers
    assert ask(server, path=f"{PATH}?token={TOKEN}").status == 401, "an address stands in logs"
    head = ask(server, bearer(), method="HEAD")
    assert head.status == 200 and not head.body
    assert ask(server, bearer(), ("Content-Length", "0"), method="POST").status in (400, 405)


def test_the_token_is_for_nothing_else(server):
    for path in ("", "devices", "status", "status.xml", "configuration", "users"):
        reply = ask(server, bearer(), path=f"/update/admin/{path}")
        assert reply.status == 303 and "sign-in" in reply.header("location"), path
    page = Admin(server).sign_in().page("configuration")
    assert "metrics/@token" in page and TOKEN not in page
    assert TOKEN not in server.cli("config").stdout and TOKEN not in server.log()


def test_somebody_who_is_signed_in(server):
    boss = Admin(server).sign_in()
    viewer = boss.make_user("vera", "viewer")
    for admin in (boss, viewer):
        reply = admin.get("metrics")
        assert reply.status == 200 and reply.header("content-type") == TYPE
        Metrics(reply.text)


def test_without_a_token(serve):
    server = serve(config(MASTER))
    for headers in ([], [bearer("")], [bearer()], [("Authorization", "Bearer ")]):
        assert ask(server, *headers).status == 401, headers


# ---- what it says ----

def test_polls_by_what_became_of_them(serve):
    server = serve(TRACKED, SNIPPETS)
    assert sum(polls(scrape(server)).values()) == 0
    server.poll(poll_of(1))                     # it gets the snippet
    server.poll(poll_of(1, CHECK=CHECK))        # it has it: nothing to do
    server.poll(poll_of(1, CHECK=CHECK))
    server.poll("type=IP232")                   # arguments are missing
    server.poll(poll_of(1, ip="%00"))           # no proper request
    server.request(wire.get("/update/update.php?" + poll_of(1), method="HEAD"))  # this is no poll
    server.request(wire.get("/update/update.php?mode=backup&sn=x&hwid=x", method="PUT", body=b"x"))
    now = scrape(server)
    assert polls(now) == {"settled": 2, "commands": 1, "turned-away": 1, "refused": 1, "failed": 0}
    assert now.value("rollcall_poll_duration_seconds_count") == 5
    assert 0 < now.value("rollcall_poll_duration_seconds_sum") < 5
    assert now.all("rollcall_uploads_total", "result") == {"taken": 0, "refused": 1}
    assert server.status()["polls"] == {k: int(v) for k, v in polls(now).items()}


def test_a_slow_poll_is_a_slow_poll(serve):
    server = serve(TRACKED, fault=True)
    server.poll(settled(fault="sleep:600"))
    now = scrape(server)
    assert now.value("rollcall_poll_duration_seconds_bucket", le="0.5") == 0
    assert now.value("rollcall_poll_duration_seconds_bucket", le="10") == 1
    assert 0.6 <= now.value("rollcall_poll_duration_seconds_sum") < 10


def test_what_the_writer_does(serve):
    server = serve(TRACKED, SNIPPETS)
    for i in range(5):
        server.poll(poll_of(i))
    now = scrape(server)
    commits = now.value("rollcall_writer_commits_total")
    assert commits >= 5 and now.value("rollcall_writer_lists_total") >= 5
    assert now.value("rollcall_writer_batch_lists_count") == commits
    assert now.value("rollcall_writer_batch_lists_sum") == now.value("rollcall_writer_lists_total")
    assert now.value("rollcall_writer_commit_duration_seconds_count") == commits
    assert now.value("rollcall_writer_failing") == now.value("rollcall_writer_failures_total") == 0
    wait_for(lambda: scrape(server).value("rollcall_store_devices") == 5, what="they are counted")
    assert now.value("rollcall_store_bytes") > 4096
    for kind in ("update", "ap", "admin"):
        assert now.value("rollcall_queue_connections", kind=kind) in (0, None)  # None: a kernel that does not tell


def test_devices(serve):
    server = serve(TRACKED.replace('dir="status"', 'dir="status" missing="1"'), SNIPPETS)
    for i in range(3):
        server.poll(poll_of(i, PROT="130774"))
    server.poll(poll_of(3, PROT="125678"))
    server.poll(poll_of(4))
    wait_for(lambda: scrape(server).all("rollcall_devices", "state") == {"present": 0, "missing": 5},
             10, "all are missing after a second")
    server.poll(poll_of(0, PROT="130774"))
    now = wait_for(lambda: (m := scrape(server)).value("rollcall_devices", state="present") and m,
                   what="one is seen")
    assert sum(now.all("rollcall_devices", "state").values()) == 5
    assert now.all("rollcall_devices_by_firmware", "build") == {"130774": 3, "125678": 1, "": 1, "other": 0}


def test_devices_may_say_anything(serve):
    """How many series there are is not theirs to say, nor what a line is."""
    server = serve(TRACKED)
    evil = ['%22%7D%20999', "%5C", "other", "%C3%A4", "a%20b", "x" * 65]
    for i, build in enumerate([*evil, *(f"b{n}" for n in range(60))]):
        server.poll(poll_of(i, PROT=build))
    for i in range(70, 73):
        server.poll(poll_of(i, PROT="common"))
    wait_for(lambda: sum(scrape(server).all("rollcall_devices", "state").values()) == 69, what="all are there")
    builds = scrape(server).all("rollcall_devices_by_firmware", "build")
    assert sum(builds.values()) == 69 and len(builds) == 31
    assert builds["common"] == 3 and builds["other"] == 69 - 3 - 29
    assert all(re.fullmatch(r"b\d+|common|other", b) for b in builds), builds


def test_alarms_and_entries(serve):
    server = serve(TRACKED)
    raise_alarm(server, "1", severity="0")
    raise_alarm(server, "2", severity="2")
    raise_alarm(server, "3", severity="2")
    raise_alarm(server, "3", severity="2", event="clear")
    raise_alarm(server, "4", severity="2", event="error")  # an event is never active
    send(server, "from=x&msg=y")
    send(server, "")
    now = scrape(server)
    assert now.all("rollcall_alarms_active", "severity") == {"minor": 1, "indeterminate": 0, "major": 1}
    assert now.value("rollcall_alarms_unnoted") == 2
    entries = now.all("rollcall_entries_total", "result")
    assert entries == {"log": 1, "alarm": 5, "refused": 1, "limited": 0, "failed": 0}
    assert server.cli("alarms", "--ack").returncode == 0
    assert scrape(server).value("rollcall_alarms_unnoted") == 0


def test_processes(serve):
    server = serve(TRACKED, workers=3)
    before = scrape(server)
    assert sum(value for (name, labels), value in before.series.items()
               if name == "rollcall_processes" and ("kind", "update") in labels) == 3
    assert set(before.all("rollcall_process_restarts_total", "kind").values()) == {0}
    assert min(before.all("rollcall_process_resident_bytes", "kind").values()) > 1 << 20
    os.kill(min(server.worker_pids()), signal.SIGKILL)
    wait_for(lambda: scrape(server).value("rollcall_process_restarts_total", kind="update") == 1,
             what="it is counted")
    wait_for(server.whole, what="it is replaced")
    assert scrape(server).value("rollcall_processes", kind="update", state="missing") == 0
    assert scrape(server).value("rollcall_program_restarts_total", program="lighttpd") == 0


def test_configuration(serve):
    server = serve(TRACKED)
    assert scrape(server).value("rollcall_config_good") == 1
    generation = scrape(server).value("rollcall_config_generation")
    server.config(MISTAKE)
    wait_for(lambda: scrape(server).value("rollcall_config_good") == 0, 10, "the mistake is found")
    assert scrape(server).value("rollcall_config_generation") == generation
    server.take(TRACKED + "<!-- again -->\n")
    now = scrape(server)
    assert now.value("rollcall_config_good") == 1 and now.value("rollcall_config_generation") > generation


def test_master_device(serve, master):
    asks = config(f'<master info="{master.url}" expire="1" user="u" password="p"/>', WITH_TOKEN)
    server = serve(asks)
    wait_for(lambda: scrape(server).value("rollcall_master_up") == 1, what="it has answered")
    now = scrape(server)
    assert now.value("rollcall_master_silent_seconds") == 0
    assert now.value("rollcall_master_answered_time_seconds") > now.value("rollcall_start_time_seconds") - 5
    master.refuse()
    wait_for(lambda: scrape(server).value("rollcall_master_up") == 0, 20, "it is asked again")
    assert scrape(server).value("rollcall_master_silent_seconds") >= 0
    server.take(config(MASTER.replace('info=""', 'info="none" firmware="1" bootcode="1"'), WITH_TOKEN))
    assert scrape(server).value("rollcall_master_up") is None


def test_certificates(serve, pki):
    server = serve(config(MASTER, WITH_TOKEN), pki=pki.folder)
    reply = ask(server, bearer(), via="https")
    assert reply.status == 200
    until = Metrics(reply.text).all("rollcall_certificate_expiry_time_seconds", "file")
    assert set(until) == {"server.pem", "client-ca.pem"}
    for name, seconds in until.items():
        said = subprocess.run(["openssl", "x509", "-noout", "-enddate", "-dateopt", "iso_8601", "-in",
                               Path(pki.folder) / name], capture_output=True, text=True, check=True).stdout
        right = subprocess.run(["date", "-u", "-d", said.strip().removeprefix("notAfter="), "+%s"],
                               capture_output=True, text=True, check=True).stdout
        assert int(right) == seconds, name
    plain = ask(server, bearer())
    assert plain.status == 301 and plain.header("location").startswith("https://"), "a token is no secret there"


# ---- when all is not well ----

def test_while_nothing_can_be_written(home, stack, tmp_path):
    failing = FailIo(tmp_path)
    place = home(TRACKED, SNIPPETS)
    server = stack.enter_context(Server(at=place.path, env=failing.environment(place.path)))
    server.poll(poll_of(1))
    failing.fail(1, 28, lasting=True)  # ENOSPC
    # Some failures make the writer open the store anew; one that has just begun knows of none yet.
    now = wait_for(lambda: server.poll(poll_of(2)).status == 503
                   and (m := scrape(server)).value("rollcall_writer_failing") == 1 and m, 10, "it is said")
    assert now.value("rollcall_writer_failures_total") >= 1
    assert polls(now)["failed"] >= 1 and polls(now)["commands"] == 1
    failing.stop()
    wait_for(lambda: server.poll(poll_of(2)).status == 200
             and scrape(server).value("rollcall_writer_failing") == 0, 10, "it is over")


def test_while_the_store_cannot_be_read(home, stack):
    """Who watches a server hears from it all the same."""
    place = home(TRACKED)
    with Server(at=place.path):
        pass
    # Those that serve pages open it when somebody asks; the writer has it.
    server = stack.enter_context(Server(at=place.path))
    folder = place.path / "data/store"
    aside = folder.with_name("aside")
    folder.rename(aside)
    try:
        now = wait_for(lambda: unreadable(server), what="one that has not opened it")
        assert now.value("rollcall_config_good") == 1 and now.value("rollcall_devices", state="present") is None
    finally:
        aside.rename(folder)
    assert scrape(server).value("rollcall_store_readable") == 1


def unreadable(server):
    """What one says that must open the store now: as they are when they have just been replaced."""
    for process in server.status()["processes"]:
        if process["kind"] == "admin" and process["pid"]:
            os.kill(process["pid"], signal.SIGKILL)
    wait_for(lambda: all(p["state"] in ("idle", "busy") for p in server.status()["processes"]), 15,
             "they are replaced")
    now = scrape(server)
    return now if now.value("rollcall_store_readable") == 0 else None


# ---- for Prometheus and Grafana ----

@pytest.mark.skipif(not PROMTOOL, reason="promtool is not installed (package prometheus)")
def test_promtool_finds_nothing(server):
    text = ask(server, bearer()).body
    done = subprocess.run([PROMTOOL, "check", "metrics"], input=text, capture_output=True, check=False)
    assert done.returncode == 0 and not done.stderr, done.stderr.decode()


def expressions(panel):
    for inner in panel.get("panels", ()):
        yield from expressions(inner)
    for target in panel.get("targets", ()):
        yield target["expr"]


def test_the_dashboard_shows_what_there_is(server, serve, master, pki):
    """Each metric that conf/grafana.json asks for is one that is told, and most that are told are shown."""
    dashboard = json.loads((ROOT / "conf/grafana.json").read_text())
    asked = {name for panel in dashboard["panels"] for e in expressions(panel)
             for name in re.findall(r"rollcall_[a-z_]+", e)}
    asks = config(f'<master info="{master.url}" user="u" password="p"/>', WITH_TOKEN)
    there = scrape(server).names() | scrape(serve(asks)).names()
    assert asked <= there, asked - there
    ids = [p["id"] for p in dashboard["panels"]]
    assert len(ids) == len(set(ids)) and dashboard["title"] == "Rollcall" and dashboard["uid"]
    assert len(asked) >= 20
