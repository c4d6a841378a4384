"""The pages of products."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.batches.starting import form_key
from accounts.saved.showing import default_view, saved_for
from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.exports import clock, table_response
from core.forms import add_refusal
from core.htmx import done, page
from ecommerce.catalog.actions import (
    change_price,
    change_product,
    change_state,
    create_product,
    duplicate_product,
    set_parts,
)
from ecommerce.catalog.forms import BundleForm, PriceForm, ProductForm, VariantFormSet
from ecommerce.catalog.listing import PRODUCT_LIST, PRODUCTS
from ecommerce.catalog.models import Product
from ecommerce.catalog.queries import (
    attributes_of,
    price_history,
    prior_prices,
    product_details,
    product_list,
    variant_list,
)
from ecommerce.catalog.rows import rows_of

ROWS = "variants"
KEYS = [("T", gettext_lazy("Tag products"))]


@merchant_view("products.view")
def product_list_page(request: MerchantRequest) -> HttpResponse:
    """The list of products."""
    if first := default_view(request, PRODUCT_LIST):
        return first
    found = PRODUCTS.page(product_list(), request.GET)
    context = {
        "saved": saved_for(request, PRODUCT_LIST, found),
        "page": found,
        "rows": rows_of(found.rows, request.merchant.slug, request.merchant.currency),
        "may_create": request.membership.may("products.create"),
        "search_hint": _("Title, SKU or barcode"),
    }
    if request.membership.may("products.edit"):
        context["bulk_url"] = reverse("product-grid-open", args=[request.merchant.slug])
        context |= {"tag_url": reverse("product-tag-many", args=[request.merchant.slug]), "batch_key": form_key()}
        context["list_keys"] = KEYS
        context["grid_url"] = reverse("product-grid", args=[request.merchant.slug])
    if request.membership.may("products.export"):
        context["export_url"] = reverse("product-export", args=[request.merchant.slug])
    return page(request, "ecommerce/catalog/list.html", context, part="results")


@merchant_view("products.export")
def product_export(request: MerchantRequest) -> HttpResponseBase:
    """The variants of the products in the view, one row each."""
    products = PRODUCTS.matching(product_list(), request.GET).prefetch_related("variants")
    head = [
        _("Product"), _("State"), _("Category"), _("Brand"), _("SKU"), _("Variant"), _("Barcode"), _("Price"),
        _("List price"), _("Cost"), _("Currency"), _("Weight, g"), _("For sale"), _("Created"),
    ]  # fmt: skip
    shown = clock(request.merchant.zone)

    def rows() -> Iterator[list[Any]]:
        for product in products.iterator(chunk_size=500):
            for variant in product.variants.all():
                yield [
                    product.title, product.get_state_display(), product.category or "", product.brand, variant.sku,
                    variant.title, variant.barcode, variant.price, variant.list_price, variant.cost,
                    request.merchant.currency, variant.weight_g, _("yes") if variant.is_active else _("no"),
                    shown(product.created_at),
                ]  # fmt: skip

    return table_response(request, _("products"), head, rows())


@merchant_view("products.view")
def product_detail(request: MerchantRequest, pk: int) -> HttpResponse:
    """One product with its variants and price history; stock, orders and reviews come as panels."""
    product = get_object_or_404(product_details(), pk=pk)
    history = price_history(product.variants.all())
    named = attributes_of([product.category]).get(product.category_id or 0, [])
    priors = prior_prices(product.variants.all(), timezone.now())
    may = request.membership.may
    context = {
        "product": product,
        "images": product.images.all()[:6],
        "attributes": [(one, product.attributes.get(one.code, "")) for one in named],
        "history": history[:20],
        "priors": [(variant, prior) for variant in product.variants.all() if (prior := priors.get(variant.pk))],
        "may_see_figures": may("facts.view"),
        "lines": _price_lines(product, history),
        "may_edit": may("products.edit"),
        "may_create": may("products.create"),
        "may_see_stock": may("stock.view"),
        "may_see_orders": may("orders.view"),
        "may_see_reviews": may("reviews.view"),
        "may_see_questions": may("questions.view"),
        "may_see_purchases": may("purchasing.view"),
        "may_see_forecasts": may("forecasts.view"),
        "steps": _steps(product),
    }
    return page(request, "ecommerce/catalog/detail.html", context)


def _price_lines(product: Product, history: list[Any]) -> list[dict[str, Any]]:
    """The prices over time of each variant whose price ever changed, for small charts."""
    lines = []
    for variant in product.variants.all():
        prices = [change.price for change in reversed(history) if change.variant_id == variant.pk]
        if len(prices) > 1:
            lines.append({"variant": variant, "prices": prices, "low": min(prices), "high": max(prices)})
    return lines


def _steps(product: Product) -> list[dict[str, Any]]:
    """What may become of the product next, the main step first."""
    words = {
        Product.State.LIVE: (_("Publish"), "player-play")
        if product.state != "ageing"
        else (_("Mark as live"), "check"),
        Product.State.AGEING: (_("Mark as ageing"), "clock-pause"),
        Product.State.DRAFT: (_("Back to draft"), "pencil"),
        Product.State.RETIRED: (_("Retire"), "archive"),
    }
    return [
        {"state": state.value, "label": label, "icon": icon}
        for state, (label, icon) in words.items()
        if product.may_become(state)
    ]


@merchant_view("products.create")
def product_new(request: MerchantRequest) -> HttpResponse:
    """A form for a new product."""
    form, variants, is_sent = _forms(request, None)
    if is_sent and form.is_valid() & variants.is_valid():
        try:
            product = create_product(**form.cleaned_data, variants=variants.for_action(), actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(
                request, product, _("%(title)s is a draft now. Publish it when it is ready.") % {"title": product}
            )
    return _form_page(request, form, variants, None, status=422 if is_sent else 200)


@merchant_view("products.edit")
def product_edit(request: MerchantRequest, pk: int) -> HttpResponse:
    """A form for a product and its variants."""
    product = get_object_or_404(product_details(), pk=pk)
    form, variants, is_sent = _forms(request, product)
    if is_sent and form.is_valid() & variants.is_valid():
        try:
            change_product(product, **form.cleaned_data, variants=variants.for_action(), actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, product, _("%(title)s is saved.") % {"title": form.cleaned_data["title"]})
    return _form_page(request, form, variants, product, status=422 if is_sent else 200)


def _forms(request: MerchantRequest, product: Product | None) -> tuple[ProductForm, Any, bool]:
    """The forms, and whether they were sent to be saved; "more" only asks for another row."""
    if request.method != "POST":
        return ProductForm(product=product), VariantFormSet(prefix=ROWS, initial=_rows(product)), False
    if "more" not in request.POST:
        return ProductForm(request.POST, product=product), VariantFormSet(request.POST, prefix=ROWS), True
    typed = VariantFormSet(request.POST, prefix=ROWS)
    rows = [{name: form[name].value() for name in form.fields} for form in typed.forms]
    again = VariantFormSet(prefix=ROWS, initial=[*rows, {"is_active": True}])
    return ProductForm(initial=request.POST.dict()), again, False


def _rows(product: Product | None) -> list[dict[str, Any]]:
    if product is None:
        return []
    names = ("pk", "sku", "title", "price", "list_price", "cost", "barcode", "weight_g", "is_active")
    return [{name: getattr(variant, name) for name in names} for variant in product.variants.all()]


def _form_page(
    request: MerchantRequest, form: ProductForm, variants: Any, product: Product | None, *, status: int
) -> HttpResponse:
    slug = request.merchant.slug
    context = {
        "form": form,
        "variants": variants,
        "product": product,
        "back_url": product.get_absolute_url() if product else reverse("product-list", args=[slug]),
        "back_label": product.title if product else _("Products"),
    }
    return page(request, "ecommerce/catalog/form.html", context, status=status)


@merchant_view("products.edit")
@require_POST
def product_state(request: MerchantRequest, pk: int) -> HttpResponse:
    """Publish, retire and so on: `to` says which."""
    product = change_state(
        get_object_or_404(Product.objects.select_related("merchant"), pk=pk),
        to=request.POST.get("to", ""),
        actor=request.actor,
    )
    say = {
        Product.State.LIVE: _("%(title)s is live."),
        Product.State.AGEING: _("%(title)s is marked as ageing."),
        Product.State.DRAFT: _("%(title)s is a draft again and not for sale."),
        Product.State.RETIRED: _("%(title)s is retired and not for sale."),
    }
    return done(request, product, say[Product.State(product.state)] % {"title": product})


@merchant_view("products.create")
@require_POST
def product_duplicate(request: MerchantRequest, pk: int) -> HttpResponse:
    """A draft copy, opened to be changed."""
    copy = duplicate_product(get_object_or_404(product_details(), pk=pk), actor=request.actor)
    return done(
        request, reverse("product-edit", args=[request.merchant.slug, copy.pk]), _("This is the copy, a draft.")
    )


@merchant_view("products.edit")
def variant_price(request: MerchantRequest, pk: int) -> HttpResponse:
    """Change the price of one variant."""
    variant = get_object_or_404(variant_list(), pk=pk)
    form = PriceForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            change_price(variant, **form.cleaned_data, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            say = _("The price of %(sku)s is changed from now on.") % {"sku": variant.sku}
            return done(request, reverse("product-detail", args=[request.merchant.slug, variant.product_id]), say)
    context = {
        "form": form,
        "variant": variant,
        "submit": _("Change price"),
        "back_url": reverse("product-detail", args=[request.merchant.slug, variant.product_id]),
        "back_label": variant.product.title,
    }
    return page(request, "ecommerce/catalog/price.html", context, status=422 if form.is_bound else 200)


@merchant_view("products.edit")
def variant_bundle(request: MerchantRequest, pk: int) -> HttpResponse:
    """What a bundle is made of, and what that leaves of its price."""
    variant = get_object_or_404(variant_list(), pk=pk)
    parts = list(variant.parts.select_related("part__product"))
    typed = "\n".join(f"{one.part.sku}, {one.quantity}" for one in parts)
    form = BundleForm(request.POST if request.method == "POST" else None, initial={"parts": typed})
    if form.is_valid():
        try:
            set_parts(variant, form.cleaned_data["parts"], actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            say = _("The bundle %(sku)s is saved.") if form.cleaned_data["parts"] else _("%(sku)s is no bundle now.")
            say %= {"sku": variant.sku}
            return done(request, reverse("product-detail", args=[request.merchant.slug, variant.product_id]), say)
    context = {
        "form": form,
        "variant": variant,
        "submit": _("Save bundle"),
        "back_url": reverse("product-detail", args=[request.merchant.slug, variant.product_id]),
        "back_label": variant.product.title,
    }
    return page(request, "ecommerce/catalog/bundle.html", context, status=422 if form.is_bound else 200)
