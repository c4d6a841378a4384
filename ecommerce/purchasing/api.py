"""Suppliers, their prices and purchase orders for programs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens.api import TenantViewSet
from core.money import LARGEST
from ecommerce.catalog.models import Variant
from ecommerce.inventory.actions import default_warehouse
from ecommerce.inventory.models import Warehouse
from ecommerce.purchasing.actions import (
    cancel_order,
    change_draft,
    change_supplier,
    close_order,
    create_supplier,
    draft_order,
    receive_goods,
    send_order,
    set_price,
)
from ecommerce.purchasing.filters import PurchaseFilters, SupplierFilters, SupplierPriceFilters
from ecommerce.purchasing.models import PurchaseLine, PurchaseOrder, Receipt, ReceiptLine, Supplier, SupplierPrice
from ecommerce.purchasing.passing import pass_rates_by_supplier
from ecommerce.purchasing.queries import purchases_with_lines, supplier_list, supplier_prices
from ecommerce.purchasing.rules import MOST_LINES, MOST_UNITS, Came, LineIn


class SupplierOut(serializers.ModelSerializer[Supplier]):
    class Meta:
        model = Supplier
        fields = (
            "id", "code", "name", "contact", "email", "language", "currency", "lead_days", "payment_terms",
            "note", "archived_at", "created_at", "updated_at",
        )  # fmt: skip


class SupplierIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=150)
    code = serializers.CharField(max_length=20, help_text="A short name, unique in the shop.")
    contact = serializers.CharField(max_length=150, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    language = serializers.ChoiceField(
        choices=settings.LANGUAGES,
        required=False,
        allow_blank=True,
        help_text="Of purchase orders to them, mail and PDF; empty: the shop's.",
    )
    currency = serializers.RegexField(r"^[A-Za-z]{3}$", max_length=3)
    lead_days = serializers.IntegerField(
        min_value=0, max_value=365, required=False, allow_null=True, help_text="Promised days from order to delivery."
    )
    payment_terms = serializers.CharField(max_length=120, required=False, allow_blank=True)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class SupplierPriceOut(serializers.ModelSerializer[SupplierPrice]):
    supplier = serializers.IntegerField(source="supplier_id")
    variant = serializers.IntegerField(source="variant_id")
    sku = serializers.CharField(source="variant.sku")
    currency = serializers.CharField(source="supplier.currency")

    class Meta:
        model = SupplierPrice
        fields = (
            "id", "supplier", "variant", "sku", "price", "currency", "minimum", "multiple", "valid_from", "is_offered",
            "at",
        )  # fmt: skip


class SupplierPriceIn(serializers.Serializer[Any]):
    supplier = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="The id of the supplier.")
    sku = serializers.CharField(max_length=80)
    price = serializers.DecimalField(max_digits=11, decimal_places=2, min_value=0, max_value=LARGEST)
    minimum = serializers.IntegerField(min_value=1, max_value=MOST_UNITS, required=False)
    multiple = serializers.IntegerField(min_value=1, max_value=MOST_UNITS, required=False)
    valid_from = serializers.DateField(required=False, help_text="Today or later; without it, today.")
    is_offered = serializers.BooleanField(required=False, help_text="False: the supplier does not have it any more.")


class PassRateAsk(serializers.Serializer[Any]):
    product = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False, help_text="Of this one only.")


class PassRateOut(serializers.Serializer[Any]):
    product = serializers.IntegerField(help_text="The id of the product.")
    supplier = serializers.IntegerField(help_text="The id of the supplier.")
    accepted = serializers.IntegerField()
    damaged = serializers.IntegerField()
    rate = serializers.FloatField(help_text="Part of the checked units that passed, 0 to 1.")


class SupplierViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = Supplier.objects.none()
    serializer_class = SupplierOut
    filterset_class = SupplierFilters
    updated_field = "updated_at"
    permissions = {"read": "suppliers.view", "write": "suppliers.edit", "pass_rates": "purchasing.view"}
    inputs = {"create": SupplierIn, "partial_update": SupplierIn}

    def get_queryset(self) -> Any:
        return supplier_list()

    @extend_schema(request=SupplierIn, responses={201: SupplierOut})
    def create(self, request: Request) -> Response:
        """A new supplier."""
        supplier = create_supplier(**self.read(), actor=self.actor)
        return Response(SupplierOut(supplier).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=SupplierIn(partial=True), responses=SupplierOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the fields that are sent."""
        return Response(
            SupplierOut(change_supplier(self.get_object(), **self.read(partial=True), actor=self.actor)).data
        )

    @extend_schema(parameters=[PassRateAsk], responses=PassRateOut(many=True), filters=False)
    @action(detail=False, methods=["get"], pagination_class=None, filterset_class=None)
    def pass_rates(self, request: Request) -> Response:
        """How much passed the check at receipt in the last twelve months, by product and supplier."""
        asked = PassRateAsk(data=request.query_params)
        asked.is_valid(raise_exception=True)
        product = asked.validated_data.get("product")
        found = pass_rates_by_supplier(timezone.localdate(), None if product is None else [product])
        return Response(PassRateOut(found, many=True).data)


class SupplierPriceViewSet(mixins.ListModelMixin, TenantViewSet):
    """What suppliers ask, past and announced prices included; the newest row whose day has come counts."""

    queryset = SupplierPrice.objects.none()
    serializer_class = SupplierPriceOut
    filterset_class = SupplierPriceFilters
    permissions = {"read": "suppliers.view", "create": "suppliers.edit"}
    inputs = {"create": SupplierPriceIn}

    def get_queryset(self) -> Any:
        return supplier_prices()

    @extend_schema(request=SupplierPriceIn, responses={201: SupplierPriceOut})
    def create(self, request: Request) -> Response:
        """What a supplier asks for a variant from a day on. Earlier prices are kept."""
        given = self.read()
        supplier = Supplier.objects.filter(pk=given.pop("supplier")).first()
        variant = Variant.objects.filter(sku=given.pop("sku")).first()
        if supplier is None:
            raise serializers.ValidationError({"supplier": ["There is no supplier with this id."]})
        if variant is None:
            raise serializers.ValidationError({"sku": ["There is no variant with this SKU."]})
        row = set_price(supplier, variant, **given, actor=self.actor)
        return Response(SupplierPriceOut(supplier_prices().get(pk=row.pk)).data, status=status.HTTP_201_CREATED)


class PurchaseLineOut(serializers.ModelSerializer[PurchaseLine]):
    variant = serializers.IntegerField(source="variant_id")
    outstanding = serializers.IntegerField(help_text="Units still to come.")

    class Meta:
        model = PurchaseLine
        fields = (
            "id", "variant", "sku", "title", "quantity", "unit_price", "total", "accepted", "damaged", "outstanding",
        )  # fmt: skip


class ReceiptLineOut(serializers.ModelSerializer[ReceiptLine]):
    line = serializers.IntegerField(source="line_id")
    sku = serializers.CharField(source="line.sku")

    class Meta:
        model = ReceiptLine
        fields = ("line", "sku", "accepted", "damaged", "lot", "expires_on")


class ReceiptOut(serializers.ModelSerializer[Receipt]):
    lines = ReceiptLineOut(many=True)

    class Meta:
        model = Receipt
        fields = ("id", "key", "received_on", "accepted", "damaged", "over_reason", "note", "at", "lines")


class PurchaseOut(serializers.ModelSerializer[PurchaseOrder]):
    supplier = serializers.IntegerField(source="supplier_id")
    warehouse = serializers.CharField(source="warehouse.code", help_text="The code of the warehouse.")
    lines = PurchaseLineOut(many=True)
    receipts = ReceiptOut(many=True)

    class Meta:
        model = PurchaseOrder
        fields = (
            "id", "number", "supplier", "warehouse", "state", "currency", "total", "units", "received", "expected_on",
            "sent_on", "note", "reason", "created_at", "ended_at", "updated_at", "lines",
            "receipts",
        )  # fmt: skip


class PurchaseLineIn(serializers.Serializer[Any]):
    sku = serializers.CharField(max_length=80)
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_UNITS)
    unit_price = serializers.DecimalField(
        max_digits=11,
        decimal_places=2,
        min_value=0,
        max_value=LARGEST,
        required=False,
        help_text="In the supplier's currency; without it, the price of the supplier's list.",
    )


class PurchaseFields(serializers.Serializer[Any]):
    warehouse = serializers.CharField(
        max_length=20, required=False, help_text="The code of a warehouse; without it, the default one."
    )
    expected_on = serializers.DateField(required=False, allow_null=True)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    lines = PurchaseLineIn(many=True, min_length=1, max_length=MOST_LINES)


class PurchaseIn(PurchaseFields):
    supplier = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="The id of the supplier.")


class EndIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=200)


class CameIn(serializers.Serializer[Any]):
    id = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="The id of the line.")
    accepted = serializers.IntegerField(min_value=0, max_value=MOST_UNITS, required=False)
    damaged = serializers.IntegerField(
        min_value=0, max_value=MOST_UNITS, required=False, help_text="Came, and does not enter the stock."
    )
    lot = serializers.CharField(
        max_length=120, required=False, allow_blank=True, help_text="What the box says; needed where lots are kept."
    )
    expires_on = serializers.DateField(
        required=False, allow_null=True, help_text="The last day on which units of the lot may be sold."
    )


class ReceiptIn(serializers.Serializer[Any]):
    key = serializers.CharField(max_length=80, help_text="Yours, unique for each delivery: the same one twice is one.")
    lines = CameIn(many=True, min_length=1, max_length=MOST_LINES)
    received_on = serializers.DateField(required=False, help_text="Without it, today.")
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)
    over_reason = serializers.CharField(
        max_length=200, required=False, allow_blank=True, help_text="Why more is taken than was ordered."
    )


class PurchaseViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = PurchaseOrder.objects.none()
    serializer_class = PurchaseOut
    filterset_class = PurchaseFilters
    updated_field = "updated_at"
    permissions = {"read": "purchasing.view", "write": "purchasing.edit", "receive": "purchasing.receive"}
    inputs = {
        "create": PurchaseIn,
        "partial_update": PurchaseFields,
        "cancel": EndIn,
        "close": EndIn,
        "receive": ReceiptIn,
    }

    def get_queryset(self) -> Any:
        return purchases_with_lines()

    def _answer(self, order: PurchaseOrder, code: int = status.HTTP_200_OK) -> Response:
        return Response(PurchaseOut(purchases_with_lines().get(pk=order.pk)).data, status=code)

    def _given(self, *, partial: bool = False) -> dict[str, Any]:
        given = self.read(partial=partial)
        if "lines" in given:
            given["lines"] = [LineIn(**line) for line in given["lines"]]
        if "warehouse" in given:
            given["warehouse"] = Warehouse.objects.filter(code=given["warehouse"]).first()
            if given["warehouse"] is None:
                raise serializers.ValidationError({"warehouse": ["There is no warehouse with this code."]})
        return given

    @extend_schema(request=PurchaseIn, responses={201: PurchaseOut})
    def create(self, request: Request) -> Response:
        """Draft an order."""
        given = self._given()
        supplier = Supplier.objects.filter(pk=given["supplier"]).first()
        if supplier is None:
            raise serializers.ValidationError({"supplier": ["There is no supplier with this id."]})
        place = given.pop("warehouse", None) or default_warehouse()
        order = draft_order(**{**given, "supplier": supplier, "warehouse": place}, actor=self.actor)
        return self._answer(order, status.HTTP_201_CREATED)

    @extend_schema(request=PurchaseFields(partial=True), responses=PurchaseOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a draft. `lines`, where they are sent, take the place of all former ones."""
        return self._answer(change_draft(self.get_object(), **self._given(partial=True), actor=self.actor))

    @extend_schema(request=None, responses=PurchaseOut)
    @action(detail=True, methods=["post"])
    def send(self, request: Request, pk: str) -> Response:
        """The supplier has the order: its units are on their way."""
        return self._answer(send_order(self.get_object(), actor=self.actor))

    @extend_schema(request=EndIn, responses=PurchaseOut)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Call an order off of which nothing has come yet."""
        return self._answer(cancel_order(self.get_object(), **self.read(), actor=self.actor))

    @extend_schema(request=EndIn, responses=PurchaseOut)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """No longer wait for what has not come."""
        return self._answer(close_order(self.get_object(), **self.read(), actor=self.actor))

    @extend_schema(request=ReceiptIn, responses=PurchaseOut)
    @action(detail=True, methods=["post"])
    def receive(self, request: Request, pk: str) -> Response:
        """A delivery came: accepted units enter the stock, damaged ones are written down only."""
        order, given = self.get_object(), self.read()
        lines = given.pop("lines")
        if len({line["id"] for line in lines}) < len(lines):
            raise serializers.ValidationError({"lines": ["Name each line once."]})
        came = {line.pop("id"): Came(**line) for line in lines}
        receive_goods(order, came, **given, actor=self.actor)
        return self._answer(order)
