"""Bare views: the rows of our pages by `values_list` and key, one loop of one template, nothing else.

Each asks for the signed-in person, as any page of this kind must, and shows the columns that ours shows.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.merchants.models import Merchant
from analytics.facts.models import DailyFact
from core.namesearch import Either, by_beginning
from core.tenancy import tenant
from ecommerce.catalog.queries import product_list
from ecommerce.orders.finding import NAMES
from ecommerce.orders.models import Order, OrderLine, Payment

ROWS = 26
LOOP = engines["django"].from_string(
    "<table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>"
)
ORDER = (
    "pk", "number", "placed_at", "buyer_name", "ship_city", "channel", "units", "total", "payment_state", "state",
    "ship_by",
)  # fmt: skip


def _shop(request: HttpRequest) -> Merchant:
    if not request.user.is_authenticated:
        raise PermissionError
    return Merchant.objects.get(slug="volume-1")


def _page(rows: Any) -> HttpResponse:
    return HttpResponse(LOOP.render({"rows": rows}))


def orders(request: HttpRequest) -> HttpResponse:
    shop, asked = _shop(request), request.GET
    with tenant(shop):
        rows: Any = Order.objects.order_by("-placed_at", "-pk")
        if "state" in asked:
            rows = rows.filter(state=asked["state"])
        if "at" in asked:
            at = parse_datetime(asked["at"])
            rows = rows.filter(Q(placed_at__lt=at) | Q(placed_at=at, pk__lt=int(asked["pk"])), placed_at__lte=at)
        if "number" in asked:
            rows = rows.filter(
                Either([by_beginning("ecommerce_order", "number", asked["number"], shop.pk, connection.vendor)])
            )
        if "phone" in asked:
            rows = rows.filter(Either([NAMES.by_phone_end(asked["phone"], shop.pk, connection.vendor)]))
        if "name" in asked:
            rows = rows.filter(Either([NAMES.by_name(asked["name"], shop.pk, connection.vendor)]))
        return _page(rows.values_list(*ORDER)[:ROWS])


def order(request: HttpRequest, number: str) -> HttpResponse:
    with tenant(_shop(request)):
        found = Order.objects.filter(number=number).values_list(*ORDER)
        key = found[0][0]
        lines = OrderLine.objects.filter(order_id=key).values_list("sku", "title", "quantity", "unit_price", "total")
        payments = Payment.objects.filter(order_id=key).values_list("kind", "method", "amount", "at")
        return _page([*found, *lines, *payments])


def products(request: HttpRequest) -> HttpResponse:
    with tenant(_shop(request)):
        rows = product_list().order_by("-created_at", "-pk")
        columns = ("pk", "title", "brand", "first_sku", "category__name", "state", "price_low", "stock", "updated_at")
        return _page(rows.values_list(*columns)[:ROWS])


def home(request: HttpRequest) -> HttpResponse:
    shop = _shop(request)
    with tenant(shop):
        since = timezone.now().date() - timedelta(days=49)
        facts = DailyFact.objects.filter(day__gte=since).order_by("day")
        return _page(facts.values_list("day", "orders", "value", "refunded", "reviews", F("rating_sum")))


urlpatterns = [
    path("orders", orders),
    path("orders/<str:number>", order),
    path("products", products),
    path("home", home),
]
