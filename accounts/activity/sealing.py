"""Sealing the activity log: a chain of fingerprints that shows any tampering afterwards."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable
from datetime import UTC, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.activity.models import Activity, ActivitySeal
from core.tenancy import every_tenant

log = logging.getLogger(__name__)

# Longer than any transaction lasts (work in the background is stopped after half an hour), so that no entry with a
# lower id appears after its range was sealed.
SETTLED = timedelta(hours=1)
MOST = 10_000


def _line(entry: Activity) -> bytes:
    """The entry as bytes that are the same whenever it is read, on either database."""
    values = [
        entry.pk,
        entry.merchant_id,
        entry.at.astimezone(UTC).isoformat(),
        entry.kind,
        entry.payload,
        entry.changes,
        entry.actor_kind,
        entry.actor_id,
        entry.actor_label,
        entry.subject_type,
        entry.subject_id,
        entry.subject_label,
        entry.caused_by_id,
        entry.depth,
    ]
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode() + b"\n"


def fingerprint(before: str, entries: Iterable[Activity]) -> tuple[str, int]:
    """SHA-256 over the digest before and the entries in the order of their ids; and how many there were."""
    digest, count = hashlib.sha256(before.encode() + b"\n"), 0
    for entry in entries:
        digest.update(_line(entry))
        count += 1
    return digest.hexdigest(), count


def seal() -> int:
    """Seal the settled entries that are not sealed yet. Returns how many; running twice at once seals them once."""
    sealed = 0
    with every_tenant("the chain runs through the entries of all merchants"):
        while count := _seal_some():
            sealed += count
    return sealed


@transaction.atomic
def _seal_some() -> int:
    last = ActivitySeal.objects.select_for_update().order_by("-last_id").first()
    settled = Activity.objects.filter(pk__gt=last.last_id if last else 0).order_by("pk")
    fresh = settled.filter(at__gt=timezone.now() - SETTLED).values_list("pk", flat=True).first()
    if fresh is not None:
        settled = settled.filter(pk__lt=fresh)
    entries = list(settled[:MOST])
    if not entries:
        return 0
    digest, count = fingerprint(last.digest if last else "", entries)
    ActivitySeal.objects.create(first_id=entries[0].pk, last_id=entries[-1].pk, count=count, digest=digest)
    log.info("activity sealed to entry %s: %s", entries[-1].pk, digest)
    return count


def broken_seals() -> list[ActivitySeal]:
    """The seals whose entries are not what they were, an entry before the first one or between two included."""
    broken, before, reached = [], "", 0
    with every_tenant("the chain runs through the entries of all merchants"):
        for known in ActivitySeal.objects.order_by("last_id").iterator():
            entries = Activity.objects.filter(pk__gt=reached, pk__lte=known.last_id).order_by("pk")
            if fingerprint(before, entries.iterator(chunk_size=2000)) != (known.digest, known.count):
                broken.append(known)
            before, reached = known.digest, known.last_id
    return broken
