"""Reading batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from accounts.activity.models import Activity
from accounts.batches.kinds import keys_for
from accounts.batches.models import Batch, BatchRow


def batch_list(may: Callable[[str], bool]) -> QuerySet[Batch]:
    """The batches whose step a person with these rights may take."""
    return Batch.objects.select_related("merchant", "job").filter(kind__in=keys_for(may))


def rows_not_done(batch: Batch) -> QuerySet[BatchRow]:
    """Rows that were skipped or refused, in the order in which they came in."""
    return batch.rows.filter(state__in=[BatchRow.State.SKIPPED, BatchRow.State.REFUSED]).order_by("pk")


def facts_about(kinds: str, object_id: int) -> QuerySet[Any]:
    """Facts that batches of kinds with this beginning have told of one row, such as ("orders.", order.pk)."""
    told = BatchRow.objects.filter(object_id=object_id, batch__kind__startswith=kinds, activity__isnull=False)
    return Activity.objects.filter(pk__in=told.values("activity_id")).order_by("pk")
