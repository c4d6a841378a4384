"""Reading batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.activity.models import Activity
from accounts.batches.kinds import keys_for
from accounts.batches.models import Batch, BatchRow

State = BatchRow.State


class Which(models.TextChoices):
    """Which of its rows one looks at."""

    NOT_DONE = "not_done", _("Not done")
    DONE = "done", pgettext_lazy("batch row", "Done")
    ALL = "all", pgettext_lazy("batch rows", "All")

    def how_many(self, batch: Batch) -> int:
        """How many rows of the batch they are so far."""
        return {Which.NOT_DONE: batch.not_done, Which.DONE: batch.done, Which.ALL: batch.total}[self]


def batch_list(may: Callable[[str], bool]) -> QuerySet[Batch]:
    """The batches whose step a person with these rights may take."""
    return Batch.objects.select_related("merchant", "job").filter(kind__in=keys_for(may))


def results(batch: Batch, which: str) -> QuerySet[BatchRow]:
    """The rows of a batch, in the order in which they came in: those of Which, all of them for any other word."""
    states = {Which.DONE: [State.DONE], Which.NOT_DONE: [State.SKIPPED, State.REFUSED]}
    known = states.get(which)  # type: ignore[call-overload]
    return (batch.rows.filter(state__in=known) if known else batch.rows.all()).order_by("pk")


def facts_about(kinds: str, object_id: int) -> QuerySet[Any]:
    """Facts that batches of kinds with this beginning have told of one row, such as ("orders.", order.pk)."""
    told = BatchRow.objects.filter(object_id=object_id, batch__kind__startswith=kinds, activity__isnull=False)
    return Activity.objects.filter(pk__in=told.values("activity_id")).order_by("pk")
