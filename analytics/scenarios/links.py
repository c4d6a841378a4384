"""Signed addresses that show one scenario to whoever holds them. Whatever is wrong with one, the answer is the same."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.merchants.models import Merchant
from analytics.scenarios.models import ScenarioLink
from core.tenancy import tenant

SALT = "scenarios.link"


def url_of(link: ScenarioLink) -> str:
    """The whole address of a link, to be sent to somebody."""
    token = signing.dumps([link.merchant_id, link.pk], salt=SALT)
    return f"{settings.BASE_URL}{reverse('scenario-shared', args=[token])}"


def read(token: str) -> ScenarioLink | None:
    """The link of an address, while it is good."""
    try:
        merchant_id, pk = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    merchant = Merchant.objects.filter(pk=merchant_id).first()
    if merchant is None or merchant.is_closed:
        return None
    with tenant(merchant):
        rows = ScenarioLink.objects.select_related("scenario__market__category", "scenario__run", "merchant")
        link = rows.filter(pk=pk).first()
    return link if link is not None and link.is_good else None
