# SPDX-License-Identifier: ISC
"""
Who a client is (spec §8 "Forced trust", PITFALLS §8 A3 to A7): the certificate itself counts, for each
request; nothing that a client can write into a request, and no name in a variable of the web server.
"""
import base64
import json
import re
import signal
import ssl

import pytest

from lib import fcgi, signer, wire
from lib.device import SN, UPDATE, query, settled
from lib.enrol import QUERIES, Phone, dump_of, says
from lib.faults import Served
from lib.pki import DAY, Ca, Pki, make_request, openssl, self_signed
from lib.server import config
from lib.wait import holds_for, wait_for

HWID = "IP232-30-00-af"
OTHER_SN, OTHER_HWID = "00-90-33-30-00-b0", "IP232-30-00-b0"
SECRET = "config add SECRET /v 1"
SNIPPETS = {"update-phone-default.txt": SECRET + "\r\n"}
ALL = ('<status dir="status"/>', '<backup dir="backup"/>', QUERIES,
       '<customcerts dir="certs" CAname="Example Device CA"/>')


# Without customcerts/@dir nobody waits for what devices say of their certificates.
TRUST = ('<status dir="status"/>', '<backup dir="backup"/>', QUERIES,
         '<customcerts CAname="Example Device CA"/>')


def forced(port, settings=TRUST):
    return config('<master info=""/>', *settings,
                  f'<times forcehttps="true" httpsport="{port}" forcetrust="true"/>')


@pytest.fixture(name="own_pki", scope="module")
def make_own_pki(tmp_path_factory):
    """What is in client-ca.pem is changed by tests, and put back."""
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def server(serve, own_pki):
    return serve(config('<master info=""/>', *ALL), SNIPPETS, pki=own_pki.folder)


@pytest.fixture
def trusting(serve, own_pki):
    """Snippets only for those who prove themselves."""
    server = serve(config('<master info=""/>', *TRUST), SNIPPETS, pki=own_pki.folder)
    server.take(forced(server.ports["mtls"]))
    assert SECRET not in server.poll(settled()).commands
    return server


@pytest.fixture
def enrolling(trusting):
    """The same, where devices also get certificates."""
    trusting.take(forced(trusting.ports["mtls"], ALL))
    assert Phone(trusting).fetch()
    return trusting


def record(server, sn=SN):
    done = server.cli("device", sn, "--json")
    return json.loads(done.stdout) if done.returncode == 0 else None


def refusals(server):
    return [x for x in server.log().splitlines() if "client certificate is refused" in x]


def showing(pem, q=None, **more):
    """A request straight to a worker, in the way lighttpd hands over a client that it has verified."""
    return {**fcgi.environment(q or settled()), "HTTPS": "on", "SERVER_PORT": "443",
            "SSL_CLIENT_VERIFY": "SUCCESS", "SSL_CLIENT_CERT": pem, **more}


# A3: odd certificates

def resigned(ca, made, name, *changes):
    """The certificate with bytes of its subject replaced by as many others, signed again by its CA."""
    der = made.der
    for old, new in changes:
        assert der.count(old) == 1 and len(old) == len(new), (old, new)
        der = der.replace(old, new)
    start, outer = head(der, 0)
    tbs_end = sum(head(der, start))
    tbs, algorithm_end = der[start:tbs_end], sum(head(der, tbs_end))
    assert start + outer == len(der)
    to_sign, signature = (made.crt.with_name(f"{name}.{x}") for x in ("tbs", "sig"))
    to_sign.write_bytes(tbs)
    openssl("dgst", "-sha256", "-sign", ca.key, "-out", signature, to_sign)
    bits = b"\0" + signature.read_bytes()
    inner = tbs + der[tbs_end:algorithm_end] + b"\x03" + length_of(len(bits)) + bits
    return pem_of(b"\x30" + length_of(len(inner)) + inner, made)


def head(der, at):
    """Where the content of the DER element at `at` begins, and how long it is."""
    n = der[at + 1]
    if n < 128:
        return at + 2, n
    return at + 2 + n - 128, int.from_bytes(der[at + 2:at + 2 + n - 128], "big")


def length_of(n):
    size = n.to_bytes((n.bit_length() + 7) // 8 or 1, "big")
    return bytes([n]) if n < 128 else bytes([128 + len(size)]) + size


def pem_of(der, made):
    made.crt.write_text("-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der).decode()
                        + "-----END CERTIFICATE-----\n")
    return made.join()


def common(ca, name, tag, value):
    """A common name of this type of string, and these bytes."""
    plain = b"IP232-30-00-af"[:len(value)].ljust(len(value), b"x")
    made = ca.issue(plain.decode())
    return resigned(ca, made, name, (b"\x0c" + bytes([len(value)]) + plain,
                                     bytes([tag, len(value)]) + value))


UTF8, BMP, T61 = 0x0c, 0x1e, 0x14
SAN_64K = ",".join(f"DNS:{'x' * 50}{i:04}.example.com" for i in range(900))
ODD = {
    "two-names": lambda ca: ca.issue(f"/CN={HWID}/CN={OTHER_HWID}"),
    "two-names-apart": lambda ca: ca.issue(f"/CN={OTHER_HWID}/OU=x/CN={HWID}"),
    "no-name": lambda ca: ca.issue("/O=ACME"),
    "nul": lambda ca: common(ca, "nul", UTF8, HWID.encode() + b"\0evil"),
    "newline": lambda ca: common(ca, "newline", UTF8, b"IP232\n2026-01-01T00:00:00Z rollcalld[1] info: x"),
    "escape": lambda ca: common(ca, "escape", UTF8, b"\x1b[31mIP232"),
    "bmp": lambda ca: common(ca, "bmp", BMP, HWID.encode("utf-16-be")),
    "t61": lambda ca: common(ca, "t61", T61, b"IP232\xe9-00-af"),
    "no-utf-8": lambda ca: common(ca, "latin", UTF8, b"IP232\xff\xfe"),
    "long": lambda ca: resigned(ca, ca.issue(f"/description={HWID}{'x' * 300}"), "long",
                                (b"\x55\x04\x0d", b"\x55\x04\x03")),
    "64-KB": lambda ca: ca.issue(HWID, san=SAN_64K),
}


DIRECT = ("no-utf-8", "64-KB")  # a client cannot load the one, lighttpd hands over no such environment


@pytest.mark.parametrize("name", ODD)
def test_odd_certificates(server, own_pki, name):
    """Signed by our CA: the handshake lets them in."""
    made = ODD[name](own_pki.authority)
    if name in DIRECT:
        reply = fcgi.request(server.path, showing(made.text))
    else:
        reply = server.request(wire.get(f"{UPDATE}?{settled()}"), via="mtls", certificate=made.pem)
    assert (reply.status, reply.complete, reply.commands) == (403, True, []), reply.text
    assert "refused" in reply.text and len(refusals(server)) == 1, server.log()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f]", server.log())
    assert not any(line.startswith("2026-01-01T00:00:00Z") for line in server.log().splitlines())
    assert not re.search("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]", reply.text)
    assert record(server) is None and server.alive() and server.whole()


def test_a_huge_certificate(server, own_pki):
    """Whoever refuses it, nothing happens, and all go on."""
    made = ODD["64-KB"](own_pki.authority)
    reply = server.request(wire.get(f"{UPDATE}?{settled()}"), via="mtls", certificate=made.pem)
    assert reply.status in (400, 403), reply
    assert record(server) is None and server.alive() and server.whole()


def broken(text):
    lines = text.splitlines(True)
    return "".join(lines[:-3] + lines[-1:])


def test_what_a_web_server_would_not_hand_over(server, own_pki, tmp_path):
    """The worker does not rely on its doorman, nor on the word SUCCESS."""
    ca, good = own_pki.authority, own_pki.authority.issue(HWID)
    assert fcgi.request(server.path, showing(good.text)).status == 200
    stranger = Ca(tmp_path, "Example Device CA")  # the very name
    pems = {
        "empty": "", "garbage": "x", "truncated": broken(good.text), "no end": good.text[:-5],
        "a key": good.key.read_text(), "much": "x" * 200_000, "much PEM": good.text * 100,
        "expired": ca.issue(HWID, valid=(-30, -1)).text, "early": ca.issue(HWID, valid=(1, 30)).text,
        "for servers": ca.issue(HWID, eku="serverAuth").text,
        "SHA-1": ca.issue(HWID, digest="sha1").text, "short key": ca.issue(HWID, key="RSA-1024").text,
        "self-signed": self_signed(tmp_path, HWID).text, "of a stranger": stranger.issue(HWID).text,
        "the CA": "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
    }
    for count, (name, pem) in enumerate(pems.items(), 1):
        reply = fcgi.request(server.path, showing(pem))
        assert (reply.status, reply.complete) == (403, True), f"{name}: {reply.text}"
        assert wait_for(lambda n=count: len(refusals(server)) == n, 3), name


# The web server's word

@pytest.mark.parametrize("verified", [None, "NONE", "FAILED:error:0000000A:lib(0)::reason(10)", "success"])
def test_what_it_has_not_verified(trusting, own_pki, verified):
    """Ports that do not insist: such a certificate counts as none. The one that does: no entry."""
    environment = showing(own_pki.authority.issue(HWID).text)
    environment["SERVER_PORT"] = str(trusting.ports["mtls"])
    assert SECRET in fcgi.request(trusting.path, environment).commands
    del environment["SSL_CLIENT_VERIFY"]
    if verified:
        environment["SSL_CLIENT_VERIFY"] = verified
    reply = fcgi.request(trusting.path, environment)
    assert reply.status == 200 and SECRET not in reply.commands
    assert not refusals(trusting)
    environment["ROLLCALL_MTLS"] = "1"
    assert fcgi.request(trusting.path, environment).status == 403


def test_over_http_there_is_no_certificate(trusting, own_pki):
    environment = showing(own_pki.authority.issue(OTHER_HWID).text)
    for https in ("", "off", "ON", "1"):
        environment["HTTPS"] = https
        reply = fcgi.request(trusting.path, environment)
        assert reply.status == 200 and SECRET not in reply.commands
    environment["SSL_CLIENT_CERT"] = "x"
    assert fcgi.request(trusting.path, environment).status == 200
    assert not record(trusting).get("tls_issuer")  # nor was it a poll of another device


def test_names_in_variables_do_not_count(trusting, own_pki):
    """The subject as the web server puts it is forged by a NUL or a second name."""
    environment = showing(own_pki.authority.issue(OTHER_HWID).text, SSL_CLIENT_S_DN_CN=HWID,
                          SSL_CLIENT_S_DN=f"CN = {HWID}", REMOTE_USER=HWID, AUTH_TYPE="SSL_CLIENT_VERIFY")
    environment["SERVER_PORT"] = str(trusting.ports["mtls"])
    reply = fcgi.request(trusting.path, environment)
    assert reply.status == 200 and SECRET not in reply.commands


# A4: whose it is

@pytest.mark.parametrize("name", [HWID, SN.replace("-", ""), "IP232s-30-00-af"])
def test_its_own(trusting, own_pki, name):
    phone = Phone(trusting, via="mtls", certificate=own_pki.device(name))
    assert SECRET in phone.poll().commands
    phone.answer(says())
    known = wait_for(lambda: record(trusting), 5)
    assert known["tls_issuer"] == "Example Device CA" and known["https"]
    assert phone.put({"mode": "backup", "sn": SN, "hwid": HWID}, b"config x\r\n").status == 200


# What another device asks for in the name of SN
PUTS = {
    "answer": ({"mode": "query", "sn": SN, "id": "certificates"}, says()),
    "answer-hwid": ({"mode": "query", "sn": SN, "hwid": OTHER_HWID, "id": "certificates"}, says()),
    "backup": ({"mode": "backup", "sn": SN, "hwid": HWID}, b"config x\r\n"),
    "backup-hwid": ({"mode": "backup", "hwid": HWID}, b"config x\r\n"),
    "backup-sn": ({"mode": "backup", "sn": OTHER_SN, "hwid": HWID}, b"config x\r\n"),
    "request": ({"mode": "vardump", "sn": SN, "var": "X509/REQUEST", "proc": "var2bin",
                 "file": f"certs/{SN}-request.p10.der", "postproc": "createPemFromDer"},
                dump_of(b"0\x03")),
    "error": ({"mode": "vardump", "sn": SN, "var": "X509/REQUESTERROR",
               "file": f"certs/{SN}-requesterror"}, b"X509/REQUESTERROR p x"),
}


@pytest.mark.parametrize("name", PUTS)
def test_another_device_sends_something(enrolling, own_pki, name):
    server, thief = enrolling, Phone(
        enrolling, via="mtls", certificate=own_pki.device(OTHER_HWID))
    before = record(server)
    arguments, body = PUTS[name]
    reply = thief.put(arguments, body)
    assert (reply.status, reply.commands) == (403, []) and OTHER_HWID in reply.text, reply.text
    server.logged("PUT refused", OTHER_HWID)
    assert record(server) == before
    assert not list((server.path / "certs").iterdir())
    assert not list((server.path / "backup").glob("*/*"))


@pytest.mark.parametrize("arguments", [
    {}, {"hwid": OTHER_HWID}, {"sn": OTHER_SN}, {"sn": SN.upper()}])
def test_another_device_polls(trusting, own_pki, arguments):
    """It is asked what anybody is asked, gets no snippet, and nothing is remembered of it."""
    thief = Phone(trusting, via="mtls", certificate=own_pki.device(OTHER_HWID))
    thief.arguments = {"sn": SN, "hwid": HWID, **arguments}
    before = record(trusting)
    reply = thief.poll()
    assert SECRET not in reply.commands
    assert all(x.startswith("mod cmd UP0 scfg ") and "mode=query" in x for x in reply.commands)
    trusting.logged("nothing is remembered", OTHER_HWID)
    assert record(trusting) == before
    assert record(trusting, thief.arguments["sn"]) in (before, None)


@pytest.mark.parametrize("name", ["SWPHONE-01", OTHER_SN.replace("-", "")])
def test_a_name_that_is_no_hardware_id_of_it(trusting, own_pki, name):
    """A certificate with any name, whose owner says that this is his hardware id."""
    thief = Phone(trusting, via="mtls", certificate=own_pki.device(name))
    thief.arguments = {"sn": SN, "hwid": name}
    before = record(trusting)
    assert SECRET not in thief.poll().commands
    trusting.logged("nothing is remembered", name)
    for arguments, body in (({"mode": "query", "sn": SN, "hwid": name, "id": "certificates"}, says()),
                            ({"mode": "backup", "sn": SN, "hwid": name}, b"config x\r\n")):
        reply = thief.put(arguments, body)
        assert (reply.status, reply.commands) == (403, []), reply.text
    assert record(trusting) == before


# What our own CA knows

def issuing(port=None, **how):
    """Where our own CA has the name of the one in own_pki."""
    given = {"dir": "certs", "CAtype": "internal", "CAname": "Example Device CA", "CSRdn-cn": "{hwid}", **how}
    settings = ('<status dir="status"/>', '<backup dir="backup"/>', QUERIES,
                "<customcerts " + " ".join(f'{n}="{v}"' for n, v in given.items()) + "/>")
    return forced(port, settings) if port else config('<master info=""/>', *settings)


@pytest.fixture
def own_ca(stack, own_pki):
    """A server whose own CA is that of own_pki; snippets only for those who prove themselves."""
    server = Served(issuing(), SNIPPETS, pki=own_pki.folder)
    signer.install(server.path, own_pki.authority)
    stack.enter_context(server)
    server.take(issuing(server.ports["mtls"]))
    return server


def enrolled(server, folder, **how):
    """A device with a certificate of our own CA."""
    phone = signer.Phone(folder, **how).enrol(server)
    receipt, text = phone.approve(server)
    assert receipt == signer.DONE, text
    return phone


def test_made_here_for_another_device(own_ca, tmp_path):
    """Whoever enrols under a serial number that ends as that of another device gets the very name of that
    one; our CA knows for whom it was."""
    thief = enrolled(own_ca, tmp_path, sn="AA-AA-AA-30-00-af", hwid=HWID)
    pem = thief.pem(own_ca)
    phone = Phone(own_ca, sn=thief.sn, via="mtls", certificate=pem, hwid=HWID)
    assert SECRET in phone.poll().commands
    phone.sn, phone.arguments["sn"] = SN, SN
    before = record(own_ca)
    reply = phone.poll()
    assert SECRET not in reply.commands and all("mode=query" in x for x in reply.commands), reply.text
    own_ca.logged("nothing is remembered", "made here for the one with the serial number AA-AA-AA-30-00-af")
    for name in PUTS:
        if name != "backup-hwid" and name != "backup-sn":
            reply = phone.put(*PUTS[name])
            assert (reply.status, reply.commands) == (403, []), f"{name}: {reply.text}"
    assert record(own_ca) == before and not list((own_ca.path / "backup").glob("*/*"))
    # The same serial number in another spelling is the same device.
    phone.sn = phone.arguments["sn"] = "aa-aa-aa-30-00-AF"
    assert SECRET in phone.poll().commands


def test_revoked_where_no_list_can_be_written(own_ca, tmp_path):
    """The store says so, and that is enough."""
    phone, fine = (enrolled(own_ca, tmp_path) for _ in range(2))
    shown, other = (showing(p.signed(own_ca).read_text(), settled(sn=p.sn, hwid=p.hwid)) for p in (phone, fine))
    assert fcgi.request(own_ca.path, shown).status == 200
    (own_ca.path / "ca/ca.key").unlink()
    done = own_ca.cli("ca", "revoke", signer.serial_of(phone.signed(own_ca)))
    assert done.returncode != 0 and "stands in no list" in done.stderr
    for _ in range(2 * own_ca.workers_wanted):
        reply = fcgi.request(own_ca.path, shown)
        assert reply.status == 403 and "it was revoked here" in reply.text
        assert fcgi.request(own_ca.path, other).status == 200


def test_revoked_by_rollcall_on_an_open_connection(own_ca, own_pki, tmp_path):
    """Nothing stands still for it: the web server is given no lists here, because another CA has none."""
    own_pki.trust(own_pki.authority, Ca(tmp_path, "Other CA"))
    try:
        own_ca.logged("lighttpd: is not given the revocation lists", deadline=10)
        phone, fine = (enrolled(own_ca, tmp_path) for _ in range(2))
        raw = [wire.get(f"{UPDATE}?{settled(sn=p.sn, hwid=p.hwid)}", close=False) for p in (phone, fine)]
        pem, other = phone.pem(own_ca), fine.pem(own_ca)
        with wire.Connection(own_ca.ports["mtls"], wire.tls_client(pem)) as connection, \
                wire.Connection(own_ca.ports["mtls"], wire.tls_client(other)) as open_still:
            assert SECRET in connection.request(raw[0]).commands
            assert SECRET in open_still.request(raw[1]).commands
            done = own_ca.cli("ca", "revoke", signer.serial_of(phone.signed(own_ca)))
            assert done.returncode == 0, done.stderr
            reply = wait_for(lambda: (r := connection.request(raw[0])).status == 403 and r, 2)
            assert "revoked" in reply.text and not reply.commands
            assert SECRET in open_still.request(raw[1]).commands
    finally:
        own_pki.trust(own_pki.authority)


def test_another_name_where_trust_is_not_forced(server, own_pki):
    """What anybody gets over HTTP is no secret: certificates may follow another naming scheme."""
    phone = Phone(server, via="mtls", certificate=own_pki.device("reception.example.com"))
    assert phone.poll().status == 200
    phone.answer(says())
    assert wait_for(lambda: record(server), 5)["cert_issuer"] == "self"


def test_a_ca_that_is_trusted_for_the_handshake_only(trusting, own_pki, tmp_path):
    """A valid certificate of vendor 2 with the name of a device of vendor 1 (not in CAname)."""
    second = Ca(tmp_path, "Vendor Two")
    own_pki.trust(own_pki.authority, second)
    try:
        environment = showing(second.issue(HWID).text, SERVER_PORT=str(trusting.ports["mtls"]))
        reply = wait_for(lambda: (r := fcgi.request(trusting.path, environment)).status == 200 and r, 5)
        assert SECRET not in reply.commands and "not in customcerts/@CAname" in reply.text
    finally:
        own_pki.trust(own_pki.authority)


# A5, A6: what changes while a connection is open

def until_refused(server, made, change):
    """On one connection: served, then `change`, then refused."""
    raw = wire.get(f"{UPDATE}?{settled()}", close=False)
    with wire.Connection(server.ports["mtls"], wire.tls_client(made.pem)) as connection:
        assert SECRET in connection.request(raw).commands
        change()
        reply = wait_for(lambda: (r := connection.request(raw)).status != 200 and r, 10, "refused")
    assert (reply.status, reply.commands) == (403, []), reply
    reply = fcgi.request(server.path, showing(made.text))
    assert reply.status == 403, reply.text
    return reply


def test_revoked_on_an_open_connection(trusting, own_pki):
    """By our own CA, as the signer does it. The web server shall not hear of it: a restart of it would
    close the connection."""
    made, fine = own_pki.authority.issue(HWID), own_pki.authority.issue(HWID)

    def revoke():
        own_pki.authority.revoke(made)
        (trusting.path / "ca").mkdir(exist_ok=True)
        trusting.replace("ca/crl.pem", own_pki.authority.crl())

    trusting.process.send_signal(signal.SIGSTOP)
    try:
        assert "revoked" in until_refused(trusting, made, revoke).text
        trusting.logged(SN, "client certificate is refused", "revoked")
        assert fcgi.request(trusting.path, showing(fine.text)).status == 200
    finally:
        trusting.process.send_signal(signal.SIGCONT)


def test_expired_on_an_open_connection(trusting, own_pki):
    made = own_pki.authority.issue(HWID, valid=(-1, 3 / DAY))
    assert "expired" in until_refused(trusting, made, lambda: None).text


def test_its_ca_expires_on_an_open_connection(trusting, own_pki, tmp_path):
    """The certificate itself would be good for long, and was verified before."""
    short = Ca(tmp_path, own_pki.authority.name, valid=(-1, 10 / DAY))
    made = short.issue(HWID, valid=(-0.5, 30))
    own_pki.trust(own_pki.authority, short)
    raw = wire.get(f"{UPDATE}?{settled()}", close=False)
    try:
        # Workers and web server learn of a CA each by themselves; the latter ends its connections then.
        wait_for(lambda: trusting.request(raw, "mtls", made.pem).status == 200, 8)
        with wire.Connection(trusting.ports["mtls"], wire.tls_client(made.pem)) as connection:
            for _ in range(4):  # by now each worker knows it
                assert SECRET in connection.request(raw).commands
            reply = wait_for(lambda: (r := connection.request(raw)).status != 200 and r, 20, "refused")
        assert reply.status == 403 and 'its CA "Example Device CA" has expired' in reply.text
    finally:
        own_pki.trust(own_pki.authority)


# The port is for devices

@pytest.mark.parametrize("path", ["admin/", "admin/sign-in", "admin/admin.php", "web/rollcall.css", "%61dmin/",
                                  "admin;x/", "admin%00/", "./admin/"])
def test_no_pages_over_mutual_tls(trusting, own_pki, path):
    """Whoever took over a phone does not even see where to sign in."""
    made = own_pki.authority.issue(HWID)
    reply = trusting.request(wire.get(f"/update/{path}"), "mtls", made.pem)
    assert reply.status in (400, 403, 404) and "<form" not in reply.text


def test_no_pages_whatever_the_web_server_lets_through(trusting):
    reply = fcgi.request(trusting.path, {"SCRIPT_NAME": "/update/admin/sign-in", "REQUEST_METHOD": "GET",
                                         "HTTP_HOST": wire.DEVICE_HOST, "ROLLCALL_MTLS": "1"}, name="admin")
    assert reply.status == 403 and "<form" not in reply.text


# A7: what a client writes

def test_headers_are_no_identity(trusting, own_pki):
    """Each name in each spelling that a web server might make a variable of."""
    pem = own_pki.authority.issue(HWID).text
    values = {"SSL-CLIENT-VERIFY": "SUCCESS", "SSL-CLIENT-CERT": pem.replace("\n", " "),
              "SSL-CLIENT-S-DN-CN": HWID, "Remote-User": HWID, "HTTPS": "on", "Server-Port": "443",
              "ROLLCALL-MTLS": "", "Remote-Addr": "192.0.2.1"}
    headers = [(name, value) for n, value in values.items() for name in (n, n.replace("-", "_"))]
    headers += [("X_Forwarded_For", "192.0.2.2"), ("X-Forwarded-For", "192.0.2.3")]
    plain = trusting.request(wire.get(f"{UPDATE}?{query(sn=OTHER_SN, hwid=OTHER_HWID)}"))
    at = len(trusting.log())
    raw = wire.get(f"{UPDATE}?{query()}", headers=headers)
    reply = trusting.request(raw)
    assert (reply.status, reply.commands) == (200, plain.commands)
    over_tls = trusting.request(raw, via="https")
    assert over_tls.status == 200 and SECRET not in over_tls.commands
    known = wait_for(lambda: record(trusting), 5)
    assert known["ip"] == "127.0.0.1" and not known.get("tls_issuer") and not known.get("proxy")
    assert "192.0.2" not in trusting.log()[at:]


def test_no_header_opens_the_port(trusting):
    headers = (("SSL_CLIENT_VERIFY", "SUCCESS"), ("SSL-CLIENT-VERIFY", "SUCCESS"))
    try:
        reply = trusting.request(wire.get(f"{UPDATE}?{settled()}", headers=headers), via="mtls")
    except (ssl.SSLError, ConnectionError):
        return
    assert not reply.status


# The CAs

def test_cas_that_cannot_be_read(serve, own_pki):
    """Without them nobody is trusted; one line says why, and they are read as soon as they are there."""
    # One worker: each looks at the files by itself.
    server = serve(config('<master info=""/>', *ALL), SNIPPETS, workers=1)
    environment = showing(own_pki.authority.issue(HWID).text)

    def refused():
        reply = fcgi.request(server.path, environment)
        return (reply.status == 403 and "cannot be read here" in reply.text
                and str(server.path) not in reply.text)

    holds_for(refused, 2.5)  # they are looked for again every second
    lines = [x for x in server.log().splitlines() if "every client certificate is refused" in x]
    assert len(lines) == 1 and "client-ca.pem" in lines[0]
    assert server.alive()
    server.replace("pki/client-ca.pem", own_pki.authority.text)
    wait_for(lambda: (fcgi.request(server.path, environment).status == 200
                      and "the CAs can be read again" in server.log()), 10)
    # What is damaged later leaves in force what was.
    server.replace("pki/client-ca.pem", broken(own_pki.authority.text))
    wait_for(lambda: (fcgi.request(server.path, environment).status == 200
                      and "stays in force" in server.log()), 10)
    assert fcgi.request(server.path, environment).status == 200


def test_a_ca_that_comes_and_goes(serve, own_pki, tmp_path):
    server = serve(config('<master info=""/>', *ALL), SNIPPETS)
    second = Ca(tmp_path, "Second CA")
    old, new = (showing(ca.issue(HWID).text) for ca in (own_pki.authority, second))
    for cas, right, wrong in (((own_pki.authority,), old, new), ((own_pki.authority, second), new, None),
                              ((second,), new, old)):
        server.replace("pki/client-ca.pem", "".join(ca.text for ca in cas))
        for _ in range(2 * server.workers_wanted):
            wait_for(lambda e=right: fcgi.request(server.path, e).status == 200, 5)
            wait_for(lambda e=wrong: e is None or fcgi.request(server.path, e).status == 403, 5)


def test_revoked_by_a_ca_elsewhere(server, own_pki):
    """Its list lies beside client-ca.pem; when it is gone, nothing is revoked by it."""
    made = own_pki.authority.issue(HWID)
    environment = showing(made.text)
    assert fcgi.request(server.path, environment).status == 200
    own_pki.authority.revoke(made)
    try:
        own_pki.replace("client-crl.pem", own_pki.authority.crl())
        wait_for(lambda: fcgi.request(server.path, environment).status == 403, 10)
    finally:
        (own_pki.folder / "client-crl.pem").unlink(missing_ok=True)
    wait_for(lambda: fcgi.request(server.path, environment).status == 200, 10)
