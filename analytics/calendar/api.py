"""The calendar for programs: own events, and outside series with their values."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.merchants.models import Merchant
from accounts.tokens.api import TenantViewSet
from analytics.calendar.actions import delete_event, save_event
from analytics.calendar.models import MOST_AROUND, OutsideSeries, OutsideValue, OwnEvent
from analytics.calendar.outside import add_values, announce_values, checked_given, save_series
from analytics.calendar.queries import event_list, series_list
from core.errors import Refused

MOST_VALUES = 1000


class OwnEventOut(serializers.ModelSerializer[OwnEvent]):
    class Meta:
        model = OwnEvent
        fields = (
            "id", "name", "kind", "first_day", "last_day", "lead_days", "after_days", "yearly", "note", "known_on",
            "updated_at",
        )  # fmt: skip


class OwnEventIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    kind = serializers.ChoiceField(choices=OwnEvent.Kind.choices, required=False)
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    lead_days = serializers.IntegerField(min_value=0, max_value=MOST_AROUND, required=False)
    after_days = serializers.IntegerField(min_value=0, max_value=MOST_AROUND, required=False)
    yearly = serializers.BooleanField(required=False)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class OwnEventViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Events of the shop's own. Forecasts learn their effect from earlier events of the same name."""

    queryset = OwnEvent.objects.none()
    serializer_class = OwnEventOut
    updated_field = "updated_at"
    permissions = {
        "read": "calendar.view",
        "create": "calendar.edit",
        "partial_update": "calendar.edit",
        "destroy": "calendar.edit",
    }
    inputs = {"create": OwnEventIn, "partial_update": OwnEventIn}

    def get_queryset(self) -> Any:
        return event_list()

    @extend_schema(request=OwnEventIn, responses={201: OwnEventOut})
    def create(self, request: Request) -> Response:
        """A new event."""
        event = save_event(OwnEvent(), **self.read(), actor=self.actor)
        return Response(OwnEventOut(event).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=OwnEventIn(partial=True), responses=OwnEventOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the fields that are sent."""
        return Response(OwnEventOut(save_event(self.get_object(), **self.read(partial=True), actor=self.actor)).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Forget an event. Forecasts that were made with it stay what they are."""
        delete_event(self.get_object(), actor=self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)


class OutsideSeriesOut(serializers.ModelSerializer[OutsideSeries]):
    class Meta:
        model = OutsideSeries
        fields = ("id", "name", "kind", "unit", "period", "ahead", "in_forecasts", "created_at")


class OutsideSeriesIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    kind = serializers.ChoiceField(choices=OutsideSeries.Kind.choices, required=False)
    unit = serializers.CharField(max_length=30, required=False, allow_blank=True)
    period = serializers.ChoiceField(choices=OutsideSeries.Period.choices, required=False)
    ahead = serializers.ChoiceField(
        choices=OutsideSeries.Ahead.choices, required=False, help_text="What to do where coming days are not known."
    )
    in_forecasts = serializers.BooleanField(required=False)


class OutsideValueOut(serializers.ModelSerializer[OutsideValue]):
    class Meta:
        model = OutsideValue
        fields = ("day", "value", "known_on", "source", "recorded_at")


class OutsideValueIn(serializers.Serializer[Any]):
    day = serializers.DateField(help_text="Any day of the period; it is kept by its first day.")
    value = serializers.FloatField()
    known_on = serializers.DateField(
        required=False, help_text="Since when it is known; without it the day after its period, for a correction today."
    )


class OutsideValuesIn(serializers.Serializer[Any]):
    values = OutsideValueIn(many=True, allow_empty=False, max_length=MOST_VALUES)
    source = serializers.CharField(max_length=150, required=False, allow_blank=True)


class RefusedValueOut(serializers.Serializer[Any]):
    position = serializers.IntegerField(help_text="Of the value in the call, from 0.")
    message = serializers.CharField()


class ValuesTakenOut(serializers.Serializer[Any]):
    added = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refused = RefusedValueOut(many=True)


class OutsideSeriesViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """What is measured outside the orders: weather, an index, advertising spend."""

    queryset = OutsideSeries.objects.none()
    serializer_class = OutsideSeriesOut
    permissions = {
        "read": "calendar.view",
        "create": "calendar.edit",
        "partial_update": "calendar.edit",
        "add_values": "calendar.edit",
    }
    inputs = {"create": OutsideSeriesIn, "partial_update": OutsideSeriesIn, "add_values": OutsideValuesIn}

    def get_queryset(self) -> Any:
        return series_list()

    @extend_schema(request=OutsideSeriesIn, responses={201: OutsideSeriesOut})
    def create(self, request: Request) -> Response:
        """A new series, without values."""
        series = save_series(OutsideSeries(), actor=self.actor, **self.read())
        return Response(OutsideSeriesOut(series).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=OutsideSeriesIn(partial=True), responses=OutsideSeriesOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the fields that are sent."""
        series = save_series(self.get_object(), actor=self.actor, **self.read(partial=True))
        return Response(OutsideSeriesOut(series).data)

    @extend_schema(request=OutsideValuesIn, responses=ValuesTakenOut)
    @action(detail=True, methods=["post"], url_path="values")
    def add_values(self, request: Request, pk: str) -> Response:
        """Append values, up to 1,000 a call. A value that cannot be kept does not stop the others."""
        series, given = self.get_object(), self.read()
        today = Merchant.objects.in_scope().today()
        good, refused = {}, []
        for position, one in enumerate(given["values"]):
            try:
                checked = checked_given(series, one["day"], one["value"], one.get("known_on"), today)
            except Refused as refusal:
                refused.append({"position": position, "message": refusal.message})
                continue
            good[checked.day, checked.known_on] = checked
        source = given.get("source") or _("API")
        added, unchanged = add_values(series, list(good.values()), source=source)
        announce_values(series, added, unchanged, len(refused), source=source, actor=self.actor)
        return Response(ValuesTakenOut({"added": added, "unchanged": unchanged, "refused": refused}).data)
