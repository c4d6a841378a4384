"""Merchants as platform staff and applicants see them."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db.models import Q, QuerySet

from accounts.activity.models import Activity
from accounts.members.models import Membership
from accounts.merchants.models import Merchant
from accounts.people.models import User


def merchant_list() -> QuerySet[Merchant]:
    """Every merchant with its applicant, for staff."""
    return Merchant.objects.select_related("applicant")


def search_merchants(rows: QuerySet[Merchant], words: str) -> QuerySet[Merchant]:
    return rows.filter(
        Q(name__icontains=words)
        | Q(slug__icontains=words)
        | Q(applicant__email__icontains=words)
        | Q(applicant__name__icontains=words)
        | Q(city__icontains=words)
        | Q(website__icontains=words)
    )


def owners_of(merchant: Merchant) -> list[User]:
    """The owners of the merchant in scope."""
    rows = Membership.objects.owners().filter(merchant=merchant, user__is_active=True).select_related("user")
    return [row.user for row in rows.order_by("pk")]


def members_of(merchant: Merchant) -> QuerySet[Membership]:
    rows = Membership.objects.filter(merchant=merchant)
    return rows.select_related("user", "custom_role", "merchant").order_by("pk")


def history_of(merchant: Merchant) -> QuerySet[Activity]:
    """What was decided about the merchant, newest first."""
    rows = Activity.objects.filter(merchant=merchant, subject_type="accounts.merchant", subject_id=merchant.pk)
    return rows.order_by("-at", "-pk")


def has_confirmed(user: User | None) -> bool:
    """Whether the person's mailbox is proven to be theirs."""
    return user is not None and EmailAddress.objects.filter(user=user, verified=True).exists()


def alike(merchant: Merchant) -> QuerySet[Merchant]:
    """Other merchants of the same person, web address or name: what a second look should go to."""
    same = Q(name__iexact=merchant.name)
    if merchant.applicant_id:
        same |= Q(applicant_id=merchant.applicant_id)
    if merchant.website:
        same |= Q(website__iexact=merchant.website)
    if merchant.contact_email:
        same |= Q(contact_email__iexact=merchant.contact_email)
    return Merchant.objects.filter(same).exclude(pk=merchant.pk).order_by("-pk")[:10]


def applications_of(user: User) -> QuerySet[Merchant]:
    """Shops the person applied for that are not theirs to work in (yet)."""
    states = [Merchant.State.APPLIED, Merchant.State.REFUSED]
    return Merchant.objects.filter(applicant=user, state__in=states).order_by("-applied_at", "-pk")
