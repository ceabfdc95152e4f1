"""Tells events as a node does, or badly, so that the test of slow readers can be seen to fail.

Usage: event_twin.py FAULT KEPT. FAULT is none, or what this twin does wrong: hoards (keeps for each reader what it has not taken),
holds (lets slow readers stay), skips (leaves an event out for some), swaps (tells two in the wrong order), forgets (goes on behind
the newest when the place asked for is gone). KEPT is how many events are kept. Prints a line with its port.
"""

import http.server
import json
import re
import socket
import sys
import threading
import time

FAULT, KEPT = sys.argv[1], int(sys.argv[2])
news = threading.Condition()
log, oldest = [], 0


def text(number, body):
    return b"id: twin-%d\nevent: job.created\ndata: %s\n\n" % (number + 1, body)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        global oldest
        items = json.loads(self.rfile.read(int(self.headers["content-length"])))["items"]
        with news:
            for item in items:
                log.append(json.dumps(item, separators=(",", ":")).encode())
                if len(log) - oldest > KEPT:
                    log[oldest] = None
                    oldest += 1
            news.notify_all()
        body = json.dumps({"items": [{"status": 201}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    readers, hasSwapped = 0, False

    def do_GET(self):
        Handler.readers += 1
        self.isOdd = Handler.readers % 2 == 1
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        self.connection.settimeout(None if FAULT == "holds" else 20 if FAULT == "hoards" else 4)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        place = self.headers["last-event-id"]
        try:
            if FAULT == "hoards":
                self.hoard(place)
            else:
                self.follow(place)
        except OSError:
            pass  # Cut off, or gone.

    def begin(self, place):
        """Where to go on, and what to say first."""
        number = int(place.split("-")[1]) if place else len(log)
        if number < oldest:
            return len(log), b": open\n\n" if FAULT == "forgets" else b"id: twin-%d\nevent: reset\ndata: {}\n\n" % len(log)
        return number, b": open\nid: twin-%d\n\n" % number

    def follow(self, place):
        with news:
            number, first = self.begin(place)
        self.wfile.write(first)
        while True:
            with news:
                while number == len(log):
                    news.wait()
                if number < oldest:
                    number, part = self.begin("twin-0")
                else:
                    numbers = list(range(number, min(len(log), number + 10)))
                    number += len(numbers)
                    if FAULT == "skips" and self.isOdd:
                        numbers = [at for at in numbers if at % 250 != 100]
                    if FAULT == "swaps" and number > 100 and len(numbers) > 1 and not self.hasSwapped:
                        numbers[:2] = numbers[1::-1]
                        self.hasSwapped = True
                    found = [text(at, log[at]) for at in numbers]
                    part = b"".join(found)
            self.wfile.write(part)

    def hoard(self, place):
        with news:
            number, first = self.begin(place)
        waiting = bytearray(first)

        def fill():
            nonlocal number
            while True:
                with news:
                    while number == len(log):
                        news.wait()
                    for at in range(max(number, oldest), len(log)):
                        waiting.extend(text(at, log[at]))
                    number = len(log)

        threading.Thread(target=fill, daemon=True).start()
        while True:
            with news:
                part = bytes(waiting[:65536])
                del waiting[:65536]
            self.wfile.write(part)
            if not part:
                time.sleep(0.01)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.request_queue_size = 128
print(f"the twin is ready at {server.server_port}", flush=True)
server.serve_forever()
