"""Market shares for programs: the shop's markets, forecasts as far as it may see them, and how good they were."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens.api import TenantViewSet
from analytics.markets.models import Market, Measure, ShareRun
from analytics.markets.queries import markets_of, newest_share_run, share_record, share_run_list, view
from analytics.markets.sheets import GROUPS, ShareSheet, share_sheet
from analytics.markets.tasks import request_share_forecast
from core.actors import SYSTEM

MEASURE = OpenApiParameter("measure", str, enum=Measure.values, required=False, default=Measure.VALUE.value)


def _measure(request: Request) -> str:
    measure = request.query_params.get("measure", Measure.VALUE)
    if measure not in Measure.values:
        raise serializers.ValidationError({"measure": [f"Choose one of {', '.join(Measure.values)}."]})
    return str(measure)


class MarketOut(serializers.ModelSerializer[Market]):
    name = serializers.CharField(source="category.name", read_only=True)
    category = serializers.CharField(source="category.code", read_only=True)

    class Meta:
        model = Market
        fields = ("id", "name", "category", "currency", "first_week", "last_week")


class ShareRunOut(serializers.ModelSerializer[ShareRun]):
    market = serializers.IntegerField(source="market_id", read_only=True)

    class Meta:
        model = ShareRun
        fields = (
            "id", "market", "measure", "information", "made_at", "first_week", "last_week", "horizon", "refusal",
            "is_replay",
        )  # fmt: skip


class GroupOut(serializers.Serializer[Any]):
    """A group of sellers; `quantiles` is null where an older run kept only the middle of a sum."""

    group = serializers.ChoiceField(choices=GROUPS)
    sellers = serializers.IntegerField()
    mean = serializers.ListField(child=serializers.FloatField())
    quantiles = serializers.ListField(child=serializers.ListField(child=serializers.FloatField()), allow_null=True)


class ShareOut(ShareRunOut):
    withheld = serializers.SerializerMethodField()
    weeks = serializers.SerializerMethodField()
    groups = serializers.SerializerMethodField()
    size = serializers.SerializerMethodField()
    gain_a_point = serializers.SerializerMethodField()
    lose_a_point = serializers.SerializerMethodField()
    assumed = serializers.SerializerMethodField()

    class Meta(ShareRunOut.Meta):
        fields = (
            *ShareRunOut.Meta.fields, "withheld", "weeks", "groups", "size", "gain_a_point", "lose_a_point", "assumed",
        )  # fmt: skip

    def _sheet(self, run: ShareRun) -> ShareSheet | str:
        if not hasattr(self, "_seen"):
            self._seen = share_sheet(run, self.context["merchant"]) if run.is_made else "refused"
        return self._seen

    def _of_sheet(self, run: ShareRun, read: Any) -> Any:
        sheet = self._sheet(run)
        return [] if isinstance(sheet, str) else read(sheet)

    @extend_schema_field(serializers.CharField())
    def get_withheld(self, run: ShareRun) -> str:
        """Why shares are not shown: alone, few_peers, one_dominates, not_selling, too_small, refused; else ""."""
        sheet = self._sheet(run)
        return sheet if isinstance(sheet, str) else ""

    @extend_schema_field(serializers.ListField(child=serializers.DateField()))
    def get_weeks(self, run: ShareRun) -> list[Any]:
        """The Mondays of the steps."""
        return list(self._of_sheet(run, lambda sheet: sheet.weeks))

    @extend_schema_field(GroupOut(many=True))
    def get_groups(self, run: ShareRun) -> list[dict[str, Any]]:
        """Shares from 0 to 1 per step: own, the largest rival, all others. Levels 2.5, 10, 25, 50, 75, 90, 97.5 %."""
        return list(self._of_sheet(run, _groups))

    @extend_schema_field(serializers.ListField(child=serializers.ListField(child=serializers.FloatField())))
    def get_size(self, run: ShareRun) -> list[list[float]]:
        """What the market sells per step, at the same levels."""
        return list(self._of_sheet(run, lambda sheet: sheet.run.size))

    @extend_schema_field(serializers.ListField(child=serializers.FloatField()))
    def get_gain_a_point(self, run: ShareRun) -> list[float]:
        """The chance per step that the own share is a point or more above today's."""
        return list(self._of_sheet(run, lambda sheet: sheet.own.gain))

    @extend_schema_field(serializers.ListField(child=serializers.FloatField()))
    def get_lose_a_point(self, run: ShareRun) -> list[float]:
        """The chance per step that it is a point or more below."""
        return list(self._of_sheet(run, lambda sheet: sheet.own.lose))

    @extend_schema_field(serializers.DictField())
    def get_assumed(self, run: ShareRun) -> dict[str, Any]:
        """The own plan that the run took for its weeks; {} where it knew nobody's."""
        return dict(run.assumed)


def _groups(sheet: ShareSheet) -> list[dict[str, Any]]:
    rival = sheet.rival.quantiles if sheet.rival else None
    quantiles = {"own": sheet.own.quantiles, "rival": rival, "others": sheet.others}
    return [
        {
            "group": group,
            "sellers": len(sheet.view.groups[group]),
            "mean": sheet.ahead[group],
            "quantiles": quantiles.get(group),
        }
        for group in GROUPS
        if group in sheet.view.groups
    ]


class WeekOut(serializers.Serializer[Any]):
    week = serializers.DateField()
    low = serializers.FloatField()
    middle = serializers.FloatField()
    high = serializers.FloatField()
    actual = serializers.FloatField()
    inside = serializers.BooleanField()


class ShareRecordOut(serializers.Serializer[Any]):
    """Forecasts made four weeks ahead against what came. `skill` is null with too few weeks, and may be below zero."""

    inside = serializers.IntegerField()
    miss = serializers.FloatField()
    naive_miss = serializers.FloatField()
    skill = serializers.FloatField(allow_null=True)
    lean = serializers.FloatField()
    weeks = WeekOut(many=True)


class RequestedOut(serializers.Serializer[Any]):
    job = serializers.IntegerField()


class ShopViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Markets are nobody's rows: what a shop may see of them is asked with the token's shop."""

    @property
    def merchant(self) -> Any:
        """The shop of the token; None while the API is being described."""
        return getattr(getattr(self.request, "auth", None), "merchant", None)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "merchant": self.merchant}


class MarketViewSet(ShopViewSet):
    queryset = Market.objects.none()
    serializer_class = MarketOut
    permissions = {"read": "forecasts.view", "forecast": "forecasts.run"}

    def get_queryset(self) -> Any:
        return markets_of(self.merchant)

    @extend_schema(parameters=[MEASURE], responses=ShareOut)
    @action(detail=True, methods=["get"])
    def share(self, request: Request, pk: str) -> Response:
        """The newest forecast of the shop's share of a market."""
        run = newest_share_run(self.get_object(), _measure(request), made=True)
        if run is None:
            raise Http404
        return Response(ShareOut(run, context=self.get_serializer_context()).data)

    @extend_schema(parameters=[MEASURE], responses=ShareRecordOut)
    @action(detail=True, methods=["get"])
    def record(self, request: Request, pk: str) -> Response:
        """How well the shop's share was forecast four weeks ahead. 404 where the share itself is withheld."""
        market, measure = self.get_object(), _measure(request)
        seen, player = view(market, measure, self.merchant)
        if seen.withheld or player is None:
            raise Http404
        return Response(ShareRecordOut(share_record(player, measure)).data)

    @extend_schema(request=None, responses={202: RequestedOut})
    @action(detail=True, methods=["post"])
    def forecast(self, request: Request, pk: str) -> Response:
        """Count and forecast the market again; a forecast that waits or runs already is the one returned."""
        job = request_share_forecast(self.get_object(), actor=SYSTEM)
        return Response({"job": job.pk}, status=202)


class ShareRunViewSet(ShopViewSet):
    queryset = ShareRun.objects.none()
    serializer_class = ShareRunOut
    permissions = {"read": "forecasts.view"}

    def get_queryset(self) -> Any:
        return share_run_list(self.merchant)

    def get_serializer_class(self) -> Any:
        return ShareRunOut if self.action == "list" else ShareOut
