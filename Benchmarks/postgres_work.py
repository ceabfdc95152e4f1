"""What script/bench measures of executions over PostgreSQL: how many are claimed and ended, and by whom."""

import asyncio
import concurrent.futures
import http.client
import re
import subprocess
import sys
import threading
import time

from measure import ROOT, Server, bulk, directory, figures, say
from postgres_server import Postgres, fill


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
