"""Kinds about products that stand out: what falls behind and what grows."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from notifications.inbox.kinds.base import PRODUCTS, Kind, Target
from notifications.inbox.models import Urgency
from notifications.inbox.sentences import Params
from notifications.inbox.sentences import products as say


def _to_stages(params: Params) -> Target:
    one = params["count"] == 1
    if one:
        return Target("lifecycle-detail", (params["stage_id"],))
    return Target("lifecycle-list", query=f"stage={params['stage']}")


KINDS = (
    Kind(
        "product-behind", _("Products fall behind, once a day"), PRODUCTS, Urgency.WEEK, "facts.view",
        say.product_behind, _to_stages, _("See what to do"), icon="trending-down", tone="warning", email=False,
        stale=timedelta(days=14),
    ),
    Kind(
        "product-growing", _("Products grow, once a day"), PRODUCTS, Urgency.KNOW, "facts.view",
        say.product_growing, _to_stages, _("See what to do"), icon="trending-up", tone="info", email=False,
        stale=timedelta(days=14),
    ),
)  # fmt: skip
