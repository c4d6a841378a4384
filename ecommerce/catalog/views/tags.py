"""Tags of one product, and of the ticked ones or all that the view's filters find."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.batches.actions import MOST, RowIn
from accounts.batches.starting import begin, form_key
from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.htmx import back, done
from ecommerce.catalog import kinds
from ecommerce.catalog.actions import tag_product, untag_product
from ecommerce.catalog.forms import BulkTagForm
from ecommerce.catalog.listing import PRODUCTS
from ecommerce.catalog.models import Product
from ecommerce.catalog.queries import product_list, tag_names


@merchant_view("products.edit")
@require_POST
def tag_many(request: MerchantRequest) -> HttpResponse:
    """Put a tag on the ticked products, or on all of the view, or take it off; asks which."""
    chosen = PRODUCTS.chosen(product_list(), request.GET, request.POST).values_list("pk", "title")[: MOST + 1]
    rows = [RowIn(pk, title[:100]) for pk, title in chosen]
    if not rows:
        raise Refused("nothing_chosen", _("Choose at least one product."))
    here = back(request, reverse("product-list", args=[request.merchant.slug]))
    form = BulkTagForm(request.POST if request.POST.get("sure") else None)
    if not form.is_valid():
        context = {
            "form": form,
            "count": len(rows),
            "tag_names": tag_names(),
            "rows": request.POST.getlist("row"),
            "all": request.POST.get("all", ""),
            "next": here,
            "batch_key": request.POST.get("batch") or form_key(),
        }
        return render(request, "ecommerce/catalog/tag_many.html", context, status=422 if form.is_bound else 200)
    kind = kinds.UNTAG if form.cleaned_data["way"] == "off" else kinds.TAG
    return begin(request, kind.key, rows, params={"tag": form.cleaned_data["tag"]}, back=here)


def _product(pk: int) -> Product:
    return get_object_or_404(Product.objects.select_related("merchant"), pk=pk)


@merchant_view("products.edit")
@require_POST
def tag(request: MerchantRequest, pk: int) -> HttpResponse:
    """Put a word on one product."""
    product, name = _product(pk), request.POST.get("tag", "")
    tag_product(product, name, actor=request.actor)
    return done(request, product, _("Tagged “%(tag)s”.") % {"tag": name[:40]})


@merchant_view("products.edit")
@require_POST
def untag(request: MerchantRequest, pk: int) -> HttpResponse:
    """Take a word off one product."""
    product, name = _product(pk), request.POST.get("tag", "")
    untag_product(product, name, actor=request.actor)
    return done(request, product, _("The tag “%(tag)s” is off.") % {"tag": name[:40]})
