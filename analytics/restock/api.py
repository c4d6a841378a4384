"""What to order today, for programs."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.merchants.models import Merchant
from accounts.tokens.api import TenantViewSet
from analytics.demand.models import DemandOutlook
from analytics.restock.proposals import Row, proposal


class ProposalOut(serializers.Serializer[Row]):
    variant = serializers.IntegerField(source="variant.pk")
    sku = serializers.CharField(source="variant.sku")
    title = serializers.CharField(source="variant.full_title")
    supplier = serializers.IntegerField(source="supplier.pk", help_text="The id of whom it is best bought from.")
    supplier_name = serializers.CharField(source="supplier.name")
    needed = serializers.IntegerField(source="wanted", help_text="Units that the forecast says to order.")
    quantity = serializers.IntegerField(source="units", help_text="The same in the numbers that the supplier sells.")
    unit_cost = serializers.DecimalField(source="price", max_digits=12, decimal_places=2)
    currency = serializers.CharField(source="supplier.currency", help_text="The supplier's.")
    total = serializers.DecimalField(max_digits=14, decimal_places=2)
    available = serializers.IntegerField(source="outlook.available")
    incoming = serializers.IntegerField(source="outlook.incoming", help_text="Units on their way.")
    reorder_point = serializers.IntegerField(source="outlook.reorder_point")
    sold_out_on = serializers.DateField(
        source="outlook.out_middle", help_text="The likely day on which it runs out otherwise; null: not in sight."
    )
    sold_out_before_delivery = serializers.FloatField(
        source="outlook.gap", help_text="The chance to run out before an order of today is there, from 0 to 1."
    )
    reason = serializers.CharField(help_text="Why it is to be ordered, in a sentence.")
    chosen_as = serializers.ChoiceField(
        source="choice.why",
        choices=["only", "cheapest", "chosen"],
        help_text="Why this supplier: nobody else has it, by price, or somebody chose them.",
    )
    chosen_because = serializers.CharField(
        source="choice.kept.reason", default="", help_text="The reason that was given for the choice."
    )
    on_time = serializers.FloatField(
        source="choice.own.on_time",
        allow_null=True,
        help_text="Percent of the supplier's deliveries of twelve months that were on time; null: too few.",
    )


class ProposalViewSet(TenantViewSet):
    """What to order today, from whom, and why: what the page of that name shows."""

    queryset = DemandOutlook.objects.none()
    serializer_class = ProposalOut
    permissions = {"read": "purchasing.edit"}
    pagination_class = None

    @extend_schema(
        parameters=[OpenApiParameter("supplier", int, description="Only what is best bought from this one.")],
        responses=ProposalOut(many=True),
    )
    def list(self, request: Request) -> Response:
        """All lines, those of one supplier together, what runs out first at the top. Drafted and dismissed ones, and
        those that cannot be bought from anybody, are left out."""
        shop = Merchant.objects.in_scope()
        groups = proposal(shop.today(), shop.currency).groups
        asked = request.query_params.get("supplier")
        if asked is not None:
            if not (asked.isascii() and asked.isdigit()):
                raise serializers.ValidationError({"supplier": ["Give the id of a supplier."]})
            groups = [group for group in groups if str(group.supplier.pk) == asked.lstrip("0")]
        return Response(ProposalOut([row for group in groups for row in group.rows], many=True).data)
