"""The ledger of stock for programs."""

from __future__ import annotations

from typing import Any

from rest_framework import mixins, serializers

from accounts.tokens.api import TenantViewSet
from ecommerce.inventory.filters import MoveCallFilters
from ecommerce.inventory.ledger import move_list
from ecommerce.inventory.models import StockMove


class MoveOut(serializers.ModelSerializer[StockMove]):
    variant = serializers.IntegerField(source="variant_id")
    sku = serializers.CharField(source="variant.sku")
    warehouse = serializers.CharField(source="warehouse.code", help_text="The code of the warehouse.")
    quantity = serializers.IntegerField(help_text="Units: above zero they came, below zero they went.")
    by = serializers.CharField(source="actor_label", help_text="Who did it.")

    class Meta:
        model = StockMove
        fields = ("id", "at", "variant", "sku", "warehouse", "quantity", "reason", "reference", "note", "by")


class MoveViewSet(mixins.ListModelMixin, TenantViewSet):
    """Every move of stock. What a level has on hand is the sum of its moves; a move is never changed."""

    queryset = StockMove.objects.none()
    serializer_class = MoveOut
    filterset_class = MoveCallFilters
    permissions = {"read": "stock.view"}

    def get_queryset(self) -> Any:
        return move_list()
