# SPDX-License-Identifier: ISC
"""
`rollcall csr`: what an administrator sees of signing requests, what he exports and imports, approves and
drops; and what is refused, with which words.
"""
import json
import re
import subprocess

import pytest

from lib import signer
from lib.faults import Daemon
from lib.pki import Ca, openssl
from lib.server import ROLLCALL, clean_environment, config
from lib.signer import Phone

CA_NAME, OWN_NAME = "Company CA", "Own CA"
QUERY = '<queries><query id="certificates"><applies>*</applies></query></queries>'
FORCED = '<times grace="0" forcehttps="true" forcetrust="true"/>'


def configured(times='<times grace="0"/>', **settings):
    given = {"dir": "certs", "CAname": f"{CA_NAME}, {OWN_NAME}", "CSRdn-cn": "{hwid}", "renew": "5", **settings}
    return config('<master info=""/>', '<status dir="status"/>', times,
                  "<customcerts " + " ".join(f'{k}="{v}"' for k, v in given.items()) + "/>", QUERY)


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return tmp_path_factory.mktemp("csr")


@pytest.fixture(scope="module")
def ca(work):
    return Ca(work, CA_NAME)


@pytest.fixture
def daemon(stack):
    """daemon(configuration): rollcalld; daemon(…, ca=CA): with that as the CA of our own."""
    def run(text=None, ca=None):
        server = Daemon(text or configured())
        if ca:
            signer.install(server.path, ca)
        return stack.enter_context(server)
    return run


@pytest.fixture
def phone(work):
    return Phone(work)


def ask(server, *words, code=0):
    done = server.cli(*words, "--json")
    assert done.returncode == code, f"{done.stdout}{done.stderr}"
    return json.loads(done.stdout)


def requests(server):
    return {r["sn"]: r for r in ask(server, "csr", "list")["requests"]}


def fails(server, *words, says=(), code=1):
    done = server.cli(*words)
    assert done.returncode == code, f"{done.stdout}{done.stderr}"
    for word in says:
        assert word in done.stderr, done.stderr
    return done


def import_it(server, phone, path):
    return server.cli("csr", "import", phone.sn, path)


def audit(server):
    return ask(server, "audit")["audit"]


# ---- wrong use ----

WRONG = {
    "csr": ["rollcall help csr"],
    "csr lst": ["did you mean list"],
    "csr foo": ['no verb "foo"', "rollcall help csr"],
    "csr list x": ["one word too many"],
    "csr show": ["csr show SN"],
    "csr import 1": ["csr import SN FILE"],
    "csr approve": ["csr approve SN..."],
    "csr approve 1 --digest 0123456789a": ["--digest", "at least 12"],
    "csr approve 1 --digest 0123456789abx": ["--digest", "csr show"],
    "csr approve 1 2 --digest 0123456789ab": ["one device"],
    "csr show 1 --digest 0123456789ab": ["--digest"],
    "csr list --der": ["--der", "csr list"],
    "csr export 1 --json": ["--json"],
    "ca": ["rollcall help ca"],
    "ca init": ["--name NAME"],
    "ca list --name x": ["--name"],
    "certs x": ["one word too many"],
    "audit --most 0": ["--most"],
    "check --cert x": ["--cert"],
}


@pytest.mark.parametrize("words", WRONG)
def test_wrong_use(home, words):
    done = home().cli(*words.split())
    assert done.returncode == 2 and not done.stdout
    for word in WRONG[words]:
        assert word in done.stderr, done.stderr


def test_help(home):
    for words in ("help csr", "csr --help", "help csr approve", "csr approve --help", "csr show X --help"):
        done = home().cli(*words.split())
        assert done.returncode == 0 and "csr" in done.stdout, done
    assert "--why" in home().cli("help", "csr").stdout
    text = home().cli("help", "csr", "export").stdout
    assert "--der" in text and "--why" not in text
    assert home().cli("help", "csr", "lst").returncode == 2
    text = home().cli("help").stdout
    assert "csr import SN FILE" in text and "ca revoke SERIAL" in text


def test_without_a_folder(daemon):
    server = daemon(config('<status dir="status"/>'))
    fails(server, "csr", "list", says=["customcerts/@dir is not set"])


# ---- seeing ----

def test_none(daemon):
    server = daemon()
    assert requests(server) == {}
    assert "0 devices with a request" in server.cli("csr", "list").stdout
    fails(server, "csr", "show", "00-90-33-99-99-99", says=["no device is known"])
    fails(server, "csr", "show", "../../etc/passwd", says=["no device is known"])


def test_a_request_is_listed_and_shown(daemon, phone):
    server = daemon()
    phone.enrol(server)
    one = requests(server)[phone.sn]
    assert one["state"] == "waiting" and one["hwid"] == phone.hwid and one["known"]
    assert one["request"]["cn"] == phone.hwid and one["request"]["key"] == "P-256"
    assert one["request"]["digest"] == phone.digest and one["request"]["weak"] is None
    assert one["received"] and one["origin"] and one["certificate"] is None
    text = server.cli("csr", "list").stdout
    assert phone.sn in text and phone.digest[:12] in text and "1 of them waiting" in text
    for spelling in (phone.sn, phone.hwid, phone.sn.replace("-", "").upper()):
        shown = server.cli("csr", "show", spelling)
        assert shown.returncode == 0, shown.stderr
        for word in (phone.digest, f"CN={phone.hwid}", "P-256", "wants just this", "ecdsa-with-SHA256"):
            assert word in shown.stdout, shown.stdout
    report = server.cli("device", phone.sn).stdout
    assert "issued by self" in report and f"csr show {phone.sn}" in report, report


def test_what_is_different_is_pointed_out(daemon, work):
    server = daemon(configured(**{"CSRdn-o": "ACME", "CSRsan-dns-1": "{hwid}.example.com", "CSRsan-ip-1": "{realip}"}))
    phone = Phone(work, cn="somebody-else").enrol(server)
    text = server.cli("csr", "show", phone.sn).stdout
    for word in (f"wants the common name {phone.hwid}", "wants the organization ACME", "not recognised",
                 f"wants the DNS name {phone.hwid}.example.com", "wants the address 172.16.1.9"):
        assert word in text, text
    shown = ask(server, "csr", "show", phone.sn)
    assert shown["recognised"] is False and not any(w["there"] for w in shown["wanted"])
    assert len(shown["wanted"]) == 4


def test_a_weak_request_says_why(daemon, work):
    server = daemon()
    phone = Phone(work, key="RSA-1024").enrol(server)
    one = requests(server)[phone.sn]
    assert "RSA 1024" in one["request"]["weak"] and one["state"] == "waiting"
    assert "never sign it" in server.cli("csr", "list").stdout


def test_what_is_no_request_says_so(daemon, phone):
    server = daemon()
    phone.request = b"\x30\x03abc"
    phone.enrol(server)
    one = requests(server)[phone.sn]
    assert one["state"] == "damaged" and one["problem"] and one["request"] is None
    fails(server, "csr", "export", phone.sn, says=["cannot be read"])
    assert "cannot be read" in server.cli("csr", "show", phone.sn).stdout


def test_files_that_are_gone(daemon, phone):
    server = daemon()
    phone.enrol(server)
    for name in ("request.p10.der", "request.p10.pem"):
        phone.file(server, name).unlink()
    assert requests(server)[phone.sn]["state"] == "gone"
    fails(server, "csr", "export", phone.sn, says=["no request of it here"])


def test_an_error_of_the_device(daemon, phone):
    server = daemon()
    phone.enrol(server)
    phone.file(server, "requesterror").write_text("bad \x1b[31mthing\n")
    one = requests(server)[phone.sn]
    assert one["state"] == "error" and one["error"] == "bad \\x1b[31mthing"
    shown = server.cli("csr", "show", phone.sn).stdout
    assert "bad \\x1b[31mthing" in shown and "\x1b" not in shown


# ---- export, import ----

def test_export(daemon, phone):
    server = daemon()
    phone.enrol(server)
    done = server.cli("csr", "export", phone.sn)
    assert done.returncode == 0
    text = openssl("req", "-noout", "-subject", "-verify", text=done.stdout)
    assert phone.hwid in text
    der = subprocess.run([ROLLCALL, "csr", "export", phone.sn, "--der", "--home", server.path],
                         env=clean_environment(), capture_output=True, check=True).stdout
    assert der == phone.request


def test_import_and_delivery(daemon, phone, ca):
    server = daemon()
    phone.enrol(server)
    cert = ca.issue("", request=phone.base.with_suffix(".csr"))
    done = import_it(server, phone, cert.crt)
    assert done.returncode == 0 and "its next poll brings it" in done.stdout, done.stderr
    assert CA_NAME in done.stdout
    one = requests(server)[phone.sn]
    assert one["state"] == "signed" and one["certificate"]["issuer"] == CA_NAME
    assert one["certificate"]["serial"] == cert.serial.lstrip("0")
    entry = audit(server)[0]
    assert entry["what"] == "csr import" and entry["sn"] == phone.sn
    assert entry["who"].endswith("on the command line") and CA_NAME in entry["text"]
    assert "was imported" in server.cli("device", phone.sn).stdout
    reply = phone.poll(server)
    assert f"vars create X509/REQUESTRESPONSE/00000 pb {cert.der.hex()}" in reply.commands, reply.text
    assert requests(server)[phone.sn]["state"] == "sent"
    assert re.search(r"^state +sent \S+ (s|min) ago$", server.cli("csr", "show", phone.sn).stdout, re.M)


def test_only_the_certificate_is_kept(daemon, phone, ca):
    """A key and a chain in an administrator's file are not sent to devices."""
    server = daemon()
    phone.enrol(server)
    cert = ca.issue("", request=phone.base.with_suffix(".csr"))
    mixed = phone.base.with_suffix(".mixed")
    mixed.write_text("Subject: x\n" + cert.text + ca.text + ca.key.read_text())
    done = import_it(server, phone, mixed)
    assert done.returncode == 0 and "1 more in the file left out" in done.stdout, done.stderr
    kept = phone.signed(server).read_text()
    assert kept.count("BEGIN") == 1 and "PRIVATE" not in kept
    assert cert.der == subprocess.run(["openssl", "x509", "-outform", "DER"], input=kept.encode(),
                                      capture_output=True, check=True).stdout


def test_import_of_der_and_from_stdin(daemon, phone, ca):
    server = daemon()
    phone.enrol(server)
    cert = ca.issue("", request=phone.base.with_suffix(".csr"))
    words = [ROLLCALL, "csr", "import", phone.sn, "-", "--home", server.path]
    done = subprocess.run(words, input=cert.der, env=clean_environment(), capture_output=True)
    assert done.returncode == 0, done.stderr
    assert requests(server)[phone.sn]["state"] == "signed"


def test_what_is_not_imported(daemon, phone, ca, work):
    server = daemon()
    fails(server, "csr", "import", phone.sn, "/dev/null", says=["no device is known"])
    phone.enrol(server)
    csr = phone.base.with_suffix(".csr")
    other = Ca(work, "Somebody's CA")
    garbage, huge = phone.base.with_suffix(".garbage"), phone.base.with_suffix(".huge")
    garbage.write_text("this is none\n")
    huge.write_bytes(b"x" * 70000)
    for path, *words in [
            ("/nonexistent", "nothing was imported", "No such file"),
            (garbage, "is refused"),
            (huge, "nothing was imported"),
            (csr, "is refused"),
            (ca.issue(phone.hwid).crt, "for another key", phone.hwid),
            (other.issue("", request=csr).crt, "Somebody's CA", "not in customcerts/@CAname", CA_NAME),
            (ca.issue("", request=csr, valid=(-30, -1)).crt, "has expired"),
            (ca.issue("", request=csr, valid=(1, 30)).crt, "not valid before")]:
        fails(server, "csr", "import", phone.sn, path, says=words)
        assert not phone.signed(server).exists()
    assert audit(server) == []


def test_a_name_that_is_not_recognised(daemon, work, ca):
    """A warning; but with trust enforced it would lock the device out."""
    server = daemon()
    phone = Phone(work, cn="somebody").enrol(server)
    cert = ca.issue("", request=phone.base.with_suffix(".csr"))
    done = import_it(server, phone, cert.crt)
    assert done.returncode == 0 and "warning" in done.stderr and "not recognised" in done.stderr
    phone.signed(server).unlink()
    server.config(configured(FORCED))
    fails(server, "csr", "import", phone.sn, cert.crt, says=["is refused", "not recognised"])
    assert not phone.signed(server).exists()


def test_a_hardware_id_that_proves_nothing(daemon, work, ca):
    """One with nothing of the serial number in it would be right for whoever says that he has it."""
    server = daemon(configured(FORCED))
    phone = Phone(work, cn="DESK-7")
    phone.hwid = "DESK-7"
    phone.enrol(server)
    shown = server.cli("csr", "show", phone.sn).stdout
    assert "does not end in the last three bytes of its serial number" in shown and "{sn}" in shown, shown
    cert = ca.issue("", request=phone.base.with_suffix(".csr"))
    done = fails(server, "csr", "import", phone.sn, cert.crt, says=["is refused", "not recognised"])
    assert "its hardware id" not in done.stderr


def test_a_certificate_that_would_be_renewed_at_once(daemon, work, ca):
    """A warning; but where trust is enforced the device would never be moved."""
    server = daemon(configured(renew="90"))
    phone = Phone(work).enrol(server)
    csr = phone.base.with_suffix(".csr")
    short = ca.issue("", request=csr, valid=(-1, 89)).crt
    done = import_it(server, phone, short)
    assert done.returncode == 0 and "warning" in done.stderr and "90 days before they end" in done.stderr
    phone.signed(server).unlink()
    server.config(configured(FORCED, renew="90"))
    fails(server, "csr", "import", phone.sn, short, says=["is refused", "customcerts/@renew", "signed for longer"])
    assert not phone.signed(server).exists()
    done = import_it(server, phone, ca.issue("", request=csr, valid=(-1, 91)).crt)
    assert done.returncode == 0 and not done.stderr
    phone.signed(server).unlink()
    server.config(configured(FORCED, renew=""))
    assert import_it(server, phone, short).returncode == 0


def test_import_without_a_server(daemon, phone, ca):
    server = daemon()
    phone.enrol(server)
    server.stop()
    cert = ca.issue("", request=phone.base.with_suffix(".csr"))
    assert import_it(server, phone, cert.crt).returncode == 0
    assert audit(server)[0]["what"] == "csr import"


def test_a_certificate_that_does_not_fit(daemon, phone, ca):
    """Somebody copied it there by hand, as was done with the server before."""
    server = daemon()
    phone.enrol(server)
    phone.signed(server).write_text(ca.issue("other").text)
    assert requests(server)[phone.sn]["state"] == "misfit"
    assert "does not fit" in server.cli("check").stdout


# ---- approve ----

def test_approve(daemon, work):
    own = Ca(work, OWN_NAME)
    server = daemon(configured(CAtype="internal"), own)
    phones = [Phone(work).enrol(server) for _ in range(3)]
    done = server.cli("csr", "approve", phones[0].sn, phones[1].hwid, "--why", "seen at the door")
    assert done.returncode == 0 and done.stdout.count(f", issued by {OWN_NAME}; its next poll") == 2, done.stderr
    assert f"{phones[1].sn}: signed " in done.stdout and f" for {phones[1].hwid}, valid until " in done.stdout
    listed = requests(server)
    assert [listed[p.sn]["state"] for p in phones] == ["signed", "signed", "waiting"]
    assert listed[phones[0].sn]["certificate"]["issuer"] == OWN_NAME
    assert all("seen at the door" in e["text"] for e in audit(server)[:2])
    # Those that fail keep none from being signed.
    done = server.cli("csr", "approve", phones[0].sn, "nobody", phones[2].sn)
    assert done.returncode == 1 and "is signed already" in done.stderr and "no device is known" in done.stderr
    assert requests(server)[phones[2].sn]["state"] == "signed"
    assert ask(server, "csr", "approve", "nobody", code=1)["approved"] == []


def command_of(server, phone):
    """The last line of csr show: what is to be entered to sign just this."""
    last = server.cli("csr", "show", phone.sn).stdout.splitlines()[-1]
    found = re.fullmatch(rf"to sign this +rollcall (csr approve {phone.sn} --digest ([0-9a-f]{{32}}))", last)
    assert found and phone.digest.startswith(found[2]), last
    return found[1].split()


def test_what_was_looked_at_is_signed(daemon, work):
    """Anybody may send another request in the name of a device, after an administrator has looked."""
    server = daemon(configured(CAtype="internal"), Ca(work, OWN_NAME))
    phone = Phone(work).enrol(server)
    seen = command_of(server, phone)
    assert requests(server)[phone.sn]["replaced"] is False
    assert "replaced" not in server.cli("csr", "list").stdout
    phone.renew()
    phone.answer(server, requests="")  # as if it had none any more
    phone.poll(server)
    phone.enrol(server)
    fails(server, *seen, says=["has been replaced", "Look at it again", f"csr show {phone.sn}", phone.digest[:16]])
    assert not phone.signed(server).exists()
    one = requests(server)[phone.sn]
    assert one["replaced"] is True and one["state"] == "waiting"
    for words in (("csr", "list"), ("csr", "show", phone.sn)):
        assert "waiting; it replaced another one that waited" in server.cli(*words).stdout
    again = command_of(server, phone)
    done = server.cli(*again[:-1], again[-1][:12].upper())
    assert done.returncode == 0 and phone.signed(server).exists(), done.stderr
    assert "--digest" not in server.cli("csr", "show", phone.sn).stdout  # there is nothing to sign any more
    fails(server, *again, says=["is signed already"])


def test_one_after_another_replaces_none(daemon, work):
    server = daemon(configured(CAtype="internal"), Ca(work, OWN_NAME))
    phone = Phone(work).enrol(server)
    assert server.cli("csr", "drop", phone.sn).returncode == 0
    phone.renew()
    phone.poll(server)
    phone.enrol(server)
    assert requests(server)[phone.sn]["replaced"] is False


def test_there_is_no_command_where_nothing_is_signed(daemon, work, phone):
    server = daemon()
    phone.enrol(server)
    assert "--digest" not in server.cli("csr", "show", phone.sn).stdout
    server.config(configured(CAtype="internal"))
    weak = Phone(work, key="RSA-1024").enrol(server)
    assert "--digest" not in server.cli("csr", "show", weak.sn).stdout


def test_what_cannot_be_approved(daemon, work, phone):
    own = Ca(work, OWN_NAME)
    server = daemon(configured(CAtype="internal"))
    phone.enrol(server)
    fails(server, "csr", "approve", phone.sn, says=["no CA", "rollcall ca init"])
    signer.install(server.path, own)
    weak = Phone(work, key="RSA-1024").enrol(server)
    fails(server, "csr", "approve", weak.sn, says=["never be signed", "RSA 1024", "csr drop"])
    server.config(configured())
    fails(server, "csr", "approve", phone.sn, says=['CAtype is "manual"', "csr import"])
    server.config(configured(CAtype="internal"))
    server.stop()
    fails(server, "csr", "approve", phone.sn, says=["does not run", "rollcall serve"])
    assert not phone.signed(server).exists()


# ---- drop ----

def device(server, phone):
    return next(d for d in ask(server, "devices")["devices"] if d["sn"] == phone.sn)


def test_drop(daemon, phone):
    """What the device holds goes with its next poll, and then it begins anew."""
    server = daemon()
    phone.enrol(server)
    done = server.cli("csr", "drop", phone.hwid)
    assert done.returncode == 0 and phone.sn in done.stdout, done.stderr
    assert requests(server) == {} and not list((server.path / "certs").iterdir())
    now = device(server, phone)
    assert (now["cert_clear"], now["cert_request"], now["cert_digest"]) == (1, 0, "")
    assert audit(server)[0]["what"] == "csr drop" and audit(server)[0]["sn"] == phone.sn
    reply = phone.poll(server)
    assert "vars del X509/REQUESTERROR" in reply.commands, reply.text
    assert device(server, phone)["cert_clear"] == 0


def test_drop_of_a_device_that_is_not_known(daemon, phone):
    server = daemon()
    phone.enrol(server)
    assert server.cli("device", phone.sn, "--forget").returncode == 0
    assert requests(server) == {}
    phone.file(server, "request.p10.der").write_bytes(phone.request)  # of an import, say
    assert requests(server)[phone.sn]["known"] is False
    assert "not known" in server.cli("csr", "show", phone.sn).stdout
    assert ask(server, "csr", "drop", phone.sn) == {"sn": phone.sn, "dropped": True}
    assert requests(server) == {} and not list((server.path / "certs").iterdir())
    assert [d["sn"] for d in ask(server, "devices")["devices"]] == []
    fails(server, "csr", "drop", phone.sn, says=["no device is known"])


# ---- audit ----

def test_audit(daemon, phone):
    server = daemon()
    assert audit(server) == []
    assert "nothing was done" in server.cli("audit").stdout
    phone.enrol(server)
    for word in ("--touch", "--forget"):
        assert server.cli("device", phone.sn, word).returncode == 0
    server.stop()
    assert server.cli("repair", "--start-over").returncode == 0
    entries = audit(server)  # in the new store
    assert [e["what"] for e in entries] == ["repair"]
    assert re.fullmatch(r"\S+ on the command line", entries[0]["who"])


def test_audit_is_newest_first_and_limited(daemon, work):
    server = daemon()
    phones = [Phone(work) for _ in range(3)]
    for p in phones:
        p.poll(server)
        assert server.cli("device", p.sn, "--touch").returncode == 0
        assert server.cli("device", p.sn, "--forget").returncode == 0
    every = audit(server)
    assert [e["what"] for e in every] == ["device forget", "device touch"] * 3
    assert [e["sn"] for e in every] == [p.sn for p in reversed(phones) for _ in range(2)]
    assert ask(server, "audit", "--most", "2")["audit"] == every[:2]
    text = server.cli("audit", "--most", "1").stdout
    assert phones[2].sn in text and phones[0].sn not in text
