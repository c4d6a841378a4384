"""Making the rows of new orders from what came in. Nothing is written here but new customers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db.models import BigIntegerField, Max
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.merchants.models import Merchant
from core.errors import Refused
from core.money import cents
from ecommerce.catalog.models import Variant
from ecommerce.coupons.actions import Claim, use_coupons
from ecommerce.coupons.models import Coupon
from ecommerce.customers.models import Customer
from ecommerce.orders import rules
from ecommerce.orders.actions.moving import deadline
from ecommerce.orders.models import Order, OrderCounter, OrderLine
from ecommerce.orders.rules import BadFigures, BuyerIn, LineIn, OrderIn

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
FAULTS = {
    "lines": gettext_lazy("An order has between 1 and 200 lines."),
    "quantity": gettext_lazy("A quantity is a whole number from 1 to 1,000,000."),
    "unit_price": gettext_lazy("A price is 0 or more."),
    "discount": gettext_lazy("A discount is 0 or more, and not more than what it is taken from."),
    "shipping_fee": gettext_lazy("Shipping is 0 or more."),
    "tax": gettext_lazy("Tax is 0 or more."),
    "total": gettext_lazy("The order comes to more than 999,999,999.99."),
}


@dataclass
class Placed:
    """What became of one order: the order, new or the same one as before, or why it was refused."""

    order: Order | None = None
    is_new: bool = False
    refusal: Refused | None = None


@dataclass
class Draft:
    """An order on its way: what came in, and the rows made of it. `twin` is the same order earlier in the batch."""

    given: OrderIn
    result: Placed = field(default_factory=Placed)
    order: Order = field(default_factory=Order)
    lines: list[OrderLine] = field(default_factory=list)
    twin: Draft | None = None
    short_units: int = 0
    coupon: Coupon | None = None

    @property
    def key(self) -> tuple[str, str]:
        return (self.given.channel, self.given.external_id)

    @property
    def digest(self) -> str:
        said = asdict(self.given)
        for later in (
            "card_check",
            "ip_country",
            "coupon_code",
        ):  # an order from before they could be said is still the same order
            if not said[later]:
                del said[later]
        return hashlib.sha256(json.dumps(said, default=str, sort_keys=True).encode()).hexdigest()


def going(drafts: Iterable[Draft]) -> list[Draft]:
    """The drafts that are still to become orders."""
    return [draft for draft in drafts if not (draft.result.order or draft.result.refusal or draft.twin)]


def find_repeats(drafts: list[Draft]) -> None:
    """Point drafts at the order they already are, in the database or earlier in the batch."""
    ids = {draft.given.external_id for draft in drafts if draft.given.external_id}
    if not ids:
        return
    known = {(order.channel, order.external_id): order for order in Order.objects.filter(external_id__in=ids)}
    earlier: dict[tuple[str, str], Draft] = {}
    for draft in drafts:
        if not draft.given.external_id:
            continue
        order, twin = known.get(draft.key), earlier.get(draft.key)
        digest = order.import_digest if order else twin.digest if twin else draft.digest
        if digest != draft.digest:
            draft.result.refusal = Refused(
                "order_exists",
                _("Another order has the id %(id)s on this channel already.") % {"id": draft.given.external_id},
                status=409,
                external_id=_("Already used."),
            )
        elif order:
            draft.result.order = order
        elif twin:
            draft.twin = twin
        else:
            earlier[draft.key] = draft


def find_variants(drafts: list[Draft]) -> dict[str, Variant]:
    skus = {line.sku for draft in drafts for line in draft.given.lines if line.sku}
    return {variant.sku: variant for variant in Variant.objects.filter(sku__in=skus).select_related("product")}


def fill(draft: Draft, merchant: Merchant, variants: dict[str, Variant]) -> None:
    """Make the rows, or note why they cannot be."""
    given = draft.given
    try:
        draft.lines = [make_line(one, place, variants.get(one.sku)) for place, one in enumerate(given.lines, start=1)]
        draft.order = _order(draft, merchant)
        for line in draft.lines:
            line.order = draft.order
        unknown = {"merchant", "customer"} if given.number else {"merchant", "customer", "number"}
        draft.order.clean_fields(exclude=unknown)
        for line in draft.lines:
            line.clean_fields(exclude={"merchant", "order", "variant"})
    except Refused as refusal:
        draft.result.refusal = refusal
    except BadFigures as fault:
        sentence = str(FAULTS.get(fault.field, FAULTS["total"]))
        draft.result.refusal = Refused("figures", sentence, status=422, **{fault.field: sentence})
    except ValidationError as invalid:
        fields = {name: " ".join(sentences) for name, sentences in invalid.message_dict.items()}
        name, sentence = next(iter(fields.items()))
        draft.result.refusal = Refused("invalid", f"{name}: {sentence}", status=422, **fields)


def make_line(given: LineIn, position: int, variant: Variant | None) -> OrderLine:
    """The row of a line. Refuses an unknown SKU without title and price; raises BadFigures."""
    price = given.unit_price if given.unit_price is not None else variant.price if variant else None
    title = given.title or (variant.full_title if variant else "")
    if price is None or not (title or given.sku):
        sentence = _("No product here has the SKU “%(sku)s”. Give a title and a price with it, or mend the SKU.")
        raise Refused("sku_unknown", sentence % {"sku": given.sku}, lines=sentence % {"sku": given.sku})
    return OrderLine(
        position=position,
        variant=variant,
        sku=given.sku,
        title=(title or given.sku)[:250],
        quantity=given.quantity,
        unit_price=cents(price),
        discount=cents(given.discount),
        total=rules.line_total(given.quantity, price, given.discount),
    )


def _order(draft: Draft, merchant: Merchant) -> Order:
    given, buyer, now = draft.given, draft.given.buyer, timezone.now()
    placed_at = given.placed_at or now
    if not EARLIEST <= placed_at <= now + timedelta(days=1):
        sentence = _("An order is placed between the year 2000 and now.")
        raise Refused("placed_at", sentence, placed_at=sentence)
    if any("\0" in text for text in (*asdict(buyer).values(), given.buyer_note, given.external_id, given.number)):
        raise Refused("invalid", _("Take the NUL characters out of the texts."))
    sums = rules.totals(
        [(line.quantity, line.unit_price, line.discount) for line in draft.lines],
        discount=given.discount,
        shipping_fee=given.shipping_fee,
        tax=given.tax,
    )
    order = Order(
        merchant=merchant,
        number=given.number,
        channel=given.channel,
        external_id=given.external_id,
        import_digest=draft.digest,
        buyer_name=buyer.name.strip(),
        buyer_email=buyer.email.strip().lower(),
        buyer_phone=buyer.phone.strip(),
        ship_to=buyer.address.strip(),
        ship_city=buyer.city.strip(),
        ship_region=buyer.region.strip(),
        ship_postcode=buyer.postcode.strip(),
        ship_country=buyer.country.strip().upper(),
        buyer_note=given.buyer_note.strip(),
        card_check=given.card_check,
        ip_country=given.ip_country.strip().upper(),
        currency=merchant.currency,
        subtotal=sums.subtotal,
        discount=sums.discount,
        shipping_fee=sums.shipping_fee,
        tax=sums.tax,
        total=sums.total,
        units=sum(line.quantity for line in draft.lines),
        placed_at=placed_at,
        promised_at=given.promised_at,
        created_at=now,
    )
    if given.paid:
        order.state, order.payment_state = Order.State.PAID, Order.PaymentState.PAID
        order.paid_total, order.paid_at = sums.total, placed_at
        order.ship_by = deadline(merchant, placed_at)
    return order


def give_numbers(drafts: list[Draft], counter: OrderCounter) -> None:
    """See that given numbers are free and may stand in an address, and give the next ones to the others."""
    asked = {draft.given.number for draft in drafts if draft.given.number}
    taken = set(Order.objects.filter(number__in=asked).values_list("number", flat=True)) if asked else set()
    waiting = []
    for draft in drafts:
        number = draft.given.number
        if not number:
            waiting.append(draft)
            continue
        if number in taken:
            sentence = _("There is an order with the number %(number)s already.") % {"number": number}
            draft.result.refusal = Refused("number_taken", sentence, status=409, number=sentence)
        elif not rules.is_number(number):
            sentence = _("An order number has a digit in it, and no blanks, slashes or signs of a web address.")
            draft.result.refusal = Refused("number_invalid", sentence, number=sentence)
        taken.add(number)
    if not waiting:
        return
    first = counter.last + 1
    block = [str(number) for number in range(first, first + len(waiting))]
    if taken.intersection(block) or Order.objects.filter(number__in=block).exists():
        first = _highest_number(taken) + 1
    for count, draft in enumerate(waiting):
        draft.order.number = str(first + count)
    OrderCounter.objects.filter(pk=counter.pk).update(last=first + len(waiting) - 1)


def _highest_number(besides: set[str]) -> int:
    """The highest plain number in use; the long ids of marketplaces, kept as numbers, do not count."""
    plain = Order.objects.filter(number__regex=r"^[0-9]{1,10}$").annotate(value=Cast("number", BigIntegerField()))
    highest = plain.aggregate(highest=Max("value"))["highest"] or 10_000
    return max(
        [highest, *(int(number) for number in besides if number.isascii() and number.isdigit() and len(number) < 11)]
    )


def find_customers(drafts: list[Draft], merchant: Merchant) -> None:
    """Give each order its customer: the one known by its id on the channel, else by e-mail, else by phone, else new.

    A buyer who gave none of the three stays without a customer. New ones are written by write_customers().
    """
    buyers = [draft.given.buyer for draft in drafts]
    known: dict[tuple[str, str], Customer] = {}
    for kind in ("phone", "email", "external_id"):
        values = {value for buyer in buyers if (value := _mark(buyer, kind))}
        if values:
            found = Customer.objects.filter(**{f"{kind}__in": values}).order_by("-pk")
            known.update({(kind, getattr(customer, kind)): customer for customer in found})
    for draft, buyer in zip(drafts, buyers, strict=True):
        marks = [(kind, value) for kind in ("external_id", "email", "phone") if (value := _mark(buyer, kind))]
        if not marks:
            continue
        customer = next((known[mark] for mark in marks if mark in known), None)
        if customer is None or (buyer.external_id and customer.external_id not in ("", buyer.external_id)):
            customer = _customer(buyer, merchant)
        for mark in marks:
            known.setdefault(mark, customer)
        known[marks[0]] = customer
        draft.order.customer = customer


def take_coupons(drafts: list[Draft], merchant: Merchant) -> None:
    """Take in the coupons the orders came with and take off what they are worth, or note why they are not taken."""
    asking = [draft for draft in drafts if draft.given.coupon_code.strip()]
    if not asking:
        return
    claims = [
        Claim(
            code=draft.given.coupon_code,
            customer_id=draft.order.customer.pk if draft.order.customer else None,
            goods=draft.order.subtotal - draft.order.discount,
            number=draft.order.number,
        )
        for draft in asking
    ]
    for draft, became in zip(asking, use_coupons(claims, merchant=merchant), strict=True):
        if isinstance(became, Refused):
            draft.result.refusal = became
            continue
        draft.coupon = became
        draft.order.discount += became.taken_off
        draft.order.total -= became.taken_off
        if draft.given.paid:
            draft.order.paid_total = draft.order.total


def write_customers(drafts: list[Draft]) -> None:
    """Write the customers that are new with these orders."""
    fresh: dict[int, Customer] = {}
    for draft in drafts:
        customer: Customer | None = draft.order.customer
        if customer is not None and customer._state.adding:
            fresh[id(customer)] = customer
    Customer.objects.bulk_create(fresh.values())
    for draft in drafts:
        draft.order.customer = draft.order.customer  # takes over the id the row got just now


def _mark(buyer: BuyerIn, kind: str) -> str:
    value = str(getattr(buyer, kind)).strip()
    return value.lower() if kind == "email" else value


def _customer(buyer: BuyerIn, merchant: Merchant) -> Customer:
    return Customer(
        name=buyer.name.strip() or buyer.email.strip() or buyer.external_id or buyer.phone.strip(),
        email=_mark(buyer, "email"),
        phone=_mark(buyer, "phone"),
        external_id=_mark(buyer, "external_id"),
        language=buyer.language or merchant.language,
        country=buyer.country.strip().upper(),
        region=buyer.region.strip(),
        city=buyer.city.strip(),
    )
