"""An answer as pages show it: strips of ranges, tiles, rows of weeks; all text, all geometry worked out here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from analytics.engine.scenario.elasticity import Response, Stop
from analytics.scenarios import words
from analytics.scenarios.answers import HIGH, LOW, MIDDLE, Answer, Figure
from analytics.scenarios.words import amount, units
from core.figures import percent, signed
from core.templatetags.sc import number

STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)


@dataclass(frozen=True)
class Bar:
    """One row of a strip: the three ranges as (class, x, y, width, height), and the middle."""

    role: str
    label: str
    y: float
    bands: list[tuple[str, float, float, float, float]]
    middle: float
    label_y: float


@dataclass(frozen=True)
class Strip:
    """Ranges on one scale, drawn in the width given; two are rendered and CSS shows the one that fits."""

    is_narrow: bool
    width: int
    height: float
    bottom: float
    grid: list[tuple[float, str]]
    bars: list[Bar]
    now: float | None
    right: float
    label: str

    @property
    def text_y(self) -> float:
        return self.bottom + 17


def strips(answer: Answer) -> list[Strip]:
    """Baseline and scenario, once for wide and once for narrow pages."""
    rows = [("base", _("Baseline"), answer.share.planned), ("scen", _("Scenario"), answer.share.changed)]
    said = _("Baseline %(a)s, most likely %(b)s to %(c)s. Scenario %(d)s, most likely %(e)s to %(f)s.")
    values = [percent(row[at], 1) for _role, _name, row in rows for at in (MIDDLE, LOW, HIGH)]
    label = said % dict(zip("abcdef", values, strict=True))
    return [_strip(rows, answer.now, label, is_narrow=narrow) for narrow in (False, True)]


def comparison(answers: Sequence[tuple[str, Answer]]) -> list[Strip]:
    """The baseline and several scenarios under it."""
    rows = [("base", _("Baseline"), answers[0][1].share.planned)]
    rows += [("scen", name, answer.share.changed) for name, answer in answers]
    label = "; ".join(
        _("%(name)s: most likely %(low)s to %(high)s")
        % {"name": name, "low": percent(row[LOW], 1), "high": percent(row[HIGH], 1)}
        for _role, name, row in rows
    )
    return [_strip(rows, answers[0][1].now, label, is_narrow=narrow) for narrow in (False, True)]


def _strip(rows: Sequence[tuple[str, str, list[float]]], now: float, label: str, *, is_narrow: bool) -> Strip:
    width = 320 if is_narrow else 560
    left, right = (12, width - 16) if is_narrow else (118, width - 16)
    lows, highs = [row[0] for *_names, row in rows], [row[-1] for *_names, row in rows]
    low, high = min(*lows, now), max(*highs, now)
    step = next((one for one in STEPS if (high - low) / one <= 8), STEPS[-1])
    first, last = int(low / step), int(high / step) + 1

    def x(value: float) -> float:
        return round(left + (value / step - first) / (last - first) * (right - left), 1)

    gap, top = (54, 44) if is_narrow else (42, 32)
    bars = []
    for place, (role, name, row) in enumerate(rows):
        y = top + place * gap
        bands = [
            (cls, x(row[a]), y - size / 2, max(1.0, round(x(row[b]) - x(row[a]), 1)), size)
            for cls, a, b, size in (("b95", 0, 6, 12.0), ("b80", 1, 5, 18.0), ("b50", 2, 4, 24.0))
        ]
        short = name if len(name) <= 16 or is_narrow else f"{name[:15]}…"
        bars.append(Bar(role, short, y, bands, x(row[MIDDLE]), y - 17 if is_narrow else y + 4))
    bottom = top + (len(rows) - 1) * gap + 22
    digits = 0 if step >= 0.01 else 1
    every = 2 if last - first > 5 else 1
    grid = [
        (x(mark * step), percent(mark * step, digits) if (mark - first) % every == 0 else "")
        for mark in range(first, last + 1)
    ]
    return Strip(is_narrow, width, bottom + 22, bottom, grid, bars, x(now), right, label)


def tiles(answer: Answer, currency: str) -> dict[str, Any]:
    """The effects beside the share: sales, units, profit or why there is none, extra stock."""
    made: dict[str, Any] = {"cost_known": answer.cost_known, "cost_of": answer.cost_of}
    if answer.sales:
        made["sales"] = _tile(answer.sales, lambda value: amount(value, currency))
    if answer.units:
        made["units"] = _tile(answer.units, units)
    if answer.profit:
        made["profit"] = _tile(answer.profit, lambda value: amount(value, currency))
    if answer.margin:
        made["margin"] = {"now": percent(answer.margin[0], 1), "then": percent(answer.margin[1], 1)}
    if answer.extra_stock is not None and answer.stock is not None:
        made["stock"] = {"extra": units(answer.extra_stock), "all": units(answer.stock)}
        if answer.to_order is not None and answer.on_shelf is not None:
            made["stock"] |= {"order": units(answer.to_order), "shelf": number(answer.on_shelf)}
    return made


def _tile(figure: Figure, text: Any) -> dict[str, str]:
    def change(value: float) -> str:
        said: str = text(value)
        return said if said.startswith("−") else f"+{said}"

    low, middle, high = (figure.difference[at] for at in (LOW, MIDDLE, HIGH))
    return {
        "middle": change(middle),
        "low": change(low),
        "high": change(high),
        "planned": text(figure.planned[MIDDLE]),
        "changed": text(figure.changed[MIDDLE]),
    }


def week_rows(answer: Answer, currency: str) -> list[list[str]]:
    """The weeks as text: week, baseline, scenario, its range, sales."""
    return [
        [
            words.week_name(week.week),
            percent(week.planned[MIDDLE], 1),
            percent(week.share[MIDDLE], 1),
            f"{percent(week.share[LOW], 1)} – {percent(week.share[HIGH], 1)}",
            amount(week.sales[MIDDLE], currency) if week.sales else "–",
        ]
        for week in answer.weeks
    ]


def spoken(answer: Answer, currency: str) -> dict[str, Any]:
    """Everything a template says of an answer."""
    return {
        "week": words.week_name(answer.last_week),
        "share": percent(answer.share.changed[MIDDLE], 1),
        "low": percent(answer.share.changed[LOW], 1),
        "high": percent(answer.share.changed[HIGH], 1),
        "difference": words.difference(answer.share),
        "likely": words.likely(answer.share),
        "rests": words.rests(answer),
        "warnings": words.warnings(answer),
        "strips": strips(answer),
        "now": percent(answer.now, 1),
        "tiles": tiles(answer, currency),
        "weeks": week_rows(answer, currency),
    }


@dataclass(frozen=True)
class Curve:
    """The share along the range of prices tried: the 80 % range as an outline, the middle as a line."""

    width: int
    height: int
    band: str
    line: str
    points: list[tuple[float, float]]
    grid: list[tuple[float, str]]
    ticks: list[tuple[float, str]]


def curve(stops: Sequence[Stop], today: float) -> Curve:
    width, height, left, right, top, bottom = 560, 240, 52, 548, 12, 206
    shares = [[float(value) for value in stop.share.changed] for stop in stops]
    low, high = min(row[LOW] for row in shares), max(row[HIGH] for row in shares)
    step = next((one for one in STEPS if (high - low) / one <= 6), STEPS[-1])
    first, last = int(low / step), int(high / step) + 1
    cheapest, dearest = stops[0].price, stops[-1].price

    def x(price: float) -> float:
        return round(left + (price - cheapest) / max(dearest - cheapest, 1e-9) * (right - left), 1)

    def y(share: float) -> float:
        return round(bottom - (share / step - first) / (last - first) * (bottom - top), 1)

    places = [x(stop.price) for stop in stops]
    upper = [f"{place} {y(row[HIGH])}" for place, row in zip(places, shares, strict=True)]
    lower = [f"{place} {y(row[LOW])}" for place, row in zip(places, shares, strict=True)]
    middles = [(place, y(row[MIDDLE])) for place, row in zip(places, shares, strict=True)]
    digits = 0 if step >= 0.01 else 1
    return Curve(
        width,
        height,
        band=f"M{' L'.join([*upper, *reversed(lower)])} Z",
        line=f"M{' L'.join(f'{a} {b}' for a, b in middles)}",
        points=middles,
        grid=[(y(mark * step), percent(mark * step, digits)) for mark in range(first, last + 1)],
        ticks=[
            (place, f"{signed(100 * (stop.price / today - 1), 0)}%")
            for at, (place, stop) in enumerate(zip(places, stops, strict=True))
            if at % 2 == 0
        ],
    )


def stop_rows(stops: Sequence[Stop], today: float, currency: str, of_money: float) -> list[list[str]]:
    """The same as text: price against today's, share, its range, difference of sales with its range."""
    rows = []
    for stop in stops:
        low, middle, high = (float(stop.share.changed[at]) for at in (LOW, MIDDLE, HIGH))
        sales = "–"
        if stop.sales is not None:
            ends = [amount(of_money * float(stop.sales.difference[at]), currency) for at in (LOW, HIGH)]
            sales = _("%(low)s to %(high)s") % {"low": ends[0], "high": ends[1]}
        rows.append(
            [
                f"{signed(100 * (stop.price / today - 1), 0)}%",
                percent(middle, 1),
                f"{percent(low, 1)} – {percent(high, 1)}",
                sales,
            ]
        )
    return rows


def response_rows(found: Sequence[Response]) -> list[dict[str, Any]]:
    """What each lever did to the share, with how sure that is and how often it was moved."""
    rows = []
    for one in found:
        low, middle, high = (float(one.quantiles[at]) for at in (LOW, MIDDLE, HIGH))
        if one.driver == "price":
            said = _("1%% dearer: the share changes by about %(middle)s%%, most likely %(low)s%% to %(high)s%%.")
            scale = 1.0
        else:
            said = _("From the least to the most tried: about %(middle)s pts, most likely %(low)s to %(high)s.")
            scale = 100.0
        values = {"middle": signed(scale * middle, 1), "low": signed(scale * low, 1), "high": signed(scale * high, 1)}
        rows.append(
            {
                "name": words.DRIVERS.get(one.driver, one.driver),
                "says": said % values,
                "moves": one.moves,
            }
        )
    return rows
