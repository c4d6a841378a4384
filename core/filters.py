"""Filters, and inputs of filters, that more than one list uses."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms


class DateRange(django_filters.widgets.DateRangeWidget):  # type: ignore[misc]
    """Two dates, each with the browser's own calendar."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"type": "date", "class": "form-control", **(attrs or {})})


class IdFilter(django_filters.NumberFilter):  # type: ignore[misc]
    """An id of ours: a whole number that the database can hold."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, min_value=1, max_value=2**63 - 1, **options)

    def get_max_validator(self) -> None:
        """The bounds are the field's."""
