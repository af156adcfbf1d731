# SPDX-License-Identifier: ISC
"""
TLS as `openssl s_client` speaks it: old versions, sessions that are taken up again, what the handshake
came to. Where none of this matters, lib/wire.py is shorter.
"""
import subprocess
from dataclasses import dataclass

from lib import wire

VERSIONS = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
OFFER = {"TLSv1": "-tls1", "TLSv1.1": "-tls1_1", "TLSv1.2": "-tls1_2", "TLSv1.3": "-tls1_3"}
WEAK = "ALL:@SECLEVEL=0"  # without it OpenSSL of today does not even offer the old versions
SECONDS = 20


@dataclass
class Outcome:
    version: str = ""      # "" : the handshake failed
    cipher: str = ""
    reused: bool = False   # a session was taken up again
    reply: wire.Reply = None
    text: str = ""         # all that it said


def speak(port, raw, *, certificate=None, version=None, session=None, save=None, ticket=True, options=()):
    """
    Sends these bytes and reads to the end. `version`: no other one is offered. `session`: a file from an
    earlier `save`. `ticket` False: TLS 1.2 resumes by session ids, if at all.
    """
    words = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-ign_eof", "-cipher", WEAK, *options]
    words += [OFFER[version]] if version else []
    words += ["-cert", certificate, "-key", certificate, "-cert_chain", certificate] if certificate else []
    words += ["-sess_in", session] if session else []
    words += ["-sess_out", save] if save else []
    words += [] if ticket else ["-no_ticket"]
    done = subprocess.run([str(w) for w in words], input=raw, capture_output=True, timeout=SECONDS)
    out = done.stdout
    text = (out + done.stderr).decode("latin-1")
    outcome = Outcome(text=text, reply=wire.Reply())
    for line in text.splitlines():
        if line.startswith(("New, ", "Reused, ")) and "(NONE)" not in line:
            kind, outcome.version, cipher = line.split(", ")
            outcome.reused = kind == "Reused"
            outcome.cipher = cipher.removeprefix("Cipher is ")
    start = out.find(b"HTTP/1.")
    if start >= 0:
        outcome.reply = wire.parse(out[start:])[0]
    return outcome
