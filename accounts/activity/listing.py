"""The activity page's filters: who, what, about which thing, when."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.activity.models import Activity
from accounts.activity.queries import kind_choices, people_in, search_activity
from core.filters import DayRangeFilter
from core.lists import Listing, Sort
from core.tenancy import tenant_or_none


class ActivityFilters(django_filters.FilterSet):
    at = DayRangeFilter(label=_("Period"))
    kind = django_filters.ChoiceFilter(label=_("What"))
    who = django_filters.ChoiceFilter(label=_("Who"), method="by_actor")
    about = django_filters.CharFilter(
        label=_("Object"), method="by_subject", widget=django_filters.widgets.forms.HiddenInput
    )

    class Meta:
        model = Activity
        fields = ("at", "kind", "who", "about")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = people_in(tenant_or_none())
        others = [("token", _("API tokens")), ("buyer", _("Buyers")), ("system", "Storecast")]
        asked = (self.data or {}).get("who", "")
        if asked.startswith(("user:", "token:", "buyer:")) and asked not in dict(people):
            people.append((asked, self._name_of(asked)))
        self.filters["kind"].extra["choices"] = kind_choices()
        self.filters["who"].extra["choices"] = [*people, *others]

    def _name_of(self, asked: str) -> str:
        """Somebody who is not on the team now, by the name they had in the log."""
        kind, _colon, pk = asked.partition(":")
        if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
            return asked
        rows = self.queryset.filter(actor_kind=kind, actor_id=int(pk)).order_by("-at")
        return rows.values_list("actor_label", flat=True).first() or asked

    def by_actor(self, rows: QuerySet[Activity], name: str, value: str) -> QuerySet[Activity]:
        kind, _colon, pk = value.partition(":")
        rows = rows.filter(actor_kind=kind)
        if not pk:
            return rows
        return rows.filter(actor_id=int(pk)) if pk.isascii() and pk.isdigit() and len(pk) < 19 else rows.none()

    def by_subject(self, rows: QuerySet[Activity], name: str, value: str) -> QuerySet[Activity]:
        kind, _colon, pk = value.partition(":")
        if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
            return rows.none()
        return rows.filter(subject_type=kind, subject_id=int(pk))


SORTS = [Sort("at", _("Time"), "at", descending=True)]

ACTIVITY = Listing(sorts=SORTS, filters=ActivityFilters, search=search_activity)


class StaffActivityFilters(ActivityFilters):
    merchant = django_filters.ModelChoiceFilter(
        label=_("Shop"), queryset=lambda request: Activity.merchant.field.related_model.objects.order_by("name")
    )

    class Meta:
        model = Activity
        fields = ("at", "merchant", "kind", "who", "about")


STAFF_ACTIVITY = Listing(sorts=SORTS, filters=StaffActivityFilters, search=search_activity)
