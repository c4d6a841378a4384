"""Track records as their page shows them: figures, chart and tables of each subject."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from analytics.accuracy import words
from analytics.accuracy.queries import TrackRecord
from analytics.accuracy.rules import Tally
from analytics.forecasts.models import Measure
from core.charts import series_data
from core.figures import percent
from core.templatetags.sc import number


def section(record: TrackRecord, currency: str, place: int) -> dict[str, Any]:
    """All that the page says of one subject."""
    whole = record.whole
    inside = whole.inside or (None, None, None)
    rows = [(words.ahead(name), tally) for (name, sells), tally in record.parts.items() if name and not sells]
    kinds = [(words.pattern(sells), tally) for (name, sells), tally in record.parts.items() if sells and not name]
    weeks = list(record.weeks.items())
    return {
        "id": f"r-{place}",
        "name": words.subject(record),
        "verdict": words.verdict(whole, record.subject == "share"),
        "mark": whole.verdict,
        "review": words.review(record),
        "has_scores": bool(whole.points),
        "points": int(whole.points),
        "miss": words.amount(whole.typical_miss, record, currency),
        "naive": words.amount(whole.naive_miss, record, currency),
        "inside_80": percent(inside[1]),
        "inside_95": percent(inside[2]),
        "lean": words.lean(whole.bias),
        "head": table_head(_("How far ahead")),
        "ahead": [row(name, tally, record, currency) for name, tally in rows],
        "kinds_head": table_head(_("How it sells")),
        "kinds": [row(name, tally, record, currency) for name, tally in kinds],
        "chart": _chart(record, currency) if len(weeks) > 1 else None,
        "weeks_head": table_head(_("Week of")),
        "weeks": [row(words.day_name(week), tally, record, currency) for week, tally in weeks],
    }


def table_head(first: str) -> list[str]:
    return [
        first,
        _("Forecasts"),
        _("Typical miss"),
        _("Naive guess"),
        _("Nearer by"),
        _("On average"),
        _("In “8 in 10”"),
        _("In “19 in 20”"),
    ]


def row(name: str, tally: Tally, record: TrackRecord, currency: str) -> list[str]:
    inside = tally.inside or (None, None, None)
    return [
        name,
        number(int(tally.points)),
        words.amount(tally.typical_miss, record, currency),
        words.amount(tally.naive_miss, record, currency),
        percent(tally.skill),
        words.lean(tally.bias),
        percent(inside[1]),
        percent(inside[2]),
    ]


def _chart(record: TrackRecord, currency: str) -> dict[str, Any]:
    """The typical miss week by week, ours and that of the naive guess."""
    scale = 100.0 if record.subject == "share" else 1.0
    is_money = record.subject == Measure.SALES_VALUE

    def missed(value: float | None) -> float | None:
        return None if value is None else round(scale * value, 4)

    return series_data(
        list(record.weeks),
        [
            (_("Our typical miss"), [missed(tally.typical_miss) for tally in record.weeks.values()], "own"),
            (_("Naive guess"), [missed(tally.naive_miss) for tally in record.weeks.values()], "compare"),
        ],
        unit="money" if is_money else "number",
        currency=currency if is_money else "",
        digits=2 if is_money else 1,
    )
