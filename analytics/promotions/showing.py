"""A promotion as its page shows it: figures, chart, tables, and the finding in a sentence."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from analytics.forecasts.words import FESTIVAL_NAMES
from analytics.promotions.models import Promotion, PromotionReport
from analytics.promotions.queries import names_of
from core.charts import series_data
from core.templatetags.sc import money

LOW, MIDDLE, HIGH = range(3)


def count(value: float) -> str:
    """Units as people read them: whole, three digits of what is uncertain."""
    size = abs(value)
    digits = 0 if size < 1000 else len(str(int(size))) - 3
    return formats.number_format(int(round(value, -digits)), force_grouping=True).replace("-", "−")


def planned(promotion: Promotion) -> dict[str, Any] | None:
    """What was promised; None for a promotion that was found in the past."""
    said = promotion.promise
    if not said:
        return None
    names = names_of([one["variant"] for one in said["needs"]])
    return {
        "low": count(said["units"][LOW]),
        "middle": count(said["units"][MIDDLE]),
        "high": count(said["units"][HIGH]),
        "usual": count(said["usual"]),
        "parcels_usual": count(said["parcels_usual"]),
        "parcels": count(said["parcels"]),
        "parcels_high": count(said["parcels_high"]),
        "people": said["people"],
        "per_person": said["per_person"],
        "extra_hours": said["extra_hours"],
        "lead_days": said["lead_days"],
        "order_by": date.fromisoformat(said["order_by"]),
        "is_late": date.fromisoformat(said["order_by"]) <= date.fromisoformat(said["known_until"]),
        "known_until": date.fromisoformat(said["known_until"]),
        "to_order": sum(one["order"] or 0 for one in said["needs"]),
        "festivals": [FESTIVAL_NAMES[key] for key in said["festivals"] if key in FESTIVAL_NAMES],
        "needs": [
            {
                "variant": names.get(one["variant"]),
                "low": count(one["units"][LOW]),
                "high": count(one["units"][HIGH]),
                "usual": count(one["usual"]),
                "need": one["need"],
                "left": one["left"],
                "order": one["order"],
            }
            for one in said["needs"]
        ],
    }


def reported(report: PromotionReport | None, currency: str) -> dict[str, Any] | None:
    """What came; None while the weeks after it are not over."""
    if report is None:
        return None
    figures = report.figures
    names = names_of([one["variant"] for one in figures.get("products", ())])
    return {
        "units": count(report.units),
        "expected": None if report.expected is None else count(report.expected),
        "low": None if report.extra_low is None else count(report.extra_low),
        "middle": None if report.extra is None else count(report.extra),
        "high": None if report.extra_high is None else count(report.extra_high),
        "finding": finding(report),
        "discount": money(Decimal(str(round(report.discount, 2))), currency),
        "price_of_one": _price_of_one(report, currency),
        "dip": _effect(figures.get("dip")),
        "sisters": _effect(figures.get("sisters")),
        "tests": figures.get("tests", 0),
        "products": [
            {"variant": names.get(one["variant"]), "units": count(one["units"]), "effect": _effect(one["effect"])}
            for one in figures.get("products", ())
        ],
        **_chart(figures.get("weeks", ())),
    }


def _price_of_one(report: PromotionReport, currency: str) -> str:
    """The discount given per unit that would not have been sold without it; "" where that is not clear."""
    if not report.is_clear or not report.extra:
        return ""
    return money(Decimal(str(round(report.discount / report.extra, 2))), currency)


def _effect(said: dict[str, float] | None) -> dict[str, Any] | None:
    if said is None:
        return None
    clear = said["high"] < 0 or said["low"] > 0
    return {"clear": clear, **{name: count(said[name]) for name in ("low", "middle", "high", "came", "expected")}}


def finding(report: PromotionReport) -> str:
    """What the promotion did, in one sentence."""
    if report.extra is None or report.extra_low is None or report.extra_high is None:
        return _("Too few quiet weeks are known to tell what it did.")
    values = {"low": count(report.extra_low), "high": count(report.extra_high)}
    if report.extra_low > 0:
        return _("It most likely sold %(low)s to %(high)s units that would not have been sold without it.") % values
    if report.extra_high < 0:
        return _("Fewer units were sold than without it would have been expected.")
    return _("What it sold cannot be told from what those weeks would have sold anyway.")


def _chart(weeks: Any) -> dict[str, Any]:
    days = [date.fromisoformat(one["day"]) for one in weeks]
    if not days:
        return {"chart": None}
    names = [_("Sold"), _("Expected without it"), _("Low end"), _("High end")]
    keys = ["units", "expected", "low", "high"]
    roles = ["own", "compare", "other", "other"]
    series = [(name, [one.get(key) for one in weeks], role) for name, key, role in zip(names, keys, roles, strict=True)]
    return {
        "chart": series_data(days, series, digits=0),
        "head": [_("Week from"), *names],
        "table": [
            [
                formats.date_format(day, "SHORT_DATE_FORMAT"),
                *("–" if one.get(key) is None else count(one[key]) for key in keys),
            ]
            for day, one in zip(days, weeks, strict=True)
        ],
    }


def verdict(promotion: Promotion) -> dict[str, Any] | None:
    """Promise and outcome of a plan: whether what came lies in the range it named."""
    report = promotion.report_or_none
    if report is None or not promotion.promise:
        return None
    low, middle, high = promotion.promise["units"]
    return {
        "inside": low <= report.units <= high,
        "came": count(report.units),
        "low": count(low),
        "middle": count(middle),
        "high": count(high),
    }
