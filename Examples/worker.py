#!/usr/bin/env python3
"""A worker in one file, with nothing but Python's own library.

    PUNCTUAL_URL=http://127.0.0.1:8640 PUNCTUAL_TOKEN=… Examples/worker.py

Takes executions of the tasks below from the queue "default", up to ten at a time. Heartbeats and ends go many in a call, and what
the tasks say goes along with them: `punctual execution logs NAME --follow` shows it. What somebody cancels, or what may be another's
by now since its lease ran out, is asked to end. SIGTERM and Ctrl-C end the worker: no more is claimed, what runs may finish within 30
seconds, and what is left then goes back.
"""

import concurrent.futures
import http.client
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
# Bytes of JSON: of a line, an error, an output, and of a call, which may have 1 MiB. All ten outputs need not fit into one.
LINE, ERROR, OUTPUT, CALL = 2048, 4096, 200_000, 800_000


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
    """What an attempt says: it goes along with a heartbeat, a second later at most, or with the end."""

    def __init__(self):
        self.lock, self.lines, self.first, self.far = threading.Lock(), [], 1, None

    def line(self, text, level="info"):
        with self.lock:
            self.lines.append({"text": fit(text, LINE), "level": level})
            if len(self.lines) > 2000:  # The oldest make room, and the server tells of the gap.
                self.first += 500
                del self.lines[:500]

    def progress(self, percent, message=None):
        self.far = {"percent": percent, "message": message and fit(message, LINE)[:200]}

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


class Attempt:
    """One attempt in hand. Another of the same execution may be there at the same time, if this one does not end when it should."""

    def __init__(self, work, until):
        self.work, self.cancelled, self.said = work, threading.Event(), Said()
        self.until, self.is_lost, self.has_run = until, False, False  # Until when the lease surely holds.
        self.key = (work["id"], work["attempt"])

    def lose(self, why):
        """Another attempt may be under way from now on."""
        if not self.is_lost and not self.has_run:
            print(f"{self.work['id']}: {why} in attempt {self.work['attempt']}", flush=True)
        self.is_lost = True
        self.cancelled.set()


held = {}  # by id and number of the attempt
ended = threading.Condition()
ends = []
stopping = threading.Event()


def size(value):
    return len(json.dumps(value, ensure_ascii=False).encode())


def fit(text, most, keeps_end=False):
    """The beginning or the end of it, at most so many bytes of JSON, without what no text of the server may hold."""
    text = str(text).encode(errors="replace").decode().replace("\0", "\ufffd")
    while len(text) > most or size(text) > most:
        length = min(most, len(text) * 7 // 8)
        text = text[-length:] if keeps_end else text[:length]
    return text


def now_until():
    """Until when a lease holds that is asked for now. It begins with the asking: nobody knows how long the answer takes."""
    return time.monotonic() + LEASE - min(2, LEASE / 10)


def call(what, body, timeout=60):
    headers = {"Content-Type": "application/json"}
    if "PUNCTUAL_TOKEN" in os.environ:
        headers["Authorization"] = "Bearer " + os.environ["PUNCTUAL_TOKEN"]
    request = urllib.request.Request(URL + what, json.dumps(body, ensure_ascii=False).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return json.load(answer)["items"]
    except (http.client.HTTPException, ValueError) as error:  # The answer broke off.
        raise OSError(f"no whole answer: {error!r}") from error


def is_too_large(error):
    return isinstance(error, urllib.error.HTTPError) and error.code == 413


def parts(items):
    """The items, so many to a call as it may have bytes."""
    result, total = [], CALL
    for item in items:
        total += size(item)
        if total > CALL:
            result.append([])
            total = size(item)
        result[-1].append(item)
    return result


def named(work):
    return {"id": work["id"], "attempt": work["attempt"], "worker": NAME}


def run(attempt):
    try:
        output = TASKS[attempt.work["task"]](attempt.work, attempt.cancelled, attempt.said)
        end = {"status": "succeeded", "output": None if output is None else fit(output, OUTPUT, keeps_end=True)}
    except Exception as error:
        end = {"status": "failed", "error": fit(error, ERROR)}
        if stopping.is_set() and attempt.cancelled.is_set():
            end = {"status": "released"}
    attempt.has_run = True
    with ended:
        ends.append((attempt, end))
        ended.notify()


def tell():
    """Tells how attempts ended, all at once that have ended by then."""
    while True:
        with ended:
            ended.wait_for(lambda: ends)
            batch = ends[:ROOM]
        for attempt, _ in batch:  # What an end has no room for goes before it.
            for _ in range(50):
                if len(attempt.said.lines) <= 40 or attempt.is_lost or not beat([attempt]):
                    break
        # What is done is done, and told also when it may be too late; the server knows whose attempt is the newest.
        told = [one for one in batch if not one[0].is_lost or one[1]["status"] == "succeeded"]
        for part in parts([named(attempt.work) | attempt.said.next() | end for attempt, end in told]):
            tell_part(part)
        with ended:
            del ends[: len(batch)]
            for attempt, _ in batch:
                held.pop(attempt.key, None)
            ended.notify_all()


def tell_part(part):
    """Tells of ends, again until the server has taken each, or does not take it in any form."""
    calls = [part]
    while calls:
        part = calls.pop()
        try:
            answers = call("complete/bulk", {"items": part})
        except OSError as error:  # Refused, timed out, or answered with a status of 400 and above.
            print(f"the ends of attempts could not be told: {error}", flush=True)
            if is_too_large(error):
                calls += [[item] for item in part] if len(part) > 1 else instead(part[0])
            elif not isinstance(error, urllib.error.HTTPError) or error.code == 429 or error.code >= 500:
                time.sleep(1)
                calls.append(part)
            continue
        for item, answer in zip(part, answers):
            if answer["status"] != 200:
                print(f"{item['id']}: {answer['problem']['detail']}", flush=True)
            if answer["status"] == 422:
                calls += instead(item)


def instead(end):
    """What is told instead of an end that the server does not take: the end alone, then that it failed, for the job's policy to decide."""
    alone = {name: end[name] for name in ("id", "attempt", "worker", "status", "error") if name in end}
    failed = named(end) | {"status": "failed", "error": "the server did not take how the attempt ended"}
    return next(([[less]] for less in (alone, failed) if less != end), [])


def beat(attempts, speaks=True):
    """Sends heartbeats, and what is said with them; learns what was cancelled, and what somebody else owns by now."""
    said = {attempt.key: attempt.said.next() if speaks else {} for attempt in attempts}
    by_key = {attempt.key: attempt for attempt in attempts}
    is_heard = True
    for part in parts([named(attempt.work) | said[attempt.key] for attempt in attempts]):
        these = [by_key[item["id"], item["attempt"]] for item in part]
        until = now_until()
        try:
            answers = call("heartbeat/bulk", {"lease": f"{LEASE}s", "items": part}, timeout=max(2, LEASE / 3))
        except OSError as error:
            if is_too_large(error) and speaks:
                # One by one, and what is too large even so is left out: the lease counts more.
                for one in these:
                    if len(these) > 1:
                        beat([one])
                    else:
                        one.said.told(said[one.key])
                        beat([one], speaks=False)
                continue
            print(f"a heartbeat could not be sent: {error}", flush=True)
            is_heard = False
            continue
        for attempt, answer in zip(these, answers):
            if answer["status"] == 200:
                attempt.said.told(said[attempt.key])
                attempt.until = max(attempt.until, until)
                if answer.get("cancel_requested"):
                    attempt.cancelled.set()
            elif answer["status"] in (404, 409):
                attempt.lose("the lease is lost")
    return is_heard


def prolong():
    """Sends heartbeats in time for all that is in hand."""
    due = time.monotonic() + LEASE / 3
    while True:
        time.sleep(max(0, due - time.monotonic()))
        due = time.monotonic() + LEASE / 3  # From before the call: a slow one delays no other.
        if not beat([attempt for attempt in list(held.values()) if not attempt.is_lost], speaks=False):
            due = min(due, time.monotonic() + LEASE / 10)


def say():
    """Sends each second what is said."""
    while True:
        time.sleep(1)
        beat([attempt for attempt in list(held.values()) if not attempt.is_lost and attempt.said.next()])


def watch():
    """Ends what others may do by now, when no heartbeat was answered in time."""
    while True:
        time.sleep(0.2)
        for attempt in list(held.values()):
            if time.monotonic() >= attempt.until:
                attempt.lose("the lease ran out")


def main():
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    for loop in (tell, prolong, say, watch):
        threading.Thread(target=loop, daemon=True).start()
    pool = concurrent.futures.ThreadPoolExecutor(ROOM)
    print(f"{NAME} takes {', '.join(TASKS)}", flush=True)
    while not stopping.is_set():
        with ended:
            ended.wait_for(lambda: len(held) < ROOM or stopping.is_set(), timeout=1)
        if len(held) >= ROOM:
            continue
        until = now_until()
        try:
            # The lease may begin at any time of the wait, so that it must be short beside it.
            wish = {"worker": NAME, "queues": ["default"], "tasks": list(TASKS), "max": ROOM - len(held)}
            wish |= {"wait": f"{min(5000, LEASE * 1000 // 3)}ms", "lease": f"{LEASE}s"}
            claimed = [Attempt(work, until) for work in call("claim", wish)]
        except OSError as error:
            print(f"work could not be claimed: {error}", flush=True)
            stopping.wait(1)
            continue
        if claimed and until - time.monotonic() < LEASE / 2:
            beat(claimed, speaks=False)  # The answer took long: whose is it by now?
        for attempt in claimed:
            if not attempt.is_lost and time.monotonic() < attempt.until:
                held[attempt.key] = attempt
                pool.submit(run, attempt)
    with ended:
        if not ended.wait_for(lambda: not held, timeout=GRACE):
            for attempt in held.values():
                attempt.cancelled.set()
            ended.wait_for(lambda: not held, timeout=10)


if __name__ == "__main__":
    main()
