"""The figures over PostgreSQL: a server of their own on loopback, on the same cores as the node."""

import asyncio
import concurrent.futures
import datetime
import http.client
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time

from measure import POST, ROOT, Server, bulk, directory, figures, percentile, say, wrk

SETTINGS = """
listen_addresses = '127.0.0.1'
shared_buffers = 1GB
max_wal_size = 8GB
checkpoint_timeout = 30min
max_connections = 300
"""


class Postgres:
    """A new server in a directory of its own; it refuses to run as root."""

    def __init__(self, place):
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
        if not found:
            sys.exit("bench: PostgreSQL is missing; script/bootstrap installs it")
        self.bin = found[-1].parent
        self.place = pathlib.Path(place)
        self.data = self.place / "data"
        if os.getuid() == 0:
            shutil.chown(place, "postgres", "postgres")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.run("initdb", "-D", self.data, "-U", "punctual", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        with open(self.data / "postgresql.conf", "a") as settings:
            settings.write(f"{SETTINGS}port = {self.port}\nunix_socket_directories = '{place}'\n")
        self.run("pg_ctl", "-D", self.data, "-l", self.place / "log", "-w", "start")
        self.names = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")

    def run(self, program, *arguments):
        command = [self.bin / program, *arguments]
        if os.getuid() == 0:
            command = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups", *command]
        return subprocess.run(
            [str(word) for word in command], check=True, capture_output=True, text=True, cwd=self.place).stdout

    def database(self):
        self.names += 1
        self.sql(f"CREATE DATABASE bench_{self.names}", "postgres")
        return f"postgres://punctual@127.0.0.1:{self.port}/bench_{self.names}"

    def sql(self, text, database=None):
        """The rows, each a list of texts."""
        database = database or f"bench_{self.names}"
        out = self.run(
            "psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "punctual", "-d", database, "-XqAtc", text)
        return [line.split("|") for line in out.splitlines()]

    def pgbench(self, script, clients, seconds):
        """Transactions a second of the script."""
        path = self.place / "script.sql"
        path.write_text(script)
        path.chmod(0o644)
        text = self.run(
            "pgbench", "-h", "127.0.0.1", "-p", str(self.port), "-U", "punctual", "-n", "-M", "prepared", "-D", "last=0", "-f", path,
            "-c", str(clients), "-j", str(clients), "-T", str(seconds), f"bench_{self.names}")
        return float(re.search(r"tps = ([\d.]+)", text).group(1))


def store():
    """The store through its port, beside pgbench with the same rows in the same batches on the same server."""
    text = subprocess.run(
        [ROOT / ".build/release/StorePostgres", "--seconds", "5"], check=True, capture_output=True, text=True).stdout
    found = dict(re.findall(r"^(\w+) ([\d.]+)$", text, re.MULTILINE))
    for what, ours, peer, beside in (
        ("jobs created, 64 callers, one job a call", "create", "create", "one row a commit, 64 clients"),
        ("jobs created, 1,000 a call", "bulk", "bulk", "1,000 rows a statement, one client"),
        ("executions claimed and ended, through the port", "work_executions", "work", "by hundreds, two clients"),
    ):
        ours, plain = float(found[f"{ours}_per_second"]), float(found[f"{peer}_pgbench_per_second"])
        figures.add("pg-store", what, f"{ours:,.0f}/s", f"pgbench, {beside} {plain:,.0f}/s", f"{ours / plain:.0%}")


def fill(server, count, target={"type": "noop"}):
    """That many executions that wait in a paused queue."""
    server.call("POST", "/api/v1/queues/default/pause")
    ids = bulk(server, [{
        "name": f"fill-{index}", "schedule": {"type": "interval", "every": "1s", "anchor": "2026-01-01T00:00:00Z"},
        "overlap_policy": "allow_all", "starts_at": "2100-01-01T00:00:00Z", "target": target}
        for index in range(count // 10_000)])
    for job in ids:
        server.call("POST", f"/api/v1/jobs/{job}/backfill", {
            "from": "2026-01-01T00:00:00Z", "to": "2026-01-01T02:46:40Z"})
    return server.call("GET", "/api/v1/stats")["executions"]["pending"]


# The same rows in batches of a hundred with nothing around them: one table, one index, two statements a batch. Each client
# goes on where its last batch ended, as a node does, and so meets none of the dead rows.
BARE_TABLE = """
CREATE TABLE bare (id bigserial PRIMARY KEY, status text NOT NULL, attempt int NOT NULL, worker text, payload text);
INSERT INTO bare (status, attempt, payload) SELECT 'pending', 0, repeat('x', 200) FROM generate_series(1, 1500000);
CREATE INDEX bare_waiting ON bare (id) WHERE status = 'pending';
VACUUM ANALYZE bare;
"""
BARE_SCRIPT = """
WITH picked AS (
    SELECT id FROM bare WHERE status = 'pending' AND id > :last ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED),
taken AS (UPDATE bare SET status = 'running', attempt = attempt + 1, worker = 'w' FROM picked
    WHERE bare.id = picked.id RETURNING bare.id)
SELECT array_agg(id) AS ids, max(id) AS last FROM taken \\gset
UPDATE bare SET status = 'succeeded' WHERE id = ANY (:ids) AND status = 'running';
"""


def executions():
    with directory() as place, Postgres(place) as postgres:
        postgres.database()
        for statement in BARE_TABLE.strip().split(";\n"):
            postgres.sql(statement)
        bare = 100 * postgres.pgbench(BARE_SCRIPT, 2, 15)
        # Its dead rows are not ours to vacuum while we are measured.
        postgres.sql("DROP TABLE bare")
        with directory() as node, Server(node, database=postgres.database()) as server:
            count = fill(server, 200_000)
            say(f"{count:,} executions wait; the queue is opened")
            began = time.monotonic()
            server.call("POST", "/api/v1/queues/default/resume")
            while server.call("GET", "/api/v1/stats")["executions"]["succeeded"] < count:
                time.sleep(0.2)
            rate = count / (time.monotonic() - began)
        figures.add(
            "pg-executions", f"claimed, run and ended (noop), {count:,} that wait", f"{rate:,.0f}/s",
            f"pgbench, rows by hundreds, two clients {bare:,.0f}/s", f"{rate / bare:.0%}",
            "≥ 14,000/s and 40 %, stretch 29,000/s and 80 %")


class SlowTarget:
    """Answers every call after 50 ms, hundreds of them at once."""

    def __enter__(self):
        self.loop = asyncio.new_event_loop()
        self.server = self.loop.run_until_complete(asyncio.start_server(self.answer, "127.0.0.1", 0, backlog=1024))
        self.port = self.server.sockets[0].getsockname()[1]
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)

    async def answer(self, reader, writer):
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                await asyncio.sleep(0.05)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


def fair(seconds=20, hands=32, section="pg-fair", over="", **link):
    """How long the executions of one service wait for one of few hands, while another has a backlog in the same queue.

    over: what `link`, settings of the node, puts between store and workers.
    """
    waits = {}
    with SlowTarget() as slow, directory() as place, Postgres(place) as postgres:
        target = {"type": "http", "url": f"http://127.0.0.1:{slow.port}/", "method": "GET"}
        for backlog in (0, 100_000):
            flags = {"PUNCTUAL_WORKER_CONCURRENCY": str(hands), "PUNCTUAL_EGRESS_ALLOW": "127.0.0.0/8", **link}
            with directory() as node, Server(node, database=postgres.database(), **flags) as server:
                if backlog:
                    say(f"{fill(server, backlog, target):,} executions of one service wait")
                    server.call("POST", "/api/v1/queues/default/resume")
                # One each 20 ms: at once they would wait for each other.
                bulk(server, [{
                    "name": f"live-{index}", "service": "live", "overlap_policy": "allow_all", "target": target,
                    "schedule": {"type": "interval", "every": "1s", "anchor": f"2026-01-01T00:00:00.{index * 20:03}Z"}}
                    for index in range(50)])
                time.sleep(3)
                began = time.time()
                time.sleep(seconds)
                ended = time.time()
                time.sleep(2)
                (rows,) = postgres.sql(f"""
                    SELECT count(*), count(*) FILTER (WHERE started_at IS NULL),
                        percentile_disc(ARRAY[0.5, 0.99, 1]) WITHIN GROUP (ORDER BY started_at - available_at)
                    FROM executions WHERE service = 'live' AND available_at >= {int(began * 1000)}
                        AND available_at < {int(ended * 1000)}""")
                (done,) = postgres.sql("SELECT count(*) FROM ended_executions WHERE service = 'default'")
                half, slowest, worst = rows[2].strip("{}").split(",") if rows[2] else ("-", "-", "-")
                waits[backlog] = f"p99 {slowest} ms", f"p50 {half} ms, most {worst} ms, {rows[0]} starts, not started {rows[1]}"
    figures.add(
        section, f"{over}start for a service of 50/s, {hands} hands of 50 ms, while another has 100,000 waiting in the queue",
        waits[100_000][0], f"{waits[100_000][1]}; without the backlog {waits[0][0]}, {waits[0][1]}; of the backlog ran {done[0]}")


def work():
    """Outside workers: claims and completions of a hundred over HTTP, four workers in one Python process."""
    with directory() as place, Postgres(place) as postgres:
        postgres.database()
        with directory() as node, Server(node, database=postgres.database()) as server:
            count = fill(server, 100_000, {"type": "worker", "task": "t", "payload": None})

            def worker(name):
                connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
                done = 0
                while True:
                    claimed = server.call("POST", "/api/v1/work/claim", {
                        "worker": name, "queues": ["default"], "max": 100, "wait": "0s"}, connection)["items"]
                    if not claimed:
                        return done
                    told = server.call("POST", "/api/v1/work/complete/bulk", {"items": [
                        {"id": one["id"], "attempt": one["attempt"], "worker": name, "status": "succeeded"}
                        for one in claimed]}, connection)["items"]
                    done += sum(one["status"] == 200 for one in told)

            server.call("POST", "/api/v1/queues/default/resume")
            began = time.monotonic()
            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                done = sum(pool.map(worker, [f"w{number}" for number in range(4)]))
            rate = done / (time.monotonic() - began)
            if done != count:
                sys.exit(f"bench: {done} of {count} were completed")
        figures.add(
            "pg-work", f"claimed and completed over HTTP by hundreds, four outside workers, {count:,} that wait",
            f"{rate:,.0f}/s", "", "", "≥ 5,000/s")


MIXED = """
local ids = {}
for line in io.lines("IDS") do ids[#ids + 1] = line end
local threads = 0
function setup(thread) thread:set("id", threads); threads = threads + 1 end
function init() math.randomseed(os.time() + id * 7919); mark = tostring(math.random(1, 1e9)); number = 0 end
request = function()
  local dice = math.random(100)
  if dice <= 80 then return wrk.format("GET", "/api/v1/jobs/" .. ids[math.random(#ids)]) end
  if dice <= 90 then return wrk.format("GET", "/api/v1/jobs?limit=50&service=s" .. math.random(0, 99)) end
  number = number + 1
  return wrk.format("POST", "/api/v1/jobs", {["Content-Type"] = "application/json"}, '{"name":"m-' .. mark .. '-' ..
    number .. '","schedule":{"type":"cron","expression":"0 9 * * MON"},"target":{"type":"noop"}}')
end
"""


BULK = """
local threads = 0
function setup(thread) thread:set("id", threads); threads = threads + 1 end
function init() math.randomseed(os.time() + id * 7919); mark = tostring(math.random(1, 1e9)); number = 0 end
request = function()
  local items = {}
  for index = 1, 1000 do
    number = number + 1
    items[index] = '{"name":"k-' .. mark .. '-' .. number .. '","schedule":{"type":"cron","expression":"0 9 * * MON",' ..
      '"timezone":"Europe/Berlin"},"target":{"type":"noop"}}'
  end
  return wrk.format("POST", nil, {["Content-Type"] = "application/json"}, '{"items":[' .. table.concat(items, ",") .. ']}')
end
"""


def job(index):
    return {
        "name": f"job-{index}", "service": f"s{index % 100}", "target": {"type": "noop"},
        "schedule": {"type": "cron", "expression": f"{index % 60} {index % 24} 1 1 *"}}


def api():
    with directory() as place, directory() as scripts, Postgres(place) as postgres:
        with directory() as node, Server(node, database=postgres.database()) as server:
            post = pathlib.Path(scripts) / "post.lua"
            post.write_text(POST)
            bare = subprocess.Popen(
                [ROOT / "Benchmarks/.build/release/BareServer"], stdout=subprocess.PIPE, text=True)
            try:
                bare.stdout.readline()
                wrk(8649, "/api/v1/jobs", 2, post)
                wrk(server.port, "/api/v1/jobs", 3, post)
                # In turns, so that what else the machine does weighs on both.
                rounds = [
                    (wrk(8649, "/api/v1/jobs", 4, post), wrk(server.port, "/api/v1/jobs", 5, post)) for _ in range(3)]
            finally:
                bare.kill()
            peer = statistics.median(one[0][0] for one in rounds)
            rate, slow = sorted(one[1] for one in rounds)[1]
            figures.add(
                "pg-api", f"POST /jobs, 64 connections (p99 {slow})", f"{rate:,.0f}/s",
                f"bare Hummingbird JSON, nothing stored {peer:,.0f}/s", f"{rate / peer:.0%}",
                "≥ 8,000/s, stretch 15,000/s")
            bulks = pathlib.Path(scripts) / "bulk.lua"
            bulks.write_text(BULK)
            before, began = server.call("GET", "/api/v1/stats")["jobs"]["active"], time.monotonic()
            wrk(server.port, "/api/v1/jobs/bulk", 10, bulks, connections=4)
            rate = (server.call("GET", "/api/v1/stats")["jobs"]["active"] - before) / (time.monotonic() - began)
            figures.add(
                "pg-api", "POST /jobs/bulk, 1,000 a call, 4 connections", f"{rate:,.0f} rows/s", "", "",
                "≥ 40,000 rows/s, stretch 90,000")
        with directory() as node, Server(node, database=postgres.database()) as server:
            say("100,000 jobs are made by bulk calls")
            lists = [[job(index) for index in range(start, start + 25_000)] for start in range(0, 100_000, 25_000)]
            ids = []
            threads = [threading.Thread(target=lambda part=part: ids.extend(bulk(server, part))) for part in lists]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            path = pathlib.Path(scripts) / "ids"
            path.write_text("\n".join(ids))
            mixed = pathlib.Path(scripts) / "mixed.lua"
            mixed.write_text(MIXED.replace("IDS", str(path)))
            wrk(server.port, "/", 3, mixed)
            rate, slow = wrk(server.port, "/", 15, mixed)
            figures.add(
                "pg-api", f"80 % GET by id, 10 % list, 10 % POST, 100,000 jobs (p99 {slow})", f"{rate:,.0f}/s", "", "",
                "≥ 6,000/s and p99 40 ms, stretch 9,000/s and 20 ms")


def starts(postgres, first, last):
    """Lateness in milliseconds of what was scheduled between two seconds of the clock, and how many were not started."""
    (rows,) = postgres.sql(f"""
        SELECT count(*), count(*) FILTER (WHERE started_at IS NULL),
            percentile_disc(ARRAY[0.5, 0.99, 1]) WITHIN GROUP (ORDER BY started_at - scheduled_at)
        FROM executions WHERE scheduled_at >= {int(first * 1000)} AND scheduled_at < {int(last * 1000)}""")
    count, unstarted = int(rows[0]), int(rows[1])
    half, most, worst = rows[2].strip("{}").split(",") if count > unstarted else ("-", "-", "-")
    return count, unstarted, half, most, worst


def late(server, postgres, what, jobs, bar, seconds=20, part="pg-lateness"):
    bulk(server, jobs)
    time.sleep(3)
    began = time.time()
    time.sleep(seconds)
    ended = time.time()
    time.sleep(3)
    count, unstarted, half, slow, worst = starts(postgres, began, ended)
    figures.add(
        part, f"{what}, {count / seconds:,.0f} starts/s", f"p99 {slow} ms",
        f"p50 {half} ms, most {worst} ms, not started {unstarted}", "", bar)


def every_second(rate):
    return [{
        "name": f"tick-{index}", "overlap_policy": "allow_all", "target": {"type": "noop"},
        "schedule": {"type": "interval", "every": "1s", "anchor": f"2026-01-01T00:00:00.{index % 1000:03}Z"}}
        for index in range(rate)]


def lateness():
    with directory() as place, Postgres(place) as postgres:
        with directory() as node, Server(node, database=postgres.database()) as server:
            late(server, postgres, "10,000 jobs every second", every_second(10_000), "p99 ≤ 1 s, stretch 250 ms")
        with directory() as node, Server(node, database=postgres.database()) as server:
            at = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=70)).replace(
                second=0, microsecond=0)
            bulk(server, [{
                "name": f"once-{index}", "target": {"type": "noop"},
                "schedule": {"type": "cron", "expression": f"{at.minute} {at.hour} {at.day} {at.month} *"}}
                for index in range(10_000)])
            time.sleep(max(0, at.timestamp() - time.time()) + 8)
            count, unstarted, half, slow, worst = starts(postgres, at.timestamp(), at.timestamp() + 1)
            figures.add(
                "pg-lateness", f"{count:,} cron jobs due at one instant", f"p99 {slow} ms",
                f"p50 {half} ms, most {worst} ms, not started {unstarted}", "", "p99 ≤ 3 s, stretch 1 s")


def million():
    with directory() as place, Postgres(place) as postgres:
        database = postgres.database()
        with directory() as node, Server(node, database=database) as server:
            say("1,000,000 jobs are made; this takes a minute")
            began = time.monotonic()
            lists = [[job(index) for index in range(start, start + 250_000)] for start in range(0, 1_000_000, 250_000)]
            threads = [threading.Thread(target=bulk, args=(server, part)) for part in lists]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            figures.add("pg-million", "jobs made by bulk calls", f"{1_000_000 / (time.monotonic() - began):,.0f} rows/s")
            late(server, postgres, "1,000 jobs every second beside 1,000,000 stored", every_second(1000),
                 "p99 ≤ 100 ms, stretch 25 ms", part="pg-million")
            for text in ("DELETE FROM job_progress p USING jobs j WHERE j.id = p.id AND j.name LIKE 'tick-%'",
                         "DELETE FROM jobs WHERE name LIKE 'tick-%'"):
                postgres.sql(text)
            bulk(server, [{
                "name": "due", "schedule": {"type": "cron", "expression": "* * * * * *"}, "target": {"type": "noop"}}])
        time.sleep(1)
        began = time.time()
        with directory() as node, Server(node, database=database) as server:
            while True:
                found = postgres.sql(
                    f"SELECT min(started_at) FROM executions WHERE started_at >= {int(began * 1000)}")[0][0]
                if found:
                    break
            figures.add(
                "pg-million", "start with 1,000,000 jobs until a due one has run", f"{int(found) / 1000 - began:.2f} s",
                "of it up to 1 s until the next second", "", "≤ 1 s, stretch 0.5 s")
            time.sleep(10)
            memory = server.memory()
            figures.add(
                "pg-million", "memory with 1,000,000 jobs stored", f"{memory['VmRSS'] / 1e6:,.0f} MB",
                f"of it {memory['RssAnon'] / 1e6:,.0f} MB its own", "", "≤ 100 MB, stretch 60 MB")


def takeover(rounds=8):
    """From the kill of the node that holds all shards to the first start that another one plans."""
    gaps = []
    with directory() as place, Postgres(place) as postgres:
        database = postgres.database()
        with directory() as first:
            standing = Server(first, "--roles", "scheduler,worker,api", "--node-id", "node-0", database=database)
            bulk(standing, [{
                "name": f"beat-{index}", "overlap_policy": "allow_all", "target": {"type": "noop"},
                "schedule": {"type": "interval", "every": "1s", "anchor": f"2026-01-01T00:00:00.{index * 100:03}Z"}} for index in range(10)])
            for number in range(1, rounds + 1):
                time.sleep(2)
                # The one that stands holds all; the next finds nothing to take until the first is gone.
                following = Server(first, "--node-id", f"node-{number}", database=database)
                time.sleep(1 + number % 4)
                standing.process.send_signal(signal.SIGKILL)
                killed = time.time()
                standing.process.wait()
                while True:
                    found = postgres.sql(
                        f"SELECT min(created_at) FROM executions WHERE created_at > {int(killed * 1000) + 50} AND worker = 'node-{number}'")
                    held = postgres.sql(
                        f"SELECT count(*) FROM shard_leases WHERE holder = 'node-{number}' AND expires_at > punctual_now()")
                    if found and found[0][0] and int(held[0][0]) == 8:
                        break
                    time.sleep(0.02)
                gaps.append(time.time() - killed)
                standing = following
            standing.__exit__()
    figures.add(
        "pg-takeover", f"kill -9 of the scheduler, {rounds} times", f"p95 {percentile(gaps, .95):.1f} s",
        f"p50 {percentile(gaps, .5):.1f} s, most {max(gaps):.1f} s", "", "p95 ≤ 12 s, most 20 s; stretch 5 s and 8 s")


def held(minutes=float(os.environ.get("PUNCTUAL_HELD_MINUTES", "15"))):
    """Claims while somebody's transaction keeps every dead row from being cleaned."""
    with directory() as place, Postgres(place) as postgres:
        with directory() as node, Server(node, database=postgres.database()) as server:
            bulk(server, every_second(50))
            holder = subprocess.Popen(
                [postgres.bin / "psql", "-h", "127.0.0.1", "-p", str(postgres.port), "-U", "punctual",
                 f"bench_{postgres.names}"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
            holder.stdin.write(
                "SET idle_in_transaction_session_timeout = 0; BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM jobs;\n")
            holder.stdin.flush()
            say(f"a transaction is left open for {minutes:g} minutes at 50 jobs/s")
            time.sleep(minutes * 60 - 30)
            # From here on the server itself says how long each statement took.
            postgres.sql("ALTER SYSTEM SET log_min_duration_statement = 0")
            postgres.sql("SELECT pg_reload_conf()")
            log = (postgres.place / "log").stat().st_size
            time.sleep(30)
            now = time.time()
            count, unstarted, half, slow, worst = starts(postgres, now - 28, now - 2)
            holder.kill()
            with open(postgres.place / "log") as file:
                file.seek(log)
                said = re.findall(r"duration: ([\d.]+) ms  execute [^:]*: (.*?)(?=\n\d{4}-\d\d-|\Z)", file.read(), re.DOTALL)
            claims = [float(took) for took, statement in said if "picked AS MATERIALIZED" in statement]
            beside = f"beside a transaction open for {minutes:g} min, 50 jobs/s"
            figures.add(
                "pg-held", f"a claim {beside}", f"p99 {percentile(claims, .99):.1f} ms",
                f"p50 {percentile(claims, .5):.1f} ms, most {max(claims):.1f} ms, {len(claims)} claims", "",
                "p99 ≤ 50 ms, stretch 10 ms")
            figures.add(
                "pg-held", f"start {beside}", f"p99 {slow} ms", f"p50 {half} ms, most {worst} ms, {count} starts")


ALL = {
    "pg-store": store, "pg-executions": executions, "pg-api": api, "pg-lateness": lateness, "pg-million": million, "pg-takeover": takeover, "pg-work": work,
    "pg-held": held, "pg-fair": fair,
}
