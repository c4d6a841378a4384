"""Reading the calendar: own events, choices of festivals, and series from outside as they were known on a day."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Count, Max, Min, QuerySet, Sum

from accounts.merchants.models import Merchant
from analytics.calendar.festivals import Known, known_occasions
from analytics.calendar.models import (
    FestivalMark,
    OccasionChoice,
    OccasionEffect,
    OutsideSeries,
    OutsideUpload,
    OutsideValue,
    OwnEvent,
)
from analytics.calendar.rules import Vintage, as_known, by_week
from analytics.engine.peers import Mark, Peers
from analytics.facts.models import CategoryFact
from core.tenancy import every_tenant
from ecommerce.catalog.models import Category

NEWEST_UPLOADS = 10
OWN = "own:"  # start of the key of an own event; its name follows
MOST_PEERS = 200  # shops whose festivals are pooled; more change nothing in the second digit
MAIN_DAYS = 182  # of sales that say which category is a shop's main one
PRIME_NAMES = frozenset({"prime day", "会员日", "amazon prime day"})


def event_list() -> QuerySet[OwnEvent]:
    return OwnEvent.objects.select_related("merchant")


def occasions_of(merchant: Merchant, first: date, last: date) -> list[tuple[Known, bool]]:
    """Every festival and holiday the shop can follow, and whether it does."""
    chosen = dict(OccasionChoice.objects.values_list("key", "is_on"))
    return [(one, chosen.get(one.key, one.suggested)) for one in known_occasions(merchant.country, first, last)]


def main_category(until: date) -> Category | None:
    """The root category that most of the shop's sales were in, in the half-year up to a day; None without sales."""
    sold: dict[str, float] = {}
    rows = CategoryFact.objects.filter(day__gt=until - timedelta(days=MAIN_DAYS), day__lte=until)
    for path, value in rows.exclude(category=None).order_by().values_list("category__path").annotate(Sum("value")):
        root = path.split("/")[0]
        sold[root] = sold.get(root, 0.0) + float(value)
    return Category.objects.filter(path=max(sold, key=lambda root: (sold[root], root))).first() if sold else None


def peers_of(merchant: Merchant, figure: str, until: date) -> Peers:
    """What festivals did to a figure in other shops of the country; those of the same main category first.

    The one place where a shop's forecast looks at others: the marks become a mean of at least engine.peers.FEWEST
    shops, or nothing (docs/adr/0010).
    """
    main = main_category(until)
    with every_tenant("festival effects are pooled over shops; only means of several shops are used"):
        marks = FestivalMark.objects.filter(merchant__country=merchant.country, figure=figure, known_on__lte=until)
        marks = marks.exclude(merchant=merchant)
        near = marks.filter(category=main) if main is not None else marks.none()
        chosen: dict[int, bool] = {}
        for rows, alike in ((near, True), (marks, False)):
            for shop in rows.order_by("merchant_id").values_list("merchant_id", flat=True).distinct()[:MOST_PEERS]:
                if len(chosen) < MOST_PEERS:
                    chosen.setdefault(shop, alike)
        kept = marks.filter(merchant_id__in=chosen).order_by("merchant_id", "day", "key")
        told = list(kept.values_list("merchant_id", "key", "day", "known_on", "effect", "noise"))
    return Peers(
        tuple(
            Mark(shop, key, day, known_on, tuple(effect), tuple(noise), chosen[shop])
            for shop, key, day, known_on, effect, noise in told
        )
    )


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
