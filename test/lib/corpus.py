# SPDX-License-Identifier: ISC
"""The recorded exchanges of test/conformance/corpus (its README.md says what stands where)."""
import json
import re
import shutil
import time
from pathlib import Path

from lib import wire
from lib.server import DAY, set_age

CORPUS = Path(__file__).resolve().parents[1] / "conformance" / "corpus"


def names():
    return sorted(p.parent.name for p in CORPUS.glob("*/scenario.json"))


class Scenario:
    def __init__(self, name):
        self.folder = CORPUS / name
        told = json.loads((self.folder / "scenario.json").read_text())
        self.exchange = told["exchange"]
        self.ages = told.get("ages", {})
        self.config = (self.folder / "user-config.xml").read_text()

    @property
    def wants_master(self):
        return "@MASTER@" in self.config

    @property
    def wants_tls(self):
        return (re.search("@(HTTPS|MTLS)@", self.config) is not None
                or any(step.get("via", "http") != "http" for step in self.exchange))

    def install(self, home, words):
        """Puts the administrator's files in place."""
        home.config(substitute(self.config, words))
        for part in ("scripts", "certs"):
            for source in sorted((self.folder / part).glob("*")):
                target = home.path / part / source.name
                shutil.copyfile(source, target)
                set_age(target, self.ages.get(f"{part}/{source.name}", DAY))

    def do(self, step, home):
        for name, seconds in step.get("do", {}).get("age", {}).items():
            set_age(home.path / name, seconds)
        for source, target in step.get("do", {}).get("copy", {}).items():
            shutil.copyfile(self.folder / source, home.path / target)

    def request(self, step, words):
        body = step.get("body")
        if body is not None:
            body = substitute((self.folder / body).read_text("utf-8"), words).encode()
        return wire.get(step["url"], step.get("hosthdr", step.get("host", wire.DEVICE_HOST)),
                        step.get("method", "GET"), step.get("headers", {}).items(), body)

    def expected(self, number, words):
        """The command lines of reply `number` (from 1)."""
        text = (self.folder / "expect" / f"{number:02}.txt").read_text("utf-8")
        return wire.commands(substitute(text, words))


def substitute(text, words):
    """@MASTER@, @HTTPS@, @MTLS@ from `words`; @DATE+n@ is today plus n days, @DATE-n@ less n."""
    text = re.sub(r"@DATE([+-]\d+)@", lambda m: time.strftime(
        "%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + int(m[1]) * DAY)), text)
    return re.sub("@(MASTER|HTTPS|MTLS)@", lambda m: str(words[m[1]]), text)
