"""Facts and changes in human words: fields by their names, choices by their labels, moments in the reader's zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core import roles

LONGEST = 200


@dataclass(frozen=True)
class Change:
    label: str
    old: str
    new: str


def _model_of(subject_type: str) -> type[models.Model] | None:
    try:
        return apps.get_model(subject_type)
    except (LookupError, ValueError):
        return None


def subject_words(subject_type: str) -> str:
    """What kind of thing it is: "order"; "" for none."""
    model = _model_of(subject_type)
    return str(model._meta.verbose_name) if model is not None else subject_type


def changes_in_words(subject_type: str, changes: dict[str, list[Any]]) -> list[Change]:
    model = _model_of(subject_type)
    found = []
    for name, pair in changes.items():
        old, new = (*pair, None, None)[:2] if isinstance(pair, list) else (None, pair)
        field = _field(model, name)
        label = capfirst(str(field.verbose_name)) if field is not None else capfirst(name.replace("_", " "))
        found.append(Change(label, _value(field, old), _value(field, new)))
    return [change for change in found if change.old != change.new]


def _field(model: type[models.Model] | None, name: str) -> models.Field[Any, Any] | None:
    if model is None:
        return None
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, models.Field) else None


def _value(field: models.Field[Any, Any] | None, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        words = ", ".join(roles.word_label(item) if isinstance(item, str) else str(item) for item in value)
        return words[:LONGEST]
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, str) and (moment := _moment(value)):
        return formats.date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
    if isinstance(value, float):
        return formats.number_format(value)
    return str(value)[:LONGEST]


def _moment(text: str) -> datetime | None:
    """The moment a text stands for, if it has a date, a time and a zone."""
    if len(text) < 20 or text[4] != "-":
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment is not None and timezone.is_aware(moment) else None
