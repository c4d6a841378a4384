"""Packing slips and invoices of orders as PDF, many in one file, in the language of whoever reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from babel import Locale
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.merchants.letterhead import letterhead, seller_of
from core.actors import SYSTEM, Actor
from core.errors import Refused
from core.papers import Column, Paper, Party, day, known_language, render
from core.templatetags.sc import babel_locale, money
from ecommerce.inventory.models import Warehouse
from ecommerce.orders.actions import issue_invoice
from ecommerce.orders.models import Invoice, Order, OrderLine


def packing_slips(orders: Iterable[Order], language: str) -> bytes:
    """A slip for each order, or for each warehouse that holds part of it: what goes into the parcel, with a bar code of
    the number. No prices.

    Refuses when there is no order.
    """
    found = list(orders)
    if not found:
        raise Refused("nothing_chosen", _("Choose at least one order."))
    with translation.override(known_language(language)), timezone.override(found[0].merchant.zone):
        places = _places(found)
        return render([slip for order in found for slip in _slips(order, places)])


def invoices(orders: Iterable[Order], language: str, *, actor: Actor = SYSTEM) -> bytes:
    """The invoice of each order with its credit notes; an order that has none gets its number now.

    Orders without anything to invoice are left out; refuses when all are.
    """
    found = list(orders)
    issued: list[Invoice] = []
    refusal: Refused | None = None
    for order in found:
        try:
            invoice = issue_invoice(order, actor=actor)
        except Refused as no:
            refusal = no
            continue
        issued += [invoice, *invoice.credit_notes.order_by("pk")]
    if not issued:
        raise refusal or Refused("nothing_chosen", _("Choose at least one order."))
    return print_invoices(issued, language)


def print_invoices(issued: Sequence[Invoice], language: str) -> bytes:
    """These invoices and credit notes, as they were written."""
    with translation.override(known_language(language)), timezone.override(issued[0].merchant.zone):
        return render([_credit_note(one) if one.corrects else _invoice(one) for one in issued])


def _address(head: str, buyer: dict[str, str], phone: str = "") -> Party:
    """The lines of an address, the country by its name in the reader's language."""
    country = Locale.parse(babel_locale()).territories.get(buyer["country"], buyer["country"])
    place = " ".join(filter(None, (buyer["postcode"], buyer["city"], buyer["region"])))
    return Party(head, [line for line in (buyer["name"], buyer["address"], place, country, phone) if line])


def _places(orders: Iterable[Order]) -> dict[int, str]:
    """The warehouses that hold units of open orders, by id; none where that is the default one alone."""
    held = {
        line.warehouse_id
        for order in orders
        for line in order.lines.all()
        if order.is_open and line.reserved_quantity and line.warehouse_id is not None
    }
    places = Warehouse.objects.in_bulk(held)
    if all(place.is_default for place in places.values()):
        return {}
    return {pk: place.name for pk, place in places.items()}


def _slips(order: Order, places: dict[int, str]) -> list[Paper]:
    """One for each place that holds lines of the order; lines that nothing is held for go with the first."""
    lines = [line for line in order.lines.all() if line.to_ship or not order.is_open]
    found: dict[int | None, list[OrderLine]] = {}
    for line in lines:
        if order.is_open and line.reserved_quantity and line.warehouse_id in places:
            found.setdefault(line.warehouse_id, []).append(line)
    loose = [line for line in lines if not any(line in group for group in found.values())]
    first = next(iter(found), None)
    found.setdefault(first, []).extend(loose)
    return [_slip(order, group, places.get(place or 0, "")) for place, group in found.items()]


def _slip(order: Order, lines: list[OrderLine], place: str) -> Paper:
    facts = [
        (_("Order"), order.number),
        (_("Placed"), day(order.placed_at)),
        (_("Channel"), order.get_channel_display()),
    ]
    if place:
        facts.append((_("Warehouse"), place))
    if order.ship_by and order.is_open:
        facts.append((_("Ship by"), day(order.ship_by)))
    counts = [line.to_ship if order.is_open else line.shipped_quantity for line in lines]
    buyer = {
        "name": order.buyer_name,
        "address": order.ship_to,
        "city": order.ship_city,
        "region": order.ship_region,
        "postcode": order.ship_postcode,
        "country": order.ship_country,
    }
    return Paper(
        title=_("Packing slip"),
        number=order.number,
        code=order.number,
        sender=letterhead(seller_of(order.merchant)),
        parties=[_address(_("Ship to"), buyer, order.buyer_phone)],
        facts=facts,
        columns=[
            Column(_("Item"), 11),
            Column(_("SKU"), 5),
            Column(_("Quantity"), 2.4, "right"),
            Column("", 1, "right"),
        ],
        rows=[[line.title, line.sku, str(count), "□"] for line, count in zip(lines, counts, strict=True)],
        sums=[(_("Items in the parcel"), str(sum(counts)), True)],
        notes=[_("The buyer wrote: %(text)s") % {"text": order.buyer_note}] if order.buyer_note else [],
        foot=order.merchant.name,
    )


def _invoice(invoice: Invoice) -> Paper:
    frozen, currency = invoice.figures, invoice.currency
    sums, paid = frozen["sums"], Decimal(frozen["sums"]["paid_total"])

    def amount(text: Any) -> str:
        return money(Decimal(text), currency)

    listed = [(_("Subtotal"), amount(sums["subtotal"]), False)]
    if Decimal(sums["discount"]):
        listed.append((_("Discount"), amount(-Decimal(sums["discount"])), False))
    listed.append((_("Shipping"), amount(sums["shipping_fee"]), False))
    if Decimal(sums["tax"]):
        listed.append((_("Tax"), amount(sums["tax"]), False))
    listed.append((_("Total"), amount(sums["total"]), True))
    if paid:
        listed.append((_("Paid"), amount(min(paid, invoice.total)), False))
    if paid < invoice.total:
        listed.append((_("Still to pay"), amount(invoice.total - paid), False))
    placed_at = datetime.fromisoformat(frozen["placed_at"])
    facts = [(_("Date"), day(invoice.issued_at)), (_("Order"), frozen["order"]), (_("Placed"), day(placed_at))]
    return Paper(
        title=_("Invoice"),
        number=invoice.number,
        code=invoice.number,
        sender=letterhead(frozen["seller"]),
        parties=[_address(_("Bill to"), frozen["buyer"])],
        facts=[*facts, (_("Currency"), currency)],
        columns=[
            Column(_("Item"), 9),
            Column(_("Quantity"), 2, "right"),
            Column(_("Unit price"), 3, "right"),
            Column(_("Discount"), 3, "right"),
            Column(_("Amount"), 3, "right"),
        ],
        rows=[
            [
                line["title"],
                str(line["quantity"]),
                amount(line["unit_price"]),
                amount(-Decimal(line["discount"])) if Decimal(line["discount"]) else "",
                amount(line["total"]),
            ]
            for line in frozen["lines"]
        ],
        small={place: line["sku"] for place, line in enumerate(frozen["lines"]) if line["sku"]},
        sums=listed,
        foot=frozen["seller"]["name"],
    )


def _credit_note(note: Invoice) -> Paper:
    assert note.corrects is not None
    frozen = note.figures
    said = _("For invoice %(number)s of %(day)s") % {
        "number": note.corrects.number,
        "day": day(note.corrects.issued_at),
    }
    sums = [(_("Total credited"), money(note.total, note.currency), True)]
    if note.tax:
        sums.insert(0, (_("Tax contained"), money(note.tax, note.currency), False))
    return Paper(
        title=_("Credit note"),
        number=note.number,
        code=note.number,
        sender=letterhead(frozen["seller"]),
        parties=[_address(_("Bill to"), frozen["buyer"])],
        facts=[(_("Date"), day(note.issued_at)), (_("Order"), note.order.number), (_("Currency"), note.currency)],
        columns=[Column(_("What for"), 12), Column(_("Amount"), 3, "right")],
        rows=[[said, money(note.total, note.currency)]],
        small={0: note.reason} if note.reason else {},
        sums=sums,
        foot=frozen["seller"]["name"],
    )
