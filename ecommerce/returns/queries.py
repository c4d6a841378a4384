"""Reading returns: for pages, API and exports alike."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db.models import F, Prefetch, Q, Sum, Value
from django.db.models.functions import Coalesce

from accounts.activity.models import Activity
from core.events import sentence_of
from ecommerce.catalog.models import Product, Variant
from ecommerce.fulfilment.models import Shipment, ShipmentLine
from ecommerce.inventory.models import StockMove
from ecommerce.orders.models import Order, OrderLine
from ecommerce.orders.queries import line_worths
from ecommerce.orders.rules import ZERO
from ecommerce.returns import rules
from ecommerce.returns.models import Return, ReturnLine, ReturnQuerySet

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
PRESUMED = timedelta(days=10)  # after which a parcel without a promised day is taken to have arrived
NOT_COMING = (Return.State.REFUSED, Return.State.CANCELLED)
CAME = (Return.State.RECEIVED, Return.State.REPAIRING, Return.State.SETTLED)


def return_list() -> ReturnQuerySet:
    """Returns with what a row of a list shows. `deadline` is `due_at`, or far away where there is none: to sort by."""
    rows: ReturnQuerySet = Return.objects.select_related("merchant", "order__merchant", "replacement").annotate(
        deadline=Coalesce("due_at", Value(NEVER)), units=Coalesce(Sum("lines__quantity"), 0)
    )
    lines = ReturnLine.objects.select_related("order_line")
    return rows.prefetch_related(Prefetch("lines", lines))


def return_detail() -> ReturnQuerySet:
    """Returns with all that their own page shows."""
    rows: ReturnQuerySet = Return.objects.select_related(
        "merchant", "order__merchant", "order__customer", "payment", "replacement"
    )
    lines = ReturnLine.objects.select_related("order_line__variant__product")
    return rows.prefetch_related(Prefetch("lines", lines), "photos")


def returns_of_order(order: Order) -> ReturnQuerySet:
    """The newest first."""
    return return_list().filter(order=order).prefetch_related("photos").order_by("-requested_at", "-pk")


def search_returns(rows: ReturnQuerySet, words: str) -> ReturnQuerySet:
    """Returns whose number, order, buyer or SKU is `words`, or begins with it."""
    with_sku = ReturnLine.objects.filter(order_line__sku__iexact=words).values("case")
    return rows.filter(
        Q(number__istartswith=words)
        | Q(order__number__istartswith=words.lstrip("#"))
        | Q(order__buyer_name__icontains=words)
        | Q(pk__in=with_sku)
    )


def returnable(order: Order) -> dict[int, int]:
    """Units of each line of the order that were shipped and are not on their way back or back yet, by line id.

    Units that a refund took back to the shelf without a return count as back, repaired ones that were sent to the
    buyer again do not.
    """
    return _left(order, _lines_of(order), _taken_in(order))


def _lines_of(order: Order) -> list[OrderLine]:
    return list(OrderLine.objects.filter(order=order).order_by("position", "pk"))


def _left(order: Order, lines: Sequence[OrderLine], parcels: Mapping[int, int]) -> dict[int, int]:
    """What returnable() says of the lines, of which parcels that were taken in brought back so many units."""
    claimed: Counter[int] = Counter()
    rows = ReturnLine.objects.filter(case__order=order).select_related("case").exclude(case__state__in=NOT_COMING)
    for one in rows.filter(case__sent_back_at=None):
        claimed[one.order_line_id] += one.came if one.case.state in CAME else one.quantity
    taken = Counter(_taken_back(order))
    left = {}
    for line in lines:
        back = min(taken[line.variant_id], line.shipped_quantity) if line.variant_id else 0
        if line.variant_id:
            taken[line.variant_id] -= back
        back += parcels.get(line.pk, 0)
        left[line.pk] = rules.units_left(shipped=line.shipped_quantity, claimed=claimed[line.pk], taken_back=back)
    return left


def arrived_of(order: Order, now: datetime) -> dict[int, int]:
    """Units of each line that can come back from the buyer: of what returnable() gives, those that can be with them.

    A parcel counts once it was delivered, or once its promised day has passed (PRESUMED after it was sent where
    nothing was promised): not every carrier reports. One in trouble, or that came back, is not with the buyer.
    """
    parcels = Shipment.objects.filter(order=order, sent_again_as=None, taken_back_at=None)
    missing: Counter[int] = Counter()
    lines, taken_in = _lines_of(order), _taken_in(order)
    known: Counter[int] = Counter(taken_in)
    for parcel in parcels.prefetch_related("lines"):
        is_there = has_reached(parcel, order, now)
        for one in parcel.lines.all():
            known[one.order_line_id] += one.quantity
            missing[one.order_line_id] += 0 if is_there else one.quantity
    loose = order.delivered_at is not None or _presumed(order.promised_at, order.shipped_at, now)
    free = _left(order, lines, taken_in)
    for line in lines:
        if not loose:  # what left without a parcel we know of
            missing[line.pk] += max(0, line.shipped_quantity - known[line.pk])
        free[line.pk] = max(0, free[line.pk] - missing[line.pk])
    return free


def has_reached(parcel: Shipment, order: Order, now: datetime) -> bool:
    """Whether the parcel is with the buyer, or must be taken to be."""
    if parcel.state in (Shipment.State.DELIVERED, Shipment.State.RETURNED):
        return parcel.state == Shipment.State.DELIVERED
    if order.delivered_at is not None:
        return True
    return parcel.state != Shipment.State.EXCEPTION and _presumed(parcel.promised_at, parcel.shipped_at, now)


def _presumed(promised: datetime | None, shipped: datetime | None, now: datetime) -> bool:
    due = promised or (shipped + PRESUMED if shipped else None)
    return due is not None and shipped is not None and due <= now


def _taken_in(order: Order) -> dict[int, int]:
    """Units by line that came back to the shop in a parcel nobody took, and are in stock or written off.

    Not those of a lost one that came to light: others went out in their place.
    """
    lines = ShipmentLine.objects.filter(
        shipment__order=order, shipment__taken_back_at__isnull=False, shipment__sent_again_as=None
    )
    return dict(lines.order_by().values_list("order_line_id").annotate(units=Sum("quantity")))


def _taken_back(order: Order) -> dict[int, int]:
    """Units by variant that came back to the shelf with a refund of the order."""
    variants = OrderLine.objects.filter(order=order, variant__isnull=False).values("variant")
    moves = StockMove.objects.filter(
        variant__in=variants, reason=StockMove.Reason.RETURN, reference=order.number[:80], quantity__gt=0
    )
    return dict(moves.order_by().values_list("variant").annotate(units=Sum("quantity")))


def units_to_refund(case: Return) -> dict[int, int]:
    """Units by order line that came back and were not refunded yet."""
    came: Counter[int] = Counter()
    for line in case.lines.select_related("order_line"):
        came[line.order_line_id] = min(line.came, line.order_line.quantity - line.order_line.refunded_quantity)
    return {pk: units for pk, units in came.items() if units > 0}


def exchangeable(case: Return, limit: int = 100) -> list[tuple[str, str]]:
    """SKU and title of what is for sale of the same products, to choose from for an exchange."""
    products = {line.order_line.variant.product_id for line in case.lines.all() if line.order_line.variant}
    variants = Variant.objects.filter(product__in=products, is_active=True).select_related("product").order_by("sku")
    return [(variant.sku, variant.full_title) for variant in variants[:limit]]


def worth_of(case: Return) -> Decimal:
    """What the buyer paid for the units that came back, at most what is left of the payment.

    What was given back of it with an exchange that was called off is taken off.
    """
    worths = line_worths(case.order, refundable=True)
    worth = sum((worths[pk].of(units) for pk, units in units_to_refund(case).items()), ZERO)
    return min(max(worth - (case.refund_amount or ZERO), ZERO), case.order.refundable)


@dataclass(frozen=True)
class Moment:
    """One entry of a return's timeline; `who` is "" for what came from outside or happened by itself."""

    at: datetime
    kind: str
    who: str
    sentence: str


def timeline(case: Return) -> list[Moment]:
    """What happened to the return, newest first, in the words of the activity log."""
    log = Activity.objects.about(case._meta.label_lower, case.pk)
    moments = [
        Moment(
            entry.at,
            entry.kind,
            entry.actor_label if entry.actor_kind in ("user", "token") else "",
            sentence_of(entry.kind, entry.payload),
        )
        for entry in log
    ]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)


@dataclass(frozen=True)
class Returns:
    """Of the units that left with orders of a time, how many are coming back or came, and why.

    `reasons` are (reason code, units), the most frequent first.
    """

    shipped: int
    returned: int
    reasons: list[tuple[str, int]]

    @property
    def rate(self) -> float:
        """Part of the shipped units, 0 to 1."""
        return self.returned / self.shipped if self.shipped else 0.0

    @property
    def percent(self) -> float:
        return 100 * self.rate


@dataclass(frozen=True)
class ProductReturns(Returns):
    """Those of one product."""

    product: Product


def reasons_by_product(since: datetime, *, most: int = 500) -> list[ProductReturns]:
    """Products with returns of orders placed since then, the most units returned first.

    Both numbers are of the same orders. Refused and called off returns do not count; units that did not come although
    they were announced do not either. Three queries, however many products.
    """
    kept = ReturnLine.objects.filter(case__order__placed_at__gte=since, order_line__variant__isnull=False)
    kept = kept.exclude(case__state__in=NOT_COMING)
    units: dict[int, Counter[str]] = defaultdict(Counter)
    by_product = F("order_line__variant__product")
    for coming in (True, False):
        rows = kept.exclude(case__state__in=CAME) if coming else kept.filter(case__state__in=CAME)
        counted = Sum("quantity") if coming else Sum(F("restocked") + F("repaired") + F("written_off"))
        for product, reason, count in (
            rows.order_by().annotate(product=by_product).values_list("product", "reason").annotate(count=counted)
        ):
            units[product][reason] += count
    sold = OrderLine.objects.filter(variant__product__in=list(units), order__placed_at__gte=since)
    shipped = dict(sold.order_by().values_list("variant__product").annotate(count=Sum("shipped_quantity")))
    products = Product.objects.select_related("merchant").in_bulk(list(units))
    found = [
        ProductReturns(shipped.get(pk, 0), sum(reasons.values()), reasons.most_common(), products[pk])
        for pk, reasons in units.items()
        if sum(reasons.values())
    ]
    return sorted(found, key=lambda one: (-one.returned, one.product.pk))[:most]
