"""Complaints for programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens.api import TenantViewSet
from ecommerce.catalog.models import Product
from ecommerce.complaints.actions import answer_complaint, open_complaint
from ecommerce.complaints.filters import ComplaintFilters
from ecommerce.complaints.models import Complaint
from ecommerce.complaints.queries import complaint_list
from ecommerce.customers.models import Customer
from ecommerce.orders.models import Order
from ecommerce.orders.shapes import NUMBER, AmountField
from ecommerce.reviews.api import named


class ComplaintOut(serializers.ModelSerializer[Complaint]):
    order = serializers.CharField(source="order.number", allow_null=True, default=None, help_text="Its number.")
    customer = serializers.IntegerField(source="customer_id", allow_null=True)
    product = serializers.IntegerField(source="product_id", allow_null=True)

    class Meta:
        model = Complaint
        fields = (
            "number", "order", "customer", "product", "topic", "subject", "state", "opened_at", "due_at", "answered_at",
            "decided_at", "decision", "decision_reason", "refund_asked", "refund_offered", "refund_decided",
            "closed_at", "updated_at",
        )  # fmt: skip


class ComplaintIn(serializers.Serializer[Any]):
    """From the buyer of an order, or from a customer."""

    topic = serializers.ChoiceField(choices=Complaint.Topic.choices)
    text = serializers.CharField(max_length=5000)
    subject = serializers.CharField(max_length=150, required=False, allow_blank=True)
    order = serializers.CharField(max_length=64, required=False, help_text="The number of an order.")
    customer = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    product = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    refund_asked = AmountField(required=False)


class AnswerIn(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=5000)
    refund_offer = AmountField(required=False)


class ComplaintViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = Complaint.objects.none()
    serializer_class = ComplaintOut
    filterset_class = ComplaintFilters
    updated_field = "updated_at"
    lookup_field = "number"
    lookup_value_regex = NUMBER
    permissions = {"read": "complaints.view", "create": "complaints.create", "answer": "complaints.answer"}
    inputs = {"create": ComplaintIn, "answer": AnswerIn}

    def get_queryset(self) -> Any:
        return complaint_list()

    @extend_schema(request=ComplaintIn, responses={201: ComplaintOut})
    def create(self, request: Request) -> Response:
        """Open a complaint for a buyer; the shop has 24 hours to answer."""
        given = self.read()
        about = {
            "order": named(given, "order", Order, "number"),
            "customer": named(given, "customer", Customer, "pk"),
            "product": named(given, "product", Product, "pk"),
        }
        complaint = open_complaint(**given, **about, actor=self.actor)
        return Response(ComplaintOut(complaint_list().get(pk=complaint.pk)).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=AnswerIn, responses=ComplaintOut)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, number: str) -> Response:
        """Answer the buyer, with an offer of money back or without."""
        complaint = answer_complaint(self.get_object(), **self.read(), actor=self.actor)
        return Response(ComplaintOut(complaint_list().get(pk=complaint.pk)).data)
