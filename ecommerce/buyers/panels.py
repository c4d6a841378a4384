"""What the shop sees of the buyers' pages."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from core.access import MerchantRequest, merchant_view
from core.htmx import page
from ecommerce.buyers.links import tracking_url
from ecommerce.orders.models import Order


@merchant_view("orders.view")
@require_safe
def tracking_link(request: MerchantRequest, number: str) -> HttpResponse:
    """A panel for the page of an order: the link to the buyer's page of it, to open and to copy."""
    order = get_object_or_404(Order.objects.select_related("merchant"), number=number)
    url = tracking_url(order)
    if not request.headers.get("HX-Request"):
        return redirect(url)
    return page(request, "ecommerce/buyers/tracking_link.html", {"order": order, "url": url})
