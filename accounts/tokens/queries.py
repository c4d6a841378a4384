"""API tokens as their page shows them."""

from __future__ import annotations

from django.db.models import Case, QuerySet, Value, When
from django.utils import timezone

from accounts.tokens.models import ApiToken


def token_list() -> QuerySet[ApiToken]:
    """Tokens in use first, newest first among them."""
    over = Case(
        When(revoked_at__isnull=False, then=Value(2)), When(expires_at__lte=timezone.now(), then=Value(1)), default=0
    )
    return ApiToken.objects.annotate(over=over).select_related("created_by").order_by("over", "-created_at", "-pk")
