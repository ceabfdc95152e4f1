"""What access control costs: calls that show a key or a token beside an open node, and others' calls during a flood."""

import concurrent.futures
import http.client
import pathlib
import re
import statistics
import subprocess
import time

from measure import Server, directory, figures, percentile, say, wrk

PERSON = {"name": "ada", "password": "a sentence that only I know"}
JOB = {
    "name": "one", "labels": {"team": "billing"}, "target": {"type": "noop"},
    "schedule": {"type": "cron", "expression": "0 9 * * MON-FRI", "timezone": "Europe/Berlin"}}
REQUIRED = {"PUNCTUAL_ACCESS_MODE": "required"}


def administrator(server):
    """Sets a fresh node up; an access token of its administrator, and a key of his."""
    token = next(line.split()[-1] for line in server.process.stdout if line.startswith("The one-time token"))
    server.call("POST", "/api/v1/setup", {"token": token, **PERSON})
    bearer = server.call("POST", "/api/v1/sessions", PERSON)["access_token"]
    key = server.call("POST", "/api/v1/keys", {"name": "bench"}, headers={"Authorization": f"Bearer {bearer}"})["key"]
    return bearer, key


def showing(place, name, token):
    """A script for wrk that shows a key or token."""
    path = pathlib.Path(place) / f"{name}.lua"
    path.write_text(f'wrk.headers["Authorization"] = "Bearer {token}"\n')
    return path


def cost():
    """`GET /jobs/{id}` with a key and with a JWT, in turns with an open node, so that what else the machine does weighs on all."""
    # What is allowed is another figure: nothing may be refused here. Each request is counted all the same.
    free = {f"PUNCTUAL_LIMITS_{name}": "1000000" for name in ("ADDRESS", "USER", "SERVICE")}
    with directory() as scripts, directory() as one, directory() as two, Server(one) as bare, Server(
        two, **REQUIRED, **free
    ) as server:
        bearer, key = administrator(server)
        free_path = f"/api/v1/jobs/{bare.call('POST', '/api/v1/jobs', JOB)['id']}"
        job = server.call("POST", "/api/v1/jobs", JOB, headers={"Authorization": f"Bearer {key}"})
        path = f"/api/v1/jobs/{job['id']}"
        # The open node is asked with a field of that kind, which it passes over.
        turns = {
            "open": (bare.port, free_path, showing(scripts, "open", key)),
            "key": (server.port, path, showing(scripts, "key", key)),
            "token": (server.port, path, showing(scripts, "token", bearer)),
        }
        for port, target, script in turns.values():
            wrk(port, target, 1, script)
        rates = {name: [] for name in turns}
        slow = {}
        for _ in range(3):
            for name, (port, target, script) in turns.items():
                rate, slow[name] = wrk(port, target, 4, script)
                rates[name].append(rate)
        peer = statistics.median(rates["open"])
        for name, what in (("key", "an API key"), ("token", "a JWT")):
            rate = statistics.median(rates[name])
            figures.add(
                "access", f"GET /jobs/{{id}} with {what}, 64 connections (p99 {slow[name]})", f"{rate:,.0f}/s",
                f"an open node {peer:,.0f}/s (p99 {slow['open']})", f"{rate / peer:.0%}", "≥ 80 %")


FLOOD = """
wrk.headers["X-Forwarded-For"] = "203.0.113.9"
refused = 0
local only
function setup(thread) only = thread end
function delay() return 10 end
function response(status) if status == 429 then refused = refused + 1 end end
function done() print("refused " .. only:get("refused")) end
"""


def others(port, path, key, seconds):
    """Milliseconds that each of about 200 calls a second took, from 50 addresses over four connections; none may be refused."""
    def caller(number):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        took, turn, began = [], 0, time.monotonic()
        while time.monotonic() - began < seconds:
            time.sleep(max(0, began + turn * 0.02 - time.monotonic()))
            turn += 1
            headers = {"Authorization": f"Bearer {key}", "X-Forwarded-For": f"198.51.100.{(number * 50 + turn) % 200}"}
            start = time.monotonic()
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            took.append((time.monotonic() - start) * 1000)
            if answer.status != 200:
                raise SystemExit(f"bench: somebody else was answered {answer.status} during the flood")
        return took

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return [one for took in pool.map(caller, range(4)) for one in took]


def flood():
    with directory() as scripts, directory() as place, Server(
        place, **REQUIRED, PUNCTUAL_LIMITS_USER="1000", PUNCTUAL_HTTP_TRUSTED_PROXIES="127.0.0.1"
    ) as server:
        _, key = administrator(server)
        path = f"/api/v1/jobs/{server.call('POST', '/api/v1/jobs', JOB, headers={'Authorization': f'Bearer {key}'})['id']}"
        script = pathlib.Path(scripts) / "flood.lua"
        script.write_text(FLOOD)
        others(server.port, path, key, 2)
        quiet, loud, rates = [], [], []
        for _ in range(2):
            quiet += others(server.port, path, key, 6)
            command = ["wrk", "-t1", "-c64", "-d8s", "-s", str(script), f"http://127.0.0.1:{server.port}{path}"]
            wave = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            time.sleep(1)
            loud += others(server.port, path, key, 6)
            text, _ = wave.communicate()
            rates.append(float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)))
            if int(re.search(r"refused (\d+)", text).group(1)) == 0:
                raise SystemExit("bench: the flood was not refused")
        say(f"{len(loud):,} calls of others during the flood, none refused")
        figures.add(
            "access", f"others' GET /jobs/{{id}} while one address asks {statistics.mean(rates):,.0f} times a second",
            f"p99 {percentile(loud, .99):.1f} ms", f"p50 {percentile(loud, .5):.1f} ms; without the flood p99 "
            f"{percentile(quiet, .99):.1f} ms, p50 {percentile(quiet, .5):.1f} ms",
            f"{percentile(loud, .99) / percentile(quiet, .99):.1f}×", "")


def access():
    cost()
    flood()
