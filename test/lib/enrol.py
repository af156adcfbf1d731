# SPDX-License-Identifier: ISC
"""A device on its way to a certificate, as far as the tests need one: what it says, what it is told."""
import re
from urllib.parse import unquote

from lib import wire
from lib.device import SN, UPDATE, settled
from lib.server import config

ALL = '<applies>*</applies>'
QUERIES = f'<queries><query id="certificates">{ALL}</query><query id="admin">{ALL}</query></queries>'
FOREVER = 'not_before="2020-01-01T00:00:00Z" not_after="2049-01-01T00:00:00Z"'
SCFG = re.compile(r"mod cmd UP0 scfg (\S+) ser nop /always (\S+)")


def certified(*elements, status='<status dir="status"/>', inside="", **attributes):
    """A configuration that looks after certificates. `inside`: what stands in customcerts."""
    given = {"dir": "certs", "CAname": "Good CA", **attributes}
    return config('<master info=""/>', status, QUERIES, *elements,
                  "<customcerts " + " ".join(f'{k}="{v}"' for k, v in given.items())
                  + f">{inside}</customcerts>")


def says(issuer="self", request=False, more=""):
    """The answer to the query certificates."""
    asked = "<requests><request/></requests>" if request else ""
    return (f'<info><servercert><certificate subject_cn="x" issuer_cn="{issuer}" {FOREVER}/>'
            f"</servercert>{asked}{more}</info>").encode()


def dump_of(der, name="X509/REQUEST", flags="pb"):
    """What `vars read` prints of a binary variable."""
    return f"{name} {flags} {der.hex()}\r\n".encode()


class Phone:
    """Polls and answers; `via` and `certificate` say how."""

    def __init__(self, server, sn=SN, via="http", certificate=None, **arguments):
        self.server, self.sn = server, sn
        self.how = {"via": via, "certificate": certificate}
        self.arguments = {"sn": sn, "hwid": "IP232-" + sn[-8:], **arguments}

    def send(self, raw):
        return self.server.request(raw, **self.how)

    def poll(self, **more):
        reply = self.send(wire.get(f"{UPDATE}?{settled(**self.arguments, **more)}"))
        assert reply.status == 200 and reply.complete, f"{reply.status} {reply.text}"
        return reply

    def put(self, arguments, body):
        """`arguments` as text, or as a dict of values that are encoded already."""
        if isinstance(arguments, dict):
            arguments = "&".join(f"{k}={v}" for k, v in arguments.items() if v is not None)
        return self.send(wire.get(f"{UPDATE}?{arguments}", method="PUT", body=body))

    def answer(self, xml, query="certificates"):
        reply = self.put({"mode": "query", "sn": self.sn, "id": query}, xml)
        assert "is kept" in reply.text, f"{reply.status} {reply.text}"

    def wanted(self, reply, name):
        """The arguments with which it is told to send this variable; None: it is not."""
        for url, command in SCFG.findall(reply.text):
            if unquote(command) == f"vars read {name}":
                return url.partition("?")[2].replace("#m", self.sn)
        return None

    def fetch(self):
        """Says that it holds a request; polls. The arguments with which that is to be sent."""
        self.answer(says(request=True))
        return self.wanted(self.poll(), "X509/REQUEST")
