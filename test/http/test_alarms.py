# SPDX-License-Identifier: ISC
"""`rollcall alarms`: alarms as state, and an administrator who takes note of them."""
import csv
import io
import json
import threading
import time

import pytest

from lib.entries import DEVICE, raise_alarm
from lib.wait import wait_for

OTHER = "IP112-30-00-b0"


def listed(server, *words, code=None):
    done = server.cli("alarms", *words, "--json")
    assert done.stdout, done.stderr
    if code is not None:
        assert done.returncode == code, done.stdout + done.stderr
    return [a for a in json.loads(done.stdout)["alarms"] if a["from"] != "server"]


def codes(server, *words):
    return [a["code"] for a in listed(server, *words)]


def test_raised_counted_cleared(serve):
    server = serve()
    assert listed(server) == []
    begin = int(time.time())
    raise_alarm(server, "c0ffee", source="IP1-1", severity="1", details="<a b='1'/>", serial="00-90-33-00-00-01")
    one = listed(server, code=1)[0]
    assert (one["from"], one["state"], one["severity"], one["count"]) == ("IP1-1", "active", "indeterminate", 1)
    assert one["text"] == "it is c0ffee" and one["details"] == "<a b='1'/>"
    assert one["serial"] == "00-90-33-00-00-01" and one["address"] == "127.0.0.1"
    assert begin <= one["first"] == one["last"] == one["raised"] <= time.time() + 1
    raise_alarm(server, "c0ffee", source="IP1-1")
    again = listed(server)[0]
    assert again["count"] == 2 and again["first"] == one["first"] and again["severity"] == "major"
    raise_alarm(server, "c0ffee", source="IP1-1", event="clear")
    assert listed(server, code=0) == []
    over = listed(server, "--all")[0]
    assert over["state"] == "over" and over["cleared"] >= begin and over["count"] == 2
    raise_alarm(server, "c0ffee", source="IP1-1")
    back = listed(server)[0]
    assert back["state"] == "active" and back["first"] == one["first"] and back["count"] == 3


def test_each_device_and_code_by_itself(serve):
    server = serve()
    for device in (DEVICE, OTHER):
        for code in ("1", "2"):
            raise_alarm(server, code, device)
    raise_alarm(server, "1", OTHER, event="clear")
    raise_alarm(server, "3", OTHER, event="clear")  # nobody has raised it
    assert sorted((a["from"], a["code"]) for a in listed(server)) == [(OTHER, "2"), (DEVICE, "1"), (DEVICE, "2")]


def test_events_have_no_end(serve):
    server = serve()
    for _ in range(3):
        raise_alarm(server, "e", event="error")
    assert listed(server) == []
    event = listed(server, "--all")[0]
    assert event["state"] == "event" and event["count"] == 3 and event["raised"] == 0


def test_order_and_filter(serve):
    server = serve()
    raise_alarm(server, "minor", severity="0", source=DEVICE)
    raise_alarm(server, "major", severity="2", source=OTHER)
    raise_alarm(server, "middle", severity="1", source=OTHER)
    raise_alarm(server, "event", event="error")
    assert codes(server) == ["major", "middle", "minor"]
    assert codes(server, "--all")[:3] == ["major", "middle", "minor"] and len(codes(server, "--all")) == 4
    assert codes(server, "ip112") == ["major", "middle"]
    assert codes(server, "IP112", "MIDDLE") == ["middle"] and codes(server, "nowhere") == []
    text = server.cli("alarms").stdout
    assert text.index("major") < text.index("middle") < text.index("minor") and "event" not in text


def test_taking_note(serve):
    """Who was told once need not be told again; a new alarm is another one."""
    server = serve()
    raise_alarm(server, "first")
    raise_alarm(server, "second")
    done = server.cli("alarms", "FIRST", DEVICE, "--ack", "--note", "a technician is on the way")
    assert done.returncode == 0, done.stderr
    there = {a["code"]: a for a in listed(server, code=1)}
    assert there["first"]["state"] == "noted" and there["second"]["state"] == "active"
    assert there["first"]["note"] == "a technician is on the way" and there["first"]["acked_by"]
    assert "a technician is on the way" in server.cli("alarms").stdout
    assert server.cli("alarms", "--ack").returncode == 0
    assert all(a["state"] == "noted" for a in listed(server))
    raise_alarm(server, "first")  # it lasts
    assert {a["code"]: a["state"] for a in listed(server)}["first"] == "noted"
    raise_alarm(server, "first", event="clear")
    raise_alarm(server, "first")
    assert {a["code"]: a["state"] for a in listed(server)}["first"] == "active"
    audit = server.cli("audit", "--json").stdout
    assert "technician" in audit


@pytest.mark.parametrize("words, says", [(("--note", "x"), "--ack"), (("--json", "--csv"), "not both")])
def test_wrong_use(home, words, says):
    done = home().cli("alarms", *words)
    assert done.returncode == 2 and says in done.stderr


def test_as_csv(serve):
    server = serve()
    raise_alarm(server, "=c", severity="2", text='a "b",\nc', details="<x/>")
    rows = list(csv.DictReader(io.StringIO(server.cli("alarms", "--csv").stdout)))
    assert len(rows) == 1
    row = rows[0]
    assert row["state"] == "active" and row["severity"] == "major" and row["whose"] == DEVICE
    assert row["text"] == 'a "b",\\x0ac' and row["details"] == "<x/>" and row["times"] == "1"
    assert row["code"] != "=c" and row["code"].endswith("=c")
    assert row["first"] == row["last"] == row["raised"] and row["first"].endswith("Z") and row["cleared"] == ""


def test_survive_a_restart_and_need_no_server(serve):
    server = serve()
    raise_alarm(server, "a")
    server.stop()
    assert codes(server) == ["a"]
    server.start()
    assert codes(server) == ["a"]
    raise_alarm(server, "a", event="clear")
    assert codes(server) == []


def test_what_a_device_says_stays_text(serve):
    server = serve()
    raise_alarm(server, "a\tb\n", source="\x1b[31mred", text="x\r\nforged  active \u202e")
    out = server.cli("alarms").stdout
    assert "\x1b" not in out and "\r" not in out
    assert sum("forged" in line for line in out.splitlines()) == 1
    one = listed(server)[0]
    assert one["text"].startswith("x") and "forged" in one["text"]


def test_too_long_is_cut_not_lost(serve):
    server = serve()
    raise_alarm(server, "c" * 500, source="f" * 500, text="t" * 5000)
    one = listed(server)[0]
    assert one["state"] == "active" and len(one["text"]) <= 512 and set(one["text"]) == {"t"}
    raise_alarm(server, "c" * 500, source="f" * 500, event="clear")
    assert listed(server) == []


def test_without_a_code_or_a_name(serve):
    """The text is the code then, and the address the name."""
    server = serve()
    raise_alarm(server, "", source="", text="link is down")
    raise_alarm(server, "", source="", text="fan is dead")
    assert {(a["from"], a["code"]) for a in listed(server)} == {("127.0.0.1", "link is down"), ("127.0.0.1", "fan is dead")}
    raise_alarm(server, "", source="", text="fan is dead", event="clear")
    assert len(listed(server)) == 1


def test_nobody_speaks_as_the_server(serve):
    """A device that calls itself `server` clears or raises nothing of ours."""
    server = serve()
    raise_alarm(server, "forged", source="server")
    assert codes(server) == ["forged"] and listed(server)[0]["from"] == "127.0.0.1"


def test_alarms_of_many_devices_at_once(serve):
    """Acknowledged is in the store, whoever else reports at that moment."""
    server = serve()

    def report(number):
        for i in range(20):
            raise_alarm(server, f"code-{i}", f"IP1-00-00-{number:02x}")

    threads = [threading.Thread(target=report, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(listed(server)) == 120
    wait_for(lambda: server.status()["entries"]["alarms"] == 120, 5)
