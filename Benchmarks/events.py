"""What script/bench measures of live events: what work pays for those who read, and how soon they have what happened.

The readers are a process of their own, this file run with arguments; it shares the cores with the node.
"""

import asyncio
import json
import os
import re
import statistics
import subprocess
import sys
import time

from access import REQUIRED, administrator
from measure import Server, bulk, directory, figures, percentile, say
from tracing import processor

ROUNDS = 3
WAITING = int(os.environ.get("PUNCTUAL_BENCH_WAITING", "100000"))
MARKS = 60
FREE = {f"PUNCTUAL_LIMITS_{name}": "1000000" for name in ("ADDRESS", "USER", "SERVICE", "STREAMS")}


class Reader(asyncio.Protocol):
    """Counts what one stream brings, and notes when a mark came."""

    def __init__(self, key, tally):
        self.key, self.tally, self.tail = key, tally, b""

    def connection_made(self, transport):
        transport.write(
            f"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.key}\r\nAccept: text/event-stream\r\n\r\n".encode())

    def data_received(self, data):
        now = time.monotonic()
        tally = self.tally
        if not self.tail:
            if b" 200 " not in data[:20]:
                tally["refused"] += 1
            tally["open"] += 1
        tally["bytes"] += len(data)
        tally["events"] += data.count(b"\nevent: ")
        tally["resets"] += data.count(b"\nevent: reset")
        # Piece by piece, a mark may be cut in two.
        text = self.tail + data
        if b'"mark-' in text:
            for mark in re.findall(rb'"name":"mark-(\d+)"', text):
                tally["marks"].setdefault((id(self), int(mark)), now)
        self.tail = data[-64:]

    def connection_lost(self, _):
        self.tally["lost"] += 1


async def read(port, count, key):
    """Opens so many streams, says so, and tells what came once standard input ends."""
    tally = dict.fromkeys(("open", "refused", "lost", "bytes", "events", "resets"), 0) | {"marks": {}}
    loop = asyncio.get_running_loop()
    for _ in range(count):
        await loop.create_connection(lambda: Reader(key, tally), "127.0.0.1", port)
    while tally["open"] < count:
        await asyncio.sleep(0.02)
    print("open", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    tally["marks"] = [[mark, at] for (_, mark), at in tally["marks"].items()]
    print(json.dumps(tally), flush=True)
    os._exit(0)


class Readers:
    """The process of so many readers; none for 0."""

    def __init__(self, server, count, key):
        self.count = count
        if not count:
            return
        self.process = subprocess.Popen(
            [sys.executable, __file__, str(server.port), str(count), key], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline().strip() != "open":
            sys.exit("bench: the streams did not open")

    def end(self):
        if not self.count:
            return None
        text, _ = self.process.communicate("")
        tally = json.loads(text)
        if tally["refused"] or tally["lost"]:
            sys.exit(f"bench: of {self.count} streams {tally['refused']} were refused and {tally['lost']} ended")
        return tally


class Guarded(Server):
    """A node with access control, and its administrator's key shown with each call."""

    def __init__(self, place):
        super().__init__(place, **REQUIRED, **FREE)
        self.key = None
        _, self.key = administrator(self)
        # Somebody who may see another service alone.
        self.other = self.call("POST", "/api/v1/keys", {"name": "other", "scopes": [{"role": "viewer", "service": "other"}]})["key"]

    def call(self, method, path, body=None, connection=None, headers={}):
        shown = {"Authorization": f"Bearer {self.key}"} if self.key and "Authorization" not in headers else {}
        return super().call(method, path, body, connection, {**headers, **shown})


def work(count, sees):
    """Executions a second, microseconds of the node's processor time for each, and what the readers had."""
    with directory() as place, Guarded(place) as server:
        server.call("POST", "/api/v1/queues/default/pause")
        jobs = max(1, WAITING // 10_000)
        ids = bulk(server, [{
            "name": f"fill-{index}", "schedule": {"type": "interval", "every": "1s", "anchor": "2026-01-01T00:00:00Z"},
            "overlap_policy": "allow_all", "starts_at": "2100-01-01T00:00:00Z", "target": {"type": "noop"}} for index in range(jobs)])
        for job in ids:
            server.call("POST", f"/api/v1/jobs/{job}/backfill", {
                "from": "2026-01-01T00:00:00Z", "to": "2026-01-01T02:46:40Z"})
        waiting = server.call("GET", "/api/v1/stats")["executions"]["pending"]
        readers = Readers(server, count, server.key if sees else server.other)
        began, spent = time.monotonic(), processor(server)
        server.call("POST", "/api/v1/queues/default/resume")
        while server.call("GET", "/api/v1/stats")["executions"]["succeeded"] < waiting:
            time.sleep(0.05)
        took, spent = time.monotonic() - began, processor(server) - spent
        return waiting / took, spent / waiting * 1e6, server.memory()["VmRSS"], readers.end()


def costs():
    kinds = {"none": (0, True), "1": (1, True), "200": (200, True), "200 who may see another service alone": (200, False)}
    seen = {kind: [] for kind in kinds}
    for number in range(ROUNDS):
        say(f"events: work beside readers, round {number + 1} of {ROUNDS}")
        for kind, (count, sees) in kinds.items():
            seen[kind].append(work(count, sees))
    rates = {kind: statistics.median(one[0] for one in runs) for kind, runs in seen.items()}
    costs = {kind: statistics.median(one[1] for one in runs) for kind, runs in seen.items()}
    for kind in list(kinds)[1:]:
        count, tally = kinds[kind][0], seen[kind][-1][3]
        figures.add(
            "events", f"claimed, run and ended (noop) beside readers: {kind}",
            f"{rates[kind]:,.0f}/s, {costs[kind]:.1f} µs of a core each",
            f"without {rates['none']:,.0f}/s, {costs['none']:.1f} µs; a reader had {tally['events'] / count:,.0f} events, "
            f"{tally['resets'] / count:.0f} of them resets; memory {seen[kind][-1][2] / 1e6:,.0f} MB",
            f"{rates[kind] / rates['none']:.0%}")


def delays():
    """From the answer to a call until a reader has the event of what it did."""
    for count, rate in ((1, 0), (200, 0), (200, 500)):
        with directory() as place, Guarded(place) as server:
            if rate:
                bulk(server, [{
                    "name": f"news-{index}", "target": {"type": "noop"},
                    "schedule": {"type": "interval", "every": "1s", "anchor": f"2026-01-01T00:00:00.{index * 1000 // rate:03}Z"}}
                    for index in range(rate)])
                time.sleep(3)
            readers = Readers(server, count, server.key)
            answered = {}
            for mark in range(MARKS):
                server.call("POST", "/api/v1/jobs", {"name": f"mark-{mark}", "schedule": {"type": "manual"}, "target": {"type": "noop"}})
                answered[mark] = time.monotonic()
                time.sleep(0.1)
            time.sleep(2)
            tally = readers.end()
            late = [max(0, at - answered[mark]) * 1000 for mark, at in tally["marks"]] or [1e6]
            figures.add(
                "events", f"an event at each of {count} readers, {rate} executions/s", f"p95 {percentile(late, 0.95):.0f} ms",
                f"p50 {percentile(late, 0.5):.0f} ms, most {max(late):.0f} ms, {len(late):,} of {MARKS * count:,} came, {tally['resets']} resets",
                "", "≤ 1 s")


def events():
    costs()
    delays()


ALL = {"events": events}

if __name__ == "__main__":
    asyncio.run(read(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
