"""The views, filters and order of the run log and of the templates of staff."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.filters import Choices
from core.lists import Listing, Sort, Tab
from notifications.playbooks.models import Firing, Playbook, PlaybookTemplate
from notifications.playbooks.templates import search_templates

State = Firing.State


class FiringFilter(django_filters.FilterSet):
    playbook = django_filters.ChoiceFilter(
        label=_("Playbook"),
        choices=Choices(lambda: Playbook.objects.order_by("name"), lambda row: (str(row.pk), row.name)),
        empty_label=_("All playbooks"),
    )

    class Meta:
        model = Firing
        fields: list[str] = []


FIRINGS = Listing(
    sorts=[Sort("at", pgettext_lazy("playbook", "Time"), "at", descending=True)],
    tabs=[
        Tab("all", pgettext_lazy("playbook", "All"), lambda rows: rows),
        Tab("done", State.DONE.label, lambda rows: rows.filter(state=State.DONE)),
        Tab("failed", State.FAILED.label, lambda rows: rows.filter(state=State.FAILED)),
        Tab("running", State.WAITING.label, lambda rows: rows.filter(state=State.WAITING)),
    ],
    filters=FiringFilter,
)

TEMPLATES = Listing(
    sorts=[Sort("changed", pgettext_lazy("playbook template", "Changed"), "changed_at", descending=True)],
    tabs=[
        Tab("all", pgettext_lazy("playbook", "All"), lambda rows: rows),
        Tab("offered", PlaybookTemplate.BADGES[True].label, lambda rows: rows.filter(is_offered=True)),
        Tab("kept", PlaybookTemplate.BADGES[False].label, lambda rows: rows.filter(is_offered=False)),
    ],
    search=search_templates,
)
