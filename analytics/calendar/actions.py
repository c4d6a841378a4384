"""Entering own events, choosing festivals, and keeping what forecasts saw them do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.merchants.models import Merchant
from analytics.calendar.events import OccasionSwitched, OwnEventDeleted, OwnEventSaved
from analytics.calendar.festivals import known_occasions
from analytics.calendar.files import day_of, read_rows
from analytics.calendar.models import MOST_AROUND, OccasionChoice, OccasionEffect, OwnEvent
from analytics.calendar.rules import checked_event, known_since, name_key
from core.actors import Actor
from core.errors import Refused

FIELDS = ("name", "kind", "first_day", "last_day", "lead_days", "after_days", "yearly", "note")
MOST_EVENTS = 2000
YES = frozenset({"1", "yes", "true", "y", "是"})


@transaction.atomic
def save_event(event: OwnEvent, *, actor: Actor, **values: Any) -> OwnEvent:
    """Enter or change an own event. Refuses spans nobody can mean and more than MOST_EVENTS of them.

    The day since which it is known stays what it was, unless its days change: then it is known since today.
    """
    assert set(values) <= set(FIELDS)
    today = Merchant.objects.in_scope().today()
    is_new = event.pk is None
    before = {} if is_new else OwnEvent.objects.filter(pk=event.pk).values(*FIELDS).get()
    given = checked_event({**{field: getattr(event, field) for field in FIELDS}, **values}, today)
    if is_new and OwnEvent.objects.count() >= MOST_EVENTS:
        raise Refused("too_many", _("There are %(most)s own events; delete old ones first.") % {"most": MOST_EVENTS})
    for field, value in given.items():
        setattr(event, field, value)
    if is_new or (before["first_day"], before["last_day"]) != (event.first_day, event.last_day):
        event.known_on = known_since(event.first_day, today)
    event.save()
    changes = {field: (before.get(field), given[field]) for field in FIELDS if before.get(field) != given[field]}
    fact = OwnEventSaved(
        event_id=event.pk,
        name=event.name,
        first_day=event.first_day.isoformat(),
        last_day=event.last_day.isoformat(),
        is_new=is_new,
    )
    record(fact, actor=actor, subject=event, changes=changes)
    return event


@transaction.atomic
def delete_event(event: OwnEvent, *, actor: Actor) -> None:
    """Forget an own event. Forecasts that were made with it stay what they are."""
    fact = OwnEventDeleted(event_id=event.pk, name=event.name, first_day=event.first_day.isoformat())
    record(fact, actor=actor, subject=event)
    event.delete()


@transaction.atomic
def switch_occasion(key: str, is_on: bool, *, actor: Actor) -> None:
    """Follow a festival or holiday from now on, or no longer. Refuses one that the shop's country does not have."""
    merchant = Merchant.objects.in_scope()
    today = merchant.today()
    known = next((one for one in known_occasions(merchant.country, today, today) if one.key == key), None)
    if known is None:
        raise Refused("unknown_occasion", _("There is no such festival."))
    if is_on == known.suggested:
        changed = OccasionChoice.objects.filter(key=key).delete()[0] > 0
    else:
        _row, changed = OccasionChoice.objects.get_or_create(key=key, defaults={"is_on": is_on})
        changed = OccasionChoice.objects.filter(key=key).exclude(is_on=is_on).update(is_on=is_on) > 0 or changed
    if changed:
        record(OccasionSwitched(key=key, is_on=is_on), actor=actor)


@transaction.atomic
def import_events(content: bytes, *, actor: Actor) -> tuple[int, int, list[list[Any]]]:
    """Take in a CSV of own events; returns how many are new, how many were there already, and the rows refused.

    Columns: name, first_day, and if wanted last_day, kind, lead_days, after_days, yearly, note.
    """
    today = Merchant.objects.in_scope().today()

    def read(cells: dict[str, str]) -> dict[str, Any]:
        first = day_of(cells.get("first_day", ""), "first_day")
        last = day_of(cells["last_day"], "last_day") if cells.get("last_day") else first
        kind = cells.get("kind", "").lower() or OwnEvent.Kind.PROMOTION
        if kind not in OwnEvent.Kind.values:
            raise Refused("bad_kind", _("“%(kind)s” is none of %(kinds)s.") % {
                "kind": kind[:40], "kinds": ", ".join(OwnEvent.Kind.values)
            })  # fmt: skip
        values = {
            "name": cells.get("name", "")[:80],
            "kind": kind,
            "first_day": first,
            "last_day": last,
            "lead_days": _count(cells.get("lead_days", "")),
            "after_days": _count(cells.get("after_days", "")),
            "yearly": cells.get("yearly", "").lower() in YES,
            "note": cells.get("note", "")[:300],
        }
        return checked_event(values, today)

    rows = read_rows(content, ("name", "first_day"), read, lambda one: (name_key(one["name"]), one["first_day"]))
    held = {(event.name_key, event.first_day): event for event in OwnEvent.objects.all()}
    added = kept = 0
    for _number, values in rows.good:
        event = held.get((name_key(values["name"]), values["first_day"]))
        if event is not None and all(getattr(event, field) == values[field] for field in FIELDS):
            kept += 1
            continue
        added += event is None
        kept += event is not None
        save_event(event or OwnEvent(), actor=actor, **values)
    return added, kept, rows.bad


def _count(text: str) -> int:
    if not text:
        return 0
    if not text.isdecimal() or int(text[:6]) > MOST_AROUND:
        raise Refused("bad_count", _("“%(text)s” is not a number of days up to %(most)s.") % {
            "text": text[:40], "most": MOST_AROUND
        })  # fmt: skip
    return int(text)


@transaction.atomic
def keep_effects(measure: str, seen: Iterable[tuple[str, int, float | None]], seen_to: date) -> None:
    """Replace what is told of occasions by what the newest forecast of the measure saw: (key, past, change)."""
    OccasionEffect.objects.filter(measure=measure).delete()
    OccasionEffect.objects.bulk_create(
        OccasionEffect(measure=measure, key=key[:100], past=past, change=change, seen_to=seen_to)
        for key, past, change in seen
    )
