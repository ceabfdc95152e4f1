"""What script/bench measures of executions and hints that come through a broker, beside the store alone."""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

from measure import Server, bulk, directory, figures, percentile, say
from postgres import Postgres, fair, fill
from redis_calls import RedisServer


# Executions that a claim by name took.
TAKEN = r'punctual_hint_claims_total\{result="taken"\}'


class RabbitMQ:
    """A server of its own on loopback, with a name, a cookie, an epmd and ports that no other has."""

    def __init__(self, place):
        found = sorted(pathlib.Path("/usr/lib/rabbitmq").glob("lib/*/sbin/rabbitmq-server"))
        if not found:
            sys.exit("bench: RabbitMQ is missing; script/bootstrap installs it")
        self.port, names, distribution = (free_port() for _ in range(3))
        place = pathlib.Path(place)
        (place / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\ndisk_free_limit.absolute = 1MB\nlog.file.level = warning\n")
        (place / "enabled_plugins").write_text("[].\n")
        # Other nodes reach it over loopback alone.
        environment = {
            "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(place), "ERL_EPMD_PORT": str(names),
            "ERL_EPMD_ADDRESS": "127.0.0.1", "RABBITMQ_NODENAME": f"bench-{self.port}@localhost",
            "RABBITMQ_MNESIA_BASE": f"{place}/mnesia", "RABBITMQ_LOG_BASE": f"{place}/log",
            "RABBITMQ_DIST_PORT": str(distribution), "RABBITMQ_CONFIG_FILE": f"{place}/rabbitmq.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{place}/enabled_plugins", "RABBITMQ_CONF_ENV_FILE": f"{place}/none",
            "RABBITMQ_PID_FILE": f"{place}/pid",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS":
                "+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}",
        }
        self.names = subprocess.Popen(["epmd", "-port", str(names), "-address", "127.0.0.1"])
        self.process = subprocess.Popen(
            [found[-1]], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        ends = time.monotonic() + 120
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if time.monotonic() > ends or self.process.poll() is not None:
                    sys.exit("bench: rabbitmq-server takes no connections")
                time.sleep(0.1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.names.kill()
        self.names.wait()


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def brokers(count=100_000, seconds=20):
    """A backlog, then 1,000 jobs a second, through each broker in turn, on one PostgreSQL."""
    with directory() as place, directory() as there, directory() as yonder:
        with Postgres(place) as postgres, RedisServer(there) as redis, RabbitMQ(yonder) as rabbit:
            ways = {
                "store": {},
                "redis": {"PUNCTUAL_REDIS_URL": f"redis://127.0.0.1:{redis.port}"},
                "rabbitmq": {"PUNCTUAL_RABBITMQ_URL": f"amqp://guest:guest@127.0.0.1:{rabbit.port}"},
            }
            alone = None
            for broker, link in ways.items():
                with directory() as node, Server(
                    node, database=postgres.database(), PUNCTUAL_BROKER=broker, **link) as server:
                    rate = backlog(server, count)
                    alone = alone or rate
                    hints = server.metric(TAKEN)
                    figures.add(
                        "pg-brokers", f"broker {broker}: claimed, run and ended (noop), {count:,} that wait",
                        f"{rate:,.0f}/s", f"claimed by hints {hints:,.0f}", f"{rate / alone:.0%}")
                    late(server, postgres, broker, seconds)
            for broker, link in ways.items():
                if link:
                    fair(section="pg-brokers", over=f"broker {broker}: ", PUNCTUAL_BROKER=broker, **link)


def backlog(server, count):
    waiting = fill(server, count)
    say(f"{waiting:,} executions wait; the queue is opened")
    began = time.monotonic()
    server.call("POST", "/api/v1/queues/default/resume")
    while server.call("GET", "/api/v1/stats")["executions"]["succeeded"] < waiting:
        time.sleep(0.1)
    return waiting / (time.monotonic() - began)


def late(server, postgres, broker, seconds):
    bulk(server, [{
        "name": f"late-{index}", "target": {"type": "noop"}, "overlap_policy": "allow_all",
        "schedule": {"type": "interval", "every": "1s", "anchor": f"2026-01-01T00:00:00.{index:03}Z"}}
        for index in range(1000)])
    time.sleep(3)
    began, before = time.time(), server.metric(TAKEN)
    time.sleep(seconds)
    ended = time.time()
    hints = server.metric(TAKEN) - before
    time.sleep(2)
    starts = [int(row[0]) for row in postgres.sql(
        f"SELECT started_at - available_at FROM executions WHERE started_at IS NOT NULL "
        f"AND available_at >= {int(began * 1000)} AND available_at < {int(ended * 1000)}")]
    figures.add(
        "pg-brokers", f"broker {broker}: 1,000 jobs a second, {len(starts):,} starts", f"p99 {percentile(starts, .99)} ms",
        f"p50 {percentile(starts, .5)} ms, most {max(starts)} ms, claimed by hints {hints / seconds:,.0f}/s")


ALL = {"pg-brokers": brokers}
