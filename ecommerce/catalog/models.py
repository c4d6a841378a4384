"""What is for sale: the platform's category tree, and each merchant's products, variants and prices."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.append_only import AppendOnlyModel
from core.badges import Badge
from core.money import money_field
from core.tenancy import TenantManager, TenantModel, TenantQuerySet


class CategoryQuerySet(models.QuerySet["Category"]):
    def under(self, category: Category) -> CategoryQuerySet:
        """The category itself and everything below it."""
        return self.filter(models.Q(pk=category.pk) | models.Q(path__startswith=f"{category.path}/"))


class Category(models.Model):
    """A node of the platform's category tree, shared by all merchants. `path` is the codes from the root, "a/b/c"."""

    code = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    name_zh = models.CharField(_("Chinese name"), max_length=120, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=255, unique=True, editable=False)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "categories"
        ordering = ["path"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the language of the page."""
        return self.label_of(self.name, self.name_zh)

    @staticmethod
    def label_of(name: str, name_zh: str) -> str:
        """Of the two names, which may be missing, the one in the language of the page."""
        return name_zh if name_zh and (translation.get_language() or "").startswith("zh") else name

    @property
    def depth(self) -> int:
        """0 at the root."""
        return self.path.count("/")


class ProductQuerySet(TenantQuerySet["Product"]):
    def for_sale(self) -> ProductQuerySet:
        return self.filter(state__in=Product.FOR_SALE)


class Product(TenantModel):
    """A thing a merchant sells, in one or more variants."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        REVIEW = "review", _("In review")
        LIVE = "live", _("Live")
        AGEING = "ageing", _("Ageing")
        RETIRED = "retired", _("Retired")

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        State.DRAFT: {State.REVIEW, State.LIVE, State.RETIRED},
        State.REVIEW: {State.LIVE, State.DRAFT},
        State.LIVE: {State.AGEING, State.RETIRED, State.DRAFT},
        State.AGEING: {State.LIVE, State.RETIRED},
        State.RETIRED: {State.DRAFT, State.LIVE},
    }
    FOR_SALE: ClassVar[list[str]] = [State.LIVE, State.AGEING]
    BADGES: ClassVar[dict[str, Badge]] = {
        State.DRAFT: Badge("neutral", State.DRAFT.label, "empty"),
        State.REVIEW: Badge("info", State.REVIEW.label, "half"),
        State.LIVE: Badge("success", State.LIVE.label, "full"),
        State.AGEING: Badge("warning", State.AGEING.label, icon="clock-pause"),
        State.RETIRED: Badge("neutral", State.RETIRED.label, icon="archive"),
    }

    title = models.CharField(_("title"), max_length=250)
    description = models.TextField(_("description"), blank=True)
    brand = models.CharField(_("brand"), max_length=100, blank=True)
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="products")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    attributes: Any = models.JSONField(
        _("attributes"), default=dict, blank=True, help_text="code of a CategoryAttribute -> value"
    )
    external_id = models.CharField(max_length=80, blank=True)
    keeps_lots = models.BooleanField(_("keep lots"), default=False, db_default=False)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantManager.from_queryset(ProductQuerySet)()

    class Meta:
        verbose_name = _("product")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["merchant", "-created_at", "-id"], name="product_newest"),
            models.Index(fields=["merchant", "updated_at", "id"], name="product_updated"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "external_id"], condition=~models.Q(external_id=""), name="product_external_id"
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("product-detail", args=[self.merchant.slug, self.pk])

    @property
    def badge(self) -> Badge:
        return self.BADGES[self.state]

    def may_become(self, state: str) -> bool:
        return state in self.TRANSITIONS[self.state]


class Variant(TenantModel):
    """What is ordered and stocked; `sku` is unique for the merchant. Price and cost are in the merchant's currency."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="variants")
    sku = models.CharField(_("SKU"), max_length=80)
    title = models.CharField(_("variant"), max_length=120, blank=True)
    barcode = models.CharField(_("barcode"), max_length=40, blank=True)
    price = money_field(_("price"))
    list_price = money_field(_("list price"), null=True, blank=True, default=None)
    cost = money_field(_("cost"), null=True, blank=True, default=None)
    weight_g = models.PositiveIntegerField(_("weight, g"), null=True, blank=True)
    is_active = models.BooleanField(_("for sale"), default=True)
    is_bundle = models.BooleanField(_("bundle"), default=False, editable=False, help_text="has parts and no own stock")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("variant")
        ordering = ["sku", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["merchant", "sku"], name="variant_sku"),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="variant_price_not_negative"),
        ]

    def __str__(self) -> str:
        return self.sku

    @property
    def full_title(self) -> str:
        return f"{self.product.title}, {self.title}" if self.title else self.product.title


class PriceChange(AppendOnlyModel, TenantModel):
    """The price of a variant from `at` on, `old` before it; append-only history.

    `old` is None and `source` "" in rows from before both were kept, and `old` is None in the first row of a variant.
    """

    class Source(models.TextChoices):
        START = "start", pgettext_lazy("price set by", "First price")
        PAGE = "page", pgettext_lazy("price set by", "By hand")
        GRID = "grid", pgettext_lazy("price set by", "Grid")
        API = "api", pgettext_lazy("price set by", "API")
        IMPORT = "import", pgettext_lazy("price set by", "Import")
        SYSTEM = "system", pgettext_lazy("price set by", "Storecast")

    variant = models.ForeignKey(Variant, models.CASCADE, related_name="price_changes")
    price = money_field(_("price"))
    old = money_field(_("price before"), null=True, default=None)
    at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(_("reason"), max_length=120, blank=True)
    source = models.CharField(max_length=10, choices=Source, blank=True, default="")
    actor_label = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["variant", "-at"], name="price_change_newest"),
            models.Index(fields=["merchant", "-at", "-id"], name="price_change_by_shop"),
        ]

    def __str__(self) -> str:
        return f"{self.variant} {self.price}"


class ProductTag(TenantModel):
    """A word the merchant put on a product."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="tags")
    name = models.CharField(_("tag"), max_length=40)

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["merchant", "name", "product"], name="product_tag_name")]
        constraints = [models.UniqueConstraint(fields=["product", "name"], name="product_tag_once")]

    def __str__(self) -> str:
        return self.name


class GridEdit(TenantModel):
    """Cells that were saved together, so that all of them can be put back.

    `cells` are [row key, field, old, new] with values as text (grid.text_of); a row key is "v" or "p" and an id.
    """

    made_at = models.DateTimeField(default=timezone.now)
    actor_label = models.CharField(max_length=150, blank=True)
    cells: Any = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["merchant", "-made_at", "-id"], name="grid_edit_newest")]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M}: {len(self.cells)}"


class CategoryAttribute(models.Model):
    """What is to be said of the products of a category and of those below it, the same for all merchants."""

    category = models.ForeignKey(Category, models.CASCADE, related_name="attributes")
    code = models.SlugField(max_length=40)
    name = models.CharField(_("name"), max_length=80)
    name_zh = models.CharField(_("Chinese name"), max_length=80, blank=True)
    is_required = models.BooleanField(_("required"), default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["category", "code"], name="category_attribute_code")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the language of the page."""
        if self.name_zh and (translation.get_language() or "").startswith("zh"):
            return self.name_zh
        return self.name


class ProductImage(TenantModel):
    """A picture of a product: a file of ours, or the address of one that a channel keeps."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="images")
    stored_as = models.CharField(
        max_length=100, blank=True, help_text="path under MEDIA_ROOT; our own name, never the uploader's"
    )
    size = models.PositiveIntegerField(default=0, help_text="bytes of the file")
    url = models.URLField(_("address"), max_length=500, blank=True)
    alt = models.CharField(_("what it shows"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(stored_as="", url__gt="") | models.Q(stored_as__gt="", url=""),
                name="product_image_file_or_address",
            )
        ]

    def __str__(self) -> str:
        return self.alt or f"{self.product_id}/{self.pk}"


class BundlePart(TenantModel):
    """`quantity` units of `part` are in every unit of the variant `bundle`, which has no stock of its own."""

    bundle = models.ForeignKey(Variant, models.CASCADE, related_name="parts")
    part = models.ForeignKey(Variant, models.PROTECT, related_name="in_bundles")
    quantity = models.PositiveIntegerField(_("quantity"), default=1)

    class Meta:
        ordering = ["part_id"]
        constraints = [
            models.UniqueConstraint(fields=["bundle", "part"], name="bundle_part_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="bundle_part_quantity"),
            models.CheckConstraint(condition=~models.Q(bundle=models.F("part")), name="bundle_part_other"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.part_id}"
