"""Inputs of filters that more than one list uses."""

from __future__ import annotations

from typing import Any

import django_filters


class DateRange(django_filters.widgets.DateRangeWidget):  # type: ignore[misc]
    """Two dates, each with the browser's own calendar."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"type": "date", "class": "form-control", **(attrs or {})})
