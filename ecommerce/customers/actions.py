"""Changing what is known of buyers. The activity log gets the names of fields, never what stands in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from core.tags import MOST_TAGS, clean_tag
from ecommerce.customers.events import ConsentRecorded, CustomerChanged, CustomerCreated
from ecommerce.customers.models import Consent, Customer, CustomerTag
from ecommerce.customers.rules import clean_phone, masked

FIELDS = ("name", "email", "phone", "language", "country", "region", "city", "note")


@transaction.atomic
def create_customer(*, name: str, external_id: str = "", actor: Actor, **fields: Any) -> Customer:
    """A new buyer. Refuses an empty name, and an external id that another buyer of the merchant has."""
    customer = Customer(**_clean({"name": name, **fields}), external_id=external_id)
    try:
        with transaction.atomic():
            customer.save()
    except IntegrityError:
        message = _("Another customer has this external id.")
        raise Refused("external_id_taken", message, external_id=message) from None
    record(CustomerCreated(customer_id=customer.pk), actor=actor, subject=customer)
    return customer


@transaction.atomic
def change_customer(customer: Customer, *, actor: Actor, **fields: Any) -> Customer:
    """Change the given fields; says nothing when they are as they were."""
    stored = Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
    changed = {name: value for name, value in _clean(fields).items() if getattr(stored, name) != value}
    if not changed:
        return stored
    changes = {name: (masked(getattr(stored, name)), masked(value)) for name, value in changed.items()}
    for name, value in changed.items():
        setattr(stored, name, value)
    stored.save(update_fields=[*changed, "updated_at"])
    record(CustomerChanged(customer_id=stored.pk, fields=sorted(changed)), actor=actor, subject=stored, changes=changes)
    return stored


def _clean(fields: dict[str, Any]) -> dict[str, Any]:
    unknown = fields.keys() - set(FIELDS)
    assert not unknown, unknown
    clean = {name: value.strip() for name, value in fields.items()}
    if "name" in clean and not clean["name"]:
        message = _("Enter a name.")
        raise Refused("name_empty", message, name=message)
    if clean.get("email"):
        clean["email"] = clean["email"].lower()
        try:
            validate_email(clean["email"])
        except ValidationError:
            message = _("Enter an e-mail address such as name@example.com.")
            raise Refused("bad_email", message, email=message) from None
    if "phone" in clean:
        clean["phone"] = clean_phone(clean["phone"])
    if "country" in clean:
        clean["country"] = clean["country"].upper()
    return clean


@transaction.atomic
def add_tag(customer: Customer, tag: str, *, actor: Actor) -> None:
    """Put a word on a customer; the same word twice is one. Refuses the 31st."""
    name = clean_tag(tag)
    if customer.tags.count() >= MOST_TAGS:
        raise Refused("too_many_tags", _("A customer has at most 30 tags. Take one off first."))
    _tag, is_new = CustomerTag.objects.get_or_create(customer=customer, name=name)
    if is_new:
        _note_change(customer, "tags", actor)


@transaction.atomic
def remove_tag(customer: Customer, tag: str, *, actor: Actor) -> None:
    """Take a word off a customer."""
    if CustomerTag.objects.filter(customer=customer, name=tag).delete()[0]:
        _note_change(customer, "tags", actor)


def _note_change(customer: Customer, field: str, actor: Actor) -> None:
    Customer.objects.filter(pk=customer.pk).update(updated_at=timezone.now())
    record(CustomerChanged(customer_id=customer.pk, fields=[field]), actor=actor, subject=customer)


@transaction.atomic
def record_consent(
    customer: Customer,
    *,
    purpose: str,
    channel: str = Consent.Channel.EMAIL,
    granted: bool,
    source: str,
    text_version: str = "",
    at: datetime | None = None,
    actor: Actor,
) -> Consent:
    """Write down that a buyer agreed or withdrew; the same answer again is kept too, with its time and source."""
    if purpose not in Consent.Purpose.values or channel not in Consent.Channel.values:
        raise Refused("unknown_purpose", _("There is no such purpose or channel."))
    consent = Consent.objects.create(
        customer=customer,
        purpose=purpose,
        channel=channel,
        granted=granted,
        source=source[:60],
        text_version=text_version[:40],
        at=at or timezone.now(),
    )
    Customer.objects.filter(pk=customer.pk).update(updated_at=timezone.now())
    record(
        ConsentRecorded(customer_id=customer.pk, purpose=purpose, channel=channel, granted=granted),
        actor=actor,
        subject=customer,
    )
    return consent
