#!/usr/bin/env python3
"""A worker in one file, with nothing but Python's own library.

    PUNCTUAL_URL=http://127.0.0.1:8640 PUNCTUAL_TOKEN=… Examples/worker.py

Takes executions of the tasks below from the queue "default", up to ten at a time. Heartbeats and ends go many in a call. SIGTERM
and Ctrl-C end it: no more is claimed, what runs may finish within 30 seconds, and what is left then goes back.
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


def resize(work, cancelled):
    """Does the work, and returns what its history shows. `cancelled` is set when somebody asked for its end."""
    for done in range(work["payload"].get("steps", 3)):
        if cancelled.wait(work["payload"].get("seconds", 0.1)):
            raise RuntimeError(f"cancelled after {done} steps")
    return f"resized {work['payload'].get('file', 'nothing')}"


TASKS = {"resize-image": resize}

held = {}  # by id: what is in hand, and the flag that cancels it
lost = set()
ended = threading.Condition()
ends = []
stopping = threading.Event()


def call(what, body, timeout=60):
    headers = {"Content-Type": "application/json"}
    if "PUNCTUAL_TOKEN" in os.environ:
        headers["Authorization"] = "Bearer " + os.environ["PUNCTUAL_TOKEN"]
    request = urllib.request.Request(URL + what, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        return json.load(answer)["items"]


def named(work):
    return {"id": work["id"], "attempt": work["attempt"], "worker": NAME}


def run(work, cancelled):
    try:
        end = {"status": "succeeded", "output": TASKS[work["task"]](work, cancelled)}
    except Exception as error:
        end = {"status": "released"} if stopping.is_set() and cancelled.is_set() else {"status": "failed", "error": str(error)[:4096]}
    with ended:
        ends.append((work, end))
        ended.notify()


def tell():
    """Tells how attempts ended, all at once that have ended by then, again until the server takes it."""
    while True:
        with ended:
            ended.wait_for(lambda: ends)
            batch = ends[:100]
        told = [named(work) | end for work, end in batch if work["id"] not in lost]
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
            for work, _ in batch:
                held.pop(work["id"], None)
                lost.discard(work["id"])
            ended.notify_all()


def prolong():
    """Sends heartbeats for all that is in hand; learns what was cancelled, and what somebody else owns by now."""
    while True:
        time.sleep(LEASE / 3)
        works = list(held.values())
        for start in range(0, len(works), 100):
            part = works[start : start + 100]
            try:
                beats = call("heartbeat/bulk", {"lease": f"{LEASE}s", "items": [named(work) for work, _ in part]})
            except OSError as error:
                print(f"a heartbeat could not be sent: {error}", flush=True)
                continue
            for (work, cancelled), beat in zip(part, beats):
                if beat["status"] in (404, 409):
                    lost.add(work["id"])
                if beat["status"] in (404, 409) or beat.get("cancel_requested"):
                    cancelled.set()


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
            cancelled = threading.Event()
            held[work["id"]] = (work, cancelled)
            pool.submit(run, work, cancelled)
    with ended:
        if not ended.wait_for(lambda: not held, timeout=GRACE):
            for _, cancelled in held.values():
                cancelled.set()
            ended.wait_for(lambda: not held, timeout=10)


if __name__ == "__main__":
    main()
