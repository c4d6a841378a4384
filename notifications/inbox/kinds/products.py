"""Kinds about products that stand out: what falls behind, what grows, what is praised, what is complained about."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from notifications.inbox.kinds.base import BUYERS, PRODUCTS, Kind, Target, days_of
from notifications.inbox.models import Urgency
from notifications.inbox.sentences import Params
from notifications.inbox.sentences import products as say


def _to_stages(params: Params) -> Target:
    """Several are those that came to their stage on the day that the figures of all of them begin with."""
    if params["count"] == 1:
        return Target("lifecycle-detail", (params["stage_id"],))
    stage = params["stage"] if params["stage"] == "growing" else "behind"
    return Target("lifecycle-list", query=f"tab=all&stage={stage}{days_of('since', params.get('since', ''))}")


def _to_praised(params: Params) -> Target:
    if params["count"] == 1:
        return Target("product-detail", (params["product_id"],))
    return Target("lifecycle-list", query=f"tab=all{days_of('praised', params.get('day', '')) or '&stage=growing'}")


def _to_complaints(params: Params) -> Target:
    """The cases that were counted; what was told before it named the burst leads to the complaints among them."""
    if "episode_id" in params:
        return Target("burst-detail", (params["episode_id"],))
    words = urlencode({"tab": "all", "q": params["product"][:100]})
    return Target("complaint-list", query=words + days_of("opened", params.get("first", ""), params.get("last", "")))


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
        say.complaints_burst, _to_complaints, _("See the cases"), icon="alert-triangle", tone="critical",
        stale=timedelta(days=30),
    ),
)  # fmt: skip
