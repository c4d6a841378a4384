"""Reading orders: for pages, API and exports alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.dateparse import parse_datetime

from accounts.activity.models import Activity
from accounts.batches.queries import facts_about
from accounts.merchants.models import Merchant
from core.statements import Shaped, Statement, once_a_shop
from core.tags import Joined
from core.together import fill, hold, hold_each, together
from ecommerce.catalog.models import Product, Variant
from ecommerce.customers.models import Customer, CustomerTag
from ecommerce.inventory.models import Lot
from ecommerce.orders import rules
from ecommerce.orders.models import LineLot, Order, OrderLine, OrderNote, OrderQuerySet, OrderTag, Payment, RiskFlag
from ecommerce.orders.rules import ZERO
from ecommerce.orders.stories import Moment, stories_for, who_did

NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@once_a_shop
def order_list() -> OrderQuerySet:
    """Orders with what a row of a list shows. `deadline` is `ship_by`, or far away where there is none: to sort by."""
    rows: OrderQuerySet = Order.objects.select_related("merchant").annotate(
        deadline=Coalesce("ship_by", Value(NEVER)),
        is_risky=Exists(RiskFlag.objects.filter(order=OuterRef("pk"), settled_at=None)),
        tag_names=Subquery(
            OrderTag.objects.filter(order=OuterRef("pk"))
            .order_by()
            .values("order")
            .annotate(n=Joined("name"))
            .values("n")
        ),
        is_noted=Exists(OrderNote.objects.filter(order=OuterRef("pk"))),
    )
    return rows


def orders_with_lot(lot: Lot) -> QuerySet[LineLot]:
    """The lines that got units of a lot, with their orders."""
    return LineLot.objects.filter(lot=lot).select_related("line__order__merchant", "line__variant")


def search_lot_orders(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """By number of the order, or name or e-mail of the buyer."""
    return rows.filter(
        Q(line__order__number__icontains=words)
        | Q(line__order__buyer_name__icontains=words)
        | Q(line__order__buyer_email__iexact=words)
    )


def order_detail() -> OrderQuerySet:
    """Orders with all that their own page shows, parcels included."""
    rows: OrderQuerySet = Order.objects.select_related("merchant", "customer", "replaces").prefetch_related(
        Prefetch("lines", OrderLine.objects.select_related("variant__product", "warehouse")),
        Prefetch("payments", Payment.objects.order_by("at", "pk")),
        "notes",
        "invoices",
        "risk_flags",
        "tags",
        "customer__tags",
        "shipments__lines__order_line__variant",
        "shipments__events",
        "shipments__warehouse",
    )
    return rows


def orders_of_customer(customer: Customer) -> OrderQuerySet:
    """Their orders, the newest first."""
    return order_list().filter(customer=customer).order_by("-placed_at", "-pk")


def orders_with_product(product: Product) -> OrderQuerySet:
    """The orders in which one of its variants was bought, the newest first."""
    bought = OrderLine.objects.filter(variant__product=product)
    return order_list().filter(pk__in=bought.values("order")).order_by("-placed_at", "-pk")


def _newer(at: datetime, pk: int) -> QuerySet[Order]:
    rows = Order.objects.only("number", "merchant").filter(Q(placed_at__gt=at) | Q(placed_at=at, pk__gt=pk))
    return rows.filter(placed_at__gte=at).order_by("placed_at", "pk")[:1]


def _older(at: datetime, pk: int) -> QuerySet[Order]:
    rows = Order.objects.only("number", "merchant").filter(Q(placed_at__lt=at) | Q(placed_at=at, pk__lt=pk))
    return rows.filter(placed_at__lte=at).order_by("-placed_at", "-pk")[:1]


NEWER, OLDER = Shaped(_newer), Shaped(_older)


def neighbours(order: Order) -> dict[str, Statement]:
    """The orders placed just after ("newer") and just before it ("older"), one each or none."""
    at, pk = order.placed_at, order.pk
    return {"newer": NEWER.statement(at, pk), "older": OLDER.statement(at, pk)}


TOGETHER = {"orders.confirmed_together": "confirmed_at", "orders.packed_together": "packed_at"}
STAMPS = {
    "orders.placed": "placed_at",
    "orders.paid": "paid_at",
    "orders.packed": "packed_at",
    "orders.delivered": "delivered_at",
    "orders.completed": "completed_at",
    "orders.cancelled": "cancelled_at",
}


def _nothing_else(word: str) -> bool:
    return False


def timeline(
    order: Order,
    log: Mapping[str, Iterable[Any]] | None = None,
    may: Callable[[str], bool] = _nothing_else,
) -> list[Moment]:
    """What happened to the order, newest first: the activity log, and dates that came with it from elsewhere.

    Who may read of its returns and the like finds what happened to these too. `log` are the rows of log_of(order, may),
    where they are read already.
    """
    log = together(**log_of(order, may)) if log is None else log
    notes = {note.pk: note.text for note in order.notes.all()}
    moments = [
        Moment(
            _time_of(entry, order),
            entry.kind.removesuffix("_together"),
            who_did(entry),
            entry.payload,
            notes.pop(entry.payload.get("note_id"), ""),
        )
        for entry in [*log["about"], *_done_together(order, log)]
    ]
    told = {moment.kind for moment in moments}
    if any(moment.facts.get("paid") for moment in moments):
        told.add("orders.paid")
    for kind, stamp in STAMPS.items():
        at = getattr(order, stamp)
        if at is not None and kind not in told:
            moments.append(Moment(at, kind))
    for story in stories_for(may):
        moments += [story.tell(order, row, may) for row in log[story.name]]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)


def _told_near(*moments: datetime | None) -> QuerySet[Activity]:
    at = Q()
    for kind, moment in zip(TOGETHER, moments, strict=True):
        if moment is not None:
            at |= Q(kind=kind, at__gte=moment)
    return Activity.objects.filter(at or Q(pk__lt=0)).order_by("at", "pk")[:20]


ABOUT = Shaped(lambda pk: Activity.objects.about(Order._meta.label_lower, pk))
NEAR = Shaped(_told_near)
IN_BATCHES = Shaped(lambda pk: facts_about("orders.", pk))
LINES = Shaped(lambda pk: OrderLine.objects.select_related("variant").filter(order=pk))
LOTS = Shaped(lambda pk: LineLot.objects.select_related("lot").filter(line__order=pk))
BUYER_TAGS = Shaped(lambda pk: CustomerTag.objects.filter(customer=pk))


def log_of(order: Order, may: Callable[[str], bool] = _nothing_else) -> dict[str, Statement]:
    """The entries of the log that are about the order ("about"), and those about many orders that may be about it too.

    Of these, "near" are told of at the times the order carries, "together" in its rows of batches. What one may read of
    the things that belong to it stands under the name of each story.
    """
    return {
        "about": ABOUT.statement(order.pk),
        "near": NEAR.statement(*(getattr(order, stamp) for stamp in TOGETHER.values())),
        "together": IN_BATCHES.statement(order.pk),
        **{story.name: story.facts.statement(order.pk) for story in stories_for(may)},
    }


def _time_of(entry: Activity, order: Order) -> datetime:
    """When it happened, which for what others reported is not when it was written down."""
    if entry.kind == "orders.placed":
        return order.placed_at
    return parse_datetime(entry.payload.get("at") or "") or entry.at


def _done_together(order: Order, log: Mapping[str, Iterable[Activity]]) -> list[Activity]:
    """Facts about many orders at once that include this one."""
    found = {entry.pk: entry for entry in log["near"] if order.pk in entry.payload.get("order_ids", [])}
    found |= {entry.pk: entry for entry in log["together"] if entry.kind.endswith("_together")}
    return list(found.values())


@dataclass(frozen=True)
class OrderPage:
    """An order with all that its own page shows, and the orders beside it."""

    order: Order
    moments: list[Moment]
    newer: Order | None
    older: Order | None


def order_page(merchant: Merchant, number: str, may: Callable[[str], bool]) -> OrderPage:
    """The order of that number of the merchant in scope, for the page of somebody with these rights; Order.DoesNotExist
    where there is none. Two queries, whatever it holds.
    """
    order = Order.objects.select_related("customer").get(number=number)
    order.merchant = merchant
    buyer = order.customer
    found = fill(
        order,
        "payments", "notes", "invoices", "risk_flags", "tags", "shipments", "shipments__lines", "shipments__events",
        **log_of(order, may),
        **neighbours(order),
        order_lines=LINES.statement(order.pk),
        lots=LOTS.statement(order.pk),
        **({"buyer_tags": BUYER_TAGS.statement(buyer.pk)} if buyer else {}),
    )  # fmt: skip
    lines = {line.pk: line for line in found["order_lines"]}
    hold_each([order], "lines", "order", found["order_lines"])
    hold_each(found["order_lines"], "lots", "line", found["lots"])
    for parcel in order.shipments.all():
        for part in parcel.lines.all():
            part.order_line = lines[part.order_line_id]
    if buyer:
        hold(buyer, "tags", found["buyer_tags"])
    for beside in (*found["newer"], *found["older"]):
        beside.merchant = order.merchant
    newer, older = (next(iter(found[name]), None) for name in ("newer", "older"))
    return OrderPage(order, timeline(order, found, may), newer, older)


@dataclass(frozen=True)
class LineWorth:
    """What a line is worth after its part of the order's discount and tax; `before` units of it are refunded."""

    net: Decimal
    quantity: int
    before: int = 0

    def of(self, units: int) -> Decimal:
        return rules.worth_of_units(self.net, self.quantity, units, self.before)


def line_worths(order: Order, *, refundable: bool = False) -> dict[int, LineWorth]:
    """By line id. All units of all lines are worth the order's total without shipping, to the cent.

    With `refundable` the units that were refunded count as gone.
    """
    lines = list(order.lines.all())
    nets = [line.total for line in lines]
    on_order = order.discount - sum((line.discount for line in lines), ZERO)
    less, more = rules.spread(max(on_order, ZERO), nets), rules.spread(order.tax, nets)
    return {
        line.pk: LineWorth(net - minus + plus, line.quantity, line.refunded_quantity if refundable else 0)
        for line, net, minus, plus in zip(lines, nets, less, more, strict=True)
    }


def skus_to_offer(limit: int = 200) -> list[tuple[str, str]]:
    """SKU and title of products for sale, to choose from when an order is written by hand."""
    variants = Variant.objects.filter(is_active=True).select_related("product").order_by("sku")
    return [(variant.sku, variant.full_title) for variant in variants[:limit]]


def orders_with_lines() -> OrderQuerySet:
    """Orders with their lines, tags, notes and risks, for programs: as many queries for a page as for one."""
    rows: OrderQuerySet = Order.objects.select_related("merchant", "replaces").prefetch_related(
        "lines", "tags", "notes", "risk_flags"
    )
    return rows


def tag_names(limit: int = 200) -> list[str]:
    """Tags in use on the merchant's orders, in order."""
    return list(OrderTag.objects.order_by("name").values_list("name", flat=True).distinct()[:limit])
