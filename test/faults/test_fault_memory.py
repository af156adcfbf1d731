# SPDX-License-Identifier: ISC
"""PITFALLS E8: many mixed requests, and nobody grows."""
import os
import random
import threading

from lib import wire
from lib.device import UPDATE
from lib.faults import QUERIES, SOAK, SANITIZED, answer_of, poll_of, sn_of, tracked

REQUESTS = int(os.environ.get("ROLLCALL_REQUESTS", 1000000 if SOAK else 4000))
GROWTH = 1.1
SLACK_KB = 256  # what a page here and there makes
CLIENTS, DEVICES = 4, 60
SNIPPETS = {"update-all-default.txt": "config add T /v 1\r\n" * 50}


def requests(dice):
    """What devices, the curious and the hostile send; with no end."""
    while True:
        sn, n = sn_of(dice.randrange(DEVICES)), dice.randrange(1, 100000)
        kind = dice.randrange(10)
        if kind < 4:
            yield wire.get(f"{UPDATE}?{poll_of(sn)}", close=False)
        elif kind < 6:
            yield wire.get(f"{UPDATE}?{poll_of(sn, PROT=n)}", close=False)
        elif kind < 8:
            yield put(sn, dice.choice(QUERIES), answer_of(n))
        elif kind == 8:
            yield dice.choice([put(sn, "one", "<info" + "<a>" * dice.randrange(1000)),
                               put(sn, "none", "<info/>"),
                               wire.get(f"{UPDATE}?{poll_of(sn, phase='x')}", close=False),
                               wire.get("/update/nowhere", close=False)])
        else:
            yield wire.get(f"{UPDATE}?mode=backup&hwid=IP232-{sn[-8:]}&sn={sn}", method="PUT",
                           body=b"config add A /v %d\r\n" % (n % 100) * 40, close=False)


def put(sn, query, body):
    return wire.get(f"{UPDATE}?mode=query&sn={sn}&id={query}", method="PUT", body=body.encode(),
                    close=False)


def client(port, seed, count, odd):
    connection = None
    for raw, _ in zip(requests(random.Random(seed)), range(count)):
        connection = connection or wire.Connection(port)
        reply = connection.request(raw)
        if not reply.complete or reply.status >= 500:
            odd.append(reply)
        if not reply.complete or (reply.header("connection") or "").lower() == "close":
            connection.close()
            connection = None


def run(server, count, seed):
    odd = []
    threads = [threading.Thread(target=client, args=(server.port, seed + i, count // CLIENTS, odd))
               for i in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not odd, odd[0]


def memory(pid):
    """What is its own, exactly: the map of the store counts for nobody, and what "status" says may
    be old."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
        return int(next(x for x in f if x.startswith("Anonymous:")).split()[1])


def sizes(server):
    processes = [p for p in server.status()["processes"] if p["pid"]]
    return ({(p["kind"], p["pid"]): memory(p["pid"]) for p in processes},
            {(p["kind"], p["pid"]): len(os.listdir(f"/proc/{p['pid']}/fd")) for p in processes})


def test_nobody_grows(served):
    server = served(tracked('<backup dir="backup" nbackups="3"/>'), SNIPPETS)
    run(server, REQUESTS // 2, 1)
    memory_before, fds_before = sizes(server)
    run(server, REQUESTS, 100)
    memory_after, fds_after = sizes(server)
    print(memory_before, memory_after, sep="\n")
    if not SOAK:  # in a million, workers leave because they have done enough
        assert memory_after.keys() == memory_before.keys(), "somebody was replaced"
    if not SANITIZED:
        grown = {who: (memory_before[who], now) for who, now in memory_after.items()
                 if who in memory_before and now > memory_before[who] * GROWTH + SLACK_KB}
        assert not grown, f"kB: {grown}"
    leaking = {who: (fds_before[who], now) for who, now in fds_after.items()
               if who in fds_before and now > fds_before[who] + 2}
    assert not leaking, leaking
    assert not list((server.path / "run/upload").iterdir())
    assert not [p for p in server.path.rglob(".*") if p.is_file()], "temporary files"
