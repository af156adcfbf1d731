# SPDX-License-Identifier: ISC
"""
Orders to the signer over its socket, as records (lib/core/record.h, order.h), and devices that have sent
a signing request, without a simulator: poll, answer to `certificates`, poll, variable.
"""
import hashlib
import itertools
import os
import re
import socket
import struct
import time

from lib.device import query
from lib.pki import make_key, make_request, openssl

DONE, FAILED, REFUSED = 0, 1, 2
SIGN, REVOKE = 1, 2
FIELDS = {"verb": 1, "sn": 2, "digest": 3, "serial": 4, "who": 5, "why": 6}
WHO = "a test"
DAY = 86400


# Orders

def record(fields):
    """{id: text, bytes or number}, one behind the other."""
    out = b""
    for name, value in fields.items():
        if isinstance(value, int):
            value = struct.pack(">q", value)
        elif isinstance(value, str):
            value = value.encode()
        out += struct.pack(">HI", FIELDS.get(name, name), len(value)) + value
    return out


def sign_order(sn, digest, **more):
    return record({"verb": SIGN, "sn": sn, "digest": digest, "who": WHO, **more})


def revoke_order(serial, **more):
    return record({"verb": REVOKE, "serial": serial, "who": WHO, **more})


def connect(home, timeout=10.0):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.settimeout(timeout)
    s.connect(str(home / "run/signer.sock"))
    return s


def ask(s, message):
    """(receipt, text); the receipt is None when the connection ends without one."""
    s.send(message)
    return receipt_of(s)


def receipt_of(s):
    answer = s.recv(4096)
    return (answer[0], answer[1:].decode()) if answer else (None, "")


def order(home, message, timeout=10.0):
    with connect(home, timeout) as s:
        return ask(s, message)


# Devices

class Phone:
    """A device with a key of its own and a signing request, DER in .request."""

    numbers = itertools.count(1)

    def __init__(self, folder, *, key="P-256", cn=None, digest="sha256", sn=None, hwid=None):
        number = next(Phone.numbers)
        tail = f"{number >> 8:02x}-{number & 255:02x}"
        self.sn, self.hwid = sn or f"00-90-33-30-{tail}", hwid or f"IP232-30-{tail}"
        self.base = folder / f"phone-{number}"
        self.key = make_key(self.base.with_suffix(".key"), key)
        self.renew(cn, digest)

    def renew(self, cn=None, digest="sha256"):
        """Another request, for the same key."""
        csr, der = self.base.with_suffix(".csr"), self.base.with_suffix(".der")
        make_request(csr, self.key, f"/CN={cn or self.hwid}", digest=digest,
                     san=f"DNS:{os.urandom(4).hex()}.example.com")
        openssl("req", "-in", csr, "-outform", "DER", "-out", der)
        self.request = der.read_bytes()

    def begin_anew(self, server, new_key=False):
        """Sends another request in place of the one that is there."""
        for name in ("request.p10.der", "request.p10.pem"):
            self.file(server, name).unlink()
        if new_key:
            make_key(self.key)
        self.renew()
        self.answer(server)
        self.send_request(server)
        return self

    def pem(self, server):
        """A file with its certificate and its key, as a client shows them."""
        path = self.base.with_suffix(".pem")
        path.write_bytes(self.signed(server).read_bytes() + self.key.read_bytes())
        return path

    @property
    def digest(self):
        return hashlib.sha256(self.request).hexdigest()

    # What it does

    def poll(self, server, **more):
        reply = server.poll(query(sn=self.sn, hwid=self.hwid, phase="update", polling="0", **more))
        assert reply.status == 200, f"{reply.status} {reply.text}"
        return reply

    def answer(self, server, requests="<request/>", issuer="self"):
        """Its answer to the query `certificates`."""
        xml = (f'<info><servercert><certificate subject_cn="{self.hwid}" issuer_cn="{issuer}" '
               f'not_before="{iso(-9)}" not_after="{iso(999)}"/></servercert>'
               f"<requests>{requests}</requests></info>")
        put(server, f"mode=query&sn={self.sn}&id=certificates", xml.encode())

    def send_request(self, server):
        """Exactly as the last reply had commanded."""
        reply = self.poll(server)
        url = next(re.search(r"scfg (\S+)", line)[1] for line in reply.commands
                   if "var=X509/REQUEST&" in line)
        put(server, url.partition("?")[2].replace("sn=#m", f"sn={self.sn}"),
            f"X509/REQUEST pb {self.request.hex()}\r\n".encode())

    def enrol(self, server):
        """Until its request lies in the folder, and can be signed."""
        self.poll(server)
        self.answer(server)
        self.send_request(server)
        assert self.file(server, "request.p10.der").read_bytes() == self.request
        return self

    def file(self, server, name):
        return server.path / "certs" / f"{self.sn}-{name}"

    def signed(self, server):
        """The path of its certificate."""
        return self.file(server, "signedrequest.cer")

    def approve(self, server, **more):
        return order(server.path, sign_order(self.sn, self.digest, **more))


def iso(days):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + days * DAY))


def put(server, arguments, body):
    reply = server.ask(arguments, "PUT", body)
    assert reply.status == 200 and "othing was stored" not in reply.text, f"{reply.status} {reply.text}"
    return reply


# The CA

def install(home, ca, name="ca"):
    """A lib.pki.Ca becomes HOME/ca/NAME.pem and .key."""
    folder = home / "ca"
    folder.mkdir(mode=0o700, exist_ok=True)
    key = folder / f".{name}.new"
    key.touch(0o600)
    key.write_bytes(ca.key.read_bytes())
    key.rename(folder / f"{name}.key")
    cert = folder / f".{name}.pem.new"
    cert.write_text(ca.text)
    cert.rename(folder / f"{name}.pem")


def serial_of(path):
    return openssl("x509", "-in", path, "-noout", "-serial").strip().partition("=")[2].lstrip("0")


def verify(path, ca, *more):
    """`openssl verify`: its words, "…: OK" at the end of what is fine."""
    return openssl("verify", "-CAfile", ca, "-purpose", "sslclient", *more, path).strip()


def listed_in(crl):
    """{issuer: serial numbers} of the lists in a file."""
    found = {}
    for block in re.findall(r"-----BEGIN X509 CRL-----.*?-----END X509 CRL-----\n", crl.read_text(), re.S):
        text = openssl("crl", "-noout", "-text", text=block)
        issuer = re.search(r"Issuer: .*?CN = (.*)", text)[1]
        found.setdefault(issuer, []).extend(
            s.lstrip("0") for s in re.findall(r"Serial Number: ([0-9A-F]+)", text))
    return found
