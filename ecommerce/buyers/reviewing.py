"""The page on which a buyer reviews what an order held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.errors import Refused
from core.forms import add_refusal
from ecommerce.buyers.forms import ReviewForm, RevisedReviewForm
from ecommerce.buyers.links import REVIEW, BuyerRequest, buyer_of, buyer_view, language_for
from ecommerce.buyers.queries import products_of
from ecommerce.catalog.models import Product
from ecommerce.orders.models import Order
from ecommerce.reviews.actions import revise_review, submit_review
from ecommerce.reviews.models import Review
from ecommerce.reviews.queries import of_order
from ecommerce.reviews.words import spoken


@dataclass
class Entry:
    """One product of the order with the buyer's review of it, or the form for one."""

    product: Product | None
    review: Review | None
    form: ReviewForm | None
    reason: list[str]
    is_open: bool = False

    @property
    def key(self) -> str:
        return f"p{self.product.pk if self.product else 0}"


@buyer_view(REVIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def review_page(request: BuyerRequest) -> HttpResponse:
    """What the buyer wrote of each product, and forms for the rest."""
    order = Order.objects.select_related("merchant", "customer").filter(pk=request.link.object_id).first()
    if order is None:
        raise Http404
    with translation.override(language_for(order.customer, request)):
        entries = _entries(request, order)
        status = 200
        if request.method == "POST":
            entry = next((one for one in entries if one.key == request.POST.get("about")), None)
            if entry is None or entry.form is None or order.delivered_at is None:
                raise Http404
            if _save(request, order, entry):
                return redirect(request.path)
            status = 422
        context = {"order": order, "entries": entries, "has_arrived": order.delivered_at is not None}
        return render(request, "ecommerce/buyers/review.html", context, status=status)


def _entries(request: BuyerRequest, order: Order) -> list[Entry]:
    known = {review.product_id: review for review in of_order(order)}
    entries = []
    products: list[Product | None] = [*products_of(order)]
    for product in products or [None]:
        review = known.get(product.pk if product else None)
        reason = spoken(review.moderation_reason) if review else []
        entry = Entry(product, review, None, reason)
        posted = request.POST if request.method == "POST" and request.POST.get("about") == entry.key else None
        if review is None:
            entry.form = ReviewForm(posted, prefix=entry.key)
        elif review.state == Review.State.EDIT_ASKED:
            initial = {name: getattr(review, name) for name in ("rating", "text", "title", "is_anonymous")}
            entry.form = RevisedReviewForm(posted, prefix=entry.key, initial=initial)
        entries.append(entry)
    waiting = [entry for entry in entries if entry.form is not None]
    for entry in waiting:
        assert entry.form is not None
        entry.is_open = entry.form.is_bound or len(waiting) == 1
    if waiting and not any(entry.is_open for entry in waiting):
        waiting[0].is_open = True
    return entries


def _save(request: BuyerRequest, order: Order, entry: Entry) -> bool:
    form: Any = entry.form
    if not form.is_valid():
        return False
    actor = buyer_of(order.customer)
    try:
        if entry.review is None:
            language = translation.get_language() or ""
            review = submit_review(
                **form.cleaned_data, order=order, product=entry.product, language=language, actor=actor
            )
        else:
            review = revise_review(entry.review, **form.cleaned_data, actor=actor)
    except Refused as refusal:
        add_refusal(form, refusal)
        return False
    if review.state == Review.State.PUBLISHED:
        messages.success(request, _("Thank you. Your review is published."))
    else:
        messages.success(request, _("Thank you. Somebody looks at your review before it is published."))
    return True
