"""The tick: queues the periodic jobs whose turn has come and that have something to do. Any number of supervisors may
tick at once.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from contextlib import nullcontext
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.jobs.models import PeriodicMark
from accounts.jobs.queue import enqueue
from accounts.merchants.models import Merchant
from core.schedule import PeriodicJob, periodic_jobs
from core.tenancy import every_tenant, tenant

log = logging.getLogger(__name__)


def tick(now: datetime | None = None) -> int:
    """Queue every turn that is due at `now`; returns how many. One turn that cannot be queued does not stop others.

    A turn without anything to do counts as had: its mark moves on, and no job is written for it.
    """
    now = now or timezone.now()
    jobs = periodic_jobs()
    marks = dict(PeriodicMark.objects.values_list("key", "last_slot"))
    merchants: list[Merchant | None] = []
    if any(job.per_merchant for job in jobs):
        merchants = list(Merchant.objects.trading().only("pk", "time_zone"))
    queued, idle = 0, defaultdict(list)
    for job in jobs:
        for merchant in merchants if job.per_merchant else [None]:
            local = now.astimezone(merchant.zone) if merchant else now
            key = f"{job.name}:{merchant.pk}" if merchant else job.name
            slot = job.due_slot(local, marks.get(key))
            if slot is None:
                continue
            try:
                if key in marks and _is_idle(job, now):
                    idle[slot].append(key)
                else:
                    queued += _take_turn(job, merchant, key, slot, now)
            except Exception:  # the others must have their turn; this one comes again with the next tick
                log.exception("could not queue the periodic job %s", key)
    for slot, keys in idle.items():
        PeriodicMark.objects.filter(key__in=keys, last_slot__lt=slot).update(last_slot=slot, last_at=now)
    return queued


def _is_idle(job: PeriodicJob, now: datetime) -> bool:
    if job.when is None:
        return False
    with every_tenant("whether a periodic job has anything to do at any merchant"):
        return not job.when(now)


def _take_turn(job: PeriodicJob, merchant: Merchant | None, key: str, slot: str, now: datetime) -> bool:
    """Move the mark and queue the job in one transaction; False when another supervisor was quicker."""
    with transaction.atomic():
        fields = {"last_slot": slot, "last_at": now}
        if not PeriodicMark.objects.filter(key=key, last_slot__lt=slot).update(**fields):
            first = {**fields, "name": job.name, "merchant": merchant}
            if not PeriodicMark.objects.get_or_create(key=key, defaults=first)[1]:
                return False
        with tenant(merchant) if merchant else nullcontext():
            work = enqueue(job.function, key=f"periodic:{key}")
        PeriodicMark.objects.filter(key=key).update(job=work)
    return True
