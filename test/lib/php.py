# SPDX-License-Identifier: ISC
"""The folder of a PHP update server, from which `rollcall import` takes what it knows of devices."""
import time
from xml.sax.saxutils import quoteattr

from lib.server import DAY, config, set_age

SETTINGS = config('<master info="http://192.0.2.1/box_info.xml" cache="cache/master-info.xml"/>',
                  '<status dir="status" logkeep="1800"/>', '<backup dir="backup"/>',
                  '<customcerts dir="certs"/>', '<times dir="scripts"/>')
NOW = int(time.time())


def state(sn, seen=NOW - 60, more="", **device):
    """A state document as the PHP server writes it."""
    given = {"sn": sn, "type": "IP232", "classes": "phone, ip232", "ip": "10.0.0.9", "rp": "false",
             "phase": "update", "environments": "default", "hwid": f"IP232-{sn[9:]}",
             "realip": "172.16.1.9", "certstat": "good", "requestDownloaded": "false", **device}
    attributes = " ".join(f"{k}={quoteattr(v)}" for k, v in given.items())
    return (f'<?xml version="1.0"?>\n<state seen="{seen}" phase="update">'
            f'<device {attributes}/><firmware requested="130986" requested-at="{seen - 5}"/>'
            f'<bootcode requested-at="{seen}"/>'
            f'<config filename="scripts/all-all-all.txt" delivered="{seen - 9}" '
            f'version="1486559970"/>{more}</state>\n')


def answer(name, query="admin", seen=NOW - 70):
    return f'<queries><{query} seen="{seen}"><info name={quoteattr(name)}/></{query}></queries>'


class Installation:
    """The folder of a PHP update server."""

    def __init__(self, path, settings=SETTINGS):
        self.path = path
        for folder in ("config", "scripts", "certs", "backup", "status", "cache", "fw/130986"):
            (path / folder).mkdir(parents=True)
        self.put("update.php", "<?php ?>")
        if settings:
            self.put("config/user-config.xml", settings)

    def put(self, name, content, age=DAY):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        set_age(path, age)
        return path

    def device(self, sn, text=None, **how):
        return self.put(f"status/{sn}.xml", text if text is not None else state(sn, **how))
