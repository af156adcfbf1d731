# SPDX-License-Identifier: ISC
"""
The text format of Prometheus, read strictly: each family is said once, with its type and what it means, all of it
stands together, and no series comes twice. A histogram must be one.

    metrics = scrape(server)
    metrics.value("rollcall_polls_total", result="settled")
"""
import math
import re

from lib import wire

TYPE = "text/plain; version=0.0.4; charset=utf-8"
TOKEN = "0123456789abcdef0123"
WITH_TOKEN = f'<metrics token="{TOKEN}"/>'
PATH = "/update/admin/metrics"
NAME = re.compile(r"[a-z_][a-z0-9_]*")
LINE = re.compile(r'([a-z_][a-z0-9_]*)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\S+)')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)"')
PARTS = ("_bucket", "_sum", "_count")


class Metrics:
    def __init__(self, text):
        assert text.endswith("\n"), text[-200:]
        self.types, self.series = {}, {}
        self.family, self.closed = None, set()
        for line in text.split("\n")[:-1]:
            self.read(line)
        for name, kind in self.types.items():
            if kind == "histogram":
                self.check_histogram(name)

    def read(self, line):
        if line.startswith("# HELP "):
            name, _, said = line[7:].partition(" ")
            assert NAME.fullmatch(name) and said.endswith("."), line
            assert name not in self.types and name not in self.closed, f"said twice: {name}"
            self.family = name
        elif line.startswith("# TYPE "):
            name, kind = line[7:].split(" ")
            assert name == self.family and kind in ("counter", "gauge", "histogram"), line
            assert name.endswith("_total") == (kind == "counter"), line
            self.types[name] = kind
        else:
            self.read_series(line)

    def read_series(self, line):
        found = LINE.fullmatch(line)
        assert found, line
        name, labels, number = found.groups()
        family = name
        if self.types[self.family] == "histogram":
            assert name.removeprefix(self.family) in PARTS, line
            family = self.family
        assert family == self.family, f"{name} does not stand with its family"
        pairs = tuple(sorted(LABEL.findall(labels or "")))
        assert (name, pairs) not in self.series, f"twice: {line}"
        self.series[name, pairs] = float(number)

    def check_histogram(self, name):
        buckets = [(float(dict(labels)["le"]), value) for (n, labels), value in self.series.items()
                   if n == f"{name}_bucket"]
        assert buckets == sorted(buckets), buckets
        assert [v for _, v in buckets] == sorted(v for _, v in buckets), "they add up"
        assert buckets[-1] == (math.inf, self.value(f"{name}_count")), buckets[-1]

    def value(self, name, **labels):
        """None: there is no such series."""
        return self.series.get((name, tuple(sorted(labels.items()))))

    def all(self, name, label):
        """{label: value} of a family with one label."""
        return {dict(labels)[label]: value for (n, labels), value in self.series.items() if n == name}

    def names(self):
        return {name for name, _ in self.series} | set(self.types)


def ask(server, *headers, path=PATH, method="GET", via="http"):
    return server.request(wire.get(path, headers=headers, method=method), via=via)


def bearer(token=TOKEN, scheme="Bearer"):
    return ("Authorization", f"{scheme} {token}")


def scrape(server):
    reply = ask(server, bearer())
    assert reply.status == 200 and reply.complete, f"{reply.status} {reply.text[:500]}"
    assert reply.header("content-type") == TYPE
    return Metrics(reply.text)
