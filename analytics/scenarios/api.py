"""Scenarios for programs: ask, keep, adopt, and see what a plan promised."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens.api import TenantViewSet
from analytics.markets.models import Market, Measure
from analytics.markets.queries import markets_of
from analytics.scenarios.actions import adopt_scenario, answered, ask_again, asked_desk, save_scenario
from analytics.scenarios.models import Promise, PromiseOutcome, Scenario
from analytics.scenarios.queries import scenario_list
from analytics.scenarios.rules import MOST_MONEY, MOST_UNITS, STEEPEST, Question


class ScenarioOut(serializers.ModelSerializer[Scenario]):
    class Meta:
        model = Scenario
        fields = ("id", "name", "note", "market", "measure", "state", "question", "created_at", "updated_at")


class AnsweredOut(ScenarioOut):
    class Meta:
        model = Scenario
        fields = (
            "id", "name", "note", "market", "measure", "state", "question", "created_at", "updated_at", "answer",
        )  # fmt: skip


class OutcomeOut(serializers.ModelSerializer[PromiseOutcome]):
    class Meta:
        model = PromiseOutcome
        fields = (
            "share", "sales", "inside_share", "inside_sales", "as_planned", "price_gap", "promotion_gap", "weeks",
            "judged_at",
        )  # fmt: skip


class PromiseOut(serializers.ModelSerializer[Promise]):
    outcome = serializers.SerializerMethodField()

    class Meta:
        model = Promise
        fields = ("id", "first_week", "last_week", "question", "weeks", "share", "sales", "adopted_at", "outcome")

    @extend_schema_field(OutcomeOut(allow_null=True))
    def get_outcome(self, promise: Promise) -> dict[str, Any] | None:
        """What came, once the weeks are over."""
        found = promise.outcome_or_none
        return None if found is None else dict(OutcomeOut(found).data)


class QuestionIn(serializers.Serializer[Any]):
    """What to change, from the Monday `first` to the week of `last`; changes and parts in percent."""

    market = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    measure = serializers.ChoiceField(choices=Measure.choices, default=Measure.VALUE.value)
    first = serializers.DateField()
    last = serializers.DateField()
    price = serializers.FloatField(min_value=-STEEPEST, max_value=STEEPEST, default=0.0)
    promotion = serializers.FloatField(min_value=0, max_value=100, required=False, allow_null=True, default=None)
    discount = serializers.FloatField(min_value=0, max_value=90, default=0.0)
    advertising = serializers.FloatField(min_value=-100, max_value=300, default=0.0)
    advertising_amount = serializers.FloatField(
        min_value=0, max_value=MOST_MONEY, required=False, allow_null=True, default=None,
        help_text="Spend a week, in place of `advertising`.",
    )  # fmt: skip
    sold_out = serializers.FloatField(
        min_value=0, max_value=7, default=0.0, help_text="Days of each week on which nothing is on the shelf."
    )
    sold_out_from = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="The Monday from which nothing is on the shelf."
    )
    stock = serializers.IntegerField(
        min_value=0, max_value=MOST_UNITS, required=False, allow_null=True, default=None,
        help_text="The most units that can be sold in these weeks.",
    )  # fmt: skip
    festival = serializers.CharField(
        max_length=60, required=False, allow_blank=True, default="",
        help_text="The key of a festival to leave out, or with `festival_week` to hold in another week.",
    )  # fmt: skip
    festival_week = serializers.DateField(required=False, allow_null=True, default=None, help_text="A Monday.")
    rival_price = serializers.FloatField(min_value=-STEEPEST, max_value=STEEPEST, default=0.0)
    rival_promotion = serializers.FloatField(min_value=0, max_value=100, required=False, allow_null=True, default=None)
    reaction = serializers.BooleanField(default=False, help_text="Whether rivals answer as they usually do.")


class ScenarioIn(QuestionIn):
    name = serializers.CharField(max_length=80)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class ScenarioViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = Scenario.objects.none()
    serializer_class = ScenarioOut
    updated_field = "updated_at"
    permissions = {
        "read": "scenarios.view",
        "create": "scenarios.edit",
        "simulate": "scenarios.view",
        "adopt": "scenarios.adopt",
        "ask_again": "scenarios.edit",
        "promise": "scenarios.view",
    }
    inputs = {"create": ScenarioIn, "simulate": QuestionIn}

    def get_queryset(self) -> Any:
        return scenario_list()

    def get_serializer_class(self) -> Any:
        return ScenarioOut if self.action == "list" else AnsweredOut

    def _asked(self) -> tuple[Market, str, Question, dict[str, Any]]:
        given = self.read()
        token: Any = self.request.auth
        market = markets_of(token.merchant).filter(pk=given.pop("market")).first()
        if market is None:
            raise serializers.ValidationError({"market": ["There is no such market of yours."]})
        measure = given.pop("measure")
        kept: dict[str, Any] = {name: given.pop(name) for name in ("name", "note") if name in given}
        return market, measure, Question(**given), kept

    @extend_schema(request=ScenarioIn, responses={201: AnsweredOut})
    def create(self, request: Request) -> Response:
        """Ask a question and keep it with its answer."""
        market, measure, question, kept = self._asked()
        scenario = save_scenario(market, measure, question, **kept, actor=self.actor)
        return Response(AnsweredOut(scenario).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=QuestionIn, responses=OpenApiTypes.OBJECT)
    @action(detail=False, methods=["post"])
    def simulate(self, request: Request) -> Response:
        """Ask a question; the answer is not kept."""
        market, measure, question, _kept = self._asked()
        return Response(answered(asked_desk(market, measure), question).as_dict())

    @extend_schema(request=None, responses=AnsweredOut)
    @action(detail=True, methods=["post"], url_path="ask-again")
    def ask_again(self, request: Request, pk: str) -> Response:
        """Answer the question of a draft anew, from the newest forecast."""
        return Response(AnsweredOut(ask_again(self.get_object(), actor=self.actor)).data)

    @extend_schema(request=None, responses={201: PromiseOut})
    @action(detail=True, methods=["post"])
    def adopt(self, request: Request, pk: str) -> Response:
        """Adopt a draft as a plan; what it promises is kept and held against what happens."""
        promise = adopt_scenario(self.get_object(), actor=self.actor)
        return Response(PromiseOut(promise).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=PromiseOut)
    @action(detail=True, methods=["get"])
    def promise(self, request: Request, pk: str) -> Response:
        """What an adopted scenario promised, and what came."""
        found = getattr(self.get_object(), "promise", None)
        if found is None:
            raise Http404
        return Response(PromiseOut(found).data)
