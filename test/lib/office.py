# SPDX-License-Identifier: ISC
"""
A small fleet with something of everything, for the administrator's pages: settled phones and one that
is not, a gateway, one that is missing, one that waits for its certificate, names, backups, answers.
"""
import re

from lib import signer, wire
from lib.admin import MASTER
from lib.device import UPDATE, query
from lib.enrol import says
from lib.faults import Served
from lib.php import NOW, Installation, answer, state
from lib.server import DAY, Home, config

FIRMWARE, BOOTCODE = "125678", "125600"
OWN_CA, OTHER_CA = "Office CA", "Company CA"
PHONES = 130  # more than a page of the list
QUERIES = """<queries>
<query id="certificates"><applies>*</applies>
<show title="Issuer">/state/queries/certificates/info/servercert/certificate/@issuer_cn</show></query>
<query id="admin"><applies>*</applies>
<show title="Version">string(/state/queries/admin/info/sys/@version)</show></query></queries>"""
SNIPPETS = {
    "update-all-all.txt": "config add LOG0 /level 4\r\n",
    "update-phone-office.txt": "# The PBX.\r\nconfig add PHONE SIG /gk-addr pbx.example.org\r\n",
    "staging-all-all.txt": "config add CMD0 /user admin,secret\r\n",
    "update-gw-all.txt": "config add LOG0 /addr 127.0.0.1\r\n",
    "update-phon-all.txt": "config add NEVER /sent 1\r\n",
}
FIRST = "00-90-33-50-00-00"    # the first phone: it has a name, answers and two backups
MISSING = "00-90-33-60-00-01"
STAGING = "00-90-33-60-00-02"  # a gateway that has just come
CHECK = re.compile(r"UP1 check ser (\w+)")
STAGED = {"phase": "staging", "polling": "1"}
SAME = b"config add LOG0 /level 1\r\nconfig add SAME\r\n"
BEFORE = b"config add PHONE SIG /gk-addr old.example.org\r\n" + SAME
AFTER = b"config add PHONE SIG /gk-addr new.example.org\r\n" + SAME + b"config add MORE\r\n"


def office_config(*elements, master=MASTER, refresh=1, queries="", **customcerts):
    """`elements` and `queries` come on top; `refresh`: seconds between two looks of the list."""
    certs = {"dir": "certs", "CAtype": "internal", "CAname": f"{OWN_CA},{OTHER_CA}", "CAdays": "30", "renew": "5",
             "CSRdn-cn": "{hwid}", **customcerts}
    return config(
        master.replace('info=""', f'info="none" firmware="{FIRMWARE}" bootcode="{BOOTCODE}"'),
        '<fwstorage url="fw/{build}/{filename}"/>',
        f'<status dir="status" refresh="{refresh}" logkeep="86400"/>', '<backup dir="backup" nbackups="5"/>',
        '<times grace="0"/>', '<phases><phase id="staging" seq="100"/></phases>',
        '<environments combine="all"><environment id="office"/><environment id="home"><implies>office</implies>'
        "</environment></environments>",
        "<customcerts " + " ".join(f'{k}="{v}"' for k, v in certs.items()) + "/>",
        QUERIES.replace("</queries>", queries + "</queries>"), *elements)


def phone(i, **more):
    """What phone number i says of itself."""
    tail = f"{i >> 8:02x}-{i & 255:02x}"
    return {"type": ("IP232", "IP222", "IP112")[i % 3], "sn": f"00-90-33-50-{tail}",
            "hwid": f"{('IP232', 'IP222', 'IP112')[i % 3]}-50-{tail}", "ip": f"10.50.{i >> 8}.{i & 255}",
            "env": "office", "phase": "update", "polling": "0", "PROT": FIRMWARE, "BOOT": BOOTCODE, **more}


class Office(Served):
    """`ca`: a lib.pki.Ca that becomes the one of our own. `old`: a folder for what is imported first."""

    def __init__(self, user_config=None, snippets=None, *, ca=None, old=None, **how):
        super().__init__(user_config or office_config(), snippets or SNIPPETS, **how)
        if ca:
            signer.install(self.path, ca)
        if old:
            self.take_over(old)

    def take_over(self, old):
        done = Home.cli(self, "import", "--from", old.path, timeout=60)
        assert done.returncode in (0, 1), done.stdout + done.stderr  # 1: it has something to say

    def asks(self, arguments):
        reply = self.poll(query(arguments))
        assert reply.status == 200 and reply.complete, f"{reply.status} {reply.text}"
        return reply

    def answers(self, sn, xml, name="admin"):
        reply = self.put(sn, name, xml)
        assert "is kept" in reply.text, reply.text

    def saves(self, sn, hwid, content):
        reply = self.request(wire.get(f"{UPDATE}?mode=backup&sn={sn}&hwid={hwid}", method="PUT", body=content))
        assert "stored as" in reply.text, reply.text

    def settle(self, i):
        """A phone that does all that it is told."""
        self.asks(phone(i))
        self.put(phone(i)["sn"], "certificates", says(OTHER_CA))
        told = CHECK.search(self.asks(phone(i)).text)
        self.asks(phone(i, CHECK=told[1]))

    def fill(self, phones=PHONES):
        for i in range(phones):
            if i % 5:
                self.settle(i)
            else:
                self.asks(phone(i, PROT="99999"))
        first = phone(0)
        self.answers(FIRST, '<info name="Empfang"><sys version="13r3 IP232[13.5678]"/></info>')
        for content in (BEFORE, AFTER):
            self.saves(FIRST, first["hwid"], content)
        self.asks(phone(0, type="IP6010", sn=STAGING, hwid="IP6010-60-00-02", ip="10.60.0.2", env="home", **STAGED))
        return self


def missing_phones(folder):
    """An installation that knows one device, which was last seen long ago."""
    old = Installation(folder, settings=None)
    old.device(MISSING, state(MISSING, seen=NOW - 30 * DAY, more=answer("Keller", seen=NOW - 31 * DAY)))
    return old
