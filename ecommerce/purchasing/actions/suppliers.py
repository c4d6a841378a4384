"""Suppliers and their prices. The activity log gets no name or address of a supplier's person."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.merchants.models import Merchant
from core.actors import Actor
from core.errors import Refused
from core.money import LARGEST, cents
from ecommerce.catalog.models import Variant
from ecommerce.purchasing.actions.choosing import end_choices_of
from ecommerce.purchasing.events import SupplierChanged, SupplierCreated, SupplierPriceSet
from ecommerce.purchasing.models import PurchaseOrder, Supplier, SupplierPrice
from ecommerce.purchasing.rules import MOST_UNITS

FIELDS = ("name", "code", "contact", "email", "language", "currency", "lead_days", "payment_terms", "note")
LOGGED = ("name", "code", "language", "currency", "lead_days", "payment_terms")
LONGEST_LEAD = 365


@transaction.atomic
def create_supplier(*, actor: Actor, **fields: Any) -> Supplier:
    """A new supplier. Refuses an empty name and a short name that another one has."""
    supplier = Supplier(**_clean({"name": "", "code": "", "currency": "", **fields}))
    _save(supplier)
    record(SupplierCreated(supplier_id=supplier.pk), actor=actor, subject=supplier)
    return supplier


@transaction.atomic
def change_supplier(supplier: Supplier, *, actor: Actor, **fields: Any) -> Supplier:
    """Change the given fields; says nothing when they are as they were.

    The currency stays once there is a price or an order in it: their amounts would mean something else.
    """
    stored = Supplier.objects.select_for_update(of=("self",)).select_related("merchant").get(pk=supplier.pk)
    changed = {name: value for name, value in _clean(fields).items() if getattr(stored, name) != value}
    if not changed:
        return stored
    if "currency" in changed and _has_amounts(stored):
        message = _("Prices or orders of this supplier are in %(currency)s. Add another supplier to buy in a new one.")
        message %= {"currency": stored.currency}
        raise Refused("currency_fixed", message, currency=message)
    changes = {name: (getattr(stored, name), value) for name, value in changed.items() if name in LOGGED}
    for name, value in changed.items():
        setattr(stored, name, value)
    _save(stored)
    event = SupplierChanged(supplier_id=stored.pk, fields=sorted(changed))
    record(event, actor=actor, subject=stored, changes=changes)
    return stored


def _has_amounts(supplier: Supplier) -> bool:
    return supplier.prices.exists() or supplier.orders.exists()


def _save(supplier: Supplier) -> None:
    try:
        with transaction.atomic():
            supplier.save()
    except IntegrityError:
        message = _("Another supplier has the short name %(code)s. Enter a different one.") % {"code": supplier.code}
        raise Refused("code_taken", message, code=message) from None


def _clean(fields: dict[str, Any]) -> dict[str, Any]:
    unknown = fields.keys() - set(FIELDS)
    assert not unknown, unknown
    clean: dict[str, Any] = {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}
    wrong: dict[str, Any] = {}
    if clean.get("name") == "":
        wrong["name"] = _("Enter a name.")
    if "code" in clean:
        clean["code"] = clean["code"].upper()
        if not clean["code"]:
            wrong["code"] = _("Enter a short name.")
    if "currency" in clean:
        clean["currency"] = clean["currency"].upper()
        if len(clean["currency"]) != 3 or not clean["currency"].isascii() or not clean["currency"].isalpha():
            wrong["currency"] = _("Enter the three letters of a currency, such as CNY.")
    if clean.get("email"):
        try:
            validate_email(clean["email"])
        except ValidationError:
            wrong["email"] = _("Enter an e-mail address such as name@example.com.")
    if clean.get("language", "") not in ("", *dict(settings.LANGUAGES)):
        wrong["language"] = _("Orders cannot be written in this language.")
    lead = clean.get("lead_days")
    if lead is not None and not 0 <= lead <= LONGEST_LEAD:
        wrong["lead_days"] = _("Enter 0 to %(most)s days.") % {"most": LONGEST_LEAD}
    if wrong:
        raise Refused("bad_supplier", next(iter(wrong.values())), **wrong)
    return clean


@transaction.atomic
def archive_supplier(supplier: Supplier, *, archived: bool, actor: Actor) -> Supplier:
    """Put a supplier away, or take it up again. Nothing new is ordered from one that is put away.

    Refuses while something of theirs is on its way ("orders_open").
    """
    if archived and PurchaseOrder.objects.on_the_way().filter(supplier=supplier).exists():
        raise Refused("orders_open", _("Orders to %(name)s are still on their way.") % {"name": supplier.name})
    at = timezone.now() if archived else None
    hit = Supplier.objects.filter(pk=supplier.pk, archived_at__isnull=archived)
    if hit.update(archived_at=at, updated_at=timezone.now()):
        changes = {"archived_at": (supplier.archived_at, at)}
        event = SupplierChanged(supplier_id=supplier.pk, fields=["archived_at"])
        record(event, actor=actor, subject=supplier, changes=changes)
        supplier.archived_at = at
        if archived:
            end_choices_of(supplier, why="archived", actor=actor)
    return supplier


def price_faults(price: Decimal, minimum: int, multiple: int, valid_from: date, today: date) -> dict[str, Any]:
    """What is wrong with a price that is to be set, by field."""
    wrong: dict[str, Any] = {}
    if not 0 <= price <= LARGEST:
        wrong["price"] = _("Enter a price of 0 or more.")
    for name, units in (("minimum", minimum), ("multiple", multiple)):
        if not 1 <= units <= MOST_UNITS:
            wrong[name] = _("Enter 1 to %(most)s units.") % {"most": f"{MOST_UNITS:,}"}
    if valid_from < today:
        wrong["valid_from"] = _("A price counts from today or from a later day. Past ones stay as they are.")
    return wrong


@transaction.atomic
def set_price(
    supplier: Supplier,
    variant: Variant,
    *,
    price: Decimal,
    minimum: int = 1,
    multiple: int = 1,
    valid_from: date | None = None,
    is_offered: bool = True,
    actor: Actor,
) -> SupplierPrice:
    """What a supplier asks for a variant from a day on; without a day, from today.

    What was asked before stays. The same again is no new row. Refuses a day that is over: orders of that day were made
    at the price of then.
    """
    today = Merchant.objects.in_scope().today()
    first = valid_from or today
    if wrong := price_faults(price, minimum, multiple, first, today):
        raise Refused("bad_price", next(iter(wrong.values())), **wrong)
    # The supplier's row is the lock: of two people who set the same price at once, one finds it set.
    Supplier.objects.select_for_update(of=("self",)).get(pk=supplier.pk)
    known = SupplierPrice.objects.filter(supplier=supplier, variant=variant, valid_from__lte=first)
    newest = known.order_by("-valid_from", "-pk").first()
    asked = {"price": cents(price), "minimum": minimum, "multiple": multiple, "is_offered": is_offered}
    if newest is not None and all(getattr(newest, name) == value for name, value in asked.items()):
        return newest
    row = SupplierPrice.objects.create(
        supplier=supplier, variant=variant, valid_from=first, actor_label=actor.label[:150], **asked
    )
    event = SupplierPriceSet(
        supplier_id=supplier.pk,
        variant_id=variant.pk,
        sku=variant.sku,
        price=str(row.price),
        currency=supplier.currency,
        valid_from=first.isoformat(),
        is_offered=is_offered,
    )
    before = {name: getattr(newest, name, None) for name in asked}
    changes = {name: (before[name], value) for name, value in asked.items() if before[name] != value}
    record(event, actor=actor, subject=row, changes=changes)
    if not is_offered and first == today:
        end_choices_of(supplier, why="not_offered", actor=actor, variant=variant)
    return row
