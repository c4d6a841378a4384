"""Purchase orders as PDF, for the supplier."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.merchants.letterhead import letterhead, seller_of
from core.papers import Column, Paper, Party, day, known_language, render
from core.templatetags.sc import money
from ecommerce.purchasing.models import PurchaseOrder


def purchase_papers(orders: Sequence[PurchaseOrder], language: str) -> bytes:
    """These purchase orders in one file, each from a page of its own; ValueError for none."""
    if not orders:
        raise ValueError("a file has at least one order")
    with translation.override(known_language(language)), timezone.override(orders[0].merchant.zone):
        return render([_paper(order) for order in orders])


def _paper(order: PurchaseOrder) -> Paper:
    supplier, merchant = order.supplier, order.merchant
    facts = [(_("Date"), day(order.sent_on or merchant.today())), (_("Currency"), order.currency)]
    if order.expected_on:
        facts.append((_("Expected on"), day(order.expected_on)))
    if supplier.payment_terms:
        facts.append((_("Payment terms"), supplier.payment_terms))
    address = merchant.postal_address.splitlines() or [merchant.city]
    lines = list(order.lines.all())
    return Paper(
        title=pgettext("paper", "Purchase order"),
        number=order.number,
        code=order.number,
        sender=letterhead(seller_of(merchant)),
        parties=[
            Party(_("Supplier"), [text for text in (supplier.name, supplier.contact, supplier.email) if text]),
            Party(_("Deliver to"), [text for text in (merchant.name, order.warehouse.name, *address) if text]),
        ],
        facts=facts,
        columns=[
            Column(_("Item"), 9),
            Column(_("Quantity"), 2, "right"),
            Column(_("Unit price"), 3, "right"),
            Column(_("Amount"), 3, "right"),
        ],
        rows=[
            [line.title, str(line.quantity), money(line.unit_price, order.currency), money(line.total, order.currency)]
            for line in lines
        ],
        small={place: line.sku for place, line in enumerate(lines)},
        sums=[
            (_("Units"), str(order.units), False),
            (_("Total"), money(order.total, order.currency), True),
        ],
        foot=merchant.legal_name or merchant.name,
    )
