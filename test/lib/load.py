# SPDX-License-Identifier: ISC
"""Clients that poll until told to stop, and a record of how each of them fared."""
import threading

from lib import wire
from lib.crew import Crew
from lib.device import UPDATE

PACE = 0.005  # between two polls of one client: a steady load that leaves room for others


class Load(Crew):
    """
    with Load(server, query, accept) as load: …
    `accept` holds the command lists that are right. Afterwards `load.failed` are the replies that
    were no complete 200, `load.wrong` complete ones with other commands, `load.served` a count.
    """

    def __init__(self, server, arguments, accept, clients=8):
        super().__init__()
        self.port = server.port
        self.raw = wire.get(f"{UPDATE}?{arguments}", close=False)
        self.accept = [list(a) for a in accept]
        self.failed, self.wrong, self.seconds = [], [], []
        self.threads = [threading.Thread(target=self.client, daemon=True) for _ in range(clients)]

    @property
    def served(self):
        return len(self.seconds)

    def client(self):
        connection = None
        while not self.ending.wait(PACE):
            try:
                connection = connection or wire.Connection(self.port)
                reply = connection.request(self.raw)
            except OSError:
                reply = wire.Reply()
            self.note(reply)
            ending = (reply.header("connection") or "").lower() == "close"
            if connection and (not reply.complete or ending):
                connection.close()
                connection = None
        if connection:
            connection.close()

    def note(self, reply):
        with self.lock:
            if reply.status != 200 or not reply.complete:
                self.failed.append(reply)
            elif reply.commands not in self.accept:
                self.wrong.append(reply)
            else:
                self.seconds.append(reply.seconds)

    def percentile(self, p):
        return percentile(self.seconds, p)


def percentile(values, p):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * p / 100))]
