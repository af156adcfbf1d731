# SPDX-License-Identifier: ISC
"""
Simulated devices that are asked and that send their configuration: first at a server of this file
that says what a test wants, then at Rollcall, which must take what they send.
"""
import json
import re
import ssl
import subprocess
import threading
import xml.etree.ElementTree as ElementTree
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from lib.device import UPDATE
from lib.pki import Ca, make_server
from lib.server import BUILD, PLAIN, clean_environment, config

SIM = BUILD / "rollcall-sim"
FAST = 1e5  # 15 minutes are 9 ms
QUERIES = {"admin": "mod cmd CMD0 xml-info", "certificates": "mod cmd X509 xml-info",
           "media": "mod cmd MEDIA xml-info", "new": "mod cmd NEW0 xml-info",
           "registration": "mod cmd PHONE/USER phone-regs /cmd phone-regs"}
VOLATILE = re.compile(rb"vars create (UPDATE|TLS0/TICKET)/|config change UP1 /|"
                      rb"mod cmd FLASHDIR0 add-item .*\)\(type=.*\(info=")


def simulate(url, *words, code=0):
    """The summary of a run of all the simulated devices."""
    done = subprocess.run([str(w) for w in (SIM, "--url", url, "--speed", FAST, "--json", *words)],
                          capture_output=True, text=True, timeout=60, env=clean_environment(),
                          stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


class Patient(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # all devices come at once
    tls = None

    def finish_request(self, request, client_address):
        """In a thread of its own: the handshake, too."""
        if self.tls:
            try:
                request = self.tls.wrap_socket(request, server_side=True)
            except OSError:
                return
        super().finish_request(request, client_address)


class Answering:
    """Answers GET with `script`, unless `refuse(method, n)` names a status and headers for the n-th
    (from 0) request of this method. `puts` are the bodies that were taken: [(arguments, body)].
    demand() makes it HTTPS for who has a certificate of this CA; `shown` are their names."""

    def __init__(self, script="ser\r\n", refuse=lambda method, n: None):
        self.script, self.refuse = script, refuse
        self.asked = {"GET": 0, "PUT": 0}
        self.puts = []
        self.shown = []
        self.scheme = "http"
        self.lock = threading.Lock()
        self.server = Patient(("127.0.0.1", 0), handler(self))
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.server.server_port}/u?sn=#m&hwid=#h"

    def demand(self, ca, folder):
        make_server(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "server.pem")
        context.load_verify_locations(ca.cert)
        context.verify_mode = ssl.CERT_REQUIRED
        self.server.tls = context
        self.scheme = "https"
        return self

    def asks(self, commands):
        """The device shall answer each of {id: command} at every poll."""
        self.script = "".join(
            f"mod cmd UP0 scfg {self.url}&id={name} ser nop /always {quote(command, safe='')}\r\n"
            for name, command in commands.items())
        return self

    def wants_backups(self):
        self.script = f"mod cmd UP0 scfg {self.url}\r\n"
        return self

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def answer(self, method, path, body):
        with self.lock:
            refused = self.refuse(method, self.asked[method])
            self.asked[method] += 1
            if refused:
                return refused
            if method == "PUT":
                arguments = parse_qs(urlsplit(path).query)
                self.puts.append(({k: v[0] for k, v in arguments.items()}, body))
            return 200, {}


def handler(owner):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer is one write

        def answer(self, method):
            if owner.scheme == "https":
                subject = dict(pair for part in self.connection.getpeercert()["subject"] for pair in part)
                owner.shown.append(subject["commonName"])
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, headers = owner.answer(method, self.path, body)
            content = owner.script.encode() if status == 200 and method == "GET" else b""
            self.send_response(status)
            for name, value in {"Content-Type": "text/plain", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self):  # pylint: disable=invalid-name
            self.answer("GET")

        def do_PUT(self):  # pylint: disable=invalid-name
            self.answer("PUT")

        def log_message(self, *_):  # pylint: disable=arguments-differ
            pass

    return Handler


@pytest.fixture
def answering(stack):
    return lambda *args: stack.enter_context(Answering(*args))


def lasting(body):
    """The lines of a configuration that count (spec §9)."""
    assert body.endswith(b"\r\n")
    return [line for line in body.splitlines() if not VOLATILE.match(line)]


# A server that cannot now

NOT_NOW = (503, {"Retry-After": "864000000"})  # if it were waited for, more than two hours


def first(method, what):
    return lambda m, n: what if m == method and n == 0 else None


def test_poll_that_is_put_off(answering):
    server = answering("ser\r\n", first("GET", NOT_NOW))
    summary = simulate(server.url, "--devices", 1, "--polls", 3)
    assert (summary["polls"], summary["polls_failed"], summary["not_now"]) == (3, 0, 1)
    assert summary["errors_total"] == 0 and summary["settled"] == 1
    assert server.asked["GET"] == 3


def test_unavailable_without_a_time_is_an_error(answering):
    server = answering("ser\r\n", first("GET", (503, {})))
    summary = simulate(server.url, "--devices", 1, "--polls", 3, code=1)
    assert (summary["polls_failed"], summary["not_now"]) == (1, 0)
    assert summary["errors"]["http-5xx"] == summary["errors_total"] == 1


def test_put_that_is_put_off(answering):
    server = answering("", first("PUT", NOT_NOW)).asks({"admin": QUERIES["admin"]})
    summary = simulate(server.url, "--devices", 1, "--polls", 3)
    assert summary["puts"] == {"answers": 2, "backups": 0, "failed": 0}
    assert summary["not_now"] == 1 and summary["errors_total"] == 0
    assert len(server.puts) == 2


def test_put_that_is_refused(answering):
    server = answering("", first("PUT", (403, {}))).wants_backups()
    summary = simulate(server.url, "--devices", 1, "--polls", 3, code=1)
    assert summary["puts"] == {"answers": 0, "backups": 2, "failed": 1}
    assert summary["errors"]["http-4xx"] == summary["errors_total"] == 1


# Answers

def test_answers_are_xml(answering):
    server = answering().asks(QUERIES)
    summary = simulate(server.url, "--devices", 16, "--polls", 2)
    assert summary["puts"] == {"answers": 16 * 2 * len(QUERIES), "backups": 0, "failed": 0}
    for arguments, body in server.puts:
        assert ElementTree.fromstring(body).tag == "info", arguments
    names = {a["sn"]: ElementTree.fromstring(body).get("name")
             for a, body in server.puts if a["id"] == "admin"}
    assert len(set(names.values())) == len(names) == 16
    assert names["00-90-33-00-00-00"] == "Reception 1"
    assert names["00-90-33-00-00-04"] == "Branch Gateway 2"


def test_the_same_in_every_run(answering):
    runs = []
    for _ in range(2):
        server = answering().asks(QUERIES)
        simulate(server.url, "--devices", 8, "--polls", 1)
        runs.append(sorted((a["sn"], a["id"], body) for a, body in server.puts))
    assert runs[0] == runs[1]


def test_a_script_shows_in_answers(answering):
    server = answering().asks(QUERIES)
    server.script = ("config add CMD0 /name %3CA+%26+B%3E\r\nconfig add MEDIA /stun s.example\r\n"
                     "config add PHONE SIG /gk-addr pbx.example\r\n") + server.script
    simulate(server.url, "--devices", 1, "--polls", 1)
    answers = {a["id"]: ElementTree.fromstring(body) for a, body in server.puts}
    assert answers["admin"].get("name") == "<A & B>"
    assert answers["media"].get("stun") == "s.example"
    assert answers["media"].find("nat").get("public-addr") == "203.0.113.1"
    reg = answers["registration"].find("reg")
    assert (reg.get("id"), reg.get("state"), reg.get("gk-addr")) == ("0", "up", "pbx.example")


# Configurations

def backups_of(server, *words, devices=8):
    """{SN: [the lines that count, …]} of ten polls."""
    summary = simulate(server.url, "--devices", devices, "--polls", 10, *words)
    assert summary["puts"] == {"answers": 0, "backups": 10 * devices, "failed": 0}
    sent = {}
    for arguments, body in server.puts:
        sent.setdefault(arguments["sn"], []).append(lasting(body))
    return sent


def different(backups):
    """How often a configuration is another one than the one before."""
    return sum(a != b for a, b in zip(backups, backups[1:]))


def test_configurations_look_like_some(answering):
    server = answering().wants_backups()
    sent = backups_of(server, "--config-change", 0)
    for _, body in server.puts:
        assert 40 <= len(body.splitlines()) <= 100
    assert len({tuple(b[0]) for b in sent.values()}) == 8


def test_nobody_changes_anything(answering):
    """What changes by itself is there, and is not counted."""
    server = answering().wants_backups()
    assert {different(b) for b in backups_of(server, "--config-change", 0).values()} == {0}
    of_one = [body for a, body in server.puts if a["sn"] == "00-90-33-00-00-00"]
    assert different(of_one) == 9
    assert any(b"(type=missed)(info=" in body for body in of_one)


def test_somebody_changes_something_always(answering):
    server = answering().wants_backups()
    assert {different(b) for b in backups_of(server, "--config-change", 1).values()} == {9}


def test_somebody_changes_something_now_and_then(answering):
    counts = []
    for _ in range(2):
        server = answering().wants_backups()
        sent = backups_of(server, "--config-change", 0.2, devices=40)
        counts.append({sn: different(b) for sn, b in sent.items()})
    assert counts[0] == counts[1]
    assert 40 < sum(counts[0].values()) < 110  # of 360, 72 are meant


def test_a_script_changes_a_configuration(answering):
    server = answering().wants_backups()
    server.script = "config add NTP0 /addr ntp.example\r\n" + server.script
    sent = backups_of(server, "--config-change", 0, devices=1)["00-90-33-00-00-00"]
    assert different(sent) == 0
    line = next(line for line in sent[0] if line.startswith(b"config change NTP0 "))
    assert b" /addr ntp.example" in line and b" /interval " in line


# Rollcall

def query(name, command):
    return f'<query id="{name}"><cmd>{command}</cmd><applies>*</applies></query>'


TRACKED = config(PLAIN, '<status dir="status"/>', '<backup dir="backup" nbackups="20"/>',
                 '<times grace="0"/>', "<queries>",
                 *(query(*one) for one in QUERIES.items()), "</queries>")
SNIPPETS = {"update-phone-default.txt": "config add PHONE SIG /gk-addr pbx.example\r\n"}


def run_at(server, *words):
    return simulate(f"http://127.0.0.1:{server.port}{UPDATE}", "--devices", 8, *words)


def cli_json(server, *words):
    done = server.cli(*words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_rollcall_takes_every_answer(serve):
    """Each of each kind of device, and what is kept is what was meant."""
    server = serve(TRACKED, SNIPPETS)
    summary = run_at(server, "--polls", 5)
    assert summary["errors_total"] == 0 and summary["puts"]["failed"] == 0
    assert summary["puts"]["answers"] >= 8 * len(QUERIES)
    assert "refused" not in server.log()
    listed = {d["sn"]: d for d in cli_json(server, "devices")["devices"]}
    assert len(listed) == 8 and listed["00-90-33-00-00-00"]["name"] == "Reception 1"
    registered = 0
    for sn in listed:
        kept = {a["query"]: a["xml"] for a in cli_json(server, "answers", sn)["answers"]}
        assert set(kept) == set(QUERIES)
        assert ElementTree.fromstring(kept["admin"]).get("sn") == sn
        registered += 'state="up"' in kept["registration"]
    assert registered == 5  # the others are gateways


@pytest.mark.parametrize("change, fewest, most", [(0, 1, 4), (1, 10, 12)])
def test_rollcall_keeps_configurations_that_changed(serve, change, fewest, most):
    """What changes by itself is no new backup; what snippets (at the start) and an administrator
    change is."""
    server = serve(TRACKED, SNIPPETS)
    summary = run_at(server, "--polls", 12, "--config-change", change)
    assert summary["puts"]["backups"] >= 8 * 11  # the first contact is not asked for one
    kept = {folder.name: len(list(folder.iterdir()))
            for folder in (server.path / "backup").iterdir()}
    assert len(kept) == 8
    assert all(fewest <= n <= most for n in kept.values()), kept


# Certificates

CREATE = ("mod cmd X509 servercert-create /cmd servercert-create /redirect /target device "
          "/type Signing%20request  /key P-256 /signature SH256 /dn-cn 009033000000 /dn-ou  /san-ip ")
CERTIFICATES = {"certificates": "mod cmd X509 xml-info"}


def certificates_of(server):
    """What each answer says: [(the names of certificates with their issuers, what else is in it), …]"""
    found = []
    for arguments, body in server.puts:
        if arguments["id"] == "certificates":
            info = ElementTree.fromstring(body)
            found.append(([(c.get("subject_cn"), c.get("issuer_cn")) for c in info.iter("certificate")],
                          [e.tag for e in info.iter() if e.tag in ("request", "busy", "request-error")]))
    return found


def signed(ca, folder, output):
    """The commands that bring the certificate for the request in this output of `vars read`."""
    name, flags, value = output.decode().split()
    assert (name, flags) == ("X509/REQUEST", "pb")
    pem = ssl.DER_cert_to_PEM_cert(bytes.fromhex(value))
    request = folder / "request"
    request.write_text(pem.replace("CERTIFICATE", "CERTIFICATE REQUEST"))
    parts = [ca.issue("", request=request).text, ca.text]
    return "".join(f"vars create X509/REQUESTRESPONSE/{i:05} pb {ssl.PEM_cert_to_DER_cert(p).hex()}\r\n"
                   for i, p in enumerate(parts))


def test_enrolment(answering, tmp_path):
    """From its own certificate to that of a CA, and to the server that asks for one."""
    ca = Ca(tmp_path, "Some CA")
    inner = answering().demand(ca, tmp_path)

    def next_script(method, n):
        ask = outer.asks(CERTIFICATES).script
        scripts = {0: lambda: ask + CREATE + "\r\n",
                   3: lambda: outer.asks({"request": "vars read X509/REQUEST"}).script,
                   4: lambda: signed(ca, tmp_path, outer.puts[-1][1]),
                   6: lambda: f"config add UP1 /url {quote(inner.url, safe='')}\r\nconfig activate\r\n"}
        if method == "GET":
            outer.script = scripts.get(n, lambda: ask)()

    outer = answering("", next_script)
    summary = simulate(outer.url, "--devices", 1, "--polls", 9, "--insecure")
    own, new = "IP232-00-00-00", "009033000000"
    assert certificates_of(outer) == [
        ([(own, own)], []), ([(own, own)], ["busy"]), ([(own, own)], ["request"]),
        ([(new, "Some CA"), ("Some CA", "Some CA")], [])]
    assert inner.shown == [new, new] and summary["errors_total"] == 0


def test_refused_in_the_handshake(answering, tmp_path):
    """Its own certificate does not open a server that wants one of a CA; it is counted."""
    server = answering().demand(Ca(tmp_path), tmp_path)
    summary = simulate(server.url, "--devices", 2, "--polls", 3, "--insecure", code=1)
    assert summary["polls_failed"] == summary["errors"]["tls"] == summary["errors_total"] == 6
    assert not server.shown


def test_certificates_to_begin_with(answering, tmp_path):
    ca = Ca(tmp_path, "Some CA")
    own, all_others = ca.issue("IP232-00-00-00"), ca.issue("Everybody")
    given = tmp_path / "given"
    given.mkdir()
    (given / "IP232-00-00-00.pem").write_bytes(own.pem.read_bytes())
    (given / "device.pem").write_bytes(all_others.pem.read_bytes())
    server = answering().demand(ca, tmp_path).asks(CERTIFICATES)
    simulate(server.url, "--devices", 2, "--polls", 1, "--insecure", "--mtls", given)
    assert sorted(server.shown) == ["Everybody", "Everybody", "IP232-00-00-00", "IP232-00-00-00"]
    assert sorted(ElementTree.fromstring(body).find("servercert/certificate").get("subject_cn")
                  for _, body in server.puts) == ["Everybody", "IP232-00-00-00"]


def test_somebody_elses_certificate(answering, tmp_path):
    """Shown, but not what the device says that it has; and every reply can be kept."""
    ca = Ca(tmp_path, "Some CA")
    other, record = ca.issue("Somebody"), tmp_path / "record"
    server = answering().demand(ca, tmp_path).asks(CERTIFICATES)
    simulate(server.url, "--devices", 1, "--polls", 2, "--insecure", "--client-cert", other.crt,
             "--client-key", other.key, "--record", record)
    assert set(server.shown) == {"Somebody"}
    assert certificates_of(server) == [([("IP232-00-00-00", "IP232-00-00-00")], [])] * 2
    url = server.url.replace("#m", "00-90-33-00-00-00").replace("#h", "IP232-00-00-00")
    assert record.read_bytes() == (f"== 200 {url}\n{server.script}" * 2).encode()


def test_source_addresses(answering):
    """Devices take turns."""
    server = answering()
    seen = []
    server.server.verify_request = lambda request, client: seen.append(client[0]) or True
    simulate(server.url, "--devices", 3, "--polls", 1, "--source", "127.0.0.3,127.0.0.4")
    assert sorted(seen) == ["127.0.0.3", "127.0.0.3", "127.0.0.4"]
