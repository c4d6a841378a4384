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
from notifications.texts.contexts import customer_of
from notifications.texts.letters import INVITATION
from notifications.texts.shapes import Kind

Outcome = BuyerNotice.Outcome
MONTH = timedelta(days=30)


def letter_rules() -> LetterRules:
    """The shop's rules; an unsaved row of defaults where it has none of its own."""
    return LetterRules.objects.first() or LetterRules()


def address_of(about: Order | Customer) -> str:
    """Where the buyer gets mail: of an order the address given with it, if there is one; or ""."""
    if isinstance(about, Customer):
        return about.email
    return about.buyer_email or (about.customer.email if about.customer else "")


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


def written_to(about: Order | Customer) -> BuyerNoticeQuerySet:
    """What the buyer was written: the customer, or where none is known the address of the order."""
    rows: BuyerNoticeQuerySet = BuyerNotice.objects.written()
    if (customer := customer_of(about)) is not None:
        return rows.filter(customer=customer)
    return rows.filter(customer=None, mail__to=address_of(about))


def is_day_full(about: Order | Customer, rules: LetterRules, now: datetime) -> bool:
    """Whether the buyer had as many letters as a day of the shop holds; needed ones do not count."""
    if rules.most_a_day is None:
        return False
    start, _end = about.merchant.day_bounds(about.merchant.day_of(now))
    needed = [kind.name for kind in KINDS.values() if kind.is_needed]
    today = written_to(about).filter(at__gte=start).exclude(letter__in=needed).order_by()
    return today.values("mail").distinct().count() >= rules.most_a_day


def is_month_full(about: Order | Customer, rules: LetterRules, now: datetime) -> bool:
    """Whether the buyer was invited to review as often as the shop does in 30 days."""
    if rules.invitations_a_month is None:
        return False
    return written_to(about).filter(letter=INVITATION, at__gt=now - MONTH).count() >= rules.invitations_a_month


def why_withheld(about: Order | Customer, kind: Kind, rules: LetterRules, now: datetime) -> str:
    """The outcome of a letter that is not written, or "". What the shop has switched off is not asked for here."""
    if not wants(customer_of(about), kind.purpose, rules):
        return Outcome.UNWANTED
    if kind.name == INVITATION and is_month_full(about, rules, now):
        return Outcome.MONTH_FULL
    if not kind.is_needed and is_day_full(about, rules, now):
        return Outcome.DAY_FULL
    return ""


def notice_list() -> BuyerNoticeQuerySet:
    """Letters of the shop, written and withheld, with their order and buyer."""
    rows: BuyerNoticeQuerySet = BuyerNotice.objects.select_related("order", "customer")
    return rows


def mails_to(customer: Customer) -> QuerySet[Mail]:
    """What the shop wrote to a buyer, newest first."""
    of_buyer = BuyerNotice.objects.written().filter(customer=customer, mail__isnull=False)
    return Mail.objects.filter(pk__in=of_buyer.order_by().values("mail")).order_by("-created_at", "-pk")
