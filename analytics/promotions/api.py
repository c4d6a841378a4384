"""Promotions for programs: past and planned ones with their reports, and planning."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens.api import TenantViewSet
from analytics.promotions.actions import plan_promotion
from analytics.promotions.models import Promotion, PromotionReport
from analytics.promotions.queries import promotion_list
from analytics.promotions.rules import DEEPEST, SHALLOWEST
from ecommerce.catalog.models import Category


class ReportOut(serializers.ModelSerializer[PromotionReport]):
    class Meta:
        model = PromotionReport
        fields = ("made_at", "units", "expected", "extra_low", "extra", "extra_high", "discount", "figures", "digest")


class PromotionOut(serializers.ModelSerializer[Promotion]):
    category = serializers.SlugRelatedField[Category](slug_field="code", read_only=True)
    report = ReportOut(read_only=True, allow_null=True, source="report_or_none")

    class Meta:
        model = Promotion
        fields = (
            "id", "kind", "title", "category", "first_day", "last_day", "depth", "variants", "made_at", "promise",
            "digest", "report",
        )  # fmt: skip


class PlanIn(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=120)
    category = serializers.SlugRelatedField(
        slug_field="code", queryset=Category.objects.all(), required=False, allow_null=True, default=None
    )
    skus = serializers.ListField(
        child=serializers.CharField(max_length=80), required=False, default=list, max_length=60
    )
    depth = serializers.FloatField(min_value=SHALLOWEST, max_value=DEEPEST, help_text="The price cut in percent.")
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    per_person = serializers.IntegerField(
        min_value=1, max_value=5000, required=False, default=60, help_text="Parcels a person packs in a day."
    )


class PromotionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = Promotion.objects.none()
    serializer_class = PromotionOut
    permissions = {"read": "promotions.view", "create": "promotions.edit"}
    inputs = {"create": PlanIn}

    def get_queryset(self) -> Any:
        return promotion_list()

    @extend_schema(request=PlanIn, responses={201: PromotionOut})
    def create(self, request: Request) -> Response:
        """Write a plan down with its forecast; neither is ever changed."""
        made = plan_promotion(**self.read(), actor=self.actor)
        return Response(PromotionOut(made).data, status=status.HTTP_201_CREATED)
