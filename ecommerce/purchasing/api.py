"""Suppliers and their prices for programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens.api import TenantViewSet
from core.money import LARGEST
from ecommerce.catalog.models import Variant
from ecommerce.purchasing.actions import change_supplier, create_supplier, set_price
from ecommerce.purchasing.filters import SupplierFilters, SupplierPriceFilters
from ecommerce.purchasing.models import Supplier, SupplierPrice
from ecommerce.purchasing.queries import supplier_list, supplier_prices
from ecommerce.purchasing.rules import MOST_UNITS


class SupplierOut(serializers.ModelSerializer[Supplier]):
    class Meta:
        model = Supplier
        fields = (
            "id", "code", "name", "contact", "email", "currency", "lead_days", "payment_terms", "note", "archived_at",
            "created_at", "updated_at",
        )  # fmt: skip


class SupplierIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=150)
    code = serializers.CharField(max_length=20, help_text="A short name, unique in the shop.")
    contact = serializers.CharField(max_length=150, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    currency = serializers.RegexField(r"^[A-Za-z]{3}$", max_length=3)
    lead_days = serializers.IntegerField(
        min_value=0, max_value=365, required=False, allow_null=True, help_text="Promised days from order to delivery."
    )
    payment_terms = serializers.CharField(max_length=120, required=False, allow_blank=True)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class SupplierPriceOut(serializers.ModelSerializer[SupplierPrice]):
    supplier = serializers.IntegerField(source="supplier_id")
    variant = serializers.IntegerField(source="variant_id")
    sku = serializers.CharField(source="variant.sku")
    currency = serializers.CharField(source="supplier.currency")

    class Meta:
        model = SupplierPrice
        fields = (
            "id", "supplier", "variant", "sku", "price", "currency", "minimum", "multiple", "valid_from", "is_offered",
            "at",
        )  # fmt: skip


class SupplierPriceIn(serializers.Serializer[Any]):
    supplier = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="The id of the supplier.")
    sku = serializers.CharField(max_length=80)
    price = serializers.DecimalField(max_digits=11, decimal_places=2, min_value=0, max_value=LARGEST)
    minimum = serializers.IntegerField(min_value=1, max_value=MOST_UNITS, required=False)
    multiple = serializers.IntegerField(min_value=1, max_value=MOST_UNITS, required=False)
    valid_from = serializers.DateField(required=False, help_text="Today or later; without it, today.")
    is_offered = serializers.BooleanField(required=False, help_text="False: the supplier does not have it any more.")


class SupplierViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = Supplier.objects.none()
    serializer_class = SupplierOut
    filterset_class = SupplierFilters
    updated_field = "updated_at"
    permissions = {"read": "suppliers.view", "write": "suppliers.edit"}
    inputs = {"create": SupplierIn, "partial_update": SupplierIn}

    def get_queryset(self) -> Any:
        return supplier_list()

    @extend_schema(request=SupplierIn, responses={201: SupplierOut})
    def create(self, request: Request) -> Response:
        """A new supplier."""
        supplier = create_supplier(**self.read(), actor=self.actor)
        return Response(SupplierOut(supplier).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=SupplierIn(partial=True), responses=SupplierOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the fields that are sent."""
        return Response(
            SupplierOut(change_supplier(self.get_object(), **self.read(partial=True), actor=self.actor)).data
        )


class SupplierPriceViewSet(mixins.ListModelMixin, TenantViewSet):
    """What suppliers ask, past and announced prices included; the newest row whose day has come counts."""

    queryset = SupplierPrice.objects.none()
    serializer_class = SupplierPriceOut
    filterset_class = SupplierPriceFilters
    permissions = {"read": "suppliers.view", "create": "suppliers.edit"}
    inputs = {"create": SupplierPriceIn}

    def get_queryset(self) -> Any:
        return supplier_prices()

    @extend_schema(request=SupplierPriceIn, responses={201: SupplierPriceOut})
    def create(self, request: Request) -> Response:
        """What a supplier asks for a variant from a day on. Earlier prices are kept."""
        given = self.read()
        supplier = Supplier.objects.filter(pk=given.pop("supplier")).first()
        variant = Variant.objects.filter(sku=given.pop("sku")).first()
        if supplier is None:
            raise serializers.ValidationError({"supplier": ["There is no supplier with this id."]})
        if variant is None:
            raise serializers.ValidationError({"sku": ["There is no variant with this SKU."]})
        row = set_price(supplier, variant, **given, actor=self.actor)
        return Response(SupplierPriceOut(supplier_prices().get(pk=row.pk)).data, status=status.HTTP_201_CREATED)
