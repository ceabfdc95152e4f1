"""What script/bench measures of the API over PostgreSQL: jobs made one by one and in bulk, and reads among 100,000."""

import pathlib
import statistics
import subprocess
import threading
import time

from measure import POST, ROOT, Server, bulk, directory, figures, say, wrk
from postgres_server import Postgres, job


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
