"""Writing facts down and bringing them to their handlers."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

from django.db import models, transaction

from accounts.activity.models import Activity
from accounts.jobs.queue import enqueue
from core.actors import Actor
from core.events import Event, dump, handlers_of, load, path_now, path_of, plain
from core.tasks import task
from core.tenancy import every_tenant, tenant, tenant_or_none

log = logging.getLogger(__name__)

DEEPEST = 5
_cause: ContextVar[Activity | None] = ContextVar("cause", default=None)


@contextmanager
def causing(entry: Activity) -> Iterator[None]:
    """What is recorded inside follows from this fact, unless it names another cause."""
    token = _cause.set(entry)
    try:
        yield
    finally:
        _cause.reset(token)


def record(
    event: Event,
    *,
    actor: Actor,
    subject: models.Model | None = None,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
    caused_by: Activity | None = None,
) -> Activity:
    """Append the event to the activity log and queue its handlers, all in the caller's transaction.

    `changes` maps a field to (old, new) and must not hold personal data; a subject whose name is such has a `log_label`
    in its place. A fact about a person's own account, with no merchant in scope, is kept without one. A chain of
    causes deeper than five is cut and logged: it is a loop.
    """
    caused_by = caused_by or _cause.get()
    depth = caused_by.depth + 1 if caused_by else 0
    with transaction.atomic():
        entry = _entry(event, actor, subject, caused_by)
        entry.changes = {field: [plain(old), plain(new)] for field, (old, new) in (changes or {}).items()}
        if tenant_or_none() is None and getattr(subject, "merchant_id", None):
            entry.merchant_id = subject.merchant_id  # type: ignore[union-attr]
        if entry.merchant_id is None and tenant_or_none() is None:
            with every_tenant("a fact about a person's own account"):
                entry.save()
        else:
            entry.save()
        if depth > DEEPEST:
            log.error("activity %s is the sixth in a chain of causes; its handlers were not called", entry.pk)
            return entry
        for handler in handlers_of(event.kind):
            if entry.merchant_id is None:
                enqueue(handle_account_fact, entry.pk, path_of(handler))
            else:
                with tenant(entry.merchant_id):
                    enqueue(handle_fact, entry.pk, path_of(handler))
    return entry


def record_each(facts: Iterable[tuple[Event, models.Model]], *, actor: Actor) -> None:
    """Append facts, each with its subject, that a fact recorded next says all together: one statement for any number.

    Each is there for whoever reads the log of its subject, or looks at facts of its kind. No handlers are called:
    whoever acts on such facts handles the one that says them together. That one comes after them, so that nobody who
    has read up to it has missed one of them.
    """
    cause = _cause.get()
    Activity.objects.bulk_create([_entry(event, actor, subject, cause) for event, subject in facts])


def _entry(event: Event, actor: Actor, subject: models.Model | None, caused_by: Activity | None) -> Activity:
    entry = Activity(
        kind=event.kind,
        payload=dump(event),
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label[:150],
        caused_by=caused_by,
        depth=caused_by.depth + 1 if caused_by else 0,
    )
    if subject is not None:
        entry.subject_type = subject._meta.label_lower
        entry.subject_id = subject.pk
        entry.subject_label = str(getattr(subject, "log_label", subject))[:200]
    return entry


def _call(activity_id: int, handler_path: str) -> None:
    entry, wanted = Activity.objects.get(pk=activity_id), path_now(handler_path)
    for handler in handlers_of(entry.kind):
        if path_of(handler) == wanted:
            # What follows from a fact that was caused itself goes on its chain, so that a loop is seen and cut.
            with causing(entry) if entry.caused_by_id else nullcontext():
                handler(load(entry.kind, entry.payload), entry)


@task()
def handle_fact(activity_id: int, handler_path: str) -> None:
    """Call one handler of one fact, in its merchant's scope."""
    _call(activity_id, handler_path)


@task(per_merchant=False)
def handle_account_fact(activity_id: int, handler_path: str) -> None:
    """Call one handler of a fact that belongs to no merchant."""
    with every_tenant("a fact about a person's own account"):
        _call(activity_id, handler_path)
