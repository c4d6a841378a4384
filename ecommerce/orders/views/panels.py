"""Orders as parts of other pages: those of a customer and those with a product."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from core.access import MerchantRequest, merchant_view
from core.htmx import page
from ecommerce.catalog.models import Product
from ecommerce.customers.models import Customer
from ecommerce.orders.models import OrderQuerySet
from ecommerce.orders.queries import orders_of_customer, orders_with_product


@merchant_view("orders.view")
@require_safe
def of_customer(request: MerchantRequest, pk: int) -> HttpResponse:
    """A panel for the page of a customer: their newest orders."""
    customer = get_object_or_404(Customer.objects.all(), pk=pk)
    return _panel(request, orders_of_customer(customer), "customer-orders-h", customer.email or customer.name)


@merchant_view("orders.view")
@require_safe
def of_product(request: MerchantRequest, pk: int) -> HttpResponse:
    """A panel for the page of a product: the newest orders with it."""
    product = get_object_or_404(Product.objects.all(), pk=pk)
    sku = product.variants.order_by("pk").values_list("sku", flat=True).first()
    return _panel(request, orders_with_product(product), "product-orders-h", sku or "")


def _panel(request: MerchantRequest, orders: OrderQuerySet, heading: str, words: str) -> HttpResponse:
    """`words` are what the list of all orders is searched for, which is also where the address alone leads."""
    more = f"{reverse('order-list', args=[request.merchant.slug])}?{urlencode({'q': words})}"
    if not request.headers.get("HX-Request"):
        return redirect(more)
    context = {"orders": orders[:5], "heading": heading, "more_url": more}
    return page(request, "ecommerce/orders/panel.html", context)
