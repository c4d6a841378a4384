"""Reading the calendar: own events, choices of festivals, and series from outside as they were known on a day."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, Max, Min, QuerySet

from accounts.merchants.models import Merchant
from analytics.calendar.festivals import Known, known_occasions
from analytics.calendar.models import (
    OccasionChoice,
    OccasionEffect,
    OutsideSeries,
    OutsideUpload,
    OutsideValue,
    OwnEvent,
)
from analytics.calendar.rules import Vintage, as_known, by_week

NEWEST_UPLOADS = 10
OWN = "own:"  # start of the key of an own event; its name follows
PRIME_NAMES = frozenset({"prime day", "会员日", "amazon prime day"})


def event_list() -> QuerySet[OwnEvent]:
    return OwnEvent.objects.select_related("merchant")


def occasions_of(merchant: Merchant, first: date, last: date) -> list[tuple[Known, bool]]:
    """Every festival and holiday the shop can follow, and whether it does."""
    chosen = dict(OccasionChoice.objects.values_list("key", "is_on"))
    return [(one, chosen.get(one.key, one.suggested)) for one in known_occasions(merchant.country, first, last)]


def effects_of(measure: str) -> dict[str, OccasionEffect]:
    """What the newest forecast of a measure saw each occasion do, by key."""
    return {one.key: one for one in OccasionEffect.objects.filter(measure=measure)}


def series_list() -> QuerySet[OutsideSeries]:
    """Series with what a row of their list shows: how many values, from when to when."""
    rows = OutsideSeries.objects.select_related("merchant")
    return rows.annotate(count=Count("values"), first=Min("values__day"), last=Max("values__day"))


def vintages_of(series: OutsideSeries) -> list[Vintage]:
    """All values a series ever had, in the order in which they came in."""
    rows = OutsideValue.objects.filter(series=series).order_by("day", "pk").values_list("day", "value", "known_on")
    return [Vintage(*row) for row in rows]


def values_of(series: OutsideSeries, as_of: date | None = None) -> dict[date, float]:
    """The values by the first day of their period, as known on `as_of` (None: now)."""
    return as_known(vintages_of(series), as_of)


def weekly_values(
    *, kind: str, first: date | None = None, last: date | None = None, as_of: date | None = None
) -> dict[date, float]:
    """The values of all series of a kind in the shop in scope, per week by its Monday, oldest first.

    Advertising spend is spread evenly over the days of its period and added up over all its series; other kinds are
    means. `first` and `last` keep the weeks that begin between them; `as_of` forgets what was not known on that day.
    A week for which nothing is known is left out, which is not the same as nothing spent.
    """
    found: dict[date, list[float]] = {}
    series = list(OutsideSeries.objects.filter(kind=kind))
    for one in series:
        for monday, value in by_week(values_of(one, as_of), one.period, summed=one.is_summed).items():
            if (first is None or monday >= first) and (last is None or monday <= last):
                found.setdefault(monday, []).append(value)
    summed = kind == OutsideSeries.Kind.AD_SPEND
    return {monday: sum(values) if summed else sum(values) / len(values) for monday, values in sorted(found.items())}


def newest_uploads(series: OutsideSeries) -> QuerySet[OutsideUpload]:
    return OutsideUpload.objects.filter(series=series)[:NEWEST_UPLOADS]
