"""The cases that a burst of complaints is made of."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from analytics.episodes.models import ProductEpisode
from analytics.episodes.queries import burst_list, cases_of
from analytics.episodes.rules import WEEK
from core.access import MerchantRequest, merchant_view


@merchant_view("complaints.view")
@require_safe
def burst(request: MerchantRequest, pk: int) -> HttpResponse:
    """Every case that was counted when the burst was found, with its complaints and returns."""
    episode: ProductEpisode = get_object_or_404(burst_list(), pk=pk)
    first, last, cases = cases_of(episode)
    context = {
        "episode": episode,
        "cases": cases,
        "first": first,
        "last": last,
        "days": WEEK,
        "may_see_returns": request.membership.may("returns.view"),
        "may_see_orders": request.membership.may("orders.view"),
        "may_see_products": request.membership.may("products.view"),
    }
    return render(request, "analytics/episodes/burst.html", context)
