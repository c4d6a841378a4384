"""The list of promotions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.promotions.models import Promotion
from core.lists import Listing, Sort, Tab

PROMOTIONS = Listing(
    sorts=[
        Sort("from", pgettext_lazy("promotion", "Days"), "first_day", descending=True),
        Sort("cut", _("Price cut"), "depth", descending=True),
    ],
    tabs=[
        Tab("all", _("All"), lambda rows: rows),
        Tab("planned", Promotion.Kind.PLANNED.label, lambda rows: rows.filter(kind=Promotion.Kind.PLANNED)),
        Tab("past", Promotion.Kind.FOUND.label, lambda rows: rows.filter(kind=Promotion.Kind.FOUND)),
    ],
)
