"""A PostgreSQL server of its own on loopback, on the same cores as the node, and what nodes over it are filled with."""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys

from measure import bulk

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


def job(index):
    return {
        "name": f"job-{index}", "service": f"s{index % 100}", "target": {"type": "noop"},
        "schedule": {"type": "cron", "expression": f"{index % 60} {index % 24} 1 1 *"}}


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
