"""Purchase orders: drafting, sending and ending them.

Every change is a conditional UPDATE that names the state and the version it was decided on, so of two people who do
something to an order at once only one does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.merchants.models import Merchant
from core.actors import Actor
from core.errors import Refused
from core.money import LARGEST
from ecommerce.catalog.models import Variant
from ecommerce.inventory.models import Warehouse
from ecommerce.purchasing import rules
from ecommerce.purchasing.events import (
    PurchaseCancelled,
    PurchaseChanged,
    PurchaseClosed,
    PurchaseDrafted,
    PurchaseSent,
)
from ecommerce.purchasing.models import PurchaseCounter, PurchaseLine, PurchaseOrder, Supplier, SupplierPrice
from ecommerce.purchasing.queries import prices_on
from ecommerce.purchasing.rules import LineIn


def locked(order: PurchaseOrder) -> PurchaseOrder:
    """The order as it is now; on PostgreSQL nobody else changes it until the transaction ends."""
    rows = PurchaseOrder.objects.select_for_update(of=("self",)).select_related("merchant", "supplier", "warehouse")
    return rows.get(pk=order.pk)


def check(order: PurchaseOrder, step: str) -> None:
    """Refuse a step that the order's state does not allow."""
    if not order.can(step):
        words = {"number": order.number, "state": str(order.get_state_display()).lower()}
        raise Refused(
            "wrong_state", _("Purchase order %(number)s is %(state)s, so this cannot be done any more.") % words
        )


def write(order: PurchaseOrder, **fields: Any) -> None:
    """Write these fields if nobody has written the order since it was read. Raises Refused("changed_meanwhile")."""
    now = timezone.now()
    seen = PurchaseOrder.objects.filter(pk=order.pk, state=order.state, updated_at=order.updated_at)
    if not seen.update(updated_at=now, **fields):
        message = _("Somebody else changed purchase order %(number)s a moment ago. Look at it again.")
        raise Refused("changed_meanwhile", message % {"number": order.number}, status=409)
    for name, value in {"updated_at": now, **fields}.items():
        setattr(order, name, value)


def facts(order: PurchaseOrder) -> dict[str, Any]:
    return {"order_id": order.pk, "number": order.number, "supplier_id": order.supplier_id}


def _today() -> date:
    return Merchant.objects.in_scope().today()


@transaction.atomic
def draft_order(
    supplier: Supplier,
    warehouse: Warehouse,
    lines: Sequence[LineIn],
    *,
    expected_on: date | None = None,
    note: str = "",
    actor: Actor,
) -> PurchaseOrder:
    """A new order, not sent yet. Refuses lines that the supplier would not take, naming the first."""
    today = _today()
    _check_supplier(supplier)
    _check_expected(expected_on, today)
    rows = _rows(supplier, lines, today)
    order = PurchaseOrder.objects.create(
        number=_next_number(),
        supplier=supplier,
        warehouse=warehouse,
        currency=supplier.currency,
        expected_on=expected_on,
        note=note.strip(),
        **_sums(rows),
    )
    _insert(order, rows)
    record(PurchaseDrafted(**facts(order)), actor=actor, subject=order)
    return order


def _next_number() -> str:
    PurchaseCounter.objects.get_or_create()
    counter = PurchaseCounter.objects.select_for_update().get()
    counter.last += 1
    counter.save()
    return f"PO-{counter.last}"


@transaction.atomic
def change_draft(
    order: PurchaseOrder,
    *,
    warehouse: Warehouse | None = None,
    lines: Sequence[LineIn] | None = None,
    actor: Actor,
    **fields: Any,
) -> PurchaseOrder:
    """Change an order that was not sent yet: warehouse, `expected_on`, `note`, or all lines at once."""
    order = locked(order)
    check(order, "change")
    today = _today()
    _check_expected(fields.get("expected_on"), today)
    asked = {**fields, **({"warehouse": warehouse} if warehouse is not None else {})}
    changed = {name: value for name, value in asked.items() if getattr(order, name) != value}
    rows = None
    if lines is not None:
        rows = _rows(order.supplier, lines, today)
        known = [(line.sku, line.quantity, line.unit_price) for line in order.lines.all()]
        if known == [(row.sku, row.quantity, row.unit_price) for row in rows]:
            rows = None
        else:
            changed |= _sums(rows)
    if not changed and rows is None:
        return order
    logged = {name: value for name, value in changed.items() if name != "note"}  # a note may speak of people
    changes = {name: (str(getattr(order, name) or ""), str(value or "")) for name, value in logged.items()}
    write(order, **changed)
    if rows is not None:
        order.lines.all().delete()
        _insert(order, rows)
    record(PurchaseChanged(**facts(order)), actor=actor, subject=order, changes=changes)
    return order


@transaction.atomic
def send_order(order: PurchaseOrder, *, actor: Actor) -> PurchaseOrder:
    """The supplier has the order. Its units are on their way from now on.

    Without a day it is expected after the supplier's promised days, where they promised any. Refuses what the supplier
    would not take by today's price list.
    """
    order = locked(order)
    check(order, "send")
    today = _today()
    _check_supplier(order.supplier)
    lines = list(order.lines.all())
    _rows(order.supplier, [LineIn(line.sku, line.quantity, line.unit_price) for line in lines], today)
    expected = order.expected_on
    if expected is None and order.supplier.lead_days is not None:
        expected = today + timedelta(days=order.supplier.lead_days)
    _check_expected(expected, today)
    write(order, state=rules.SENT, sent_on=today, expected_on=expected)
    event = PurchaseSent(**facts(order), expected_on=expected.isoformat() if expected else "")
    record(event, actor=actor, subject=order, changes={"state": (rules.DRAFT, rules.SENT)})
    return order


@transaction.atomic
def cancel_order(order: PurchaseOrder, *, reason: str, actor: Actor) -> PurchaseOrder:
    """Call an order off of which nothing has come yet."""
    order = locked(order)
    check(order, "cancel")
    _end(order, rules.CANCELLED, reason)
    record(PurchaseCancelled(**facts(order), reason=order.reason), actor=actor, subject=order)
    return order


@transaction.atomic
def close_order(order: PurchaseOrder, *, reason: str, actor: Actor) -> PurchaseOrder:
    """What has not come yet does not come any more."""
    order = locked(order)
    check(order, "close")
    _end(order, rules.CLOSED, reason)
    record(PurchaseClosed(**facts(order), reason=order.reason), actor=actor, subject=order)
    return order


def _end(order: PurchaseOrder, state: str, reason: str) -> None:
    why = reason.strip()[:200]
    if not why:
        message = _("Write the reason.")
        raise Refused("no_reason", message, reason=message)
    write(order, state=state, reason=why, ended_at=timezone.now())


def _check_supplier(supplier: Supplier) -> None:
    if supplier.archived_at is not None:
        message = _("%(name)s is archived. Use the supplier again to order from them.") % {"name": supplier.name}
        raise Refused("supplier_archived", message, supplier=message)


def _check_expected(expected_on: date | None, today: date) -> None:
    if expected_on is not None and expected_on < today:
        message = _("The expected day is over. Choose today or a later one.")
        raise Refused("bad_day", message, expected_on=message)


def _sums(rows: Sequence[PurchaseLine]) -> dict[str, Any]:
    total = rules.order_total(row.total for row in rows)
    if total > LARGEST:
        message = _("The purchase order comes to more than 999,999,999.99.")
        raise Refused("bad_total", message, lines=message)
    return {"total": total, "units": sum(row.quantity for row in rows)}


def _insert(order: PurchaseOrder, rows: Sequence[PurchaseLine]) -> None:
    for row in rows:
        row.order = order
    PurchaseLine.objects.bulk_create(rows)


def _rows(supplier: Supplier, lines: Sequence[LineIn], today: date) -> list[PurchaseLine]:
    """The lines as rows, priced by the supplier's list of today where no price is given: two queries."""
    if not 1 <= len(lines) <= rules.MOST_LINES:
        message = _("A purchase order has between 1 and 200 lines.")
        raise Refused("bad_lines", message, lines=message)
    skus = {line.sku for line in lines}
    variants = {one.sku: one for one in Variant.objects.filter(sku__in=skus).select_related("product")}
    asked = prices_on(today).filter(supplier=supplier, variant__in=[one.pk for one in variants.values()])
    prices = {row.variant_id: row for row in asked}
    found: dict[int, PurchaseLine] = {}
    for place, line in enumerate(lines, start=1):
        variant = variants.get(line.sku)
        if variant is None:
            raise _no(place, line, _("there is no variant with this SKU"))
        if variant.pk in found:
            raise _no(place, line, _("it stands in the order twice"))
        found[variant.pk] = _row(place, line, variant, prices.get(variant.pk))
    return list(found.values())


def _row(place: int, line: LineIn, variant: Variant, listed: SupplierPrice | None) -> PurchaseLine:
    if not 1 <= line.quantity <= rules.MOST_UNITS:
        raise _no(place, line, _("a quantity is a whole number from 1 to 1,000,000"))
    if listed is not None and line.quantity < listed.minimum:
        raise _no(place, line, _("the supplier takes orders of %(units)d units or more") % {"units": listed.minimum})
    if listed is not None and not rules.may_be_ordered(line.quantity, listed.minimum, listed.multiple):
        least = rules.rounded_up(line.quantity, listed.minimum, listed.multiple)
        words = {"units": listed.multiple, "least": least}
        raise _no(place, line, _("the supplier sells multiples of %(units)d; the next one is %(least)d") % words)
    price: Decimal | None = line.unit_price if line.unit_price is not None else listed.price if listed else None
    if price is None:
        raise _no(place, line, _("it is not in the supplier’s price list, so enter its price"))
    if not 0 <= price <= LARGEST:
        raise _no(place, line, _("a price is 0 or more"))
    return PurchaseLine(
        variant=variant,
        place=place,
        sku=variant.sku,
        title=variant.full_title[:250],
        quantity=line.quantity,
        unit_price=price,
        total=rules.line_total(line.quantity, price),
    )


def _no(place: int, line: LineIn, why: str) -> Refused:
    """A refusal that names the line."""
    message = _("Line %(place)d, %(sku)s: %(why)s.") % {"place": place, "sku": line.sku, "why": why}
    return Refused("bad_line", message, lines=message)
