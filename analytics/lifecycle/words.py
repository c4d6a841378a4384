"""Figures and reasons in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from analytics.engine.stock import ENDLESS

NAMES = {
    "age": gettext_lazy("Age"),
    "idle": gettext_lazy("Days since the last sale"),
    "units": gettext_lazy("Units of 90 days"),
    "units_before": gettext_lazy("Units of the 90 days before"),
    "units_180": gettext_lazy("Units of 180 days"),
    "change": pgettext_lazy("sales", "Change"),
    "against_shop": gettext_lazy("Change against the rest of the shop"),
    "forecast_change": gettext_lazy("Forecast of 28 days against the last 28"),
    "margin": gettext_lazy("Margin"),
    "available": gettext_lazy("Available"),
    "cover": gettext_lazy("Days the stock lasts"),
    "return_rate": gettext_lazy("Sent back"),
    "return_times": gettext_lazy("Sent back, times the usual of the shop"),
    "rating": gettext_lazy("Rating"),
}
_PARTS = frozenset({"change", "against_shop", "forecast_change", "margin", "return_rate"})
_SIGNED = frozenset({"change", "against_shop", "forecast_change"})
SHOWN = (
    "units", "units_before", "against_shop", "forecast_change", "margin", "available", "cover", "return_rate", "rating",
    "age",
)  # fmt: skip


def value_of(figure: str, value: float | None) -> str:
    """A figure as it is read: percent, days, pieces or stars; – where it is not known."""
    if value is None:
        return "–"
    if figure in _PARTS:
        said = formats.number_format(round(100 * value, 1), 0 if abs(value) >= 0.1 or not value else 1)
        return f"{'+' if value > 0 and figure in _SIGNED else ''}{said}%"
    if figure == "cover" and value >= ENDLESS:
        return _("no end in sight")
    if figure in {"age", "idle", "cover"}:
        days = round(value)
        return ngettext("%(days)s day", "%(days)s days", days) % {"days": formats.number_format(days)}
    digits = 1 if figure in {"rating", "return_times"} else 0
    return formats.number_format(round(value, digits), digits)


def reasons_of(reasons: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each reason as a line: name, value, limit and whether it holds."""
    lines = []
    for one in reasons:
        limit = value_of(one["figure"], one["limit"])
        sign = {">=": "≥", "<=": "≤", "between": "±"}.get(one["sign"], one["sign"])
        lines.append(
            {
                "name": NAMES[one["figure"]],
                "value": value_of(one["figure"], one["value"]),
                "limit": f"{sign} {limit.lstrip('+')}" if sign == "±" else f"{sign} {limit}",
                "holds": one["holds"],
                "is_known": one["value"] is not None,
            }
        )
    return lines


def figures_of(figures: dict[str, Any]) -> list[tuple[Any, str]]:
    """The figures of a product, name and value."""
    return [(NAMES[name], value_of(name, figures.get(name))) for name in SHOWN]
