"""The pages of a shop's reviews."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.exports import clock, table_response
from core.forms import add_refusal
from core.htmx import done, page
from ecommerce.catalog.models import Product
from ecommerce.customers.models import Customer
from ecommerce.reviews.actions import reply_to_review
from ecommerce.reviews.forms import ReplyForm
from ecommerce.reviews.listing import REVIEWS
from ecommerce.reviews.models import Review
from ecommerce.reviews.queries import review_list, standing
from ecommerce.reviews.words import spoken


@merchant_view("reviews.view")
def index(request: MerchantRequest) -> HttpResponse:
    """The list of reviews."""
    context: dict[str, Any] = {
        "page": REVIEWS.page(review_list(), request.GET),
        "search_hint": _("Words, author, product"),
    }
    if request.membership.may("reviews.export"):
        context["export_url"] = reverse("review-export", args=[request.merchant.slug])
    return page(request, "ecommerce/reviews/list.html", context, part="results")


@merchant_view("reviews.export")
def export(request: MerchantRequest) -> HttpResponseBase:
    """The reviews in the view as CSV."""
    reviews = REVIEWS.matching(review_list(), request.GET)
    head = [
        _("Review"), _("Written"), _("State"), _("Rating"), _("Quality"), _("Service"), _("Delivery"), _("Product"),
        _("Order"), _("Author"), _("Verified purchase"), _("Title"), _("Text"), _("Language"), _("Reply"), _("Replied"),
    ]  # fmt: skip

    def rows() -> Iterator[list[Any]]:
        shown = clock(request.merchant.zone)
        for review in reviews.iterator(chunk_size=500):
            yield [
                str(review), shown(review.created_at), str(review.badge.label),
                review.rating, review.quality_rating, review.service_rating, review.delivery_rating,
                review.product or "", "" if review.is_anonymous else review.order or "", review.shown_author,
                _("yes") if review.is_verified else _("no"), review.title, review.text, review.language, review.reply,
                shown(review.replied_at),
            ]  # fmt: skip

    return table_response(request, _("reviews"), head, rows())


@merchant_view("reviews.view")
def detail(request: MerchantRequest, pk: int) -> HttpResponse:
    """One review with its reply."""
    review = get_object_or_404(review_list(), pk=pk)
    return _detail(request, review, ReplyForm(initial={"reply": review.reply}))


@merchant_view("reviews.reply")
@require_POST
def reply(request: MerchantRequest, pk: int) -> HttpResponse:
    """The shop replies, or changes its reply."""
    review = get_object_or_404(review_list(), pk=pk)
    form = ReplyForm(request.POST)
    if form.is_valid():
        try:
            reply_to_review(review, text=form.cleaned_data["reply"], actor=request.actor)
        except Refused as refusal:
            if review.state != Review.State.PUBLISHED:
                raise  # its page has no form to show this in
            add_refusal(form, refusal)
        else:
            say = _("The reply is changed.") if review.replied_at else _("The reply is published.")
            return done(request, review, say)
    return _detail(request, review, form, status=422)


def _detail(request: MerchantRequest, review: Review, form: ReplyForm, status: int = 200) -> HttpResponse:
    may = request.membership.may
    context = {
        "review": review,
        "form": form,
        "reason": spoken(review.moderation_reason),
        "standing": standing(review.product),
        "may_reply": may("reviews.reply") and review.state == Review.State.PUBLISHED,
        "may_see_order": may("orders.view") and not review.is_anonymous,
        "may_see_product": may("products.view"),
        "may_see_customer": may("customers.view") and not review.is_anonymous,
    }
    return page(request, "ecommerce/reviews/detail.html", context, status=status)


@merchant_view("reviews.view")
def of_customer(request: MerchantRequest, pk: int) -> HttpResponse:
    """A panel for the page of a customer: their newest published reviews. Anonymous ones stay so."""
    customer = get_object_or_404(Customer.objects.all(), pk=pk)
    if not request.headers.get("HX-Request"):
        return redirect("review-list", request.merchant.slug)
    newest = review_list().published().filter(customer=customer, is_anonymous=False).order_by("-created_at", "-pk")
    return page(request, "ecommerce/reviews/of_customer.html", {"newest": newest[:5]})


@merchant_view("reviews.view")
def of_product(request: MerchantRequest, pk: int) -> HttpResponse:
    """A panel for the page of a product: its standing and newest reviews."""
    product = get_object_or_404(Product.objects.all(), pk=pk)
    if not request.headers.get("HX-Request"):
        return redirect(f"{reverse('review-list', args=[request.merchant.slug])}?product={product.pk}")
    newest = list(review_list().published().filter(product=product)[:3])
    context = {"product": product, "standing": standing(product), "newest": newest}
    return page(request, "ecommerce/reviews/of_product.html", context)
