"""Filters, and inputs of filters, that more than one list uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import django_filters
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters.fields import DateRangeField, RangeField

FIRST_DAY, LAST_DAY = date(1970, 1, 2), date(2999, 12, 30)


@dataclass(frozen=True)
class Choices:
    """Choices of a filter that are rows of a query, each as value and words.

    Where they are called, they read the rows; a list reads them along with its counts.
    """

    rows: Callable[[], QuerySet[Any]]
    choice: Callable[[Any], tuple[str, str]]

    def __call__(self) -> list[tuple[str, str]]:
        return self.of(self.rows())

    def of(self, rows: Iterable[Any]) -> list[tuple[str, str]]:
        """The choices that rows of the query stand for."""
        return [self.choice(row) for row in rows]


class DateRange(django_filters.widgets.DateRangeWidget):  # type: ignore[misc]
    """Two dates, each with the browser's own calendar."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"type": "date", "class": "form-control", **(attrs or {})})


class DayField(forms.DateField):
    """A day that can be turned into a moment of any time zone; those at the ends of the calendar cannot."""

    def __init__(self, **kwargs: Any) -> None:
        sentence = _("Choose a day between 1970 and 2999.")
        bounds = [MinValueValidator(FIRST_DAY, sentence), MaxValueValidator(LAST_DAY, sentence)]
        super().__init__(validators=bounds, **kwargs)


class DayRangeField(DateRangeField):  # type: ignore[misc]
    widget = DateRange

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        RangeField.__init__(self, (DayField(), DayField()), *args, **kwargs)


class DayRangeFilter(django_filters.DateFromToRangeFilter):  # type: ignore[misc]
    """From one day to another, both included, in the active time zone: `<name>_after` and `<name>_before`."""

    field_class = DayRangeField


class IdFilter(django_filters.NumberFilter):  # type: ignore[misc]
    """An id of ours: a whole number that the database can hold."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, min_value=1, max_value=2**63 - 1, **options)

    def get_max_validator(self) -> None:
        """The bounds are the field's."""
