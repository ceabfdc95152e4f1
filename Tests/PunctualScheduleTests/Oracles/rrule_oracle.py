"""Answers recurrence questions with PyPI's python-dateutil.

Each line of standard input is `zone TAB start TAB after TAB count TAB rule`: the start as wall time in ISO 8601, `after` in
seconds since the epoch, the rule's lines joined by `|`. Each line of standard output has the instants strictly after
`after`, joined by commas, or `!` and a reason for a refusal. A rule that computes for a tenth of a second answers `!timeout`.

dateutil answers wall times; Python reads them in the zone with fold=0, which is the rule of RFC 5545, 3.3.5.
"""

import signal
import sys
from datetime import datetime, timezone
from multiprocessing import Pool
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

zones = {}
AROUND = 2 * 3600


def zone(name):
    if name not in zones:
        zones[name] = timezone.utc if name == "UTC" else ZoneInfo(name)
    return zones[name]


class Slow(BaseException):
    pass


def give_up(number, frame):
    raise Slow()


def near_change(instant, tz):
    before, after = (datetime.fromtimestamp(instant + shift, tz) for shift in (-AROUND, AROUND))
    return before.utcoffset() != after.utcoffset()


def ask(rule, start, after, count):
    signal.setitimer(signal.ITIMER_VIRTUAL, 0.1)
    try:
        result = set()
        last = None
        for wall in rrulestr(rule.replace("|", "\n"), dtstart=start):
            instant = int(wall.timestamp())
            if instant <= after:
                continue
            # A gap puts instants out of order, by its length at most.
            if last is not None and instant > last + AROUND:
                break
            result.add(instant)
            if last is None and len(result) >= count:
                if not near_change(instant, start.tzinfo):
                    break
                last = instant
        return ",".join(map(str, sorted(result)[:count]))
    except Slow:
        return "!timeout"
    except Exception as error:
        return "!" + type(error).__name__
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def answer(line):
    name, start, after, count, rule = line.rstrip("\n").split("\t")
    local = datetime.fromisoformat(start).replace(tzinfo=zone(name))
    return ask(rule, local, int(after), int(count))


def prepare():
    # The parent may have left signals blocked, and a mask survives exec.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGVTALRM, signal.SIGTERM})
    signal.signal(signal.SIGVTALRM, give_up)


if __name__ == "__main__":
    with Pool(2, prepare) as pool:
        sys.stdout.writelines(text + "\n" for text in pool.map(answer, sys.stdin, chunksize=250))
