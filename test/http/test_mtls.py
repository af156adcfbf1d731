# SPDX-License-Identifier: ISC
"""
The mutual TLS port: who gets in (PITFALLS A1), what a session of another port is worth there (A2), which
versions of TLS are spoken (A10); and new certificates, CAs and revocation lists while it is served.
"""
import os
import random
import signal
import ssl
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from lib import tls, wire
from lib.device import UPDATE, settled
from lib.pki import Ca, Pki, make_server, openssl, self_signed
from lib.server import Server, StartError, config
from lib.wait import wait_for

HWID = "IP232-30-00-af"
POLL = wire.get(f"{UPDATE}?{settled()}")
STATE = config('<master info=""/>', '<status dir="status"/>')
TAKEN = 3.0      # seconds until a changed file is in force
LOOKS = 4.0      # the same when the machine has other work
GETS_IN = 200
REFUSED = 0      # no reply: the handshake failed
TLS = ("https", "mtls")


@pytest.fixture(scope="module")
def folder():
    with tempfile.TemporaryDirectory(prefix="rollcall-mtls-") as path:
        yield Path(path)


@pytest.fixture(scope="module")
def trusted(folder):
    """A folder for --pki, and beside its CA one that has others below it."""
    (folder / "pki").mkdir()
    pki = Pki(folder / "pki")
    pki.root = Ca(folder, "Root CA")
    pki.trust(pki.authority, pki.root)
    return pki


@pytest.fixture(scope="module")
def served(trusted):
    with Server(STATE, pki=trusted.folder) as server:
        yield server


def ask(server, certificate, via="mtls", **how):
    """The status of the answer to a poll."""
    return tls.speak(server.ports[via], POLL, certificate=certificate, **how).reply.status


@pytest.fixture
def own_pki(stack):
    """own_pki() is a folder for --pki that a test may change."""
    def make(**how):
        return Pki(stack.enter_context(tempfile.TemporaryDirectory(prefix="rollcall-pki-")), **how)
    return make


# A1

def strangers(pki, folder):
    """Name: what it shows. None of them may get in, however right the name in it is."""
    below = Ca(folder, "CA below", parent=pki.root)
    deeper = Ca(folder, "CA below that", parent=below)
    lost = Ca(folder, "CA that nobody is told of", parent=pki.root)
    lost_one = lost.issue(HWID)
    lost_one.chain = b""
    return {
        "none": None,
        "self-signed": self_signed(folder, HWID).pem,
        "expired": pki.authority.issue(HWID, valid=(-30, -0.01)).pem,
        "not yet valid": pki.authority.issue(HWID, valid=(0.01, 30)).pem,
        "of another CA": Ca(folder, "Some other CA").issue(HWID).pem,
        "of another CA with the name of ours": Ca(folder).issue(HWID).pem,
        "for servers": pki.authority.issue(HWID, eku="serverAuth").pem,
        "a chain that is too long": deeper.issue(HWID).pem,
        "a chain with a hole": lost_one.join().pem,
        "RSA 1024": pki.authority.issue(HWID, key="RSA-1024").pem,
        "signed with SHA-1": pki.authority.issue(HWID, digest="sha1").pem,
    }


STRANGERS = ("none", "self-signed", "expired", "not yet valid", "of another CA",
             "of another CA with the name of ours", "for servers", "a chain that is too long",
             "a chain with a hole", "RSA 1024", "signed with SHA-1")


@pytest.fixture(scope="module")
def shown(trusted, folder):
    made = strangers(trusted, folder)
    assert tuple(made) == STRANGERS
    return made


@pytest.mark.parametrize("version", ("TLSv1.2", "TLSv1.3"))
@pytest.mark.parametrize("who", STRANGERS)
def test_stranger_is_refused(served, shown, who, version):
    before = served.log()
    outcome = tls.speak(served.ports["mtls"], POLL, certificate=shown[who], version=version)
    assert outcome.reply.status == REFUSED and not outcome.reply.body
    assert "alert" in outcome.text, outcome.text
    assert served.log() == before
    assert served.cli("devices", "--json").stdout.count(HWID) == 0


@pytest.mark.parametrize("kind", ("P-256", "RSA-2048"))
def test_chain_of_three(serve, own_pki, tmp_path, kind):
    """lighttpd takes the CA in the middle from the client; the workers see the device's certificate only, so
    that one must stand in the file, too."""
    pki = own_pki()
    root = Ca(tmp_path, "Root CA")
    below = Ca(tmp_path, "CA below", key=kind, parent=root)
    device = below.issue(HWID, key=kind).pem
    pki.trust(root)
    server = serve(pki=pki.folder)
    assert ask(server, device) == 403
    server.logged('no chain leads from its issuer "CA below"')
    pki.trust(root, below)
    wait_for(lambda: ask(server, device) == GETS_IN, LOOKS)


def test_usage_that_nobody_wrote_down_is_any(served, trusted):
    """Vendors issue such (PITFALLS 1.2); who the device is, is looked at all the same."""
    assert ask(served, trusted.authority.issue(HWID, eku=None).pem) == GETS_IN


# A2

@pytest.fixture(scope="module")
def sessions(served, trusted, folder):
    """{(port, shown there, version, ticket): file}: the sessions that can be had."""
    made = {}
    for via in TLS:
        for certificate in (None, trusted.device(HWID)):
            for version in ("TLSv1.2", "TLSv1.3"):
                for ticket in (True, False):
                    path = folder / f"session-{len(made)}"
                    tls.speak(served.ports[via], POLL, certificate=certificate, version=version,
                              ticket=ticket, save=path)
                    made[via, certificate is not None, version, ticket] = path
    return made


WAYS = [(via, shown, version, ticket) for via in TLS for shown in (False, True)
        for version in ("TLSv1.2", "TLSv1.3") for ticket in (True, False)]


@pytest.mark.parametrize("via,shown_there,version,ticket", WAYS)
def test_session_is_worth_nothing(served, trusted, sessions, via, shown_there, version, ticket):
    session = sessions[via, shown_there, version, ticket]
    if not session.exists():  # none was given: by the port itself, or because there are no session ids
        assert via == "mtls" or not ticket
        return
    how = {"version": version, "session": session, "ticket": ticket}
    again = tls.speak(served.ports["https"], POLL, **how)
    assert again.reused == (via == "https"), "what is tried here is no session at all"
    without = tls.speak(served.ports["mtls"], POLL, **how)
    assert (without.reused, without.reply.status) == (False, REFUSED), without.text
    proper = tls.speak(served.ports["mtls"], POLL, certificate=trusted.device(HWID), **how)
    assert (proper.reused, proper.reply.status) == (False, GETS_IN), proper.text


@pytest.mark.parametrize("version", ("TLSv1.2", "TLSv1.3"))
def test_session_with_the_first_lock_open(serve, trusted, tmp_path, version):
    """Tickets on the port after all: then the workers refuse."""
    server = serve(pki=trusted.folder)
    change_web_config(server, 'ServerPreference,-SessionTicket', 'ServerPreference')
    session = tmp_path / "session"

    def taken_up():
        session.unlink(missing_ok=True)
        tls.speak(server.ports["https"], POLL, version=version, save=session)
        outcome = tls.speak(server.ports["mtls"], POLL, version=version, session=session)
        return outcome if outcome.reused else None

    outcome = wait_for(taken_up, 10.0, "a session that is taken up on the other port")
    assert outcome.reply.status == 403 and not outcome.reply.commands


def change_web_config(server, old, new):
    """And has lighttpd take it (`rollcall serve` would write another one)."""
    conf = server.path / "run/lighttpd.conf"
    text = conf.read_text()
    assert old in text
    conf.write_text(text.replace(old, new))
    os.kill(lighttpd(server), signal.SIGUSR1)


def lighttpd(server):
    return server.status()["lighttpd"]["pid"]


# A10

@pytest.mark.parametrize("via", TLS)
@pytest.mark.parametrize("version,spoken", [("TLSv1", False), ("TLSv1.1", False), ("TLSv1.2", True),
                                            ("TLSv1.3", True)])
def test_versions(served, trusted, via, version, spoken):
    outcome = tls.speak(served.ports[via], POLL, certificate=trusted.device(HWID), version=version)
    assert outcome.version == (version if spoken else "")
    assert outcome.reply.status == (GETS_IN if spoken else REFUSED)


OLD = ("ECDHE-RSA-AES256-SHA384", "ECDHE-RSA-AES128-SHA", "DHE-RSA-AES128-GCM-SHA256", "DHE-RSA-AES256-SHA",
       "AES128-GCM-SHA256", "AES256-SHA256", "AES128-SHA")
GONE = ("DES-CBC3-SHA", "RC4-SHA", "NULL-SHA256", "ECDHE-RSA-NULL-SHA", "AECDH-AES128-SHA", "PSK-AES128-CBC-SHA",
        "CAMELLIA128-SHA")


@pytest.fixture(scope="module")
def served_rsa(folder):
    """Behind a server key that old phones know."""
    (folder / "rsa").mkdir()
    pki = Pki(folder / "rsa", server_key="RSA-2048", key="RSA-2048")
    with Server(pki=pki.folder) as server:
        server.device = pki.authority.issue(HWID, key="RSA-2048").pem
        yield server


@pytest.mark.parametrize("via", TLS)
@pytest.mark.parametrize("cipher", OLD + GONE)
def test_ciphers_of_old_phones(served_rsa, via, cipher):
    outcome = tls.speak(served_rsa.ports[via], POLL, certificate=served_rsa.device, version="TLSv1.2",
                        options=("-cipher", f"{cipher}:@SECLEVEL=0"))
    assert outcome.cipher == (cipher if cipher in OLD else ""), outcome.text


def test_the_better_cipher_is_chosen(served_rsa):
    outcome = tls.speak(served_rsa.ports["mtls"], POLL, certificate=served_rsa.device, version="TLSv1.2",
                        options=("-cipher", "AES128-SHA:DHE-RSA-AES128-SHA:ECDHE-RSA-AES256-GCM-SHA384"))
    assert outcome.cipher == "ECDHE-RSA-AES256-GCM-SHA384"


# Other certificates of the server

def peer(server):
    """The certificate that it shows."""
    return ssl.get_server_certificate(("127.0.0.1", server.ports["https"]))


def test_new_server_certificate(serve, own_pki):
    pki = own_pki()
    server = serve(pki=pki.folder)
    before = peer(server)
    make_server(pki.folder)
    wait_for(lambda: peer(server) != before, LOOKS)
    server.logged("lighttpd: gets new certificates: server.pem")
    assert ask(server, pki.device(HWID)) == GETS_IN
    assert (server.path / "run/pki/server.pem").stat().st_mode & 0o777 == 0o600


def broken_server(pki):
    """What is wrong, and its server.pem."""
    crt, key = (pki.folder / "server.crt").read_text(), (pki.folder / "server.key").read_text()
    weak = pki.authority.issue("update.example", eku=None, digest="sha1")
    secret = openssl("pkey", "-aes128", "-passout", "pass:x", text=key)
    return {
        "cannot be read": crt + key[:100],
        "there is no private key": crt,
        "there is no certificate": key,
        "no certificate in it": "",
        "not that of its first": crt + pki.authority.key.read_text(),
        "pass phrase": crt + secret,
        "signed with what is too weak": weak.text + weak.key.read_text(),
    }


def test_broken_server_certificate_is_not_taken(serve, own_pki):
    pki = own_pki()
    server = serve(pki=pki.folder)
    before = peer(server)
    for what, text in broken_server(pki).items():
        mark = len(server.log())
        pki.replace("server.pem", text)
        line = server.logged("goes on with the certificates that it has", what, after=mark, deadline=LOOKS)
        assert str(pki.folder / "server.pem") in line
    mark = len(server.log())
    (pki.folder / "server.pem").unlink()
    server.logged("goes on with", "No such file", after=mark, deadline=LOOKS)
    assert peer(server) == before and ask(server, pki.device(HWID)) == GETS_IN
    assert server.log().count("goes on with") == len(broken_server(pki)) + 1


def test_weak_server_key_is_refused_at_the_start(own_pki):
    """lighttpd would start, and end each handshake."""
    pki = own_pki()
    make_server(pki.folder, "RSA-1024")
    with pytest.raises(StartError) as failed, Server(pki=pki.folder):
        pass
    assert failed.value.code == 1 and "server.pem: its key is too weak" in failed.value.stderr


# Other CAs

@pytest.mark.alone
def test_change_of_ca(serve, own_pki, tmp_path):
    """Both are trusted for a while, then the old one no more."""
    pki = own_pki()
    new = Ca(tmp_path, "New CA")
    old_device, new_device = pki.device(HWID), new.issue(HWID).pem
    server = serve(pki=pki.folder)
    assert (ask(server, old_device), ask(server, new_device)) == (GETS_IN, REFUSED)
    started = time.monotonic()
    pki.trust(pki.authority, new)
    wait_for(lambda: ask(server, new_device) == GETS_IN, LOOKS)
    assert time.monotonic() - started < TAKEN
    assert ask(server, old_device) == GETS_IN
    pki.trust(new)
    wait_for(lambda: ask(server, old_device) == REFUSED, LOOKS)
    assert ask(server, new_device) == GETS_IN
    assert server.log().count("gets new certificates: client-ca.pem") == 2


def test_open_connection_of_a_ca_that_is_gone(serve, own_pki, tmp_path):
    pki = own_pki()
    server = serve(pki=pki.folder)
    raw = wire.get(f"{UPDATE}?{settled()}", close=False)
    with wire.Connection(server.ports["mtls"], wire.tls_client(pki.device(HWID))) as connection:
        assert connection.request(raw).status == GETS_IN
        pki.trust(Ca(tmp_path, "New CA"))
        wait_for(lambda: connection.request(raw).status != GETS_IN, LOOKS)


def broken_cas(pki):
    return {
        "what stands between PEM lines is damaged": pki.ca.read_text() + pki.ca.read_text()[:200],
        "there is no certificate": "# to be done\n",
        "there is no CA's certificate": pki.authority.issue(HWID).text,
        "No such file": None,
        "larger than": "#" * (2 << 20),
    }


@pytest.mark.parametrize("what", ("what stands between PEM lines is damaged", "there is no certificate",
                                  "there is no CA's certificate", "No such file", "larger than"))
def test_broken_cas_are_not_taken(serve, own_pki, what):
    pki = own_pki()
    server = serve(pki=pki.folder)
    text = broken_cas(pki)[what]
    if text is None:
        pki.ca.unlink()
    else:
        pki.replace("client-ca.pem", text)
    line = server.logged("goes on with the certificates that it has", what, deadline=LOOKS)
    assert str(pki.ca) in line
    assert ask(server, pki.device(HWID)) == GETS_IN
    # Not even when it has to be started again meanwhile.
    old, workers = lighttpd(server), server.worker_pids()
    for pid in (old, *workers):
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: lighttpd(server) not in (0, old), 5)
    wait_for(lambda: server.whole() and not server.worker_pids() & workers, 5)
    wait_for(lambda: ask(server, pki.device(HWID)) == GETS_IN, 5)
    assert server.log().count("goes on with") == 1, "said once"
    pki.trust(pki.authority, Ca(pki.folder, "Another one"))
    server.logged("gets new certificates: client-ca.pem", deadline=LOOKS)


def test_own_ca_becomes_the_client_ca(home, stack, tmp_path):
    """No CA for tests is made then."""
    place, pki = home(), tmp_path / "pki"
    own = Ca(tmp_path, "Own CA", pathlen=0)
    (place.path / "ca").mkdir()
    (place.path / "ca/ca.pem").write_text(own.text)
    server = stack.enter_context(Server(at=place.path, pki=pki))
    assert (pki / "client-ca.pem").read_text() == own.text
    assert not (pki / "client-ca.key").exists()
    assert ask(server, own.issue(HWID).pem) == GETS_IN
    server.logged("client-ca.pem", "our own CA")


def test_signals(serve, own_pki, tmp_path):
    """SIGHUP looks at once, SIGUSR1 replaces lighttpd in any case; many of them do no harm."""
    pki = own_pki()
    server = serve(pki=pki.folder)
    process = lighttpd(server)
    for sign in (signal.SIGUSR1, signal.SIGHUP) * 5:
        os.kill(server.process.pid, sign)
    pki.trust(pki.authority, Ca(tmp_path, "New CA"))
    os.kill(server.process.pid, signal.SIGHUP)
    server.logged("gets new certificates")
    error_log = server.path / "log/lighttpd-error.log"
    started = error_log.read_text().count("server started")
    os.kill(server.process.pid, signal.SIGUSR1)
    wait_for(lambda: error_log.read_text().count("server started") > started, 5)
    assert ask(server, pki.device(HWID)) == GETS_IN
    assert lighttpd(server) != process and "started again" not in server.log()
    wait_for(lambda: not Path(f"/proc/{process}").exists(), 5, "the first one has ended")
    assert server.status()["lighttpd"]["restarts"] == 0


@pytest.mark.alone
def test_logs_are_opened_anew_while_one_leaves(serve):
    """The one that is there now does not wait for the one before, which waits for a client."""
    server = serve()
    process, log = lighttpd(server), server.path / "log/lighttpd-error.log"
    with wire.Connection(server.ports["http"]) as begun:
        begun.send(POLL[:-10])
        started = time.monotonic()
        os.kill(server.process.pid, signal.SIGUSR1)
        wait_for(lambda: lighttpd(server) != process, 5, "lighttpd is replaced")
        wait_for(lambda: log.read_text().count("server started") == 2, 5)
        log.unlink()
        os.kill(server.process.pid, signal.SIGHUP)
        wait_for(log.exists, 5, "its log")
        assert Path(f"/proc/{process}").exists() and time.monotonic() - started < 6


REPLACED = 12


def test_replaced_under_load(serve, own_pki):
    """E3: none of the new connections fails, and what was begun is ended. One at a time, with pauses: a
    lighttpd that restarts itself loses one in some twenty restarts then."""
    pki = own_pki()
    server = serve(pki=pki.folder)
    failed, served, ending = [], [], threading.Event()

    def client():
        while not ending.wait(random.random() / 100):
            try:
                reply = server.request(POLL)
            except OSError as error:
                reply = wire.Reply(body=str(error).encode())
            (served if reply.status == 200 and reply.complete else failed).append(reply)

    threads = [threading.Thread(target=client) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for n in range(REPLACED):
            process = lighttpd(server)
            raw = wire.get(f"{UPDATE}?{settled()}")
            with wire.Connection(server.ports["http"]) as begun:
                begun.send(raw[:-10])
                os.kill(server.process.pid, signal.SIGUSR1)
                wait_for(lambda: lighttpd(server) != process, 10, f"lighttpd is replaced, {n}")
                begun.send(raw[-10:])
                assert begun.receive().status == 200
            wait_for(lambda: not Path(f"/proc/{process}").exists(), 10, "the old one has ended")
    finally:
        ending.set()
        for thread in threads:
            thread.join()
    assert not failed and len(served) > REPLACED, failed


def is_pending(pid, number):
    """A signal that was sent, but not taken yet."""
    status = Path(f"/proc/{pid}/status").read_text()
    mask = int(status.partition("ShdPnd:")[2].split()[0], 16)
    return bool(mask >> (number - 1) & 1)


@pytest.mark.alone
def test_stop_while_lighttpd_is_replaced(serve, own_pki, tmp_path):
    """Told both at once, both end; nobody has to wait for it until it is killed."""
    pki = own_pki()
    server = serve(pki=pki.folder)
    process = lighttpd(server)
    os.kill(process, signal.SIGSTOP)
    pki.trust(pki.authority, Ca(tmp_path, "New CA"))
    wait_for(lambda: is_pending(process, signal.SIGINT), LOOKS)
    started = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    os.kill(process, signal.SIGCONT)
    server.stop()
    assert time.monotonic() - started < 6
    assert not Path(f"/proc/{process}").exists()


def test_broken_files_and_a_signal(serve, own_pki):
    """The restart that was asked for would be the end of lighttpd."""
    pki = own_pki()
    server = serve(pki=pki.folder)
    pki.replace("client-ca.pem", "broken")
    os.kill(server.process.pid, signal.SIGUSR1)
    server.logged("goes on with the certificates that it has")
    assert ask(server, pki.device(HWID)) == GETS_IN


# Revocation lists

@pytest.mark.parametrize("name", ("client-crl.pem of --pki", "crl.pem of our own CA"))
def test_list_that_lighttpd_has(serve, own_pki, name):
    """No worker hears of a revoked device."""
    pki = own_pki()
    server = serve(pki=pki.folder)
    good, bad = pki.device(HWID), pki.authority.issue("IP232-30-00-b0")
    assert (ask(server, good), ask(server, bad.pem)) == (GETS_IN, GETS_IN)
    pki.authority.revoke(bad)
    if "--pki" in name:
        pki.replace("client-crl.pem", pki.authority.crl())
    else:
        (server.path / "ca").mkdir()
        server.replace("ca/crl.pem", pki.authority.crl())
    wait_for(lambda: ask(server, bad.pem) == REFUSED, LOOKS)
    assert ask(server, good) == GETS_IN
    server.logged("gets new certificates: client-crl.pem")
    # A second list replaces the first.
    worse = pki.authority.issue("IP232-30-00-b1")
    pki.authority.revoke(worse)
    assert ask(server, worse.pem) == GETS_IN
    if "--pki" in name:
        pki.replace("client-crl.pem", pki.authority.crl())
    else:
        server.replace("ca/crl.pem", pki.authority.crl())
    wait_for(lambda: ask(server, worse.pem) == REFUSED, LOOKS)


def lists_that_would_lock_out(pki, folder):
    """(why lighttpd gets no lists, the CAs, the lists): somebody would be refused whom nobody revoked."""
    revoking, own = pki.authority.crl(), pki.authority
    other = Ca(folder, "Other CA")
    return {
        "another CA has none": ('the CA "Other CA" has no complete revocation list', [own, other], [revoking]),
        "out of date": ("has no complete revocation list that is in force", [own],
                        [own.crl(valid=(-3, -0.01))]),
        "not valid yet": ("has no complete", [own], [own.crl(valid=(1, 3))]),
        "of the same name": ("has the name of another one", [own, Ca(folder, own.name)], [revoking]),
    }


LOCKED_OUT = ("another CA has none", "out of date", "not valid yet", "of the same name")


@pytest.mark.parametrize("what", LOCKED_OUT)
def test_list_that_would_lock_out(serve, own_pki, tmp_path, what):
    """lighttpd is not given it, and says so once; the workers look at each request."""
    pki = own_pki()
    bad = pki.authority.issue("IP232-30-00-b0")
    pki.authority.revoke(bad)
    cases = lists_that_would_lock_out(pki, tmp_path)
    assert tuple(cases) == LOCKED_OUT
    why, cas, lists = cases[what]
    server = serve(pki=pki.folder)
    pki.trust(*cas)
    pki.replace("client-crl.pem", "".join(lists))
    server.logged("lighttpd: is not given the revocation lists", why, deadline=LOOKS)
    for ca in cas:
        assert ask(server, ca.issue(HWID).pem) == GETS_IN
    assert not (server.path / "run/client-crl.pem").exists()
    assert server.log().count("is not given") == 1
    wait_for(lambda: ask(server, bad.pem) == 403, LOOKS)


def test_revoked_on_an_open_connection(serve, own_pki, tmp_path):
    """The worker sees it, where lighttpd has no lists."""
    pki = own_pki()
    pki.trust(pki.authority, Ca(tmp_path, "Other CA"))
    server = serve(pki=pki.folder)
    bad = pki.authority.issue(HWID)
    raw = wire.get(f"{UPDATE}?{settled()}", close=False)
    with wire.Connection(server.ports["mtls"], wire.tls_client(bad.pem)) as connection:
        assert connection.request(raw).status == GETS_IN
        pki.authority.revoke(bad)
        pki.replace("client-crl.pem", pki.authority.crl())
        wait_for(lambda: connection.request(raw).status == 403, LOOKS)
    wait_for(lambda: ask(server, bad.pem) == 403, LOOKS)  # each worker looks once a second


def test_list_that_runs_out(serve, own_pki):
    """lighttpd would let nobody in with it."""
    pki = own_pki()
    device = pki.device(HWID)
    soon = (60 + 3) / 86400  # a minute is the margin
    pki.replace("client-crl.pem", pki.authority.crl(valid=(-1, soon)))
    server = serve(pki=pki.folder)
    assert (server.path / "run/client-crl.pem").exists()
    server.logged("is not given the revocation lists", "that is in force", deadline=3 + LOOKS)
    assert ask(server, device) == GETS_IN


def test_broken_list_is_not_taken(serve, own_pki, tmp_path):
    pki = own_pki()
    server = serve(pki=pki.folder)
    bad = pki.authority.issue("IP232-30-00-b0")
    pki.authority.revoke(bad)
    pki.replace("client-crl.pem", pki.authority.crl())
    wait_for(lambda: ask(server, bad.pem) == REFUSED, LOOKS)
    another = Ca(tmp_path, pki.authority.name)
    for text, what in ((pki.authority.crl()[:200], "between PEM lines"), ("# none\n", "no revocation list"),
                       (another.crl(), "signature of a revocation list in it is wrong")):
        pki.replace("client-crl.pem", text)
        server.logged("goes on with the certificates that it has", "client-crl.pem: ", what, deadline=LOOKS)
    assert (ask(server, pki.device(HWID)), ask(server, bad.pem)) == (GETS_IN, REFUSED)
    (pki.folder / "client-crl.pem").unlink()  # that is an answer, too
    server.logged("gets new certificates: client-crl.pem", deadline=LOOKS)
    wait_for(lambda: ask(server, bad.pem) == GETS_IN, LOOKS)


def test_lists_of_a_chain(serve, own_pki, tmp_path):
    """lighttpd wants one of each CA in it."""
    pki = own_pki()
    root = Ca(tmp_path, "Root CA")
    below = Ca(tmp_path, "CA below", parent=root)
    good, bad = below.issue(HWID), below.issue("IP232-30-00-b0")
    below.revoke(bad)
    pki.trust(root, below)
    pki.replace("client-crl.pem", below.crl())
    server = serve(pki=pki.folder)
    server.logged("is not given", 'the CA "Root CA" has no complete revocation list')
    assert (ask(server, good.pem), ask(server, bad.pem)) == (GETS_IN, 403)
    pki.replace("client-crl.pem", below.crl() + root.crl())
    wait_for(lambda: ask(server, bad.pem) == REFUSED, LOOKS)
    assert ask(server, good.pem) == GETS_IN
    # The CA in the middle is revoked, and with it what it vouched for.
    root.revoke(below.cert)
    pki.replace("client-crl.pem", below.crl() + root.crl())
    wait_for(lambda: ask(server, good.pem) == REFUSED, LOOKS)


# Under load

class Clients:
    """Poll one port until told to stop, over connections of their own or over one that is kept."""

    def __init__(self, server, via, certificate, keep):
        self.port, self.keep = server.ports[via], keep
        self.tls = None if via == "http" else wire.tls_client(certificate)
        self.served, self.again, self.failed = 0, 0, []
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join(30)

    def run(self):
        raw = wire.get(f"{UPDATE}?{settled()}", close=not self.keep)
        connection, used = None, False
        while not self.ending.wait(0.005):
            try:
                connection = connection or wire.Connection(self.port, self.tls)
                reply = connection.request(raw)
            except OSError as failure:
                reply = wire.Reply(body=str(failure).encode())
            fine = reply.status == 200 and reply.complete
            if fine:
                self.served += 1
            elif used and not reply.status:
                self.again += 1  # a connection that was kept may end before its next request
            else:
                self.failed.append(reply)
            used = fine and self.keep and (reply.header("connection") or "").lower() != "close"
            if not used and connection:
                connection.close()
                connection = None
        if connection:
            connection.close()


def change_cas_and_wait(server, pki, new, clients):
    """Until it is in force, and everybody polled after that."""
    device = new.issue(HWID).pem
    pki.trust(pki.authority, new)
    wait_for(lambda: ask(server, device) == GETS_IN, LOOKS)
    served = [c.served for c in clients]
    wait_for(lambda: all(c.served > n for c, n in zip(clients, served)), 5)


def test_reload_under_load(serve, own_pki, tmp_path):
    rounds = 4
    pki = own_pki()
    device = pki.device(HWID)
    server = serve(pki=pki.folder)
    process = lighttpd(server)
    clients = [Clients(server, via, device if via == "mtls" else None, keep)
               for via in ("http", *TLS) for keep in (False, True)]
    with ExitStack() as polling:
        for c in clients:
            polling.enter_context(c)
        for n in range(rounds):
            change_cas_and_wait(server, pki, Ca(tmp_path, f"New CA {n}"), clients)
    assert lighttpd(server) != process and server.status()["lighttpd"]["restarts"] == 0
    for c in clients:
        assert not c.failed, (c.port, c.keep, len(c.failed), c.served, c.failed[0])
        assert c.again <= 2 * rounds
