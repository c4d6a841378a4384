"""Parcels for programs."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens.api import TenantViewSet
from core.errors import Refused
from ecommerce.fulfilment.actions import (
    add_tracking_event,
    change_tracking,
    close_case,
    send_in_its_place,
    ship_order,
    take_report,
)
from ecommerce.fulfilment.filters import CaseFilters, PromiseFilters, ShipmentFilters
from ecommerce.fulfilment.models import Carrier, CarrierService, ParcelCase, Shipment, ShipmentLine, TrackingEvent
from ecommerce.fulfilment.promises import by_carrier_and_region, parcels_sent
from ecommerce.fulfilment.queries import case_list, shipment_detail
from ecommerce.fulfilment.rules import clean_tracking
from ecommerce.inventory.models import Warehouse
from ecommerce.orders.models import Order
from ecommerce.orders.shapes import NUMBER, UnitsOfLine, units_of

MOST_REPORTS = 500


class ShipmentLineOut(serializers.ModelSerializer[ShipmentLine]):
    line = serializers.IntegerField(source="order_line_id", help_text="The id of the order's line.")
    sku = serializers.CharField(source="order_line.sku")

    class Meta:
        model = ShipmentLine
        fields = ("line", "sku", "quantity")


class TrackingEventOut(serializers.ModelSerializer[TrackingEvent]):
    class Meta:
        model = TrackingEvent
        fields = ("id", "at", "kind", "state", "description", "location")


class ShipmentOut(serializers.ModelSerializer[Shipment]):
    order = serializers.CharField(source="order.number", help_text="The number of the order.")
    warehouse = serializers.CharField(source="warehouse.code", allow_null=True, default=None)
    sent_again_as = serializers.IntegerField(
        source="sent_again_as_id", allow_null=True, help_text="The parcel in which its goods left again."
    )
    lines = ShipmentLineOut(many=True)
    events = TrackingEventOut(many=True)

    class Meta:
        model = Shipment
        fields = (
            "id", "order", "warehouse", "carrier", "tracking_number", "state", "shipped_at", "promised_at",
            "delivered_at", "sent_again_as", "lost_at", "taken_back_at", "expected_at", "expected_from",
            "expected_to", "late_chance", "created_at", "updated_at", "lines", "events",
        )  # fmt: skip


class TrackingIn(serializers.Serializer[Any]):
    carrier = serializers.CharField(max_length=60, required=False, allow_blank=True)
    tracking_number = serializers.CharField(max_length=80, required=False, allow_blank=True)


class ShipIn(TrackingIn):
    lines = UnitsOfLine(many=True, required=False, min_length=1, help_text="Without them, all that is left.")
    warehouse = serializers.CharField(max_length=20, required=False, help_text="A code; else the default warehouse.")
    promised_at = serializers.DateTimeField(required=False)


class AgainIn(TrackingIn):
    warehouse = serializers.CharField(
        max_length=20, required=False, help_text="For a lost parcel: a code; else where the first one left from."
    )


def _warehouse_of(given: dict[str, Any]) -> Warehouse | None:
    """Takes the code of a warehouse out of what was sent; None where there is none."""
    code = given.pop("warehouse", None)
    warehouse = Warehouse.objects.filter(code=code).first() if code is not None else None
    if code is not None and warehouse is None:
        raise serializers.ValidationError({"warehouse": ["There is no warehouse with this code."]})
    return warehouse


class TrackingEventIn(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(
        choices=TrackingEvent.Kind.choices, required=False, help_text="What it tells; without it `state` must be given."
    )
    state = serializers.ChoiceField(
        choices=Shipment.State.choices, required=False, help_text="Where the parcel is; left out where `kind` is given."
    )
    at = serializers.DateTimeField()
    description = serializers.CharField(max_length=200, required=False, allow_blank=True)
    location = serializers.CharField(max_length=100, required=False, allow_blank=True)


class ReportIn(TrackingEventIn):
    tracking_number = serializers.CharField(max_length=80)


class ReportsIn(serializers.Serializer[Any]):
    reports = ReportIn(many=True, allow_empty=False, max_length=MOST_REPORTS)  # type: ignore[call-arg]


class ReportResult(serializers.Serializer[Any]):
    row = serializers.IntegerField(help_text="The place in the list, from 0.")
    result = serializers.ChoiceField(choices=["created", "known", "refused"])
    code = serializers.CharField(allow_blank=True)
    message = serializers.CharField(allow_blank=True)


class ReportsOut(serializers.Serializer[Any]):
    results = ReportResult(many=True)


def _sent(parcel: Shipment) -> Response:
    """The answer to a parcel that was made."""
    return Response(ShipmentOut(shipment_detail().get(pk=parcel.pk)).data, status=status.HTTP_201_CREATED)


class CarrierServiceOut(serializers.ModelSerializer[CarrierService]):
    class Meta:
        model = CarrierService
        fields = ("name", "region", "days")


class CarrierOut(serializers.ModelSerializer[Carrier]):
    services = CarrierServiceOut(many=True)

    class Meta:
        model = Carrier
        fields = ("id", "name", "code", "aliases", "is_active", "services", "updated_at")


class CarrierViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Who carries the shop's parcels, and what they promise."""

    queryset = Carrier.objects.none()
    serializer_class = CarrierOut
    updated_field = "updated_at"
    permissions = {"read": "shipments.view"}

    def get_queryset(self) -> Any:
        return Carrier.objects.prefetch_related("services")


class CarrierRegionOut(serializers.Serializer[Any]):
    """Promised against actual days of a carrier's parcels to a region, counted from the hand-over.

    A figure is null where fewer than 20 parcels speak for it.
    """

    carrier = serializers.IntegerField(source="carrier.pk", help_text="The id of the carrier.")
    name = serializers.CharField(help_text="The carrier's name.")
    region = serializers.CharField(allow_blank=True)
    parcels = serializers.IntegerField(help_text="Parcels that were sent.")
    promised = serializers.FloatField(
        allow_null=True, help_text="The middle of the days promised; without any, what the carrier's services promise."
    )
    promises = serializers.IntegerField(help_text="Parcels with a promise.")
    half_within = serializers.FloatField(source="middle", allow_null=True, help_text="Days: the median.")
    nine_of_ten_within = serializers.FloatField(source="slow", allow_null=True, help_text="Days: the 90 % point.")
    arrived = serializers.IntegerField(help_text="Parcels that arrived.")
    difference = serializers.FloatField(allow_null=True, help_text="Median less promise: below zero is earlier.")
    on_time = serializers.FloatField(allow_null=True, help_text="Percent of those due that came by their day.")
    due = serializers.IntegerField(help_text="Parcels with a promise that came, or whose day is over.")


class CarrierRegionViewSet(TenantViewSet):
    """What was promised against what it took, by carrier and region, over the parcels of the last half year."""

    queryset = Shipment.objects.none()
    serializer_class = CarrierRegionOut
    filterset_class = PromiseFilters
    permissions = {"read": "shipments.view"}
    pagination_class = None

    def get_queryset(self) -> Any:
        return parcels_sent(timezone.now())

    @extend_schema(responses=CarrierRegionOut(many=True))
    def list(self, request: Request) -> Response:
        """All carriers and regions, most parcels first."""
        rows = by_carrier_and_region(self.filter_queryset(self.get_queryset()), timezone.now())
        return Response(CarrierRegionOut(rows, many=True).data)


class ParcelCaseOut(serializers.ModelSerializer[ParcelCase]):
    shipment = serializers.IntegerField(source="shipment_id", help_text="The id of the parcel.")
    tracking_number = serializers.CharField(source="shipment.tracking_number")
    carrier = serializers.CharField(source="shipment.carrier")
    order = serializers.CharField(source="shipment.order.number", help_text="The number of the order.")

    class Meta:
        model = ParcelCase
        fields = (
            "id", "reason", "shipment", "tracking_number", "carrier", "order", "opened_at", "step", "note",
            "snoozed_until", "closed_at", "updated_at",
        )  # fmt: skip


class ParcelCaseFilters(CaseFilters):
    reason = django_filters.ChoiceFilter(choices=ParcelCase.Reason.choices)
    open = django_filters.BooleanFilter("closed_at", "isnull")


class ParcelCaseViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Parcels that a person must look at: those that stand still, are overdue, in trouble or came back."""

    queryset = ParcelCase.objects.none()
    serializer_class = ParcelCaseOut
    filterset_class = ParcelCaseFilters
    updated_field = "updated_at"
    permissions = {"read": "shipments.view", "send_again": "orders.ship", "close": "shipments.edit"}
    inputs = {"send_again": AgainIn}

    def get_queryset(self) -> Any:
        return case_list()

    @extend_schema(request=AgainIn, responses={201: ShipmentOut})
    @action(detail=True, methods=["post"], url_path="send-again")
    def send_again(self, request: Request, pk: str) -> Response:
        """Send what came back in a new parcel, or the same goods once more in the place of a lost one.

        The case is closed. Goods in the place of lost ones leave stock once more.
        """
        case, given = self.get_object(), self.read()
        warehouse = _warehouse_of(given)
        parcel = send_in_its_place(case, warehouse=warehouse, **given, actor=self.actor)
        return _sent(parcel)

    @extend_schema(request=None, responses=ParcelCaseOut)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """Nothing is left to do about it."""
        case = close_case(self.get_object(), actor=self.actor)
        return Response(ParcelCaseOut(case_list().get(pk=case.pk)).data)


class ShipmentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = Shipment.objects.none()
    serializer_class = ShipmentOut
    filterset_class = ShipmentFilters
    updated_field = "updated_at"
    permissions = {
        "read": "shipments.view",
        "partial_update": "shipments.edit",
        "events": "shipments.edit",
        "reports": "shipments.edit",
    }
    inputs = {"partial_update": TrackingIn, "events": TrackingEventIn, "reports": ReportsIn}

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

    @extend_schema(request=ReportsIn, responses=ReportsOut)
    @action(detail=False, methods=["post"])
    def reports(self, request: Request) -> Response:
        """Write down many reports at once, each by its tracking number; each is answered for itself.

        The same report again is known and changes nothing, in whatever order they come.
        """
        reports = self.read()["reports"]
        numbers = {clean_tracking(one["tracking_number"]) for one in reports}
        parcels: dict[str, list[Shipment]] = {}
        for parcel in Shipment.objects.filter(tracking_number__in=numbers).select_related("order"):
            parcels.setdefault(parcel.tracking_number, []).append(parcel)
        results = [{"row": row, **self._take(one, parcels)} for row, one in enumerate(reports)]
        return Response(ReportsOut({"results": results}).data)

    def _take(self, given: dict[str, Any], parcels: dict[str, list[Shipment]]) -> dict[str, str]:
        found = parcels.get(clean_tracking(given.pop("tracking_number")), [])
        if len(found) != 1:
            said = "Several parcels have this number." if found else "No parcel has this number."
            return {"result": "refused", "code": "parcel_unknown", "message": said}
        try:
            _report, is_new = take_report(found[0], **given, actor=self.actor)
        except Refused as refusal:
            return {"result": "refused", "code": refusal.code, "message": str(refusal.message)}
        return {"result": "created" if is_new else "known", "code": "", "message": ""}


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
        warehouse = _warehouse_of(given)
        parcel = ship_order(order, units=units_of(given), warehouse=warehouse, **given, actor=self.actor)
        return _sent(parcel)
