"""The pages of stock and warehouses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.saved.showing import default_view, saved_for
from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.exports import table_response
from core.forms import add_refusal
from core.htmx import done, page
from ecommerce.catalog.models import Product, Variant
from ecommerce.catalog.queries import variant_list
from ecommerce.inventory.actions import adjust_stock, default_warehouse, save_warehouse
from ecommerce.inventory.forms import AdjustForm, WarehouseForm
from ecommerce.inventory.ledger import ledger_of
from ecommerce.inventory.listing import LEDGER, STOCK, STOCK_LIST
from ecommerce.inventory.lots import held_back_of, lots_of, lots_on_shelf, with_days
from ecommerce.inventory.models import Lot, StockLevel, Warehouse
from ecommerce.inventory.offers import offered_by_channel
from ecommerce.inventory.queries import (
    ENDLESS,
    BundleStock,
    bundle_stocks,
    in_transit,
    places_of,
    stock_list,
    warehouse_list,
)

MOST_LOTS = 50  # on the page of a variant; all of them are in the list of lots


def _stock(request: MerchantRequest) -> Any:
    return stock_list(now=timezone.now(), low_below=request.merchant.low_stock_days)


@merchant_view("stock.view")
def stock_list_page(request: MerchantRequest) -> HttpResponse:
    """The stock of every variant."""
    if first := default_view(request, STOCK_LIST):
        return first
    found = STOCK.page(_stock(request), request.GET)
    found.beside["lots"] = Lot.objects.order_by()[:1]  # so that shops without any see nothing of them, for no query
    context: dict[str, Any] = {
        "saved": saved_for(request, STOCK_LIST, found),
        "page": found,
        "endless": ENDLESS,
        "search_hint": _("SKU, product or barcode"),
        "may_set_rules": request.membership.may("warehouses.edit"),
        "has_lots": bool(found.read("lots")),
    }
    if request.membership.may("stock.export"):
        context["export_url"] = reverse("stock-export", args=[request.merchant.slug])
    return page(request, "ecommerce/inventory/list.html", context, part="results")


@merchant_view("stock.export")
def stock_export(request: MerchantRequest) -> HttpResponseBase:
    """The variants of the view with their stock."""
    head = [
        _("SKU"), _("Product"), _("Variant"), _("Barcode"), _("On hand"), _("Reserved"), _("Available"),
        _("Shipped in 28 days"), _("Lasts, days"), _("Class by value"), _("Class by variability"),
    ]  # fmt: skip

    def rows() -> Iterator[list[Any]]:
        for variant in STOCK.matching(_stock(request), request.GET).iterator(chunk_size=1000):
            counted = [variant.on_hand, variant.reserved, variant.available] if variant.is_counted else [None] * 3
            lasts = round(variant.cover, 1) if variant.is_counted and variant.cover < ENDLESS else None
            about = [variant.sku, variant.product.title, variant.title, variant.barcode]
            yield [*about, *counted, variant.sold, lasts, variant.abc, variant.xyz]

    return table_response(request, _("stock"), head, rows())


@merchant_view("stock.view")
def stock_detail(request: MerchantRequest, pk: int) -> HttpResponse:
    """One variant: where it is, and every move of it."""
    variant = get_object_or_404(_stock(request), pk=pk)
    places = list(places_of(variant))
    in_lots = _is_in_lots(variant, places)
    context = {
        "variant": variant,
        "places": places,
        "in_lots": in_lots,
        "lots": with_days(lots_of(variant)[:MOST_LOTS]) if in_lots else [],
        "without_lot": sum(level.without_lot for level in places),
        "held_back": held_back_of(variant) if in_lots else 0,
        "offers": offered_by_channel(variant.pk, variant.available) if _is_offered(variant) else [],
        "may_set_rules": request.membership.may("warehouses.edit"),
        "travelling": in_transit(variant),
        "page": LEDGER.page(ledger_of(variant), request.GET),
        "endless": ENDLESS,
        "may_adjust": request.membership.may("stock.adjust"),
        "may_see_forecasts": request.membership.may("forecasts.view"),
        "form": AdjustForm(
            warehouse=Warehouse.objects.first(), lots=_lots_to_choose(variant, in_lots), auto_id="adjust_%s"
        ),
        "export_url": reverse("stock-move-export", args=[request.merchant.slug, pk])
        if request.membership.may("stock.export")
        else "",
    }
    return page(request, "ecommerce/inventory/detail.html", context, part="results")


def _is_offered(variant: Any) -> bool:
    """Whether channels are told anything of it: it is for sale, and its stock is kept."""
    return bool(variant.is_active and variant.is_counted)


def _is_in_lots(variant: Variant, places: list[StockLevel]) -> bool:
    """Whether there is anything to say of lots: they are kept, or some are left of when they were."""
    return variant.product.keeps_lots or any(level.in_lots for level in places)


def _lots_to_choose(variant: Variant, in_lots: bool) -> QuerySet[Lot] | None:
    return lots_on_shelf(variant) if in_lots else None


@merchant_view("stock.adjust")
def stock_adjust(request: MerchantRequest, pk: int) -> HttpResponse:
    """Count a variant, or write down units that came or went."""
    variant = get_object_or_404(variant_list(), pk=pk)
    asked = request.GET.get("warehouse", "")
    chosen = Warehouse.objects.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 19 else None
    places = list(places_of(variant))
    form = AdjustForm(
        request.POST or None,
        warehouse=chosen or Warehouse.objects.first(),
        lots=_lots_to_choose(variant, _is_in_lots(variant, places)),
    )
    back = reverse("stock-detail", args=[request.merchant.slug, pk])
    if form.is_valid():
        place = form.cleaned_data["warehouse"] or default_warehouse()
        try:
            level = adjust_stock(
                variant,
                place,
                **form.wanted(),
                reason=form.cleaned_data["reason"],
                note=form.cleaned_data["note"],
                lot=form.cleaned_data.get("lot"),
                actor=request.actor,
            )
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            say = _("%(warehouse)s now has %(on_hand)d of %(sku)s.") % {
                "warehouse": place,
                "on_hand": level.on_hand,
                "sku": variant.sku,
            }
            return done(request, back, say)
    context = {
        "form": form,
        "variant": variant,
        "places": places,
        "submit": _("Save stock"),
        "back_url": back,
        "back_label": variant.sku,
    }
    return page(request, "ecommerce/inventory/adjust.html", context, status=422 if form.is_bound else 200)


@merchant_view("stock.view")
def product_stock(request: MerchantRequest, pk: int) -> HttpResponse:
    """The stock of a product's variants, as a panel of its page."""
    product = get_object_or_404(Product.objects.select_related("merchant"), pk=pk)
    variants = list(_stock(request).filter(product=product).order_by("sku", "pk"))
    bundles = [variant.pk for variant in variants if variant.is_bundle]
    stocks = bundle_stocks(bundles) if bundles else {}
    context = {
        "product": product,
        "variants": variants,
        "bundles": [
            {"variant": variant, "stock": stocks[variant.pk], "margin": _margin(variant, stocks[variant.pk])}
            for variant in variants
            if variant.pk in stocks
        ],
        "endless": ENDLESS,
        "may_adjust": request.membership.may("stock.adjust"),
    }
    return page(request, "ecommerce/inventory/product.html", context, part="product-stock")


def _margin(variant: Variant, stock: BundleStock) -> float | None:
    """What is left of a bundle's price over the cost of its parts, in percent."""
    cost = stock.cost
    return float((variant.price - cost) / variant.price * 100) if cost is not None and variant.price else None


@merchant_view("stock.view")
def warehouse_list_page(request: MerchantRequest) -> HttpResponse:
    """The warehouses of the shop."""
    context = {"warehouses": warehouse_list(), "may_edit": request.membership.may("warehouses.edit")}
    return page(request, "ecommerce/inventory/warehouses.html", context)


@merchant_view("warehouses.edit")
def warehouse_new(request: MerchantRequest) -> HttpResponse:
    """A form for a new warehouse."""
    return _warehouse_form(request, Warehouse(is_default=not Warehouse.objects.exists()))


@merchant_view("warehouses.edit")
def warehouse_edit(request: MerchantRequest, pk: int) -> HttpResponse:
    """A form for a warehouse."""
    return _warehouse_form(request, get_object_or_404(Warehouse, pk=pk))


def _warehouse_form(request: MerchantRequest, warehouse: Warehouse) -> HttpResponse:
    back = reverse("warehouse-list", args=[request.merchant.slug])
    form = WarehouseForm(request.POST or None, instance=warehouse)
    if form.is_valid():
        try:
            save_warehouse(form.instance, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, back, _("%(warehouse)s is saved.") % {"warehouse": form.instance})
    context = {"form": form, "is_new": warehouse.pk is None, "back_url": back, "back_label": _("Warehouses")}
    return page(request, "ecommerce/inventory/warehouse.html", context, status=422 if form.is_bound else 200)
