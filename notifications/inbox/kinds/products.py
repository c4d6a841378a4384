"""Kinds about products that stand out: what falls behind, what grows, what is praised, what is complained about."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from notifications.inbox.kinds.base import BUYERS, PRODUCTS, Kind, Target
from notifications.inbox.models import Urgency
from notifications.inbox.sentences import Params
from notifications.inbox.sentences import products as say


def _to_stages(params: Params) -> Target:
    one = params["count"] == 1
    if one:
        return Target("lifecycle-detail", (params["stage_id"],))
    return Target("lifecycle-list", query=f"stage={params['stage']}")


def _to_praised(params: Params) -> Target:
    one = params["count"] == 1
    return Target("product-detail", (params["product_id"],)) if one else Target("lifecycle-list", query="stage=growing")


def _to_complaints(params: Params) -> Target:
    return Target("complaint-list", query=urlencode({"tab": "all", "q": params["product"][:100]}))


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
    Kind(
        "product-praised", _("Products are praised and rising, once a day"), PRODUCTS, Urgency.WEEK, "facts.view",
        say.product_praised, _to_praised, _("See the product"), icon="star", tone="info", email=False,
        stale=timedelta(days=14),
    ),
    Kind(
        "complaints-burst", _("Many complaints about one product at once"), BUYERS, Urgency.ACT, "complaints.answer",
        say.complaints_burst, _to_complaints, _("See the complaints"), icon="alert-triangle", tone="critical",
        stale=timedelta(days=30),
    ),
)  # fmt: skip
