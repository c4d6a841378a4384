"""Stock for programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens.api import TenantViewSet
from ecommerce.catalog.models import Variant
from ecommerce.inventory.actions import adjust_stock, default_warehouse
from ecommerce.inventory.filters import LevelFilters
from ecommerce.inventory.models import StockLevel, StockMove, Warehouse
from ecommerce.inventory.queries import stock_levels
from ecommerce.inventory.rules import MOST


class WarehouseOut(serializers.ModelSerializer[Warehouse]):
    class Meta:
        model = Warehouse
        fields = ("id", "code", "name", "city", "is_default")


class StockOut(serializers.ModelSerializer[StockLevel]):
    variant = serializers.IntegerField(source="variant_id")
    sku = serializers.CharField(source="variant.sku")
    warehouse = serializers.CharField(source="warehouse.code", help_text="The code of the warehouse.")
    available = serializers.IntegerField(help_text="On hand less reserved.")

    class Meta:
        model = StockLevel
        fields = ("id", "variant", "sku", "warehouse", "on_hand", "reserved", "available", "updated_at")


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
