"""How suppliers do, for programs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.functional import cached_property
from rest_framework import mixins, serializers

from accounts.tokens.api import TenantViewSet
from ecommerce.purchasing.filters import ScoreFilters
from ecommerce.purchasing.models import Supplier
from ecommerce.purchasing.scores import Score, currency_totals, score_of, scored_suppliers


class ScoreOut(serializers.Serializer[Score]):
    supplier = serializers.IntegerField(source="supplier.pk", help_text="The id of the supplier.")
    code = serializers.CharField(source="supplier.code")
    name = serializers.CharField(source="supplier.name")
    currency = serializers.CharField(source="supplier.currency")
    receipts = serializers.IntegerField(help_text="Of the last twelve months, as are all figures.")
    on_time = serializers.FloatField(
        allow_null=True, help_text="Percent of the deliveries that came by the expected day; null: too few to tell."
    )
    complete = serializers.FloatField(
        allow_null=True, help_text="Percent of the closed orders of which everything came; null: too few to tell."
    )
    passed = serializers.FloatField(
        allow_null=True, help_text="Percent of the units that passed the check at receipt; null: too few receipts."
    )
    lead_days = serializers.FloatField(
        source="lead", allow_null=True, help_text="Days from order to delivery, the middle one; null: too few receipts."
    )
    promised_days = serializers.IntegerField(source="supplier.lead_days", allow_null=True)
    price_move = serializers.FloatField(
        allow_null=True, help_text="The middle change of prices in percent; null: none is known from before."
    )
    bought = serializers.DecimalField(max_digits=20, decimal_places=2, help_text="In the supplier's currency.")
    share = serializers.FloatField(
        allow_null=True, help_text="Percent of everything that was ordered in that currency; null: nothing was."
    )
    sole = serializers.IntegerField(help_text="Variants that nobody else offers today.")

    def to_representation(self, row: Any) -> dict[str, Any]:
        """Of a row of scored_suppliers(); the view knows what was ordered of all."""
        shown: dict[str, Any] = super().to_representation(score_of(row, self.context["view"].totals))
        return shown


class ScoreViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """How suppliers do: what the page "Compare suppliers" shows."""

    queryset = Supplier.objects.none()
    serializer_class = ScoreOut
    filterset_class = ScoreFilters
    permissions = {"read": "purchasing.view"}

    @cached_property
    def totals(self) -> dict[str, Decimal]:
        return currency_totals(timezone.localdate())

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):  # the schema is drawn without a shop
            return self.queryset
        return scored_suppliers(timezone.localdate(), self.totals)
