"""The list of coupons: its views, orders and search. Days are those of the shop."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.lists import Listing, Sort, Tab
from ecommerce.coupons.filters import CouponFilters
from ecommerce.coupons.queries import search_coupons

COUPONS = Listing(
    tabs=[
        Tab("all", _("All"), lambda rows: rows),
        Tab("open", pgettext_lazy("coupons", "Open"), lambda rows: rows.usable(timezone.localdate())),
        Tab("coming", pgettext_lazy("coupons", "Not valid yet"), lambda rows: rows.coming(timezone.localdate())),
        Tab("used", pgettext_lazy("coupons", "Used"), lambda rows: rows.used()),
        Tab("expired", pgettext_lazy("coupons", "Expired"), lambda rows: rows.expired(timezone.localdate())),
        Tab("withdrawn", pgettext_lazy("coupons", "Withdrawn"), lambda rows: rows.withdrawn()),
    ],
    sorts=[
        Sort("created", _("Newest"), "created_at", descending=True),
        Sort("code", pgettext_lazy("coupon", "Code"), "code"),
        Sort("updated", _("Changed"), "updated_at", descending=True),
    ],
    filters=CouponFilters,
    search=search_coupons,
)
