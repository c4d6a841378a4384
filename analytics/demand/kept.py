"""Writing down, week by week, how the promise not to run out was kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from django.db import transaction
from django.db.models import Max

from accounts.merchants.models import Merchant
from analytics import frames
from analytics.demand.models import DemandOutlook, ServiceWeek
from analytics.demand.outlooks import terms_of_shop
from analytics.demand.rules import CLASSES, SERVICE_WEEKS, cut
from analytics.demand.service import newest_weeks
from analytics.engine.protocol import WEEK, Array
from analytics.engine.service import moved, score_of
from core.among import Among
from core.bulk import bulk_insert
from ecommerce.catalog.models import Product
from ecommerce.purchasing.models import PurchaseLine

ORDERED: Final = 182  # days: what was not ordered for longer is not replenished


@transaction.atomic
def record_weeks(today: date) -> int:
    """Write down the weeks that are over and not recorded yet, of every class. Returns how many weeks those are.

    Safe to run at any time and twice. Weeks begin on Monday. Missed nights are made up for, up to SERVICE_WEEKS; the
    first night of a shop that has a forecast looks as far back too. Only the newest week of a night moves the score,
    and only where a week under the same promise was recorded before: the others were lived under points that no week
    before them could move, and those of the first night under points of the shop's own making.

    A variant counts in a week if it has a reorder point, is for sale on the shop's terms, and was ordered from a
    supplier within ORDERED days before. Nobody knows who was turned away, so a week counts as missed by the chance that
    somebody was: 1 - exp(-units expected on its days sold out), as if units were asked for one by one. A slow variant
    whose shelf is empty for two days so hardly counts, which an empty shelf alone would make a miss; where one buyer
    takes many units the chance is overstated, which asks for more stock, not less. The units expected are those of
    today's forecast, and a day counts as sold out if nothing was there from its first to its last moment.

    Shops do not order to the letter what is proposed. A day sold out counts only while a delivery was on its way;
    a variant that was sold out in a week with nothing on its way was not ordered, whatever its point, and counts
    neither as kept nor as missed.
    """
    merchant = Merchant.objects.select_for_update(no_key=True).in_scope()
    last = today - timedelta(days=today.weekday() + WEEK)
    newest = newest_weeks()
    first = last - timedelta(days=(SERVICE_WEEKS - 1) * WEEK)
    if newest:
        first = max(first, max(row.week for row in newest.values()) + timedelta(days=WEEK))
    looked = _looked()
    if first > last or not (newest or looked.variants):
        return 0
    weeks = [first + timedelta(days=days) for days in range(0, (last - first).days + 1, WEEK)]
    tally = _count(looked, weeks, merchant)
    shop = terms_of_shop()
    rows = []
    for place, abc in enumerate(CLASSES):
        level, former = shop.level_of(abc), newest.get(abc)
        goes_on = former is not None and former.level == level
        score = former.score if former is not None and goes_on else score_of(level)
        delay = max((tally.lead[place] + shop.review_days) / WEEK, 1.0)
        for column, week in enumerate(weeks):
            variants, kept = int(tally.variants[place, column]), float(tally.kept[place, column])
            if goes_on and week == last:
                score = moved(score, level, kept, variants, delay)
            row = ServiceWeek(merchant=merchant, abc=abc, week=week, variants=variants, kept=kept, level=level)
            row.unordered, row.weeks, row.score = int(tally.unordered[place, column]), delay, score
            rows.append(row)
    bulk_insert(rows)
    return len(weeks)


@dataclass(frozen=True)
class _Looked:
    """Variants that may count, with the place of their class in CLASSES, units expected a day and days of delivery."""

    variants: list[int]
    place: np.ndarray
    rate: Array
    lead: Array


@dataclass(frozen=True)
class _Tally:
    """Classes x weeks: variants counted, kept (a sum of chances) and left out; mean days of delivery per class."""

    variants: Array
    kept: Array
    unordered: Array
    lead: Array


def _looked() -> _Looked:
    outlooks: Any = DemandOutlook.objects.filter(
        reorder_point__gt=0,
        abc__in=list(CLASSES),
        variant__is_active=True,
        variant__product__state__in=Product.FOR_SALE,
        variant__demand_terms=None,
    )
    rows = list(outlooks.order_by("variant_id").values_list("variant_id", "abc", "mean", "run__horizon", "lead_days"))
    return _Looked(
        [row[0] for row in rows],
        np.array([CLASSES.index(row[1]) for row in rows], dtype=np.intp),
        np.array([row[2] / row[3] for row in rows], dtype=float),
        np.array([row[4] for row in rows], dtype=float),
    )


def _count(looked: _Looked, weeks: Sequence[date], merchant: Merchant) -> _Tally:
    ordered, on_way = _orders(looked.variants, weeks, merchant)
    some = np.flatnonzero(ordered.any(axis=1))
    found = np.zeros((3, len(CLASSES), len(weeks)))
    for part in cut(len(some)):
        rows = some[part]
        ids = [looked.variants[row] for row in rows]
        gone = frames.sold_out_days(ids, weeks[0], weeks[-1] + timedelta(days=WEEK - 1), merchant)
        out = gone.reshape(len(rows), len(weeks), WEEK)
        waited = (gone & on_way[rows]).reshape(out.shape).sum(axis=2)
        left = ordered[rows] & out.any(axis=2) & (waited == 0)
        counted = ordered[rows] & ~left
        kept = np.where(counted, np.exp(-looked.rate[rows, None] * waited), 0.0)
        for row, values in enumerate((counted, kept, left)):
            np.add.at(found[row], looked.place[rows], values)
    lead = np.zeros(len(CLASSES))
    for place in range(len(CLASSES)):
        mine = looked.lead[some][looked.place[some] == place]
        lead[place] = mine.mean() if len(mine) else 0.0
    return _Tally(found[0], found[1], found[2], lead)


def _orders(variants: Sequence[int], weeks: Sequence[date], merchant: Merchant) -> tuple[np.ndarray, np.ndarray]:
    """Whether each variant was ordered lately before each week, variants x weeks, and whether units of it were on their
    way on each day, variants x days. One query."""
    first, days = weeks[0], len(weeks) * WEEK
    begins = np.arange(len(weeks)) * WEEK
    ordered = np.zeros((len(variants), len(weeks)), dtype=bool)
    on_way = np.zeros((len(variants), days), dtype=bool)
    place = {variant: row for row, variant in enumerate(variants)}
    lines: Any = PurchaseLine.objects.filter(
        Among("variant_id", variants),
        order__sent_on__gte=first - timedelta(days=ORDERED),
        order__sent_on__lt=first + timedelta(days=days),
    ).order_by()
    lines = lines.annotate(came=Max("receipts__receipt__received_on"))
    for variant, sent, ended, quantity, accepted, came in lines.values_list(
        "variant_id", "order__sent_on", "order__ended_at", "quantity", "accepted", "came"
    ):
        row, begin = place[variant], (sent - first).days
        since = begins - begin
        ordered[row] |= (since > 0) & (since <= ORDERED)
        over = came if accepted >= quantity else merchant.day_of(ended) if ended is not None else None
        end = days if over is None else (over - first).days + 1
        if end > 0:
            on_way[row, max(begin, 0) : end] = True
    return ordered, on_way
