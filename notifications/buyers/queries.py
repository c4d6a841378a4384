"""What buyers get, and what they were written."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from ecommerce.customers.models import Consent, Customer
from ecommerce.customers.queries import has_consent
from ecommerce.orders.models import Order
from notifications.buyers.kinds import KINDS
from notifications.buyers.models import BuyerNotice, BuyerNoticeQuerySet, LetterRules
from notifications.mail.models import Mail
from notifications.texts.letters import INVITATION, Kind

Outcome = BuyerNotice.Outcome
MONTH = timedelta(days=30)


def letter_rules() -> LetterRules:
    """The shop's rules; an unsaved row of defaults where it has none of its own."""
    return LetterRules.objects.first() or LetterRules()


def address_of(order: Order) -> str:
    """Where the buyer of the order gets mail, or ""."""
    return order.buyer_email or (order.customer.email if order.customer else "")


def wants(customer: Customer | None, purpose: str, rules: LetterRules) -> bool:
    """Whether a buyer gets what is written for this purpose; "" is what nobody declines.

    Where they were never asked, news of their own order is part of it; the rest takes a yes, but for invitations to
    review where the shop says otherwise.
    """
    if not purpose:
        return True
    said = has_consent(customer, purpose) if customer else None
    if said is not None:
        return said
    return purpose == Consent.Purpose.ORDER or (purpose == Consent.Purpose.REVIEW and rules.invites_unasked)


def written_to(order: Order) -> BuyerNoticeQuerySet:
    """What the buyer of the order was written: the customer, or where none is known the address."""
    rows: BuyerNoticeQuerySet = BuyerNotice.objects.written()
    if order.customer_id is not None:
        return rows.filter(customer=order.customer_id)
    return rows.filter(customer=None, mail__to=address_of(order))


def is_day_full(order: Order, rules: LetterRules, now: datetime) -> bool:
    """Whether the buyer had as many letters as a day of the shop holds; needed ones do not count."""
    if rules.most_a_day is None:
        return False
    start, _end = order.merchant.day_bounds(order.merchant.day_of(now))
    needed = [kind.name for kind in KINDS.values() if kind.is_needed]
    today = written_to(order).filter(at__gte=start).exclude(letter__in=needed).order_by()
    return today.values("mail").distinct().count() >= rules.most_a_day


def is_month_full(order: Order, rules: LetterRules, now: datetime) -> bool:
    """Whether the buyer was invited to review as often as the shop does in 30 days."""
    if rules.invitations_a_month is None:
        return False
    return written_to(order).filter(letter=INVITATION, at__gt=now - MONTH).count() >= rules.invitations_a_month


def why_withheld(order: Order, kind: Kind, rules: LetterRules, now: datetime) -> str:
    """The outcome of a letter that is not written, or "". What the shop has switched off is not asked for here."""
    if not wants(order.customer, kind.purpose, rules):
        return Outcome.UNWANTED
    if kind.name == INVITATION and is_month_full(order, rules, now):
        return Outcome.MONTH_FULL
    if not kind.is_needed and is_day_full(order, rules, now):
        return Outcome.DAY_FULL
    return ""


def notice_list() -> BuyerNoticeQuerySet:
    """Letters of the shop, written and withheld, with their order."""
    rows: BuyerNoticeQuerySet = BuyerNotice.objects.select_related("order")
    return rows


def mails_to(customer: Customer) -> QuerySet[Mail]:
    """What the shop wrote to a buyer, newest first."""
    of_buyer = BuyerNotice.objects.written().filter(customer=customer, mail__isnull=False)
    return Mail.objects.filter(pk__in=of_buyer.order_by().values("mail")).order_by("-created_at", "-pk")
