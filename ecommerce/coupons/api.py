"""Coupons for programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens.api import TenantViewSet
from core.money import LARGEST
from ecommerce.coupons.actions import Terms, issue_coupon, withdraw_coupon
from ecommerce.coupons.filters import CouponFilters
from ecommerce.coupons.forms import GIVEN
from ecommerce.coupons.models import Coupon
from ecommerce.coupons.queries import coupon_list
from ecommerce.coupons.rules import NOTE_LENGTH
from ecommerce.customers.models import Customer


class CouponOut(serializers.ModelSerializer[Coupon]):
    customer = serializers.IntegerField(source="customer_id", allow_null=True, help_text="Null: whoever has the code.")
    state = serializers.ChoiceField(choices=Coupon.State.choices, help_text="As of today where the shop is.")

    class Meta:
        model = Coupon
        fields = (
            "id", "code", "customer", "state", "kind", "amount", "percent", "least", "valid_from", "valid_until",
            "origin", "note", "used_at", "used_on", "taken_off", "withdrawn_at", "created_at", "updated_at",
        )  # fmt: skip


class CouponIn(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=Coupon.Kind.choices)
    amount = serializers.DecimalField(
        max_digits=11, decimal_places=2, min_value=0, max_value=LARGEST, required=False, help_text="For `amount`."
    )
    percent = serializers.IntegerField(min_value=1, max_value=100, required=False, help_text="For `percent`.")
    least = serializers.DecimalField(
        max_digits=11,
        decimal_places=2,
        min_value=0,
        max_value=LARGEST,
        required=False,
        help_text="What the goods cost at least, after all other discounts.",
    )
    valid_from = serializers.DateField(required=False, help_text="Without it, from today.")
    valid_until = serializers.DateField(required=False, help_text="The last day; without it, for good.")
    customer = serializers.IntegerField(
        min_value=1, max_value=2**63 - 1, required=False, help_text="The id of the customer; without it, anybody."
    )
    code = serializers.CharField(max_length=60, required=False, allow_blank=True, help_text="Without it, a made one.")
    origin = serializers.ChoiceField(choices=GIVEN, required=False)
    note = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)


class CouponViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = Coupon.objects.none()
    serializer_class = CouponOut
    filterset_class = CouponFilters
    updated_field = "updated_at"
    permissions = {"read": "coupons.view", "create": "coupons.edit", "withdraw": "coupons.edit"}
    inputs = {"create": CouponIn}

    def get_queryset(self) -> Any:
        return coupon_list()

    @extend_schema(request=CouponIn, responses={201: CouponOut})
    def create(self, request: Request) -> Response:
        """Give a coupon to a customer, or make one for whoever has its code."""
        given = self.read()
        pk = given.pop("customer", None)
        customer = Customer.objects.filter(pk=pk).first() if pk is not None else None
        if pk is not None and customer is None:
            raise serializers.ValidationError({"customer": ["There is no customer with this id."]})
        rest = {name: given.pop(name) for name in ("code", "origin", "note") if name in given}
        coupon = issue_coupon(Terms(**given), customer=customer, **rest, actor=self.actor)
        return Response(CouponOut(coupon).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=CouponOut)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Nobody may use it any more; one that was used is refused."""
        return Response(CouponOut(withdraw_coupon(self.get_object(), actor=self.actor)).data)
