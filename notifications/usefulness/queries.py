"""What became of what was told, by kind."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum

from core.clocks import WorkingTime
from core.figures import percent
from notifications.inbox.kinds import KINDS, Kind, kind_of
from notifications.inbox.models import Mute, Notification, NotificationQuerySet, Preference
from notifications.inbox.queries import inbox_of
from notifications.staffbox.kinds import KINDS as STAFF_KINDS
from notifications.staffbox.kinds import StaffKind
from notifications.staffbox.models import StaffNotice
from notifications.usefulness.models import KindUse, PartUse
from notifications.usefulness.rules import PERIOD, SPANS, Use, in_time, span_of

COUNTS = ("told", "opened", "acted", "in_time", "muted", "settled")
SPAN_FIELDS = tuple(f"to_{place + 1}" for place in range(len(SPANS) + 1))

# Somebody did it: this person, or one who handled it for all.
ACTED = Q(acted_at__isnull=False) | Q(handled_by__isnull=False)
# It was over without anybody's touching it: what it asked for was done elsewhere, or came right.
SETTLED = Q(state=Notification.State.HANDLED, acted_at=None, handled_by=None)

# By the figure that names the part: the kinds that have parts, by name.
PARTED = {
    figure: {kind.name: kind for kind in KINDS if kind.part == figure}
    for figure in {kind.part for kind in KINDS if kind.part}
}


def measured(now: datetime, at: WorkingTime) -> list[Use]:
    """What became of each kind at the merchant in scope over the last 90 days, from the inboxes themselves.

    Three queries. Only what was acted on is looked at row by row.
    """
    recent: Any = Notification.objects.filter(at__gt=now - PERIOD)
    counts = _counted(recent)
    muted = Preference.objects.filter(inbox=False).order_by().values("kind").annotate(people=Count("pk"))
    off = {row["kind"]: row["people"] for row in muted}
    spans: defaultdict[str, list[int]] = defaultdict(lambda: [0] * len(SPAN_FIELDS))
    soon: defaultdict[str, int] = defaultdict(int)
    done: Any = recent.filter(acted_at__isnull=False).order_by().values_list("kind", "at", "acted_at")
    for name, told, acted in done.iterator(chunk_size=2000):
        kind = kind_of(name)
        if kind is not None:
            spans[name][span_of((acted - told).total_seconds())] += 1
            soon[name] += in_time(kind, told, acted, at)
    found = []
    for row in counts:
        kind = kind_of(row["kind"])
        if kind is not None:
            name = kind.name
            found.append(
                Use(
                    kind,
                    told=row["told"],
                    opened=row["opened"],
                    acted=row["acted"],
                    in_time=soon[name],
                    settled=row["settled"],
                    muted=off.get(kind.like or name, 0),
                    spans=tuple(spans[name]),
                )
            )
    return found


def measured_parts(now: datetime, at: WorkingTime) -> list[Use]:
    """As measured(), of each part of the kinds that have parts: four queries for each figure that names such."""
    recent: Any = Notification.objects.filter(at__gt=now - PERIOD)
    return [use for figure in sorted(PARTED) for use in _measured_by(recent, figure, at)]


def _measured_by(recent: Any, figure: str, at: WorkingTime) -> list[Use]:
    value = f"params__{figure}"
    rows = recent.filter(kind__in=PARTED[figure], **{f"{value}__isnull": False})
    counts = list(_counted(rows, value).annotate(last=Max("pk")))
    newest = Notification.objects.in_bulk([row["last"] for row in counts])
    muted = Mute.objects.filter(kind__in=PARTED[figure]).order_by().values_list("kind", "part")
    off = {(kind, part): people for kind, part, people in muted.annotate(people=Count("pk"))}
    spans: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * len(SPAN_FIELDS))
    soon: Counter[tuple[str, str]] = Counter()
    done = rows.filter(acted_at__isnull=False).order_by().values_list("kind", value, "at", "acted_at")
    for name, part, told, acted in done.iterator(chunk_size=2000):
        spans[name, str(part)][span_of((acted - told).total_seconds())] += 1
        soon[name, str(part)] += in_time(PARTED[figure][name], told, acted, at)
    found = []
    for row in counts:
        kind, part = PARTED[figure][row["kind"]], str(row[value])
        of = kind.name, part
        found.append(
            Use(
                kind,
                told=row["told"],
                opened=row["opened"],
                acted=row["acted"],
                in_time=soon[of],
                settled=row["settled"],
                muted=off.get(of, 0),
                spans=tuple(spans[of]),
                part=part,
                name=kind.part_name(newest[row["last"]].params),
            )
        )
    return found


def _counted(rows: NotificationQuerySet, *parts: str) -> Any:
    """By kind, and by these values besides: how many were told, opened, acted on and over by themselves."""
    return (
        rows.order_by()
        .values("kind", *parts)
        .annotate(
            told=Count("pk"),
            opened=Count("pk", filter=Q(opened_at__isnull=False)),
            acted=Count("pk", filter=ACTED),
            settled=Count("pk", filter=SETTLED),
        )
    )


def shop_use() -> list[Use]:
    """Every kind at the merchant in scope, as of the last night."""
    return _of(KindUse.objects.all())


def parts_use() -> list[Use]:
    """Every part of a kind that can be muted by itself at the merchant in scope, as of the last night, by name."""
    return [_use(kind, vars(row)) for row in PartUse.objects.all() if (kind := kind_of(row.kind)) is not None]


def platform_use() -> list[Use]:
    """Every kind over all merchants, as of the last night. In the scope of every tenant."""
    return _of(KindUse.objects.all())


def last_measured() -> datetime | None:
    at: datetime | None = KindUse.objects.aggregate(at=Max("at"))["at"]
    return at


def _of(rows: QuerySet[KindUse]) -> list[Use]:
    """Sums by kind, in the order of the kinds; those nobody was told of are there with zeros."""
    sums = {name: Sum(name) for name in (*COUNTS, *SPAN_FIELDS)}
    known: dict[str, dict[str, Any]] = {
        row["kind"]: dict(row) for row in rows.order_by().values("kind").annotate(**sums)
    }
    return [_use(kind, known.get(kind.name, {})) for kind in KINDS]


def _use(kind: Kind, row: dict[str, Any]) -> Use:
    counts = {name: row.get(name, 0) for name in COUNTS}
    spans = tuple(row.get(name, 0) for name in SPAN_FIELDS)
    return Use(kind, spans=spans, part=row.get("part", ""), name=row.get("name", ""), **counts)


@dataclass(frozen=True)
class StaffUse:
    """What became of one kind that staff are told: counts of notices in their inboxes over the last 90 days."""

    kind: StaffKind
    told: int = 0
    opened: int = 0
    acted: int = 0

    @property
    def opened_percent(self) -> str:
        return percent(self.opened / self.told if self.told else None)

    @property
    def acted_percent(self) -> str:
        return percent(self.acted / self.told if self.told else None)


def staff_use(now: datetime) -> list[StaffUse]:
    """Every kind that staff are told, by now: their notices are few. One query."""
    rows: Any = StaffNotice.objects.filter(at__gt=now - PERIOD)
    counts = {row["kind"]: row for row in _counted(rows)}
    return [
        StaffUse(kind, *(counts[kind.name][name] for name in ("told", "opened", "acted")))
        if kind.name in counts
        else StaffUse(kind)
        for kind in STAFF_KINDS
    ]


def own_use(user_id: int, now: datetime) -> dict[str, Use]:
    """What one member did with each kind over the last 90 days, by the name of the kind one chooses it by."""
    rows = _counted(inbox_of(user_id).filter(at__gt=now - PERIOD)).values_list(
        "kind", "told", "opened", "acted", "settled"
    )
    sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, told, opened, acted, settled in rows:
        kind = kind_of(name)
        if kind is not None:
            sums[kind.like or kind.name].update(told=told, opened=opened, acted=acted, settled=settled)
    return {
        kind.name: Use(
            kind,
            told=sums[kind.name]["told"],
            opened=sums[kind.name]["opened"],
            acted=sums[kind.name]["acted"],
            in_time=0,
            settled=sums[kind.name]["settled"],
            muted=0,
            spans=(),
        )
        for kind in KINDS
        if kind.name in sums
    }
