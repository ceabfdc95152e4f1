#!/usr/bin/env python3
"""A worker in one file, with nothing but Python's own library.

    PUNCTUAL_URL=http://127.0.0.1:8640 PUNCTUAL_TOKEN=… Examples/worker.py

Takes executions of the tasks below from the queue "default", up to ten at a time. Heartbeats and ends go many in a call, and what
the tasks say goes along with them: `punctual execution logs NAME --follow` shows it. SIGTERM and Ctrl-C end it: no more is claimed,
what runs may finish within 30 seconds, and what is left then goes back.
"""

import concurrent.futures
import json
import os
import signal
import socket
import threading
import time
import urllib.error
import urllib.request

URL = os.environ.get("PUNCTUAL_URL", "http://127.0.0.1:8640") + "/api/v1/work/"
NAME = f"{socket.gethostname()}-{os.getpid()}"
ROOM, LEASE, GRACE = 10, 60, 30


def resize(work, cancelled, said):
    """Does the work, and returns what its history shows. `cancelled` is set when somebody asked for its end."""
    steps = work["payload"].get("steps", 3)
    for done in range(steps):
        if cancelled.wait(work["payload"].get("seconds", 0.1)):
            said.line("cancelled", level="warn")
            raise RuntimeError(f"cancelled after {done} steps")
        said.line(f"step {done + 1} of {steps}")
        said.progress(100 * (done + 1) / steps, "resizing")
    return f"resized {work['payload'].get('file', 'nothing')}"


TASKS = {"resize-image": resize}


class Said:
    """What an attempt says: it goes along with the next heartbeat, a second later at most, or with the end."""

    def __init__(self):
        self.lock, self.lines, self.first, self.far = threading.Lock(), [], 1, None

    def line(self, text, level="info"):
        with self.lock:
            self.lines.append({"text": text.encode()[:2048].decode(errors="ignore"), "level": level})
            if len(self.lines) > 2000:  # The oldest make room, and the server tells of the gap.
                self.first += 500
                del self.lines[:500]

    def progress(self, percent, message=None):
        self.far = {"percent": percent, "message": message and message[:200]}

    def next(self):
        """What goes along with a call: no more than ten of it, and a call, may have."""
        with self.lock:
            lines = {"lines": self.lines[:40], "lines_from": self.first} if self.lines else {}
            return lines | ({"progress": self.far} if self.far else {})

    def told(self, said):
        """The server has it. What is sent twice, since an answer was lost, it passes over by its number."""
        with self.lock:
            done = said.get("lines_from", 0) + len(said.get("lines", [])) - self.first
            if done > 0:
                self.first += done
                del self.lines[:done]
            if self.far is said.get("progress"):
                self.far = None


held = {}  # by id: what is in hand, the flag that cancels it, and what it says
lost = set()
ended = threading.Condition()
ends = []
stopping = threading.Event()


def call(what, body, timeout=60):
    headers = {"Content-Type": "application/json"}
    if "PUNCTUAL_TOKEN" in os.environ:
        headers["Authorization"] = "Bearer " + os.environ["PUNCTUAL_TOKEN"]
    request = urllib.request.Request(URL + what, json.dumps(body, ensure_ascii=False).encode(), headers)
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        return json.load(answer)["items"]


def named(work):
    return {"id": work["id"], "attempt": work["attempt"], "worker": NAME}


def run(work, cancelled, said):
    try:
        end = {"status": "succeeded", "output": TASKS[work["task"]](work, cancelled, said)}
    except Exception as error:
        end = {"status": "released"} if stopping.is_set() and cancelled.is_set() else {"status": "failed", "error": str(error)[:4096]}
    with ended:
        ends.append((work, said, end))
        ended.notify()


def tell():
    """Tells how attempts ended, all at once that have ended by then, again until the server takes it."""
    while True:
        with ended:
            ended.wait_for(lambda: ends)
            batch = ends[:ROOM]
        for work, said, _ in batch:  # What an end has no room for goes before it.
            for _ in range(50):
                if len(said.lines) <= 40 or work["id"] in lost or not beat([held[work["id"]]]):
                    break
        told = [named(work) | said.next() | end for work, said, end in batch if work["id"] not in lost]
        try:
            for end, item in zip(told, call("complete/bulk", {"items": told}) if told else []):
                if item["status"] != 200:
                    print(f"{end['id']}: {item['problem']['detail']}", flush=True)
        except OSError as error:  # Refused, timed out, or answered with a status of 400 and above.
            print(f"the ends of attempts could not be told: {error}", flush=True)
            if not isinstance(error, urllib.error.HTTPError) or error.code == 429 or error.code >= 500:
                time.sleep(1)
                continue
        with ended:
            del ends[: len(batch)]
            for work, _, _ in batch:
                held.pop(work["id"], None)
                lost.discard(work["id"])
            ended.notify_all()


def beat(works):
    """Sends heartbeats with what is said; learns what was cancelled, and what somebody else owns by now."""
    news = [said.next() for _, _, said in works]
    try:
        items = [named(work) | more for (work, _, _), more in zip(works, news)]
        beats = call("heartbeat/bulk", {"lease": f"{LEASE}s", "items": items})
    except OSError as error:
        print(f"a heartbeat could not be sent: {error}", flush=True)
        return False
    for (work, cancelled, said), more, answer in zip(works, news, beats):
        if answer["status"] == 200:
            said.told(more)
        if answer["status"] in (404, 409):
            lost.add(work["id"])
        if answer["status"] in (404, 409) or answer.get("cancel_requested"):
            cancelled.set()
    return True


def prolong():
    """Sends heartbeats in time for all that is in hand, and each second for what says something."""
    due = time.monotonic() + LEASE / 3
    while True:
        time.sleep(1)
        is_due = time.monotonic() >= due
        if is_due:
            due = time.monotonic() + LEASE / 3
        works = [one for one in list(held.values()) if is_due or one[2].next()]
        if works:
            beat(works)


def main():
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    for loop in (tell, prolong):
        threading.Thread(target=loop, daemon=True).start()
    pool = concurrent.futures.ThreadPoolExecutor(ROOM)
    print(f"{NAME} takes {', '.join(TASKS)}", flush=True)
    while not stopping.is_set():
        with ended:
            ended.wait_for(lambda: len(held) < ROOM or stopping.is_set(), timeout=1)
        if len(held) >= ROOM:
            continue
        try:
            wish = {"worker": NAME, "queues": ["default"], "tasks": list(TASKS), "max": ROOM - len(held), "wait": "5s", "lease": f"{LEASE}s"}
            claimed = call("claim", wish)
        except OSError as error:
            print(f"work could not be claimed: {error}", flush=True)
            stopping.wait(1)
            continue
        for work in claimed:
            held[work["id"]] = (work, threading.Event(), Said())
            pool.submit(run, *held[work["id"]])
    with ended:
        if not ended.wait_for(lambda: not held, timeout=GRACE):
            for _, cancelled, _ in held.values():
                cancelled.set()
            ended.wait_for(lambda: not held, timeout=10)


if __name__ == "__main__":
    main()
