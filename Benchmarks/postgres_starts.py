"""What script/bench measures of starts over PostgreSQL: how late they are with many jobs, beside a million, after the
scheduler's death, and beside a transaction that stays open.
"""

import datetime
import os
import re
import signal
import subprocess
import threading
import time

from measure import Server, bulk, directory, figures, percentile, say
from postgres_server import Postgres, job


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
