# SPDX-License-Identifier: ISC
"""
What an administrator sees of devices on the command line (devices, device, answers, backups, diff), after
they polled and sent something, with a server and without one.
"""
import csv
import io
import json
import re
import subprocess
import time
from contextlib import ExitStack
from xml.etree import ElementTree

import pytest

from lib import wire
from lib.device import DEVICE, SN, UPDATE, settled
from lib.server import ROLLCALL, Home, Server, config
from lib.wait import wait_for

QUERIES = """<queries>
<query id="certificates"><applies>*</applies>
<show title="Subject">/state/queries/certificates/info/servercert/certificate/@subject_cn</show>
<show title="How many">count(/state/queries/certificates/info/servercert/certificate)</show>
</query>
<query id="admin"><applies>*</applies></query>
</queries>"""
CONFIG = config('<master info="none" firmware="130986" bootcode="none"/>', '<status dir="status"/>',
                '<backup dir="backup"/>', QUERIES)
SNIPPETS = {"update-phone-default.txt": "config add CMD0 /name x\r\n"}

SECOND, THIRD = "00-90-33-30-00-b0", "00-90-33-41-00-01"
FORMULA = '=HYPERLINK("x"),y'
FLEET = [
    {"PROT": "125678"},
    {"type": "IP222", "sn": SECOND, "hwid": "IP222-30-00-b0", "ip": "172.16.1.10", "PROT": "130986"},
    {"sn": THIRD, "hwid": "IP232-41-00-01", "ip": "172.17.0.20", "PROT": "99999"},
]
CERTIFICATES = ('<info><servercert><certificate subject_cn="one" issuer_cn="x"/>'
                '<certificate subject_cn="two&#155;31m"/></servercert></info>')


def poll(server, device):
    reply = server.poll(settled(**device))
    assert reply.status == 200, reply
    return reply


def put(server, arguments, body, status=200):
    reply = server.request(wire.get(f"{UPDATE}?{arguments}", method="PUT", body=body))
    assert reply.status == status, reply
    return reply


def answer(server, query, xml, sn=SN):
    reply = put(server, f"mode=query&sn={sn}&id={query}", xml.encode())
    assert "kept" in reply.text, reply.text


def backup(server, text, sn=SN, hwid=DEVICE["hwid"]):
    assert "stored as" in put(server, f"mode=backup&sn={sn}&hwid={hwid}", text).text


def fill(server):
    for device in FLEET:
        poll(server, device)
    answer(server, "admin", '<info name="Empfang"/>')
    answer(server, "admin", "<info name='=HYPERLINK(\"x\"),y'/>", THIRD)
    answer(server, "certificates", CERTIFICATES)
    backup(server, b"config add A\r\nconfig add B\r\n")
    backup(server, b"config add A\r\nconfig add \x1b[31mC\xff\t.\r\n")
    # Sightings are written a moment later.
    wait_for(lambda: all(d["seen"] for d in listed(server)["devices"]), 5, "three devices seen")


@pytest.fixture(scope="module", name="fleet")
def fleet_fixture():
    """Nothing in it is changed by a test."""
    with Server(CONFIG, SNIPPETS) as server:
        fill(server)
        yield server


def printable(text):
    """Nothing that speaks to a terminal."""
    return not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text.replace("\r\n", "\n"))


def fine(home, *words):
    done = home.cli(*words)
    assert (done.returncode, done.stderr) == (0, ""), done
    assert printable(done.stdout), done.stdout
    return done.stdout


def finding(home, *words):
    done = home.cli(*words)
    assert done.returncode == 1 and done.stdout == "", done
    assert done.stderr.startswith("rollcall: ") and printable(done.stderr), done
    return done.stderr


def listed(home, *words):
    return json.loads(fine(home, "devices", "--json", *words))


def found(home, *words):
    return [d["sn"] for d in listed(home, *words)["devices"]]


# device

def test_device(fleet):
    text = fine(fleet, "device", SN)
    for words in ("name +Empfang", f"serial number +{SN}", "type +IP232", "hardware id +IP232-30-00-af",
                  "address +172.16.1.9, calls from 127.0.0.1", "polls: 1", "phase +update",
                  "firmware +125678, told to load 130986", r"backup +IP232-30-00-af\.1\.txt",
                  r"update-phone-default\.txt +\d+ s ago", r"Certificate \(certificates\), \d+ s ago",
                  r"    Subject +one, two\\xc2\\x9b31m", "    How many +2"):
        assert re.search(words, text), (words, text)
    assert "MISSING" not in text and "gone" not in text and "changed" not in text


def test_device_as_json(fleet):
    got = json.loads(fine(fleet, "device", SN, "--json"))
    expected = {"sn": SN, "type": "IP232", "hwid": "IP232-30-00-af", "realip": "172.16.1.9",
                "ip": "127.0.0.1", "proxy": "", "phase": "update", "environments": "default",
                "prot": "125678", "firmware": "130986", "name": "Empfang", "polls": 1,
                "missing": False, "backup": "IP232-30-00-af.1.txt", "https": 0}
    assert {k: got[k] for k in expected} == expected
    for moment in ("created", "seen", "firmware_at", "backup_at"):
        assert 0 <= time.time() - got[moment] < 60
    assert [d["snippet"] for d in got["deliveries"]] == ["update-phone-default.txt"]
    assert got["deliveries"][0]["file"] == "current"
    assert {a["query"]: a["title"] for a in got["answers"]} == {
        "admin": "Admin", "certificates": "Certificate"}
    assert {s["title"]: s["value"] for s in got["shows"]} == {
        "Subject": "one, two\x9b31m", "How many": "2"}
    assert "IP232-30-00-af.1.txt" in got["messages"][-1]["text"]
    assert fine(fleet, "device", SN).splitlines()[-1].endswith(got["messages"][-1]["text"])


def test_device_as_xml(fleet):
    state = ElementTree.fromstring(fine(fleet, "device", SN, "--xml"))
    device = state.find("device")
    assert (state.tag, state.get("phase"), state.get("nextphase")) == ("state", "update", "")
    assert (device.get("sn"), device.get("rp"), device.get("realip")) == (SN, "false", "172.16.1.9")
    assert state.find("firmware").get("build") == "125678"
    assert state.find("config").get("filename") == "scripts/update-phone-default.txt"
    assert [q.tag for q in state.find("queries")] == ["admin", "certificates"]
    names = [c.get("subject_cn") for c in state.iter("certificate")]
    assert names == ["one", "two\x9b31m"]


@pytest.mark.parametrize("text", ["00:90:33:30:00:AF", "0090.3330.00af", "0090333000AF", "IP232-30-00-af",
                                  "ip232-30-00-AF", "empfang", "172.16.1.9"])
def test_device_by_another_name(fleet, text):
    for command in ("device", "answers", "backups"):
        assert SN in fine(fleet, command, text, "--json") or command == "backups"
    assert json.loads(fine(fleet, "device", text, "--json"))["sn"] == SN


def test_device_that_may_be_several(fleet):
    said = finding(fleet, "device", "127.0.0.1")
    assert all(sn in said for sn in (SN, SECOND, THIRD)) and "3 devices" in said
    for change in ("--forget", "--touch"):
        finding(fleet, "device", "127.0.0.1", change)
    assert len(found(fleet)) == 3


@pytest.mark.parametrize("text", ["00-90-33-30-00-ae", "nobody", "", "\x1b[31m", "IP232-30-00"])
@pytest.mark.parametrize("command", ["device", "answers", "backups", "diff"])
def test_device_that_is_not_known(fleet, command, text):
    finding(fleet, command, text)


def test_snippet_that_changed(serve):
    server = serve(CONFIG, SNIPPETS)
    poll(server, {})
    assert "file" not in fine(server, "device", SN).split("snippets sent")[1].split("\n\n")[0]
    server.snippet("update-phone-default.txt", "config add CMD0 /name y\r\n", 5000)
    assert "the file was changed since" in fine(server, "device", SN)
    (server.path / "scripts/update-phone-default.txt").unlink()
    assert "the file is gone" in fine(server, "device", SN)


# devices

def test_devices(fleet):
    lines = fine(fleet, "devices").splitlines()
    assert len(lines) == 5
    assert lines[0].split() == ["serial", "number", "name", "type", "address", "seen", "phase",
                                "firmware", "boot", "backup", "state"]
    assert [line.split()[0] for line in lines[1:4]] == [SN, SECOND, THIRD]
    assert lines[4] == "3 of 3 devices, 0 missing"
    assert "125678→130986" in lines[1] and "→" not in lines[2]
    for column in ("type", "address", "phase", "firmware"):
        at = lines[0].index(column)
        assert all(line[at - 1] == " " and line[at] != " " for line in lines[1:4]), column
    assert not any(line.endswith(" ") for line in lines)


@pytest.mark.parametrize("words, sns", [
    ([], [SN, SECOND, THIRD]),
    (["172.16."], [SN, SECOND]),
    (["172.16.", "ip222"], [SECOND]),
    (["172.16. ip222"], [SECOND]),
    (["16"], [SN, SECOND]),
    (["172.1"], []),
    (["00:90:33:30"], [SN, SECOND]),
    (["ip2*"], [SN, SECOND, THIRD]),
    (["EMPFANG"], [SN]),
    (["125678"], [SN]),
    (["present"], [SN, SECOND, THIRD]),
    (["missing"], []),
], ids=str)
def test_filter(fleet, words, sns):
    got = listed(fleet, *words)
    assert [d["sn"] for d in got["devices"]] == sns
    assert (got["shown"], got["known"], got["missing"]) == (len(sns), 3, 0)
    assert fine(fleet, "devices", *words).splitlines()[-1] == f"{len(sns)} of 3 devices, 0 missing"


@pytest.mark.parametrize("words, sns", [
    ("sn", [SN, SECOND, THIRD]),
    ("sn --reverse", [THIRD, SECOND, SN]),
    ("type", [SECOND, SN, THIRD]),
    ("type --reverse", [SN, THIRD, SECOND]),
    ("firmware", [THIRD, SN, SECOND]),  # 99999 is less than 125678
    ("Realip", [SN, SECOND, THIRD]),  # .9 is less than .10
    ("name", [THIRD, SN, SECOND]),  # what is not known comes last …
    ("name --reverse", [SN, THIRD, SECOND]),  # … here, too
    ("backup", [SN, SECOND, THIRD]),
    ("polls", [SN, SECOND, THIRD]),
])
def test_sort(fleet, words, sns):
    assert found(fleet, "--sort", *words.split()) == sns


def test_csv(fleet):
    done = fleet.cli("devices", "--csv")
    assert done.returncode == 0
    rows = list(csv.DictReader(io.StringIO(done.stdout, newline="")))
    assert [r["sn"] for r in rows] == [SN, SECOND, THIRD]
    assert rows[0]["classes"].split(", ")[-1] == "ip232" and "," in rows[0]["classes"]
    assert [r["name"] for r in rows] == ["Empfang", "", "'" + FORMULA]
    keys = set(listed(fleet)["devices"][0])
    assert set(rows[0]) == keys
    assert None not in rows[0].values() and len({len(r) for r in rows}) == 1


def test_csv_ends_lines_as_it_should(fleet):
    # text mode would hide the CR
    out = subprocess.run([ROLLCALL, "devices", "--csv", "--home", fleet.path], check=True,
                         capture_output=True).stdout
    assert out.count(b"\r\n") == out.count(b"\n") == 4


def test_missing(serve):
    server = serve(config('<status dir="status" missing="2"/>'), SNIPPETS)
    for device in FLEET[:2]:
        poll(server, device)
    wait_for(lambda: found(server, "missing") == [SN, SECOND], 10, "two missing devices")
    text = fine(server, "devices")
    assert text.count("missing") == 3 and "2 of 2 devices, 2 missing" in text
    assert "MISSING" in fine(server, "device", SN)
    assert "seen now" in fine(server, "device", SN.upper(), "--touch")
    assert found(server, "present") == [SN]
    assert listed(server, SN)["devices"][0]["polls"] == 1


# answers

def test_answers(fleet):
    text = fine(fleet, "answers", SN)
    assert re.search(r"^Admin \(admin\), \d+ s ago \(20", text, re.M), text
    assert '<info name="Empfang"/>' in text
    assert "  <servercert>\n    <certificate subject_cn=\"one\"" in text
    assert "two&#155;31m" in text
    assert re.search(r"^  Subject +one, two", text, re.M)


def test_one_answer(fleet):
    text = fine(fleet, "answers", SN, "admin")
    assert "Empfang" in text and "certificate" not in text
    got = json.loads(fine(fleet, "answers", SN, "certificates", "--json"))
    assert [a["query"] for a in got["answers"]] == ["certificates"]
    assert ElementTree.fromstring(got["answers"][0]["xml"]).tag == "info"
    assert [s["title"] for s in got["shows"]] == ["Subject", "How many"]


def test_no_answer(fleet):
    assert "admin, certificates" in finding(fleet, "answers", SN, "admn")
    assert "has not answered" in finding(fleet, "answers", SECOND)
    assert json.loads(fine(fleet, "answers", SECOND, "--json"))["answers"] == []


# backups, diff

def test_backups(fleet):
    folder = fleet.path / "backup/IP232-30-00-af"
    lines = fine(fleet, "backups", SN).splitlines()
    assert lines[0] == str(folder)
    assert [line.split()[-1] for line in lines[1:]] == ["IP232-30-00-af.0.txt", "IP232-30-00-af.1.txt"]
    got = json.loads(fine(fleet, "backups", SN, "--json"))
    assert got["folder"] == str(folder) and [b["number"] for b in got["backups"]] == [0, 1]
    for one in got["backups"]:
        assert one["size"] == (folder / one["file"]).stat().st_size
        assert one["stored"] == int((folder / one["file"]).stat().st_mtime)


DIFF = """--- IP232-30-00-af.0.txt
+++ IP232-30-00-af.1.txt
@@ -1,2 +1,2 @@
 config add A
-config add B
+config add \\x1b[31mC\\xff\t.
"""


@pytest.mark.parametrize("numbers", [[], ["0"], ["0", "1"]], ids=str)
def test_diff(fleet, numbers):
    assert fine(fleet, "diff", SN, *numbers) == DIFF


def test_diff_the_other_way(fleet):
    text = fine(fleet, "diff", SN, "1", "0")
    assert text.startswith("--- IP232-30-00-af.1.txt\n") and "+config add B" in text


@pytest.mark.parametrize("numbers", [["1"], ["0", "0"]], ids=str)
def test_no_difference(fleet, numbers):
    assert fine(fleet, "diff", SN, *numbers).startswith("no difference")


def test_diff_of_what_is_not_there(fleet):
    assert "the last 1" in finding(fleet, "diff", SN, "2")
    assert "the first is 0" in finding(fleet, "diff", SN, "0", "7")
    assert "no backup" in finding(fleet, "diff", SECOND)


def test_backups_without_state(serve):
    """Nothing is remembered of devices; the folders of their backups are there all the same."""
    server = serve(config('<backup dir="backup"/>'))
    backup(server, b"config add A\r\n")
    assert "IP232-30-00-af.0.txt" in fine(server, "backups", "IP232-30-00-af")
    assert "only one" in finding(server, "diff", "IP232-30-00-af")
    for bad in ("..", ".", "../backup", "IP232-30-00-ae"):
        finding(server, "backups", bad)
    done = server.cli("devices")
    assert "0 of 0 devices" in done.stdout and "status/@dir" in done.stderr


def test_no_backups_configured(serve):
    server = serve(config('<status dir="status"/>'))
    assert "backup/@dir" in finding(server, "backups", SN)


# Changes, with a server and without one

def test_forget(serve):
    server = serve(CONFIG, SNIPPETS)
    fill(server)
    polls = listed(server, SN)["devices"][0]["polls"]
    assert polls == 1
    assert "stay" in fine(server, "device", SN, "--forget")
    assert found(server) == [SECOND, THIRD]
    finding(server, "device", SN)
    assert (server.path / "backup/IP232-30-00-af/IP232-30-00-af.0.txt").exists()
    poll(server, FLEET[0])
    assert found(server) == [SN, SECOND, THIRD]
    got = json.loads(fine(server, "device", SN, "--json"))
    assert (got["name"], got["answers"]) == ("", [])


@pytest.fixture(name="left")
def left_fixture():
    """A home with a store, whose server has ended."""
    with ExitStack() as stack:
        home = stack.enter_context(Home(CONFIG, SNIPPETS))
        with Server(at=home.path) as server:
            fill(server)
        yield home


def test_without_a_server(left):
    assert found(left) == [SN, SECOND, THIRD]
    assert "Empfang" in fine(left, "answers", SN)
    assert fine(left, "diff", SN) == DIFF
    assert json.loads(fine(left, "device", SECOND, "--touch", "--json")) == {
        "sn": SECOND, "touched": True}
    assert json.loads(fine(left, "device", THIRD, "--forget", "--json")) == {
        "sn": THIRD, "forgotten": True}
    assert found(left) == [SN, SECOND]


def test_with_a_bad_configuration(left):
    """The last good one says what all of it means; that it was used is said."""
    left.config(config("<oops/>"))
    done = left.cli("devices")
    assert done.returncode == 0 and "3 of 3 devices" in done.stdout
    assert "oops" in done.stderr and "last good" in done.stderr


def test_without_a_store(home):
    for words in (["devices"], ["device", SN], ["answers", SN]):
        finding(home(CONFIG), *words)


# Wrong use

@pytest.mark.parametrize("words, offered", {
    "device": "device SN",
    "answers": "answers SN",
    "backups": "backups SN",
    "diff": "diff SN",
    "device a b": "one word too many",
    f"diff {SN} x": "number",
    f"diff {SN} 1 1.5": "number",
    f"diff {SN} 1 2 3": "one word too many",
    f"device {SN} --forget --touch": "not both",
    f"device {SN} --xml --json": "--xml",
    f"device {SN} --xml --forget": "--xml",
    f"device {SN} --csv": "--csv",
    f"diff {SN} --json": "--json",
    "devices --csv --json": "not both",
    "devices --sort frimware": "firmware",
    "devices --forget": "--forget",
    "devices " + "x " * 33: "one word too many",
    "devices " + "x" * 257: "256",
}.items())
def test_wrong_use(home, words, offered):
    done = home(CONFIG).cli(*words.split())
    assert done.returncode == 2 and not done.stdout, done
    assert offered in done.stderr, done.stderr


def test_help(home):
    for command in ("devices", "device", "answers", "backups", "diff"):
        done = home().cli(command, "--help")
        assert done.returncode == 0 and f"rollcall {command}" in done.stdout
