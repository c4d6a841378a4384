"""Stages of products for programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens.api import TenantViewSet
from analytics.lifecycle.actions import accept_suggestion, dismiss_suggestion
from analytics.lifecycle.filters import StageApiFilters
from analytics.lifecycle.models import ProductStage
from analytics.lifecycle.queries import stage_list


class StageOut(serializers.ModelSerializer[ProductStage]):
    product = serializers.IntegerField(source="product_id", help_text="The id of the product.")
    title = serializers.CharField(source="product.title")
    answer = serializers.CharField(source="answered.answer", default="", help_text="accepted, dismissed or empty.")
    figures = serializers.JSONField(help_text="What the stage and the suggestion rest on; null: unknown.")
    reasons = serializers.JSONField(help_text="figure, sign, limit, value and whether it holds.")

    class Meta:
        model = ProductStage
        fields = ("id", "product", "title", "stage", "suggestion", "since", "sales", "figures", "reasons", "answer")


class DismissIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)


class StageViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Where each product stands, and what the numbers suggest."""

    queryset = ProductStage.objects.none()
    serializer_class = StageOut
    filterset_class = StageApiFilters
    permissions = {"read": "facts.view", "accept": "products.edit", "dismiss": "products.edit"}
    inputs = {"dismiss": DismissIn}

    def get_queryset(self) -> Any:
        return stage_list()

    def _answer(self, pk: int) -> Response:
        row = ProductStage.objects.select_related("product", "answered").get(pk=pk)
        return Response(StageOut(row).data)

    @extend_schema(request=None, responses=StageOut)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Do what is suggested: mark as ageing, retire, or note that it is pushed."""
        row = self.get_object()
        accept_suggestion(row, actor=self.actor)
        return self._answer(row.pk)

    @extend_schema(request=DismissIn, responses=StageOut)
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, pk: str) -> Response:
        """Leave the suggestion, with a reason."""
        row = self.get_object()
        dismiss_suggestion(row, **self.read(), actor=self.actor)
        return self._answer(row.pk)
