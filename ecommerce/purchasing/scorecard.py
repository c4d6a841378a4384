"""How a supplier does: measured on what really came, and silent where that is too little to tell.

Everything is of the last twelve months. A constant number of queries, whatever the supplier has sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, Sum

from core.among import Among
from ecommerce.purchasing import rules
from ecommerce.purchasing.models import PurchaseLine, PurchaseOrder, Receipt, Supplier, SupplierPrice
from ecommerce.purchasing.queries import price_list
from ecommerce.purchasing.rules import FEWEST

PERIOD = timedelta(days=365)


@dataclass(frozen=True)
class Share:
    """`part` of `whole` cases; no share where there are too few of them."""

    part: int
    whole: int
    enough: bool

    @property
    def percent(self) -> float | None:
        return 100 * self.part / self.whole if self.enough and self.whole else None


@dataclass(frozen=True)
class LeadTime:
    """Days from the order to a delivery: middle, shortest and longest of `count` deliveries."""

    count: int
    middle: float | None = None
    shortest: int | None = None
    longest: int | None = None


@dataclass(frozen=True)
class PriceMoves:
    """Variants whose price is known from before: how many rose and fell, and the middle change of all in percent."""

    count: int
    up: int
    down: int
    middle: float | None


@dataclass(frozen=True)
class Scorecard:
    """`on_time` counts deliveries, `complete` ended orders, `passed` units; `bought` is in the supplier's currency and
    `share` the percentage of everything the shop ordered in that currency. `sole` counts the variants they offer that
    nobody else does today."""

    receipts: int
    on_time: Share
    complete: Share
    passed: Share
    lead: LeadTime
    prices: PriceMoves
    bought: Decimal
    share: float | None
    sole: int


def scorecard(supplier: Supplier, today: date) -> Scorecard:
    """The scorecard of a supplier on a day: five queries."""
    since = today - PERIOD
    came: Any = Receipt.objects.filter(order__supplier=supplier, received_on__gt=since).order_by()
    columns = ("received_on", "order__sent_on", "order__expected_on", "accepted", "damaged")
    rows = list(came.values_list(*columns))
    due = [day <= expected for day, _sent, expected, _accepted, _damaged in rows if expected is not None]
    good, bad = sum(row[3] for row in rows), sum(row[4] for row in rows)
    ended, whole = _complete(supplier, since)
    bought, share = _share(supplier, since)
    return Scorecard(
        receipts=len(rows),
        on_time=Share(sum(due), len(due), len(due) >= FEWEST),
        complete=Share(whole, ended, ended >= FEWEST),
        passed=Share(good, good + bad, len(rows) >= FEWEST),
        lead=_lead([(day - sent).days for day, sent, *_rest in rows if sent is not None]),
        prices=price_moves(supplier, since, today),
        bought=bought,
        share=share,
        sole=price_list(supplier, today).filter(has_other=False).count(),
    )


def on_time_shares(suppliers: Iterable[int], today: date) -> dict[int, Share]:
    """Of the deliveries of each supplier those that came when they were expected, as scorecard() has it: one query."""
    came: Any = Receipt.objects.filter(
        Among("order__supplier_id", suppliers), received_on__gt=today - PERIOD, order__expected_on__isnull=False
    )
    good = Count("pk", filter=Q(received_on__lte=F("order__expected_on")))
    rows = came.order_by().values("order__supplier_id").annotate(count=Count("pk"), good=good)
    return {row["order__supplier_id"]: Share(row["good"], row["count"], row["count"] >= FEWEST) for row in rows}


def _lead(days: Sequence[int]) -> LeadTime:
    if len(days) < FEWEST:
        return LeadTime(len(days))
    return LeadTime(len(days), median(days), min(days), max(days))


def _complete(supplier: Supplier, since: date) -> tuple[int, int]:
    """Orders that were closed, and those of them of which everything ordered came and was good."""
    short = PurchaseLine.objects.filter(order=OuterRef("pk"), accepted__lt=F("quantity"))
    closed = PurchaseOrder.objects.filter(supplier=supplier, state=rules.CLOSED, sent_on__gt=since).order_by()
    answers = list(closed.annotate(is_short=Exists(short)).values_list("is_short", flat=True))
    return len(answers), answers.count(False)


def _share(supplier: Supplier, since: date) -> tuple[Decimal, float | None]:
    """What was ordered from the supplier, and its percentage of all orders in the same currency."""
    orders = PurchaseOrder.objects.filter(currency=supplier.currency, sent_on__gt=since)
    sums = orders.exclude(state__in=[rules.DRAFT, rules.CANCELLED]).aggregate(
        theirs=Sum("total", filter=Q(supplier=supplier), default=Decimal(0)), all=Sum("total", default=Decimal(0))
    )
    return sums["theirs"], part_of_buying(sums["theirs"], sums["all"])


def part_of_buying(bought: Decimal, whole: Decimal | None) -> float | None:
    """The percentage that `bought` is of the whole; None where nothing was bought."""
    return float(100 * bought / whole) if whole else None


def price_moves(supplier: Supplier, since: date, today: date) -> PriceMoves:
    """What the prices of today are against those of `since`, or the first known after it: one query.

    Variants with one known price, or a free one, say nothing of moves.
    """
    known: Any = SupplierPrice.objects.filter(supplier=supplier, valid_from__lte=today, is_offered=True)
    prices = known.order_by("variant_id", "valid_from", "pk").values_list("variant_id", "valid_from", "price")
    history: dict[int, list[tuple[date, Decimal]]] = {}
    for variant, day, price in prices.iterator(chunk_size=2000):
        history.setdefault(variant, []).append((day, price))
    changes = []
    for rows in history.values():
        before = [price for day, price in rows if day <= since] or [rows[0][1]]
        if len(rows) > 1 and before[-1]:
            changes.append(float(rows[-1][1] / before[-1] - 1) * 100)
    return PriceMoves(
        count=len(changes),
        up=sum(change > 0 for change in changes),
        down=sum(change < 0 for change in changes),
        middle=median(changes) if changes else None,
    )
