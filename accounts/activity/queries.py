"""The activity log as its pages and exports read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.models import Activity, ActivityQuerySet
from core.events import kinds, label_of


def activity_list() -> ActivityQuerySet:
    """What happened in scope, newest first."""
    rows: ActivityQuerySet = Activity.objects.select_related("merchant").order_by("-at", "-pk")
    return rows


def search_activity(rows: QuerySet[Activity], words: str) -> QuerySet[Activity]:
    """By person, thing, or what happened (in the reader's language)."""
    named = [kind for kind in kinds() if words.casefold() in label_of(kind).casefold()]
    return rows.filter(Q(subject_label__icontains=words) | Q(actor_label__icontains=words) | Q(kind__in=named))


def people_in(merchant_id: int | None) -> list[tuple[str, str]]:
    """The people a merchant's team consists of now, or the platform's staff, as choices of the filter."""
    people = get_user_model().objects.all()
    people = people.filter(memberships__merchant_id=merchant_id) if merchant_id else people.exclude(staff_role="")
    return [(f"user:{person.pk}", str(person)) for person in people.order_by("name", "email")[:200]]


def kind_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every kind of fact, by the part of the product it belongs to."""
    areas: dict[str, list[tuple[str, str]]] = {}
    for kind in kinds():
        areas.setdefault(kind.split(".")[0], []).append((kind, label_of(kind)))
    return [(area_label(area), sorted(found, key=lambda pair: pair[1])) for area, found in sorted(areas.items())]


def area_label(area: str) -> str:
    names = {
        "people": _("Accounts"),
        "tokens": _("API tokens"),
        "members": _("Team"),
        "merchants": _("Shop"),
        "catalog": _("Products"),
        "inventory": _("Stock"),
        "purchasing": _("Buying"),
        "customers": _("Customers"),
        "orders": _("Orders"),
        "fulfilment": _("Shipments"),
        "returns": _("Returns"),
        "reviews": _("Reviews"),
        "questions": _("Questions"),
        "complaints": _("Complaints"),
        "imports": _("Imports"),
        "forecasts": _("Forecasts"),
        "demand": _("Demand"),
        "promotions": _("Promotions"),
        "restock": _("Restocking"),
        "facts": _("Figures"),
        "buyers": _("Buyers"),
    }
    return names.get(area, area)


def export_head(*, with_merchant: bool) -> Sequence[Any]:
    shop = [_("Shop")] if with_merchant else []
    return [_("Time"), *shop, _("Who"), _("What"), _("Object"), _("Field"), _("Before"), _("After")]


def export_rows(rows: QuerySet[Activity], *, with_merchant: bool) -> Iterator[Sequence[Any]]:
    """One line for each change, one for a fact without any."""
    for entry in rows.iterator(chunk_size=1000):
        shop = [str(entry.merchant or "")] if with_merchant else []
        moment = timezone.localtime(entry.at).isoformat(timespec="seconds")
        fact = [moment, *shop, entry.actor_label, entry.sentence, entry.subject_label]
        changes = entry.changes_in_words
        for change in changes:
            yield [*fact, change.label, change.old, change.new]
        if not changes:
            yield [*fact, "", "", ""]
