# SPDX-License-Identifier: ISC
"""
`rollcall ca`: a CA of our own is made, replaced, listed; what it signed is revoked. What `rollcall check` and
`rollcall plan` say of certificates.
"""
import json
import os
import re
import stat

import pytest

from lib import signer
from lib.device import SN, UPDATE, query
from lib.faults import Daemon
from lib.pki import Ca, openssl
from lib.server import config
from lib.signer import Phone

NAME = "Own CA"
QUERY = '<queries><query id="certificates"><applies>*</applies></query></queries>'
PLAIN_TIMES = '<times grace="0"/>'
FORCED = '<times grace="0" forcehttps="true" forcetrust="true" httpsport="8443"/>'
SNIPPETS = {"update-phone-default.txt": "config add CMD0 /name secret\r\n"}
DAY = 86400


def configured(*more, times=PLAIN_TIMES, **settings):
    given = {"dir": "certs", "CAtype": "internal", "CAname": NAME, "CSRdn-cn": "{hwid}", "renew": "5", **settings}
    return config('<master info=""/>', '<status dir="status"/>', times,
                  "<customcerts " + " ".join(f'{k}="{v}"' for k, v in given.items()) + "/>", QUERY, *more)


@pytest.fixture
def daemon(stack):
    return lambda text: stack.enter_context(Daemon(text))


def ask(home, *words, code=0):
    done = home.cli(*words, "--json")
    assert done.returncode == code, f"{done.stdout}{done.stderr}"
    return json.loads(done.stdout)


def fails(home, *words, says, code=1):
    done = home.cli(*words)
    assert done.returncode == code, f"{done.stdout}{done.stderr}"
    for word in says:
        assert word in done.stderr, done.stderr


def init(home, *words, name=NAME):
    done = home.cli("ca", "init", "--name", name, *words)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    return done.stdout


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def certificates(path):
    return re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", path.read_text(), re.S)


def facts(pem):
    return openssl("x509", "-noout", "-text", text=pem)


# ---- init ----

def test_init(home):
    h = home(config('<status dir="status"/>'))
    text = init(h)
    ca, key = h.path / "ca/ca.pem", h.path / "ca/ca.key"
    assert (mode(h.path / "ca"), mode(key)) == (0o700, 0o600)
    assert "BEGIN" in key.read_text() and "PRIVATE" not in ca.read_text()
    assert certificates(h.path / "pki/client-ca.pem") == certificates(ca)
    assert certificates(h.path / "certs/CAkey-internal.cer") == certificates(ca)
    shown = facts(ca.read_text())
    assert f"CN = {NAME}" in shown and "CA:TRUE" in shown and "prime256v1" in shown
    # What it says can be put into the configuration as it stands.
    element = re.search(r"<customcerts .*/>", text)[0]
    for word in ('dir="certs"', 'CAtype="internal"', f"Authority 2,{NAME}"):
        assert word in element
    assert QUERY in text and "<status" not in text
    h.config(config('<master info=""/>', '<status dir="status"/>', element, QUERY))
    done = h.cli("check")
    assert done.returncode == 0 and "warning: our own" not in done.stdout, done.stdout
    assert "does not have our own CA" not in done.stdout
    entry = ask(h, "audit")["audit"][0]
    assert entry["what"] == "ca init" and entry["sn"] == "" and NAME in entry["text"]


def test_nothing_is_said_that_is_configured(home):
    assert "<customcerts" not in init(home(configured()))
    assert '<status dir="status"/>' in init(home(config(QUERY)))
    h = home(configured(CAkeys="*.crt"))
    assert '<customcerts CAkeys="CAkey*"/>' in init(h)
    assert ask(home(configured()), "ca", "init", "--name", NAME)["configuration"] is None


def test_names_are_escaped(home):
    text = init(home(config('<status dir="status"/>', '<customcerts CAname=""/>')), name='A "B" & <C>')
    assert 'CAname="A &quot;B&quot; &amp; &lt;C>"' in text


@pytest.mark.parametrize("word,key", [("P-384", "secp384r1"), ("RSA-2048", "2048 bit"), ("RSA-3072", "3072 bit")])
def test_algorithms(home, word, key):
    given, configured_so = home(configured()), home(configured(CAalgorithm=word))
    init(given, "--algorithm", word)
    init(configured_so)
    for h in (given, configured_so):
        assert key in facts((h.path / "ca/ca.pem").read_text())


def test_pki_that_is_there_stays(home, tmp_path):
    other = Ca(tmp_path, "Other CA")
    clients = tmp_path / "client-ca.pem"
    clients.write_text(other.text.rstrip("\n"))
    clients.chmod(0o640)
    h = home(configured())
    init(h, "--pki", tmp_path)
    assert len(certificates(clients)) == 2 and clients.read_text().startswith(other.text)
    assert mode(clients) == 0o640 and not (h.path / "pki").exists()


WRONG_NAMES = {"": "empty", " x": "blanks", "a,b": "CAnamesep", "x" * 65: "64", "a\nb": "control"}


@pytest.mark.parametrize("name", WRONG_NAMES)
def test_names_that_cannot_be(home, name):
    h = home(configured())
    fails(h, "ca", "init", "--name", name, says=["--name"], code=2)
    assert not (h.path / "ca").exists()


def test_what_stands_in_the_way(home):
    h = home(configured())
    fails(h, "ca", "init", "--name", NAME, "--algorithm", "ROT-13", says=["ROT-13"])
    fails(h, "ca", "init", "--name", NAME, "--replace", says=["no CA", "leave out --replace"])
    init(h)
    before = (h.path / "ca/ca.pem").read_bytes(), (h.path / "ca/ca.key").read_bytes()
    fails(h, "ca", "init", "--name", "Another", says=["there is a CA already", NAME, "--replace"])
    fails(h, "ca", "init", "--name", NAME, "--replace", says=["has this name"])
    assert before == ((h.path / "ca/ca.pem").read_bytes(), (h.path / "ca/ca.key").read_bytes())
    (h.path / "ca/ca.pem").unlink()
    fails(h, "ca", "init", "--name", NAME, says=["ca.key is there", "move the key away"])


def test_init_that_cannot_be_finished(home):
    """The places that trust it come first: nobody takes it for a CA that nobody trusts."""
    h = home(configured())
    (h.path / "pki").write_text("in the way")
    fails(h, "ca", "init", "--name", NAME, says=["there is no new CA"])
    assert not (h.path / "ca/ca.pem").exists()


def test_replace(home):
    h = home(configured(CAname=f"{NAME}, New CA"))
    init(h)
    old, key = (h.path / "ca/ca.pem").read_text(), (h.path / "ca/ca.key").read_text()
    serial = ask(h, "ca", "list")["cas"][0]["serial"]
    text = init(h, "--replace", name="New CA")
    assert f"ca-{serial}.pem" in text
    assert (h.path / f"ca/ca-{serial}.pem").read_text() == old
    assert (h.path / f"ca/ca-{serial}.key").read_text() == key and mode(h.path / f"ca/ca-{serial}.key") == 0o600
    trusted = certificates(h.path / "pki/client-ca.pem")
    assert trusted == [old, (h.path / "ca/ca.pem").read_text()]
    # Devices with a certificate of the former one are still sent its chain.
    assert (h.path / f"certs/CAkey-internal-{serial}.cer").read_text() == old
    assert (h.path / "certs/CAkey-internal.cer").read_text() == trusted[1]
    assert [c["name"] for c in ask(h, "ca", "list")["cas"]] == ["New CA", NAME]
    text = h.cli("ca", "list").stdout
    assert "(former)" in text and "New CA" in text
    assert h.cli("check").returncode == 0


def test_replace_where_the_chain_was_put_elsewhere(home):
    h = home(configured())
    init(h)
    (h.path / "certs/CAkey-internal.cer").unlink()
    init(h, "--replace", name="New CA")
    assert [p.name for p in (h.path / "certs").iterdir()] == ["CAkey-internal.cer"]


# ---- the CA for tests that `serve` makes ----

def with_test_ca(home, tmp_path, name="Test CA"):
    h, ca = home(configured()), Ca(tmp_path, name)
    (h.path / "pki").mkdir()
    clients, key = h.path / "pki/client-ca.pem", h.path / "pki/client-ca.key"
    clients.write_text("# comment\n" + ca.text)
    key.write_text(ca.key.read_text())
    return h, ca, clients, key


def test_the_ca_for_tests_goes(home, tmp_path):
    """Its key lies around, and without a list of it lighttpd is given none."""
    h, ca, clients, key = with_test_ca(home, tmp_path)
    clients.chmod(0o640)
    text = init(h)
    assert 'the CA for tests "Test CA" is not trusted any more' in text
    assert clients.read_text() == (h.path / "ca/ca.pem").read_text() and mode(clients) == 0o640
    assert key.read_text() == ca.key.read_text()
    h, _, clients, _ = with_test_ca(home, tmp_path)
    assert ask(h, "ca", "init", "--name", NAME)["test_ca"] == "Test CA"


@pytest.mark.parametrize("why", ["another key", "no key", "a damaged key", "another CA beside it", "in CAname"])
def test_what_is_no_ca_for_tests_stays(home, tmp_path, why):
    h, ca, clients, key = with_test_ca(home, tmp_path, "Own CA 0" if why == "in CAname" else "Test CA")
    if why == "another key":
        key.write_text(Ca(tmp_path).key.read_text())
    elif why == "no key":
        key.unlink()
    elif why == "a damaged key":
        key.write_text("none\n")
    elif why == "another CA beside it":
        clients.write_text(ca.text + Ca(tmp_path).text)
    else:
        h.config(configured(CAname="Own CA 0, Own CA"))
    before = certificates(clients)
    assert "for tests" not in init(h)
    assert certificates(clients) == before + certificates(h.path / "ca/ca.pem")


def test_list_without_anything(home):
    h = home(configured())
    assert ask(h, "ca", "list") == {"cas": [], "issued": []}
    assert "rollcall ca init" in h.cli("ca", "list").stdout


# ---- what it signs, and takes back ----

def test_approve_list_revoke(daemon, tmp_path):
    server = daemon(configured())
    init(server)
    phone = Phone(tmp_path).enrol(server)
    assert server.cli("csr", "approve", phone.sn, "--why", "seen").returncode == 0
    one, = ask(server, "ca", "list")["issued"]
    assert (one["sn"], one["cn"], one["issuer"], one["revoked"]) == (phone.sn, phone.hwid, NAME, 0)
    text = server.cli("ca", "list").stdout
    assert one["serial"] in text and "1 certificate signed, 0 of them revoked" in text

    fails(server, "ca", "revoke", "1234", says=["1234", "rollcall ca list"])
    spelt = ":".join(re.findall("..?", one["serial"].lower()))
    done = server.cli("ca", "revoke", spelt, "--why", "stolen")
    assert done.returncode == 0 and one["serial"] in done.stdout, done.stderr
    assert not phone.signed(server).exists()  # it was not delivered yet
    assert signer.listed_in(server.path / "ca/crl.pem") == {NAME: [one["serial"]]}
    one, = ask(server, "ca", "list")["issued"]
    assert one["revoked"] and one["reason"] == "stolen" and one["revoked_by"].endswith("on the command line")
    assert "stolen" in server.cli("ca", "list").stdout
    shown = server.cli("device", phone.sn).stdout
    assert re.search(rf"^  from our CA   serial number {one['serial']}, revoked \S+ (s|min) ago", shown, re.M), shown
    fails(server, "ca", "revoke", one["serial"], says=["revoked already"])
    server.stop()
    fails(server, "ca", "revoke", one["serial"], says=["does not run"])


# ---- check ----

def findings(home, *words):
    done = home.cli("check", "--json", *words)
    return {(f["kind"], f["text"]) for f in json.loads(done.stdout)["findings"]}, done.returncode


def has(home, kind, *words, pki=None):
    found, code = findings(home, *(["--pki", pki] if pki else []))
    assert any(k == kind and all(w in t for w in words) for k, t in found), found
    assert kind == "warning" or code == 1
    return True


def short_lived(folder, valid):
    return Ca(folder, NAME, valid=valid)


def install(home, ca, trusted=True):
    signer.install(home.path, ca)
    (home.path / "ca/ca.key").chmod(0o600)
    (home.path / "pki").mkdir(exist_ok=True)
    if trusted:
        (home.path / "pki/client-ca.pem").write_text(ca.text)
    (home.path / "certs").chmod(0o750)
    (home.path / "certs/CAkey-internal.cer").write_text(ca.text)


def test_check_finds_nothing_wrong(home, tmp_path):
    h = home(configured())
    install(h, Ca(tmp_path, NAME, valid=(-1, 3650)))
    found, code = findings(h)
    assert code == 0 and not [t for _, t in found if "CA" in t or "cert" in t], found
    assert re.search(f"^certificates +certs; requests are signed by our own CA; trusted: {NAME}$",
                     h.cli("check").stdout, re.M)
    shown = json.loads(h.cli("check", "--json").stdout)["certificates"]
    assert shown == {"folder": "certs", "catype": "internal", "trusted": [NAME]}


def test_check_of_our_own_ca(home, tmp_path):
    h = home(configured())
    (h.path / "certs/CAkey-x.cer").write_text(Ca(tmp_path, NAME).text)
    assert has(h, "error", "there is no CA", "ca init")
    install(h, short_lived(tmp_path, (-30, -1)))
    assert has(h, "error", NAME, "has expired", "--replace")
    install(h, short_lived(tmp_path, (-30, 4)))
    assert has(h, "error", NAME, "expires on", "within 5 days", "signs nothing any more", "--replace")
    install(h, short_lived(tmp_path, (-30, 6)))
    assert has(h, "warning", NAME, "expires on", "within 730 days", "ends with it", "--replace")
    h.config(configured(CAdays="6", renew=""))
    install(h, short_lived(tmp_path, (-30, 7)))
    assert not [t for _, t in findings(h)[0] if "expires" in t]
    h.config(configured())
    install(h, short_lived(tmp_path, (-30, 600)))
    (h.path / "ca/ca.key").chmod(0o640)
    assert has(h, "error", "open to others", "chmod 600")
    (h.path / "ca/ca.key").unlink()
    assert has(h, "error", "key of our own CA cannot be found")
    (h.path / "pki/client-ca.pem").write_text(Ca(tmp_path, NAME).text)
    assert has(h, "warning", "is not in it")
    h.config(configured(CAname="Another CA"))
    assert has(h, "warning", "does not have our own CA", NAME)


def test_check_of_ca_files(home, tmp_path):
    h = home(configured(CAtype="manual", CAname="Company CA"))
    (h.path / "certs").chmod(0o755)
    assert has(h, "warning", "no file in it fits", "CAkey*")
    assert has(h, "warning", "Company CA", "has a CA of that name")
    assert has(h, "warning", "open to all users")
    (h.path / "certs/CAkey-1.cer").write_text("none")
    assert has(h, "warning", "devices are sent this file", "but")
    (h.path / "certs/CAkey-1.cer").write_text(Ca(tmp_path, "Company CA", valid=(-9, -1)).text)
    assert has(h, "warning", "Company CA", "has expired")
    (h.path / "pki").mkdir()
    (h.path / "pki/client-ca.pem").write_text("nothing\n")
    assert has(h, "error", "cannot be used")
    h.config(configured(CAtype="manual", CAname="Company CA", times=FORCED))
    assert has(h, "warning", "no device can prove itself", pki=tmp_path)


def test_check_of_a_chain(home, tmp_path):
    """Every certificate that a device shows must be issued by one of CAname."""
    root = Ca(tmp_path, "Root CA")
    below = Ca(tmp_path, "Company CA", parent=root)
    h = home(configured(CAtype="manual", CAname="Company CA"))
    (h.path / "certs").chmod(0o750)
    for n, ca in enumerate((below, root), 1):
        (h.path / f"certs/CAkey-{n}.cer").write_text(ca.text)
    assert has(h, "warning", '"Company CA" is issued by "Root CA"', "add that name")
    h.config(configured(CAtype="manual", CAname="Company CA, Root CA"))
    assert not [t for _, t in findings(h)[0] if "issued by" in t]


def test_check_of_signed_files(home, tmp_path):
    ca = Ca(tmp_path, NAME)
    h = home(configured(CAtype="manual"))
    phone = Phone(tmp_path)
    signed = h.path / f"certs/{phone.sn}-signedrequest.cer"
    cert = ca.issue("", request=phone.base.with_suffix(".csr"))
    signed.write_text(cert.text)
    assert has(h, "warning", "a certificate without a request")
    (h.path / f"certs/{phone.sn}-request.p10.der").write_bytes(phone.request)
    assert not [t for _, t in findings(h)[0] if "request" in t]
    h.config(configured(CAtype="manual", CAname="Another CA"))
    assert has(h, "warning", NAME, "which is not in customcerts/@CAname")
    signed.write_text(ca.issue("x").text)
    assert has(h, "warning", "does not fit to the request")


# ---- plan ----

def plan(home, *words, scheme="https", port=8443, arguments=None):
    url = f"{scheme}://update.example:{port}{UPDATE}?" + query(phase="update", polling="0", **(arguments or {}))
    return home.cli("plan", "--url", url, *words)


def test_plan_with_a_certificate(home, tmp_path):
    ca = Ca(tmp_path, NAME)
    text = config('<master info=""/>', FORCED, f'<customcerts CAname="{NAME}"/>')
    h = home(text, SNIPPETS)
    install(h, ca)
    good = plan(h, "--cert", ca.issue("IP232-30-00-af").crt)
    assert good.returncode == 0 and "/name secret" in good.stdout, good
    assert "/name secret" not in plan(h).stdout
    assert "/name secret" not in plan(h, "--cert", ca.issue("IP232-30-00-b0").crt).stdout
    for bad in (ca.issue("IP232-30-00-af", valid=(-9, -1)).crt, Ca(tmp_path, NAME).issue("IP232-30-00-af").crt,
                "/nonexistent"):
        done = plan(h, "--cert", bad)
        assert done.returncode == 1 and "403" in done.stderr and not done.stdout, done
    ca.revoke(cert := ca.issue("IP232-30-00-af"))
    (h.path / "pki/client-crl.pem").write_text(ca.crl())
    assert "revoked" in plan(h, "--cert", cert.crt).stderr
    done = plan(h, "--cert", "x", scheme="http")
    assert done.returncode == 2 and "https://" in done.stderr
    assert plan(h, "--pki", "x").returncode == 2


def test_plan_knows_the_device(daemon, tmp_path):
    """What a server answers, and what is planned without it: the same commands."""
    server = daemon(configured())
    init(server)
    phone = Phone(tmp_path).enrol(server)
    mine = {"sn": phone.sn, "hwid": phone.hwid}

    def commands():
        done = plan(server, scheme="http", port=80, arguments=mine)
        assert done.returncode == 0, done.stderr
        return [line.strip() for line in done.stdout.splitlines() if line and not line.startswith("#")]

    assert not any("REQUESTRESPONSE" in c for c in commands())
    assert server.cli("csr", "approve", phone.sn).returncode == 0
    planned = commands()
    assert sum("REQUESTRESPONSE" in c for c in planned) == 2, planned  # and that of the CA
    told = phone.poll(server).commands

    def without_host(lines):
        return [re.sub(r"http(://|%3A%2F%2F)update\.example(:80|%3A80)?", "", line) for line in lines]

    assert without_host(told) == without_host(planned)


def test_plan_of_a_device_that_is_not_known(home):
    """Without a store nothing is remembered, and nothing is made by asking."""
    h = home(configured(), SNIPPETS)
    done = plan(h, scheme="http", port=80)
    assert done.returncode == 0 and SN in done.stdout
    assert not (h.path / "data").exists() and not os.listdir(h.path / "certs")
