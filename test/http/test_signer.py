# SPDX-License-Identifier: ISC
"""
The signer (fcgi/signer.h): what it signs, what it refuses, what it leaves behind when it is killed. Orders go
over its socket as any process of our user could send them, and through `rollcall`.
"""
import json
import mmap
import os
import random
import re
import signal
import stat
import struct
import time
from contextlib import ExitStack, suppress

import pytest

from lib import signer
from lib.faults import Daemon
from lib.pki import Ca, openssl, self_signed
from lib.server import config
from lib.signer import DONE, FAILED, REFUSED, Phone, order, revoke_order, sign_order
from lib.wait import holds_for, wait_for

CA_NAME, OLD_NAME = "Test CA", "Former Test CA"
SETTINGS = {"dir": "certs", "CAtype": "internal", "CAname": f"{OLD_NAME}, {CA_NAME}", "CAdays": "30", "renew": "5",
            "CAusage": "client", "CSRdn-cn": "{hwid}", "CSRdn-o": "ACME", "CSRsan-dns-1": "{hwid}.example.com",
            "CSRsan-ip-1": "{realip}"}
DAY = 86400
SOON = 8.0
NO_CERTIFICATE = "0" * 39 + "1"


def configured(inside="", **settings):
    given = {k: v for k, v in {**SETTINGS, **settings}.items() if v is not None}
    return config('<master info=""/>', '<status dir="status"/>', '<times grace="0"/>',
                  "<customcerts " + " ".join(f'{k}="{v}"' for k, v in given.items()) + f">{inside}</customcerts>",
                  '<queries><query id="certificates"><applies>*</applies></query></queries>')


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return tmp_path_factory.mktemp("signer")


@pytest.fixture(scope="module")
def ca(work):
    return Ca(work, CA_NAME)


@pytest.fixture
def start(stack):
    """start(configuration, CA, former=CA, at=HOME): rollcalld with that CA in place."""
    def run(text=None, present=None, former=None, **how):
        server = Daemon(text or configured(), **how)
        if present:
            signer.install(server.path, present)
        if former:
            signer.install(server.path, former, "ca-0AF1")
        return stack.enter_context(server)
    return run


@pytest.fixture(scope="module")
def shared(ca):
    """One server for the tests that change nothing but a device of their own."""
    with ExitStack() as stack:
        server = Daemon(configured())
        signer.install(server.path, ca)
        yield stack.enter_context(server)


@pytest.fixture
def phone(work):
    return Phone(work)


def issued(server):
    """{serial: entry} of all that the store says was signed."""
    done = server.cli("ca", "list", "--json")
    assert done.returncode == 0, done.stderr
    return {i["serial"]: i for i in json.loads(done.stdout)["issued"]}


def issued_for(server, phone):
    return [i for i in issued(server).values() if i["sn"] == phone.sn]


def audited(server, what):
    done = server.cli("audit", "--json")
    assert done.returncode == 0, done.stderr
    return [a for a in json.loads(done.stdout)["audit"] if a["what"] == what]


def device(server, phone):
    return next(d for d in server.devices() if d["sn"] == phone.sn)


def refused(server, phone, answer, receipt, *words):
    """It said so with these words, and there is no certificate."""
    assert answer[0] == receipt and all(w in answer[1] for w in words), answer
    assert not phone.signed(server).exists()
    assert not issued_for(server, phone)
    server.logged("warn:", *words)


def on_board(server):
    return next(p for p in server.status()["processes"] if p["kind"] == "signer")


def crl(server):
    return server.path / "ca/crl.pem"


def listed(server):
    return signer.listed_in(crl(server))


def wait_for_list(server, *issuers):
    wait_for(lambda: crl(server).exists() and sorted(listed(server)) == sorted(issuers), SOON, "crl.pem")


# ---- what it signs ----

def test_an_approved_request_becomes_a_certificate(shared, phone, ca):
    phone.enrol(shared)
    before = time.time()
    receipt, text = phone.approve(shared, why="seen at the door")
    assert receipt == DONE, text
    path = phone.signed(shared)
    serial = signer.serial_of(path)
    assert re.fullmatch(rf"signed {serial} for {phone.hwid}, valid until \d{{4}}-\d\d-\d\d \d\d:\d\d UTC", text)

    assert signer.verify(path, ca.cert).endswith("OK")
    shown = openssl("x509", "-in", path, "-noout", "-text")
    assert f"Subject: CN = {phone.hwid}, O = ACME" in shown
    assert f"DNS:{phone.hwid}.example.com, IP Address:172.16.1.9\n" in shown
    assert shown.count("DNS:") == 1, "names of the request are not ours"
    assert "TLS Web Client Authentication\n" in shown and "CA:FALSE" in shown

    entry = issued(shared)[serial]
    assert entry["sn"] == phone.sn and entry["cn"] == phone.hwid and entry["issuer"] == CA_NAME
    assert entry["digest"] == phone.digest and entry["who"] == signer.WHO and entry["revoked"] == 0
    assert before - 2 <= entry["at"] <= time.time() + 2
    assert abs(entry["until"] - (before + 30 * DAY)) < 10
    audit = audited(shared, "csr sign")[0]
    assert audit["sn"] == phone.sn and audit["who"] == signer.WHO
    for word in (serial, phone.hwid, phone.digest, "seen at the door"):
        assert word in audit["text"]
    assert stat.S_IMODE(path.stat().st_mode) & 0o007 == 0
    shared.logged("info:", phone.sn, f"signed {serial}", signer.WHO)


def test_the_device_is_sent_it(shared, phone):
    phone.enrol(shared)
    assert phone.approve(shared)[0] == DONE
    der = phone.base.with_suffix(".cer")
    openssl("x509", "-in", phone.signed(shared), "-outform", "DER", "-out", der)
    wanted = der.read_bytes().hex()
    sent = [c for c in phone.poll(shared).commands if "X509/REQUESTRESPONSE/00000" in c]
    assert sent == [f"vars create X509/REQUESTRESPONSE/00000 pb {wanted}"]


def test_approved_twice_it_is_signed_once(shared, phone):
    phone.enrol(shared)
    assert phone.approve(shared)[0] == DONE
    before = phone.signed(shared).read_bytes()
    receipt, text = phone.approve(shared)
    assert receipt == DONE and "nothing was signed again" in text and signer.serial_of(phone.signed(shared)) in text
    assert phone.signed(shared).read_bytes() == before
    assert len(issued_for(shared, phone)) == 1


def test_another_certificate_in_the_way_is_replaced(shared, phone, work):
    """One for another key, and one for this key that we know nothing of."""
    phone.enrol(shared)
    phone.signed(shared).write_text(self_signed(work, phone.hwid).text)
    assert phone.approve(shared)[1].startswith("signed ")
    foreign = Ca(work, CA_NAME).issue("", request=phone.base.with_suffix(".csr"))
    phone.signed(shared).write_text(foreign.text)
    assert "nothing was signed again" in phone.approve(shared)[1]
    assert [i["serial"] for i in issued_for(shared, phone)] == [signer.serial_of(phone.signed(shared))]


def test_rsa_and_p384(shared, work):
    for key in ("RSA-2048", "P-384"):
        phone = Phone(work, key=key).enrol(shared)
        assert phone.approve(shared)[0] == DONE


def test_through_rollcall(shared, phone):
    phone.enrol(shared)
    done = shared.cli("csr", "approve", phone.sn)
    assert done.returncode == 0, done.stderr
    serial = signer.serial_of(phone.signed(shared))
    assert issued(shared)[serial]["who"].endswith("on the command line")
    done = shared.cli("ca", "revoke", serial, "--why", "lost")
    assert done.returncode == 0, done.stderr
    assert serial in listed(shared)[CA_NAME]
    assert issued(shared)[serial]["reason"] == "lost"


# ---- what it does not sign ----

def test_another_digest(shared, phone):
    phone.enrol(shared)
    answer = order(shared.path, sign_order(phone.sn, "ab" * 32))
    refused(shared, phone, answer, REFUSED, "not the request that", "rollcall csr show", "abababab")


def test_a_request_that_was_replaced(shared, phone):
    """What was approved is not what lies there by now."""
    phone.enrol(shared)
    approved = phone.digest
    phone.file(shared, "request.p10.der").unlink()
    (shared.path / "certs" / f"{phone.sn}-request.p10.pem").unlink()
    phone.renew()
    phone.answer(shared)
    phone.send_request(shared)
    answer = order(shared.path, sign_order(phone.sn, approved))
    refused(shared, phone, answer, REFUSED, "not the request that")


def test_a_file_that_was_changed(shared, phone, work):
    phone.enrol(shared)
    phone.file(shared, "request.p10.der").write_bytes(Phone(work).request)
    refused(shared, phone, phone.approve(shared), REFUSED, "somebody has changed it", "rollcall csr drop")
    phone.file(shared, "request.p10.der").unlink()
    refused(shared, phone, phone.approve(shared), FAILED, "cannot be opened")
    os.symlink("/dev/zero", phone.file(shared, "request.p10.der"))
    refused(shared, phone, phone.approve(shared), FAILED, "is a link")


def test_the_request_of_another_device(shared, phone, work):
    phone.enrol(shared)
    other = Phone(work)
    other.poll(shared)
    refused(shared, other, order(shared.path, sign_order(other.sn, phone.digest)), REFUSED, "has sent no request")
    other.enrol(shared)
    refused(shared, other, order(shared.path, sign_order(other.sn, phone.digest)), REFUSED, "not the request that")
    assert other.approve(shared)[0] == DONE


def test_a_device_that_nobody_knows(shared, phone):
    refused(shared, phone, phone.approve(shared), REFUSED, "no device", "is known")


@pytest.mark.parametrize("how, words", [
    ({"cn": "IP232-30-ff-ff"}, ("common name", "IP232-30-ff-ff")),
    ({"cn": "*"}, ("common name",)),
    ({"key": "RSA-1024"}, ("refused", "RSA 1024")),
    ({"digest": "sha1"}, ("refused", "SHA")),
])
def test_requests_that_are_never_signed(shared, work, how, words):
    phone = Phone(work, **how).enrol(shared)
    refused(shared, phone, phone.approve(shared), REFUSED, *words)
    assert not [a for a in audited(shared, "csr sign") if a["sn"] == phone.sn]


def test_what_is_no_request(shared, work):
    phone = Phone(work)
    phone.request = bytes.fromhex("3082010a0282010100")
    phone.enrol(shared)
    refused(shared, phone, phone.approve(shared), REFUSED, "request")


def test_the_server_itself_asks_only_for_what_is_marked(shared, phone):
    phone.enrol(shared)
    refused(shared, phone, phone.approve(shared, who="the server"), REFUSED, "without an administrator")


# ---- what must be there ----

def test_another_configuration(start, ca, phone):
    server = start(configured(CAtype="manual"), ca)
    phone.enrol(server)
    refused(server, phone, phone.approve(server), FAILED, 'CAtype is "manual"')
    server.config(configured(CAname="Somebody Else"))
    wait_for(lambda: "CAname" in phone.approve(server)[1], SOON, "the next configuration")
    refused(server, phone, phone.approve(server), FAILED, "not named in customcerts/@CAname")
    server.config(configured(dir=""))
    wait_for(lambda: "is not set" in phone.approve(server)[1], SOON, "the next configuration")
    server.config(configured())
    wait_for(lambda: phone.approve(server)[0] == DONE, SOON, "the next configuration")


def test_a_ca_that_comes_and_changes(start, ca, phone, work):
    server = start()
    phone.enrol(server)
    refused(server, phone, phone.approve(server), FAILED, "there is no CA", "rollcall ca init")
    assert not crl(server).exists()
    signer.install(server.path, ca)
    assert phone.approve(server)[0] == DONE
    wait_for_list(server, CA_NAME)
    assert signer.verify(phone.signed(server), ca.cert, "-crl_check", "-CRLfile", crl(server)).endswith("OK")
    # Another one, and another device.
    new = Ca(work, CA_NAME, key="RSA-2048")
    signer.install(server.path, new)
    other = Phone(work).enrol(server)
    assert other.approve(server)[0] == DONE
    assert signer.verify(other.signed(server), new.cert).endswith("OK")
    # A key that does not belong to it.
    (server.path / "ca/ca.key").write_text(ca.key.read_text())
    third = Phone(work).enrol(server)
    refused(server, third, third.approve(server), FAILED, "does not belong")
    (server.path / "ca/ca.key").unlink()
    refused(server, third, third.approve(server), FAILED, "ca.key")


def test_an_expired_ca(start, work, phone):
    server = start(None, Ca(work, CA_NAME, valid=(-9, -1)))
    phone.enrol(server)
    refused(server, phone, phone.approve(server), FAILED, "expired", "rollcall ca init --replace")


BY_ITSELF = ('<auto-sign-off network="172.16.0.0" netmask="255.255.0.0"/>'
             '<auto-sign-off network="127.0.0.0/8"/>')


def test_the_last_days_of_a_ca(start, ca, phone, work):
    """Its certificates would be due for renewal at once: nothing is signed, seldom asked, and said once."""
    server = start(configured(BY_ITSELF), Ca(work, CA_NAME, valid=(-9, 4.9)))
    phone.enrol(server)
    refused(server, phone, phone.approve(server), FAILED, "due for renewal at once", "rollcall ca init --replace")
    said, asked = server.log().count("order of the server"), on_board(server)["requests"]
    for _ in range(20):
        phone.poll(server)
    assert device(server, phone)["cert_auto"] and not phone.signed(server).exists()
    assert on_board(server)["requests"] <= asked + 2 * server.workers_wanted, "each worker asks once in 5 s"
    assert server.log().count("order of the server") <= max(said, 1)
    signer.install(server.path, Ca(work, CA_NAME, valid=(-9, 5.1)))
    wait_for(lambda: phone.poll(server) and phone.signed(server).exists(), 3 * SOON, "it goes on by itself")
    assert len(issued_for(server, phone)) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602])
def test_a_key_that_others_may_read(start, ca, phone, mode):
    server = start(None, ca)
    phone.enrol(server)
    key = server.path / "ca/ca.key"
    key.chmod(mode)
    refused(server, phone, phone.approve(server), FAILED, f"mode {mode:04o}", "chmod 600")
    key.chmod(0o600)
    (server.path / "ca").chmod(0o770)
    refused(server, phone, phone.approve(server), FAILED, "mode 0770", "chmod 700")
    (server.path / "ca").chmod(0o700)
    assert phone.approve(server)[0] == DONE
    # Found out also when it was loaded before.
    key.chmod(mode)
    assert phone.begin_anew(server).approve(server)[0] == FAILED


def test_the_key_is_no_link(start, ca, phone):
    server = start(None, ca)
    phone.enrol(server)
    key = server.path / "ca/ca.key"
    key.rename(server.path / "ca/other.key")
    key.symlink_to("other.key")
    refused(server, phone, phone.approve(server), FAILED, "ca.key is a link")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_the_key_of_another_user(start, ca, phone):
    server = start(None, ca)
    phone.enrol(server)
    os.chown(server.path / "ca/ca.key", 65534, 65534)
    refused(server, phone, phone.approve(server), FAILED, "belongs to another user")


def test_a_folder_that_cannot_be_written(start, ca, phone):
    """It is signed and recorded, but not delivered: said so, and repeated when it can be."""
    server = start(None, ca)
    phone.enrol(server)
    phone.signed(server).mkdir()
    receipt, text = phone.approve(server)
    assert receipt == FAILED and "signed but is not delivered" in text, text
    assert len(issued_for(server, phone)) == 1
    for _ in range(20):
        assert phone.approve(server)[0] == FAILED
    assert len(issued_for(server, phone)) == len(audited(server, "csr sign")) == 1
    phone.signed(server).rmdir()
    receipt, text = phone.approve(server)
    assert receipt == DONE and "delivered now: nothing was signed again" in text
    assert [signer.serial_of(phone.signed(server))] == list(issued(server)) == [device(server, phone)["cert_serial"]]
    assert len(audited(server, "csr sign")) == 1
    # One that is due is not sent again.
    phone.signed(server).unlink()
    server.config(configured(renew="29", CAdays="31"))
    pid = server.pid("signer")
    wait_for(lambda: server.pid("signer") not in (0, pid), SOON, "the next configuration")
    assert phone.approve(server)[0] == DONE and len(issued_for(server, phone)) == 1
    phone.signed(server).unlink()
    server.config(configured(renew="31", CAdays="40"))
    pid = server.pid("signer")
    wait_for(lambda: server.pid("signer") not in (0, pid), SOON, "the next configuration")
    assert phone.approve(server)[1].startswith("signed ") and len(issued_for(server, phone)) == 2


def test_a_folder_that_cannot_be_written_while_devices_poll(start, ca, phone):
    """The signer is not asked at every poll, and what is delivered in the end is what was signed first."""
    server = start(configured(BY_ITSELF), ca)
    pid = server.pid("signer")
    os.kill(pid, signal.SIGSTOP)
    try:
        phone.enrol(server)  # waits for its signature in vain
        phone.signed(server).mkdir()
    finally:
        os.kill(pid, signal.SIGCONT)
    wait_for(lambda: issued_for(server, phone), SOON, "it to be signed")
    asked = on_board(server)["requests"]
    for _ in range(20):
        phone.poll(server)
    assert on_board(server)["requests"] <= asked + 2 * server.workers_wanted
    for _ in range(20):
        assert phone.approve(server, who="the server")[0] == FAILED
    assert len(issued_for(server, phone)) == len(audited(server, "csr sign")) == 1
    phone.signed(server).rmdir()
    wait_for(lambda: phone.poll(server) and phone.signed(server).exists(), 3 * SOON, "its certificate")
    assert [signer.serial_of(phone.signed(server))] == list(issued(server))
    assert len(audited(server, "csr sign")) == 1


# ---- who can read the key ----

def links_of(pid):
    with suppress(FileNotFoundError, PermissionError):
        for fd in os.listdir(f"/proc/{pid}/fd"):
            with suppress(FileNotFoundError):
                yield os.readlink(f"/proc/{pid}/fd/{fd}")


def test_the_key_is_in_one_process(start, ca, phone):
    server = start(None, ca)
    phone.enrol(server)
    assert phone.approve(server)[0] == DONE
    home = server.path
    assert stat.S_IMODE((home / "ca").stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "ca/ca.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "run/signer.sock").stat().st_mode) == 0o600
    secret = secret_of(ca)
    inode = next(line.split()[6] for line in open("/proc/net/unix", encoding="ascii", errors="replace")
                 if line.rstrip().endswith("signer.sock.new") and str(home) in line)
    ours = {server.pid("signer"), server.process.pid}
    holders = set()
    for pid in server.processes_left():
        links = list(links_of(pid))
        assert not [link for link in links if "/ca/" in link], f"{pid} has a file of the CA open"
        if f"socket:[{inode}]" in links:
            holders.add(pid)
        if os.geteuid() == 0:
            assert holds(pid, secret) == (pid == server.pid("signer")), f"the key and process {pid}"
    assert holders <= ours and server.process.pid in holders, "who listens for orders"
    if os.geteuid() != 0:  # its memory is nobody's, not even its own user's
        assert os.stat(f"/proc/{server.pid('signer')}/fd").st_uid == 0


def secret_of(ca):
    """The number that must not be anywhere else, as OpenSSL holds it in memory (little-endian words)."""
    text = openssl("pkey", "-in", ca.key, "-noout", "-text")
    digits = re.search(r"priv:\n((?:\s+[0-9a-f:]+\n)+)", text)[1]
    return bytes.fromhex(re.sub(r"[\s:]", "", digits))[-32:][::-1]


def holds(pid, secret):
    """Is it anywhere in what the process has in memory and may write?"""
    with open(f"/proc/{pid}/maps", encoding="ascii", errors="replace") as maps, \
            open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            if not rights.startswith("rw") or "data.mdb" in line:
                continue
            first, last = (int(x, 16) for x in span.split("-"))
            if last - first > 1 << 28:
                continue
            with suppress(OSError):
                memory.seek(first)
                if secret in memory.read(last - first):
                    return True
    return False


# ---- messages ----

def test_garbage(shared, phone):
    phone.enrol(shared)
    dice = random.Random(4711)
    pid = shared.pid("signer")
    good = sign_order(phone.sn, phone.digest)
    messages = [b"x", b"\0" * 2048, dice.randbytes(2048), dice.randbytes(2049), dice.randbytes(100000),
                good + b"\0", good[:-1], good * 50, sign_order(phone.sn, phone.digest[:-1]),
                sign_order("../../etc/passwd", phone.digest), sign_order(phone.sn, phone.digest.upper()),
                sign_order(phone.sn, phone.digest, who=""), sign_order(phone.sn, phone.digest, who="a\nb"),
                sign_order(phone.sn, phone.digest, why="x" * 1900), sign_order("", phone.digest),
                signer.record({"verb": 3, "sn": phone.sn, "digest": phone.digest, "who": "x"}),
                signer.record({"verb": 0, "who": "x"}), revoke_order(""), revoke_order("../x"),
                revoke_order("0A"), revoke_order("a1"), revoke_order("A" * 41)]
    messages += [dice.randbytes(dice.randrange(1, 300)) for _ in range(100)]
    for _ in range(100):
        torn = bytearray(good)
        torn[dice.randrange(8)] ^= 1 << dice.randrange(8)
        messages.append(bytes(torn))
    with signer.connect(shared.path) as s:
        for message in messages:
            receipt, text = signer.ask(s, message)
            assert receipt == REFUSED and text == "this is no order", (message, receipt, text)
    assert shared.pid("signer") == pid
    assert not phone.signed(shared).exists()
    assert phone.approve(shared)[0] == DONE


def test_silent_clients_hold_nobody_up(shared, phone):
    phone.enrol(shared)
    with ExitStack() as stack:
        silent = [stack.enter_context(signer.connect(shared.path)) for _ in range(20)]
        one = stack.enter_context(signer.connect(shared.path))
        one.send(sign_order(phone.sn, "ab" * 32))  # and never reads what it is told
        assert phone.approve(shared)[0] == DONE
        assert signer.ask(silent[7], sign_order(phone.sn, "ab" * 32))[0] == REFUSED


def test_it_counts_what_it_did(shared, phone):
    phone.enrol(shared)
    before = on_board(shared)["requests"]
    phone.approve(shared)
    phone.approve(shared)
    wait_for(lambda: on_board(shared)["requests"] >= before + 2, SOON, "both to be counted")


# ---- by itself ----

def test_a_network_that_is_signed_off(start, ca, phone):
    server = start(configured(BY_ITSELF), ca)
    phone.enrol(server)
    wait_for(phone.signed(server).exists, SOON, "its certificate")
    wait_for(lambda: not device(server, phone)["cert_auto"], SOON, "the mark to be taken away")
    serial = signer.serial_of(phone.signed(server))
    assert issued(server)[serial]["who"] == "the server"
    assert "127.0.0.0/8" in audited(server, "csr sign")[0]["text"]
    # Who was revoked is not signed again by itself, but an administrator may.
    assert order(server.path, revoke_order(serial))[0] == DONE
    assert not phone.signed(server).exists()
    receipt, text = phone.approve(server)
    assert receipt == REFUSED and "this very request was revoked" in text
    assert device(server, phone)["cert_revoked"]
    phone.begin_anew(server)  # with the same key
    server.logged("warn:", phone.sn, f"the certificate {serial} for this very key was revoked")
    receipt, text = phone.approve(server)
    assert receipt == REFUSED and "for this very key was revoked" in text
    other = Phone(server.path / "run")  # who has that key by now
    other.key.write_bytes(phone.key.read_bytes())
    other.renew()
    other.enrol(server)
    receipt, text = other.approve(server)
    assert receipt == REFUSED and "for this very key was revoked" in text
    phone.begin_anew(server, new_key=True)
    server.logged("warn:", phone.sn, f"the certificate {serial} of {phone.sn} was revoked")
    holds_for(lambda: not phone.signed(server).exists(), 0.3)
    assert phone.approve(server)[0] == DONE


def test_a_revoked_key_in_another_spelling(start, ca, work):
    """A point on a curve can be written in two ways."""
    server = start(None, ca)
    phone = Phone(work).enrol(server)
    assert phone.approve(server)[0] == DONE
    assert order(server.path, revoke_order(signer.serial_of(phone.signed(server))))[0] == DONE
    short = phone.base.with_suffix(".short")
    openssl("ec", "-in", phone.key, "-conv_form", "compressed", "-out", short)
    short.rename(phone.key)
    phone.begin_anew(server)
    assert len(phone.request) < 340, "its point is a short one"
    receipt, text = phone.approve(server)
    assert receipt == REFUSED and "for this very key was revoked" in text


def spellings(sn):
    return sn.upper(), sn.replace("-", ""), sn.replace("-", "").upper()


def test_one_serial_number_in_many_spellings(start, ca, work):
    """Who has a certificate, or had one that was revoked, gets no other by spelling himself otherwise."""
    server = start(configured(BY_ITSELF), ca)
    phone = Phone(work, sn="00-90-33-30-aa-af", hwid="IP232-30-aa-af").enrol(server)
    wait_for(phone.signed(server).exists, SOON, "its certificate")
    serial = signer.serial_of(phone.signed(server))
    for sn in spellings(phone.sn):
        other = Phone(work, sn=sn, hwid=phone.hwid).enrol(server)
        assert not device(server, other)["cert_auto"], "it has one"
    assert order(server.path, revoke_order(serial))[0] == DONE
    for sn in spellings(phone.sn):
        other = Phone(work, sn=sn, hwid=phone.hwid)
        for name in ("request.p10.der", "request.p10.pem"):
            other.file(server, name).unlink()
        other.enrol(server)
        server.logged("warn:", sn, f"the certificate {serial} of {phone.sn} was revoked: another one needs")
        assert not other.signed(server).exists() and not device(server, other)["cert_auto"]
    assert list(issued(server)) == [serial]


@pytest.mark.parametrize("revoked", [False, True])
def test_a_name_that_another_device_has(start, ca, work, revoked):
    server = start(configured(BY_ITSELF), ca)
    phone = Phone(work).enrol(server)
    wait_for(phone.signed(server).exists, SOON, "its certificate")
    serial = signer.serial_of(phone.signed(server))
    if revoked:
        assert order(server.path, revoke_order(serial))[0] == DONE
    other = Phone(work, sn="aa-aa-aa" + phone.sn[8:], hwid=phone.hwid.replace("IP", "ip")).enrol(server)
    server.logged("warn:", other.sn, f"the certificate {serial} with this name", "is for another device", phone.sn,
                  f"rollcall csr approve {other.sn}")
    assert not other.signed(server).exists() and not device(server, other)["cert_auto"]
    asked = on_board(server)["requests"]
    for _ in range(5):
        other.poll(server)
    assert on_board(server)["requests"] == asked, "it is not asked again"
    assert other.approve(server)[0] == DONE  # an administrator may


# ---- who asks ----

class OnBoard:
    """While this is entered, our process stands on the board in place of the lookup."""

    def __init__(self, server):
        self.file = open(server.path / "run/board", "r+b")
        self.map = mmap.mmap(self.file.fileno(), 0)
        self.at = self.map.find(b"lookup\0") + 16
        self.pid = self.map[self.at:self.at + 4]

    def __enter__(self):
        self.map[self.at:self.at + 4] = struct.pack("=i", os.getpid())

    def __exit__(self, *_):
        self.map[self.at:self.at + 4] = self.pid
        self.map.close()
        self.file.close()


def test_a_process_of_the_server_is_no_administrator(start, ca, phone):
    server = start(None, ca)
    phone.enrol(server)
    with OnBoard(server):
        refused(server, phone, phone.approve(server, who="root on the command line"), REFUSED,
                "without an administrator")
    assert phone.approve(server)[0] == DONE
    serial = signer.serial_of(phone.signed(server))
    with OnBoard(server):
        assert order(server.path, revoke_order(serial))[0] == REFUSED
    assert not issued(server)[serial]["revoked"]


# ---- revoking ----

def test_revoking(start, ca, phone, work):
    server = start(None, ca)
    other = Phone(work).enrol(server)
    phone.enrol(server)
    assert phone.approve(server)[0] == DONE and other.approve(server)[0] == DONE
    serial, kept = (signer.serial_of(p.signed(server)) for p in (phone, other))
    copy = phone.base.with_suffix(".copy")
    copy.write_bytes(phone.signed(server).read_bytes())
    wait_for_list(server, CA_NAME)
    assert listed(server) == {CA_NAME: []}
    before = time.time()

    assert order(server.path, revoke_order(serial, why="stolen")) == (DONE, f"revoked {serial} of {phone.hwid}")
    assert listed(server) == {CA_NAME: [serial]}
    assert not phone.signed(server).exists() and other.signed(server).exists()
    entry = issued(server)[serial]
    assert before - 2 <= entry["revoked"] <= time.time() + 2
    assert entry["revoked_by"] == signer.WHO and entry["reason"] == "stolen" and entry["cn"] == phone.hwid
    assert not issued(server)[kept]["revoked"]
    audit = audited(server, "ca revoke")
    assert [a["sn"] for a in audit] == [phone.sn] and serial in audit[0]["text"] and "stolen" in audit[0]["text"]
    with pytest.raises(AssertionError, match="revoked"):
        signer.verify(copy, ca.cert, "-crl_check", "-CRLfile", crl(server))
    assert signer.verify(other.signed(server), ca.cert, "-crl_check", "-CRLfile", crl(server)).endswith("OK")

    receipt, text = order(server.path, revoke_order(serial))
    assert receipt == REFUSED and "already" in text and signer.WHO in text
    receipt, text = order(server.path, revoke_order(NO_CERTIFICATE.lstrip("0")))
    assert receipt == REFUSED and "rollcall ca list" in text
    number = crl_number(server)
    assert order(server.path, revoke_order(kept))[0] == DONE
    assert sorted(listed(server)[CA_NAME]) == sorted([serial, kept])
    assert crl_number(server) > number


def crl_number(server):
    return int(openssl("crl", "-in", crl(server), "-noout", "-crlnumber").strip().partition("=")[2], 16)


def test_a_newer_certificate_stays(start, ca, phone):
    """What is revoked is the one with this serial number, not what the device has by now."""
    server = start(None, ca)
    phone.enrol(server)
    assert phone.approve(server)[0] == DONE
    old = signer.serial_of(phone.signed(server))
    assert phone.begin_anew(server).approve(server)[0] == DONE
    new = phone.signed(server).read_bytes()
    assert order(server.path, revoke_order(old))[0] == DONE
    assert phone.signed(server).read_bytes() == new
    assert not device(server, phone)["cert_revoked"]


def test_a_device_that_is_forgotten(start, ca, phone):
    server = start(None, ca)
    phone.enrol(server)
    assert phone.approve(server)[0] == DONE
    serial = signer.serial_of(phone.signed(server))
    assert server.cli("device", phone.sn, "--delete").returncode in (0, 1, 2)
    assert order(server.path, revoke_order(serial))[0] == DONE
    assert listed(server) == {CA_NAME: [serial]}


def test_lists_of_former_cas(start, ca, phone, work):
    former = Ca(work, OLD_NAME)
    server = start(None, former)
    phone.enrol(server)
    assert phone.approve(server)[0] == DONE
    old = signer.serial_of(phone.signed(server))
    signer.install(server.path, former, "ca-0AF1")
    signer.install(server.path, ca)
    wait_for_list(server, OLD_NAME, CA_NAME)
    assert order(server.path, revoke_order(old))[0] == DONE
    assert listed(server) == {OLD_NAME: [old], CA_NAME: []}
    # Its key may be destroyed: what its list says stays.
    other = Phone(work).enrol(server)
    assert other.approve(server)[0] == DONE
    (server.path / "ca/ca-0AF1.key").unlink()
    new = signer.serial_of(other.signed(server))
    assert order(server.path, revoke_order(new))[0] == DONE
    assert listed(server) == {OLD_NAME: [old], CA_NAME: [new]}


def test_a_former_ca_without_its_key(start, ca, phone, work):
    former = Ca(work, OLD_NAME)
    server = start(None, former)
    phone.enrol(server)
    assert phone.approve(server)[0] == DONE
    old = signer.serial_of(phone.signed(server))
    wait_for_list(server, OLD_NAME)
    (server.path / "ca/ca.key").unlink()
    receipt, text = order(server.path, revoke_order(old))
    assert receipt == FAILED and "counts as revoked" in text and "ca.key" in text
    assert issued(server)[old]["revoked"]
    signer.install(server.path, former)  # found again
    wait_for(lambda: listed(server) == {OLD_NAME: [old]}, SOON, "the list to be right again")
    # Nothing of it is there any more.
    server2 = start(None, former)
    other = Phone(work).enrol(server2)
    assert other.approve(server2)[0] == DONE
    lost = signer.serial_of(other.signed(server2))
    (server2.path / "ca/ca.pem").unlink()
    receipt, text = order(server2.path, revoke_order(lost))
    assert receipt == FAILED and f'"{OLD_NAME}" is not in HOME/ca' in text


def test_a_damaged_file_of_lists(start, ca, phone, work):
    """The list of a CA whose key is gone is in it, and nowhere else."""
    former = Ca(work, OLD_NAME)
    gone = former.issue("IP232-30-aa-aa")
    former.revoke(gone)
    server = start(None, ca, former)
    (server.path / "ca/ca-0AF1.key").unlink()
    server.replace("ca/crl.pem", former.crl())
    wait_for_list(server, OLD_NAME, CA_NAME)
    phone.enrol(server)
    assert phone.approve(server)[0] == DONE
    serial = signer.serial_of(phone.signed(server))
    right = crl(server).read_bytes()
    torn = bytearray(right)
    torn[torn.index(b"CRL-----") + 100] ^= 1  # in the list of the former CA, which stands first
    server.replace("ca/crl.pem", bytes(torn))
    receipt, text = order(server.path, revoke_order(serial))
    assert receipt == FAILED and "is damaged and stays as it is" in text and "ca-0AF1.key" in text, text
    assert crl(server).read_bytes() == torn
    assert (server.path / "ca/crl.pem.damaged").read_bytes() == torn
    server.logged("warn:", "crl.pem: is damaged", "crl.pem.damaged")
    server.replace("ca/crl.pem", right)
    wait_for(lambda: listed(server) == {OLD_NAME: [gone.serial.lstrip("0")], CA_NAME: [serial]}, SOON,
             "both lists")


def test_lists_that_are_lost(start, ca, phone):
    server = start(None, ca)
    phone.enrol(server)
    assert phone.approve(server)[0] == DONE
    serial = signer.serial_of(phone.signed(server))
    assert order(server.path, revoke_order(serial))[0] == DONE
    right = crl(server).read_bytes()
    for wrong in (None, b"", b"garbage", right[: len(right) // 2], ca.crl().encode()):
        if wrong is None:
            crl(server).unlink()
        else:
            server.replace("ca/crl.pem", wrong)
        wait_for(lambda: crl(server).exists() and listed(server) == {CA_NAME: [serial]}, SOON,
                 f"the list in place of {wrong}")
    # While nobody is there, too; and what is right is not written again.
    server.stop()
    crl(server).unlink()
    server.start()
    assert listed(server) == {CA_NAME: [serial]}, "written before it is ready"
    server.stop()
    before = crl(server).stat()
    server.start()
    assert crl(server).stat().st_mtime_ns == before.st_mtime_ns


def test_a_list_loses_nothing(start, phone, work):
    """An entry that the store does not know (it is an older copy) stays where it is."""
    other = Ca(work, CA_NAME)
    gone = other.issue("IP232-30-aa-aa")
    other.revoke(gone)
    server = start(None, other)
    server.replace("ca/crl.pem", other.crl())
    phone.enrol(server)
    assert phone.approve(server)[0] == DONE
    serial = signer.serial_of(phone.signed(server))
    assert order(server.path, revoke_order(serial))[0] == DONE
    assert sorted(listed(server)[CA_NAME]) == sorted([gone.serial.lstrip("0"), serial])


# ---- when it is killed ----

def next_signer(server, pid):
    return wait_for(lambda: server.pid("signer") not in (0, pid) and server.pid("signer"), SOON, "the next signer")


def test_no_certificate_before_its_entry(start, ca, phone):
    """While the writer does not answer there is no file; killed then, the order can be repeated."""
    server = start(None, ca)
    phone.enrol(server)
    writer, pid = server.pid("writer"), server.pid("signer")
    os.kill(writer, signal.SIGSTOP)
    try:
        with signer.connect(server.path) as s:
            s.send(sign_order(phone.sn, phone.digest))
            wait_for(lambda: on_board(server)["state"] == "busy", SOON, "the signer at work")
            holds_for(lambda: not phone.signed(server).exists(), 0.5, "no certificate")
            os.kill(pid, signal.SIGKILL)
            assert signer.receipt_of(s)[0] is None
    finally:
        os.kill(writer, signal.SIGCONT)
    next_signer(server, pid)
    assert not phone.signed(server).exists()
    receipt, text = phone.approve(server)
    assert receipt == DONE, text
    assert signer.serial_of(phone.signed(server)) in issued(server)


def test_the_writer_does_not_answer(start, ca, phone):
    server = start(None, ca)
    phone.enrol(server)
    writer = server.pid("writer")
    os.kill(writer, signal.SIGSTOP)
    try:
        receipt, text = phone.approve(server)
    finally:
        os.kill(writer, signal.SIGCONT)
    assert receipt == FAILED and "nothing is signed that cannot be recorded" in text
    assert not phone.signed(server).exists()


def test_what_a_killed_one_had_sent(start, ca, phone):
    """The writer enters it when the next signer has read already what was revoked."""
    server = start(None, ca)
    phone.enrol(server)
    assert phone.approve(server)[0] == DONE
    serial = signer.serial_of(phone.signed(server))
    wait_for_list(server, CA_NAME)
    writer, pid = server.pid("writer"), server.pid("signer")
    os.kill(writer, signal.SIGSTOP)
    try:
        with signer.connect(server.path) as s:
            s.send(revoke_order(serial))
            wait_for(lambda: on_board(server)["state"] == "busy", SOON, "the signer at work")
            holds_for(lambda: listed(server) == {CA_NAME: []}, 0.3)  # until it has sent its change
            os.kill(pid, signal.SIGKILL)
        next_signer(server, pid)
        wait_for(lambda: on_board(server)["state"] == "idle", SOON, "it to be ready")
    finally:
        os.kill(writer, signal.SIGCONT)
    wait_for(lambda: issued(server)[serial]["revoked"], SOON, "the entry")
    wait_for(lambda: listed(server) == {CA_NAME: [serial]}, SOON, "it in the list")


def test_killed_at_any_moment(start, ca, work):
    """Every certificate has its entry, and what was revoked stands in the list in the end."""
    server = start(None, ca)
    dice = random.Random(99)
    phones = [Phone(work).enrol(server) for _ in range(8)]
    assert phones[0].approve(server)[0] == DONE
    for phone in phones[1:]:
        pid = server.pid("signer")
        with signer.connect(server.path) as s:
            s.send(sign_order(phone.sn, phone.digest))
            time.sleep(dice.uniform(0, 0.012))  # a moment at random: the point of it
            os.kill(pid, signal.SIGKILL)
            with suppress(OSError):
                signer.receipt_of(s)
        next_signer(server, pid)
        known = issued(server)
        for one in phones:
            if one.signed(server).exists():
                assert signer.serial_of(one.signed(server)) in known
        assert phone.approve(server)[0] == DONE
    for phone in phones[:4]:
        pid, serial = server.pid("signer"), signer.serial_of(phone.signed(server))
        with signer.connect(server.path) as s:
            s.send(revoke_order(serial))
            time.sleep(dice.uniform(0, 0.012))
            os.kill(pid, signal.SIGKILL)
            with suppress(OSError):
                signer.receipt_of(s)
        next_signer(server, pid)
        if issued(server)[serial]["revoked"]:
            wait_for(lambda s=serial: s in listed(server).get(CA_NAME, []), SOON, "it in the list")
        order(server.path, revoke_order(serial))  # done now, or already
        assert issued(server)[serial]["revoked"] and serial in listed(server)[CA_NAME]


def test_orders_wait_for_the_next_signer(start, ca, phone):
    """A new configuration replaces it; nobody who asks meanwhile notices."""
    server = start(None, ca)
    phone.enrol(server)
    assert phone.approve(server)[0] == DONE
    pid = server.pid("signer")
    server.config(configured(CAdays="7"))
    while server.pid("signer") in (0, pid):
        assert phone.approve(server)[0] == DONE
    assert phone.begin_anew(server).approve(server)[0] == DONE
    entry = issued(server)[signer.serial_of(phone.signed(server))]
    assert abs(entry["until"] - entry["at"] - 7 * DAY) < 10
