"""Rows of tables about demand, in words: outlooks, and of a run its patterns, failures, sums and scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from analytics.demand.changes import Change
from analytics.demand.models import DemandOutlook, DemandRun, PatternName
from analytics.demand.queries import Accuracy
from analytics.demand.words import (
    BUCKET_NAMES,
    PATTERN_SENTENCES,
    accuracy,
    between,
    failure,
    lasting,
    lasting_range,
    pattern_name,
    signed,
    units,
)
from core.charts import short_day
from core.figures import percent
from core.templatetags.sc import number
from ecommerce.catalog.models import Category, Variant

# Positions among the seven levels of engine.conformal.
LOW, MIDDLE, HIGH = 1, 3, 5
MOST_FAILURES: Final = 50


def outlook_row(outlook: DemandOutlook, today: date) -> dict[str, Any]:
    """A variant as a row of lists: what is expected, until when the stock lasts, what to order, what changed."""
    row: dict[str, Any] = {"outlook": outlook, "variant": outlook.variant}
    if not outlook.has_forecast:
        return row
    change = outlook.change
    return row | {
        "middle": units(outlook.middle),
        "range": between(outlook.low, outlook.high),
        "lasts": lasting(outlook),
        "lasts_range": lasting_range(outlook.out_low, outlook.out_high) if outlook.available else "",
        "order_by": short_day(outlook.order_by) if outlook.order_by else "",
        "order_now": bool(outlook.order_by and outlook.order_by <= today),
        "change": "–" if change is None else signed(change),
        "rises": change is not None and change > 0 and signed(change) != "0",
        "falls": change is not None and change < 0 and signed(change) != "0",
    }


def pattern_rows(patterns: Mapping[str, int]) -> list[dict[str, Any]]:
    """How the variants of a run sell, the most frequent kind first."""
    known = [(name, count) for name, count in patterns.items() if name in PatternName.values]
    return [
        {"name": pattern_name(name), "says": PATTERN_SENTENCES[PatternName(name)], "count": count}
        for name, count in sorted(known, key=lambda one: -one[1])
    ]


def failure_rows(failures: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """The variants that could not be forecast, with the reason."""
    shown = failures[:MOST_FAILURES]
    variants = Variant.objects.select_related("product").in_bulk([pk for pk, _reason in shown])
    return [{"variant": variants[pk], "why": failure(reason)} for pk, reason in shown if pk in variants]


def shop_sum(run: DemandRun) -> dict[str, str]:
    """What is expected of the whole shop over the horizon, with its range where it has one."""
    sums = run.result.sums
    band = sums.get("totals", {}).get(str(run.horizon))
    return {
        "mean": units(sum(sums.get("mean", ()))),
        "range": between(band[LOW], band[HIGH]) if band else "",
    }


def category_rows(run: DemandRun) -> list[dict[str, Any]]:
    """What is expected of each category over the horizon, the largest first."""
    sums = {int(key): sum(path) for key, path in run.result.sums.get("categories", {}).items()}
    known = Category.objects.in_bulk([key for key in sums if key])
    whole = sum(sums.values()) or 1.0
    return [
        {
            "name": known[key].label if key in known else _("Without a category"),
            "units": units(value),
            "share": round(100 * value / whole),
        }
        for key, value in sorted(sums.items(), key=lambda one: -one[1])
    ]


def change_shown(change: Change | None) -> dict[str, Any] | None:
    """What a run changed against the one before: the shop as a whole, and the variants that moved most."""
    if change is None:
        return None
    return {
        "before": change.before,
        "now_units": units(change.expected),
        "before_units": units(change.expected_before),
        "came_into_sight": change.came_into_sight,
        "rows": [
            {
                "variant": one.outlook.variant,
                "before": units(one.outlook.before),
                "now": units(one.outlook.mean),
                "why": one.why,
            }
            for one in change.moved
        ],
    }


def accuracy_rows(scores: Sequence[Accuracy]) -> list[dict[str, Any]]:
    """How forecasts turned out, in plain words: one row per kind of thing and days ahead."""
    return [
        {
            "of": pattern_name(one.pattern) if one.pattern else _("All variants"),
            "ahead": BUCKET_NAMES.get(one.bucket, one.bucket),
            "points": number(one.points),
            "inside": f"{round(one.inside_80 * 100)}%",
            "miss": units(one.miss),
            "naive": units(one.naive_miss),
            "bias": "–" if one.bias is None else percent(one.bias, sign=True),
            "verdict": accuracy(one.inside_80),
        }
        for one in scores
    ]
