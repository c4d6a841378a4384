"""The views, filters and order of the lists of mails."""

from __future__ import annotations

from datetime import timedelta

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.lists import Listing, Sort, Tab
from notifications.mail.models import Mail, Suppression

PERIODS = [("1", _("Last 24 hours")), ("7", _("Last 7 days")), ("30", _("Last 30 days"))]
TROUBLE = [Mail.State.FAILED, Mail.State.SUPPRESSED, Mail.State.MAYBE_SENT]


class MailFilter(django_filters.FilterSet):
    purpose = django_filters.ChoiceFilter(label=_("Purpose"), choices=Mail.Purpose, empty_label=_("All purposes"))
    state = django_filters.ChoiceFilter(label=_("State"), choices=Mail.State, empty_label=_("All states"))
    period = django_filters.ChoiceFilter(
        label=_("Period"), choices=PERIODS, method="newer_than", empty_label=_("Any time")
    )

    class Meta:
        model = Mail
        fields: list[str] = []

    def newer_than(self, rows: QuerySet[Mail], name: str, days: str) -> QuerySet[Mail]:
        return rows.filter(created_at__gte=timezone.now() - timedelta(days=int(days)))


def _search(rows: QuerySet[Mail], words: str) -> QuerySet[Mail]:
    return rows.filter(Q(to__icontains=words) | Q(subject__icontains=words))


MAILS = Listing(
    sorts=[
        Sort("written", pgettext_lazy("mail", "Written"), "created_at", descending=True),
        Sort("to", _("To"), "to"),
        Sort("attempts", _("Attempts"), "attempts", descending=True),
    ],
    tabs=[
        Tab("all", pgettext_lazy("mail", "All"), lambda rows: rows),
        Tab("sent", pgettext_lazy("mail", "Sent"), lambda rows: rows.filter(state=Mail.State.SENT)),
        Tab("waiting", pgettext_lazy("mail", "Waiting"), lambda rows: rows.waiting()),
        Tab("trouble", _("With trouble"), lambda rows: rows.filter(state__in=TROUBLE)),
    ],
    filters=MailFilter,
    search=_search,
)


class SuppressionFilter(django_filters.FilterSet):
    source = django_filters.ChoiceFilter(
        label=pgettext_lazy("suppression", "Why"), choices=Suppression.Source, empty_label=_("All reasons")
    )
    period = django_filters.ChoiceFilter(
        label=_("Period"), choices=PERIODS, method="newer_than", empty_label=_("Any time")
    )

    class Meta:
        model = Suppression
        fields: list[str] = []

    def newer_than(self, rows: QuerySet[Suppression], name: str, days: str) -> QuerySet[Suppression]:
        return rows.filter(at__gte=timezone.now() - timedelta(days=int(days)))


SUPPRESSIONS = Listing(
    sorts=[
        Sort("since", pgettext_lazy("suppression", "Since"), "at", descending=True),
        Sort("address", _("E-mail address"), "address"),
    ],
    filters=SuppressionFilter,
    search=lambda rows, words: rows.filter(Q(address__icontains=words) | Q(reason__icontains=words)),
)
