"""Who buys, and what they agreed to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F, OuterRef, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber

from core.namesearch import Either, NameSearch, by_beginning, phone_digits
from core.tenancy import current_tenant_id
from ecommerce.customers.models import Consent, Customer, CustomerTag

TABLE = "ecommerce_customer"
NAMES = NameSearch(TABLE, "name", "phone")


@dataclass(frozen=True)
class ConsentState:
    """Where a buyer stands on one purpose and channel; `row` is None where they were never asked."""

    purpose: str
    channel: str
    purpose_label: Any
    channel_label: Any
    row: Consent | None

    @property
    def granted(self) -> bool:
        return self.row is not None and self.row.granted


def customer_list() -> QuerySet[Customer]:
    """Customers with tags, `marketing_email` (agreed to offers by e-mail) and `last_order`, which is never null."""
    return Customer.objects.annotate(
        marketing_email=Coalesce(Subquery(newest_consent(Consent.Purpose.MARKETING).values("granted")[:1]), False),
        last_order=Coalesce("last_order_at", "created_at"),
    ).prefetch_related("tags")


def found_customers(words: str) -> Either:
    """The customers by a part of the name, the beginning of the e-mail, another system's id or the end of the phone."""
    merchant, vendor = current_tenant_id(), connection.vendor
    parts = [NAMES.by_name(words, merchant, vendor)]
    digits = phone_digits(words)
    if digits:
        parts.append(NAMES.by_phone_end(digits, merchant, vendor))
    parts.append(by_beginning(TABLE, "email", words, merchant, vendor))
    other = "SELECT id FROM ecommerce_customer WHERE merchant_id = %s AND external_id = %s AND NOT (external_id = '')"
    parts.append((other, [merchant, words]))
    return Either(parts)


def repeat_buyers(customers: QuerySet[Any]) -> QuerySet[Any]:
    return customers.filter(order_count__gte=2)


def new_since(customers: QuerySet[Any], moment: datetime) -> QuerySet[Any]:
    return customers.filter(created_at__gte=moment)


def without_marketing_consent(customers: QuerySet[Any]) -> QuerySet[Any]:
    """Who may not be sent offers by e-mail: they never agreed, or withdrew."""
    return customers.filter(marketing_email=False)


def countries() -> QuerySet[Customer, str]:
    """The countries the merchant's customers are in."""
    return Customer.objects.exclude(country="").order_by("country").values_list("country", flat=True).distinct()


def consent_history(customer: Customer) -> QuerySet[Consent]:
    """Every answer of one customer, newest first."""
    return Consent.objects.filter(customer=customer).order_by("-at", "-pk")


def newest_consent(purpose: str, channel: str = Consent.Channel.EMAIL) -> QuerySet[Consent]:
    """The consents of the outer query's customer for one purpose and channel, the one that counts first."""
    return Consent.objects.filter(customer=OuterRef("pk"), purpose=purpose, channel=channel).order_by("-at", "-pk")


def consent_states(customer: Customer) -> list[ConsentState]:
    """One entry per purpose and channel, asked or not."""
    counted = Window(RowNumber(), partition_by=[F("purpose"), F("channel")], order_by=[F("at").desc(), F("pk").desc()])
    newest = Consent.objects.filter(customer=customer).annotate(place=counted).filter(place=1)
    rows = {(row.purpose, row.channel): row for row in newest}
    return [
        ConsentState(purpose.value, channel.value, purpose.label, channel.label, rows.get((purpose, channel)))
        for purpose in Consent.Purpose
        for channel in Consent.Channel
    ]


def has_consent(customer: Customer, purpose: str, channel: str = Consent.Channel.EMAIL) -> bool | None:
    """What the buyer last said: True, False, or None where they were never asked."""
    return (
        Consent.objects.filter(customer=customer, purpose=purpose, channel=channel)
        .order_by("-at", "-pk")
        .values_list("granted", flat=True)
        .first()
    )


def tag_names() -> QuerySet[CustomerTag, str]:
    """Every tag in use at the merchant, in order."""
    return CustomerTag.objects.order_by("name").values_list("name", flat=True).distinct()
