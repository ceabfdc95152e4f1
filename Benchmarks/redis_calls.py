"""What script/bench measures of the Redis client: its rate beside redis-benchmark's, over the same server in turns."""

import pathlib
import re
import socket
import statistics
import subprocess
import time

from measure import ROOT, directory, figures, say

CALLS = ROOT / ".build/release/RedisCalls"


class RedisServer:
    """Debian's redis-server on a free port, without anything on disk."""

    def __init__(self, place):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", place,
             "--logfile", str(pathlib.Path(place) / "log")])
        while subprocess.run(["redis-cli", "-p", str(self.port), "PING"], capture_output=True).returncode != 0:
            time.sleep(0.05)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def theirs(port, clients, depth, count):
    text = subprocess.run(
        ["redis-benchmark", "-p", str(port), "-c", str(clients), "-P", str(depth), "-n", str(count), "-t", "set,get", "-q"],
        check=True, capture_output=True, text=True).stdout
    return {name.lower(): float(rate) for name, rate in re.findall(r"(SET|GET): ([\d.]+) requests per second", text)}


def ours(port, seconds, callers, depth, connections):
    text = subprocess.run(
        [CALLS, f"redis://127.0.0.1:{port}", str(seconds), str(callers), str(depth), str(connections)],
        check=True, capture_output=True, text=True).stdout
    return {name: float(rate) for name, rate in re.findall(r"^(\w+)_per_second (\d+)$", text, re.MULTILINE)}


def redis():
    with directory() as place, RedisServer(place) as server:
        # Fifty are redis-benchmark's default; eight show what fewer cost us.
        for callers, depth, connections, count in (
                (50, 1, 2, 300_000), (50, 16, 2, 3_000_000), (50, 64, 2, 6_000_000), (8, 16, 2, 3_000_000)):
            say(f"{callers} callers, {depth} commands each at a time")
            ours(server.port, 1, callers, depth, connections)
            # In turns, so that what else the machine does weighs on both.
            rounds = [
                (ours(server.port, 3, callers, depth, connections), theirs(server.port, callers, depth, count)) for _ in range(3)]
            for word in ("set", "get"):
                mine = statistics.median(one[0][word] for one in rounds)
                peer = statistics.median(one[1][word] for one in rounds)
                figures.add(
                    "redis", f"{word.upper()}, {callers} callers, pipeline of {depth}", f"{mine:,.0f}/s",
                    f"redis-benchmark, {callers} clients {peer:,.0f}/s", f"{mine / peer:.0%}", "≥ 80 %")
            if depth == 1:
                limit = statistics.median(one[0]["limit"] for one in rounds)
                figures.add("redis", f"decisions about two limits, {callers} callers", f"{limit:,.0f}/s")


ALL = {"redis": redis}
