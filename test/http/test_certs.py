# SPDX-License-Identifier: ISC
"""
`rollcall certs`: which certificates a fleet has, and who would be locked out: if trust were enforced now,
or a CA dropped. What devices say comes as answers, what they prove over mutual TLS.
"""
import json
import re
import time

import pytest

from lib import wire
from lib.device import UPDATE, query
from lib.faults import Daemon
from lib.pki import Ca, Pki
from lib.server import Server, config
from lib.signer import iso

OLD, NEW = "Old CA", "New CA"
DAY = 86400
QUERY = '<queries><query id="certificates"><applies>*</applies></query></queries>'


def configured(caname=f"{OLD}, {NEW}", times='<times grace="0"/>', queries=QUERY):
    return config('<master info=""/>', '<status dir="status"/>', times,
                  f'<customcerts dir="certs" CAname="{caname}" renew="5"/>', queries)


@pytest.fixture
def daemon(stack):
    return lambda text=None: stack.enter_context(Daemon(text or configured()))


class Device:
    def __init__(self, n):
        self.sn, self.hwid = f"00-90-33-30-00-{n:02x}", f"IP232-30-00-{n:02x}"

    def arguments(self):
        return query(sn=self.sn, hwid=self.hwid, phase="update", polling="0")

    def says(self, server, issuer=OLD, until=300, cn=None, since=-9, more=""):
        """Polls, and answers; `until` None: no certificate."""
        one = "" if until is None else (
            f'<certificate subject_cn="{cn or self.hwid}" issuer_cn="{issuer}" not_before="{iso(since)}" '
            f'not_after="{iso(until) if isinstance(until, int) else until}"/>')
        assert server.poll(self.arguments()).status == 200
        xml = f"<info><servercert>{one}</servercert>{more}</info>".encode()
        reply = server.ask(f"mode=query&sn={self.sn}&id=certificates", "PUT", xml)
        assert reply.status == 200, reply
        return self


def trust(home, *cas):
    (home.path / "pki").mkdir(exist_ok=True)
    (home.path / "pki/client-ca.pem").write_text("".join(ca.text for ca in cas))


@pytest.fixture(scope="module")
def cas(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certs")
    return Ca(folder, OLD, valid=(-2, 900)), Ca(folder, NEW, valid=(-2, 900))


def certs(home, *words, code=0):
    done = home.cli("certs", "--json", *words)
    assert done.returncode == code, f"{done.stdout}{done.stderr}"
    return json.loads(done.stdout)


def text(home, *words, code=0):
    done = home.cli("certs", *words)
    assert done.returncode == code, f"{done.stdout}{done.stderr}"
    return done.stdout


def month(days):
    return time.strftime("%Y-%m", time.gmtime(time.time() + days * DAY))


def lost(result, name):
    return [d["sn"] for ca in result["cas"] if ca["name"] == name for d in ca["locked_out"]]


def test_nobody_is_locked_out(daemon, cas):
    server = daemon()
    trust(server, *cas)
    Device(1).says(server, OLD)
    Device(2).says(server, NEW, until=30)
    result = certs(server)
    assert result["locked_out"] == [] and result["forced"] is False and result["devices"] == 2
    assert {(i["issuer"], i["until"], i["says"], i["proved"]) for i in result["issuers"]} == {
        (OLD, month(300), 1, 0), (NEW, month(30), 1, 0)}
    shown = text(server)
    assert "may trust be enforced now (times/@forcetrust)? yes" in shown
    # Each would lose one; that alone is no finding, until it is asked.
    for name, sn in ((OLD, Device(1).sn), (NEW, Device(2).sn)):
        assert lost(result, name) == [sn]
        assert f'may the CA "{name}" be dropped now? NO, 1 of 2 devices' in shown
        alone = certs(server, "--without", name, code=1)
        assert lost(alone, name) == [sn] and len(alone["cas"]) == 1 and "locked_out" not in alone
    assert certs(server, "--enforced") and "dropped" not in text(server, "--enforced")


def test_who_will_be_locked_out(daemon, cas):
    """One that is switched off when its certificate ends never comes back by itself over mutual TLS."""
    server = daemon()
    trust(server, *cas)
    near, other = Device(2).says(server, until=4), Device(3)
    Device(1).says(server, until=300)
    other.says(server, until=20)  # not due for renewal (renew="5")
    assert [d["sn"] for d in certs(server)["soon"]] == [near.sn]
    near.says(server, until=4, more="<requests><request/></requests>")
    assert certs(server)["soon"] == []
    shown = text(server)
    assert "will any of the others be locked out within 30 days if nothing happens? no" in shown
    server.config(configured().replace('dir="certs"', 'dir=""'))
    result = certs(server)
    assert [(d["sn"], d["fault"]) for d in result["soon"]] == [(other.sn, "ends soon, not renewed")]
    assert result["states"]["fine"] == 3 and result["locked_out"] == [] and near.sn not in str(result["soon"])
    shown = text(server)  # the status answers another question
    assert "YES, 1 of 3 devices:" in shown and f"{other.sn}: its certificate ends on" in shown
    assert "nobody has begun to renew it" in shown
    assert "soon" not in certs(server, "--enforced") and "will any" not in text(server, "--enforced")


def test_a_hardware_id_that_proves_nothing(daemon, cas):
    server = daemon()
    trust(server, *cas)
    desk = Device(1)
    desk.hwid = "DESK-7"
    desk.says(server)
    out, = certs(server, code=1)["locked_out"]
    assert (out["sn"], out["fault"]) == (desk.sn, "name not recognised")
    assert '"DESK-7", which is its hardware id, but has nothing of its serial number' in out["why"]


def test_an_empty_store(daemon, cas):
    server = daemon()
    trust(server, *cas)
    assert certs(server)["devices"] == 0
    certs(server, "--without", OLD)
    assert "yes, no device has a certificate of it" in text(server, "--without", OLD)


REASONS = {  # what it says -> why it is locked out, in words and as a word
    "nothing": (None, "nothing known", "has not answered"),
    "none": ({"until": None}, "no certificate", "no certificate"),
    "self-signed": ({"issuer": "IP232-30-00-03"}, "self-signed", "signed by itself"),
    "stranger": ({"issuer": "Strange CA"}, "issuer not trusted", '"Strange CA", which is not in customcerts/@CAname'),
    "expired": ({"until": -2}, "expired", "has expired on"),
    "early": ({"since": 2}, "not valid yet", "not valid before"),
    "undated": ({"until": "soon"}, "undated", "not understood"),
    "name": ({"cn": "IP232-30-00-99"}, "name not recognised", "IP232-30-00-99"),
    "error": ({"more": "<request-error/>"}, "stopped by an error", "csr drop"),
}


@pytest.mark.parametrize("reason", REASONS)
def test_reasons(daemon, cas, reason):
    says, word, sentence = REASONS[reason]
    server = daemon()
    trust(server, *cas)
    Device(1).says(server)
    one = Device(3)
    if says is None:
        server.poll(one.arguments())
    else:
        one.says(server, **says)
    result = certs(server, code=1)
    out, = result["locked_out"]
    assert (out["sn"], out["fault"]) == (one.sn, word) and sentence in out["why"], out
    assert result["states"][word] == 1 and result["states"]["fine"] == 1
    shown = text(server, code=1)
    assert "NO, 1 of 2 devices would get no snippets" in shown and one.sn in shown and sentence in shown
    certs(server, "--enforced", code=1)
    certs(server, "--without", NEW)  # another question
    certs(server, "--without", NEW, "--enforced", code=1)


def test_a_ca_that_the_port_does_not_know(daemon, cas):
    """CAname has it, but client-ca.pem does not, or only one that has expired."""
    server = daemon()
    Device(1).says(server, OLD)
    assert "is not looked at" in text(server) and certs(server)["problem"]
    trust(server, cas[1])
    out, = certs(server, code=1)["locked_out"]
    assert out["fault"] == "issuer not in client-ca.pem" and OLD in out["why"]
    trust(server, *cas)
    certs(server)


def test_an_expired_ca(daemon, tmp_path):
    server = daemon()
    trust(server, Ca(tmp_path, OLD, valid=(-9, -1)), Ca(tmp_path, NEW))
    Device(1).says(server, OLD)
    assert certs(server, code=1)["locked_out"][0]["fault"] == "issuer not in client-ca.pem"


def test_trust_that_is_enforced(daemon, cas):
    server = daemon(configured(times='<times grace="0" forcehttps="true" forcetrust="true"/>'))
    trust(server, *cas)
    Device(1).says(server, "Strange CA")
    assert certs(server, code=1)["forced"] is True
    assert "trust is enforced (times/@forcetrust): 1 of 1 device get no snippets" in text(server, code=1)


def test_twenty_are_named(daemon, cas):
    server = daemon()
    trust(server, *cas)
    for n in range(1, 24):
        Device(n).says(server, until=None)
    shown = text(server, code=1)
    assert len(re.findall(r"^    00-90", shown, re.M)) == 20 and "and 3 more: --json lists all" in shown
    assert len(certs(server, code=1)["locked_out"]) == 23


def test_wrong_use(daemon, cas):
    server = daemon()
    done = server.cli("certs", "--without", "old ca")
    assert done.returncode == 2 and f'did you mean "{OLD}"' in done.stderr and NEW in done.stderr
    assert not done.stdout


def test_nobody_is_asked(daemon, cas):
    server = daemon(configured(queries=""))
    trust(server, *cas)
    server.poll(Device(1).arguments())
    assert "nobody is asked the query certificates" in text(server, code=1)


def test_without_a_store(home):
    done = home(configured()).cli("certs")
    assert done.returncode == 1 and "nothing is remembered" in done.stderr


# ---- what is proved, and a change of CA ----

def show(server, device, cert):
    raw = wire.get(f"{UPDATE}?{device.arguments()}")
    reply = server.request(raw, via="mtls", certificate=cert.pem)
    assert reply.status == 200, f"{reply.status} {reply.text}"


def test_a_change_of_ca(stack, tmp_path):
    """Both are trusted; each device goes over; the old one may be dropped when the last one has shown
    itself with the new one, not when it says that it will."""
    pki = Pki(tmp_path, name=OLD)
    old, new = pki.authority, Ca(tmp_path, NEW)
    pki.trust(old, new)
    server = stack.enter_context(Server(configured(), pki=pki.folder))
    where = ("--pki", pki.folder)
    first, second = Device(1), Device(2)
    for d in (first, second):
        show(server, d, old.issue(d.hwid))
    proved = certs(server, *where)
    assert [(i["issuer"], i["proved"]) for i in proved["issuers"]] == [(OLD, 2)]
    assert lost(proved, OLD) == [first.sn, second.sn] and lost(proved, NEW) == []

    show(server, first, new.issue(first.hwid))
    assert lost(certs(server, *where), OLD) == [second.sn]
    answer = (f'<info><servercert><certificate subject_cn="{second.hwid}" issuer_cn="{NEW}" not_before="{iso(-1)}" '
              f'not_after="{iso(300)}"/></servercert></info>').encode()
    put = wire.get(f"{UPDATE}?mode=query&sn={second.sn}&id=certificates", method="PUT", body=answer)
    assert server.request(put, via="mtls", certificate=old.issue(second.hwid).pem).status == 200
    out, = certs(server, "--without", OLD, *where, code=1)["cas"][0]["locked_out"]
    assert out["sn"] == second.sn and "proved itself with this last" in out["why"]

    show(server, second, new.issue(second.hwid))
    assert certs(server, "--without", OLD, *where)["cas"][0]["locked_out"] == []
    certs(server, *where)
    server.config(configured(NEW))
    pki.trust(new)
    certs(server, *where)
    report = server.cli("device", first.sn).stdout
    assert re.search(rf"^  it proved     itself with a certificate issued by {NEW}, until ", report, re.M), report
    report = server.cli("device", second.sn).stdout
    assert re.search(r"; answered \S+ (s|min) ago over mutual TLS$", report, re.M), report


def test_a_port_where_nobody_can_prove_himself(stack, tmp_path):
    """The classic mistake: httpsport is the port for plain HTTPS, or there is no port for mutual TLS."""
    pki = Pki(tmp_path, name=OLD)
    server = stack.enter_context(Server(configured(OLD), pki=pki.folder))
    where = ("--pki", pki.folder)

    def force(port):
        times = f'<times grace="0" forcehttps="true" forcetrust="true" httpsport="{port}"/>'
        server.config(configured(OLD, times))
        return server.cli("check", *where)

    assert certs(server, *where)["no_proof"] is None
    assert force(server.ports["mtls"]).returncode == 0
    assert certs(server, *where)["no_proof"] is None
    checked, mistake = force(server.ports["https"]), f"the port for mutual TLS is {server.ports['mtls']}"
    assert checked.returncode == 1 and mistake in checked.stdout + checked.stderr
    assert mistake in certs(server, *where, code=1)["no_proof"]
    assert mistake in text(server, "--enforced", *where, code=1)

    plain = stack.enter_context(Server(configured(OLD)))
    assert "no port for mutual TLS" in text(plain, "--enforced", *where, code=1)
