"""Reads a node's events with good readers, with some that stop, and with one that takes a byte a second; tells what went wrong.

Usage: event_readers.py CONFIG, a JSON object: port, pid (of the node), good, stopped, first, second, third (events of each act),
patience (seconds until a slow reader is to be cut off). Prints a JSON object: faults by kind, and figures.

Act 1: the good ones read. Act 2: the slow ones come, and each is cut off; the stopped ones come again, go on where they were, and
lack nothing. Act 3: more happens than is kept; the last slow one comes again and is told that something is missing.
"""

import http.client
import json
import os
import pathlib
import re
import socket
import struct
import sys
import threading
import time

config = json.load(open(sys.argv[1]))
PORT, LIMIT = config["port"], 240
PAYLOAD = "x" * 4096
faults, lock = {}, threading.Lock()


def fault(kind, text):
    with lock:
        faults.setdefault(kind, text)


class Stream:
    """One connection to the events; takes chunks apart and events out of them."""

    def __init__(self, after=None, room=None):
        self.socket = socket.socket()
        if room:
            # Before the connection, so that the window is small from the start.
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        self.socket.settimeout(LIMIT)
        self.socket.connect(("127.0.0.1", PORT))
        self.local = self.socket.getsockname()[1]
        more = f"Last-Event-ID: {after}\r\n" if after else ""
        self.socket.sendall(
            f"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n{more}\r\n".encode())
        self.raw, self.text, self.left, self.last = bytearray(), bytearray(), None, after
        while b"\r\n\r\n" not in self.raw:
            self.raw += self.take(1 if room else 65536)
        head, rest = bytes(self.raw).split(b"\r\n\r\n", 1)
        if b" 200 " not in head.split(b"\r\n")[0]:
            raise RuntimeError(head.decode())
        self.chunked, self.raw = b"chunked" in head.lower(), bytearray()
        self.feed(rest)

    def take(self, most):
        data = self.socket.recv(most)
        if not data:
            raise EOFError
        return data

    def feed(self, data):
        if not self.chunked:
            self.text += data
            return
        self.raw += data
        while self.raw:
            if self.left is None:
                end = self.raw.find(b"\r\n", 2 if self.raw.startswith(b"\r\n") else 0)
                if end < 0:
                    return
                self.left = int(bytes(self.raw[:end]).strip() or b"0", 16)
                del self.raw[: end + 2]
            part = self.raw[: self.left]
            self.text += part
            del self.raw[: len(part)]
            self.left -= len(part)
            if self.left:
                return
            self.left = None

    def events(self):
        """What has come whole: of each the place behind it, its kind and its job's name; comments move the place alone."""
        end = self.text.rfind(b"\n\n")
        if end < 0:
            return
        blocks = bytes(self.text[:end]).split(b"\n\n")
        del self.text[: end + 2]
        for block in blocks:
            place, kind, name = None, None, None
            for line in block.split(b"\n"):
                if line.startswith(b"id: "):
                    place = line[4:].decode()
                elif line.startswith(b"event: "):
                    kind = line[7:].decode()
                elif line.startswith(b"data: "):
                    found = re.search(rb'"name":"(job-\d+)"', line)
                    name = found and found.group(1).decode()
            self.last = place or self.last
            if kind:
                yield int(place.split(".")[0].rsplit("-", 1)[1]), kind, name

    def close(self, at_once=False):
        if at_once:
            # No farewell: the next thing that the other side hears is a reset.
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class Good(threading.Thread):
    """Reads all that comes, and looks at numbers and names."""

    def __init__(self, label, after=None, number=None):
        super().__init__(daemon=True)
        self.label, self.stream, self.number, self.job, self.done = label, Stream(after), number, None, 0
        self.start()

    def run(self):
        try:
            while True:
                self.look()
                self.stream.feed(self.stream.take(1 << 20))
        except OSError:
            pass  # Closed by the test.
        except Exception as error:
            fault("good", f"{self.label}: {error!r} after {self.done}")

    def look(self):
        for number, kind, name in self.stream.events():
            if kind == "reset":
                fault("missed", f"{self.label} was told of a gap")
            elif name:
                job = int(name[4:])
                if self.number is not None and number != self.number + 1:
                    fault("order" if number <= self.number else "missed", f"{self.label}: {number} behind {self.number}")
                if self.job is not None and job != self.job + 1:
                    fault("order" if job <= self.job else "missed", f"{self.label}: {name} behind {self.job}")
                self.number, self.job = number, job
                self.done = job


def make(first, last):
    """Creates so many jobs, in order, a part at a time."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=LIMIT)
    items = [{
        "name": f"job-{number:06}", "schedule": {"type": "manual"},
        "target": {"type": "worker", "task": "t", "payload": PAYLOAD}} for number in range(first, last)]
    connection.request("POST", "/api/v1/jobs/bulk", json.dumps({"items": items}), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200 or b'"status":201' not in body.replace(b" ", b""):
        raise RuntimeError(f"{answer.status} {body[:300]}")


made = 0


def act(count, readers):
    """Makes so many events; goes on when every good reader has them, so that only readers that are held up fall behind."""
    global made
    for _ in range(0, count, 100):
        make(made + 1, made + 101)
        made += 100
        end = time.monotonic() + LIMIT
        while any(reader.done < made for reader in readers):
            if faults or time.monotonic() > end:
                late = [f"{reader.label} at {reader.done}" for reader in readers if reader.done < made]
                return fault("missed", f"of {made} not all came: {late[:3]}")
            time.sleep(0.005)


def resident():
    text = pathlib.Path(f"/proc/{config['pid']}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text).group(1)) * 1024


def open_ports():
    """The other sides of the connections that the node has open (proc(5))."""
    ports = set()
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        columns = line.split()
        # 01 is ESTABLISHED; one that was closed belongs to nobody.
        if int(columns[1].split(":")[1], 16) == PORT and columns[3] == "01" and columns[9] != "0":
            ports.add(int(columns[2].split(":")[1], 16))
    return ports


def dribble(stream, ended):
    stream.socket.settimeout(1)
    while not ended.is_set():
        try:
            stream.feed(stream.take(1))
        except TimeoutError:
            continue
        except (EOFError, OSError):
            return
        ended.wait(1)


def drain(stream):
    """Reads what the kernel still has of a stream that was cut off."""
    stream.socket.settimeout(5)
    try:
        while True:
            stream.feed(stream.take(1 << 20))
    except TimeoutError:
        fault("cut", "the connection of a reader that was cut off stays open")
    except (EOFError, OSError):
        pass
    return sum(1 for _ in stream.events())


figures = {}
good = [Good(f"good {number}") for number in range(config["good"])]
act(config["first"], good)
before = resident()
stopped = [Stream(room=4096) for _ in range(config["stopped"])]
slow = Stream(room=4096)
ended = threading.Event()
dribbler = threading.Thread(target=dribble, args=(slow, ended), daemon=True)
dribbler.start()
told = config["second"] * len(PAYLOAD) * (len(stopped) + 1)
if not {stream.local for stream in [*stopped, slow]} <= open_ports():
    fault("cut", "the slow readers are not seen in /proc/net/tcp")
act(config["second"], good)
grown = resident() - before
figures |= {"resident": before, "grown": grown, "not_taken": told}
if grown > told / 2:
    fault("memory", f"{grown} bytes more for {told} that nobody took")

began = time.monotonic()
waiting = {stream.local for stream in [*stopped, slow]}
while waiting & open_ports() and time.monotonic() - began < config["patience"]:
    time.sleep(0.2)
if waiting & open_ports():
    fault("cut", f"{len(waiting & open_ports())} slow readers are still there after {config['patience']} s")
figures["cut_after_seconds"] = round(time.monotonic() - began, 1)
if any(reader.stream.local not in open_ports() for reader in good):
    fault("good", "a good reader was cut off")
ended.set()
dribbler.join()

if not faults:
    figures["had"] = [drain(stream) for stream in stopped]
    slow_had = drain(slow)
    again = []
    for index, stream in enumerate(stopped):
        stream.close()
        number = int(stream.last.rsplit("-", 1)[1])
        again.append(Good(f"stopped {index}", stream.last, number))
    act(100, good + again)
    figures["went_on"] = len(again)
    for reader in again + good[5:]:
        reader.stream.close(at_once=True)
    act(config["third"], good[:5])
    # The last one comes back when what it lacks is gone.
    slow.close()
    late = Stream(slow.last)
    # One that goes on in silence has nothing else to say.
    make(made + 1, made + 2)
    while not (kinds := [kind for _, kind, _ in late.events()]):
        late.feed(late.take(65536))
    if kinds[0] != "reset":
        fault("gap", f"a reader that lacks events is told {kinds[:2]}, not reset")
    figures |= {"slow_had": slow_had, "slow_place": slow.last, "events": made}
print(json.dumps({"faults": faults, "figures": figures}), flush=True)
# Threads that still read are left where they are.
os._exit(0)
