"""Track records and own figures for programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.merchants.models import Merchant
from accounts.tokens.api import TenantViewSet
from analytics.accuracy.actions import override_forecast
from analytics.accuracy.models import ForecastOverride, OverrideOf
from analytics.accuracy.queries import override_list, record_rows, track_records
from ecommerce.catalog.models import Variant


class RecordOut(serializers.Serializer[Any]):
    """Misses in the unit of the subject; skill, bias and the parts inside a range as fractions."""

    subject = serializers.CharField(help_text="sales_value, orders, demand or share.")
    of = serializers.CharField(help_text="The category of a share.")
    ahead = serializers.CharField(help_text="How far ahead; empty for all together.")
    sells = serializers.CharField(help_text="How products sell; empty for all together.")
    week = serializers.DateField(allow_null=True, help_text="The Monday of one week; null for all together.")
    points = serializers.IntegerField()
    typical_miss = serializers.FloatField(allow_null=True)
    naive_miss = serializers.FloatField(allow_null=True)
    skill = serializers.FloatField(allow_null=True)
    bias = serializers.FloatField(allow_null=True)
    inside_50 = serializers.FloatField(allow_null=True)
    inside_80 = serializers.FloatField(allow_null=True)
    inside_95 = serializers.FloatField(allow_null=True)
    verdict = serializers.ChoiceField(choices=["few", "none", "skill"])


class TrackRecordViewSet(TenantViewSet):
    queryset = ForecastOverride.objects.none()
    serializer_class = RecordOut
    permissions = {"read": "forecasts.view"}
    pagination_class = None

    @extend_schema(responses=RecordOut(many=True))
    def list(self, request: Request) -> Response:
        """How well sales, orders, demand and market shares were forecast in the last 13 weeks."""
        merchant = Merchant.objects.in_scope()
        return Response(RecordOut(list(record_rows(track_records(merchant))), many=True).data)


class OverrideOut(serializers.ModelSerializer[ForecastOverride]):
    variant = serializers.IntegerField(source="variant_id", allow_null=True)
    actual = serializers.FloatField(source="score.actual", allow_null=True, default=None)
    nearer = serializers.CharField(source="score.nearer", allow_null=True, default=None)

    class Meta:
        model = ForecastOverride
        fields = (
            "id", "measure", "variant", "first_day", "days", "value", "reason", "made_at", "machine_low",
            "machine_middle", "machine_high", "actual", "nearer",
        )  # fmt: skip


class OverrideIn(serializers.Serializer[Any]):
    """For a week or a day of the newest forecast, or the first 7, 14 or 28 days of a variant's."""

    measure = serializers.ChoiceField(choices=OverrideOf.choices)
    variant = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    first_day = serializers.DateField()
    days = serializers.IntegerField(min_value=1, max_value=28)
    value = serializers.FloatField(min_value=0)
    reason = serializers.CharField(max_length=300)


class OverrideViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = ForecastOverride.objects.none()
    serializer_class = OverrideOut
    permissions = {"read": "forecasts.view", "write": "forecasts.override"}
    inputs = {"create": OverrideIn}

    def get_queryset(self) -> Any:
        return override_list()

    @extend_schema(request=OverrideIn, responses={201: OverrideOut})
    def create(self, request: Request) -> Response:
        """State an own figure beside the forecast. It is kept for good and scored when its days are over."""
        given = self.read()
        variant = None
        if given["measure"] == OverrideOf.UNITS:
            variant = Variant.objects.filter(pk=given.get("variant")).first()
            if variant is None:
                raise serializers.ValidationError({"variant": ["There is none like this."]})
        span = f"{given['first_day'].isoformat()}/{given['days']}"
        made = override_forecast(
            given["measure"], span, value=given["value"], reason=given["reason"], actor=self.actor, variant=variant
        )
        return Response(OverrideOut(made).data, status=status.HTTP_201_CREATED)
