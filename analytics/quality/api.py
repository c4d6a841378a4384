"""Scores of listings for programs."""

from __future__ import annotations

from typing import Any

from rest_framework import mixins, serializers

from accounts.tokens.api import TenantViewSet
from analytics.quality.filters import QualityApiFilters
from analytics.quality.models import ListingQuality
from analytics.quality.queries import quality_list


class QualityOut(serializers.ModelSerializer[ListingQuality]):
    product = serializers.IntegerField(source="product_id", help_text="The id of the product.")
    title = serializers.CharField(source="product.title")
    parts = serializers.JSONField(help_text="Of each part its name, share from 0 to 1 (null: unknown) and faults.")

    class Meta:
        model = ListingQuality
        fields = ("id", "product", "title", "score", "sales", "worth", "parts", "updated_at")


class QualityViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """How good each listing is, from 0 to 100, and what is wrong with it."""

    queryset = ListingQuality.objects.none()
    serializer_class = QualityOut
    filterset_class = QualityApiFilters
    updated_field = "updated_at"
    permissions = {"read": "facts.view"}

    def get_queryset(self) -> Any:
        return quality_list()
