"""The numbers of a forecast as its page shows them: tiles, chart, strip of weeks, table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from accounts.merchants.models import Merchant
from analytics.forecasts.models import Measure
from analytics.forecasts.queries import Sheet
from analytics.forecasts.rules import HIGH, LOW, MIDDLE, Verdict
from analytics.forecasts.words import day_name, days_name, exact, figure
from core.charts import Fan

STANDS_OUT = 1.02  # a day or week is the busiest only if it brings at least 2 % more than the average one
STRIP_WIDTH, STRIP_ROW, STRIP_LEFT, STRIP_RIGHT = 420, 22, 58, 10


def tiles(sheet: Sheet, merchant: Merchant) -> dict[str, Any]:
    """The five key figures: now, ahead, the busiest day, the day to decide, how sure we are."""
    run, currency = sheet.run, merchant.currency
    whole = run.total(1, run.horizon) or sheet.days[-1].quantiles
    before = sum(value for _, value in sheet.past[-56:-28]) if len(sheet.past) >= 56 else 0
    weeks = {first: run.total(first, first + 6) for first in range(1, run.horizon - 5, 7)}
    busiest_week = max((first for first in weeks if weeks[first]), key=lambda first: weeks[first][MIDDLE], default=1)  # type: ignore[index]
    starts = sheet.days[busiest_week - 1].day
    busiest = sheet.busiest
    mean_day = sum(day.q50 for day in sheet.days) / len(sheet.days)
    mean_week = sum(band[MIDDLE] for band in weeks.values() if band) / max(1, len(weeks))
    best_week = (weeks[busiest_week] or [0.0] * 7)[MIDDLE]

    def shown(value: float) -> str:
        return figure(value, run.measure, currency)

    return {
        "past": exact(sheet.past_28, run.measure, currency),
        "change": (sheet.past_28 / before - 1) * 100 if before else None,
        "next": shown(whole[MIDDLE]),
        "next_low": shown(whole[LOW]),
        "next_high": shown(whole[HIGH]),
        "busiest": day_name(busiest.day) if busiest.q50 > STANDS_OUT * mean_day else "",
        "busiest_middle": shown(busiest.q50),
        "busiest_low": shown(busiest.q10),
        "busiest_high": shown(busiest.q90),
        "decide": day_name(_decision_day(sheet, starts, merchant.today())),
        "week": days_name(starts, starts + timedelta(days=6)) if best_week > STANDS_OUT * mean_week else "",
        "miss": shown(sheet.record.typical_miss),
        "naive": shown(sheet.record.naive_miss),
        "nearer": round(sheet.record.better * 100),
    }


def _decision_day(sheet: Sheet, starts: date, today: date) -> date:
    """The day before the busiest week starts; today where that is past already."""
    eve = starts - timedelta(days=1)
    return max(eve, today) if today <= sheet.days[-1].day else eve


def run_is_current(sheet: Sheet, merchant: Merchant) -> bool:
    """Whether the forecast begins no earlier than yesterday, so that it looks ahead from now."""
    return sheet.days[0].day >= merchant.today() - timedelta(days=1)


def fan(sheet: Sheet, merchant: Merchant) -> dict[str, Any]:
    """The data of the fan chart."""
    money = sheet.run.measure == Measure.SALES_VALUE
    then = {day.first: (day.low, day.middle, day.high) for day in sheet.record.days}
    past = [day for day, _ in sheet.past]
    return Fan(
        past=past,
        actual=[value for _, value in sheet.past],
        future=[day.day for day in sheet.days],
        fan=[day.quantiles for day in sheet.days],
        unit="money" if money else "number",
        currency=merchant.currency,
        digits=2 if money else 0,
        then=[then.get(day) for day in past] if then else None,
    ).data()


def table(sheet: Sheet, currency: str) -> list[list[str]]:
    """The forecast days as text: day, middle, and the three ranges."""
    measure = sheet.run.measure

    def between(low: float, high: float) -> str:
        return f"{figure(low, measure, currency)} – {figure(high, measure, currency)}"

    return [
        [
            day_name(day.day),
            figure(day.q50, measure, currency),
            between(day.q25, day.q75),
            between(day.q10, day.q90),
            between(day.q025, day.q975),
        ]
        for day in sheet.days
    ]


def table_head() -> list[str]:
    return [_("Day"), _("Middle"), _("Even chance"), _("8 in 10"), _("19 in 20")]


@dataclass(frozen=True)
class StripRow:
    """One week of the strip: places on the drawing as attributes take them, and the same in words."""

    y: int
    label: str
    low: str
    middle: str
    high: str
    actual: str
    inside: bool
    words: str

    @property
    def text_y(self) -> int:
        return self.y + 4

    @property
    def top(self) -> int:
        return self.y - 7

    @property
    def bottom(self) -> int:
        return self.y + 7


def strip(sheet: Sheet, currency: str) -> dict[str, Any]:
    """Predicted and actual weeks, oldest first, on one scale."""
    weeks: list[Verdict] = list(sheet.record.weeks)
    largest = max((max(week.high, week.actual) for week in weeks), default=0) or 1

    def place(value: float) -> str:
        return f"{STRIP_LEFT + value / largest * (STRIP_WIDTH - STRIP_LEFT - STRIP_RIGHT):.1f}"

    rows = [
        StripRow(
            y=12 + index * STRIP_ROW,
            label=week_label(week.first),
            low=place(week.low),
            middle=place(week.middle),
            high=place(week.high),
            actual=place(week.actual),
            inside=week.inside,
            words=_("%(week)s: expected %(low)s to %(high)s, came %(actual)s")
            % {
                "week": days_name(week.first, week.last),
                "low": figure(week.low, sheet.run.measure, currency),
                "high": figure(week.high, sheet.run.measure, currency),
                "actual": exact(week.actual, sheet.run.measure, currency),
            },
        )
        for index, week in enumerate(weeks)
    ]
    return {"rows": rows, "width": STRIP_WIDTH, "height": len(rows) * STRIP_ROW, "left": STRIP_LEFT}


def week_label(first: date) -> str:
    return days_name(first, first).split(" – ")[0]
