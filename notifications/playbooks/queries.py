"""Facts as playbooks see them, and playbooks as their pages show them."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.activity.models import Activity
from accounts.members.models import Membership
from accounts.merchants.models import Merchant
from notifications.playbooks.events import PlaybookFired
from notifications.playbooks.models import Firing, Playbook, PlaybookQuerySet, PlaybookVersion
from notifications.playbooks.rules import Fact, Held, Past, decide
from notifications.playbooks.triggers import kinds_for, trigger_of

LOOK_BACK = timedelta(days=90)
SHOWN = 100  # runs that a dry run lists
CHUNK = 2000


class Seen(NamedTuple):
    """Of an activity what decides: a row of the model costs several times as much to make."""

    pk: int
    kind: str
    at: datetime
    payload: dict[str, Any]
    depth: int
    caused_by_id: int | None


def fact_of(
    activity: Activity | Seen, version: PlaybookVersion, merchant: Merchant, makers: Collection[int] = ()
) -> Fact:
    """An activity as the rules see it, with the figures that conditions of the version speak of."""
    trigger = trigger_of(version.trigger)
    found = activity.payload.get(version.per) if version.per else None
    asked = {row["figure"] for row in version.conditions}
    figures = [figure for figure in trigger.figures if figure.name in asked] if trigger and asked else []
    before = trigger.before(activity.kind, activity.payload) if trigger else None
    return Fact(
        pk=activity.pk,
        at=activity.at,
        day=merchant.day_of(activity.at),
        key="" if found is None else str(found)[:80],
        figures={figure.name: figure.value(activity.payload, activity.at) for figure in figures},
        depth=activity.depth,
        makers=frozenset(makers),
        before=None if before is None else {figure.name: figure.value(before, activity.at) for figure in figures},
    )


def is_asked(version: PlaybookVersion, activity: Activity | Seen) -> bool:
    """Whether the version decides about this fact."""
    trigger = trigger_of(version.trigger)
    return trigger.takes(activity.kind, activity.payload) if trigger else activity.kind == version.trigger


def makers_of(activities: Iterable[Activity | Seen]) -> dict[int, set[int]]:
    """The playbooks among the causes of each of these facts that were caused at all, by fact."""
    found: dict[int, set[int]] = {one.pk: set() for one in activities if one.caused_by_id}
    climb = {one.pk: one.caused_by_id for one in activities if one.caused_by_id}
    while climb:
        rows = Activity.objects.filter(pk__in=set(climb.values())).values_list("pk", "caused_by", "kind", "payload")
        causes = {pk: (above, kind, payload) for pk, above, kind, payload in rows}
        for fact, cause in list(climb.items()):
            above, kind, payload = causes.get(cause, (None, "", {}))
            if kind == PlaybookFired.kind:
                found[fact].add(payload["playbook_id"])
            if above is None:
                del climb[fact]
            else:
                climb[fact] = above
    return found


def facts_of(version: PlaybookVersion, since: datetime, merchant: Merchant) -> Iterator[Fact]:
    """The facts that a version is about since then, in their order; read in one go, held a chunk at a time."""
    rows = Activity.objects.filter(kind__in=kinds_for(version.trigger), at__gte=since).order_by("pk")
    stream = rows.values_list("pk", "kind", "at", "payload", "depth", "caused_by_id").iterator(chunk_size=CHUNK)
    while chunk := [Seen(*row) for row in islice(stream, CHUNK)]:
        makers = makers_of(chunk)
        for activity in chunk:
            if is_asked(version, activity):
                yield fact_of(activity, version, merchant, makers.get(activity.pk, ()))


def past_runs(playbook_id: int, since: datetime) -> list[Past]:
    """When a playbook ran since then, as the rules take it."""
    merchant = Merchant.objects.in_scope()
    rows = Firing.objects.filter(playbook=playbook_id, at__gte=since).order_by("activity_id")
    return [Past(at, merchant.day_of(at), key) for at, key in rows.values_list("at", "key")]


@dataclass(frozen=True)
class WouldRun:
    """One run there would have been."""

    activity: Activity
    fact: Fact


@dataclass(frozen=True)
class DryRun:
    """What a playbook would have done since then: how many facts there were, how many were held back and why, the
    newest 100 runs, newest first, and the activities of all of them in their order.
    """

    since: datetime
    facts: int
    held: Mapping[str, int]
    runs: Sequence[WouldRun]
    fired: Sequence[int]

    @property
    def count(self) -> int:
        return len(self.fired)

    @property
    def by_conditions(self) -> int:
        return self.held.get(Held.CONDITIONS, 0)

    @property
    def by_before(self) -> int:
        return self.held.get(Held.BEFORE, 0)

    @property
    def by_cool_down(self) -> int:
        return self.held.get(Held.COOL_DOWN, 0)

    @property
    def by_limit(self) -> int:
        return self.held.get(Held.LIMIT, 0)

    @property
    def by_loop(self) -> int:
        return self.held.get(Held.LOOP, 0)


def dry_run(version: PlaybookVersion, *, now: datetime | None = None) -> DryRun:
    """What this version would have done on the facts of the last 90 days, had it been on from the first of them."""
    since = (now or timezone.now()) - LOOK_BACK
    facts = facts_of(version, since, Merchant.objects.in_scope())
    newest: deque[Fact] = deque(maxlen=SHOWN)
    held: Counter[str] = Counter()
    fired: list[int] = []
    total = 0
    for decision in decide(version.rule, facts, ()):
        total += 1
        if decision.held is not None:
            held[decision.held] += 1
        else:
            fired.append(decision.fact.pk)
            newest.append(decision.fact)
    activities = Activity.objects.in_bulk([fact.pk for fact in newest])
    runs = [WouldRun(activities[fact.pk], fact) for fact in reversed(newest)]
    return DryRun(since, total, held, runs, fired)


def playbook_list() -> PlaybookQuerySet:
    """Those that were not removed, by name, each with its last run and how often it ran in 90 days."""
    since = timezone.now() - LOOK_BACK
    newest = Firing.objects.filter(playbook=OuterRef("pk")).order_by("-at", "-pk")
    rows: PlaybookQuerySet = Playbook.objects.kept().annotate(
        ran=Count("firings", filter=Q(firings__at__gte=since)),
        last_at=Subquery(newest.values("at")[:1]),
        last_state=Subquery(newest.values("state")[:1]),
        last_id=Subquery(newest.values("pk")[:1]),
    )
    return rows


def version_of(playbook: Playbook) -> PlaybookVersion:
    """What the playbook says now."""
    return PlaybookVersion.objects.select_related("author").get(playbook=playbook, number=playbook.number)


def versions_of(playbooks: Collection[Playbook]) -> dict[int, PlaybookVersion]:
    """What each of these playbooks says now, by playbook."""
    rows = PlaybookVersion.objects.select_related("author").filter(playbook__in=playbooks)
    numbers = {one.pk: one.number for one in playbooks}
    return {row.playbook_id: row for row in rows if row.number == numbers[row.playbook_id]}


def member_of(user_id: int) -> Membership | None:
    """Who works for the merchant in scope, as what; None for one who does not, or may not sign in."""
    rows = Membership.objects.select_related("user", "custom_role", "merchant")
    return rows.filter(user_id=user_id, user__is_active=True).first()


def run_list() -> QuerySet[Firing]:
    return Firing.objects.select_related("playbook", "version", "activity")


def words_of_facts(version: PlaybookVersion, activity: Activity) -> list[tuple[Any, str]]:
    """The figures of a fact with their names, as people write them."""
    trigger = trigger_of(version.trigger)
    if trigger is None:
        return []
    values = trigger.values(activity.payload, activity.at)
    return [(figure.label, figure.shown(values[figure.name])) for figure in trigger.figures]
