"""Forecasts for programs: the runs, and the newest one with its days."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens.api import TenantViewSet
from analytics.forecasts.models import Forecast, ForecastRun, Measure
from analytics.forecasts.queries import forecast_days, newest_run, run_list


class RunOut(serializers.ModelSerializer[ForecastRun]):
    class Meta:
        model = ForecastRun
        fields = (
            "id", "measure", "made_at", "data_from", "data_to", "live", "horizon", "outcome", "model", "reason",
            "refusal",
        )  # fmt: skip


class DayOut(serializers.ModelSerializer[Forecast]):
    class Meta:
        model = Forecast
        fields = ("step", "day", "mean", "q025", "q10", "q25", "q50", "q75", "q90", "q975")


class RunWithDaysOut(RunOut):
    days = serializers.SerializerMethodField()

    class Meta(RunOut.Meta):
        fields = (*RunOut.Meta.fields, "days")

    @extend_schema_field(DayOut(many=True))
    def get_days(self, run: ForecastRun) -> list[dict[str, Any]]:
        """Mean and quantiles per day, in the unit of the measure."""
        return list(DayOut(forecast_days(run), many=True).data)


MEASURE = OpenApiParameter("measure", str, enum=Measure.values, required=False, default=Measure.SALES_VALUE.value)


class ForecastViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = ForecastRun.objects.none()
    serializer_class = RunOut
    permissions = {"read": "forecasts.view"}

    def get_queryset(self) -> Any:
        return run_list()

    def get_serializer_class(self) -> Any:
        return RunOut if self.action == "list" else RunWithDaysOut

    @extend_schema(parameters=[MEASURE], responses=RunWithDaysOut)
    @action(detail=False, methods=["get"])
    def latest(self, request: Request) -> Response:
        """The newest run that has a forecast, of sales or of orders."""
        measure = request.query_params.get("measure", Measure.SALES_VALUE)
        if measure not in Measure.values:
            raise serializers.ValidationError({"measure": [f"Choose one of {', '.join(Measure.values)}."]})
        run = newest_run(measure, made=True)
        if run is None:
            raise Http404
        return Response(RunWithDaysOut(run).data)
