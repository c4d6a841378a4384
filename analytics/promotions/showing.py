"""A promotion as its page shows it: figures, chart, tables, and the finding in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.calendar.words import occasion_name
from analytics.promotions.models import Promotion, PromotionDraft, PromotionReport
from analytics.promotions.queries import names_of
from core.charts import Event, Fan
from core.templatetags.sc import money, money_short, number
from ecommerce.orders.models import Channel

LOW, MIDDLE, HIGH = range(3)
ENDS = ("low", "middle", "high")
PARTS = ("extra", "after", "sisters", "net")
PART_NAMES = {
    "units": gettext_lazy("Units sold"),
    "extra": gettext_lazy("Extra units"),
    "after": gettext_lazy("Two weeks after"),
    "sisters": gettext_lazy("Other products of the category"),
    "net": gettext_lazy("Left after all"),
}


def count(value: float) -> str:
    """Units as people read them: whole, three digits of what is uncertain."""
    size = abs(value)
    digits = 0 if size < 1000 else len(str(int(size))) - 3
    return formats.number_format(int(round(value, -digits)), force_grouping=True).replace("-", "−")


def planned(promotion: Promotion | PromotionDraft, currency: str) -> dict[str, Any] | None:
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
        "festivals": [occasion_name(key) for key in said["festivals"]],
        **_net(said, currency),
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


def _net(said: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Extra units, what they take from elsewhere and what is left; {} for a plan of before these were said."""
    if "net" not in said:
        return {}
    parts = {name: _counted(said[name]) for name in PARTS}
    return {
        "parts": parts,
        "net_says": _("After all, about %(middle)s units more: most likely %(low)s to %(high)s.") % parts["net"],
        "after_from": said["after_from"],
        "sisters_from": said["sisters_from"],
        "others": said.get("has_sisters", True),
        "discount": _monies(said["discount"], currency),
        "spend": money(Decimal(said["spend"]), currency) if Decimal(said["spend"]) else "",
    }


def _counted(values: Sequence[float] | None) -> dict[str, str] | None:
    return None if values is None else dict(zip(ENDS, map(count, values), strict=True))


def _monies(values: Sequence[float] | None, currency: str) -> dict[str, str] | None:
    """Sums of money, as rough as a forecast is."""
    return (
        None
        if values is None
        else {name: money_short(value, currency) for name, value in zip(ENDS, values, strict=True)}
    )


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
        **_returned(report, currency),
        "dip": _effect(figures.get("dip")),
        "sisters": _effect(figures.get("sisters")),
        "tests": figures.get("tests", 0),
        "products": [
            {"variant": names.get(one["variant"]), "units": count(one["units"]), "effect": _effect(one["effect"])}
            for one in figures.get("products", ())
        ],
        "channels": [
            {"name": Channel(one["channel"]).label, "units": count(one["units"]), "effect": _effect(one["effect"])}
            for one in figures.get("channels", ())
        ],
        **_chart(figures.get("weeks", ())),
    }


def _returned(report: PromotionReport, currency: str) -> dict[str, Any]:
    """What it brought for what it cost; {} where that was not measured."""
    figures = report.figures
    if not figures.get("net"):
        return {}
    spend = figures["spend"]
    per = figures["per_spent"]
    values = dict(zip(ENDS, (number(value, 2) for value in per), strict=True)) if per else None
    return {
        "net": _counted(figures["net"]),
        "sales": _monies(figures["sales"], currency),
        "profit": _monies(figures["profit"], currency),
        "spend": money(Decimal(str(round(spend, 2))), currency) if spend else "",
        "spent": money(Decimal(str(round(report.discount + spend, 2))), currency),
        "per_spent": values,
        "return_says": _returns_in_words(figures["profit"], per),
    }


def _returns_in_words(profit: Sequence[float] | None, per: Sequence[float] | None) -> str:
    """Whether it paid, as far as that is clear: by its profit, else by sales against what was spent."""
    if profit is not None:
        if profit[LOW] > 0:
            return _("It paid: after cost of goods and all that was spent, a profit is left (8 in 10).")
        if profit[HIGH] < 0:
            return _("It did not pay: it cost more than the extra sales left over (8 in 10).")
        return _("Whether it paid cannot be told: the range goes from a loss to a profit.")
    if per is None:
        return ""
    if per[HIGH] < 1:
        return _("It brought fewer sales than was spent on it, whatever the goods cost.")
    return _("Whether it paid depends on what the goods cost; too few of their costs are known.")


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
    """What was sold by week, and the range expected without the promotion as a band."""
    days = [date.fromisoformat(one["day"]) for one in weeks]
    if not days:
        return {"chart": None}
    first = next((day for day, one in zip(days, weeks, strict=True) if one["on"]), None)
    chart = Fan(
        past=days,
        actual=[one["units"] for one in weeks],
        future=[],
        fan=[],
        digits=0,
        then=[(one["low"], one["expected"], one["high"]) if "expected" in one else None for one in weeks],
        events=[Event(first, _("Promotion begins"))] if first else [],
    ).data()
    return {
        "chart": {**chart, "today": ""},
        "head": [_("Week from"), _("Sold"), _("Expected without it"), _("8 in 10")],
        "table": [
            [
                formats.date_format(day, "DATE_FORMAT"),
                count(one["units"]),
                count(one["expected"]) if "expected" in one else "–",
                f"{count(one['low'])} – {count(one['high'])}" if "expected" in one else "–",
            ]
            for day, one in zip(days, weeks, strict=True)
        ],
    }


def verdict(promotion: Promotion) -> dict[str, Any] | None:
    """Promise and outcome of a plan, figure by figure: whether what came lies in the range that was named."""
    report = promotion.report_or_none
    said = promotion.promise
    if report is None or not said:
        return None
    measured: dict[str, Sequence[float | None]] = {
        "units": (report.units, report.units, report.units),
        "extra": (report.extra_low, report.extra, report.extra_high),
        "net": report.figures.get("net") or (None, None, None),
    }
    for name, key in (("after", "dip"), ("sisters", "sisters")):
        effect = report.figures.get(key) or {}
        measured[name] = [effect.get(end) for end in ENDS]
    rows = [
        {"name": label, **_held(measured[name]), **_inside(said[name], measured[name]), **(_counted(said[name]) or {})}
        for name, label in PART_NAMES.items()
        if said.get(name) is not None
    ]
    low, middle, high = said["units"]
    return {
        "inside": low <= report.units <= high,
        "came": count(report.units),
        "low": count(low),
        "middle": count(middle),
        "high": count(high),
        "rows": rows,
    }


def _held(came: Sequence[float | None]) -> dict[str, str]:
    """What came, and the range of it where it is measured and not counted."""
    low, middle, high = came
    if low is None or middle is None or high is None:
        return {"came": "–"}
    said = {"came": count(middle)}
    return said if low == high else said | {"came_low": count(low), "came_high": count(high)}


def _inside(told: Sequence[float], came: Sequence[float | None]) -> dict[str, bool | None]:
    """Whether the range that was named and that of what came meet; None where nothing was measured."""
    low, _middle, high = came
    return {"inside": None if low is None or high is None else low <= told[HIGH] and high >= told[LOW]}
