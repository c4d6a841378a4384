"""Where the endpoints of /api/v1 are."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, re_path
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.routers import SimpleRouter

from core.access import open_view
from core.api.views import NowhereApi
from ecommerce.catalog.api import CategoryViewSet, ProductViewSet, VariantViewSet
from ecommerce.customers.api import CustomerViewSet
from ecommerce.inventory.api import StockViewSet, WarehouseViewSet

router = SimpleRouter()
router.register("categories", CategoryViewSet, "api-category")
router.register("customers", CustomerViewSet, "api-customer")
router.register("products", ProductViewSet, "api-product")
router.register("stock", StockViewSet, "api-stock")
router.register("variants", VariantViewSet, "api-variant")
router.register("warehouses", WarehouseViewSet, "api-warehouse")


@open_view("the description of the API holds no data of anybody")
def docs(request: HttpRequest) -> HttpResponse:
    """The API to read and to try, drawn by Swagger UI from our own server."""
    return render(request, "config/api_docs.html")


schema = open_view("the description of the API holds no data of anybody")(
    SpectacularJSONAPIView.as_view(throttle_classes=[])
)
nowhere = open_view("answers 404 whatever is asked")(NowhereApi.as_view())

urlpatterns = [
    *router.urls,
    path("docs/", docs, name="api-docs"),
    path("schema/", schema, name="api-schema"),
    re_path("^.*$", nowhere, name="api-nowhere"),
]
