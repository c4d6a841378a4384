"""Figures of stock for programs."""

from __future__ import annotations

from typing import Any

from rest_framework import mixins, serializers

from accounts.tokens.api import TenantViewSet
from analytics.holdings.filters import HoldingApiFilters
from analytics.holdings.models import Holding
from analytics.holdings.queries import holding_list
from analytics.holdings.rules import known_days


class DaysField(serializers.FloatField):
    """Days of cover; null where there is no end in sight."""

    def to_representation(self, value: float) -> float | None:  # type: ignore[override]
        return known_days(value)


class HoldingOut(serializers.ModelSerializer[Holding]):
    variant = serializers.IntegerField(source="variant_id")
    sku = serializers.CharField(source="variant.sku")
    cover_low = DaysField(allow_null=True)
    cover = DaysField(allow_null=True, help_text="Days the available units last; null: no end in sight.")
    cover_high = DaysField(allow_null=True)
    worth = serializers.DecimalField(14, 2, allow_null=True, help_text="At cost; null: the cost price is not known.")
    is_forecast = serializers.BooleanField(help_text="By the demand forecast; else at the pace of 28 days.")

    class Meta:
        model = Holding
        fields = (
            "id", "variant", "sku", "as_of", "abc", "xyz", "spread", "weeks", "on_hand", "available", "worth", "sales",
            "per_day", "is_forecast", "cover_low", "cover", "cover_high", "days", "sold_cost", "average_worth",
            "turnover", "last_sale", "idle_days", "is_dead", "out_days", "missed_low", "missed_units", "missed_high",
            "missed_margin_low", "missed_margin", "missed_margin_high", "updated_at",
        )  # fmt: skip


class HoldingViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Of each counted variant what its stock is worth, how long it lasts, how fast it turns, and what was missed."""

    queryset = Holding.objects.none()
    serializer_class = HoldingOut
    filterset_class = HoldingApiFilters
    updated_field = "updated_at"
    permissions = {"read": "stock.view"}

    def get_queryset(self) -> Any:
        return holding_list()
