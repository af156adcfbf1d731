# SPDX-License-Identifier: ISC
"""
PUT mode=vardump (spec §8): what a device was asked for is stored byte for byte; nothing else ever is. The
server that this one replaces let anybody write any file this way (PITFALLS §6).
"""
import hashlib
import json
import os
import shutil
import signal
import stat
import time

import pytest

from lib import fcgi, signer, wire
from lib.device import SN, UPDATE
from lib.enrol import Phone, certified, dump_of, says
from lib.faults import Daemon
from lib.pki import Ca, Pki, make_key, make_request, openssl
from lib.places import Place
from lib.wait import holds_for, wait_for

OTHER = "00-90-33-30-00-b0"
HWID = "IP232-30-00-af"
ERROR = {"mode": "vardump", "sn": SN, "var": "X509/REQUESTERROR",
         "file": f"certs%2F{SN}-requesterror"}
REQUEST = {"mode": "vardump", "sn": SN, "var": "X509/REQUEST",
           "file": f"certs%2F{SN}-request.p10.der", "proc": "var2bin",
           "postproc": "createPemFromDer"}
CSR_MOST = 16 << 10
CA_NAME = "Test CA"
POLLS = 10
ERROR_MOST = 4096
OURS = ("data", "log", "run")  # written while it runs, whatever a client does


class Request:
    """A signing request as files and as bytes."""

    def __init__(self, folder, name="request", key="P-256", **how):
        pem = folder / f"{name}.pem"
        make_request(pem, make_key(folder / f"{name}.key", key), f"/CN={name}", **how)
        der = folder / f"{name}.der"
        openssl("req", "-in", pem, "-outform", "DER", "-out", der)
        self.pem, self.der = pem.read_bytes(), der.read_bytes()
        self.digest = hashlib.sha256(self.der).hexdigest()


@pytest.fixture(scope="module", name="request_a")
def make_a(tmp_path_factory):
    return Request(tmp_path_factory.mktemp("request"), HWID)


@pytest.fixture(scope="module", name="request_b")
def make_b(tmp_path_factory):
    return Request(tmp_path_factory.mktemp("another"), HWID)


@pytest.fixture(scope="module", name="ca")
def make_ca(tmp_path_factory):
    return Ca(tmp_path_factory.mktemp("ca"), CA_NAME)


@pytest.fixture
def server(serve):
    return serve(certified())


@pytest.fixture
def phone(server):
    return Phone(server)


@pytest.fixture
def asked(phone):
    """A phone that was told to send its request."""
    assert phone.fetch()
    return phone


def files(server):
    """{path: content} of everything that a client could have written."""
    return {str(p.relative_to(server.path)): p.read_bytes() for p in server.path.rglob("*")
            if p.is_file() and p.relative_to(server.path).parts[0] not in OURS}


def record(server, sn=SN):
    done = server.cli("device", sn, "--json")
    return json.loads(done.stdout) if done.returncode == 0 else None


def messages(server, sn=SN):
    return server.cli("device", sn).stdout


def certs(server, sn=SN):
    return {p.name.removeprefix(sn): p for p in (server.path / "certs").iterdir()
            if p.name.startswith(sn)}


def refused(phone, arguments, body, status, *words):
    """It says why, leaves nothing behind, and is one line in the log."""
    server = phone.server
    before, at = files(server), len(server.log())
    reply = phone.put(arguments, body)
    assert (reply.status, reply.complete, reply.commands) == (status, True, []), reply.text
    for word in words:
        assert word in reply.text, reply.text
    assert files(server) == before
    server.logged("refused", after=at)
    assert server.alive()


# What it is for

def test_request(asked, request_a):
    """By the very command that the device is sent; the bytes are those of the device."""
    server = asked.server
    arguments = asked.wanted(asked.poll(), "X509/REQUEST")
    reply = asked.put(arguments, dump_of(request_a.der))
    assert (reply.status, reply.commands) == (200, []) and "is kept" in reply.text, reply.text
    stored = certs(server)
    assert set(stored) == {"-request.p10.der", "-request.p10.pem"}
    assert stored["-request.p10.der"].read_bytes() == request_a.der
    assert stored["-request.p10.pem"].read_bytes() == request_a.pem
    assert {stat.S_IMODE(p.stat().st_mode) for p in stored.values()} == {0o640}
    known = record(server)
    assert known["cert_digest"] == request_a.digest and known["cert_request"]
    assert known["cert_origin"] == "127.0.0.1 over HTTP"
    assert not known.get("cert_auto") and not known.get("cert_asked")
    assert "sent its signing request" in messages(server)
    assert not asked.wanted(asked.poll(), "X509/REQUEST")


def test_the_same_again(asked, request_a):
    """A device may not have heard our answer: no harm, and no second message."""
    for words in ("is kept", "is here already", "is here already"):
        reply = asked.put(REQUEST, dump_of(request_a.der))
        assert reply.status == 200 and words in reply.text, reply.text
    assert messages(asked.server).count("sent its signing request") == 1


def test_ended_between_the_files_and_the_record(asked, request_a):
    """The files are there, nobody knows of them: the device is asked for its request, or sends it again."""
    certs_of = asked.server.path / "certs"
    (certs_of / f"{SN}-request.p10.der").write_bytes(request_a.der)
    (certs_of / f"{SN}-signedrequest.cer").write_bytes(b"for this very request")
    assert "is kept" in asked.put(REQUEST, dump_of(request_a.der)).text
    assert record(asked.server)["cert_digest"] == request_a.digest
    assert set(certs(asked.server)) == {"-request.p10.der", "-request.p10.pem", "-signedrequest.cer"}


def test_an_old_certificate_is_not_for_a_new_request(asked, request_a):
    (asked.server.path / "certs" / f"{SN}-signedrequest.cer").write_bytes(b"older")
    assert "is kept" in asked.put(REQUEST, dump_of(request_a.der)).text
    assert set(certs(asked.server)) == {"-request.p10.der", "-request.p10.pem"}


def test_no_request_is_set(asked):
    reply = asked.put(REQUEST, b"\r\n")
    assert reply.status == 200 and "nothing was stored" in reply.text
    assert not certs(asked.server)
    assert asked.wanted(asked.poll(), "X509/REQUEST")  # it is asked again


@pytest.mark.parametrize("der", [b"\x30\x82\x01\x0a\x02\x82", b"x", bytes(CSR_MOST)])
def test_what_is_no_request_is_kept(asked, der):
    """A CA of somebody else may know what to do with it; ours does not, and that is said."""
    assert "is kept" in asked.put(REQUEST, dump_of(der)).text
    assert certs(asked.server)["-request.p10.der"].read_bytes() == der
    asked.server.logged(SN, "our own CA will never sign")
    assert "our own CA will never sign" in messages(asked.server)


def test_a_weak_request(asked, tmp_path):
    weak = Request(tmp_path, key="RSA-1024")
    assert "is kept" in asked.put(REQUEST, dump_of(weak.der)).text
    asked.server.logged(SN, "our own CA will never sign", "1024")


# What it is not for

ARGUMENTS = {
    "var": [None, "", "X509/request", "X509/REQUESTKEY", "UPDATE/CHECK", "X509%2FREQUEST%20"],
    "file": [None, "", "scripts%2Fevil.txt", "scripts/evil.txt", f"certs/../scripts/{SN}.txt",
             f"certs/{OTHER}-request.p10.der", f"certs/{SN}-requesterror", f"certs//{SN}-request.p10.der",
             f"./certs/{SN}-request.p10.der", f"%2Fcerts%2F{SN}-request.p10.der",
             f"certs/{SN}-request.p10.pem", f"certs/{SN}-signedrequest.cer", "certs/CAkey-00.cer",
             f"certs/{SN}-request.p10.der%20", f"certs%252F{SN}-request.p10.der", "php://filter",
             "config/user-config.xml"],
    "proc": [None, "", "VAR2BIN", "system", "var2bin%20", "none"],
    "postproc": [None, "", "createPemFromCer", "unlink", "createPemFromDer;id"],
    "sn": [None, OTHER],
}
WRONG = [(name, value) for name, values in ARGUMENTS.items() for value in values]


@pytest.mark.parametrize("name,value", WRONG)
def test_other_arguments(asked, request_a, name, value):
    """Where the sender may choose nothing, nothing can be chosen."""
    refused(asked, {**REQUEST, name: value}, dump_of(request_a.der), 403, "Nothing was stored")


@pytest.mark.parametrize("more", [{"proc": "var2bin"}, {"postproc": "createPemFromDer"}, {"proc": ""},
                                  {"file": f"certs/{SN}-request.p10.der"}])
def test_other_arguments_of_the_error(asked, more):
    refused(asked, {**ERROR, **more}, b"X509/REQUESTERROR p x\r\n", 403, "Nothing was stored")


@pytest.mark.parametrize("arguments", [
    {"sn": "..%2F" + SN}, {"sn": "../../config"}, {"sn": ""}, {"sn": SN + "%00"}, {"sn": "a/b"},
    {"hwid": "../x"}, {"file": f"certs/{SN}-request.p10.der%00.txt"}, {"file": "x" * 1100},
    {"mode": "upload"}, {"mode": "upload", "file": "scripts/evil.txt"}, {"mode": "Vardump"},
    {"mode": None}, {"mode": "vardump%00"},
    {"var": "%1b[31m"}])
def test_at_the_door(asked, request_a, arguments):
    refused(asked, {**REQUEST, **arguments}, dump_of(request_a.der), 400)


def test_method(asked, request_a):
    """POST was as good as PUT."""
    before = files(asked.server)
    target = f"{UPDATE}?" + "&".join(f"{k}={v}" for k, v in REQUEST.items())
    assert asked.send(wire.get(target, method="POST", body=dump_of(request_a.der))).status == 405
    reply = asked.send(wire.get(target))
    assert (reply.status, reply.commands) == (200, [])
    assert files(asked.server) == before


@pytest.mark.parametrize("body,word", [
    (b"X509/REQUESTERROR pb 3000\r\n", "X509/REQUESTERROR"),
    (b"X509/REQUESTKEY pb 3000\r\n", "X509/REQUESTKEY"),
    (b"x509/request pb 3000\r\n", "x509/request"),
    (b"X509/REQUEST pb 300\r\n", "hexadecimal"),
    (b"X509/REQUEST pb 30zz\r\n", "hexadecimal"),
    (b"X509/REQUEST pb \r\n", "hexadecimal"),
    (b"X509/REQUEST p 3000\r\n", "binary"),
    (b"X509/REQUEST cb 3000\r\n", "encrypted"),
    (b"X509/REQUEST pb 3000\r\nX509/REQUEST pb 3000\r\n", "line"),
    (b"<?php system($_GET[0]); ?>", "begins with"),
    (b"\x00\xff\x1b[2J", "begins with"),
    (b"X509/REQUEST", "flags"),
    (b"X509/REQUEST pb " + b"00" * (CSR_MOST + 1), "longer than"),
])
def test_other_bodies(asked, body, word):
    refused(asked, REQUEST, body, 400, "this is not X509/REQUEST", word)
    assert "\x1b" not in asked.server.log()


def test_a_body_that_is_too_long(asked):
    before = files(asked.server)
    assert asked.put(REQUEST, b"X509/REQUEST pb " + b"00" * (64 << 10)).status == 413
    assert files(asked.server) == before


# Only what was asked for

def test_nobody_asked(server, phone, request_a):
    refused(phone, REQUEST, dump_of(request_a.der), 403, "nobody asked")
    assert record(server) is None  # nor is it a device from now on
    refused(phone, ERROR, b"X509/REQUESTERROR p x\r\n", 403, "nobody asked")
    phone.answer(says())
    phone.poll()
    refused(phone, REQUEST, dump_of(request_a.der), 403, "nobody asked")
    phone.answer(says(request=True))
    refused(phone, REQUEST, dump_of(request_a.der), 403, "nobody asked")
    assert not phone.wanted(phone.poll(), "X509/REQUEST")  # it was told to make one: questions only
    refused(phone, REQUEST, dump_of(request_a.der), 403, "nobody asked")
    assert phone.wanted(phone.poll(), "X509/REQUEST")
    assert "is kept" in phone.put(REQUEST, dump_of(request_a.der)).text


def test_no_second_request(asked, request_a, request_b):
    """What waits for an administrator is not replaced under his eyes."""
    assert "is kept" in asked.put(REQUEST, dump_of(request_a.der)).text
    asked.poll()
    refused(asked, REQUEST, dump_of(request_b.der), 403, "nobody asked")
    assert record(asked.server)["cert_digest"] == request_a.digest
    assert certs(asked.server)["-request.p10.pem"].read_bytes() == request_a.pem


@pytest.mark.parametrize("elements", [{"dir": ""}, {"status": ""}])
def test_switched_off(serve, request_a, elements):
    phone = Phone(serve(certified(**elements)))
    phone.poll()
    before = files(phone.server)
    reply = phone.put(REQUEST, dump_of(request_a.der))
    assert reply.status == 404 and "is not set" in reply.text
    assert files(phone.server) == before


# An installation that was taken over

def test_an_imported_device(serve, home, tmp_path, request_a):
    """What it said to the former server counts, and the request that lies there need not be sent again."""
    old = tmp_path / "old"
    for folder in ("config", "status", "certs", "scripts"):
        (old / folder).mkdir(parents=True)
    (old / "config/user-config.xml").write_text(certified())
    known = says(request=True).decode()
    for sn in (SN, OTHER):
        (old / f"status/{sn}.xml").write_text(
            f'<?xml version="1.0"?>\n<state seen="{int(time.time())}" phase="update">'
            f'<device sn="{sn}" type="IP232" hwid="IP232-{sn[-8:]}" ip="127.0.0.1" realip="172.16.1.9"/>'
            f'<queries><certificates seen="{int(time.time())}">{known}</certificates></queries></state>')
    (old / f"certs/{OTHER}-request.p10.der").write_bytes(b"0\x03")
    (old / f"certs/{OTHER}-signedrequest.cer").write_bytes(b"0\x03")
    there = home()
    (there.path / "config/user-config.xml").unlink()
    done = there.cli("import", "--from", old)
    assert done.returncode == 0, done.stdout + done.stderr
    server = serve(at=there.path)
    assert Phone(server).wanted(Phone(server).poll(), "X509/REQUEST")
    phone = Phone(server, OTHER)
    reply = phone.poll()
    assert not phone.wanted(reply, "X509/REQUEST")
    assert "vars create X509/REQUESTRESPONSE/00000 pb 3003" in reply.commands


# X509/REQUESTERROR

def test_error(asked):
    server = asked.server
    text = b"signature \xc3\xbc does not fit"
    for words in ("is kept", "is known", "is known"):
        reply = asked.put(ERROR, b"X509/REQUESTERROR p " + text + b"\r\n")
        assert reply.status == 200 and words in reply.text, reply.text
    assert certs(server)["-requesterror"].read_bytes() == text
    line = server.logged(SN, "error with its certificate")
    assert text.decode() in line
    assert messages(server).count("has an error with its certificate") == 1
    for body in (b"", b"\r\n"):
        reply = asked.put(ERROR, body)
        assert reply.status == 200 and "no error" in reply.text
        assert not certs(server)


@pytest.mark.parametrize("body", [b"X509/REQUESTERROR p " + b"x" * (ERROR_MOST + 1), b"X509/REQUEST p x",
                                  b"X509/REQUESTERROR p a\x1b[31mb\r\n", b"X509/REQUESTERROR"])
def test_error_that_is_none(asked, body):
    refused(asked, ERROR, body, 400, "this is not X509/REQUESTERROR")


def test_long_error(asked):
    text = b"x" * ERROR_MOST
    assert "is kept" in asked.put(ERROR, b"X509/REQUESTERROR p " + text).text
    assert certs(asked.server)["-requesterror"].read_bytes() == text


# What is delivered

@pytest.fixture(name="waiting")
def make_waiting(asked, request_a):
    """A phone whose request is here, and is signed by somebody else's CA."""
    assert "is kept" in asked.put(REQUEST, dump_of(request_a.der)).text
    return asked


def signed_for(ca, request, folder):
    (folder / "to-sign.pem").write_bytes(request.pem)
    return ca.issue(HWID, request=folder / "to-sign.pem")


def responses(reply):
    start = "vars create X509/REQUESTRESPONSE/"
    return [x.removeprefix(start) for x in reply.commands if x.startswith(start)]


def test_delivered_with_the_chain(waiting, ca, request_a, tmp_path):
    """The CAs by name, in PEM or DER, several in one file; the files of other devices are none."""
    cert = signed_for(ca, request_a, tmp_path)
    der = tmp_path / "ca.der"
    openssl("x509", "-in", ca.cert, "-outform", "DER", "-out", der)
    put_file(waiting, f"{SN}-signedrequest.cer", cert.text)
    put_file(waiting, "CAkey-2.cer", der.read_bytes())
    put_file(waiting, "CAkey-1.cer", "some text\n" + ca.text + ca.text)
    put_file(waiting, f"{OTHER}-signedrequest.cer", "x")
    want = [cert.der.hex(), *[der.read_bytes().hex()] * 3]
    assert responses(waiting.poll()) == [f"{i:05} pb {x}" for i, x in enumerate(want)]


def put_file(phone, name, content):
    phone.server.replace(f"certs/{name}", content)


@pytest.mark.parametrize("name,content,words", [
    ("signed", "", "empty"), ("signed", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", ""),
    ("signed", "-----BEGIN CERTIFICATE-----\n***\n-----END CERTIFICATE-----\n", ""),
    ("signed", "KEY", "private key"), ("CAkey-1.cer", "KEY", "private key"), ("CAkey-1.cer", "", "empty"),
    ("signed", "OTHER", "key"), ("CAkey-1.cer", "LINK", "is a link")])
def test_not_delivered(waiting, ca, request_a, tmp_path, name, content, words):
    """What would be an error on the device, which stops it for good, or a secret that is for nobody."""
    server, key = waiting.server, ca.key.read_text()
    put_file(waiting, f"{SN}-signedrequest.cer", signed_for(ca, request_a, tmp_path).text)
    name = f"{SN}-signedrequest.cer" if name == "signed" else name
    if content == "LINK":
        (server.path / "certs" / name).symlink_to(ca.cert)
    else:
        put_file(waiting, name, {"KEY": ca.text + key, "OTHER": ca.issue(HWID).text}.get(content, content))
    reply = waiting.poll()
    assert not responses(reply) and "is not sent" in reply.text and words in reply.text
    server.logged(SN, "what lies here is not sent", words)
    assert key.splitlines()[1] not in reply.text
    (server.path / "certs" / name).unlink()
    if name.startswith("CA"):
        assert responses(waiting.poll())


# Without an administrator (customcerts/@CAtype="internal")

def automatic(network="127.0.0.0/8"):
    return certified(inside=f'<auto-sign-off network="{network}"/>', CAtype="internal", CAname=CA_NAME,
                     **{"CSRdn-cn": "{hwid}"})


@pytest.fixture(name="signing")
def make_signing(serve, ca):
    """A server that signs what comes from this network."""
    def run(network="127.0.0.0/8", **how):
        server = serve(automatic(network), **how)
        signer.install(server.path, ca)
        return server
    return run


def bring(phone, request):
    """Polls until it is asked for its request, and sends it."""
    wait_for(phone.fetch, 5)
    reply = phone.put(REQUEST, dump_of(request.der))
    assert "is kept" in reply.text, reply.text
    return reply


def delivered(phone):
    return [x for x in phone.poll().commands if x.startswith("vars create X509/REQUESTRESPONSE/00000 pb ")]


def why_signed(server):
    """What the audit says of the last signing."""
    audit = json.loads(server.cli("audit", "--json").stdout)["audit"]
    return next(a["text"] for a in audit if a["what"] == "csr sign")


def test_signed_at_once(signing, request_a):
    phone = Phone(signing())
    bring(phone, request_a)
    assert "-signedrequest.cer" in certs(phone.server)
    assert "its address 127.0.0.1 is in 127.0.0.0/8" in why_signed(phone.server)
    phone.server.logged(SN, "signed", HWID)
    assert len(delivered(phone)) == 1


def test_not_from_that_network(signing, request_a):
    phone = Phone(signing("192.0.2.0/24"))
    bring(phone, request_a)
    assert not record(phone.server).get("cert_auto") and not delivered(phone)
    assert "-signedrequest.cer" not in certs(phone.server)


def test_an_address_is_good_for_one_certificate(signing, request_a, request_b):
    """Who has taken a device's place, or its address, does not get the next one by that."""
    phone = Phone(signing())
    bring(phone, request_a)
    assert delivered(phone)
    phone.answer(says())  # it says that it has none, nor a request
    wait_for(lambda: any("servercert-create" in x for x in phone.poll().commands), 5)
    bring(phone, request_b)
    assert record(phone.server)["cert_digest"] == request_b.digest
    assert not record(phone.server).get("cert_auto") and not delivered(phone)
    assert "-signedrequest.cer" not in certs(phone.server)


def test_what_is_never_signed_is_not_marked(signing):
    phone = Phone(signing())
    phone.fetch()
    assert "is kept" in phone.put(REQUEST, dump_of(b"0\x03")).text
    assert not record(phone.server).get("cert_auto")


def test_what_the_signer_refuses_is_asked_once(signing, tmp_path):
    """It is the administrator's turn then: no order, and no line in the log, with every poll."""
    phone = Phone(signing())
    bring(phone, Request(tmp_path, "somebody-else"))
    phone.server.logged(SN, "somebody-else", "neither")
    assert not record(phone.server).get("cert_auto")
    for _ in range(3):
        assert not delivered(phone)
    assert phone.server.log().count("somebody-else") == 1


def test_a_trusted_certificate(signing, ca, request_a, tmp_path):
    """The device proves who it is: its next certificate needs nobody."""
    pki = Pki(tmp_path)
    pki.trust(ca)
    server = signing("192.0.2.0/24", pki=pki.folder)
    phone = Phone(server, via="mtls", certificate=ca.issue(HWID).pem)
    bring(phone, request_a)
    known = record(server)
    assert f"a certificate of {CA_NAME}" in why_signed(server)
    assert known["cert_origin"] == f"127.0.0.1 over mutual TLS ({HWID}, {CA_NAME})"
    assert "-signedrequest.cer" in certs(server)


@pytest.mark.alone
def test_signer_hangs(signing, request_a):
    """The request is kept all the same, polls are answered, and a later one has it signed."""
    server = signing(workers=1)
    phone = Phone(server)
    pid = next(p["pid"] for p in server.status()["processes"] if p["kind"] == "signer")
    os.kill(pid, signal.SIGSTOP)
    try:
        assert bring(phone, request_a).seconds < 5
        server.logged(SN, "is not signed yet")
        polls = [phone.poll() for _ in range(POLLS)]
        # A poll waits for it a fifth of a second, once in five.
        assert sum(reply.seconds for reply in polls) < POLLS * 0.2
        assert not any("REQUESTRESPONSE" in x for reply in polls for x in reply.commands)
    finally:
        os.kill(pid, signal.SIGCONT)
    wait_for(lambda: delivered(phone), 15)


def test_a_later_poll_asks_again(serve, ca, request_a):
    """There was no CA when the request came."""
    server = serve(automatic())
    phone = Phone(server)
    bring(phone, request_a)
    assert record(server)["cert_auto"] and not delivered(phone)
    signer.install(server.path, ca)
    wait_for(lambda: delivered(phone), 15)


# When it cannot be kept

def test_folder_cannot_be_used(asked, request_a):
    """The device is told to come again; nothing is promised, and it works once the folder is back."""
    server = asked.server
    folder = server.path / "certs"
    shutil.rmtree(folder)
    folder.write_text("in the way")
    for arguments, body in ((REQUEST, dump_of(request_a.der)), (ERROR, b"X509/REQUESTERROR p x")):
        reply = asked.put(arguments, body)
        assert reply.status == 503 and not reply.commands and reply.header("retry-after")
    server.logged("cannot be kept", "certs")
    assert not record(server).get("cert_digest")
    folder.unlink()
    assert "is kept" in asked.put(REQUEST, dump_of(request_a.der)).text
    assert certs(server)["-request.p10.der"].read_bytes() == request_a.der


def test_store_cannot_be_written(asked, request_a):
    """The files are there, the record is not: the device, told to come again, brings the same."""
    server = asked.server
    socket = server.path / "run/writer.sock"
    away, before = socket.with_name("away"), server.worker_pids()
    socket.rename(away)
    server.config(certified(CAwildcard="x"))  # workers that are not connected yet
    wait_for(lambda: server.whole() and not server.worker_pids() & before, 10)
    reply = asked.put(REQUEST, dump_of(request_a.der))
    assert reply.status == 503 and reply.header("retry-after") and not reply.commands
    assert certs(server)["-request.p10.der"].read_bytes() == request_a.der
    away.rename(socket)
    assert "is kept" in asked.put(REQUEST, dump_of(request_a.der)).text
    assert record(server)["cert_digest"] == request_a.digest


# ---- what fills a disk ----

class Roomy(Daemon):
    """One whose store is on a small disk, in a place of its own."""

    def __init__(self, place, *args, **how):
        super().__init__(*args, **how)
        self.place = place

    def start(self):
        data = self.path / "data"
        data.mkdir(mode=0o750, exist_ok=True)
        self.place.tmpfs(data, "8m")
        return self.place.run(super().start)

    def stop(self):
        self.place.run(super().stop)

    def fill(self, full):
        """Nearly: known devices are served."""
        filler = self.path / "data/filler"
        if full:
            free = self.place.run(os.statvfs, filler.parent)
            self.place.run(filler.write_bytes, bytes(free.f_bavail * free.f_bsize - 300_000))
        else:
            self.place.run(filler.unlink)
        wait_for(lambda: self.status()["store"]["full"] == full, 10)


def test_a_disk_that_is_nearly_full(stack, request_a, tmp_path):
    """Who proves himself is served; others, who may be anybody, leave nothing."""
    pki = Pki(tmp_path)
    place = stack.enter_context(Place())
    server = stack.enter_context(Roomy(place, certified(CAname=pki.authority.name)))
    (server.path / "pki").mkdir(exist_ok=True)
    server.replace("pki/client-ca.pem", pki.authority.text)
    good, other = pki.authority.issue(HWID), Ca(tmp_path, "Another CA")
    server.replace("pki/client-ca.pem", pki.authority.text + other.text)

    def put(arguments, pem=None):
        showing = {"HTTPS": "on", "SERVER_PORT": "443", "SSL_CLIENT_VERIFY": "SUCCESS", "SSL_CLIENT_CERT": pem}
        body = dump_of(request_a.der)
        given = fcgi.environment(f"{arguments}&hwid={HWID}", REQUEST_METHOD="PUT", CONTENT_LENGTH=len(body),
                                 **(showing if pem else {}))
        return fcgi.request(server.path, given, body)

    server.request = lambda raw, **_: place.run(to_worker, server, raw)
    phone = Phone(server, hwid=HWID)
    phone.poll()
    arguments = phone.fetch()
    server.fill(True)
    for pem in (None, other.issue(HWID).text):
        reply = put(arguments, pem)
        assert reply.status == 503 and reply.header("retry-after") and not reply.commands, reply.text
        assert not list((server.path / "certs").iterdir())
    server.logged("cannot be kept", "only devices with a good certificate")
    assert "is kept" in put(arguments, good.text).text
    assert cert_files(server) == {f"{SN}-request.p10.der", f"{SN}-request.p10.pem"}
    server.fill(False)
    assert "is here already" in put(arguments).text


def to_worker(server, raw):
    """What would come through the web server."""
    head, _, body = raw.partition(b"\r\n\r\n")
    method, target = head.split(b" ", 2)[:2]
    return server.ask(target.decode().partition("?")[2], method.decode(), body)


def cert_files(server):
    return {x.name for x in (server.path / "certs").iterdir()}


def enrolled(server, request_a, sn=SN):
    phone = Phone(server, sn)
    phone.poll()
    assert "is kept" in phone.put(phone.fetch(), dump_of(request_a.der)).text
    return phone


def test_files_go_with_the_device(serve, request_a):
    """With one that is forgotten by hand; those of others stay."""
    server = serve(certified())
    enrolled(server, request_a)
    enrolled(server, request_a, OTHER)
    before = cert_files(server)
    (server.path / "certs/CAkey.cer").write_text("x")
    assert server.cli("device", SN, "--forget").returncode == 0
    assert cert_files(server) == {x for x in before if x.startswith(OTHER)} | {"CAkey.cer"}
    assert len(before) == 4


def test_files_go_with_the_device_that_expires(serve, request_a):
    server = serve(certified(status='<status dir="status" expire="4" missing="2"/>'))
    enrolled(server, request_a)
    living = enrolled(server, request_a, OTHER)

    def is_gone():
        living.poll()
        return not any(x.startswith(SN) for x in cert_files(server))

    wait_for(is_gone, 20, "the files of the one that does not poll")
    server.logged("not seen for")
    assert {x for x in cert_files(server) if x.startswith(OTHER)}
    holds_for(lambda: living.poll() and cert_files(server), 1)


# ---- what is written for who looks for a mistake ----

def test_debug_of_certificates(stack):
    """What a client has in its certificate does not leave its line."""
    server = stack.enter_context(Daemon(certified().replace("<config>", '<config debugcerts="true">')))
    pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    given = fcgi.environment("", HTTPS="", SSL_CLIENT_S_DN="CN=\x1b[31mx\n==== 2026 another\nHTTPS=on",
                             SSL_CLIENT_CERT=pem, SSL_CLIENT_S_DN_O="\u00e9\x07")
    assert fcgi.request(server.path, given).status == 200
    text = (server.path / "log/debug-certs.txt").read_text()
    assert "SSL_CLIENT_S_DN=CN=\\x1b[31mx\n    ==== 2026 another\n    HTTPS=on\n" in text
    assert "SSL_CLIENT_CERT=-----BEGIN CERTIFICATE-----\n    AAAA\n    -----END" in text
    assert "SSL_CLIENT_S_DN_O=\u00e9\\x07\n" in text and "\x1b" not in text
    assert sum(line.startswith("====") for line in text.splitlines()) == 1
