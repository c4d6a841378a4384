"""The lists of who looks after what, and of who is away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import django_filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.members.models import Membership
from accounts.people.models import User
from core.filters import Choices
from core.lists import Listing, Sort, Tab
from notifications.routing.models import Absence, Care, StaffAbsence

MEMBERS = Choices(
    lambda: Membership.objects.select_related("user").order_by("pk"), lambda row: (str(row.pk), str(row.user))
)


class CareFilter(django_filters.FilterSet):  # type: ignore[misc]
    member = django_filters.ChoiceFilter(label=_("Member"), choices=MEMBERS, empty_label=_("All members"))

    class Meta:
        model = Care
        fields: list[str] = []


CARES = Listing(
    sorts=[Sort("added", pgettext_lazy("care", "Since"), "added_at", descending=True)],
    tabs=[
        Tab("all", _("Everything"), lambda rows: rows),
        Tab("products", _("Products"), lambda rows: rows.filter(product__isnull=False)),
        Tab("categories", _("Categories"), lambda rows: rows.filter(category__isnull=False)),
        Tab("warehouses", _("Warehouses"), lambda rows: rows.filter(warehouse__isnull=False)),
        Tab("suppliers", _("Suppliers"), lambda rows: rows.filter(supplier__isnull=False)),
    ],
    filters=CareFilter,
)


class AbsenceFilter(django_filters.FilterSet):  # type: ignore[misc]
    member = django_filters.ChoiceFilter(label=_("Member"), choices=MEMBERS, empty_label=_("All members"))

    class Meta:
        model = Absence
        fields: list[str] = []


# A page of a merchant runs in the merchant's own time zone, so the local date is the one of its calendar.
ABSENCES = Listing(
    sorts=[
        Sort("first", pgettext_lazy("absence", "First day"), "first_day"),
        Sort("last", pgettext_lazy("absence", "Last day"), "last_day", descending=True),
    ],
    tabs=[
        Tab("coming", pgettext_lazy("absence", "Now and to come"), lambda rows: rows.filter(last_day__gte=_today())),
        Tab("over", pgettext_lazy("absence", "Over"), lambda rows: rows.filter(last_day__lt=_today()), sort="last"),
    ],
    filters=AbsenceFilter,
)


def staff_choices() -> Any:
    """Who has an absence entered, by name."""
    away = StaffAbsence.objects.order_by().values("member")
    return User.objects.filter(pk__in=away).order_by("name", "pk")


class StaffAbsenceFilter(django_filters.FilterSet):  # type: ignore[misc]
    member = django_filters.ChoiceFilter(
        label=pgettext_lazy("staff", "Who is away"),
        choices=Choices(staff_choices, lambda row: (str(row.pk), str(row))),
        empty_label=_("Everybody"),
    )

    class Meta:
        model = StaffAbsence
        fields: list[str] = []


STAFF_ABSENCES = replace(ABSENCES, filters=StaffAbsenceFilter)


def _today() -> date:
    return timezone.localdate()
