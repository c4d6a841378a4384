"""The views, filters and order of the log of letters to buyers."""

from __future__ import annotations

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.lists import Listing, Sort, Tab
from notifications.buyers.kinds import KINDS
from notifications.buyers.models import BuyerNotice, BuyerNoticeQuerySet


class NoticeFilter(django_filters.FilterSet):
    letter = django_filters.ChoiceFilter(
        label=_("Letter"), choices=[(kind.name, kind.label) for kind in KINDS.values()], empty_label=_("All letters")
    )
    outcome = django_filters.ChoiceFilter(
        label=_("Outcome"), choices=BuyerNotice.Outcome, empty_label=_("All outcomes")
    )

    class Meta:
        model = BuyerNotice
        fields: list[str] = []


def _search(rows: BuyerNoticeQuerySet, words: str) -> BuyerNoticeQuerySet:
    return rows.filter(Q(order__number=words) | Q(customer__name__icontains=words))


NOTICES = Listing(
    sorts=[Sort("time", _("Time"), "at", descending=True)],
    tabs=[
        Tab("all", pgettext_lazy("letters", "All"), lambda rows: rows),
        Tab("written", pgettext_lazy("letters", "Written"), lambda rows: rows.written()),
        Tab("withheld", pgettext_lazy("letters", "Withheld"), lambda rows: rows.withheld()),
    ],
    filters=NoticeFilter,
    search=_search,
)
