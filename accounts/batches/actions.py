"""Starting batches, working on them, taking them back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.batches.events import BatchFinished, BatchStarted, BatchStopped
from accounts.batches.kinds import Result, kind_at
from accounts.batches.models import Batch, BatchRow
from core.actors import Actor
from core.bulk import insert_columns
from core.errors import Refused, Transient

log = logging.getLogger(__name__)

MOST = 100_000
State = BatchRow.State


@dataclass(frozen=True)
class RowIn:
    """A row to be worked on. One that comes with a `reason` is refused from the start, as a bad line of a file is."""

    object_id: int | None
    label: str
    params: dict[str, Any] = field(default_factory=dict)
    code: str = ""
    reason: str = ""


@transaction.atomic
def start_batch(
    kind: str,
    rows: Sequence[RowIn],
    *,
    key: str,
    actor: Actor,
    params: dict[str, Any] | None = None,
    language: str = "en",
    back: str = "",
    undo_of: Batch | None = None,
    retry_of: Batch | None = None,
) -> tuple[Batch, bool]:
    """Fix the rows of a batch. Returns it and whether it is new: the same `key` again is the batch there is already.

    Nothing is changed yet: work() does that, here or in the background.
    """
    known = Batch.objects.select_related("merchant").filter(key=key).first()
    if known is not None:
        return known, False
    if not rows:
        raise Refused("nothing_chosen", _("Choose at least one row."))
    if len(rows) > MOST:
        raise Refused("too_many", _("At most %(most)s rows at once. Narrow the list first.") % {"most": f"{MOST:,}"})
    bad = sum(1 for row in rows if row.reason)
    batch = Batch(
        kind=kind, key=key, params=params or {}, language=language, back=back[:1000], total=len(rows), refused=bad,
        actor_kind=actor.kind, actor_id=actor.id, actor_label=actor.label[:150], undo_of=undo_of, retry_of=retry_of,
    )  # fmt: skip
    try:
        with transaction.atomic():
            batch.save()
    except IntegrityError:
        return Batch.objects.select_related("merchant").get(key=key), False
    insert_columns(
        BatchRow,
        {
            "object_id": [row.object_id for row in rows],
            "label": [row.label[:100] for row in rows],
            "params": [row.params for row in rows],
            "state": [str(State.REFUSED if row.reason else State.WAITING) for row in rows],
            "code": [row.code[:40] for row in rows],
            "reason": [row.reason[:300] for row in rows],
        },
        batch_id=batch.pk,
    )
    record(BatchStarted(batch_id=batch.pk, step=kind, total=batch.total), actor=actor, subject=batch)
    return batch, True


def work(batch_id: int, *, go_on: Callable[[Batch], bool]) -> bool:
    """Work on the waiting rows, chunk by chunk, while `go_on(batch)` says so after each. True when none is left.

    Each chunk's changes and results are one transaction, under a lock on the batch: killed at any moment, begun again
    or worked on twice at once, every row is still changed exactly once.
    """
    one_by_one = 0
    while True:
        try:
            batch, found = _chunk(batch_id, 1 if one_by_one else None)
        except (DatabaseError, Refused, Transient):
            raise
        except Exception:
            if one_by_one:
                _refuse_first(batch_id)
            else:  # one of them is at fault; the others are not to suffer for it
                log.exception("a chunk of batch %s failed; its rows are tried one by one", batch_id)
                one_by_one = kind_at(Batch.objects.get(pk=batch_id).kind).chunk + 1
            found = 1
            batch = None
        one_by_one = max(0, one_by_one - 1)
        if not found:
            return True
        if batch is not None and not go_on(batch):
            return False


@transaction.atomic
def _chunk(batch_id: int, size: int | None) -> tuple[Batch, int]:
    batch = Batch.objects.select_for_update(of=("self",)).select_related("merchant").get(pk=batch_id)
    if batch.is_over:
        return batch, 0
    kind = kind_at(batch.kind)
    rows = list(batch.rows.filter(state=State.WAITING).order_by("pk")[: size or kind.chunk])
    if not rows:
        _finish(batch)
        return batch, 0
    with translation.override(batch.language):
        results = kind.apply(rows, batch)
    _write(batch, rows, results)
    return batch, len(rows)


def _write(batch: Batch, rows: Sequence[BatchRow], results: Any) -> None:
    counts = dict.fromkeys(State.values, 0)
    done: dict[int | None, list[int]] = {}
    others = []
    for row in rows:
        result: Result = results[row.pk]
        counts[result.state] += 1
        if result.state == State.DONE:
            done.setdefault(result.activity_id, []).append(row.pk)
        else:
            row.state, row.code, row.reason = result.state, result.code, result.reason
            others.append(row)
    for activity_id, ids in done.items():
        BatchRow.objects.filter(pk__in=ids).update(state=State.DONE, activity_id=activity_id)
    BatchRow.objects.bulk_update(others, ["state", "code", "reason"])
    Batch.objects.filter(pk=batch.pk).update(
        done=F("done") + counts[State.DONE],
        skipped=F("skipped") + counts[State.SKIPPED],
        refused=F("refused") + counts[State.REFUSED],
    )
    batch.done += counts[State.DONE]
    batch.skipped += counts[State.SKIPPED]
    batch.refused += counts[State.REFUSED]


def _finish(batch: Batch) -> None:
    batch.finished_at = timezone.now()
    Batch.objects.filter(pk=batch.pk).update(finished_at=batch.finished_at)
    fact = BatchFinished(
        batch_id=batch.pk, step=batch.kind, done=batch.done, skipped=batch.skipped, refused=batch.refused
    )
    record(fact, actor=batch.actor, subject=batch)


@transaction.atomic
def _refuse_first(batch_id: int) -> None:
    """The next row is one that our code cannot cope with: say so on it, and go on with the others."""
    log.exception("a row of batch %s failed", batch_id)
    batch = Batch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    row = batch.rows.filter(state=State.WAITING).order_by("pk").first()
    if row is None or batch.is_over:
        return
    with translation.override(batch.language):
        reason = _("Something went wrong on our side with this row. It was not changed.")
    _write(batch, [row], {row.pk: Result(State.REFUSED, "fault", reason)})


@transaction.atomic
def stop_batch(batch: Batch, *, actor: Actor) -> Batch:
    """Leave the rows that nobody has looked at yet as they are. Refuses a batch that is over."""
    batch = Batch.objects.select_for_update(of=("self",)).select_related("merchant").get(pk=batch.pk)
    if batch.is_over:
        raise Refused("batch_over", _("It has ended already."))
    left = batch.rows.filter(state=State.WAITING).update(
        state=State.SKIPPED, code="stopped", reason=_("Stopped before its turn.")
    )
    Batch.objects.filter(pk=batch.pk).update(skipped=F("skipped") + left, finished_at=timezone.now())
    record(BatchStopped(batch_id=batch.pk, step=batch.kind, left=left), actor=actor, subject=batch)
    batch.refresh_from_db()
    return batch


def undo_batch(batch: Batch, *, actor: Actor, language: str) -> Batch:
    """Start the batch that takes back what this one has done, row by row; once, however often it is asked for."""
    kind = kind_at(batch.kind)
    if not kind.undo:
        raise Refused("no_undo", str(kind.no_undo) or _("This cannot be taken back."))
    _must_be_over(batch)
    done = batch.rows.filter(state=State.DONE).values_list("object_id", "label", "params")
    return start_batch(
        kind.undo, [RowIn(*row) for row in done], key=f"undo:{batch.pk}", actor=actor, params=batch.params,
        language=language, back=batch.back, undo_of=batch,
    )[0]  # fmt: skip


def retry_batch(batch: Batch, *, actor: Actor, language: str) -> Batch:
    """Start the batch that tries the refused and the stopped rows of this one again; once for each batch."""
    _must_be_over(batch)
    again = batch.rows.filter(state=State.REFUSED) | batch.rows.filter(code="stopped")
    rows = again.exclude(object_id=None).order_by("pk").values_list("object_id", "label", "params")
    return start_batch(
        batch.kind, [RowIn(*row) for row in rows], key=f"retry:{batch.pk}", actor=actor, params=batch.params,
        language=language, back=batch.back, retry_of=batch,
    )[0]  # fmt: skip


def _must_be_over(batch: Batch) -> None:
    if not batch.is_over:
        raise Refused("batch_not_over", _("Wait until it has ended, or stop it first."))


@transaction.atomic
def prune_batches(*, before: Any, limit: int = 50) -> int:
    """Forget batches that ended before a moment, with their rows and files. Returns how many; call until it is 0."""
    old = list(Batch.objects.filter(finished_at__lt=before).order_by("pk").values_list("pk", flat=True)[:limit])
    Batch.objects.filter(pk__in=old).delete()
    return len(old)
