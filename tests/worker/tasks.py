"""Tasks that write down each time they run, and then go wrong in one way or another."""

from __future__ import annotations

import os
import signal
import time

from accounts.jobs.models import Heartbeat
from accounts.jobs.runner import beat
from core.tasks import task


def note(name: str) -> int:
    """Count a start; returns how many there were before."""
    before = Heartbeat.objects.filter(name=name).first()
    count = before.detail["starts"] if before else 0
    beat(name, starts=count + 1, pid=os.getpid())
    return count


@task(per_merchant=False)
def quick(name: str) -> None:
    note(name)


@task(per_merchant=False, max_attempts=5)
def slow_once(name: str, seconds: float) -> None:
    """Takes long the first time, so that somebody may kill it; short when it is done again."""
    if note(name) == 0:
        time.sleep(seconds)
    beat(f"{name} finished")


@task(per_merchant=False, cluster="long", max_attempts=5)
def slow_once_long(name: str, seconds: float) -> None:
    slow_once(name, seconds)


@task(per_merchant=False, max_attempts=3)
def deadly(name: str) -> None:
    """Kills the process it runs in, each time."""
    note(name)
    os.kill(os.getpid(), signal.SIGKILL)


@task(per_merchant=False, max_attempts=2, backoff=(1,))
def endless(name: str) -> None:
    note(name)
    time.sleep(3600)


@task(per_merchant=False)
def yearly() -> None:
    """On the schedule of the worker tests."""
