"""Customers and their consents for programs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens.api import TenantViewSet
from ecommerce.customers.actions import change_customer, create_customer, record_consent
from ecommerce.customers.filters import CustomerFilters
from ecommerce.customers.models import Consent, Customer
from ecommerce.customers.queries import customer_list


class CustomerOut(serializers.ModelSerializer[Customer]):
    tags = serializers.SlugRelatedField(slug_field="name", many=True, read_only=True)
    marketing_email = serializers.BooleanField(help_text="Agreed to offers by e-mail.")

    class Meta:
        model = Customer
        fields = (
            "id", "name", "email", "phone", "language", "country", "region", "city", "note", "tags", "external_id",
            "order_count", "spend", "last_order_at", "marketing_email", "created_at", "updated_at",
        )  # fmt: skip


class CustomerFields(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=150)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=60, required=False, allow_blank=True)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    country = serializers.RegexField(r"^([A-Za-z]{2})?$", max_length=2, required=False, allow_blank=True)
    region = serializers.CharField(max_length=80, required=False, allow_blank=True)
    city = serializers.CharField(max_length=80, required=False, allow_blank=True)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class CustomerIn(CustomerFields):
    external_id = serializers.CharField(max_length=80, required=False, allow_blank=True)


class ConsentOut(serializers.ModelSerializer[Consent]):
    class Meta:
        model = Consent
        fields = ("id", "purpose", "channel", "granted", "source", "text_version", "at")


class ConsentIn(serializers.Serializer[Any]):
    purpose = serializers.ChoiceField(choices=Consent.Purpose.choices)
    channel = serializers.ChoiceField(choices=Consent.Channel.choices, required=False)
    granted = serializers.BooleanField()
    source = serializers.CharField(max_length=60, help_text="How you know: “checkout”, “by phone”.")
    text_version = serializers.CharField(max_length=40, required=False, allow_blank=True)


class CustomerViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = Customer.objects.none()
    serializer_class = CustomerOut
    filterset_class = CustomerFilters
    updated_field = "updated_at"
    permissions = {
        "read": "customers.view",
        "create": "customers.create",
        "partial_update": "customers.edit",
        "consents": "customers.edit",
    }
    inputs = {"create": CustomerIn, "partial_update": CustomerFields, "consents": ConsentIn}

    def get_queryset(self) -> Any:
        return customer_list()

    def _answer(self, customer: Customer, code: int = status.HTTP_200_OK) -> Response:
        return Response(CustomerOut(customer_list().get(pk=customer.pk)).data, status=code)

    @extend_schema(request=CustomerIn, responses={201: CustomerOut})
    def create(self, request: Request) -> Response:
        """A new customer. Orders make their customers by themselves."""
        return self._answer(create_customer(**self.read(), actor=self.actor), status.HTTP_201_CREATED)

    @extend_schema(request=CustomerFields(partial=True), responses=CustomerOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the fields that are sent."""
        return self._answer(change_customer(self.get_object(), **self.read(partial=True), actor=self.actor))

    @extend_schema(request=ConsentIn, responses={201: ConsentOut})
    @action(detail=True, methods=["post"])
    def consents(self, request: Request, pk: str) -> Response:
        """Write down that the customer agreed or withdrew. Older answers are kept."""
        consent = record_consent(self.get_object(), **self.read(), actor=self.actor)
        return Response(ConsentOut(consent).data, status=status.HTTP_201_CREATED)
