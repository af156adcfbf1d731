# SPDX-License-Identifier: ISC
"""
The whole story: fifty new devices that have nothing but a certificate they signed themselves come over
HTTP, get one from a CA that is trusted, and are sent over mutual TLS what is for nobody else. With
one instance and a CA of our own; with two instances (a door for everybody, and one that enforces) and a CA
elsewhere. What is secret is looked for in every reply that left over HTTP or HTTPS.
"""
import json
import re
import signal
import subprocess
from collections import Counter
from contextlib import ExitStack
from urllib.parse import parse_qs, urlsplit

import pytest

from lib import wire
from lib.pki import Ca, Pki, self_signed
from lib.server import BUILD, Server, StartError, clean_environment, config
from lib.wait import wait_for

SIM = BUILD / "rollcall-sim"
DEVICES = 50
SPEED = 20     # a device that waits asks every 250 ms, one that has settled every 3 s
PATIENCE = 40  # seconds, of which a few are needed
ATTEMPTS = 5   # at ports that are still free when we use them
STAGING, UPDATE = "planted-in-staging", "planted-in-update"
SNIPPETS = {"staging-all-default.txt": f"config add CMD0 /user admin,{STAGING}\n",
            "update-all-default.txt": f"config add LOG0 /password {UPDATE}\n"}
OWN_CA, NEW_CA, OTHER_CA = "Story CA", "Next Story CA", "Company CA"
REVIEWED = 10  # requests that are approved with one command

SETTINGS = """<master info=""/>
<status dir="status"/>
<phases><phase id="staging" seq="100"/></phases>
<queries><query id="certificates"><applies>*</applies></query></queries>
"""


def times(port, **more):
    attributes = {"polling": 5, "interval": 1, "forcehttps": "true", "httpsport": port,
                  "httpsurlmod": "!mtls/!!i", **more}
    return "<times " + " ".join(f'{n}="{v}"' for n, v in attributes.items()) + "/>"


def customcerts(**attributes):
    attributes = {"dir": "certs", "CSRkey": "P-256", "CSRdn-cn": "{hwid}", **attributes}
    return "<customcerts " + " ".join(f'{n}="{v}"' for n, v in attributes.items()) + "/>"


def serial_number(number):
    return f"00-90-33-00-{number >> 8:02x}-{number & 255:02x}"


EVERYBODY = {serial_number(i) for i in range(DEVICES)}


# ---- devices ----

class Fleet:
    """rollcall-sim in the background, and every reply to a poll that it got."""
    count = 0

    def __init__(self, folder, url, *words):
        Fleet.count += 1
        self.file = folder / f"replies-{Fleet.count}"
        self.process = subprocess.Popen(
            [str(w) for w in (SIM, "--url", url, "--speed", SPEED, "--insecure", "--json",
                              "--config-change", 0, "--record", self.file, *words)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=clean_environment())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def stop(self):
        """The summary of the run."""
        self.process.send_signal(signal.SIGINT)
        return self.end()

    def end(self):
        out, err = self.process.communicate(timeout=PATIENCE)
        assert out.startswith("{"), err
        return json.loads(out)

    def replies(self):
        """[(port, serial number, the whole text)]"""
        text = self.file.read_bytes().decode("utf-8", "replace") if self.file.exists() else ""
        parts = re.split(r"^== (\d+) (\S+)\n", text, flags=re.MULTILINE)[1:]
        found = []
        for url, body in zip(parts[1::3], parts[2::3]):
            asked = urlsplit(url)
            found.append((asked.port, parse_qs(asked.query).get("sn", [""])[0], body))
        return found

    def told(self, word):
        """{port: the devices that got a reply with this word}"""
        found = {}
        for port, sn, body in self.replies():
            if word in body:
                found.setdefault(port, set()).add(sn)
        return found

    def order(self):
        """In which order devices came to ports: [(port, …), …], each way once."""
        ways = {}
        for port, sn, _ in self.replies():
            way = ways.setdefault(sn, [])
            if sn and way[-1:] != [port]:
                way.append(port)
        return {tuple(way) for sn, way in ways.items() if sn}


def visit(folder, url, *words, number=0, polls=3):
    """What one device gets that somebody plays: (the summary, all replies)."""
    tail = f"00-00-{number:02x}"
    own = f"?type=IP232&sn={serial_number(number)}&hwid=IP232-{tail}&ip=10.0.0.1&phase=update&polling=0"
    with Fleet(folder, url + own, "--first", number, "--devices", 1, "--types", "IP232", "--polls",
               polls, "--speed", 1e5, *words) as fleet:
        summary = fleet.end()
        return summary, "".join(body for _, _, body in fleet.replies())


def impostor(folder, url, pem):
    """The same of one that shows this certificate, and who must get nothing."""
    summary, text = visit(folder, url, "--client-cert", pem)
    assert "planted" not in text, text
    return summary, text


# ---- the server ----

class Enrolling(Server):
    """One whose ports are known before it starts, because they stand in its configuration. It has the two
    paths that installations have: with /mtls over HTTP and HTTPS, without over mutual TLS."""

    def command(self):
        return [*super().command(), "--base", "/update", "--base", "/mtls/update"]

    def cli_json(self, *words, code=0):
        done = self.cli(*words, "--json", timeout=PATIENCE)
        assert done.returncode == code, f"{words}: {done.returncode} {done.stdout}{done.stderr}"
        return json.loads(done.stdout)

    def fine(self, *words):
        done = self.cli(*words, timeout=PATIENCE)
        assert done.returncode == 0, f"{words}: {done.returncode} {done.stdout}{done.stderr}"
        return done.stdout

    def devices(self):
        return {d["sn"]: d for d in self.cli_json("devices")["devices"]}

    def waiting(self):
        return [r["sn"] for r in self.cli_json("csr", "list")["requests"] if r["state"] == "waiting"]

    def enrolled(self, issuer, sns=EVERYBODY):
        """All of these have settled, and proved themselves with a certificate of this CA."""
        devices = self.devices()
        return sns <= devices.keys() and all(
            devices[sn]["settled"] and devices[sn]["tls_issuer"] == issuer for sn in sns) and devices

    def url(self, via, path="/update/update.php"):
        return f"{'http' if via == 'http' else 'https'}://127.0.0.1:{self.ports[via]}{path}"


def started(stack, prepare, pki=None):
    """`prepare(server, ports)` writes its configuration before it starts."""
    for attempt in range(ATTEMPTS):
        ports = wire.free_ports(3)
        server = Enrolling(pki=pki and pki.folder, ports=ports, snippets=SNIPPETS)
        try:
            prepare(server, dict(zip(("http", "https", "mtls"), ports)))
            return stack.enter_context(server)
        except StartError:  # somebody else may have taken a port
            if attempt == ATTEMPTS - 1:
                raise


@pytest.fixture
def folder(tmp_path):
    return tmp_path


def new_pki(folder):
    (folder / "pki").mkdir()
    return Pki(folder / "pki")


def all_protected(fleet, port):
    """Every device got both snippets, there and nowhere else."""
    for word in (STAGING, UPDATE):
        assert fleet.told(word) == {port: EVERYBODY}


def all_delivered(server):
    for sn in sorted(EVERYBODY)[::10]:
        device = server.cli_json("device", sn)
        snippets = {s["snippet"] for s in device["deliveries"]}
        assert snippets == set(SNIPPETS), device


# ---- one instance, our own CA ----

def own_ca(server, ports, **more):
    """The configuration with the CA of our own."""
    attributes = {"CAtype": "internal", "CAname": OWN_CA, "CAdays": 30, "renew": 10, **more}
    server.config(config(SETTINGS, times(ports["mtls"], forcetrust="true"), customcerts(**attributes)))


def approve_all(server):
    """As an administrator does who looks at them: those that wait, some at a time."""
    waiting = server.waiting()
    for i in range(0, len(waiting), REVIEWED):
        server.fine("csr", "approve", *waiting[i:i + REVIEWED], "--why", "seen in the store room")


def test_one_instance(folder):
    with ExitStack() as stack:
        pki = new_pki(folder)

        def prepare(server, ports):
            own_ca(server, ports)
            pki.ca.unlink(missing_ok=True)  # nobody else's CA
            server.fine("ca", "init", "--name", OWN_CA, "--pki", pki.folder)
            assert server.fine("check", "--pki", pki.folder)

        server = started(stack, prepare, pki)
        (folder / "flash").mkdir()
        fleet = stack.enter_context(Fleet(
            folder, server.url("http", "/mtls/update/update.php"), "--devices", DEVICES, "--spread", 1,
            "--mtls", folder / "flash", "--keep"))
        they_enrol(server, fleet)
        others_get_nothing(server, folder)
        the_ca_changes(server, fleet)
        one_is_revoked(server, fleet, folder)


def they_enrol(server, fleet):
    wait_for(lambda: len(server.waiting()) == DEVICES, PATIENCE, "all requests")
    assert not server.enrolled(OWN_CA) and not fleet.told("planted")
    one = server.cli_json("csr", "show", serial_number(7))
    assert one["request"]["cn"] == server.devices()[serial_number(7)]["hwid"]
    approve_all(server)
    devices = wait_for(lambda: server.enrolled(OWN_CA), PATIENCE, "all to be enrolled")
    assert {d["phase"] for d in devices.values()} == {"update"} and len(devices) == DEVICES
    assert not server.waiting()
    all_protected(fleet, server.ports["mtls"])
    assert fleet.order() == {(server.ports["http"], server.ports["mtls"])}
    all_delivered(server)
    issued = server.cli_json("ca", "list")["issued"]
    assert {i["sn"] for i in issued} == EVERYBODY and len(issued) == DEVICES


def own_issuer(server, folder):
    """What whoever stole the key of our CA could do."""
    ca = Ca(folder, OWN_CA)
    ca.cert.write_bytes((server.path / "ca/ca.pem").read_bytes())
    ca.key.write_bytes((server.path / "ca/ca.key").read_bytes())
    return ca


def others_get_nothing(server, folder):
    """Of those that are let in nothing is done, the others do not get past the handshake."""
    own, unknown = own_issuer(server, folder), Ca(folder, OWN_CA)
    hwid = "IP232-00-00-00"
    before = server.devices()[serial_number(0)]
    stolen = folder / "flash/IP112-00-00-01.pem"
    summary, text = impostor(folder, server.url("mtls"), stolen)
    assert summary["polls_failed"] == 0 and summary["errors"]["http-4xx"] == 3, summary
    assert "IP112-00-00-01" in text
    after = server.devices()[serial_number(0)]
    assert {n for n in after if after[n] != before[n]} <= {"seen", "polls", "cert_answered"}
    for pem in (own.issue(hwid, valid=(-30, -1)).pem, self_signed(folder, hwid).pem,
                unknown.issue(hwid).pem):
        summary, text = impostor(folder, server.url("mtls"), pem)
        assert summary["errors"] == {**dict.fromkeys(summary["errors"], 0), "tls": 3} and not text
    for via in ("http", "https"):  # nor does it help to show a good one where nobody asks
        impostor(folder, server.url(via), own.issue(hwid).pem)
    # It would have been enough for the device that it belongs to, at the right port.
    good = own.issue(hwid, valid=(-1, 200))
    good.pem.rename(good.pem.with_name(f"{hwid}.pem"))
    _, text = visit(folder, server.url("mtls"), "--mtls", own.folder, polls=4)
    assert "planted" in text, text


def the_ca_changes(server, fleet):
    """Both are trusted; who has the old one renews it by himself, without an administrator."""
    server.fine("ca", "init", "--name", NEW_CA, "--replace", "--pki", server.pki)
    own_ca(server, server.ports, CAname=f"{OWN_CA}, {NEW_CA}")
    assert server.fine("certs", "--enforced", "--pki", server.pki)
    locked = server.cli("certs", "--without", OWN_CA, "--pki", server.pki)
    assert locked.returncode == 1 and str(DEVICES) in locked.stdout, locked.stdout
    wait_for(lambda: server.enrolled(OWN_CA), PATIENCE, "everybody to stay in")

    own_ca(server, server.ports, CAname=f"{OWN_CA}, {NEW_CA}", CAdays=365, renew=90)
    wait_for(lambda: server.enrolled(NEW_CA), PATIENCE, "all to have a certificate of the new CA")
    assert server.fine("certs", "--without", OWN_CA, "--pki", server.pki)
    whose = Counter((i["issuer"], i["who"]) for i in server.cli_json("ca", "list")["issued"])
    assert sorted(whose.values()) == [DEVICES, DEVICES], whose
    assert [who for (issuer, who) in whose if issuer == NEW_CA] == ["the server"], whose
    assert fleet.told("planted").keys() == {server.ports["mtls"]}


def one_is_revoked(server, fleet, folder):
    """It does not get past the handshake any more; nobody else notices."""
    sn, others = serial_number(3), EVERYBODY - {serial_number(3)}
    serial = next(i["serial"] for i in server.cli_json("ca", "list")["issued"]
                  if i["sn"] == sn and i["issuer"] == NEW_CA)
    server.fine("ca", "revoke", serial, "--why", "stolen")
    stolen = folder / "flash" / f"{server.devices()[sn]['hwid']}.pem"
    wait_for(lambda: impostor(folder, server.url("mtls"), stolen)[0]["errors"]["tls"] == 3, PATIENCE,
             "a handshake that is refused")
    server.snippet("update-all-default.txt", "config add LOG0 /password planted-later\n")
    port, polls = server.ports["mtls"], server.devices()[sn]["polls"]
    wait_for(lambda: fleet.told("planted-later").get(port, set()) >= others, PATIENCE,
             "the others to get the new snippet")
    wait_for(lambda: server.enrolled(NEW_CA, others), PATIENCE, "the others to settle")
    assert fleet.told("planted-later") == {port: others}
    assert server.devices()[sn]["polls"] == polls
    assert any(a["what"] == "ca revoke" and a["sn"] == sn for a in server.cli_json("audit")["audit"])
    summary = fleet.stop()
    faults = {kind for kind, count in summary["errors"].items() if count}
    assert faults and faults <= {"tls", "http-4xx"}, summary  # of the one that was revoked


# ---- two instances, a CA elsewhere ----

def sign_all(server, ca, folder):
    for sn in server.waiting():
        request = folder / "request.pem"
        request.write_text(server.fine("csr", "export", sn))
        server.fine("csr", "import", sn, ca.issue(sn, request=request, valid=(-1, 365)).crt)


def test_two_instances(folder):
    """The first knows nothing of certificates and hands devices on to the second, over HTTPS."""
    with ExitStack() as stack:
        pki = new_pki(folder)
        ca = Ca(folder, OTHER_CA)
        pki.trust(ca)

        def enforcing(server, ports):
            (server.path / "certs/CAkey-01.cer").write_bytes(ca.cert.read_bytes())
            server.config(config(SETTINGS, times(ports["mtls"], forcetrust="true"),
                                 customcerts(CAname=OTHER_CA)))

        inner = started(stack, enforcing, pki)
        outer = stack.enter_context(Enrolling(
            config(SETTINGS, times(inner.ports["https"])), {"update-all-default.txt": "ser\n"}))
        door = f"http://127.0.0.1:{outer.port}/mtls/update/update.php"
        fleet = stack.enter_context(Fleet(folder, door, "--devices", DEVICES, "--spread", 1))

        wait_for(lambda: len(inner.waiting()) == DEVICES, PATIENCE, "all requests")
        assert not fleet.told("planted")
        sign_all(inner, ca, folder)
        devices = wait_for(lambda: inner.enrolled(OTHER_CA), PATIENCE, "all to be enrolled")
        assert {d["phase"] for d in devices.values()} == {"update"} and len(devices) == DEVICES
        ways = (outer.port, inner.ports["https"], inner.ports["mtls"])
        assert fleet.order() == {ways}
        all_protected(fleet, inner.ports["mtls"])
        all_delivered(inner)
        assert fleet.told("servercert-create") == {inner.ports["https"]: EVERYBODY}
        summary = fleet.stop()
        assert summary["errors_total"] == 0, summary
