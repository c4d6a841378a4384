"""The list of reviews of a shop: its views, sorts and search."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.lists import Listing, Sort, Tab
from ecommerce.reviews.filters import ReviewFilters
from ecommerce.reviews.models import Review
from ecommerce.reviews.queries import search_reviews

REVIEWS = Listing(
    tabs=[
        Tab("all", pgettext_lazy("reviews", "All"), lambda rows: rows),
        Tab("to_answer", pgettext_lazy("reviews", "To answer"), lambda rows: rows.unanswered()),
        Tab("low", pgettext_lazy("reviews", "2 stars and less"), lambda rows: rows.low()),
        Tab("held", pgettext_lazy("reviews", "Held"), lambda rows: rows.waiting()),
        Tab("hidden", pgettext_lazy("reviews", "Hidden"), lambda rows: rows.filter(state=Review.State.HIDDEN)),
    ],
    sorts=[
        Sort("written", _("Written"), "created_at", descending=True),
        Sort("rating", _("Rating"), "rating"),
    ],
    filters=ReviewFilters,
    search=search_reviews,
)
