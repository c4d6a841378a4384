"""Track records in words a merchant uses."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics.accuracy.models import ForecastOverride, OverrideOf
from analytics.accuracy.queries import Span, TrackRecord
from analytics.accuracy.rules import Tally
from analytics.demand.models import PatternName
from analytics.forecasts.models import Measure
from analytics.forecasts.words import day_name, days_name, figure
from core.templatetags.sc import number

AHEAD = {
    "days-1-7": gettext_lazy("1 to 7 days ahead"),
    "days-8-14": gettext_lazy("8 to 14 days ahead"),
    "days-15-28": gettext_lazy("15 to 28 days ahead"),
    "sum-7": gettext_lazy("sum of the first week"),
    "sum-28": gettext_lazy("sum of four weeks"),
    "weeks-1-2": gettext_lazy("1 or 2 weeks ahead"),
    "weeks-3-4": gettext_lazy("3 or 4 weeks ahead"),
    "weeks-5-8": gettext_lazy("5 to 8 weeks ahead"),
}
ROUGHLY_RIGHT = 0.02


def subject(record: TrackRecord) -> str:
    """What the record is of."""
    if record.subject == "demand":
        return _("Demand by product")
    if record.subject == "share":
        return _("Market share in %(category)s") % {"category": record.name}
    return str(Measure(record.subject).label)


def amount(value: float | None, record: TrackRecord, currency: str) -> str:
    """A typical miss in the unit of its subject."""
    if value is None:
        return "–"
    if record.subject == "share":
        return _("%(points)s points") % {"points": number(round(100 * value, 1), 1)}
    if record.subject == "demand":
        return _("%(units)s units") % {"units": number(round(value, 1), 1)}
    return figure(value, record.subject, currency)


def verdict(tally: Tally, is_share: bool) -> str:
    """Whether forecasts were worth having, in one sentence."""
    if tally.verdict == "few":
        return _("Too few forecasts have come due to judge yet.")
    better = round(100 * (tally.skill or 0))
    if tally.verdict == "none":
        if is_share:
            return _("No skill yet: guessing that the share stays as it is would have done as well.")
        return _("No skill yet: guessing “same as last week” would have done as well.")
    if is_share:
        return _("Our forecasts came %(percent)s%% nearer than guessing that the share stays as it is.") % {
            "percent": better
        }
    return _("Our forecasts came %(percent)s%% nearer than guessing “same as last week”.") % {"percent": better}


def lean(bias: float | None) -> str:
    """In which direction forecasts were off on average."""
    if bias is None:
        return "–"
    if abs(bias) < ROUGHLY_RIGHT:
        return _("about right")
    words = {"percent": round(100 * abs(bias))}
    return (_("%(percent)s%% too high") if bias > 0 else _("%(percent)s%% too low")) % words


def review(record: TrackRecord) -> str:
    """What was done about forecasts that were off; "" where nothing had to be."""
    if not record.is_review:
        return ""
    since = record.watch.get("since", "")
    told = _("Our ranges were too narrow lately; we have widened them and choose our models anew.")
    if not since:
        return told
    return told + " " + _("Noticed on %(day)s.") % {"day": day_name(date.fromisoformat(since))}


def ahead(name: str) -> str:
    return str(AHEAD.get(name, name))


def pattern(name: str) -> str:
    return str(dict(PatternName.choices).get(name, name))


def span(one: Span | ForecastOverride) -> str:
    """The days of a span."""
    first = one.first if isinstance(one, Span) else one.first_day
    last = one.last if isinstance(one, Span) else one.last_day
    return day_name(first) if first == last else days_name(first, last)


def value(one: float, measure: str, currency: str) -> str:
    """A figure of a span; units are plain numbers."""
    return figure(one, Measure.ORDERS if measure == OverrideOf.UNITS else measure, currency)


def choice(one: Span, measure: str, currency: str) -> str:
    """A span as a choice of the form: its days and what the machine says of them."""
    return _("%(days)s: most likely %(low)s to %(high)s, middle %(middle)s") % {
        "days": span(one),
        "low": value(one.low, measure, currency),
        "high": value(one.high, measure, currency),
        "middle": value(one.middle, measure, currency),
    }


def nearer(counts: Any) -> str:
    """How often own figures came nearer than the machine's; "" where none was scored."""
    judged = sum(counts.values())
    if not judged:
        return ""
    said = ngettext(
        "Your figures were nearer than ours in %(won)s of %(all)s case.",
        "Your figures were nearer than ours in %(won)s of %(all)s cases.",
        judged,
    )
    return said % {"won": counts["person"], "all": judged}
