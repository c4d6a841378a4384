"""Parcels for programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens.api import TenantViewSet
from ecommerce.fulfilment.actions import add_tracking_event, change_tracking, ship_order
from ecommerce.fulfilment.filters import ShipmentFilters
from ecommerce.fulfilment.models import Shipment, ShipmentLine, TrackingEvent
from ecommerce.fulfilment.queries import shipment_detail
from ecommerce.inventory.models import Warehouse
from ecommerce.orders.api import NUMBER, UnitsOfLine, units_of
from ecommerce.orders.models import Order


class ShipmentLineOut(serializers.ModelSerializer[ShipmentLine]):
    line = serializers.IntegerField(source="order_line_id", help_text="The id of the order's line.")
    sku = serializers.CharField(source="order_line.sku")

    class Meta:
        model = ShipmentLine
        fields = ("line", "sku", "quantity")


class TrackingEventOut(serializers.ModelSerializer[TrackingEvent]):
    class Meta:
        model = TrackingEvent
        fields = ("id", "at", "state", "description", "location")


class ShipmentOut(serializers.ModelSerializer[Shipment]):
    order = serializers.CharField(source="order.number", help_text="The number of the order.")
    warehouse = serializers.CharField(source="warehouse.code", allow_null=True, default=None)
    lines = ShipmentLineOut(many=True)
    events = TrackingEventOut(many=True)

    class Meta:
        model = Shipment
        fields = (
            "id", "order", "warehouse", "carrier", "tracking_number", "state", "shipped_at", "promised_at",
            "delivered_at", "created_at", "updated_at", "lines", "events",
        )  # fmt: skip


class ShipIn(serializers.Serializer[Any]):
    carrier = serializers.CharField(max_length=60, required=False, allow_blank=True)
    tracking_number = serializers.CharField(max_length=80, required=False, allow_blank=True)
    lines = UnitsOfLine(many=True, required=False, min_length=1, help_text="Without them, all that is left.")
    warehouse = serializers.CharField(max_length=20, required=False, help_text="A code; else the default warehouse.")
    promised_at = serializers.DateTimeField(required=False)


class TrackingIn(serializers.Serializer[Any]):
    carrier = serializers.CharField(max_length=60, required=False, allow_blank=True)
    tracking_number = serializers.CharField(max_length=80, required=False, allow_blank=True)


class TrackingEventIn(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=Shipment.State.choices)
    at = serializers.DateTimeField()
    description = serializers.CharField(max_length=200, required=False, allow_blank=True)
    location = serializers.CharField(max_length=100, required=False, allow_blank=True)


class ShipmentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = Shipment.objects.none()
    serializer_class = ShipmentOut
    filterset_class = ShipmentFilters
    updated_field = "updated_at"
    permissions = {"read": "shipments.view", "partial_update": "shipments.edit", "events": "shipments.edit"}
    inputs = {"partial_update": TrackingIn, "events": TrackingEventIn}

    def get_queryset(self) -> Any:
        return shipment_detail().prefetch_related("lines__order_line")

    @extend_schema(request=TrackingIn(partial=True), responses=ShipmentOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Correct the carrier or the tracking number."""
        parcel = self.get_object()
        now = {"carrier": parcel.carrier, "tracking_number": parcel.tracking_number}
        change_tracking(parcel, **{**now, **self.read(partial=True)}, actor=self.actor)
        return Response(ShipmentOut(self.get_queryset().get(pk=parcel.pk)).data)

    @extend_schema(request=TrackingEventIn, responses=ShipmentOut)
    @action(detail=True, methods=["post"])
    def events(self, request: Request, pk: str) -> Response:
        """Write down a report of the carrier; the same one again is kept once."""
        parcel = self.get_object()
        add_tracking_event(parcel, **{"description": "", "location": "", **self.read()}, actor=self.actor)
        return Response(ShipmentOut(self.get_queryset().get(pk=parcel.pk)).data)


class ShipOrderViewSet(TenantViewSet):
    """The one command on orders that makes a parcel."""

    queryset = Order.objects.none()
    serializer_class = ShipmentOut
    lookup_field = "number"
    lookup_value_regex = NUMBER
    permissions = {"ship": "orders.ship"}
    inputs = {"ship": ShipIn}

    def get_queryset(self) -> Any:
        return Order.objects.select_related("merchant")

    @extend_schema(request=ShipIn, responses={201: ShipmentOut}, tags=["orders"])
    @action(detail=True, methods=["post"])
    def ship(self, request: Request, number: str) -> Response:
        """Send a parcel with all that is left, or with units of lines. Stock leaves with it."""
        order, given = self.get_object(), self.read()
        code = given.pop("warehouse", None)
        warehouse = Warehouse.objects.filter(code=code).first() if code is not None else None
        if code is not None and warehouse is None:
            raise serializers.ValidationError({"warehouse": ["There is no warehouse with this code."]})
        parcel = ship_order(order, units=units_of(given), warehouse=warehouse, **given, actor=self.actor)
        made = shipment_detail().get(pk=parcel.pk)
        return Response(ShipmentOut(made).data, status=status.HTTP_201_CREATED)
