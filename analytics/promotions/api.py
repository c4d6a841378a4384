"""Promotions for programs: past and planned ones with their reports, and planning."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens.api import TenantViewSet
from analytics.promotions.actions import plan_promotion
from analytics.promotions.models import Promotion, PromotionReport
from analytics.promotions.overview import overview
from analytics.promotions.queries import promotion_list
from analytics.promotions.rules import DEEPEST, SHALLOWEST
from analytics.promotions.shares import share_story
from analytics.promotions.words import name_them
from ecommerce.catalog.models import Category


class ReportOut(serializers.ModelSerializer[PromotionReport]):
    class Meta:
        model = PromotionReport
        fields = ("made_at", "units", "expected", "extra_low", "extra", "extra_high", "discount", "figures", "digest")


class PromotionOut(serializers.ModelSerializer[Promotion]):
    name = serializers.CharField(read_only=True, help_text="What people recognise it by, in the language asked for.")
    category = serializers.SlugRelatedField[Category](slug_field="code", read_only=True)
    report = ReportOut(read_only=True, allow_null=True, source="report_or_none")

    class Meta:
        model = Promotion
        fields = (
            "id", "kind", "name", "title", "category", "first_day", "last_day", "depth", "variants", "made_at",
            "promise", "digest", "report",
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
    spend = serializers.DecimalField(
        max_digits=12,
        decimal_places=2,
        min_value=0,
        required=False,
        allow_null=True,
        default=None,
        help_text="What it costs beside the discount, in the shop's currency.",
    )
    per_person = serializers.IntegerField(
        min_value=1, max_value=5000, required=False, default=60, help_text="Parcels a person packs in a day."
    )


class TypicalOut(serializers.Serializer[Any]):
    """Uplifts in percent of what would have been sold; the range holds 8 in 10."""

    by = serializers.ChoiceField(choices=["depth", "product", "channel"])
    key = serializers.JSONField(help_text="From and to percent off, a variant's id, or a channel.")
    promotions = serializers.IntegerField(source="count", help_text="How many stand behind the figure.")
    units = serializers.IntegerField()
    low = serializers.FloatField()
    middle = serializers.FloatField()
    high = serializers.FloatField()


class SpanOut(serializers.Serializer[Any]):
    """Weeks together, as fractions of the market: `expected` without the promotion and `gained`, low, middle, high."""

    came = serializers.FloatField(allow_null=True)
    weeks = serializers.IntegerField(help_text="Weeks counted so far.")
    of = serializers.IntegerField()
    expected = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    gained = serializers.ListField(child=serializers.FloatField(), allow_null=True)


class ShareStoryOut(serializers.Serializer[Any]):
    withheld = serializers.CharField(help_text="Why there is nothing to say; empty where there is.")
    market = serializers.IntegerField(allow_null=True)
    before = serializers.FloatField(allow_null=True)
    won = SpanOut(allow_null=True)
    kept = SpanOut(allow_null=True)


class PromotionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = Promotion.objects.none()
    serializer_class = PromotionOut
    permissions = {"read": "promotions.view", "create": "promotions.edit", "share": "forecasts.view"}
    inputs = {"create": PlanIn}

    def get_queryset(self) -> Any:
        return promotion_list()

    def get_object(self) -> Any:
        found = super().get_object()
        name_them([found], self._merchant())
        return found

    def paginate_queryset(self, queryset: Any) -> Any:
        rows = super().paginate_queryset(queryset)
        name_them(rows or [], self._merchant())
        return rows

    def _merchant(self) -> Any:
        return self.request.auth.merchant

    @extend_schema(responses=TypicalOut(many=True))
    @action(detail=False, methods=["get"], pagination_class=None)
    def uplift(self, request: Request) -> Response:
        """What past promotions did on the whole, by price cut, product and channel."""
        return Response(TypicalOut(overview(), many=True).data)

    @extend_schema(responses=ShareStoryOut)
    @action(detail=True, methods=["get"])
    def share(self, request: Request, pk: str) -> Response:
        """The shop's share of the category's market before, during and four weeks after."""
        story = share_story(self.get_object(), self._merchant())
        if isinstance(story, str):
            empty = dict.fromkeys(("market", "before", "won", "kept"))
            return Response(ShareStoryOut({"withheld": story, **empty}).data)
        told = {"withheld": "", "market": story.market.pk, "before": story.before, "won": story.won, "kept": story.kept}
        return Response(ShareStoryOut(told).data)

    @extend_schema(request=PlanIn, responses={201: PromotionOut})
    def create(self, request: Request) -> Response:
        """Write a plan down with its forecast; neither is ever changed."""
        made = plan_promotion(**self.read(), actor=self.actor)
        name_them([made], self._merchant())
        return Response(PromotionOut(made).data, status=status.HTTP_201_CREATED)
