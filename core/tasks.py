"""Background work, as declared. Queueing and running it is in accounts.jobs, where the job rows live."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from core.events import path_now, path_of

F = TypeVar("F", bound=Callable[..., None])


@dataclass(frozen=True)
class Task:
    """How a function runs in the background. `long` work must not delay `default` work, so each has its own cluster."""

    path: str
    function: Callable[..., None]
    cluster: str
    max_attempts: int
    backoff: tuple[int, ...]
    per_merchant: bool

    def delay_after(self, attempts: int) -> timedelta:
        """How long to wait after this many attempts failed with something that time can heal."""
        return timedelta(seconds=self.backoff[min(attempts, len(self.backoff)) - 1])


_tasks: dict[str, Task] = {}

BACKOFF = (10, 60, 300, 900, 3600)


def task(
    *,
    cluster: str = "default",
    max_attempts: int = 5,
    backoff: tuple[int, ...] = BACKOFF,
    per_merchant: bool = True,
) -> Callable[[F], F]:
    """Declare a background task: primitives in, one action called, safe to run more than once.

    With `per_merchant` it runs in the scope and time zone of the merchant it was queued for; without, it must open its
    own scope. `backoff` is in seconds.
    """

    def register(function: F) -> F:
        path = path_of(function)
        _tasks[path] = Task(path, function, cluster, max_attempts, backoff, per_merchant)
        return function

    return register


def task_of(function: Callable[..., Any]) -> Task:
    return _tasks[path_of(function)]


def task_at(path: str) -> Task:
    """The task declared under a dotted path. Raises KeyError when no code declares it (any more)."""
    return _tasks[path_now(path)]
