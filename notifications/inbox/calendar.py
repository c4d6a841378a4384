"""What a new day brings: facts that become true by the date alone."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.merchants.models import Merchant
from accounts.tokens.models import ApiToken
from ecommerce.purchasing.models import PurchaseOrder
from notifications.inbox.actions import settle_others, tell
from notifications.inbox.models import Notification

ENDS_SOON = timedelta(days=7)


def late_purchases(merchant: Merchant, *, begin: bool) -> None:
    """One line about all purchase orders that should have come; `begin` tells it, else it is only kept up to date."""
    today = merchant.today()
    key = today.isoformat()
    if begin:
        settle_others("purchase-late", key=key)
    late = PurchaseOrder.objects.late(today)
    first = late.select_related("supplier").order_by("expected_on", "pk").first()
    if first is None or first.expected_on is None:
        settle_others("purchase-late")
        return
    params = {
        "count": late.count(),
        "order_id": first.pk,
        "number": first.number,
        "supplier": first.supplier.name,
        "day": first.expected_on.isoformat(),
    }
    if begin:
        tell("purchase-late", key=key, params=params)
    else:
        told = Notification.objects.unsettled().filter(kind="purchase-late")
        told.exclude(params=params).update(params=params)


def tokens_that_end() -> None:
    """Tell of API tokens that end within a week, once each."""
    now = timezone.now()
    for token in ApiToken.objects.filter(revoked_at=None, expires_at__gt=now, expires_at__lte=now + ENDS_SOON):
        assert token.expires_at is not None
        params = {"name": token.name, "at": token.expires_at.isoformat()}
        tell("token-expiring", key=str(token.pk), params=params)
