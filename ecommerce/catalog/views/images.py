"""Pictures of a product: shown, added, taken away; files go out through here only."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.forms import add_refusal
from core.htmx import done, page
from core.photos import photo_response
from ecommerce.catalog.actions import add_image, remove_image
from ecommerce.catalog.forms import ImageForm
from ecommerce.catalog.models import ProductImage
from ecommerce.catalog.queries import product_details


@merchant_view("products.edit")
@require_http_methods(["GET", "POST"])
def images(request: MerchantRequest, pk: int) -> HttpResponse:
    """The pictures of a product with a form for one more."""
    product = get_object_or_404(product_details(), pk=pk)
    here = reverse("product-images", args=[request.merchant.slug, pk])
    form = ImageForm(request.POST, request.FILES) if request.method == "POST" else ImageForm()
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data.pop("file")
        try:
            file = (upload.name, upload.read()) if upload else None
            add_image(product, file=file, **form.cleaned_data, actor=request.actor)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, here, _("The picture is added."))
    context = {
        "form": form,
        "product": product,
        "images": product.images.all(),
        "submit": _("Add picture"),
        "back_url": product.get_absolute_url(),
        "back_label": product.title,
    }
    return page(request, "ecommerce/catalog/images.html", context, status=422 if form.errors else 200)


@merchant_view("products.edit")
@require_POST
def image_remove(request: MerchantRequest, pk: int) -> HttpResponse:
    image = get_object_or_404(ProductImage.objects.select_related("product"), pk=pk)
    remove_image(image, actor=request.actor)
    return done(request, reverse("product-images", args=[request.merchant.slug, image.product_id]), _("It is gone."))


@merchant_view("products.view")
@require_GET
def image_file(request: MerchantRequest, pk: int) -> HttpResponseBase:
    """The file of a picture, for members of the shop."""
    image = get_object_or_404(ProductImage.objects.exclude(stored_as=""), pk=pk)
    return photo_response(image.stored_as, f"{image.product_id}-{image.pk}.jpg")
