"""What a program may hand on to a buyer."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens.api import TenantViewSet
from ecommerce.buyers.links import tracking_url
from ecommerce.orders.models import Order
from ecommerce.orders.shapes import NUMBER


class TrackingPageOut(serializers.Serializer[Any]):
    url = serializers.CharField(help_text="Good for 180 days. Whoever has it sees the order's way; no sign-in.")


class TrackingPageViewSet(TenantViewSet):
    """The buyer's own page of an order."""

    queryset = Order.objects.none()
    serializer_class = TrackingPageOut
    lookup_field = "number"
    lookup_value_regex = NUMBER
    permissions = {"tracking_page": "orders.view"}

    def get_queryset(self) -> Any:
        return Order.objects.select_related("merchant")

    @extend_schema(responses=TrackingPageOut, tags=["orders"])
    @action(detail=True, methods=["get"])
    def tracking_page(self, request: Request, number: str) -> Response:
        """A link to the page on which the buyer follows the order."""
        return Response(TrackingPageOut({"url": tracking_url(self.get_object())}).data)
