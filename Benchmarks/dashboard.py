"""What script/bench measures of the dashboard: how long pages take over a large installation, and how soon everybody who
looks at one sees a change.
"""

import asyncio
import http.client
import random
import re
import threading
import time

from measure import Server, bulk, directory, figures, percentile, say
from postgres import Postgres, job

JOBS, EXECUTIONS, VIEWERS, CHANGES = 1_000_000, 10_000_000, 200, 10
# The pause of the dashboard's script between two looks at a page, and how far apart it keeps those who heard of the same news.
SHORTEST, SPREAD = 0.4, 0.2


def history(postgres, count):
    """Ended executions of the last days, each a copy of one that has run but for its id, job, time and end."""
    columns = [name for name, in postgres.sql(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'ended_executions' ORDER BY ordinal_position")]
    changed = {
        "id": "(lpad(to_hex(at), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid",
        "job_id": "j.id", "job_name": "j.name", "service": "j.service", "scheduled_at": "at", "available_at": "at",
        "created_at": "at", "started_at": "at + 5", "finished_at": "at + 5 + n % 900",
        "status": "CASE WHEN n % 50 = 0 THEN 'failed' ELSE 'succeeded' END",
        "reason": "CASE WHEN n % 100 = 0 THEN 'timeout' WHEN n % 50 = 0 THEN 'exit_code' END",
        "error": "CASE WHEN n % 50 = 0 THEN 'connection reset by peer ' || n % 7 END",
    }
    values = ", ".join(changed.get(name, f"e.{name}") for name in columns)
    postgres.sql(f"""
        CREATE TABLE some_jobs AS SELECT row_number() OVER () - 1 AS place, id, name, service FROM jobs LIMIT 20000;
        CREATE UNIQUE INDEX ON some_jobs (place);
        INSERT INTO ended_executions ({", ".join(columns)})
        SELECT {values}
        FROM generate_series(1, {count}) n
        CROSS JOIN LATERAL (SELECT (extract(epoch FROM now()) * 1000)::int8 - n::int8 * 86400000 * 15 / {count} AS at) t
        JOIN some_jobs j ON j.place = n % (SELECT count(*) FROM some_jobs)
        CROSS JOIN (SELECT * FROM ended_executions LIMIT 1) e;
        ANALYZE ended_executions""")


def opened(server, path, times=20):
    """Seconds that a page took, each time anew, and its bytes as they were sent."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    took, size = [], 0
    for _ in range(times):
        began = time.monotonic()
        connection.request("GET", path, headers={"Accept": "text/html", "Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        size = len(answer.read())
        if answer.status != 200:
            raise SystemExit(f"bench: {path} answered {answer.status}")
        took.append(time.monotonic() - began)
    return took, size


PAGES = ["/", "/jobs", "/jobs?status=paused", "/jobs?q=job-77", "/jobs?service=billing"]


def pages(database, place):
    """The time that each page takes with copies of answers turned off, so that each look is a first one."""
    with Server(place, database=database, PUNCTUAL_CACHE_SIZE="0") as server:
        found = server.call("GET", "/api/v1/executions?limit=1")["items"][0]
        failed = server.call("GET", "/api/v1/executions?limit=1&status=failed")["items"][0]
        more = [f"/jobs/{found['job_id']}"]
        listed = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        for path in (
            "/executions", "/executions?status=failed", "/executions?status=failed&reason=timeout", "/dead-letters", "/queues", "/calendar",
            f"/executions/{failed['job_id']}/{failed['id']}",
        ):
            listed.request("GET", path, headers={"Accept": "text/html"})
            answer = listed.getresponse()
            answer.read()
            if answer.status == 200:
                more.append(path)
        for path in PAGES + more:
            took, size = opened(server, path)
            name = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "{id}", path)
            figures.add(
                "dashboard", f"GET {name}, {JOBS:,} jobs, {EXECUTIONS:,} executions, nothing copied", f"p95 {percentile(took, 0.95) * 1000:.0f} ms",
                f"first {took[0] * 1000:.0f} ms, {size / 1000:.1f} kB sent", "", "≤ 300 ms, ≤ 60 kB")


async def view(port, path, wanted, mine, ready, failures):
    """Looks at a page as its script does, with each news of the stream once more, after a pause; and notes when it has seen each change."""
    async def fetch():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\nConnection: close\r\n\r\n".encode())
        body = await reader.read()
        writer.close()
        if b" 200 " not in body[:20]:
            failures.append(body[:60])
        return body

    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    ready.append(1)
    last, rest = 0.0, 0.0
    try:
        while True:
            line = await reader.readline()
            if not line:
                return failures.append(b"the stream ended")
            if not line.startswith(b"event:"):
                continue
            await asyncio.sleep(max(0.06, last + rest - time.monotonic()) + random.uniform(0, SPREAD))
            while reader._buffer:  # One look is for all the news that came meanwhile.
                del reader._buffer[:]
            began = time.monotonic()
            body = await fetch()
            last = time.monotonic()
            rest = max(SHORTEST, (last - began) * 4)
            while wanted(len(mine)) and wanted(len(mine)) in body:
                mine.append(time.monotonic())
            if len(mine) == CHANGES:
                return
    finally:
        writer.close()


def viewers(database, place, rate, page):
    """From the answer to a change until each of many viewers has the page with it, while executions make news: somebody pauses the job
    whose page all look at, or one more job fails on the Overview."""
    with Server(place, database=database) as server:
        if rate:
            bulk(server, [{"name": f"news-{index}", "schedule": {"type": "interval", "every": "1s"}, "target": {"type": "noop"}}
                          for index in range(rate)])
        # Nobody listens there: each execution fails.
        nowhere = {"type": "http", "url": "http://127.0.0.1:1/"}
        own = bulk(server, [{"name": f"watched-{rate}-{index}", "schedule": {"type": "manual"}, "target": nowhere,
                             "retry_policy": {"maximum_attempts": 1}} for index in range(CHANGES)])
        seen, marks, changed, ready, failures = [[] for _ in range(VIEWERS)], [], [], [], []

        def wanted(number):
            return marks[number] if number < len(marks) else None

        def pause():
            reason = f"paused by the drill, {len(marks)}."
            server.call("POST", f"/api/v1/jobs/{own[0]}/resume")
            marks.append(reason.encode())
            server.call("POST", f"/api/v1/jobs/{own[0]}/pause", {"reason": reason})
            return time.monotonic()

        def fail():
            number = len(marks)
            marks.append(f"watched-{rate}-{number}".encode())
            server.call("POST", f"/api/v1/jobs/{own[number]}/trigger")
            return time.monotonic()

        path, change = (f"/jobs/{own[0]}", pause) if page == "job" else ("/", fail)

        async def all_of_them():
            tasks = [asyncio.create_task(view(server.port, path, wanted, mine, ready, failures)) for mine in seen]
            while len(ready) < VIEWERS:
                await asyncio.sleep(0.05)
            await asyncio.sleep(5)
            for _ in range(CHANGES):
                changed.append(await asyncio.to_thread(change))
                # Not in step with what the viewers do.
                await asyncio.sleep(random.uniform(2, 4))
            await asyncio.wait(tasks, timeout=60)

        asyncio.run(all_of_them())
        late = [max(0, at - then) for mine in seen for at, then in zip(mine, changed)]
        found = len(late)
        late += [60.0] * (CHANGES * VIEWERS - found)
        what = "a pause seen by {} viewers of the job" if page == "job" else "a failure seen by {} viewers of the Overview"
        figures.add(
            "viewers", f"{what.format(VIEWERS)}, {rate} executions/s", f"p95 {percentile(late, 0.95):.2f} s",
            f"p50 {percentile(late, 0.5):.2f} s, most {max(late):.2f} s, {found:,} of {CHANGES * VIEWERS:,} seen, failures {len(failures)}", "",
            "≤ 1 s")


def large():
    with directory() as place, Postgres(place) as postgres, directory() as node:
        database = postgres.database()
        with Server(node, database=database) as server:
            say(f"{JOBS:,} jobs are made")
            lists = [[job(index) for index in range(start, start + JOBS // 4)] for start in range(0, JOBS, JOBS // 4)]
            threads = [threading.Thread(target=bulk, args=(server, part)) for part in lists]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            own = bulk(server, [{"name": "one", "schedule": {"type": "manual"}, "target": {"type": "noop"}}])[0]
            server.call("POST", f"/api/v1/jobs/{own}/trigger")
            while not server.call("GET", "/api/v1/executions?status=succeeded&limit=1")["items"]:
                time.sleep(0.1)
        say(f"{EXECUTIONS:,} executions are written; this takes minutes")
        history(postgres, EXECUTIONS)
        pages(database, node)


def audience():
    with directory() as place, Postgres(place) as postgres, directory() as node:
        for page in ("job", "overview"):
            for rate in (0, 50):
                viewers(postgres.database(), node, rate, page)


ALL = {"dashboard": large, "viewers": audience}
