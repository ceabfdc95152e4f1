"""Answers cron questions with PyPI's cronsim and croniter.

Each line of standard input is `zone TAB start TAB count TAB engines TAB expression`, the start in seconds since the epoch.
Each line of standard output is `cronsim TAB croniter`: instants joined by commas, `!` and a reason for a refusal, or
`-` for an engine that was not asked (engines is `s`, `i` or `si`). A library that loops for a second answers `!timeout`.
"""

import signal
import sys
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from croniter import croniter
from cronsim import CronSim

zones = {}


def zone(name):
    if name not in zones:
        zones[name] = timezone.utc if name == "UTC" else ZoneInfo(name)
    return zones[name]


class Slow(BaseException):
    pass


def give_up(number, frame):
    raise Slow()


def within_a_second(ask, *arguments):
    signal.setitimer(signal.ITIMER_REAL, 1)
    try:
        return ask(*arguments)
    except Slow:
        return "!timeout"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def ask_cronsim(expression, start, count):
    try:
        iterator = CronSim(expression, start)
    except Exception as error:
        return "!" + type(error).__name__
    result = []
    for _ in range(count):
        try:
            result.append(str(int(next(iterator).timestamp())))
        except StopIteration:
            break
    return ",".join(result)


def ask_croniter(expression, start, count):
    try:
        iterator = croniter(expression, start)
        return ",".join(str(int(iterator.get_next(float))) for _ in range(count))
    except Exception as error:
        return "!" + type(error).__name__


def main():
    # The parent may have left signals blocked, and a mask survives exec.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM, signal.SIGTERM})
    signal.signal(signal.SIGALRM, give_up)
    out = []
    for line in sys.stdin:
        name, start, count, engines, expression = line.rstrip("\n").split("\t")
        instant = datetime.fromtimestamp(int(start), zone(name))
        first = within_a_second(ask_cronsim, expression, instant, int(count)) if "s" in engines else "-"
        second = within_a_second(ask_croniter, expression, instant, int(count)) if "i" in engines else "-"
        out.append(first + "\t" + second + "\n")
    sys.stdout.writelines(out)


main()
