"""The numbers of a market share as its page shows them: tiles, charts, strip of weeks, tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from analytics.markets import words
from analytics.markets.models import Player, ShareForecast, ShareRun
from analytics.markets.queries import forecast_of, view
from analytics.markets.rules import Record
from analytics.markets.sheets import GROUPS, ShareSheet
from core.charts import short_day

LOW, MIDDLE, HIGH = 1, 3, 5
AHEAD, FEW = 8, 4
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 312, 192, 36, 10, 26


def group_names() -> dict[str, str]:
    return {"own": _("You"), "rival": _("The largest rival"), "others": _("All others")}


def tiles(sheet: ShareSheet) -> dict[str, Any]:
    """The four key figures: share now, in eight weeks, rank, size of the market."""
    run, own = sheet.run, sheet.own
    row, size = own.quantiles[-1], sheet.size(FEW)
    change = sheet.change(FEW)

    def sold(value: float) -> str:
        return words.amount(value, run.measure, run.market.currency)

    return {
        "now": words.percent(own.last),
        "change": None if change is None else words.points(change, signed=True),
        "rises": change is not None and change >= 0,
        "middle": words.percent(row[MIDDLE]),
        "low": words.percent(row[LOW]),
        "high": words.percent(row[HIGH]),
        "rank": sheet.rank,
        "sellers": sheet.sellers,
        "stays": words.chance(sheet.stays),
        "size": sold(size[MIDDLE]),
        "size_low": sold(size[LOW]),
        "size_high": sold(size[HIGH]),
    }


def chart(sheet: ShareSheet) -> dict[str, Any]:
    """The data of the share chart; shares as percent. Groups stand in the order of GROUPS, the own one first."""
    names = group_names()
    groups = [group for group in GROUPS if group in sheet.view.groups]
    weeks = [*(one.week for one in sheet.past), *sheet.weeks]
    series = [
        [round(one.shares[group] * 100, 3) for one in sheet.past]
        + [round(value * 100, 3) for value in sheet.ahead[group]]
        for group in groups
    ]
    return {
        "labels": [formats.date_format(week, "SHORT_DATE_FORMAT") for week in weeks],
        "ticks": [short_day(week) for week in weeks],
        "names": [names[group] for group in groups],
        "roles": [{"own": "own", "rival": "c1", "others": "other"}[group] for group in groups],
        "series": series,
        "known": len(sheet.past),
        "fan": [[round(value * 100, 3) for value in row] for row in sheet.own.quantiles],
        "unit": "percent",
        "currency": "",
        "digits": 1,
        "today": _("Now"),
    }


def table_head(sheet: ShareSheet) -> list[str]:
    names = group_names()
    others = [names[group] for group in GROUPS[1:] if group in sheet.view.groups]
    ranged = [_("All others, 8 in 10")] if sheet.others else []
    return [_("Week"), _("Your share"), _("Even chance"), _("8 in 10"), _("19 in 20"), *others, *ranged]


def table(sheet: ShareSheet) -> list[list[str]]:
    """Past weeks and those to come as text."""
    others = [group for group in GROUPS[1:] if group in sheet.view.groups]
    past = [
        [words.week_of(one.week), words.percent(one.shares["own"]), "", "", ""]
        + [words.percent(one.shares[group]) for group in others]
        + ([""] if sheet.others else [])
        for one in sheet.past
    ]
    ahead = [
        [words.week_of(week), *_ranges(row), *[words.percent(sheet.ahead[group][step]) for group in others]]
        + ([_between(sheet.others[step], LOW, HIGH)] if sheet.others else [])
        for step, (week, row) in enumerate(zip(sheet.weeks, sheet.own.quantiles, strict=True))
    ]
    return past + ahead


def _between(row: list[float], low: int, high: int) -> str:
    return f"{words.percent(row[low])} – {words.percent(row[high])}"


def _ranges(row: list[float]) -> list[str]:
    return [words.percent(row[MIDDLE]), _between(row, 2, 4), _between(row, LOW, HIGH), _between(row, 0, 6)]


def others(sheet: ShareSheet) -> str:
    """What all others are likely to hold at the last step; why that has no range where it has none."""
    if not sheet.others:
        return _(
            "What all others hold together has no range here: this forecast was made before ranges of it were kept."
        )
    row = sheet.others[-1]
    said = _("All others together: about %(middle)s in eight weeks, most likely %(low)s to %(high)s.")
    return said % dict(
        zip(("low", "middle", "high"), (words.percent(row[at]) for at in (LOW, MIDDLE, HIGH)), strict=True)
    )


def chances(own: ShareForecast) -> list[str]:
    """The chances to gain or lose a point, in words."""
    texts = (
        (FEW, _("In four weeks: %(gain)s to be a point or more higher, %(lose)s to be a point or more lower.")),
        (AHEAD, _("In eight weeks: %(gain)s to be a point or more higher, %(lose)s to be a point or more lower.")),
    )
    return [
        text % {"gain": words.chance(own.gain[step - 1]), "lose": words.chance(own.lose[step - 1])}
        for step, text in texts
        if step <= len(own.gain)
    ]


def strip(record: Record) -> dict[str, Any]:
    """Ranges that were given and what came, oldest week at the left; places as attributes take them."""
    if not record.weeks:
        return {"rows": []}
    low = min(min(one.low, one.actual) for one in record.weeks)
    high = max(max(one.high, one.actual) for one in record.weeks)
    span = (high - low) or 0.01
    across = (WIDTH - LEFT - 12) / max(1, len(record.weeks))

    def place(share: float) -> str:
        return f"{HEIGHT - BOTTOM - (share - low) / span * (HEIGHT - BOTTOM - TOP):.1f}"

    rows = [
        {
            "x": f"{LEFT + 10 + at * across:.1f}",
            "left": f"{LEFT + 5 + at * across:.1f}",
            "right": f"{LEFT + 15 + at * across:.1f}",
            "low": place(one.low),
            "middle": place(one.middle),
            "high": place(one.high),
            "actual": place(one.actual),
            "inside": one.inside,
            "label": words.week_of(one.week) if at % 4 == 0 else "",
            "words": words.verdict(one),
        }
        for at, one in enumerate(record.weeks)
    ]
    marks = [{"y": place(low + part * span), "label": words.percent(low + part * span)} for part in (0, 0.5, 1)]
    return {"rows": rows, "marks": marks, "width": WIDTH, "height": HEIGHT, "left": LEFT, "foot": HEIGHT - 4}


def outcomes(run: ShareRun, player: Player) -> dict[str, Any]:
    """The shop's weeks of a run, and how those that are over turned out."""
    forecast = forecast_of(run, player)
    if forecast is None or view(run.market, run.measure, player.merchant, run.last_week)[0].withheld:  # type: ignore[arg-type]
        return {"rows": [], "scored": 0, "inside": 0}
    scores = {score.step: score for score in forecast.scores.all()}
    rows = []
    for step, row in enumerate(forecast.quantiles, start=1):
        score = scores.get(step)
        rows.append(
            {
                "week": words.week_of(run.week(step)),
                "middle": words.percent(row[MIDDLE]),
                "low": words.percent(row[LOW]),
                "high": words.percent(row[HIGH]),
                "actual": words.percent(score.actual) if score else "",
                "inside": score.inside_80 if score else None,
                "told": words.points(abs(score.planned_error)) if score and score.planned_error is not None else "",
            }
        )
    return {"rows": rows, "scored": len(scores), "inside": sum(score.inside_80 for score in scores.values())}


EXPORT_HEAD = [
    "week", "kind", "share", "low_95", "low_80", "low_50", "middle", "high_50", "high_80", "high_95", "rival", "others",
    "others_low_80", "others_high_80", "market",
]  # fmt: skip


def export(sheet: ShareSheet) -> Iterator[list[Any]]:
    """Past and coming weeks as plain numbers; empty what does not apply or is not shown."""
    for one in sheet.past:
        yield [
            one.week.isoformat(), "actual", one.shares["own"], *[""] * 7, one.shares.get("rival", ""),
            one.shares["others"], "", "", one.total,
        ]  # fmt: skip
    for step, (week, row) in enumerate(zip(sheet.weeks, sheet.own.quantiles, strict=True)):
        rival = sheet.ahead["rival"][step] if "rival" in sheet.ahead else ""
        size = sheet.run.size[step][MIDDLE]
        rest = sheet.others[step] if sheet.others else None
        ends = [rest[LOW], rest[HIGH]] if rest else ["", ""]
        yield [
            week.isoformat(),
            "forecast",
            sheet.own.mean[step],
            *row,
            rival,
            sheet.ahead["others"][step],
            *ends,
            size,
        ]
