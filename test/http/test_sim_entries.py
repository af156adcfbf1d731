# SPDX-License-Identifier: ISC
"""
Simulated devices that log and raise alarms: at Rollcall, which must have all that they were told is taken; and
what they do when it is not.
"""
import json
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lib.entries import lines, logging, parsed
from lib.server import BUILD, clean_environment
from lib.wait import wait_for

SIM = BUILD / "rollcall-sim"
FAST = 1e5
DEVICES, POLLS, LOGS = 6, 8, 5


def simulate(url, *words, code=0, start=False):
    command = [str(w) for w in (SIM, "--url", url, "--speed", FAST, "--json", *words)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                               stderr=subprocess.PIPE, env=clean_environment())
    if start:
        return process
    return summary(process, code)


def summary(process, code=0):
    out, err = process.communicate(timeout=120)
    assert process.returncode == code, out + err
    return json.loads(out)


def numbers(found):
    """{device: [the numbers of its entries]} of lines of a log."""
    got = {}
    for cells in map(parsed, found):
        got.setdefault(cells["from"], []).append(int(re.match(r"LOG_\w+ (\d+) ", cells["text"])[1]))
    return got


def test_all_that_was_taken_is_there(serve):
    server = serve(logging(rate=10000))
    told = simulate(f"http://127.0.0.1:{server.port}/update/update.php", "--devices", DEVICES,
                    "--polls", POLLS, "--logs", LOGS, "--alarms")
    assert told["entries"]["logs"] == DEVICES * POLLS * LOGS and told["errors_total"] == 0
    got = numbers(lines(server))
    assert len(got) == DEVICES
    assert all(n == list(range(POLLS * LOGS)) for n in got.values()), got
    # GET and POST, and what is odd in a text is no line of its own.
    assert any("\\n" in x for x in lines(server)) and any("\\t" in x for x in lines(server))
    reported = [parsed(x) for x in lines(server, "alarm")]
    assert len(reported) == told["entries"]["alarms"] > DEVICES
    raised = {}
    for x in reported:
        raised.setdefault((x["from"], x["code"]), []).append(x["event"])
    for events in raised.values():
        assert events == (["alarm", "clear"] * len(events))[:len(events)], raised
    active = json.loads(server.cli("alarms", "--json").stdout)
    of_devices = {(a["from"], a["code"]) for a in active["alarms"] if a["from"] != "server"}
    assert of_devices == {k for k, events in raised.items() if events[-1] == "alarm"}
    assert {a["serial"][:8] for a in active["alarms"] if a["from"] != "server"} <= {"00-90-33"}


def test_nothing_is_sent_unless_asked(serve):
    server = serve()
    told = simulate(f"http://127.0.0.1:{server.port}/update/update.php", "--devices", 2, "--polls", 3)
    assert told["entries"] == {"logs": 0, "alarms": 0} and lines(server) == []


def test_what_is_refused_is_sent_again(serve):
    """The folder cannot be written for a while: no number is missing, none comes twice."""
    server = serve(logging(rate=10000))
    blocked = server.path / "webdav/log/log.txt"
    wait_for(blocked.parent.is_dir, 5)
    blocked.mkdir()
    process = simulate(f"http://127.0.0.1:{server.port}/update/update.php", "--devices", 3, "--polls", 400,
                       "--logs", 1, start=True)
    try:
        wait_for(lambda: server.status()["entries"]["failed"] > 10, 20)
        blocked.rmdir()
        told = summary(process)
    finally:
        process.kill()
        process.wait()
    assert told["not_now"] > 0 and told["errors_total"] == 0
    assert told["entries"]["logs"] == 3 * 400
    assert all(n == list(range(400)) for n in numbers(lines(server)).values())


def test_too_many_are_put_off(serve):
    server = serve(logging(rate=5))
    told = simulate(f"http://127.0.0.1:{server.port}/update/update.php", "--devices", 1, "--polls", 3,
                    "--logs", 60)
    assert told["not_now"] >= 1 and told["errors_total"] == 0
    assert numbers(lines(server)) == {"IP232-00-00-00": list(range(told["entries"]["logs"]))}


def test_over_mutual_tls(serve, pki, tmp_path):
    """With the certificate of the device, as its polls."""
    server = serve(logging(rate=10000), pki=pki.folder)
    (tmp_path / "IP232-00-00-00.pem").write_bytes(pki.device("IP232-00-00-00").read_bytes())
    told = simulate(f"https://127.0.0.1:{server.ports['mtls']}/update/update.php", "--insecure", "--mtls", tmp_path,
                    "--devices", 1, "--polls", 2, "--logs", 3)
    assert told["entries"]["logs"] == 6 and len(lines(server)) == 6


class Elsewhere(BaseHTTPRequestHandler):
    """A server that takes polls and no entries."""

    def do_GET(self):  # pylint: disable=invalid-name
        poll = self.path.startswith("/u?")
        self.send_response(200 if poll else 404)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", "5" if poll else "0")
        self.end_headers()
        if poll:
            self.wfile.write(b"ser\r\n")

    do_POST = do_GET

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass


def test_server_that_takes_none():
    """That is an error, once a poll; and the device goes on polling."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        told = simulate(f"http://127.0.0.1:{server.server_port}/u?sn=#m", "--devices", 1, "--polls", 4,
                        "--logs", 3, code=1)
        server.shutdown()
    assert told["polls"] == 4 and told["polls_failed"] == 0
    assert told["errors"]["http-4xx"] == 4 and told["entries"]["logs"] == 0


@pytest.mark.parametrize("words", [("--logs", "-1"), ("--logs", "1001"), ("--logs", "x")])
def test_wrong_use(words):
    done = subprocess.run([str(SIM), "--url", "http://x/", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "--logs" in done.stderr
