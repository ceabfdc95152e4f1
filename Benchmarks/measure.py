"""What the parts of script/bench share: a node, load, and the figures as they are printed and kept."""

import http.client
import json
import os
import pathlib
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PUNCTUAL = ROOT / ".build/release/punctual"


class Figures:
    """What was measured, as it is printed and kept."""

    def __init__(self):
        self.rows = []

    def add(self, section, what, value, beside="", ratio="", bar=""):
        self.rows.append((section, what, value, beside, ratio, bar))
        print(f"{section:11} {what:52} {value:>18}  {beside:44} {ratio:>8}  {bar}", flush=True)


figures = Figures()


def say(text):
    print(f"-- {text}", file=sys.stderr, flush=True)


class Server:
    """A node in a directory of its own, on a free port."""

    def __init__(self, directory, *flags, database=None, **environment):
        self.directory = pathlib.Path(directory)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.database = self.directory / "punctual.sqlite"
        variables = {**os.environ, "PUNCTUAL_LOG_LEVEL": "error", "PUNCTUAL_ACCESS_MODE": "open", **environment}
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [PUNCTUAL, "serve", "--port", str(self.port), "--database-url", database or f"sqlite:{self.database}", *flags],
            stdout=subprocess.PIPE, stderr=open(self.directory / "log", "w"), text=True, env=variables, cwd=directory)
        line = self.process.stdout.readline()
        self.start_seconds = time.monotonic() - self.began
        if "is ready" not in line:
            sys.exit(f"bench: the server did not start: {line}{(self.directory / 'log').read_text()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def call(self, method, path, body=None, connection=None, headers={}):
        connection = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        # What is counted here must be as the store has it.
        headers = {"Cache-Control": "no-cache", **headers}
        connection.request(
            method, path, json.dumps(body) if body is not None else None,
            {"Content-Type": "application/json", **headers} if body is not None else headers)
        response = connection.getresponse()
        data = response.read()
        if response.status >= 300:
            sys.exit(f"bench: {method} {path} answered {response.status}: {data[:400]}")
        return json.loads(data) if data else None

    def memory(self):
        """Resident bytes that are the process's own: file pages that the kernel may drop at will are left out."""
        fields = dict(
            line.split(":", 1) for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines())
        return {name: int(fields[name].split()[0]) * 1024 for name in ("VmRSS", "RssAnon", "RssFile")}

    def metric(self, name):
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if re.match(rf"{name}[ {{]", line))

    def rows(self, query):
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30) as database:
            return database.execute(query).fetchall()


def directory():
    return tempfile.TemporaryDirectory(prefix="punctual-bench-")


def wrk(port, path, seconds, script=None, connections=64):
    command = ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "--latency"]
    if script:
        command += ["-s", script]
    text = subprocess.run(
        command + [f"http://127.0.0.1:{port}{path}"], check=True, capture_output=True, text=True).stdout
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    if bad:
        sys.exit(f"bench: {bad.group(0)} from {path}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)), re.search(r"^\s+99%\s+(\S+)", text, re.MULTILINE).group(1)


def bulk(server, jobs):
    """Creates the jobs, a thousand a call; their ids."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    ids = []
    for start in range(0, len(jobs), 1000):
        answer = server.call("POST", "/api/v1/jobs/bulk", {"items": jobs[start : start + 1000]}, connection)
        for item in answer["items"]:
            if item["status"] != 201:
                sys.exit(f"bench: {item}")
            ids.append(item["job"]["id"])
    return ids


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


POST = """
math.randomseed(os.time())
local mark = tostring(math.random(1, 1e9))
local number = 0
local threads = 0
function setup(thread) thread:set("id", threads); threads = threads + 1 end
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
request = function()
  number = number + 1
  return wrk.format(nil, nil, nil, '{"name":"b-' .. mark .. '-' .. id .. '-' .. number ..
    '","schedule":{"type":"cron","expression":"0 9 * * MON-FRI","timezone":"Europe/Berlin","dialect":"ocps"},"target":{"type":"noop"}}')
end
"""
