"""Demand in words a merchant uses. "Most likely a to b" is the 80 % range."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from math import floor
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from analytics.calendar.words import occasion_name
from analytics.demand.models import DemandOutlook, DemandRun, PatternName
from analytics.demand.rules import BUCKETS
from analytics.demand.service import Standing
from analytics.engine.lead_times import CHECKED
from analytics.engine.service import FEWEST
from analytics.engine.stock import ENDLESS
from analytics.forecasts.rules import significant
from analytics.forecasts.words import day_name
from core.charts import short_day
from core.figures import percent
from core.templatetags.sc import number

FAR = 400  # days: beyond, no date is named

PATTERN_SENTENCES = {
    PatternName.STEADY: gettext_lazy("It sells on most days, in amounts that are alike."),
    PatternName.UNEVEN: gettext_lazy("It sells on most days, but in very different amounts, so the range is wide."),
    PatternName.RARE: gettext_lazy("It sells now and then, so the forecast speaks of an average, not of single days."),
    PatternName.LUMPY: gettext_lazy(
        "It sells now and then and in very different amounts: the hardest kind to foresee."
    ),
    PatternName.NEW: gettext_lazy("It is new, so we lean on how products of its category sell."),
    PatternName.ASLEEP: gettext_lazy("It has not been sold for a long time, so we expect nothing until it is again."),
}

# What was done with a series: of one variant, and of how many in a run.
NOTE_SENTENCES = {
    "gaps": gettext_lazy("Days without stock count neither as sales nor as days without demand."),
    "negative": gettext_lazy("Days with more returns than sales count as days without a sale."),
    "absurd": gettext_lazy("Amounts that cannot be right were left out."),
    "leading": gettext_lazy("The days before the first sale do not count: it was not on sale yet."),
    "young": gettext_lazy("With so few days of its own we lean on its category too."),
    "silent": gettext_lazy("It has never been sold."),
    "dormant": gettext_lazy("Nothing was sold in the last 90 days on which there was stock."),
}
POLICY_SENTENCES = {
    "gaps": ngettext_lazy(
        "%(count)s variant had days without stock. They count neither as sales nor as days without demand.",
        "%(count)s variants had days without stock. They count neither as sales nor as days without demand.",
        "count",
    ),
    "negative": ngettext_lazy(
        "%(count)s variant had days with more returns than sales. They count as days without a sale.",
        "%(count)s variants had days with more returns than sales. They count as days without a sale.",
        "count",
    ),
    "absurd": ngettext_lazy(
        "%(count)s variant had amounts that cannot be right. They were left out.",
        "%(count)s variants had amounts that cannot be right. They were left out.",
        "count",
    ),
    "leading": ngettext_lazy(
        "%(count)s variant was first sold within the past we look at. Its days before that do not count.",
        "%(count)s variants were first sold within the past we look at. Their days before that do not count.",
        "count",
    ),
    "young": ngettext_lazy(
        "%(count)s variant has few days of its own. Its category lends it some.",
        "%(count)s variants have few days of their own. Their categories lend them some.",
        "count",
    ),
    "silent": ngettext_lazy(
        "%(count)s variant was never sold. We expect nothing of it.",
        "%(count)s variants were never sold. We expect nothing of them.",
        "count",
    ),
    "dormant": ngettext_lazy(
        "%(count)s variant was not sold in 90 days with stock. We expect nothing of it.",
        "%(count)s variants were not sold in 90 days with stock. We expect nothing of them.",
        "count",
    ),
}
FAILURES = {
    "died": gettext_lazy("It stopped the worker twice and was left out."),
    "gave_up": gettext_lazy("Its part of the work was tried several times and given up."),
    "not_finite": gettext_lazy("What came out was no number."),
}
BUCKET_NAMES = {
    "days-1-7": gettext_lazy("Single days, 1 to 7 days ahead"),
    "days-8-14": gettext_lazy("Single days, 8 to 14 days ahead"),
    "days-15-28": gettext_lazy("Single days, 15 to 28 days ahead"),
    "sum-7": gettext_lazy("The first 7 days together"),
    "sum-28": gettext_lazy("All 28 days together"),
}
assert set(BUCKET_NAMES) == set(BUCKETS)


WHY_AIM = {
    "none": gettext_lazy("Reorder points are set at the promised level: no week under this promise is over yet."),
    "few": ngettext_lazy(
        "Reorder points are set at the promised level: fewer than %(count)d variant a week is too few to learn from.",
        "Reorder points are set at the promised level: fewer than %(count)d variants a week are too few to learn from.",
        "count",
    ),
    "kept": gettext_lazy("Reorder points are set at the promised level: the weeks so far ask for nothing else."),
    "raised": gettext_lazy("Reorder points are set at %(aim)s: at a lower level fewer weeks were kept than promised."),
    "lowered": gettext_lazy(
        "Reorder points are set at %(aim)s: more weeks were kept than promised, so less stock is enough."
    ),
    "lowest": gettext_lazy(
        "Reorder points are set at %(aim)s, what is needed as likely as not: more weeks were kept than promised, but"
        " points are never set lower."
    ),
}
ALMOST = 0.9995  # levels above would be shown as certain


def level_name(level: float) -> str:
    """A service level as people name it: "90%", "97.5%"."""
    if level >= ALMOST:
        return _("over 99.9%")
    return percent(level, 0 if abs(100 * level - round(100 * level)) < 0.05 else 1)


def unchecked() -> str:
    """That a level lies beyond what the ranges of past forecasts are held against."""
    return _("Forecasts can be checked up to %(level)s: what is needed beyond is estimated from their shape.") % {
        "level": level_name(CHECKED)
    }


def doubts(one: Standing) -> list[str]:
    """What the record of the promise to a class cannot confirm."""
    found = []
    if one.is_beyond:
        found.append(
            _(
                "The weeks so far are too few to confirm %(level)s: even if all had been kept, they would speak for"
                " %(most)s at most."
            )
            % {"level": level_name(one.level), "most": percent(floor(1000 * one.confirms) / 1000, 1)}
        )
    if one.is_unchecked:
        found.append(unchecked())
    return found


def promise_kept(one: Standing) -> str:
    """The service level promised to a class, and how much of it was kept, with its range."""
    level = level_name(one.level)
    if one.kept is None:
        return _("Promised %(level)s · not measured yet.") % {"level": level}
    sentence = ngettext(
        "Promised %(level)s · kept %(kept)s in the last week, most likely %(low)s to %(high)s.",
        "Promised %(level)s · kept %(kept)s of weeks over the last %(weeks)d, most likely %(low)s to %(high)s.",
        one.weeks,
    )
    shares = {name: percent(value, 1) for name, value in (("kept", one.kept), ("low", one.low), ("high", one.high))}
    return sentence % {"level": level, "weeks": one.weeks, **shares}


def promise_why(one: Standing) -> str:
    """At which level reorder points are set to keep the promise to a class, and why."""
    words = WHY_AIM[one.why]
    return str(words % {"aim": level_name(one.aim), "count": FEWEST})


def promise_rows(found: Iterable[Standing]) -> list[dict[str, Any]]:
    """The promises to all classes as rows of a table."""
    return [
        {
            "abc": one.abc,
            "level": level_name(one.level),
            "kept": percent(one.kept, 1),
            "range": "" if one.kept is None else f"{percent(one.low, 1)}–{percent(one.high, 1)}",
            "weeks": one.weeks,
            "aim": level_name(one.aim),
            "why": promise_why(one),
            "doubts": doubts(one),
            "unordered": one.unordered,
        }
        for one in found
    ]


def units(value: float | None) -> str:
    """A number of units that is foreseen: three significant digits, whole from 10 on."""
    if value is None:
        return "–"
    rough = significant(value)
    tenth = round(rough, 1)
    return number(rough if tenth >= 10 else tenth, 0 if tenth >= 10 or tenth == int(tenth) else 1)


def between(low: float, high: float) -> str:
    """A range of units, "3–8"; a single number where both ends are shown alike."""
    first, last = units(low), units(high)
    return first if first == last else f"{first}–{last}"


def signed(value: float) -> str:
    """A difference of units with its sign."""
    text = units(abs(value))
    return text if text == "0" else f"{'+' if value > 0 else '−'}{text}"


def pattern_name(pattern: str) -> str:
    return str(PatternName(pattern).label) if pattern in PatternName.values else "–"


def notes(names: Iterable[str]) -> list[str]:
    """What was done with the past of one variant."""
    return [str(NOTE_SENTENCES[name]) for name in names if name in NOTE_SENTENCES]


def policies(counts: Mapping[str, int]) -> list[str]:
    """What was done with the past of the variants of a run."""
    return [
        str(POLICY_SENTENCES[name] % {"count": count}) for name, count in counts.items() if name in POLICY_SENTENCES
    ]


def failure(reason: str) -> str:
    """Why a variant could not be forecast. What is not one of our codes is the name of an error of ours."""
    return str(FAILURES.get(reason) or _("An error of ours (%(name)s). It is in the log.") % {"name": reason})


def lasting(outlook: DemandOutlook) -> str:
    """Until when the stock lasts, in short: a day and its range, or that no day can be named."""
    if outlook.available is None or not outlook.has_forecast or outlook.as_of is None:
        return "–"
    if outlook.available <= 0:
        return _("Sold out")
    if outlook.out_middle is None:
        days = min(outlook.lasts, ENDLESS)
        return _("longer than a year") if days > FAR else "–"
    return short_day(outlook.out_middle)


def lasting_range(low: date | None, high: date | None) -> str:
    """The days between which a stock is most likely used up."""
    if low is None:
        return ""
    if high is None:
        return _("most likely not before %(day)s") % {"day": short_day(low)}
    if low == high:
        return _("most likely on %(day)s") % {"day": short_day(low)}
    return _("most likely %(low)s to %(high)s") % {"low": short_day(low), "high": short_day(high)}


def chance(share: float) -> str:
    """A chance as a tile shows it; beyond what the quantiles tell, only that it is beyond."""
    if share <= 0.025:
        return _("under 3%")
    if share >= 0.975:
        return _("over 97%")
    return f"{round(share * 100)}%"


def occasions(run: DemandRun) -> list[dict[str, Any]]:
    """The festivals ahead: their day, name, and what they do to demand on their strongest day."""
    found = []
    for one in run.occasions:
        day = date.fromisoformat(one["day"])
        found.append(
            {
                "day": day,
                "name": occasion_name(str(one["key"])),
                "past": int(one.get("past", 0)),
                "shops": int(one.get("shops", 0)),
                "share": _strongest(run, day) - 1.0,
            }
        )
    return found


def _strongest(run: DemandRun, day: date) -> float:
    """The factor furthest from one in the week round a day of the horizon."""
    assert run.data_from is not None
    assert run.data_to is not None
    first = max(day - timedelta(days=5), run.data_to + timedelta(days=1))
    begin, end = (first - run.data_from).days, (day - run.data_from).days + 3
    factors = [float(one) for one in run.factors[max(begin, 0) : end]]
    return max(factors, key=lambda one: abs(one - 1.0), default=1.0)


def progress(series: int, finished: int) -> str:
    """How far a run is."""
    sentence = ngettext(
        "%(finished)s of %(series)s variant is worked out",
        "%(finished)s of %(series)s variants are worked out",
        series,
    )
    return sentence % {"finished": number(finished), "series": number(series)}


def duration(seconds: float) -> str:
    """How long something took."""
    if seconds < 10:
        return _("%(seconds)s seconds") % {"seconds": number(seconds, 1)}
    if seconds < 120:
        return _("%(seconds)s seconds") % {"seconds": number(seconds)}
    return _("%(minutes)s minutes") % {"minutes": number(seconds / 60)}


def accuracy(inside: float | None, wanted: int = 80) -> str:
    """How a share of outcomes inside the 80 % range is to be taken."""
    if inside is None:
        return _("Nothing was compared.")
    held = round(inside * 100)
    if held < wanted - 5:
        return _("The range was too narrow.")
    if held > wanted + 5:
        return _("The range was wider than it had to be.")
    return _("The range was right.")


def day(value: date | None) -> str:
    return day_name(value) if value is not None else "–"
