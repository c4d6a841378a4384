"""Demand for programs: the runs, the outlook of every variant, and its forecast day by day."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens.api import TenantViewSet
from analytics.demand.actions import cancel_run
from analytics.demand.filters import OutlookApiFilters
from analytics.demand.models import DemandOutlook, DemandResult, DemandRun, ServiceWeek
from analytics.demand.outlooks import terms_of_shop
from analytics.demand.queries import outlook_list, progress_of, run_list
from analytics.demand.service import standings
from analytics.demand.sheets import sheet_of
from analytics.demand.tasks import request_demand
from analytics.engine.demand import LEVELS
from analytics.engine.stock import ENDLESS
from core.errors import Refused

STATES = [("open", "open"), *((value, value) for value in DemandResult.Outcome.values)]
NAMES = [f"q{level * 1000:03.0f}" for level in LEVELS]


class DemandRunOut(serializers.ModelSerializer[DemandRun]):
    """`state` is "open" until the run ended."""

    state = serializers.SerializerMethodField()
    refusal = serializers.SerializerMethodField()
    made = serializers.SerializerMethodField()
    failed = serializers.SerializerMethodField()
    closed_at = serializers.SerializerMethodField()

    class Meta:
        model = DemandRun
        fields = (
            "id", "made_at", "data_from", "data_to", "live", "horizon", "series", "chunks", "state", "refusal", "made",
            "failed", "closed_at",
        )  # fmt: skip

    @extend_schema_field(serializers.ChoiceField(choices=STATES))
    def get_state(self, run: DemandRun) -> str:
        return str(_result(run, "outcome", "open"))

    @extend_schema_field(serializers.CharField())
    def get_refusal(self, run: DemandRun) -> str:
        return str(_result(run, "refusal", ""))

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_made(self, run: DemandRun) -> int | None:
        return _result(run, "made", None)  # type: ignore[no-any-return]

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_failed(self, run: DemandRun) -> int | None:
        return _result(run, "failed", None)  # type: ignore[no-any-return]

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_closed_at(self, run: DemandRun) -> Any:
        return _result(run, "closed_at", None)


def _result(run: DemandRun, name: str, default: Any) -> Any:
    """A column of the run's result; the default where it has none yet."""
    result = getattr(run, "result", None)
    return default if result is None else getattr(result, name)


class DemandProgressOut(serializers.Serializer[Any]):
    series = serializers.IntegerField(help_text="Variants in all.")
    finished = serializers.IntegerField()
    left = serializers.IntegerField(help_text="Chunks still to be done.")


class DemandRunWholeOut(DemandRunOut):
    progress = serializers.SerializerMethodField()
    patterns = serializers.SerializerMethodField()
    policies = serializers.SerializerMethodField()
    sums = serializers.SerializerMethodField()

    class Meta(DemandRunOut.Meta):
        fields = (*DemandRunOut.Meta.fields, "progress", "patterns", "policies", "sums")

    @extend_schema_field(DemandProgressOut)
    def get_progress(self, run: DemandRun) -> dict[str, int]:
        return progress_of(run)

    @extend_schema_field(serializers.DictField(child=serializers.IntegerField()))
    def get_patterns(self, run: DemandRun) -> dict[str, int]:
        """How many variants sell how."""
        return dict(_result(run, "patterns", {}))

    @extend_schema_field(serializers.DictField(child=serializers.IntegerField()))
    def get_policies(self, run: DemandRun) -> dict[str, int]:
        """With how many variants what was done."""
        return dict(_result(run, "policies", {}))

    @extend_schema_field(serializers.DictField())
    def get_sums(self, run: DemandRun) -> dict[str, Any]:
        """Means per day of each category (by id; "0": without one) and of the shop, and the shop's quantiles."""
        return dict(_result(run, "sums", {}))


class DemandRequestedOut(serializers.Serializer[Any]):
    job = serializers.IntegerField(help_text="The job that makes the run; one that runs already is returned again.")
    state = serializers.CharField()
    run = serializers.IntegerField(allow_null=True, help_text="The run, once the job has begun it.")


class DemandRunViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = DemandRun.objects.none()
    serializer_class = DemandRunOut
    permissions = {"read": "forecasts.view", "create": "forecasts.run", "cancel": "forecasts.run"}

    def get_queryset(self) -> Any:
        return run_list()

    def get_serializer_class(self) -> Any:
        return DemandRunOut if self.action == "list" else DemandRunWholeOut

    @extend_schema(request=None, responses={202: DemandRequestedOut})
    def create(self, request: Request) -> Response:
        """Ask for a forecast of all variants. It is made in the background; see the list of runs for its state."""
        job = request_demand(actor=self.actor)
        run = DemandRun.objects.filter(job_id=job.pk).first()
        answer = {"job": job.pk, "state": job.state, "run": run.pk if run else None}
        return Response(DemandRequestedOut(answer).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses=DemandRunWholeOut)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop a run: what is finished stays. 422 where it was over already."""
        run = self.get_object()
        if not cancel_run(run, actor=self.actor):
            raise Refused("run_is_over", "The run was over already.")
        return Response(DemandRunWholeOut(run_list().get(pk=run.pk)).data)


class DemandOutlookOut(serializers.ModelSerializer[DemandOutlook]):
    variant = serializers.IntegerField(source="variant_id")
    sku = serializers.CharField(source="variant.sku")
    product = serializers.IntegerField(source="variant.product_id")
    category = serializers.CharField(source="category.code", allow_null=True, default=None)
    run = serializers.IntegerField(source="run_id")
    lasts = serializers.SerializerMethodField()

    class Meta:
        model = DemandOutlook
        fields = (
            "variant", "sku", "product", "category", "run", "has_forecast", "reason", "pattern", "low", "middle",
            "high", "mean", "before", "as_of", "available", "incoming", "lasts", "out_low", "out_middle", "out_high",
            "lead_days", "lead_low", "lead_high", "lead_count", "level", "aim", "abc", "safety_stock", "reorder_point",
            "order_quantity", "order_by", "to_order", "runs_out", "updated_at",
        )  # fmt: skip

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_lasts(self, outlook: DemandOutlook) -> float | None:
        """Days from `as_of` on that the stock lasts, in the middle; null where there is no telling."""
        return None if outlook.lasts >= ENDLESS else round(outlook.lasts, 2)


DayOut = type(
    "DemandDayOut",
    (serializers.Serializer,),
    {"day": serializers.DateField(), "mean": serializers.FloatField(), **{n: serializers.FloatField() for n in NAMES}},
)
TotalOut = type(
    "DemandTotalOut",
    (serializers.Serializer,),
    {"days": serializers.IntegerField(), **{name: serializers.FloatField() for name in NAMES}},
)


class DemandForecastOut(DemandOutlookOut):
    days = serializers.SerializerMethodField()
    totals = serializers.SerializerMethodField()

    class Meta(DemandOutlookOut.Meta):
        fields = (*DemandOutlookOut.Meta.fields, "days", "totals")

    @extend_schema_field(DayOut(many=True))
    def get_days(self, outlook: DemandOutlook) -> list[dict[str, Any]]:
        """Mean and quantiles of each day ahead, in units: q025 is exceeded with a chance of 97.5 %."""
        sheet = self.context["sheet"]
        return (
            []
            if sheet is None
            else [
                {"day": day, "mean": _rounded(mean), **dict(zip(NAMES, map(_rounded, row), strict=True))}
                for day, mean, row in zip(sheet.days, sheet.mean, sheet.quantiles, strict=True)
            ]
        )

    @extend_schema_field(TotalOut(many=True))
    def get_totals(self, outlook: DemandOutlook) -> list[dict[str, Any]]:
        """Quantiles of the sum of the first days: they are not the sums of the days' quantiles."""
        sheet = self.context["sheet"]
        return (
            []
            if sheet is None
            else [
                {"days": days, **dict(zip(NAMES, map(_rounded, row), strict=True))}
                for days, row in zip(sheet.run.windows, sheet.paths.totals[0], strict=True)
            ]
        )


def _rounded(value: Any) -> float:
    return round(float(value), 4)


class DemandViewSet(mixins.ListModelMixin, TenantViewSet):
    """The newest forecast of each variant, held against its stock."""

    queryset = DemandOutlook.objects.none()
    serializer_class = DemandOutlookOut
    filterset_class = OutlookApiFilters
    updated_field = "updated_at"
    lookup_field = "variant_id"
    lookup_url_kwarg = "pk"
    permissions = {"read": "forecasts.view"}

    def get_queryset(self) -> Any:
        return outlook_list()

    @extend_schema(responses=DemandForecastOut)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One variant, by its id, with the days ahead and the sums of days."""
        outlook = self.get_queryset().select_related("variant__merchant", "run__merchant").filter(variant=pk).first()
        if outlook is None:
            raise Http404
        usable = outlook.reason != DemandOutlook.Reason.FAILED
        return Response(DemandForecastOut(outlook, context={"sheet": sheet_of(outlook) if usable else None}).data)


class ServiceLevelOut(serializers.Serializer[Any]):
    """How the promise to the variants of a class by value stands, by the last twelve weeks under it; shares of one."""

    abc = serializers.CharField(help_text="The class: A, B or C.")
    level = serializers.FloatField(help_text="The service level promised: weeks in which nobody is turned away.")
    aim = serializers.FloatField(help_text="The level that reorder points are made at to keep it.")
    why = serializers.ChoiceField(
        choices=["none", "few", "kept", "raised", "lowered", "lowest"],
        help_text="Why they are: no week yet, too few variants, as promised, made higher or lower, or as low as goes.",
    )
    weeks = serializers.IntegerField(help_text="Weeks that count.")
    variant_weeks = serializers.IntegerField(source="variants", help_text="Variants looked at in all these weeks.")
    kept = serializers.FloatField(allow_null=True, help_text="The part of them that was kept; null where none counts.")
    kept_low = serializers.FloatField(source="low", help_text="The lower end of its 80 % range.")
    kept_high = serializers.FloatField(source="high", help_text="The upper end.")
    unordered = serializers.IntegerField(help_text="Left out: sold out while nothing was on its way.")
    confirms = serializers.FloatField(help_text="The highest level that so many weeks can confirm; 0 without any.")
    unconfirmed = serializers.BooleanField(source="is_beyond", help_text="The level promised lies beyond that.")
    unchecked = serializers.BooleanField(
        source="is_unchecked",
        help_text="`aim` lies beyond 0.975, the highest level that past forecasts can be held against.",
    )


class ServiceLevelViewSet(TenantViewSet):
    """The service level promised, and how it was kept."""

    queryset = ServiceWeek.objects.none()
    serializer_class = ServiceLevelOut
    permissions = {"read": "forecasts.view"}
    pagination_class = None

    @extend_schema(responses=ServiceLevelOut(many=True))
    def list(self, request: Request) -> Response:
        """The promise to each class by value, how it was kept, and the level reorder points are made at."""
        return Response(ServiceLevelOut(standings(terms_of_shop()), many=True).data)
