"""Working the figures of stock out anew, once a night."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from math import isfinite, sqrt
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.merchants.models import Merchant
from analytics.demand.classes import classes
from analytics.engine.stock import ENDLESS
from analytics.facts.queries import sales_by_variant
from analytics.facts.rules import PACE_DAYS
from analytics.holdings.models import Holding, HoldingTotal
from analytics.holdings.queries import (
    SECONDS,
    Past,
    Place,
    first_move,
    held_variants,
    read_pasts,
)
from analytics.holdings.rules import YEAR, average_level, missed, turnover, variability, weekly_spread
from analytics.restock.rules import Z_80, Cover, cover
from core.among import Among
from core.bulk import insert_columns
from core.money import cents
from ecommerce.inventory.actions import set_classes
from ecommerce.inventory.queries import dead_days

AT_ONCE = 2000  # variants worked out together: two rows of 365 numbers each


@dataclass
class _Clock:
    """The moments of a look: the days of the year looked at end with yesterday, the ledger with now."""

    merchant: Merchant
    dead_days: int
    now: datetime = field(default_factory=timezone.now)

    def __post_init__(self) -> None:
        self.today = self.merchant.day_of(self.now)
        self.begin = self.merchant.day_bounds(self.today - timedelta(days=YEAR))[0]
        self.ledger = first_move(self.begin) or self.now

    def since(self, moment: datetime) -> float:
        return max((self.now - max(moment, self.begin)).total_seconds() / SECONDS, 0.0)

    def average(self, place: Place, start: datetime) -> float:
        """The mean level from a moment on, or over the year where that lies before it."""
        later = (max(start, self.begin) - self.begin).total_seconds() / SECONDS
        since = place.moved_days - place.moved * later
        return max(0.0, average_level(place.on_hand, place.moved, since, self.since(start)))


@dataclass
class _Sum:
    """What adds up over variants; `missed_variance` because they err apart from each other."""

    variants: int = 0
    units: int = 0
    worth: Decimal = Decimal(0)
    without_cost: int = 0
    dead_variants: int = 0
    dead_worth: Decimal = Decimal(0)
    sold_cost: Decimal = Decimal(0)
    average: float = 0.0
    out_days: int = 0
    missed: float = 0.0
    missed_variance: float = 0.0
    missed_without_cost: int = 0

    def stock(self, units: int, cost: Decimal | None, sold: int, average: float, *, dead: bool) -> None:
        if units > 0:
            self.variants += 1
            self.units += units
            self.dead_variants += dead
            if cost is None:
                self.without_cost += 1
            else:
                self.worth += units * cost
                self.dead_worth += units * cost if dead else 0
        if cost is not None:
            self.sold_cost += sold * cost
            self.average += average * float(cost)


def refresh_holdings() -> int:
    """Work out the figures and classes of every variant that is held or sold; returns how many.

    Variants change 2,000 at a time, each lot in a transaction of its own, the totals and classes at the end: a page
    read meanwhile mixes two nights. Doing it twice a night changes nothing.
    """
    merchant = Merchant.objects.in_scope()
    clock = _Clock(merchant, dead_days())
    yesterday, since = clock.today - timedelta(days=1), clock.today - timedelta(days=YEAR)
    ids = held_variants(since)
    sales = sales_by_variant(since, yesterday)
    abc = classes({pk: sales.get(pk, 0.0) for pk in ids})
    sums: dict[int | None, _Sum] = defaultdict(_Sum)
    kinds: dict[int, tuple[str, str]] = {}
    for start in range(0, len(ids), AT_ONCE):
        with transaction.atomic():
            Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
            pasts = read_pasts(merchant, ids[start : start + AT_ONCE], clock.today)
            rows = [_look(past, abc[past.variant_id], clock, sums) for past in pasts]
            _replace(rows, clock)
            kinds |= {row["variant_id"]: (row["abc"], row["xyz"]) for row in rows}
    with transaction.atomic():
        Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
        Holding.objects.exclude(Among("variant_id", kinds)).delete()
        set_classes(kinds)
        _replace_totals(sums, clock)
    return len(kinds)


def _replace(rows: list[dict[str, Any]], clock: _Clock) -> None:
    if rows:
        Holding.objects.filter(Among("variant_id", [row["variant_id"] for row in rows])).delete()
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        insert_columns(Holding, columns, as_of=clock.today, updated_at=clock.now)


def _replace_totals(sums: dict[int | None, _Sum], clock: _Clock) -> None:
    HoldingTotal.objects.all().delete()
    days = clock.since(clock.ledger)
    whole = sums[None]
    HoldingTotal.objects.bulk_create(
        HoldingTotal(
            warehouse_id=warehouse,
            as_of=clock.today,
            variants=one.variants,
            units=one.units,
            worth=cents(one.worth),
            without_cost=one.without_cost,
            dead_days=clock.dead_days,
            dead_variants=one.dead_variants,
            dead_worth=cents(one.dead_worth),
            days=int(days),
            sold_cost=cents(one.sold_cost),
            average_worth=cents(Decimal(str(one.average))),
            turnover=turnover(float(one.sold_cost), one.average, days),
            out_days=one.out_days,
            missed_margin=one.missed,
            missed_margin_low=max(0.0, one.missed - Z_80 * sqrt(one.missed_variance)),
            missed_margin_high=one.missed + Z_80 * sqrt(one.missed_variance),
            missed_without_cost=one.missed_without_cost,
        )
        for warehouse, one in {None: whole, **sums}.items()
    )


def _look(past: Past, abc: str, clock: _Clock, sums: dict[int | None, _Sum]) -> dict[str, Any]:
    """The row of one variant; what it adds to the sums is added."""
    spread, weeks = weekly_spread(past.units)
    idle = _idle(past, clock)
    dead = past.on_hand > 0 and idle >= clock.dead_days
    start = past.first_move or clock.now
    sold = sum(place.sold for place in past.places.values())
    average = sum(clock.average(place, start) for place in past.places.values())
    for warehouse, place in past.places.items():
        common = clock.average(place, clock.ledger)
        for one in (sums[warehouse], sums[None]):
            one.stock(0, past.cost, place.sold, common, dead=dead)
        sums[warehouse].stock(place.on_hand, past.cost, 0, 0.0, dead=dead)
    sums[None].stock(past.on_hand, past.cost, 0, 0.0, dead=dead)
    lasts, per_day = _cover(past)
    known = past.cost is not None and past.is_counted
    cost = past.cost or Decimal(0)
    days = clock.since(start)
    return {
        "variant_id": past.variant_id,
        "abc": abc,
        "xyz": variability(spread),
        "spread": spread,
        "weeks": weeks,
        "on_hand": past.on_hand if past.is_counted else None,
        "available": past.available if past.is_counted else None,
        "worth": cents(past.on_hand * cost) if known else None,
        "sales": cents(past.value),
        "per_day": per_day,
        "is_forecast": past.outlook is not None,
        "cover_low": lasts.low,
        "cover": lasts.middle,
        "cover_high": lasts.high,
        "days": int(days) if past.is_counted else 0,
        "sold_cost": cents(sold * cost) if known else None,
        "average_worth": cents(Decimal(str(average)) * cost) if known else None,
        "turnover": turnover(float(sold * cost), average * float(cost), days) if known else None,
        "last_sale": past.last_sale,
        "idle_days": idle,
        "is_dead": dead,
        **_missed(past, sums[None]),
    }


def _idle(past: Past, clock: _Clock) -> int:
    """Days since the last sale; of what was never sold, since it was first counted."""
    if past.last_sale is not None:
        return max((clock.today - past.last_sale).days, 0)
    return 0 if past.first_move is None else (clock.today - clock.merchant.day_of(past.first_move)).days


def _missed(past: Past, whole: _Sum) -> dict[str, Any]:
    found = missed(past.units, past.missing)
    price = past.value / past.sold if past.sold else past.price
    margin = None if past.cost is None else max(float(price - past.cost), 0.0)
    whole.out_days += past.out
    if found is not None and margin is not None:
        whole.missed += found.units * margin
        whole.missed_variance += (found.deviation * margin) ** 2
    elif past.missing:
        whole.missed_without_cost += margin is None
    units = (None,) * 3 if found is None else (found.low, found.units, found.high)
    money = (None,) * 3 if found is None or margin is None else tuple(one * margin for one in units if one is not None)
    return {
        "out_days": past.out,
        **dict(zip(("missed_low", "missed_units", "missed_high"), units, strict=True)),
        **dict(zip(("missed_margin_low", "missed_margin", "missed_margin_high"), money, strict=True)),
    }


def _cover(past: Past) -> tuple[Cover, float]:
    """How many days the available units last, and what sells a day."""
    endless = Cover(ENDLESS, ENDLESS, ENDLESS)
    if past.outlook is not None:
        low, mean, high, horizon = past.outlook
        free = max(past.available, 0)
        days = (free * horizon / units if units > 0 else ENDLESS for units in (max(high, mean), mean, min(low, mean)))
        return Cover(*_within(days)) if past.is_counted else endless, mean / horizon
    recent = past.recent[-PACE_DAYS:]
    units = int(recent.sum())
    lasts = cover(past.available, units, int((recent**2).sum())) if past.is_counted else None
    per_day = units / PACE_DAYS
    return (Cover(*_within((lasts.low, lasts.middle, lasts.high))) if lasts else endless), per_day


def _within(days: Iterable[float]) -> list[float]:
    return [min(one, ENDLESS) if isfinite(one) else ENDLESS for one in days]
