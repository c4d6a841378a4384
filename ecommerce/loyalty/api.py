"""Points of customers for programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens.api import TenantViewSet
from ecommerce.coupons.api import CouponOut
from ecommerce.customers.models import Customer
from ecommerce.loyalty.actions import change_points, exchange_points
from ecommerce.loyalty.models import PointsEntry
from ecommerce.loyalty.queries import ledger_of, standing_of
from ecommerce.loyalty.rules import MOST_POINTS

NEWEST = 100


class PointsEntryOut(serializers.ModelSerializer[PointsEntry]):
    order = serializers.CharField(source="order.number", default=None, allow_null=True, help_text="Its number.")
    coupon = serializers.CharField(source="coupon.code", default=None, allow_null=True, help_text="Its code.")

    class Meta:
        model = PointsEntry
        fields = ("id", "kind", "points", "balance", "expires_on", "order", "coupon", "reason", "at")


class PointsOut(serializers.Serializer[Any]):
    balance = serializers.IntegerField()
    ending = serializers.IntegerField(help_text="How many of them expire first.")
    ends_on = serializers.DateField(allow_null=True, help_text="Their last day.")
    entries = PointsEntryOut(many=True, help_text="The newest 100 changes, newest first.")


class PointsIn(serializers.Serializer[Any]):
    points = serializers.IntegerField(min_value=-MOST_POINTS, max_value=MOST_POINTS, help_text="Below zero: taken off.")
    reason = serializers.CharField(max_length=200)
    key = serializers.CharField(max_length=60, help_text="Your own; the same one again is the same change.")


class ExchangeIn(serializers.Serializer[Any]):
    key = serializers.CharField(max_length=60, help_text="Your own; the same one again is the same coupon.")


class CustomerPointsViewSet(TenantViewSet):
    """What points a customer has, and what is done with them."""

    queryset = Customer.objects.none()
    serializer_class = PointsOut
    permissions = {"points": "customers.view", "change_points": "points.edit", "exchange_points": "points.edit"}
    inputs = {"change_points": PointsIn, "exchange_points": ExchangeIn}

    def get_queryset(self) -> Any:
        return Customer.objects.select_related("merchant")

    @extend_schema(responses=PointsOut, tags=["customers"])
    @action(detail=True, methods=["get"])
    def points(self, request: Request, pk: str) -> Response:
        """The points of a customer and the newest changes of them."""
        customer = self.get_object()
        standing = standing_of(customer)
        said = {"balance": standing.balance, "ending": standing.ending, "ends_on": standing.ends_on}
        return Response(PointsOut({**said, "entries": ledger_of(customer)[:NEWEST]}).data)

    @extend_schema(request=PointsIn, responses={201: PointsEntryOut}, tags=["customers"])
    @action(detail=True, methods=["post"], url_path="points/change")
    def change_points(self, request: Request, pk: str) -> Response:
        """Grant points, or take some off, with the reason."""
        entry = change_points(self.get_object(), **self.read(), actor=self.actor)
        return Response(PointsEntryOut(entry).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ExchangeIn, responses={201: CouponOut}, tags=["customers"])
    @action(detail=True, methods=["post"], url_path="points/exchange")
    def exchange_points(self, request: Request, pk: str) -> Response:
        """Turn points into a coupon by the shop's terms."""
        coupon = exchange_points(self.get_object(), **self.read(), actor=self.actor)
        return Response(CouponOut(coupon).data, status=status.HTTP_201_CREATED)
