"""Times of the portal's pages on the demo marketplace of 60,000 orders, against a bare Django page of 25 rows.

The targets are those of the pages' budget: 20 ms for lists and details, 15 ms for the home page (medians, one client).
"""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpResponse
from django.template import engines
from django.test import Client
from django.urls import reverse

from accounts.merchants.models import Merchant
from accounts.people.models import User
from bench.figures import Figure, seconds
from bench.place import marketplace
from core.tenancy import tenant
from ecommerce.orders.models import Order

TIMES = 15
ROWS = engines["django"].from_string(
    "<table>{% for row in rows %}<tr><td>{{ row.number }}</td><td>{{ row.buyer_name }}</td><td>{{ row.state }}</td>"
    "<td>{{ row.placed_at }}</td><td>{{ row.total }}</td><td>{{ row.ship_by }}</td></tr>{% endfor %}</table>"
)


def _bare() -> HttpResponse:
    rows = Order.objects.order_by("-placed_at", "-pk").values(
        "number", "buyer_name", "state", "placed_at", "total", "ship_by"
    )
    return HttpResponse(ROWS.render({"rows": rows[:25]}))


def run() -> Iterator[Figure]:
    marketplace()
    shop = Merchant.objects.get(slug="luming")
    client = Client()
    client.force_login(User.objects.get(email="owner@storecast.example"))
    with tenant(shop):
        number = Order.objects.order_by("-placed_at").values_list("number", flat=True)[3]
        product = Order.objects.get(number=number).lines.exclude(variant=None)[0].variant.product_id
        _bare()
        bare = seconds(_bare, times=TIMES) * 1000
    slug = shop.slug
    orders = reverse("order-list", args=[slug])
    addresses = {
        "home": (reverse("merchant-home", args=[slug]), 15),
        "orders": (orders, 20),
        "orders to ship": (f"{orders}?tab=to_ship", 20),
        "orders, number searched": (f"{orders}?q={number}", 20),
        "orders, buyer searched": (f"{orders}?q=buyer77", 20),
        "order": (reverse("order-detail", args=[slug, number]), 20),
        "products": (reverse("product-list", args=[slug]), 20),
        "product": (reverse("product-detail", args=[slug, product]), 20),
        "stock": (reverse("stock-list", args=[slug]), 20),
        "customers": (reverse("customer-list", args=[slug]), 20),
        "reviews": (reverse("review-list", args=[slug]), 20),
        "inbox": (reverse("inbox", args=[slug]), 20),
        "sales forecast": (reverse("forecast-sales", args=[slug]), 20),
    }
    for name, (address, target) in addresses.items():
        answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}")
        spent = seconds(lambda address=address: client.get(address).content, times=TIMES) * 1000
        yield Figure(name, spent, "ms", bare, "bare rows", target, "lower", "figure")
