"""Running what is queued, as a worker would."""

from __future__ import annotations

from django.utils.module_loading import import_string
from django_q.models import OrmQ
from django_q.signing import SignedPackage


def run_tasks(limit: int = 500) -> int:
    """Work off the queue until it is empty, tasks queued on the way included. Returns how many ran."""
    ran = 0
    while ran < limit and (row := OrmQ.objects.order_by("pk").first()):
        task = SignedPackage.loads(row.payload)
        row.delete()
        import_string(task["func"])(*task["args"], **task["kwargs"])
        ran += 1
    return ran
