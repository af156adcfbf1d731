# SPDX-License-Identifier: ISC
"""
What an administrator sees of devices on the command line (devices, device, answers, backups, diff), after
they polled and sent something, with a server and without one.
"""
import csv
import fcntl
import io
import json
import os
import pty
import re
import struct
import subprocess
import termios
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
                  r"update-phone-default\.txt +\S+ (s|min) ago", r"Certificate \(certificates\), \S+ (s|min) ago",
                  r"    Subject +one, two\\xc2\\x9b31m", "    How many +2"):
        assert re.search(words, text), (words, text)
    assert "MISSING" not in text and "gone" not in text and "changed" not in text


def test_device_as_json(fleet):
    got = json.loads(fine(fleet, "device", SN, "--json"))
    expected = {"sn": SN, "type": "IP232", "hwid": "IP232-30-00-af", "realip": "172.16.1.9",
                "ip": "127.0.0.1", "proxy": "", "phase": "update", "environments": "default",
                "firmware": "125678", "firmware_requested": "130986", "name": "Empfang", "polls": 1,
                "missing": False, "backup": "IP232-30-00-af.1.txt", "https": 0}
    assert {k: got[k] for k in expected} == expected
    for moment in ("created", "seen", "firmware_requested_at", "backup_at"):
        assert 0 <= time.time() - got[moment] < 60
    assert [d["snippet"] for d in got["deliveries"]] == ["update-phone-default.txt"]
    assert got["deliveries"][0]["file"] == "current"
    assert "prot" not in got and "bootcode" not in got
    assert {a["query"]: a["title"] for a in got["answers"]} == {
        "admin": "Admin", "certificates": "Certificate"}
    assert all(a["configured"] for a in got["answers"])
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
    said = finding(fleet, "device", "127.0.0.1").splitlines()
    assert "3 devices" in said[0]
    assert said[1:] == [f"  {SN} (IP232, Empfang)", f"  {SECOND} (IP222)",
                        f"  {THIRD} (IP232, {FORMULA})"]
    for change in ("--forget", "--touch"):
        finding(fleet, "device", "127.0.0.1", change)
    assert len(found(fleet)) == 3


@pytest.mark.parametrize("text", ["00-90-33-30-00-ae", "nobody", "", "\x1b[31m", "IP232-30-00"])
@pytest.mark.parametrize("command", ["device", "answers", "backups", "diff"])
def test_device_that_is_not_known(fleet, command, text):
    finding(fleet, command, text)


def test_device_that_may_be_many(serve):
    server = serve(CONFIG)
    for i in range(13):
        poll(server, {"sn": f"00-90-33-00-00-{i:02x}", "hwid": f"IP232-00-00-{i:02x}"})
    said = finding(server, "device", "127.0.0.1").splitlines()
    assert len(said) == 12 and "13 devices" in said[0] and said[11] == "  and 3 more"
    assert [line.split()[0] for line in said[1:11]] == [f"00-90-33-00-00-{i:02x}" for i in range(10)]


TWINS = ["00-90-33-aa-00-01", "00-90-33-AA-00-01", "009033aa0001"]


@pytest.fixture(name="twins")
def twins_fixture(serve):
    """One MAC address, three serial numbers; and a hardware id that is the serial number of another."""
    server = serve(CONFIG)
    for i, sn in enumerate(TWINS):
        poll(server, {"sn": sn, "hwid": f"IP232-aa-00-0{i}"})
        backup(server, f"config add {i}\r\n".encode(), sn, f"IP232-aa-00-0{i}")
        answer(server, "admin", f'<info name="{i}"/>', sn)
    return server


def test_serial_number_as_it_is_typed(twins):
    """Another spelling that is known, too, is another device."""
    for i, sn in enumerate(TWINS):
        assert json.loads(fine(twins, "device", sn, "--json"))["sn"] == sn
        assert f'name="{i}"' in fine(twins, "answers", sn)
        assert json.loads(fine(twins, "backups", sn, "--json"))["hwid"] == f"IP232-aa-00-0{i}"
    fine(twins, "device", TWINS[2], "--forget")
    assert found(twins) == sorted(TWINS[:2])
    fine(twins, "device", TWINS[1], "--forget")
    assert found(twins) == TWINS[:1]
    # Now each spelling means the one that is left.
    assert json.loads(fine(twins, "device", TWINS[2], "--json"))["sn"] == TWINS[0]


@pytest.mark.parametrize("command", ["device --forget", "device --touch", "device", "device --xml",
                                     "answers", "backups", "diff"])
def test_spelling_that_fits_several(twins, command):
    name, *options = command.split()
    said = finding(twins, name, "0090.33aa.0001", *options)
    assert "3 devices" in said and all(f"  {sn} (IP232, " in said for sn in TWINS)
    assert found(twins) == sorted(TWINS)


def test_serial_number_that_is_a_hardware_id_elsewhere(twins):
    backup(twins, b"config add X\r\n", "00-90-33-bb-00-01", TWINS[2])
    assert (twins.path / "backup" / TWINS[2]).is_dir()
    assert json.loads(fine(twins, "backups", TWINS[2], "--json"))["hwid"] == "IP232-aa-00-02"


def test_device_that_was_imported(home, tmp_path):
    """It has been seen, but not here."""
    (tmp_path / "status").mkdir()
    (tmp_path / "update.php").write_text("<?php\n")
    (tmp_path / "status" / f"{SN}.xml").write_text(
        f'<state seen="{int(time.time()) - 60}"><device sn="{SN}" type="IP232"/></state>')
    h = home(CONFIG)
    done = h.cli("import", "--from", tmp_path)
    assert found(h) == [SN], done
    seen = [x for x in fine(h, "device", SN).splitlines() if x.startswith("seen")]
    assert seen[0].endswith("polls: none here yet") and "HTTP" not in seen[0]


def test_snippet_that_changed(serve):
    server = serve(CONFIG, SNIPPETS)
    poll(server, {})
    assert "file" not in fine(server, "device", SN).split("snippets sent")[1].split("\n\n")[0]
    server.snippet("update-phone-default.txt", "config add CMD0 /name y\r\n", 5000)
    assert "the file was changed since" in fine(server, "device", SN)
    (server.path / "scripts/update-phone-default.txt").unlink()
    assert "the file is gone" in fine(server, "device", SN)


# devices

@pytest.mark.parametrize("words, sns", [
    ("fw:current", [SECOND]),
    ("fw:loading", [SN, THIRD]),
    ("!fw:current", [SN, THIRD]),
    ("bc:unwanted", [SN, SECOND, THIRD]),
    ("cert:off", [SN, SECOND, THIRD]),
    ("type:ip222", [SECOND]),
    ("type:ip2*", [SN, SECOND, THIRD]),
    ("ip:172.17.0.0/16", [THIRD]),
    ("name:empf*", [SN]),
    ("name:", [SECOND]),
    ("sn:0090.3330.00af", [SN]),
    ("firmware:130986 env:default seen:1h", [SECOND]),
    ("seen:0 seen:1h name:nobody", []),
])
def test_words_that_look_at_one_thing(fleet, words, sns):
    assert found(fleet, *words.split()) == sns


def test_where_a_device_asked(fleet):
    asked = {d["sn"]: d["asked"] for d in listed(fleet)["devices"]}
    assert asked[SECOND] == f"http://{wire.DEVICE_HOST}{UPDATE}?{settled(**FLEET[1])}"
    assert "http://" not in fine(fleet, "devices")


def test_devices(fleet):
    lines = fine(fleet, "devices").splitlines()
    assert len(lines) == 5
    assert lines[0].split() == ["serial", "number", "name", "type", "address", "seen", "phase",
                                "firmware", "boot", "backup", "state"]
    assert [line.split()[0] for line in lines[1:4]] == [SN, SECOND, THIRD]
    assert lines[4] == "3 of 3 devices, 0 of them missing"
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
    (["!ip222"], [SN, THIRD]),
    (["172.16.0.0/16"], [SN, SECOND]),
    (["172.16.1.8/31", "!missing"], [SN]),
    (["127.0.0.0/8"], [SN, SECOND, THIRD]),
    (["settled"], []),  # they were just sent something
    (["unsettled"], [SN, SECOND, THIRD]),
], ids=str)
def test_filter(fleet, words, sns):
    got = listed(fleet, *words)
    assert [d["sn"] for d in got["devices"]] == sns
    assert (got["shown"], got["known"], got["missing"]) == (len(sns), 3, 0)
    assert fine(fleet, "devices", *words).splitlines()[-1] == f"{len(sns)} of 3 devices, 0 of them missing"


@pytest.mark.parametrize("words, sns", [
    ("sn", [SN, SECOND, THIRD]),
    ("sn --reverse", [THIRD, SECOND, SN]),
    ("type", [SECOND, SN, THIRD]),
    ("type --reverse", [SN, THIRD, SECOND]),
    ("firmware_requested", [SN, THIRD, SECOND]),  # the last was told nothing
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


def test_names_are_the_same_everywhere(fleet):
    """What is called firmware runs, and firmware_requested is what it was told to load."""
    rows = list(csv.DictReader(io.StringIO(fleet.cli("devices", "--csv").stdout, newline="")))
    for devices in (rows, listed(fleet)["devices"]):
        assert [d["firmware"] for d in devices] == ["125678", "130986", "99999"]
        assert [d["firmware_requested"] for d in devices] == ["130986", "", "130986"]
        assert [int(d["firmware_requested_at"]) > 0 for d in devices] == [True, False, True]
        assert all({"boot", "boot_requested", "boot_requested_at"} <= set(d) for d in devices)


def test_show_values(fleet):
    subject, how_many = "certificates: Subject", "certificates: How many"
    done = fleet.cli("devices", "--csv", "--show")
    assert (done.returncode, done.stderr) == (0, "") and printable(done.stdout)
    rows = list(csv.DictReader(io.StringIO(done.stdout, newline="")))
    assert [(r["sn"], r[subject], r[how_many]) for r in rows] == [
        (SN, "one, two\\xc2\\x9b31m", "2"), (SECOND, "", ""), (THIRD, "", "")]
    devices = listed(fleet, "--show")["devices"]
    assert [(d["sn"], d[subject], d[how_many]) for d in devices] == [
        (SN, "one, two\x9b31m", "2"), (SECOND, None, None), (THIRD, None, None)]
    assert list(rows[0]) == list(devices[0])
    backwards = listed(fleet, "--show", "--sort", "sn", "--reverse", "ip232")["devices"]
    assert backwards == [devices[2], devices[0]]
    assert subject not in listed(fleet)["devices"][0]


MANY = 1100  # more than one slice


def test_show_values_of_a_larger_fleet(serve):
    """Read in slices: each device once, with its own values."""
    show = '<query id="admin"><applies>*</applies><show>/state/queries/admin/info/@name</show></query>'
    server = serve(config('<status dir="status"/>', f"<queries>{show}</queries>"))
    for i in range(MANY):
        sn = f"00-90-33-00-{i >> 8:02x}-{i & 255:02x}"
        reply = put(server, f"mode=query&sn={sn}&id=admin", f'<info name="n{i}"/>'.encode())
        assert "kept" in reply.text
    column = "admin: /state/queries/admin/info/@name"
    got = listed(server, "--show")
    assert (got["shown"], got["known"]) == (MANY, MANY)
    assert [d[column] for d in got["devices"]] == [f"n{i}" for i in range(MANY)]
    got = listed(server, "--show", "--sort", "name", "--reverse")
    assert [d[column] for d in got["devices"]] == [f"n{i}" for i in reversed(range(MANY))]


def test_show_values_that_cannot_be_worked_out(serve):
    ids = [f"q{i}" for i in range(6)]
    shows = {"q0": """<show title="n">count(//info)</show><show title="n">'1;=2'</show>"""}
    queries = "".join(f'<query id="{i}"><applies>*</applies><cmd>x</cmd>{shows.get(i, "")}</query>'
                      for i in ids)
    server = serve(config('<status dir="status"/>', f"<queries>{queries}</queries>"))
    poll(server, {})
    for i in ids:
        answer(server, i, f'<info v="{"v" * 60000}"/>')
    device = listed(server, "--show")["devices"][0]
    assert "too much" in device["q0: n"]["error"]
    assert device["q0: n (2)"] == "1;=2"
    out = server.cli("devices", "--csv", "--show").stdout
    assert '"error: this device has told too much' in out and ',"1;\'=2"' in out


def on_terminal(home, *words, columns=80):
    """What the command prints on a terminal so wide."""
    main, end = pty.openpty()
    try:
        fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        with subprocess.Popen([ROLLCALL, *words, "--home", home.path], stdout=end,
                              stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            os.close(end)
            end = None
            text = b""
            try:
                while chunk := os.read(main, 65536):
                    text += chunk
            except OSError:  # that is how a terminal ends
                pass
        assert process.returncode == 0
        return text.decode().replace("\r\n", "\n")
    finally:
        os.close(main)
        if end is not None:
            os.close(end)


LONG = "Besprechungszimmer im Erdgeschoß links"


def test_terminal(serve):
    """Long names are cut and long lists are broken into lines, for eyes only."""
    server = serve(CONFIG, SNIPPETS)
    poll(server, {})
    answer(server, "admin", f'<info name="{LONG}"/>')
    assert LONG in fine(server, "devices") and LONG in fine(server, "devices", "--csv")
    table = on_terminal(server, "devices", columns=40)
    assert LONG not in table and f" {LONG[:23]}…  IP232" in table
    plain = fine(server, "device", SN)
    narrow = on_terminal(server, "device", SN, columns=40)
    facts = narrow.split("\n\n", maxsplit=1)[0]
    assert LONG in plain and max(len(x) for x in facts.splitlines()) <= 40
    classes = re.search(r"^classes +(.*)$", plain, re.M)[1]
    assert len(classes) > 24 and classes not in facts
    assert re.sub(r"\n {16}", " ", facts).count(classes) == 1
    message = plain.splitlines()[-1]
    assert len(message) > 40 and message not in narrow
    assert len(on_terminal(server, "device", SN, columns=400).splitlines()) == len(plain.splitlines())


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
    assert text.count("missing") == 3 and "2 of 2 devices, 2 of them missing" in text
    assert "MISSING" in fine(server, "device", SN)
    assert "seen now" in fine(server, "device", SN.upper(), "--touch")
    assert found(server, "present") == [SN]
    assert listed(server, SN)["devices"][0]["polls"] == 1


# answers

def test_answers(fleet):
    text = fine(fleet, "answers", SN)
    assert re.search(r"^Admin \(admin\), \S+ (s|min) ago \(20", text, re.M), text
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


@pytest.mark.parametrize("query", ["CERTIFICATES", "Certificate", "certificate"])
def test_answer_by_another_name(fleet, query):
    one, other = (re.sub(r"\S+ (s|min) ago", "", fine(fleet, "answers", SN, q)) for q in (query, "certificates"))
    assert one == other and "Subject" in one


def test_query_that_is_no_longer_configured(serve):
    queries = """<queries><query id="a"><applies>*</applies><cmd>x</cmd><show title="No">/none</show></query>
<query id="b" title="Same"><applies>*</applies><cmd>x</cmd></query>
<query id="c" title="Same"><applies>*</applies><cmd>x</cmd></query></queries>"""
    server = serve(config('<status dir="status"/>', queries))
    poll(server, {})
    for query in ("a", "b", "c"):
        answer(server, query, "<info/>")
    assert "several" in finding(server, "answers", SN, "same")
    for command in ("device", "answers"):
        text = fine(server, command, SN)
        assert "no longer" not in text and re.search(r"^ +No +\(nothing\)$", text, re.M), text
        assert json.loads(fine(server, command, SN, "--json"))["shows"][0]["value"] == ""
    assert listed(server, "--show")["devices"][0]["a: No"] == ""
    server.config(config('<status dir="status"/>', queries.replace('id="b"', 'id="d"')))
    for command in ("device", "answers"):
        text = fine(server, command, SN)
        assert re.search(r"^ *b \(no longer configured\), \d", text, re.M), text
        assert text.count("no longer") == 1
        configured = {a["query"]: a["configured"] for a in
                      json.loads(fine(server, command, SN, "--json"))["answers"]}
        assert configured == {"a": True, "b": False, "c": True}


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


def test_backups_of_a_device_that_was_forgotten(serve):
    server = serve(CONFIG)
    for sn, hwid in ((SN, "IP232-30-00-af"), ("00-90-33-31-00-af", "IP232-31-00-af")):
        poll(server, {"sn": sn, "hwid": hwid})
        backup(server, b"config add A\r\n", sn, hwid)
    fine(server, "device", SN, "--forget")
    for command in ("backups", "diff"):
        for text in (SN, "009033.3000AF", "30-00-AF"):
            said = finding(server, command, text)
            assert "no device is known" in said and "IP232-30-00-af" in said, said
            assert "hardware id" in said and "IP232-31-00-af" not in said, said
        assert "IP232" not in finding(server, command, "nobody")
    assert "IP232-30-00-af.0.txt" in fine(server, "backups", "IP232-30-00-af")


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
    f"device {SN} --xml --json": "--json or --xml, not both",
    f"device {SN} --xml --touch": "--xml",
    "devices --show": "--csv or --json",
    f"device {SN} --show": "--show",
    "devices 10.0.0.0/33": "from 0 to 32",
    "devices fw:old": "current, loading, other, unknown, unwanted",
    "devices expires:soon": "a number of days",
    "devices seen:1w": "a number of seconds",
    "devices --sort prot": "firmware",
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
