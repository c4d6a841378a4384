"""Products, variants and categories for programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens.api import TenantViewSet
from core.money import LARGEST
from ecommerce.catalog.actions import (
    MOST_VARIANTS,
    VariantData,
    add_image,
    add_variant,
    change_product,
    change_state,
    change_variant,
    create_product,
    set_parts,
    tag_product,
    untag_product,
)
from ecommerce.catalog.filters import PriceFilters, ProductFilters, VariantFilters
from ecommerce.catalog.models import Category, PriceChange, Product, ProductImage, Variant
from ecommerce.catalog.queries import price_changes, product_details, product_list, variant_list

CATEGORY_HELP = "The code of a category; /categories/ lists them."


class CategoryOut(serializers.ModelSerializer[Category]):
    parent = serializers.SlugRelatedField(slug_field="code", read_only=True, allow_null=True)

    class Meta:
        model = Category
        fields = ("code", "name", "name_zh", "parent", "path")


class PartOut(serializers.Serializer[Any]):
    variant = serializers.IntegerField(source="part_id", help_text="The id of the part.")
    quantity = serializers.IntegerField(help_text="Units of it in each bundle.")


class PartIn(serializers.Serializer[Any]):
    variant = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    quantity = serializers.IntegerField(min_value=1, max_value=1000)


class PartsIn(serializers.Serializer[Any]):
    parts = PartIn(many=True, max_length=20, help_text="Empty: a plain variant again.")


class VariantOut(serializers.ModelSerializer[Variant]):
    product = serializers.IntegerField(source="product_id", help_text="The id of the product.")

    class Meta:
        model = Variant
        fields = (
            "id", "product", "sku", "title", "barcode", "price", "list_price", "cost", "weight_g", "is_active",
            "is_bundle", "created_at", "updated_at",
        )  # fmt: skip


class ImageOut(serializers.ModelSerializer[ProductImage]):
    class Meta:
        model = ProductImage
        fields = ("id", "url", "size", "alt", "position")


class ImageIn(serializers.Serializer[Any]):
    url = serializers.URLField(max_length=500, help_text="Where the picture lies; it is not fetched.")
    alt = serializers.CharField(max_length=200, required=False, allow_blank=True)


class ProductOut(serializers.ModelSerializer[Product]):
    category = serializers.SlugRelatedField(slug_field="code", read_only=True, allow_null=True, help_text=CATEGORY_HELP)
    variants = VariantOut(many=True)
    images = ImageOut(many=True)
    tags = serializers.SlugRelatedField(slug_field="name", many=True, read_only=True)
    attributes = serializers.DictField(child=serializers.CharField(), help_text="Code of the attribute to its value.")

    class Meta:
        model = Product
        fields = (
            "id", "title", "description", "brand", "category", "attributes", "state", "external_id", "keeps_lots",
            "created_at", "updated_at", "tags", "variants", "images",
        )  # fmt: skip


class PriceField(serializers.DecimalField):
    """An amount above zero in the shop's currency; the rule of the catalogue has the last word."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=11, decimal_places=2, min_value=0, max_value=LARGEST, **options)


class VariantFields(serializers.Serializer[Any]):
    sku = serializers.CharField(max_length=200, help_text="Unique in the shop, case aside; at most 80 characters.")
    price = PriceField()
    title = serializers.CharField(max_length=120, required=False, allow_blank=True)
    barcode = serializers.CharField(max_length=40, required=False, allow_blank=True)
    list_price = PriceField(required=False, allow_null=True)
    cost = PriceField(required=False, allow_null=True)
    weight_g = serializers.IntegerField(min_value=0, max_value=1_000_000, required=False, allow_null=True)
    is_active = serializers.BooleanField(required=False)


class VariantIn(VariantFields):
    product = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="The id of the product.")


class ProductFields(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=250)
    description = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    brand = serializers.CharField(max_length=100, required=False, allow_blank=True)
    category = serializers.SlugRelatedField(
        slug_field="code", queryset=Category.objects.all(), required=False, allow_null=True, help_text=CATEGORY_HELP
    )
    attributes = serializers.DictField(
        child=serializers.CharField(max_length=200), required=False, help_text="All of them; those left out are gone."
    )
    keeps_lots = serializers.BooleanField(
        required=False, help_text="Deliveries say the lot, and what expires first goes out first."
    )


class ProductIn(ProductFields):
    external_id = serializers.CharField(max_length=80, required=False, allow_blank=True)
    variants = VariantFields(many=True, min_length=1, max_length=MOST_VARIANTS)


class StateIn(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=Product.State.choices)


class ProductTagIn(serializers.Serializer[Any]):
    tag = serializers.CharField(max_length=40)


class CategoryViewSet(mixins.ListModelMixin, TenantViewSet):
    """The categories of the platform, the same for every shop."""

    queryset = Category.objects.select_related("parent")
    serializer_class = CategoryOut
    permissions = {"read": "products.view"}


class ProductViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = Product.objects.none()
    serializer_class = ProductOut
    filterset_class = ProductFilters
    updated_field = "updated_at"
    permissions = {
        "read": "products.view",
        "create": "products.create",
        "partial_update": "products.edit",
        "state": "products.edit",
        "images": "products.edit",
        "tag": "products.edit",
        "untag": "products.edit",
    }
    inputs = {"images": ImageIn, "create": ProductIn, "partial_update": ProductFields, "state": StateIn}
    inputs |= {"tag": ProductTagIn, "untag": ProductTagIn}

    def get_queryset(self) -> Any:
        return (
            product_list().prefetch_related("variants", "images", "tags")
            if self.action == "list"
            else product_details()
        )

    def _answer(self, pk: int, code: int = status.HTTP_200_OK) -> Response:
        return Response(ProductOut(product_details().get(pk=pk)).data, status=code)

    @extend_schema(request=ProductIn, responses={201: ProductOut})
    def create(self, request: Request) -> Response:
        """A new product with its variants, as a draft."""
        given = self.read()
        variants = [VariantData(**row) for row in given.pop("variants")]
        product = create_product(**given, variants=variants, actor=self.actor)
        return self._answer(product.pk, status.HTTP_201_CREATED)

    @extend_schema(request=ProductFields(partial=True), responses=ProductOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the fields that are sent."""
        product = change_product(self.get_object(), **self.read(partial=True), actor=self.actor)
        return self._answer(product.pk)

    @extend_schema(request=StateIn, responses=ProductOut)
    @action(detail=True, methods=["post"])
    def state(self, request: Request, pk: str) -> Response:
        """Publish ("live"), retire and so on; a step that is not possible is refused."""
        product = change_state(self.get_object(), to=self.read()["state"], actor=self.actor)
        return self._answer(product.pk)

    @extend_schema(request=ProductTagIn, responses=ProductOut)
    @action(detail=True, methods=["post"])
    def tag(self, request: Request, pk: str) -> Response:
        """Put a tag on the product; the same tag twice is one."""
        product = self.get_object()
        tag_product(product, self.read()["tag"], actor=self.actor)
        return self._answer(product.pk)

    @extend_schema(request=ProductTagIn, responses=ProductOut)
    @action(detail=True, methods=["post"])
    def untag(self, request: Request, pk: str) -> Response:
        """Take a tag off the product."""
        product = self.get_object()
        untag_product(product, self.read()["tag"], actor=self.actor)
        return self._answer(product.pk)

    @extend_schema(request=ImageIn, responses={201: ProductOut})
    @action(detail=True, methods=["post"])
    def images(self, request: Request, pk: str) -> Response:
        """One more picture, by the address where it lies."""
        product = self.get_object()
        add_image(product, **self.read(), actor=self.actor)
        return self._answer(product.pk, status.HTTP_201_CREATED)


class VariantViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = Variant.objects.none()
    serializer_class = VariantOut
    filterset_class = VariantFilters
    updated_field = "updated_at"
    permissions = {
        "read": "products.view",
        "create": "products.edit",
        "partial_update": "products.edit",
        "parts": "products.edit",
    }
    inputs = {"create": VariantIn, "partial_update": VariantFields, "parts": PartsIn}

    def get_queryset(self) -> Any:
        return variant_list()

    @extend_schema(request=VariantIn, responses={201: VariantOut})
    def create(self, request: Request) -> Response:
        """One more variant of a product."""
        given = self.read()
        product = Product.objects.filter(pk=given.pop("product")).first()
        if product is None:
            raise serializers.ValidationError({"product": ["There is no such product."]})
        variant = add_variant(product, VariantData(**given), actor=self.actor)
        return Response(VariantOut(variant).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=VariantFields(partial=True), responses=VariantOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the fields that are sent; a new price goes into the price history."""
        variant = change_variant(self.get_object(), **self.read(partial=True), actor=self.actor)
        return Response(VariantOut(variant).data)

    @extend_schema(request=PartsIn, responses=PartOut(many=True))
    @action(detail=True, methods=["put"], pagination_class=None)
    def parts(self, request: Request, pk: str) -> Response:
        """Make the variant a bundle of these parts; it then has no stock of its own."""
        variant = self.get_object()
        given = {row["variant"]: row["quantity"] for row in self.read()["parts"]}
        set_parts(variant, given, actor=self.actor)
        return Response(PartOut(variant.parts.all(), many=True).data)


class PriceChangeOut(serializers.ModelSerializer[PriceChange]):
    variant = serializers.IntegerField(source="variant_id", help_text="The id of the variant.")
    product = serializers.IntegerField(source="variant.product_id", help_text="The id of its product.")
    sku = serializers.CharField(source="variant.sku")
    by = serializers.CharField(source="actor_label", help_text="Who set it, as they were called then.")

    class Meta:
        model = PriceChange
        fields = ("id", "variant", "product", "sku", "old", "price", "at", "source", "by", "reason")


class PriceChangeViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Every price that was ever set."""

    queryset = PriceChange.objects.none()
    serializer_class = PriceChangeOut
    filterset_class = PriceFilters
    permissions = {"read": "products.view"}

    def get_queryset(self) -> Any:
        return price_changes()
