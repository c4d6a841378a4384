"""The views, filters and order of the inbox."""

from __future__ import annotations

from datetime import timedelta

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.lists import Listing, Sort, Tab
from notifications.inbox.kinds import KINDS
from notifications.inbox.models import Notification

PERIODS = [("1", _("Last 24 hours")), ("7", _("Last 7 days")), ("30", _("Last 30 days"))]


class InboxFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(
        label=_("Kind"), choices=[(kind.name, kind.label) for kind in KINDS], empty_label=_("All kinds")
    )
    period = django_filters.ChoiceFilter(
        label=_("Period"), choices=PERIODS, method="newer_than", empty_label=_("Any time")
    )

    class Meta:
        model = Notification
        fields: list[str] = []

    def newer_than(self, rows: QuerySet[Notification], name: str, days: str) -> QuerySet[Notification]:
        return rows.filter(at__gte=timezone.now() - timedelta(days=int(days)))


INBOX = Listing(
    sorts=[Sort("urgency", _("Urgency"), "rank")],
    tabs=[
        Tab("all", _("Everything"), lambda rows: rows.open(timezone.now())),
        Tab("act", _("Needs action"), lambda rows: rows.to_act_on(timezone.now())),
        Tab("unread", _("Unread"), lambda rows: rows.unread(timezone.now())),
        Tab("snoozed", _("Snoozed"), lambda rows: rows.snoozed(timezone.now())),
        Tab("archive", _("Archive"), lambda rows: rows.put_away(), counted=False),
    ],
    filters=InboxFilter,
)
