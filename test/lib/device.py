# SPDX-License-Identifier: ISC
"""What a device asks, and what it is answered when there is nothing special about it."""
import hashlib

UPDATE = "/update/update.php"
SN = "00-90-33-30-00-af"
DEVICE = {"type": "IP232", "sn": SN, "hwid": "IP232-30-00-af", "ip": "172.16.1.9"}
SETTLED = {"phase": "update", "polling": "0"}  # in its last phase, and polls slowly
OWN_COMMANDS = ["config write", "config activate"]


def query(arguments=None, **more):
    """DEVICE and what is given, joined as it stands: values are percent-encoded by the caller.
    None leaves an argument out."""
    everything = {**DEVICE, **(arguments or {}), **more}
    return "&".join(f"{name}={value}" for name, value in everything.items() if value is not None)


def settled(**more):
    return query(SETTLED, **more)


def check_sum(lines):
    """Over every non-empty line of every snippet, comments too."""
    return hashlib.md5("".join(line.strip() for line in lines).encode()).hexdigest()


def settled_commands(lines, check=True):
    """The whole reply to settled() where these snippet lines apply."""
    last = [f"mod cmd UP1 check ser {check_sum(lines)}"] if check else []
    return [x for x in lines if not x.startswith("#")] + OWN_COMMANDS + last + ["iresetn"]
