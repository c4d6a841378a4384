"""What a list of reviews can be narrowed by, on the page and in the API."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.merchants.models import Merchant
from core.filters import DayRangeFilter
from ecommerce.catalog.models import Product
from ecommerce.reviews.models import Review
from ecommerce.reviews.queries import with_reason
from ecommerce.reviews.words import REASONS

STARS = [("5", "★★★★★"), ("4", "★★★★"), ("3", "★★★"), ("2", "★★"), ("1", "★")]
LANGUAGES = [("zh", _("Chinese")), ("other", _("English and others"))]
YES_NO = [("yes", _("Verified purchase")), ("no", _("Not verified"))]


def of_language(rows: Any, name: str, value: str) -> Any:
    chinese = Q(language__startswith="zh")
    return rows.filter(chinese if value == "zh" else ~chinese)


def products(request: Any) -> Any:
    return Product.objects.order_by("title", "pk")


def shops(request: Any) -> Any:
    return Merchant.objects.order_by("name", "pk")


class ReviewFilters(django_filters.FilterSet):
    """Days are those of the time zone in force: the merchant's."""

    rating = django_filters.ChoiceFilter(label=_("Rating"), choices=STARS, empty_label=_("All"))
    product = django_filters.ModelChoiceFilter(label=_("Product"), queryset=products, empty_label=_("All"))
    written = DayRangeFilter("created_at", label=_("Written"))
    language = django_filters.ChoiceFilter(
        label=_("Language"), choices=LANGUAGES, method=of_language, empty_label=_("All")
    )
    verified = django_filters.ChoiceFilter(
        label=_("Purchase"), choices=YES_NO, method="by_purchase", empty_label=_("All")
    )

    class Meta:
        model = Review
        fields: list[str] = []

    def by_purchase(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(is_verified=value == "yes")


class QueueFilters(django_filters.FilterSet):
    """For the moderators' queue."""

    reason = django_filters.ChoiceFilter(
        label=_("Reason"), choices=list(REASONS.items()), method="for_reason", empty_label=_("Any reason")
    )
    language = django_filters.ChoiceFilter(
        label=_("Language"), choices=LANGUAGES, method=of_language, empty_label=_("Any language")
    )
    merchant = django_filters.ModelChoiceFilter(
        label=_("Shop"), queryset=shops, to_field_name="slug", empty_label=_("All shops")
    )

    class Meta:
        model = Review
        fields: list[str] = []

    def for_reason(self, rows: Any, name: str, value: str) -> Any:
        return with_reason(rows, value)
