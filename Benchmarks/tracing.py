"""What script/bench measures of traces: what work and requests pay for them, off, at one in a hundred, and for all.

Runs alternate, so that what else the machine does falls on all of them alike. Processor time is told beside the rate: on a machine
that is busy it is what can be compared.
"""

import contextlib
import http.server
import os
import pathlib
import random
import statistics
import threading
import time

from measure import Server, bulk, directory, figures, say, wrk

# Two processes of one kind differ by a twentieth, so it takes many.
ROUNDS = 10
# How often each is asked in a round.
TURNS = 5


class Collector(http.server.ThreadingHTTPServer):
    """Takes spans, and forgets them."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


def processor(server):
    fields = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def work(settings):
    """Executions a second, and microseconds of processor time for each."""
    with directory() as place, Server(place, **settings) as server:
        server.call("POST", "/api/v1/queues/default/pause")
        ids = bulk(server, [{
            "name": f"fill-{index}", "schedule": {"type": "interval", "every": "1s", "anchor": "2026-01-01T00:00:00Z"},
            "overlap_policy": "allow_all", "starts_at": "2100-01-01T00:00:00Z", "target": {"type": "noop"}}
            for index in range(5)])
        for job in ids:
            server.call("POST", f"/api/v1/jobs/{job}/backfill", {
                "from": "2026-01-01T00:00:00Z", "to": "2026-01-01T02:46:40Z"})
        count = server.call("GET", "/api/v1/stats")["executions"]["pending"]
        began, spent = time.monotonic(), processor(server)
        server.call("POST", "/api/v1/queues/default/resume")
        while server.call("GET", "/api/v1/stats")["executions"]["succeeded"] < count:
            time.sleep(0.05)
        return count / (time.monotonic() - began), (processor(server) - spent) / count * 1e6


def requests(kinds):
    """Requests a second that cost the store nothing, and microseconds of processor time for each, of each kind; nodes of all kinds
    stand side by side and are asked for a second each in turns, the order drawn anew."""
    seen = {kind: [] for kind in kinds}
    for number in range(ROUNDS):
        say(f"traces: GET /queues, round {number + 1} of {ROUNDS}")
        with contextlib.ExitStack() as stack:
            servers = {
                kind: stack.enter_context(Server(stack.enter_context(directory()), **settings))
                for kind, settings in kinds.items()}
            for server in servers.values():
                wrk(server.port, "/api/v1/queues", 1)
            for _ in range(TURNS):
                for kind, server in random.sample(list(servers.items()), len(servers)):
                    spent = processor(server)
                    rate, _ = wrk(server.port, "/api/v1/queues", 1)
                    seen[kind].append((rate, (processor(server) - spent) / rate * 1e6))
    return seen


def alternating(what, run, kinds):
    """What each kind has shown, all in turns, the order drawn anew."""
    seen = {kind: [] for kind in kinds}
    for number in range(ROUNDS):
        say(f"traces: {what}, round {number + 1} of {ROUNDS}")
        for kind, settings in random.sample(list(kinds.items()), len(kinds)):
            seen[kind].append(run(settings))
    return seen


def tracing():
    collector = Collector()
    endpoint = f"http://127.0.0.1:{collector.server_port}"
    kinds = {
        "off": {}, "1 %": {"PUNCTUAL_TRACING_ENDPOINT": endpoint, "PUNCTUAL_TRACING_RATIO": "0.01"},
        "all": {"PUNCTUAL_TRACING_ENDPOINT": endpoint},
    }
    done = "claimed, run and ended (noop)"
    for what, seen in ((done, alternating(done, work, kinds)), ("GET /queues", requests(kinds))):
        rates = {kind: statistics.median(rate for rate, _ in runs) for kind, runs in seen.items()}
        costs = {kind: statistics.median(cost for _, cost in runs) for kind, runs in seen.items()}
        for kind, bar in (("1 %", "≥ 97 %"), ("all", "")):
            # Of each turn by itself: what the machine does meanwhile falls on both.
            ratio = statistics.median(rate / plain for (rate, _), (plain, _) in zip(seen[kind], seen["off"]))
            figures.add(
                "tracing", f"{what}, {kind} of the traces", f"{rates[kind]:,.0f}/s, {costs[kind]:.1f} µs of a core each",
                f"without {rates['off']:,.0f}/s, {costs['off']:.1f} µs", f"{ratio:.1%}", bar)
    collector.shutdown()


ALL = {"tracing": tracing}
