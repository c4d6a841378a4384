"""Invoices: given once, numbered without a gap, frozen; credit notes where money went back or the order changed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.merchants.letterhead import seller_of
from core.actors import Actor
from core.errors import Refused
from ecommerce.orders import rules
from ecommerce.orders.actions.moving import locked, refuse
from ecommerce.orders.events import InvoiceIssued
from ecommerce.orders.models import Invoice, InvoiceCounter, Order
from ecommerce.orders.rules import ZERO

PREFIXES = {Invoice.Kind.INVOICE: "INV", Invoice.Kind.CREDIT_NOTE: "CN"}


def why_not_invoice(order: Order) -> Refused | None:
    """Why the order gets no invoice, or None."""
    if order.state == Order.State.CANCELLED and not order.is_charged:
        return refuse("nothing_to_invoice", _("Order %(number)s was cancelled before it was paid."), order)
    if not order.total:
        return refuse("nothing_to_invoice", _("Order %(number)s costs nothing, so there is no invoice."), order)
    return None


@transaction.atomic
def issue_invoice(order: Order, *, actor: Actor) -> Invoice:
    """The invoice that holds for the order: the one it has, or a new one with the next number.

    Where the order has come to another amount since (it was edited or split), a credit note takes back what is left of
    the old one first. Money that went back before gets its credit note at once.
    """
    order = locked(order)
    if refusal := why_not_invoice(order):
        raise refusal
    held = invoice_of(order)
    if held is not None and held.total == order.total:
        return held
    if held is not None:
        _credit(
            order, held, held.total - _credited(held), reason=_("The order was changed"), replaces=True, actor=actor
        )
    invoice = _write(
        order, Invoice.Kind.INVOICE, total=order.total, tax=order.tax, figures=_figures(order), actor=actor
    )
    credit_refunds(order, actor=actor)
    return invoice


def invoice_of(order: Order) -> Invoice | None:
    """The invoice that holds: the newest, unless a credit note has taken all of it back to replace it."""
    newest = order.invoices.filter(kind=Invoice.Kind.INVOICE).order_by("-pk").first()
    if newest is None or newest.credit_notes.filter(replaces=True).exists():
        return None
    return newest


def credit_refunds(order: Order, *, actor: Actor) -> Invoice | None:
    """A credit note for money that went back and no note stands for yet; None where no invoice holds or none is due.

    What an edit made too much of the payment was never on the invoice, so giving that back takes nothing off it.
    """
    invoice = invoice_of(order)
    if invoice is None or not order.refunded_total:
        return None
    kept = order.paid_total - order.refunded_total
    due = min(order.refunded_total, max(invoice.total - kept, ZERO)) - _credited(invoice)
    if due <= 0:
        return None
    last = order.payments.filter(kind="refund").order_by("-at", "-pk").first()
    return _credit(order, invoice, due, reason=last.reason if last else "", replaces=False, actor=actor)


def _credited(invoice: Invoice) -> Decimal:
    return invoice.credit_notes.aggregate(sum=Sum("total"))["sum"] or ZERO


def _credit(
    order: Order, invoice: Invoice, amount: Decimal, *, reason: str, replaces: bool, actor: Actor
) -> Invoice | None:
    if amount <= 0 and not replaces:
        return None
    tax = rules.worth_of_units(invoice.tax, int(invoice.total * 100), int(amount * 100), int(_credited(invoice) * 100))
    frozen = {name: invoice.figures[name] for name in ("seller", "buyer")}
    return _write(
        order,
        Invoice.Kind.CREDIT_NOTE,
        total=amount,
        tax=tax,
        figures=frozen,
        corrects=invoice,
        reason=reason[:200],
        replaces=replaces,
        actor=actor,
    )


def _write(order: Order, kind: Invoice.Kind, *, total: Decimal, actor: Actor, **fields: Any) -> Invoice:
    sequence = _next(kind)
    invoice: Invoice = Invoice.objects.create(
        order=order,
        kind=kind,
        sequence=sequence,
        number=f"{PREFIXES[kind]}-{sequence:06d}",
        currency=order.currency,
        total=total,
        **fields,
    )
    record(
        InvoiceIssued(
            order_id=order.pk,
            number=order.number,
            invoice_id=invoice.pk,
            invoice_number=invoice.number,
            credit=kind == Invoice.Kind.CREDIT_NOTE,
            amount=str(total),
            currency=order.currency,
        ),
        actor=actor,
        subject=order,
    )
    return invoice


def _next(series: str) -> int:
    """The next number of a series. The row stays locked until the transaction ends, so none is lost or given twice."""
    InvoiceCounter.objects.get_or_create(series=series)
    InvoiceCounter.objects.filter(series=series).update(last=F("last") + 1)
    return int(InvoiceCounter.objects.get(series=series).last)


def _figures(order: Order) -> dict[str, Any]:
    return {
        "seller": seller_of(order.merchant),
        "buyer": {
            "name": order.buyer_name,
            "address": order.ship_to,
            "city": order.ship_city,
            "region": order.ship_region,
            "postcode": order.ship_postcode,
            "country": order.ship_country,
        },
        "lines": [
            {
                "sku": line.sku,
                "title": line.title,
                "quantity": line.quantity,
                "unit_price": str(line.unit_price),
                "discount": str(line.discount),
                "total": str(line.total),
            }
            for line in order.lines.all()
        ],
        "sums": {
            name: str(getattr(order, name))
            for name in ("subtotal", "discount", "shipping_fee", "tax", "total", "paid_total")
        },
        "order": order.number,
        "placed_at": order.placed_at.isoformat(),
    }
