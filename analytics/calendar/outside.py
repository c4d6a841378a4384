"""Series from outside: making them, and taking in their values by file or program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.merchants.models import Merchant
from analytics.calendar.events import OutsideSeriesSaved, OutsideValuesAdded
from analytics.calendar.files import day_of, number_of, read_rows
from analytics.calendar.models import OutsideSeries, OutsideUpload, OutsideValue
from analytics.calendar.queries import vintages_of
from analytics.calendar.rules import as_known, checked_day, checked_value, period_end, period_start
from core.actors import Actor
from core.errors import Refused

FIELDS = ("name", "kind", "unit", "period", "ahead", "in_forecasts")


@transaction.atomic
def save_series(series: OutsideSeries, *, actor: Actor, **values: Any) -> OutsideSeries:
    """Make or change a series. Refuses a second one of the same name, and another period once it has values."""
    assert set(values) <= set(FIELDS)
    is_new = series.pk is None
    before = {} if is_new else OutsideSeries.objects.filter(pk=series.pk).values(*FIELDS).get()
    for field, value in values.items():
        setattr(series, field, value)
    series.name = " ".join(series.name.split())
    if OutsideSeries.objects.filter(name=series.name).exclude(pk=series.pk).exists():
        sentence = _("There already is a series of this name.")
        raise Refused("name_taken", sentence, name=sentence)
    if before and series.period != before["period"] and series.values.exists():  # type: ignore[attr-defined]
        sentence = _("It has values already. Make a new series for values of another period.")
        raise Refused("has_values", sentence, period=sentence)
    series.save()
    changes = {field: (before.get(field), getattr(series, field)) for field in FIELDS}
    changes = {field: pair for field, pair in changes.items() if pair[0] != pair[1]}
    fact = OutsideSeriesSaved(series_id=series.pk, name=series.name, is_new=is_new)
    record(fact, actor=actor, subject=series, changes=changes)
    return series


@dataclass(frozen=True)
class Given:
    """A value as somebody gave it; without `known_on` they did not say since when it was known."""

    day: date
    value: float
    known_on: date | None


def checked_given(series: OutsideSeries, day: date, value: float, known_on: date | None, today: date) -> Given:
    """A value that can be kept, its day the first of its period. Refuses what cannot be."""
    start = period_start(checked_day(day, today), series.period)
    if known_on is not None and known_on > today:
        sentence = _("A value cannot be known since a day to come.")
        raise Refused("known_ahead", sentence, known_on=sentence)
    return Given(start, checked_value(series.kind, value), known_on)


@transaction.atomic
def add_values(series: OutsideSeries, given: Sequence[Given], *, source: str) -> tuple[int, int]:
    """Append what is new of these values; returns how many were added, and how many said what was known already.

    Where it was not said since when a value is known: a correction since today, the first value of a period that is
    over since the day after it, one of a period to come is a plan and known since today.
    """
    OutsideSeries.objects.select_for_update().get(pk=series.pk)
    today = Merchant.objects.in_scope().today()
    held = vintages_of(series)
    newest, told = as_known(held), {(one.day, one.value, one.known_on) for one in held}
    fresh = []
    for one in given:
        if newest.get(one.day) == one.value or (one.day, one.value, one.known_on) in told:
            continue
        after = period_end(one.day, series.period) + timedelta(days=1)
        known_on = one.known_on or (today if one.day in newest else min(today, after))
        fresh.append(OutsideValue(series=series, day=one.day, value=one.value, known_on=known_on, source=source[:150]))
    OutsideValue.objects.bulk_create(fresh, batch_size=1000)
    return len(fresh), len(given) - len(fresh)


@transaction.atomic
def upload_values(series: OutsideSeries, *, file_name: str, content: bytes, actor: Actor) -> OutsideUpload:
    """Take in a CSV of `day,value[,known_on]`: good rows are kept, the others stay downloadable with their reasons."""
    today = Merchant.objects.in_scope().today()

    def read(cells: dict[str, str]) -> Given:
        known_on = day_of(cells["known_on"], "known_on") if cells.get("known_on") else None
        day, value = day_of(cells.get("day", ""), "day"), number_of(cells.get("value", ""), "value")
        return checked_given(series, day, value, known_on, today)

    rows = read_rows(content, ("day", "value"), read, lambda one: (one.day, one.known_on))
    upload = OutsideUpload(series=series, file_name=file_name[:150], actor_label=actor.label[:150])
    upload.added, upload.unchanged = add_values(series, [value for _number, value in rows.good], source=file_name)
    upload.bad_rows = rows.bad
    upload.save()
    announce_values(series, upload.added, upload.unchanged, upload.refused, source=file_name, actor=actor)
    return upload


def announce_values(
    series: OutsideSeries, added: int, unchanged: int, refused: int, *, source: str, actor: Actor
) -> None:
    fact = OutsideValuesAdded(
        series_id=series.pk, added=added, unchanged=unchanged, refused=refused, source=source[:150]
    )
    record(fact, actor=actor, subject=series)
