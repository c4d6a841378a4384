"""What follows from an order's figures: totals, deadlines, how much may be given back. No database, no clock."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal

from core.clocks import WorkingTime, add_working_days, add_working_time, next_working_day
from core.money import CENT, LARGEST, cents

MOST_LINES = 200
MOST_UNITS = 1_000_000
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class LineIn:
    """One line of an order to be placed. Without `unit_price` the variant's price counts, without `title` its title."""

    sku: str
    quantity: int
    unit_price: Decimal | None = None
    discount: Decimal = ZERO
    title: str = ""


@dataclass(frozen=True)
class BuyerIn:
    """Who ordered and where to. Known again by `external_id`, else by e-mail."""

    name: str = ""
    email: str = ""
    phone: str = ""
    external_id: str = ""
    language: str = ""
    address: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""


@dataclass(frozen=True)
class OrderIn:
    """An order to be placed. `discount` is on the whole order, beside those of the lines; what the coupon of that code
    takes off comes on top of it.

    (channel, external_id) names it on its channel: the same one twice is one order. Without a `number` it gets the
    next one. `payment_method` is only read when it is `paid`.
    """

    lines: Sequence[LineIn]
    buyer: BuyerIn = field(default_factory=BuyerIn)
    channel: str = "online_store"
    external_id: str = ""
    number: str = ""
    placed_at: datetime | None = None
    discount: Decimal = ZERO
    shipping_fee: Decimal = ZERO
    tax: Decimal = ZERO
    paid: bool = False
    payment_method: str = ""
    payment_reference: str = ""
    promised_at: datetime | None = None
    buyer_note: str = ""
    card_check: str = ""
    ip_country: str = ""
    coupon_code: str = ""


@dataclass(frozen=True)
class Totals:
    subtotal: Decimal
    discount: Decimal
    shipping_fee: Decimal
    tax: Decimal
    total: Decimal


class BadFigures(ValueError):
    """The figures of an order cannot be; `field` names the one at fault."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def line_total(quantity: int, unit_price: Decimal, discount: Decimal = ZERO) -> Decimal:
    """What a line costs. Raises BadFigures for a quantity below one, a negative price, a discount above the price."""
    if not 1 <= quantity <= MOST_UNITS:
        raise BadFigures("quantity")
    if not (unit_price.is_finite() and 0 <= unit_price <= LARGEST):
        raise BadFigures("unit_price")
    gross = cents(quantity * unit_price)
    if gross > LARGEST:
        raise BadFigures("quantity")
    if not (discount.is_finite() and 0 <= discount <= gross):
        raise BadFigures("discount")
    return gross - cents(discount)


def totals(
    lines: Sequence[tuple[int, Decimal, Decimal]],
    *,
    discount: Decimal = ZERO,
    shipping_fee: Decimal = ZERO,
    tax: Decimal = ZERO,
) -> Totals:
    """The totals of an order from its lines (quantity, unit price, line discount) and what is on the whole of it.

    subtotal is before every discount; discount is that of the lines and of the order together;
    total = subtotal - discount + shipping_fee + tax. Raises BadFigures.
    """
    if not 1 <= len(lines) <= MOST_LINES:
        raise BadFigures("lines")
    net = sum((line_total(*line) for line in lines), ZERO)
    subtotal = sum((cents(quantity * price) for quantity, price, _ in lines), ZERO)
    for name, amount in (("discount", discount), ("shipping_fee", shipping_fee), ("tax", tax)):
        if not (amount.is_finite() and 0 <= amount <= LARGEST):
            raise BadFigures(name)
    discount, shipping_fee, tax = cents(discount), cents(shipping_fee), cents(tax)
    if discount > net:
        raise BadFigures("discount")
    total = net - discount + shipping_fee + tax
    if max(subtotal, total) > LARGEST:
        raise BadFigures("total")
    return Totals(subtotal, subtotal - net + discount, shipping_fee, tax, total)


def spread(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """`amount` in parts that stand to each other as `weights` do, and add up to it exactly.

    Each part is rounded down to the cent; the cents left over go to the largest remainders, first come first.
    """
    whole = sum(weights, ZERO)
    if not whole:
        return [ZERO for _ in weights]
    exact = [amount * weight / whole for weight in weights]
    parts = [(value // CENT) * CENT for value in exact]
    left = int((amount - sum(parts, ZERO)) / CENT)
    for i in sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))[:left]:
        parts[i] += CENT
    return parts


def resized(line: tuple[int, Decimal, Decimal], quantity: int) -> tuple[int, Decimal, Decimal]:
    """A line (quantity, unit price, discount) with another quantity: the price stays, the discount goes with it."""
    before, price, discount = line
    return quantity, price, cents(discount * quantity / before)


def edited_totals(
    before: Totals,
    old: Sequence[tuple[int, Decimal, Decimal]],
    new: Sequence[tuple[int, Decimal, Decimal]],
    shipping_fee: Decimal | None = None,
) -> Totals:
    """The totals of an order whose lines become others. Raises BadFigures.

    What was taken off the whole order stays, as far as the lines come to it. Tax stays the same part of what the goods
    cost after all discounts; where they cost nothing before, its amount stays.
    """
    old_net, new_net = (sum((line_total(*line) for line in lines), ZERO) for lines in (old, new))
    on_order = max(before.discount - sum((line[2] for line in old), ZERO), ZERO)
    discount = min(on_order, new_net)
    taxed = old_net - on_order
    tax = cents(before.tax * (new_net - discount) / taxed) if taxed > 0 else before.tax
    return totals(
        new, discount=discount, shipping_fee=before.shipping_fee if shipping_fee is None else shipping_fee, tax=tax
    )


@dataclass(frozen=True)
class Share:
    """One of the two orders that one becomes: its lines (0 units: not in it) and totals."""

    lines: tuple[tuple[int, Decimal, Decimal], ...]
    totals: Totals


def split_figures(
    before: Totals, lines: Sequence[tuple[int, Decimal, Decimal]], moved: Sequence[int]
) -> tuple[Share, Share]:
    """What stays and what goes when `moved` units of the lines become an order of their own.

    Every figure of the two adds up to that of the one, to the cent: a line's discount goes by units, the discount on
    the whole order and the tax by what the goods of each cost. Shipping was paid once and stays. Raises BadFigures
    when nothing moves, or nothing stays.
    """
    go = [resized(line, units) for line, units in zip(lines, moved, strict=True)]
    stay = [(was[0] - part[0], was[1], was[2] - part[2]) for was, part in zip(lines, go, strict=True)]
    both = [[line for line in part if line[0]] for part in (stay, go)]
    if not all(both):
        raise BadFigures("lines")
    nets = [sum((line_total(*line) for line in part), ZERO) for part in both]
    on_order = max(before.discount - sum((line[2] for line in lines), ZERO), ZERO)
    discounts = _shared(on_order, nets)
    taxes = _shared(before.tax, [net - less for net, less in zip(nets, discounts, strict=True)])
    first, second = (
        totals(part, discount=discount, shipping_fee=fee, tax=tax)
        for part, discount, fee, tax in zip(both, discounts, (before.shipping_fee, ZERO), taxes, strict=True)
    )
    return Share(tuple(stay), first), Share(tuple(go), second)


def _shared(amount: Decimal, weights: list[Decimal]) -> list[Decimal]:
    return spread(amount, weights) if any(weights) else [amount, *(ZERO for _ in weights[1:])]


def worth_of_units(line_net: Decimal, quantity: int, units: int, before: int = 0) -> Decimal:
    """What `units` of a line cost, when `before` others of it were counted already.

    All units together are worth exactly the line: the last one takes what rounding left.
    """
    return cents(line_net * (before + units) / quantity) - cents(line_net * before / quantity)


def is_refundable(amount: Decimal, *, paid: Decimal, refunded: Decimal) -> bool:
    """Whether `amount` may be given back: more than nothing, never more than is left of what was paid."""
    return amount.is_finite() and amount == cents(amount) and ZERO < amount <= paid - refunded


def ship_by(since: datetime, within_hours: int, at: WorkingTime, cut_off: time | None = None) -> datetime:
    """The deadline of an order that is ready to go since `since` (it was paid then), to the minute.

    Without a cut-off the hours run from then, but not on days off. With one, an order that is ready by it counts on
    that day, a later one on the next working day, and the deadline is a closing time: within 24 hours that of the day
    it counts on, within 48 that of the next working day, and so on.
    """
    if cut_off is None:
        return add_working_time(since, timedelta(hours=within_hours), at).replace(second=0, microsecond=0)
    local = since.astimezone(at.zone)
    day = local.date()
    if not at.is_working_day(day) or local.time() > cut_off:
        day = next_working_day(day, at)
    further = max(0, -(-within_hours // 24) - 1)
    return at.closing(add_working_days(day, further, at))


def clean_number(text: str) -> str:
    """An order number as it may stand in an address: no blanks, slashes or signs of control; "" if nothing is left."""
    return re.sub(r"[\s/\\?#%\x00-\x1f\x7f]+", "-", text.strip().lstrip("#").strip()).strip("-.")[:64]


def is_number(text: str) -> bool:
    """Whether `text` can be an order number: a cleaned one with at least one digit in it."""
    return text == clean_number(text) and any(sign.isdigit() for sign in text)
