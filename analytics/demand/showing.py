"""The numbers of a variant's page as charts, tables and sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.demand.queries import Accuracy
from analytics.demand.rules import level_key
from analytics.demand.service import Standing
from analytics.demand.sheets import FEW_DAYS, SHOWN, Sheet, Suggestion
from analytics.demand.words import (
    BUCKET_NAMES,
    PATTERN_SENTENCES,
    accuracy,
    between,
    chance,
    day,
    doubts,
    lasting_range,
    level_name,
    notes,
    occasions,
    promise_kept,
    promise_why,
    unchecked,
    units,
)
from analytics.engine.lead_times import CHECKED
from analytics.engine.protocol import WEEK, Array
from analytics.engine.stock import cumulated, lasting_until, later, left_over
from core.charts import Event, Fan, short_day
from core.figures import percent
from core.templatetags.sc import number

FARTHEST: Final = 400  # days: beyond, no date is named
RECENT_DAYS: Final = 84
NOTABLE: Final = 0.03  # a change of less is none


def tiles(sheet: Sheet) -> dict[str, Any]:
    """The five key figures: stock, ahead, sold out, order by, chance of a gap."""
    fortnight = sheet.until(14)
    made: dict[str, Any] = {
        "stock": None if sheet.available is None else number(sheet.available),
        "incoming": int(sheet.stock.incoming[0]),
        "incoming_on": _arrival(sheet),
        "next": units(fortnight[1]),
        "next_range": between(fortnight[0], fortnight[2]),
        "lead": sheet.lead,
    }
    if sheet.available is None or sheet.is_over:
        return made
    free = np.nan_to_num(sheet.stock.available)
    cover = lasting_until(sheet.curve, free, sheet.stock.incoming, sheet.stock.arrival)
    low, middle, high = (_day_of(sheet, float(days[0])) for days in (cover.low, cover.middle, cover.high))
    order_by = _day_of(sheet, max(float(cover.low[0]) - sheet.lead, 0.0)) if low is not None else None
    gap = sheet.gap or 0.0
    return made | {
        "out": "" if middle is None else short_day(middle),
        "out_range": lasting_range(low, high),
        "out_days": (low, middle, high),
        "is_out": sheet.available <= 0,
        "order_by": "" if order_by is None else short_day(order_by),
        "order_now": order_by is not None and order_by <= sheet.begins,
        "arrives": short_day(sheet.delivery),
        "gap": chance(gap),
        "gap_is_likely": gap >= 0.5,
    }


def _day_of(sheet: Sheet, days: float) -> date | None:
    return None if days >= FARTHEST else sheet.begins + timedelta(days=int(days))


def fan(sheet: Sheet, *, weekly: bool) -> dict[str, Any]:
    """The chart of units per day or week."""
    if weekly:
        return _weekly_fan(sheet)
    then = [None if one is None else (one.low, one.middle, one.high) for one in sheet.then]
    return Fan(
        past=sheet.past,
        actual=sheet.actual,
        future=sheet.days,
        fan=[list(row[SHOWN]) for row in sheet.quantiles],
        digits=0,
        then=then if any(then) else None,
        events=[Event(one["day"], one["name"]) for one in occasions(sheet.run)],
    ).data()


def _weekly_fan(sheet: Sheet) -> dict[str, Any]:
    starts = [week[0] for week in _future_weeks(sheet)]
    return Fan(
        past=sheet.past[::WEEK],
        actual=_past_weeks(sheet),
        future=starts,
        fan=[list(row[SHOWN]) for _start, row in _future_weeks(sheet)],
        digits=0,
        then=sheet.weeks_then if any(sheet.weeks_then) else None,
        events=[
            Event(first, name)
            for first, name in ((_week_with(starts, one["day"]), one["name"]) for one in occasions(sheet.run))
            if first is not None
        ],
    ).data()


def _past_weeks(sheet: Sheet) -> list[float]:
    return [sum(sheet.actual[at : at + WEEK]) for at in range(0, len(sheet.actual), WEEK)]


def _future_weeks(sheet: Sheet) -> list[tuple[date, Array]]:
    """The whole weeks ahead with the quantiles of their sums: the width of the first, moved to what each expects."""
    curve = cumulated(sheet.paths.mean, sheet.paths.totals, sheet.run.windows)
    starts = range(0, len(sheet.days) - WEEK + 1, WEEK)
    return [(sheet.days[first], np.asarray(later(curve, sheet.paths.mean, first)[0, WEEK])) for first in starts]


def _week_with(starts: list[date], wanted: date) -> date | None:
    return next((first for first in starts if first <= wanted < first + timedelta(days=WEEK)), None)


def fan_table(sheet: Sheet, *, weekly: bool) -> tuple[list[str], list[list[str]]]:
    """The same numbers as text: what is expected, then what came with what was said of it."""
    head = [
        _("Week from") if weekly else _("Day"),
        _("Actual"),
        _("Middle"),
        _("Even chance"),
        _("8 in 10"),
        _("19 in 20"),
    ]
    if weekly:
        past = list(zip(sheet.past[::WEEK], _past_weeks(sheet), sheet.weeks_then, strict=True))
        ahead = _future_weeks(sheet)
    else:
        then = [None if one is None else (one.low, one.middle, one.high) for one in sheet.then]
        past = list(zip(sheet.past, sheet.actual, then, strict=True))
        ahead = list(zip(sheet.days, sheet.quantiles, strict=True))
    rows = []
    for when, row in ahead:
        low, low_8, low_5, middle, high_5, high_8, high = (float(row[place]) for place in SHOWN)
        rows.append([day(when), "", units(middle), between(low_5, high_5), between(low_8, high_8), between(low, high)])
    for when, came, said in reversed(past):
        was = ["–", "–"] if said is None else [units(said[1]), between(said[0], said[2])]
        rows.append([day(when), number(came), was[0], "", was[1], ""])
    return head, rows


def finding(sheet: Sheet) -> str:
    """What the chart shows, in one sentence."""
    expected, sold = float(sheet.mean.sum()), sum(sheet.actual[-len(sheet.days) :])
    low, middle, high = (float(sheet.paths.totals[0, -1][place]) for place in (SHOWN[1], SHOWN[3], SHOWN[5]))
    words = {"days": len(sheet.days), "middle": units(middle), "range": between(low, high), "sold": number(sold)}
    if sold <= 0 or abs(expected / sold - 1) < NOTABLE:
        return _("Next %(days)s days: about %(middle)s, most likely %(range)s.") % words
    more = expected > sold
    sentence = (
        _("Next %(days)s days: about %(middle)s, most likely %(range)s; more than the %(sold)s of the last ones.")
        if more
        else _("Next %(days)s days: about %(middle)s, most likely %(range)s; less than the %(sold)s of the last ones.")
    )
    return sentence % words


def stock_chart(sheet: Sheet) -> dict[str, Any]:
    """The stock from day to day if nothing is ordered."""
    made = tiles(sheet)
    ahead = stock_days(sheet)
    low, _middle, high = made.get("out_days") or (None, None, None)
    shown = [when for when, _row in ahead]
    window = None
    if low is not None and low in shown:
        window = (low, min(high or shown[-1], shown[-1]))
    return Fan(
        past=[sheet.begins - timedelta(days=1)],
        actual=[sheet.available or 0.0],
        future=shown,
        fan=[row for _when, row in ahead],
        digits=0,
        events=[Event(sheet.delivery, _("Delivery, if ordered today"))],
        window=window,
    ).data()


def stock_days(sheet: Sheet) -> list[tuple[date, list[float]]]:
    """What is left at the end of each day ahead, as rising quantiles at core.charts.QUANTILES."""
    stock = sheet.stock
    left = left_over(sheet.curve, sheet.available or 0.0, float(stock.incoming[0]), float(stock.arrival[0]))
    left = left[:, SHOWN[::-1]]
    return [(sheet.begins + timedelta(days=step), [float(one) for one in row]) for step, row in enumerate(left)]


def stock_table(sheet: Sheet) -> tuple[list[str], list[list[str]]]:
    head = [_("End of day"), _("Middle"), _("Even chance"), _("8 in 10"), _("19 in 20")]
    rows = [
        [day(when), units(row[3]), between(row[2], row[4]), between(row[1], row[5]), between(row[0], row[6])]
        for when, row in stock_days(sheet)
    ]
    return head, rows


def stock_finding(sheet: Sheet) -> str:
    made = tiles(sheet)
    if made.get("is_out"):
        return _("There is nothing left to sell.")
    if not made.get("out"):
        return _("The stock lasts longer than we can see.")
    return _("Used up around %(day)s, %(range)s. An order of today comes in on %(delivery)s.") % {
        "day": made["out"],
        "range": made["out_range"],
        "delivery": made["arrives"],
    }


def chosen(suggestions: Sequence[Suggestion], value: str | None, level: float) -> Suggestion:
    """The suggestion whose level the address asks for by its key, else that of the terms."""
    keys = {one.sure: one for one in suggestions}
    return keys.get(value or "") or keys[level_key(level)]


def sure_words(suggestions: Sequence[Suggestion]) -> dict[str, str]:
    """The levels that suggestions are made for, by key."""
    return {one.sure: level_name(one.level) for one in suggestions}


def _seen(one: Mapping[str, Any]) -> str:
    """Where the effect of an occasion is known from: the shop's own past, other shops, or both."""
    words = {"past": one["past"], "shops": one["shops"], "day": day(one["day"])}
    if not one["shops"]:
        told = ngettext(
            "on its strongest day, as seen %(past)s time; it is on %(day)s",
            "on its strongest day, as seen %(past)s times; it is on %(day)s",
            one["past"],
        )
    elif one["past"]:
        told = _("on its strongest day, as seen here and in %(shops)s other shops of the marketplace; it is on %(day)s")
    else:
        told = _("on its strongest day, as %(shops)s other shops of the marketplace saw it; it is on %(day)s")
    return told % words


def reasons(sheet: Sheet) -> list[dict[str, Any]]:
    """Why demand is so: title, what it rests on, the change it makes, and its size for a bar."""
    made = []
    for one in occasions(sheet.run):
        made.append((one["name"], _seen(one), one["share"]))
    recent, before = sum(sheet.actual[-28:]), sum(sheet.actual[-56:-28])
    if before > 0 and abs(recent / before - 1) >= NOTABLE:
        small = _("%(recent)s sold in the last 28 days, %(before)s in the 28 before") % {
            "recent": number(recent),
            "before": number(before),
        }
        made.append((_("Trend of eight weeks"), small, recent / before - 1))
    strongest = _weekday(sheet)
    if strongest is not None:
        name, share = strongest
        made.append((_("Best weekday: %(day)s") % {"day": name}, _("against the average day of a week"), share))
    largest = max((abs(share) for _title, _small, share in made), default=0) or 1
    return [
        {
            "title": title,
            "small": small,
            "change": percent(share, sign=True),
            "size": min(abs(share) / largest, 1.0) * 100,
        }
        for title, small, share in made
    ]


def _weekday(sheet: Sheet) -> tuple[str, float] | None:
    """The weekday that sells most in the weeks ahead without their festivals, and by how much."""
    run = sheet.run
    assert run.data_from is not None
    begin = (sheet.days[0] - run.data_from).days
    factors = np.asarray(run.factors[begin : begin + len(sheet.days)] or np.ones(len(sheet.days)), dtype=float)
    plain = sheet.mean[: len(factors)] / factors
    whole = len(plain) // WEEK * WEEK
    if whole == 0 or plain[:whole].mean() <= 0:
        return None
    by_day = plain[:whole].reshape(-1, WEEK).mean(axis=0)
    best = int(by_day.argmax())
    share = float(by_day[best] / by_day.mean() - 1)
    return (str(WEEKDAYS[sheet.days[best].weekday()]), share) if share >= NOTABLE else None


def about(sheet: Sheet) -> list[str]:
    """How it sells and what was done with its past, in sentences."""
    kind = PATTERN_SENTENCES.get(sheet.pattern)  # type: ignore[call-overload]
    return [*([str(kind)] if kind else []), *notes(sheet.notes)]


def record(sheet: Sheet) -> dict[str, Any] | None:
    """How well this variant was foreseen about a week ahead; None where too few days are over."""
    told = sheet.told
    if len(told) < FEW_DAYS:
        return None
    inside = sum(one.inside for one in told)
    return {
        "days": len(told),
        "inside": inside,
        "due": round(0.8 * len(told)),
        "miss": units(float(np.mean([abs(one.middle - one.actual) for one in told]))),
        "naive": units(float(np.mean([abs(one.naive - one.actual) for one in told]))),
        "verdict": accuracy(inside / len(told)),
    }


def recent(today: date) -> date:
    """From which day on forecasts count for how well variants alike were foreseen."""
    return today - timedelta(days=RECENT_DAYS)


def alike(scores: Sequence[Accuracy], pattern: str) -> dict[str, Any] | None:
    """How the sums of 28 days of variants that sell alike were foreseen; of single days where none is over yet."""
    for bucket in ("sum-28", "sum-7", "days-1-7"):
        one = next((one for one in scores if one.pattern == pattern and one.bucket == bucket), None)
        if one is not None:
            return {
                "ahead": BUCKET_NAMES[bucket],
                "points": number(one.points),
                "inside": round(one.inside_80 * 10, 1),
                "miss": units(one.miss),
                "naive": units(one.naive_miss),
                "verdict": accuracy(one.inside_80),
            }
    return None


def _arrival(sheet: Sheet) -> date | None:
    """The day on which the first units on their way are expected; None where that day is over or nobody knows it."""
    days = float(sheet.stock.arrival[0])
    return sheet.outlook.variant.merchant.today() + timedelta(days=int(days)) if np.isfinite(days) else None


def reorder_point(sheet: Sheet, promise: Standing | None) -> dict[str, Any] | None:
    """How the reorder point comes about, figure by figure, with sentences on where each is from; None without one.

    `promise` is how the promise to its class stands; None where the variant has terms of its own, or no class yet.
    """
    outlook = sheet.outlook
    if outlook.reorder_point is None or outlook.safety_stock is None:
        return None
    expected = max(outlook.reorder_point - outlook.safety_stock, 0)
    days = {"days": outlook.lead_days}
    rows = [
        {"label": _("Days until a delivery"), "value": number(outlook.lead_days)},
        {"label": _("Expected to sell until then"), "value": number(expected)},
        {"label": _("Safety stock"), "value": f"+ {number(outlook.safety_stock)}"},
        {"label": _("Reorder point"), "value": number(outlook.reorder_point), "is_sum": True},
    ]
    if outlook.lead_count:
        words = {"count": outlook.lead_count, "low": outlook.lead_low, "high": outlook.lead_high}
        lead = ngettext(
            "The days until a delivery are measured: %(count)d delivery of the supplier.",
            "The days until a delivery are measured: %(count)d deliveries of the supplier, 8 in 10 of them after"
            " %(low)d to %(high)d days.",
            outlook.lead_count,
        )
        lead %= words
    else:
        lead = ngettext(
            "The %(days)d day until a delivery is typed in; too few deliveries of the supplier came to measure it.",
            "The %(days)d days until a delivery are typed in; either too few deliveries of the supplier came to measure"
            " them, or they are not to count.",
            outlook.lead_days,
        )
        lead %= days
    level = level_name(outlook.level)
    safety = _("With this safety stock it holds out in %(level)s of cases, slow deliveries counted.") % {"level": level}
    says = [lead, safety]
    if outlook.abc:
        says.append(_("By value it belongs to class %(abc)s.") % {"abc": outlook.abc})
    if promise is not None:
        says += [promise_kept(promise), promise_why(promise), *doubts(promise)]
    elif outlook.level > CHECKED:
        says.append(unchecked())
    return {"rows": rows, "says": says}
