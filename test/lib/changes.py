# SPDX-License-Identifier: ISC
"""
Changes of the store as the server's own processes send them to the writer (lib/core/change.h), with whatever the
doors would not let in.
"""
import re
import socket
import struct
import time

from lib.server import ROOT

DEVICE, MESSAGE, AUDIT = 1, 5, 9
KIND, SN, NAME, TIME, BYTES = 1, 2, 3, 4, 6
DONE = 0


def ids(header):
    """{field: id} of a table F(id, TEXT or NUMBER, member, shown, …) in a header."""
    text = (ROOT / "lib/core" / header).read_text()
    return {name: (int(number), kind) for number, kind, name in re.findall(r"F\((\d+), (TEXT|NUMBER), (\w+)", text)}


DEVICE_IDS = ids("device.h")
TEXTS = [name for name, (_, kind) in DEVICE_IDS.items() if kind == "TEXT"]


def record(fields):
    """[(id, text, bytes or number)]"""
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            value = struct.pack(">q", value)
        elif isinstance(value, str):
            value = value.encode()
        out += struct.pack(">HI", number, len(value)) + value
    return out


def change(kind, sn, content=b"", name=None, moment=None):
    fields = [(KIND, kind), (SN, sn)]
    fields += [(NAME, name)] if name is not None else []
    fields += [(TIME, moment)] if moment is not None else []
    made = record([*fields, (BYTES, content)])
    return struct.pack(">I", len(made)) + made


def device(sn, **fields):
    """Fields of a device, which is made when it is new."""
    fields = {"created": int(time.time()), **fields}
    return change(DEVICE, sn, record([(DEVICE_IDS[name][0], value) for name, value in fields.items()]))


def message(sn, text):
    return change(MESSAGE, sn, text, moment=int(time.time()))


def send(home, *changes):
    """All of them, or none."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
        s.settimeout(10)
        s.connect(str(home / "run/writer.sock"))
        s.send(b"".join(changes))
        answer = s.recv(4096)
    assert answer and answer[0] == DONE, answer
