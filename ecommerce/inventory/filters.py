"""What stock can be filtered by, on pages and in the API alike."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.filters import Choices, DayRangeFilter, IdFilter
from ecommerce.catalog.models import Category, Product, Variant
from ecommerce.catalog.queries import category_choices
from ecommerce.inventory.models import LotLevel, StockCount, StockLevel, StockMove, Transfer, Warehouse
from ecommerce.inventory.queries import with_stock
from ecommerce.inventory.rules import LONGEST_EXPIRY_DAYS

UNSORTED = "none"
VALUES = [(one, one) for one in "ABC"]
VARIABILITIES: list[tuple[str, Any]] = [*((one, one) for one in "XYZ"), (UNSORTED, _("Too little known"))]

warehouse_choices = Choices(
    lambda: Warehouse.objects.order_by("-is_default", "name").only("name"),
    lambda warehouse: (str(warehouse.pk), warehouse.name),
)


class StockFilters(django_filters.FilterSet):
    """For stock_list(). A warehouse narrows the figures too."""

    warehouse = django_filters.ChoiceFilter(label=_("Warehouse"), choices=warehouse_choices, method="in_warehouse")
    category = django_filters.ChoiceFilter(label=_("Category"), choices=category_choices, method="in_category")
    state = django_filters.ChoiceFilter(
        label=_("Product state"), field_name="product__state", choices=Product.State.choices
    )

    abc = django_filters.ChoiceFilter(label=_("Class by value"), field_name="stock_class__abc", choices=VALUES)
    xyz = django_filters.ChoiceFilter(label=_("Class by variability"), choices=VARIABILITIES, method="in_xyz")

    warned = DayRangeFilter(label=_("Warning since"), method="warned_on")

    class Meta:
        model = Variant
        fields: list[str] = []

    def warned_on(self, rows: QuerySet[Any], name: str, value: slice) -> QuerySet[Any]:
        """About to sell out, and found to be so on these days."""
        bounds = {"stock_warnings__opened_at__gte": value.start, "stock_warnings__opened_at__lte": value.stop}
        given = {key: moment for key, moment in bounds.items() if moment}
        return rows.filter(stock_warnings__isnull=False, stock_warnings__closed_at=None, **given)

    def in_xyz(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == UNSORTED:
            return rows.filter(Q(stock_class=None) | Q(stock_class__xyz=""))
        return rows.filter(stock_class__xyz=value)

    def in_warehouse(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        warehouse = Warehouse.objects.filter(pk=value).first()
        low_below = int(rows.query.annotations["low_below"].value)
        return with_stock(rows, now=timezone.now(), low_below=low_below, warehouse=warehouse).filter(is_counted=True)

    def in_category(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """In the category or below it."""
        category = Category.objects.filter(code=value).first()
        if category is None:
            return rows.none()
        return rows.filter(Q(product__category=category) | Q(product__category__path__startswith=f"{category.path}/"))


class MoveFilters(django_filters.FilterSet):
    """For ledger_of() and move_list(). A reference is found as it stands in the ledger: the index has it whole."""

    reason = django_filters.ChoiceFilter(label=_("Reason"), choices=StockMove.Reason.choices)
    warehouse = django_filters.ChoiceFilter(label=_("Warehouse"), choices=warehouse_choices)
    moved = DayRangeFilter("at", label=_("Moved"))
    reference = django_filters.CharFilter(
        label=_("Reference"), max_length=80, widget=forms.TextInput(attrs={"maxlength": 80, "spellcheck": "false"})
    )

    class Meta:
        model = StockMove
        fields: list[str] = []


class MoveCallFilters(MoveFilters):
    """For move_list() in the API."""

    sku = django_filters.CharFilter(label=_("SKU"), field_name="variant__sku", lookup_expr="iexact", max_length=80)
    variant = IdFilter(label=_("Variant"), field_name="variant_id")
    warehouse = IdFilter(label=_("Warehouse"), field_name="warehouse_id")


class LevelFilters(django_filters.FilterSet):
    """For stock_levels()."""

    sku = django_filters.CharFilter(label=_("SKU"), field_name="variant__sku", lookup_expr="iexact", max_length=80)
    variant = IdFilter(label=_("Variant"), field_name="variant_id")
    warehouse = IdFilter(label=_("Warehouse"), field_name="warehouse_id")
    abc = django_filters.ChoiceFilter(label=_("Class by value"), field_name="variant__stock_class__abc", choices=VALUES)
    xyz = django_filters.ChoiceFilter(
        label=_("Class by variability"), field_name="variant__stock_class__xyz", choices=[(one, one) for one in "XYZ"]
    )

    class Meta:
        model = StockLevel
        fields: list[str] = []


class LotFilters(django_filters.FilterSet):
    """For lot_list(). `within` are days from today; what has expired already is among them."""

    warehouse = django_filters.ChoiceFilter(
        label=_("Warehouse"), choices=warehouse_choices, field_name="level__warehouse"
    )
    within = django_filters.NumberFilter(
        label=_("Expires within, days"), method="in_days", min_value=0, max_value=LONGEST_EXPIRY_DAYS, decimal_places=0
    )
    expired = django_filters.ChoiceFilter(
        label=_("Expired"), choices=[("yes", _("Yes")), ("no", _("No"))], method="by_expiry"
    )
    told = DayRangeFilter("lot__told_at", label=_("Warning since"))

    class Meta:
        model = LotLevel
        fields: list[str] = []

    def in_days(self, rows: QuerySet[Any], name: str, value: Decimal) -> QuerySet[Any]:
        return rows.filter(lot__expires_on__lte=timezone.localdate() + timedelta(days=int(value)))

    def by_expiry(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        gone = Q(lot__expires_on__lt=timezone.localdate())
        return rows.filter(gone if value == "yes" else ~gone | Q(lot__expires_on=None))


class LotCallFilters(LotFilters):
    """For lot_list() in the API."""

    sku = django_filters.CharFilter(label=_("SKU"), field_name="lot__variant__sku", lookup_expr="iexact", max_length=80)
    variant = IdFilter(label=_("Variant"), field_name="lot__variant_id")
    warehouse = IdFilter(label=_("Warehouse"), field_name="level__warehouse_id")
    code = django_filters.CharFilter(label=_("Lot"), field_name="lot__code", max_length=120)


class TransferFilters(django_filters.FilterSet):
    """For transfer_list()."""

    source = django_filters.ChoiceFilter(label=_("From"), choices=warehouse_choices)
    target = django_filters.ChoiceFilter(label=_("To"), choices=warehouse_choices)
    state = django_filters.ChoiceFilter(label=_("State"), choices=Transfer.State.choices)

    class Meta:
        model = Transfer
        fields: list[str] = []


class CountFilters(django_filters.FilterSet):
    """For count_list()."""

    warehouse = django_filters.ChoiceFilter(label=_("Warehouse"), choices=warehouse_choices)
    state = django_filters.ChoiceFilter(label=_("State"), choices=StockCount.State.choices)

    class Meta:
        model = StockCount
        fields: list[str] = []


class OfferFilters(django_filters.FilterSet):
    """For free_by_variant()."""

    sku = django_filters.CharFilter(label=_("SKU"), field_name="sku", lookup_expr="iexact", max_length=80)

    class Meta:
        model = Variant
        fields: list[str] = []
