"""Stock counts for programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens.api import TenantViewSet
from ecommerce.inventory.actions import LotIn, approve_count, cancel_count, count_units, recount_line, start_count
from ecommerce.inventory.api import warehouse_called
from ecommerce.inventory.filters import CountFilters
from ecommerce.inventory.models import CountLine, StockCount
from ecommerce.inventory.queries import (
    count_lines,
    count_list,
    differing,
    to_count,
    variant_by_code,
    with_people,
)
from ecommerce.inventory.rules import MOST

ID = 2**63 - 1


class CountOut(serializers.ModelSerializer[StockCount]):
    warehouse = serializers.CharField(source="warehouse.code", help_text="The code of the warehouse.")
    lines_total = serializers.IntegerField(help_text="What is to be counted: variants, each lot of one by itself.")
    lines_counted = serializers.IntegerField()
    started_by = serializers.CharField()
    ended_by = serializers.CharField(help_text="Who approved it or gave it up; empty while it is open.")

    class Meta:
        model = StockCount
        fields = (
            "id", "number", "warehouse", "scope", "is_blind", "state", "lines_total", "lines_counted", "created_at",
            "started_by", "ended_at", "ended_by", "updated_at",
        )  # fmt: skip


class CountLineOut(serializers.ModelSerializer[CountLine]):
    """One variant, or one lot of it. `expected`, `on_hand` and `difference` are null for who must not see them."""

    variant = serializers.IntegerField(source="variant_id")
    sku = serializers.CharField(source="variant.sku")
    lot = serializers.CharField(
        source="lot.code", default=None, allow_null=True, help_text="Null: units without a lot, or no lots are kept."
    )
    expires_on = serializers.DateField(source="lot.expires_on", default=None, allow_null=True)
    expected = serializers.IntegerField(allow_null=True, help_text="On hand when the count was opened.")
    on_hand = serializers.IntegerField(allow_null=True, help_text="On hand when it was counted; null before that.")
    difference = serializers.IntegerField(allow_null=True, help_text="`counted` less `on_hand`.")

    class Meta:
        model = CountLine
        fields = (
            "id", "variant", "sku", "lot", "expires_on", "expected", "on_hand", "counted", "difference", "again",
            "moved", "counted_by", "counted_at",
        )  # fmt: skip

    def to_representation(self, line: CountLine) -> dict[str, Any]:
        shown = super().to_representation(line)
        if not self.context["shows_numbers"]:
            shown |= dict.fromkeys(("expected", "on_hand", "difference"))
        return shown


class CountIn(serializers.Serializer[Any]):
    warehouse = serializers.CharField(max_length=20, help_text="The code of a warehouse.")
    words = serializers.CharField(
        max_length=80, required=False, allow_blank=True, help_text="Only SKUs and titles with them."
    )
    is_blind = serializers.BooleanField(required=False, help_text="Counters do not see the expected number.")


class EntryIn(serializers.Serializer[Any]):
    key = serializers.CharField(max_length=80, help_text="Yours, unique for each entry: the same one twice is one.")
    code = serializers.CharField(max_length=80, help_text="Barcode or SKU.")
    units = serializers.IntegerField(min_value=0, max_value=MOST)
    adds = serializers.BooleanField(required=False, help_text="False: it is the whole number, in place of `seen`.")
    seen = serializers.IntegerField(min_value=0, max_value=MOST, required=False, allow_null=True)
    lot = serializers.CharField(
        max_length=120,
        required=False,
        allow_blank=True,
        help_text="Of a product that keeps lots, the one the units are of, new ones included; without it, of none.",
    )
    expires_on = serializers.DateField(required=False, allow_null=True, help_text="Of the lot, where it is new.")


class RecountIn(serializers.Serializer[Any]):
    line = serializers.IntegerField(min_value=1, max_value=ID, help_text="The id of the line.")


class LinesAsk(serializers.Serializer[Any]):
    show = serializers.ChoiceField(
        choices=["all", "todo", "differing"],
        default="all",
        help_text="`todo`: not counted yet, or to be counted again. `differing` is refused to who must not see it.",
    )


class CountViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = StockCount.objects.none()
    serializer_class = CountOut
    filterset_class = CountFilters
    updated_field = "updated_at"
    permissions = {
        "read": "stock.view", "create": "stock.adjust", "entries": "stock.adjust", "recount": "stock.adjust",
        "approve": "stock.approve", "cancel": "stock.approve",
    }  # fmt: skip
    inputs = {"create": CountIn, "entries": EntryIn, "recount": RecountIn}

    def get_queryset(self) -> Any:
        return with_people(count_list())

    def _answer(self, count: StockCount, code: int = status.HTTP_200_OK) -> Response:
        return Response(CountOut(self.get_queryset().get(pk=count.pk)).data, status=code)

    def _shows(self, count: StockCount) -> dict[str, Any]:
        """Whether what is expected and what differs is told: of a blind count, while it is open, to approvers only."""
        hidden = count.is_blind and count.state == StockCount.State.OPEN
        token: Any = self.request.auth
        return {"shows_numbers": not hidden or token.may("stock.approve")}

    def _line(self, count: StockCount, pk: int) -> Response:
        return Response(CountLineOut(count_lines(count).get(pk=pk), context=self._shows(count)).data)

    @extend_schema(request=CountIn, responses={201: CountOut})
    def create(self, request: Request) -> Response:
        """Open a count: what is on hand now is expected."""
        given = self.read()
        given["warehouse"] = warehouse_called("warehouse", given["warehouse"])
        return self._answer(start_count(**given, actor=self.actor), status.HTTP_201_CREATED)

    @extend_schema(parameters=[LinesAsk], responses=CountLineOut(many=True), filters=False)
    @action(detail=True, methods=["get"], filterset_class=None)
    def lines(self, request: Request, pk: str) -> Response:
        """What is to be counted, was counted and differs; each lot of what is kept in lots by itself."""
        count = self.get_object()
        asked = LinesAsk(data=request.query_params)
        asked.is_valid(raise_exception=True)
        show, context = asked.validated_data["show"], self._shows(count)
        if show == "differing" and not context["shows_numbers"]:
            say = "The differences of a blind count are for who may approve it."
            raise serializers.ValidationError({"show": [say]})
        narrow = {"todo": to_count, "differing": differing}
        rows = count_lines(count)
        found = self.paginate_queryset(narrow[show](rows) if show in narrow else rows)
        return self.get_paginated_response(CountLineOut(found or [], many=True, context=context).data)

    @extend_schema(request=EntryIn, responses=CountLineOut)
    @action(detail=True, methods=["post"])
    def entries(self, request: Request, pk: str) -> Response:
        """Write down units that were found."""
        count, given = self.get_object(), self.read()
        variant = variant_by_code(given.pop("code").strip())
        if variant is None:
            raise serializers.ValidationError({"code": ["There is no variant with this barcode or SKU."]})
        code, expires_on = given.pop("lot", "").strip(), given.pop("expires_on", None)
        lot = LotIn(code, expires_on) if code else None
        line = count_units(count, variant, given.pop("units"), **given, lot=lot, actor=self.actor)
        return self._line(count, line.pk)

    @extend_schema(request=RecountIn, responses=CountLineOut)
    @action(detail=True, methods=["post"])
    def recount(self, request: Request, pk: str) -> Response:
        """Have a line counted again, from zero; until then the count cannot be approved."""
        count, given = self.get_object(), self.read()
        line = count.lines.filter(pk=given["line"]).first()
        if line is None:
            raise serializers.ValidationError({"line": ["The count has no line with this id."]})
        recount_line(count, line, actor=self.actor)
        return self._line(count, line.pk)

    @extend_schema(request=None, responses=CountOut)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """The differences become the stock."""
        return self._answer(approve_count(self.get_object(), actor=self.actor))

    @extend_schema(request=None, responses=CountOut)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Give the count up. The stock stays as it is."""
        return self._answer(cancel_count(self.get_object(), actor=self.actor))
