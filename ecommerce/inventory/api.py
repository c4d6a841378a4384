"""Stock for programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens.api import TenantViewSet
from ecommerce.catalog.models import Variant
from ecommerce.inventory.actions import (
    adjust_stock,
    cancel_transfer,
    default_warehouse,
    draft_transfer,
    receive_transfer,
    send_transfer,
)
from ecommerce.inventory.filters import LevelFilters, LotCallFilters, OfferFilters, TransferFilters
from ecommerce.inventory.lots import lot_list
from ecommerce.inventory.models import (
    LotLevel,
    StockLevel,
    StockMove,
    Transfer,
    TransferLine,
    Warehouse,
)
from ecommerce.inventory.offers import free_by_variant, offer
from ecommerce.inventory.queries import stock_levels, transfers_with_lines
from ecommerce.inventory.rules import MOST, MOST_LINES


class WarehouseOut(serializers.ModelSerializer[Warehouse]):
    class Meta:
        model = Warehouse
        fields = ("id", "code", "name", "city", "is_default", "serve_rank")


class StockOut(serializers.ModelSerializer[StockLevel]):
    variant = serializers.IntegerField(source="variant_id")
    sku = serializers.CharField(source="variant.sku")
    warehouse = serializers.CharField(source="warehouse.code", help_text="The code of the warehouse.")
    available = serializers.IntegerField(help_text="On hand less reserved.")
    abc = serializers.CharField(
        source="variant.stock_class.abc", default=None, allow_null=True, help_text="Class by value; null: none yet."
    )
    xyz = serializers.CharField(
        source="variant.stock_class.xyz",
        default=None,
        allow_null=True,
        help_text="Class by variability; empty: too little is known; null: none yet.",
    )

    class Meta:
        model = StockLevel
        fields = ("id", "variant", "sku", "warehouse", "on_hand", "reserved", "available", "abc", "xyz", "updated_at")


class AdjustIn(serializers.Serializer[Any]):
    sku = serializers.CharField(max_length=80)
    warehouse = serializers.CharField(
        max_length=20, required=False, help_text="The code of a warehouse; without it, the default one."
    )
    counted = serializers.IntegerField(
        min_value=0, max_value=MOST, required=False, help_text="What is there now. Either this or `change`."
    )
    change = serializers.IntegerField(
        min_value=-MOST, max_value=MOST, required=False, help_text="What came (+) or went (-)."
    )
    reason = serializers.ChoiceField(
        choices=[
            (reason.value, reason.label)
            for reason in (
                StockMove.Reason.ADJUSTMENT,
                StockMove.Reason.RECEIPT,
                StockMove.Reason.RETURN,
                StockMove.Reason.DAMAGE,
            )
        ],
        required=False,
    )
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)
    reference = serializers.CharField(max_length=80, required=False, allow_blank=True)


class WarehouseViewSet(mixins.ListModelMixin, TenantViewSet):
    queryset = Warehouse.objects.none()
    serializer_class = WarehouseOut
    permissions = {"read": "stock.view"}

    def get_queryset(self) -> Any:
        return Warehouse.objects.all()


class StockViewSet(mixins.ListModelMixin, TenantViewSet):
    """Stock levels: one row per variant and warehouse. A variant that was never counted has none."""

    queryset = StockLevel.objects.none()
    serializer_class = StockOut
    filterset_class = LevelFilters
    updated_field = "updated_at"
    permissions = {"read": "stock.view", "adjust": "stock.adjust"}
    inputs = {"adjust": AdjustIn}

    def get_queryset(self) -> Any:
        return stock_levels()

    @extend_schema(request=AdjustIn, responses=StockOut)
    @action(detail=False, methods=["post"])
    def adjust(self, request: Request) -> Response:
        """Correct the stock of one variant, by a count or by a change."""
        given = self.read()
        variant = Variant.objects.filter(sku=given.pop("sku")).first()
        if variant is None:
            raise serializers.ValidationError({"sku": ["There is no variant with this SKU."]})
        code = given.pop("warehouse", None)
        warehouse = Warehouse.objects.filter(code=code).first() if code is not None else default_warehouse()
        if warehouse is None:
            raise serializers.ValidationError({"warehouse": ["There is no warehouse with this code."]})
        level = adjust_stock(variant, warehouse, **given, actor=self.actor)
        return Response(StockOut(stock_levels().get(pk=level.pk)).data)


class LotOut(serializers.ModelSerializer[LotLevel]):
    lot = serializers.IntegerField(source="lot_id", help_text="The same in every warehouse.")
    code = serializers.CharField(source="lot.code")
    variant = serializers.IntegerField(source="lot.variant_id")
    sku = serializers.CharField(source="lot.variant.sku")
    warehouse = serializers.CharField(source="level.warehouse.code", help_text="The code of the warehouse.")
    expires_on = serializers.DateField(source="lot.expires_on", help_text="The last day for selling; null: none.")
    received_on = serializers.DateField(source="lot.received_on")
    supplier = serializers.CharField(source="lot.supplier", help_text="Whom it came from first.")

    class Meta:
        model = LotLevel
        fields = (
            "id", "lot", "code", "variant", "sku", "warehouse", "units", "expires_on", "received_on", "supplier",
        )  # fmt: skip


class LotViewSet(mixins.ListModelMixin, TenantViewSet):
    """Lots: one row per lot and warehouse, those used up included. Products keep lots where that is switched on."""

    queryset = LotLevel.objects.none()
    serializer_class = LotOut
    filterset_class = LotCallFilters
    permissions = {"read": "stock.view"}

    def get_queryset(self) -> Any:
        return lot_list()


class TransferLineOut(serializers.ModelSerializer[TransferLine]):
    sku = serializers.CharField(source="variant.sku")

    class Meta:
        model = TransferLine
        fields = ("id", "sku", "quantity", "received")


class TransferOut(serializers.ModelSerializer[Transfer]):
    source = serializers.CharField(source="source.code", help_text="The code of the warehouse units leave.")
    target = serializers.CharField(source="target.code", help_text="The code of the warehouse they go to.")
    lines = TransferLineOut(many=True)

    class Meta:
        model = Transfer
        fields = (
            "id", "number", "source", "target", "state", "units", "note", "reason", "created_at", "sent_at",
            "ended_at", "updated_at", "lines",
        )  # fmt: skip


class TransferLineIn(serializers.Serializer[Any]):
    sku = serializers.CharField(max_length=80)
    quantity = serializers.IntegerField(min_value=1, max_value=MOST)


class TransferIn(serializers.Serializer[Any]):
    source = serializers.CharField(max_length=20, help_text="The code of a warehouse.")
    target = serializers.CharField(max_length=20, help_text="The code of another warehouse.")
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)
    lines = TransferLineIn(many=True, min_length=1, max_length=MOST_LINES)


class ArrivedIn(serializers.Serializer[Any]):
    id = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="The id of the line.")
    received = serializers.IntegerField(min_value=0, max_value=MOST)


class ArrivalIn(serializers.Serializer[Any]):
    lines = ArrivedIn(
        many=True, required=False, max_length=MOST_LINES, help_text="Lines that are not named arrived in full."
    )
    reason = serializers.CharField(
        max_length=200, required=False, allow_blank=True, help_text="Why it is not what was sent."
    )


def warehouse_called(field: str, code: str) -> Warehouse:
    """The warehouse with this code; a 400 at the field where there is none."""
    found = Warehouse.objects.filter(code=code).first()
    if found is None:
        raise serializers.ValidationError({field: ["There is no warehouse with this code."]})
    return found


class TransferViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = Transfer.objects.none()
    serializer_class = TransferOut
    filterset_class = TransferFilters
    updated_field = "updated_at"
    permissions = {
        "read": "stock.view", "create": "stock.adjust", "send": "stock.adjust", "receive": "stock.adjust",
        "cancel": "stock.adjust",
    }  # fmt: skip
    inputs = {"create": TransferIn, "receive": ArrivalIn}

    def get_queryset(self) -> Any:
        return transfers_with_lines()

    def _answer(self, transfer: Transfer, code: int = status.HTTP_200_OK) -> Response:
        return Response(TransferOut(transfers_with_lines().get(pk=transfer.pk)).data, status=code)

    @extend_schema(request=TransferIn, responses={201: TransferOut})
    def create(self, request: Request) -> Response:
        """Draft a transfer. Nothing leaves yet."""
        given = self.read()
        wanted = {line["sku"]: line["quantity"] for line in given["lines"]}
        if len(wanted) < len(given["lines"]):
            raise serializers.ValidationError({"lines": ["Name each SKU once."]})
        places = warehouse_called("source", given["source"]), warehouse_called("target", given["target"])
        transfer = draft_transfer(*places, wanted, note=given.get("note", ""), actor=self.actor)
        return self._answer(transfer, status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=TransferOut)
    @action(detail=True, methods=["post"])
    def send(self, request: Request, pk: str) -> Response:
        """The units leave: they are in transit."""
        return self._answer(send_transfer(self.get_object(), actor=self.actor))

    @extend_schema(request=ArrivalIn, responses=TransferOut)
    @action(detail=True, methods=["post"])
    def receive(self, request: Request, pk: str) -> Response:
        """The units arrived. Another number than was sent takes a reason."""
        transfer, given = self.get_object(), self.read()
        came = {line["id"]: line["received"] for line in given.get("lines", [])}
        receive_transfer(transfer, came=came, reason=given.get("reason", ""), actor=self.actor)
        return self._answer(transfer)

    @extend_schema(request=None, responses=TransferOut)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Call it off. What had left is back where it came from."""
        return self._answer(cancel_transfer(self.get_object(), actor=self.actor))


class OfferOut(serializers.Serializer[Any]):
    variant = serializers.IntegerField()
    sku = serializers.CharField()
    available = serializers.IntegerField(help_text="Free over all warehouses.")
    offered = serializers.IntegerField(help_text="What the channel may sell: free less what is kept back from it.")


class ChannelStockViewSet(mixins.ListModelMixin, TenantViewSet):
    """What a channel may offer, for channels to ask again and again."""

    queryset = Variant.objects.none()
    serializer_class = OfferOut
    filterset_class = OfferFilters
    permissions = {"read": "stock.view"}

    def get_queryset(self) -> Any:
        return free_by_variant()

    @extend_schema(
        parameters=[OpenApiParameter("channel", str, required=True, description="As orders of it are marked.")]
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The counted variants for sale, with what this channel may sell of each."""
        channel = request.query_params.get("channel", "").strip()
        if not channel or len(channel) > 16:
            raise serializers.ValidationError({"channel": ["Name the channel."]})
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(OfferOut(offer(rows or [], channel), many=True).data)
