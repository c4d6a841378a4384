"""The figures of the scorecard for many suppliers at once, worked out by the database: to compare, sort and filter.

Each figure is what scorecard() says of one supplier; what too few cases tell is UNKNOWN here, so that it sorts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    Count,
    DecimalField,
    Exists,
    F,
    FloatField,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.functions import Cast, Coalesce, RowNumber

from ecommerce.purchasing import rules
from ecommerce.purchasing.models import PurchaseLine, PurchaseOrder, Receipt, Supplier, SupplierPrice
from ecommerce.purchasing.queries import prices_on, supplier_list
from ecommerce.purchasing.rules import FEWEST
from ecommerce.purchasing.scorecard import PERIOD, part_of_buying

LAST, LEAST = 1_000_000.0, -1_000_000.0  # in place of what is not known: behind everything, going up or going down


class Days(Func):
    """Whole days from the second date to the first."""

    arity = 2
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "CAST(JULIANDAY(%(expressions)s) AS INTEGER)"
        return self.as_sql(compiler, connection, template=template, arg_joiner=") - JULIANDAY(", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="(%(expressions)s)", arg_joiner=" - ", **context)


@dataclass(frozen=True)
class Score:
    """A supplier's figures of twelve months, None where too little tells.

    `on_time`, `complete`, `passed` and `share` are percentages, `lead` the middle of the days to a delivery,
    `price_move` the middle change of prices in percent. `bought` is in the supplier's currency, `share` of all that
    was ordered in it. `sole` variants of theirs nobody else offers.
    """

    supplier: Supplier
    receipts: int
    on_time: float | None
    complete: float | None
    passed: float | None
    lead: float | None
    price_move: float | None
    bought: Decimal
    share: float | None
    sole: int


def currency_totals(today: date) -> dict[str, Decimal]:
    """What was ordered of all suppliers in twelve months, by currency. One query."""
    rows: Any = _ordered(today).order_by().values_list("currency").annotate(total=Sum("total"))
    return dict(rows)


def scored_suppliers(today: date, totals: dict[str, Decimal]) -> QuerySet[Supplier]:
    """The suppliers with their figures, for score_of(); `totals` are currency_totals(). One query."""
    theirs = OuterRef("pk")
    came = Receipt.objects.filter(order__supplier=theirs, received_on__gt=today - PERIOD).order_by()
    due = came.filter(order__expected_on__isnull=False)
    ended: Any = PurchaseOrder.objects.filter(supplier=theirs, state=rules.CLOSED, sent_on__gt=today - PERIOD)
    short = PurchaseLine.objects.filter(order=OuterRef("pk"), accepted__lt=F("quantity"))
    ended = ended.order_by().annotate(is_whole=~Exists(short))
    bought = _ordered(today).filter(supplier=theirs, currency=OuterRef("currency")).order_by().values("supplier")
    money = DecimalField(max_digits=20, decimal_places=2)
    rows: Any = supplier_list()
    return rows.annotate(  # type: ignore[no-any-return]
        receipts=_whole(came.values("order__supplier").annotate(n=Count("pk"))),
        on_time=_percent(due, "order__supplier", Count("pk", filter=Q(received_on__lte=F("order__expected_on")))),
        complete=_percent(ended, "supplier", Count("pk", filter=Q(is_whole=True))),
        passed=_known(_passed(came), LAST),
        lead=_known(_middle(_lead_times(came), "days", FEWEST), LAST),
        price_move=_known(_middle(_price_moves(today), "change", 1), LEAST),
        bought=Coalesce(Subquery(bought.annotate(n=Sum("total")).values("n")), Value(Decimal(0)), output_field=money),
        sole=_whole(_sole(today).values("supplier").annotate(n=Count("pk"))),
    ).annotate(share=_share(totals))


def score_of(row: Any, totals: dict[str, Decimal]) -> Score:
    """The figures of a row of scored_suppliers()."""
    return Score(
        supplier=row,
        receipts=row.receipts,
        on_time=_told(row.on_time),
        complete=_told(row.complete),
        passed=_told(row.passed),
        lead=_told(row.lead),
        price_move=_told(row.price_move),
        bought=row.bought,
        share=part_of_buying(row.bought, totals.get(row.currency)),
        sole=row.sole,
    )


def _told(value: float) -> float | None:
    return None if value in (LAST, LEAST) else value


def _ordered(today: date) -> Any:
    rows = PurchaseOrder.objects.filter(sent_on__gt=today - PERIOD)
    return rows.exclude(state__in=[rules.DRAFT, rules.CANCELLED])


def _whole(counted: Any) -> Any:
    return Coalesce(Subquery(counted.values("n")), 0)


def _known(found: Any, unknown: float) -> Any:
    return Coalesce(found, Value(unknown), output_field=FloatField())


def _percent(rows: Any, supplier: str, good: Count) -> Any:
    """The part of the rows that is good, in percent; LAST for fewer rows than say anything."""
    counted = rows.values(supplier).annotate(n=Count("pk"), good=good).filter(n__gte=FEWEST)
    return _known(Subquery(counted.annotate(part=_of("n")).values("part")), LAST)


def _passed(came: Any) -> Any:
    """Of the units that came those that were accepted, in percent."""
    sums = came.values("order__supplier").annotate(n=Count("pk"), good=Sum("accepted"), bad=Sum("damaged"))
    told = sums.filter(n__gte=FEWEST).annotate(units=F("good") + F("bad")).filter(units__gt=0)
    return Subquery(told.annotate(part=_of("units")).values("part"))


def _of(whole: str) -> Any:
    """`good` of it, in percent; as a float, which literals beside whole numbers are not on PostgreSQL."""
    return Cast("good", FloatField()) * Value(100.0) / F(whole)


def _lead_times(came: Any) -> Any:
    return came.filter(order__sent_on__isnull=False).annotate(days=Days("received_on", "order__sent_on"))


def _price_moves(today: date) -> Any:
    """The newest known price of each variant of which an earlier one is known, with its change in percent."""
    since = today - PERIOD
    known: Any = SupplierPrice.objects.filter(valid_from__lte=today, is_offered=True)
    same = known.filter(supplier=OuterRef("supplier"), variant=OuterRef("variant"))
    newer = same.filter(
        Q(valid_from__gt=OuterRef("valid_from")) | Q(valid_from=OuterRef("valid_from"), pk__gt=OuterRef("pk"))
    )
    then = same.filter(valid_from__lte=since).order_by("-valid_from", "-pk").values("price")
    first = same.order_by("valid_from", "pk").values("price")
    before = Cast(Coalesce(Subquery(then[:1]), Subquery(first[:1])), FloatField())
    rows = known.filter(~Exists(newer), Exists(same.exclude(pk=OuterRef("pk"))), supplier=OuterRef("pk"))
    moved = rows.order_by().annotate(before=before).exclude(before=0)
    return moved.annotate(change=(Cast("price", FloatField()) / F("before") - 1.0) * 100.0)


def _middle(rows: Any, value: str, fewest: int) -> Any:
    """The median of `value` over the rows: the mean of the two in the middle, which may be one and the same row."""
    placed = rows.annotate(
        place=Window(RowNumber(), order_by=[F(value), F("pk")]), all=Window(Count("pk")), value=F(value)
    ).filter(all__gte=fewest)
    low, high = (placed.filter(place=(F("all") + more) / 2).values("value")[:1] for more in (1, 2))
    return (Cast(Subquery(low), FloatField()) + Cast(Subquery(high), FloatField())) / 2.0


def _sole(today: date) -> Any:
    others = prices_on(today).filter(variant=OuterRef("variant"), supplier__archived_at=None)
    other = Exists(others.filter(~Q(supplier=OuterRef("supplier"))))
    return prices_on(today).filter(~other, supplier=OuterRef("pk")).order_by()


def _share(totals: dict[str, Decimal]) -> Any:
    """Of what was ordered in the supplier's currency that from them, in percent; LEAST where nothing was ordered."""
    part = Value(100.0) * Cast("bought", FloatField())
    whens = [When(currency=name, then=part / Value(float(total))) for name, total in totals.items() if total]
    return Case(*whens, default=Value(LEAST), output_field=FloatField())
