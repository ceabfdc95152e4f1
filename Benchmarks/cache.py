"""What script/bench measures of the copies of answers: reads with them and without, and what changes pay for them."""

import pathlib
import statistics

from measure import POST, Server, bulk, directory, figures, say, wrk
from postgres import Postgres
from redis_calls import RedisServer

# The bare connection asks for the store's own answer over the same node; the other server keeps none at all.
READS = (
    ("GET /jobs, 50 of 1,000", "/api/v1/jobs", "≥ 10×"),
    ("GET /stats", "/api/v1/stats", "≥ 10×"),
    ("GET /queues", "/api/v1/queues", ""),
    ("GET /executions, 50 of 500", "/api/v1/executions", ""),
    ("GET /jobs/{id}", None, ""),
)


def fill(server):
    """Jobs whose instants are far, 500 executions that have ended."""
    ids = bulk(server, [{
        "name": f"job-{index}", "target": {"type": "noop"}, "labels": {"team": "billing"},
        "schedule": {"type": "cron", "expression": f"{index % 60} 0 1 1 *"}} for index in range(1000)])
    (past,) = bulk(server, [{
        "name": "past", "schedule": {"type": "interval", "every": "1m", "anchor": "2026-01-01T00:00:00Z"},
        "overlap_policy": "allow_all", "starts_at": "2100-01-01T00:00:00Z", "target": {"type": "noop"}}])
    server.call("POST", f"/api/v1/jobs/{past}/backfill", {"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T08:20:00Z"})
    while True:
        counts = server.call("GET", "/api/v1/stats")["executions"]
        if counts["pending"] + counts["running"] + counts["buffered"] == 0:
            return ids


def reads(section, over, kept, plain):
    job = fill(kept)[0]
    fill(plain)
    for what, path, bar in READS:
        path = path or f"/api/v1/jobs/{job}"
        plain_path = path if "{" not in what else f"/api/v1/jobs/{plain.call('GET', '/api/v1/jobs?limit=1')['items'][0]['id']}"
        wrk(kept.port, path, 1)
        wrk(plain.port, plain_path, 1)
        # In turns, so that what else the machine does weighs on both.
        rounds = [(wrk(plain.port, plain_path, 3), wrk(kept.port, path, 3)) for _ in range(3)]
        without = statistics.median(one[0][0] for one in rounds)
        ours = statistics.median(one[1][0] for one in rounds)
        figures.add(
            section, f"{what}, {over} (p99 {rounds[-1][1][1]})", f"{ours:,.0f}/s", f"cache.size 0 {without:,.0f}/s",
            f"{ours / without:.1f}×", bar)


def posts(section, servers):
    """POST /jobs of 64 connections on each of the servers in turns; the first is what the others are held against."""
    with directory() as scripts:
        script = pathlib.Path(scripts) / "post.lua"
        script.write_text(POST)
        for _, server in servers:
            wrk(server.port, "/api/v1/jobs", 2, script)
        rounds = [[wrk(server.port, "/api/v1/jobs", 4, script) for _, server in servers] for _ in range(3)]
        medians = [statistics.median(one[index][0] for one in rounds) for index in range(len(servers))]
        for index, (what, _) in enumerate(servers[1:], 1):
            figures.add(
                section, f"POST /jobs, 64 connections, {what} (p99 {rounds[-1][index][1]})", f"{medians[index]:,.0f}/s",
                f"cache.size 0 {medians[0]:,.0f}/s", f"{medians[index] / medians[0]:.0%}", "≥ 90 %")


NONE = {"PUNCTUAL_CACHE_SIZE": "0"}


def sqlite():
    with directory() as one, directory() as two, Server(one) as kept, Server(two, **NONE) as plain:
        say("copies of answers over SQLite")
        reads("cache", "SQLite", kept, plain)
        posts("cache", [("", plain), ("SQLite", kept)])


def postgres():
    with (
        directory() as place, directory() as there, Postgres(place) as database, RedisServer(there) as redis,
        directory() as one, directory() as two, directory() as three,
    ):
        uris = [database.database() for _ in range(3)]
        link = {"PUNCTUAL_REDIS_URL": f"redis://127.0.0.1:{redis.port}"}
        with (
            Server(one, database=uris[0], **NONE) as plain, Server(two, database=uris[1]) as alone,
            Server(three, database=uris[2], **link) as shared,
        ):
            say("copies of answers over PostgreSQL, with Redis and without")
            reads("pg-cache", "PostgreSQL and Redis", shared, plain)
            posts("pg-cache", [("", plain), ("PostgreSQL", alone), ("PostgreSQL and Redis", shared)])


ALL = {"cache": sqlite, "pg-cache": postgres}
