# SPDX-License-Identifier: ISC
"""
Alarms are passed on to whom the configuration names (alarms/forward): each thing that happens to an alarm once, in order,
also when a target was away, when we were, or when another one hangs.
"""
import re
import threading
import time
from datetime import datetime, timezone
from pathlib import Path

import pytest

from lib.device import settled
from lib.entries import DEVICE, raise_alarm
from lib.faults import kill, look_info
from lib.load import percentile
from lib.server import config
from lib.targets import (TOLD, AlarmServer, Datagrams, Script, Sendmail, alarms, codes, forwarding, process,
                         told)
from lib.wait import holds_for, wait_for

HOSTILE = "$(touch /tmp/x); `id` 'a' \"b\" \\ %n é\u2028\r\nBcc: evil@example.com\x1b[2J"


@pytest.fixture
def target(stack):
    return stack.enter_context(AlarmServer())


# An alarm server

def test_raised_cleared_and_event(serve, target):
    server = serve(forwarding(("ops", target.url)))
    before = int(time.time())
    raise_alarm(server, "c0ffee", text="no trunk", source="IP24-1d-00-8d", serial="00-90-33-1d-00-8d",
                details="<d a='1'/>")
    raise_alarm(server, "c0ffee", source="IP24-1d-00-8d")  # again: no news
    raise_alarm(server, "beef", event="error", severity="0")
    raise_alarm(server, "c0ffee", event="clear", source="IP24-1d-00-8d")
    told(target, 3)
    assert codes(target) == ["raise c0ffee", "event beef", "clear c0ffee"]
    assert set(target.paths) == {"/ap/alarm.fcgi"}
    first = target.heard()[0]
    assert before <= int(first.pop("time")) <= time.time()
    assert first == {"event": "alarm", "severity": "2", "code": "c0ffee", "from": "IP24-1d-00-8d",
                     "serial": "00-90-33-1d-00-8d", "text": "no trunk", "details": "<d a='1'/>",
                     "hops": "1"}
    assert target.heard()[2]["text"] == "it is c0ffee"  # as it was last said
    holds_for(lambda: len(target.attempts) == 3, 1.5, "nothing is told twice")


def test_another_rollcall(serve):
    """It takes them as it takes those of a device: one office sees what happens in all."""
    central = serve()
    branch = serve(forwarding(("hq", f"http://127.0.0.1:{central.port}")))
    raise_alarm(branch, "c0ffee", text="no trunk", severity="1")
    found = wait_for(lambda: [a for a in alarms(central) if a["state"] == "active"], TOLD)
    assert (found[0]["from"], found[0]["code"], found[0]["severity"]) == (DEVICE, "c0ffee", "indeterminate")
    raise_alarm(branch, "c0ffee", event="clear")
    wait_for(lambda: [a for a in alarms(central, "--all") if a["state"] == "over"], TOLD)


def test_two_that_tell_each_other(serve):
    """An event is news each time that it comes: it must not go round for ever."""
    one = serve()
    other = serve(forwarding(("one", f"http://127.0.0.1:{one.port}")))
    one.take(forwarding(("other", f"http://127.0.0.1:{other.port}")))

    def count():
        return [a["count"] for server in (one, other) for a in alarms(server, "--all", "c0ffee")]

    raise_alarm(one, "c0ffee", event="error")
    wait_for(lambda: sum(count()) == 5, TOLD, "one, and four that passed it on")
    holds_for(lambda: sum(count()) == 5, 3)


def test_own_path_and_arguments(serve, target):
    server = serve(forwarding(("ops", f"{target.url}/notify/me?token=a%26b")))
    raise_alarm(server, "c0ffee")
    assert told(target, 1)[0]["token"] == "a&b"
    assert target.paths == ["/notify/me"]


def test_hostile_text_is_data(serve, target):
    server = serve(forwarding(("ops", target.url)))
    raise_alarm(server, "c0ffee&event=clear", text=HOSTILE)
    one = told(target, 1)[0]
    assert (one["event"], one["code"]) == ("alarm", "c0ffee&event=clear")
    assert "$(touch /tmp/x); `id` 'a' \"b\" \\ %n é" in one["text"]


@pytest.mark.parametrize("scheme", ["Digest", "Basic"])
def test_password(serve, target, scheme):
    target.credentials, target.scheme = ("fleet", "s3cret"), scheme
    server = serve(forwarding({"id": "ops", "to": target.url, "user": "fleet", "password": "s3cret"}))
    raise_alarm(server, "c0ffee")
    told(target, 1)


def test_wrong_password(serve, target):
    """It waits until somebody corrects it, and then goes at once, not when it would be due."""
    target.credentials = ("fleet", "s3cret")
    row = {"id": "ops", "to": target.url, "user": "fleet", "password": "wr0ng-pass"}
    server = serve(forwarding(row))
    raise_alarm(server, "c0ffee")
    line = server.logged("forward", "ops cannot be told", "401", deadline=TOLD)
    assert not target.heard()
    server.take(forwarding({**row, "password": "s3cret"}))
    told(target, 1)
    server.logged("forward", "ops is told again", deadline=TOLD)
    for secret in ("wr0ng-pass", "s3cret"):
        assert secret not in server.log() and secret not in line


def test_untrusted_certificate(serve, pki):
    """It is not told: whoever answers there, it is not known who it is."""
    other = serve(pki=pki.folder)
    server = serve(forwarding(("ops", f"https://127.0.0.1:{other.ports['https']}")))
    raise_alarm(server, "c0ffee")
    server.logged("forward", "ops cannot be told", "certificate", deadline=TOLD)
    assert not alarms(other, "--all", DEVICE)


def test_too_long_for_it(serve, target):
    """It hears what matters; and what comes next."""
    target.status = lambda one: 414 if len(one["text"]) > 100 or "details" in one else 200
    server = serve(forwarding(("ops", target.url)))
    raise_alarm(server, "c0ffee", text="é" * 200, details="<d/>")
    raise_alarm(server, "beef")
    told(target, 2)
    assert target.heard()[0]["text"] == "é" * 50 and target.heard()[0]["from"] == DEVICE
    assert codes(target) == ["raise c0ffee", "raise beef"]


# Other kinds

RFC5424 = re.compile(r"<(\d+)>1 (\S+) (\S+) rollcall (\d+) alarm - (.*)", re.S)


def test_syslog(serve, stack):
    log = stack.enter_context(Datagrams())
    server = serve(forwarding(("log", log.url)))
    raise_alarm(server, "c0ffee", text="no\r\ntrunk", severity="2", source="SIP1")
    raise_alarm(server, "beef", severity="0")
    raise_alarm(server, "c0ffee", event="clear", source="SIP1")
    found = [RFC5424.fullmatch(line).groups() for line in told(log, 3)]
    assert [int(f[0]) for f in found] == [3 * 8 + 2, 3 * 8 + 5, 3 * 8 + 6]
    assert [f[4].split(":")[0] for f in found] == ["SIP1 raise c0ffee", f"{DEVICE} raise beef",
                                                   "SIP1 clear c0ffee"]
    when = datetime.strptime(found[0][1], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    assert abs(when.timestamp() - time.time()) < 60
    assert "\n" not in found[0][4] and "no" in found[0][4] and "trunk" in found[0][4]


def test_syslog_of_this_system(serve, stack, tmp_path):
    path = tmp_path / "log"
    server = serve(forwarding(("log", f"syslog:{path}")))
    raise_alarm(server, "c0ffee")
    server.logged("forward", "log cannot be told", str(path), deadline=TOLD)
    log = stack.enter_context(Datagrams(path))  # it is started again
    assert re.fullmatch(rf"<26>rollcall\[\d+\]: {DEVICE} raise c0ffee: it is c0ffee", told(log, 1)[0])


def test_command(serve, tmp_path):
    script = Script(tmp_path)
    server = serve(forwarding(("own", script.url)))
    raise_alarm(server, "c0ffee", text=HOSTILE, severity="1", serial="00-90-33-1d-00-8d")
    one = told(script, 1)[0]
    assert (one["act"], one["from"], one["code"], one["severity"], one["count"]) == (
        "raise", DEVICE, "c0ffee", "indeterminate", 1)
    assert "$(touch /tmp/x); `id` 'a' \"b\" \\ %n é" in one["text"]
    given = script.environment(0)
    assert given["ROLLCALL_ALARM_CODE"] == "c0ffee" and given["ROLLCALL_ALARM_ACT"] == "raise"
    assert given["ROLLCALL_ALARM_SERIAL"] == "00-90-33-1d-00-8d"
    assert given["ROLLCALL_ALARM_TEXT"].startswith("$(touch /tmp/x)") and "\x1b" not in given["ROLLCALL_ALARM_TEXT"]
    assert not script.words(0)
    # It gets nothing of ours.
    assert not [name for name in given if name.startswith("ROLLCALL_") and "_ALARM_" not in name]
    assert not Path("/tmp/x").exists()


def test_nothing_of_ours_is_open_in_a_command(serve, tmp_path):
    seen = tmp_path / "open"
    script = Script(tmp_path, f"ls -l /proc/self/fd >{seen}")
    server = serve(forwarding(("own", script.url)))
    raise_alarm(server, "c0ffee")
    told(script, 1)
    links = [line.split(" -> ")[1] for line in seen.read_text().splitlines() if " -> " in line]
    ours = [x for x in links if str(server.path) in x or "socket:" in x or "memfd" in x or "anon" in x]
    assert not ours, links


def test_command_that_fails(serve, tmp_path):
    script = Script(tmp_path, "echo 'the modem is off' >&2; exit 3")
    server = serve(forwarding(("own", script.url)))
    raise_alarm(server, "c0ffee")
    server.logged("forward", "own cannot be told", "status 3", "the modem is off", deadline=TOLD)
    script.does("")
    assert told(script, 1, 30)[0]["code"] == "c0ffee"


def test_command_that_is_not_there(serve, tmp_path):
    server = serve(forwarding(("own", f"command:{tmp_path}/nothing")))
    raise_alarm(server, "c0ffee")
    server.logged("forward", "own cannot be told", "cannot be run", deadline=TOLD)


@pytest.mark.alone
def test_command_that_is_at_it_when_we_leave(serve, tmp_path):
    """It is ended, with all that it started, and told again when we are back."""
    pids = tmp_path / "pids"
    script = Script(tmp_path, f"echo $$ >>{pids}; sleep 300 & echo $! >>{pids}; wait")
    server = serve(forwarding(("own", script.url)))
    raise_alarm(server, "c0ffee")
    wait_for(lambda: pids.exists() and len(pids.read_text().split()) == 2, TOLD)
    started = time.monotonic()
    server.stop()
    assert time.monotonic() - started < 10
    assert "cannot be told" not in server.log()  # that is no failure of its
    for pid in pids.read_text().split():
        wait_for(lambda p=pid: is_gone(int(p)), 5, f"process {pid} to be gone")
    script.does("")
    server.start()
    told(script, 1)


def is_gone(pid):
    try:
        return "State:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True


def test_mail(serve, tmp_path):
    mail = Sendmail(tmp_path)
    server = serve(forwarding({"id": "ops", "to": "mailto:ops@example.com", "from": "rollcall@example.com"}),
                   env=mail.env)
    raise_alarm(server, "c0ffee", text=HOSTILE, details="<d>" + "é" * 900 + "</d>")
    told(mail, 1)
    for i in range(5):
        raise_alarm(server, f"more{i}")
    told(mail, 2, 30)
    one, other = mail.heard()[:2]
    assert mail.words(0) == ["-i", "-t"]
    assert (one["To"], one["From"]) == ("ops@example.com", "rollcall@example.com")
    assert one["Subject"].startswith("[rollcall] ") and DEVICE in one["Subject"]
    assert one["Bcc"] is None and one["Auto-Submitted"] == "auto-generated"
    assert abs(one["Date"].datetime.timestamp() - time.time()) < 120
    text = one.get_content()
    assert f"{DEVICE} raise c0ffee: $(touch /tmp/x)" in text and "é" * 20 in text
    # What comes while one has just been sent is told at once, in one.
    assert other["Subject"] == "[rollcall] 5 alarms"
    assert [f"raise more{i}" in other.get_content() for i in range(5)] == [True] * 5
    for raw in ((call / "input").read_bytes() for call in mail.calls()):
        assert max(map(len, raw.split(b"\n"))) < 998
        assert not re.search(rb"^Bcc:", raw, re.M)


def test_mail_without_sendmail(serve, tmp_path):
    server = serve(forwarding(("ops", "mailto:ops@example.com")),
                   env={"ROLLCALL_SENDMAIL": str(tmp_path / "nothing")})
    raise_alarm(server, "c0ffee")
    server.logged("forward", "ops cannot be told", "cannot be run", deadline=TOLD)


# Which

def test_severity(serve, stack):
    """Each hears what is severe enough for it; what is not does not hold up what is."""
    targets = {word: stack.enter_context(AlarmServer()) for word in ("minor", "indeterminate", "major")}
    server = serve(forwarding(*({"id": word, "to": t.url, "severity": word} for word, t in targets.items())))
    for i in range(6):
        raise_alarm(server, f"a{i}", severity=str(i % 3))
    raise_alarm(server, "last", severity="2")
    for word, count in (("minor", 7), ("indeterminate", 5), ("major", 3)):
        told(targets[word], count)
    assert codes(targets["major"]) == ["raise a2", "raise a5", "raise last"]
    assert codes(targets["indeterminate"]) == ["raise a1", "raise a2", "raise a4", "raise a5", "raise last"]


def test_new_target(serve, target, stack):
    """It hears of what happens from now on; the others miss nothing by the change."""
    server = serve(forwarding(("one", target.url)))
    raise_alarm(server, "before")
    told(target, 1)
    other = stack.enter_context(AlarmServer())
    server.take(forwarding(("one", target.url), ("two", other.url)))
    raise_alarm(server, "after")
    told(other, 1)
    told(target, 2)
    assert codes(other) == ["raise after"]
    assert codes(target) == ["raise before", "raise after"]


# Away, hanging, killed

def test_target_that_was_away(serve, target):
    """Everything, once and in order, also across a restart of ours."""
    target.refuse()
    server = serve(forwarding(("ops", target.url)))
    raise_alarm(server, "a0")
    server.logged("forward", "ops cannot be told", deadline=TOLD)
    for i in range(1, 150):
        raise_alarm(server, f"a{i}", source=f"IP{i % 50}")
    server.stop()
    target.listen()
    server.start()
    told(target, 150, 30)
    assert codes(target) == [f"raise a{i}" for i in range(150)]
    raise_alarm(server, "last")
    told(target, 151)
    assert len(target.attempts) == 151


def test_back_off(serve, target):
    """5 s, 10 s, …: one that is away for a week is not asked each second; and it is in the log once."""
    target.status = 503
    server = serve(forwarding(("ops", target.url)))
    raise_alarm(server, "c0ffee")
    server.logged("forward", "ops cannot be told", "503", deadline=TOLD)
    holds_for(lambda: len(target.attempts) <= 1, 3)
    target.status = 200
    told(target, 1)
    server.logged("forward", "ops is told again")
    assert len([x for x in server.log().splitlines() if "cannot be told" in x]) == 1


@pytest.mark.alone
def test_hanging_target_holds_up_nothing(serve, target, stack):
    hanging = stack.enter_context(AlarmServer())
    hanging.hang()
    server = serve(forwarding(("hanging", hanging.url), ("ops", target.url)))
    raise_alarm(server, "a0")
    wait_for(lambda: hanging.asked, TOLD)
    told(target, 1)
    seconds = []
    for i in range(1, 30):
        started = time.monotonic()
        raise_alarm(server, f"a{i}")
        server.poll(settled(), timeout=2)
        seconds.append(time.monotonic() - started)
    told(target, 30)
    assert hanging.asked == 1 and not hanging.heard()
    assert percentile(seconds, 90) < 0.5
    started = time.monotonic()
    server.stop()
    assert time.monotonic() - started < 10
    hanging.proceed()
    server.start()
    wait_for(lambda: codes(hanging)[-1:] == ["raise a29"], 30)
    assert set(codes(hanging)) == {f"raise a{i}" for i in range(30)}


def test_slow_target_holds_up_nothing(serve, target, stack):
    """One that takes each, but slowly."""
    slow = stack.enter_context(AlarmServer())
    slow.status = lambda _: time.sleep(0.5) or 200
    server = serve(forwarding(("slow", slow.url), ("ops", target.url)))
    for i in range(40):
        raise_alarm(server, f"a{i}")
    told(target, 40, 10)
    assert len(slow.heard()) < 40
    told(slow, 40, 60)
    assert codes(slow) == codes(target) == [f"raise a{i}" for i in range(40)]


def test_killed_in_the_middle(serve, target):
    """Nothing is lost; what was just being told may be told twice."""
    server = serve(forwarding(("ops", target.url)))
    ending = threading.Event()

    def kill_it():
        while not ending.wait(0.7):
            pid = process(server, "forward")
            if pid:
                kill(pid)

    killer = threading.Thread(target=kill_it, daemon=True)
    killer.start()
    for i in range(100):
        raise_alarm(server, f"a{i}", source=f"IP{i % 40}")
        time.sleep(0.03)
    ending.set()
    killer.join(10)
    wait_for(lambda: "raise a99" in codes(target), 60)
    first = list(dict.fromkeys(codes(target)))
    assert first == [f"raise a{i}" for i in range(100)]


def test_forgotten_when_all_were_told(serve, target):
    """What is passed on does not grow for ever; also when there is nobody to tell."""
    server = serve(forwarding(("ops", target.url)))
    for i in range(20):
        raise_alarm(server, f"a{i}")
    told(target, 20)
    wait_for(lambda: waiting(server) == 0, 60, "what was told to be forgotten")
    server.take(config())
    raise_alarm(server, "for-nobody")
    wait_for(lambda: waiting(server) == 0, 60, "what is for nobody to be forgotten")
    # Numbers go on: a target that was there before does not take what is new for old.
    server.take(forwarding(("ops", target.url)))
    raise_alarm(server, "new")
    assert told(target, 21)[20]["code"] == "new"


def waiting(server):
    """How many news the store keeps."""
    return look_info(server.path / "data/store")["news"]


# rollcall check

def findings(home, *targets):
    home = home(forwarding(*targets))
    done = home.cli("check")
    return [line for line in (done.stdout + done.stderr).splitlines() if "alarms/forward" in line]


def test_check_commands(home, tmp_path):
    good = Script(tmp_path)
    assert not findings(home, ("own", good.url))
    for name, mode, said in (("none", None, "No such file"), ("plain", 0o644, "chmod +x"),
                             ("open", 0o757, "chmod go-w")):
        path = tmp_path / name
        if mode:
            path.write_text("#!/bin/sh\n")
            path.chmod(mode)
        lines = findings(home, ("own", f"command:{path}"))
        assert len(lines) == 1 and "alarms/forward[own]/@to" in lines[0] and said in lines[0], lines


def test_check_mail(home):
    lines = findings(home, ("ops", "mailto:ops@example.com"))
    assert bool(lines) == (not Path("/usr/sbin/sendmail").exists())
    assert all("/usr/sbin/sendmail is not there" in line for line in lines)


def test_check_wrong_target(home):
    assert "is mailto: missing in front?" in findings(home, ("ops", "ops@example.com"))[0]
