"""Forecasts in words a merchant uses. Uncertainty is said in one way: "most likely a to b" is the 80 % range."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics.calendar.words import occasion_name
from analytics.forecasts.models import MODEL_NAMES, ForecastRun, Measure
from analytics.forecasts.rules import significant
from core.templatetags.sc import money, money_short, number

MODEL_SENTENCES = {
    "naive": gettext_lazy("Every coming day is like the last one."),
    "seasonal_naive": gettext_lazy("Every coming day is like the same weekday of the last week."),
    "drift": gettext_lazy("The line from the first to the last day, carried on."),
    "moving_average": gettext_lazy("Every coming day is like the average of the last four weeks."),
    "ses_weekday": gettext_lazy("An average in which recent weeks count more, times what each weekday usually brings."),
    "trend_weekday": gettext_lazy(
        "The recent trend, carried on ever more weakly, times what each weekday usually brings."
    ),
    "blend_weekday": gettext_lazy(
        "The middle of six ways to take an average of the past, times what each weekday usually brings."
    ),
    "ets": gettext_lazy("Level, trend and weekly rhythm, each learnt from the past year."),
    "theta": gettext_lazy("The long trend halved and the recent level, with a weekly rhythm."),
    "sarimax": gettext_lazy(
        "What weekdays, festivals and outside series explain, and the way in which days before lead on to the next."
    ),
}


def figure(value: float | None, measure: str, currency: str) -> str:
    """A forecast value: three significant digits."""
    if value is None:
        return "–"
    if measure == Measure.SALES_VALUE:
        return money_short(value, currency)
    rough = significant(value)
    return number(rough, 0 if rough >= 10 or rough == int(rough) else 1)


def exact(value: float, measure: str, currency: str) -> str:
    """What came, in full."""
    return money(round(value, 2), currency) if measure == Measure.SALES_VALUE else number(value)  # type: ignore[arg-type]


def day_name(day: date) -> str:
    return formats.date_format(day, "SHORT_DATE_FORMAT")


def days_name(first: date, last: date) -> str:
    return f"{formats.date_format(first, 'MONTH_DAY_FORMAT')} – {formats.date_format(last, 'MONTH_DAY_FORMAT')}"


def model_name(name: str) -> str:
    return str(MODEL_NAMES.get(name, name))


def model_sentence(name: str) -> str:
    return str(MODEL_SENTENCES.get(name, ""))


def reason(run: ForecastRun) -> str:
    """Why this model was chosen, in one sentence."""
    tested = next((score for score in run.backtest.get("scores", ()) if score["name"] == run.model), None)
    tests = tested["tests"] if tested else 0
    if run.reason == "best_cheap":
        words = {"tests": tests, "gain": max(1, round(run.gain * 100))}
        sentence = ngettext(
            "In a test on a past day it came %(gain)s%% nearer to what happened than “same as last week”, and no "
            "simpler model did as well.",
            "In %(tests)s tests on past days it came %(gain)s%% nearer to what happened than “same as last week”, and "
            "no simpler model did as well.",
            tests,
        )
        return sentence % words
    sentences = {
        "none_better": _("On past days no model we tried came nearer than “same as last week”, so that stands."),
        "exact": _("“Same as last week” was never wrong on past days, so nothing can do better."),
        "constant": _("Every day of the last eight weeks was the same, so we carry that on."),
        "dormant": _("Nothing was sold in the last eight weeks of the data, so we expect nothing until something is."),
        "fit_failed": _("The model that did best on past days could not follow the newest ones; this one stands in."),
    }
    return sentences.get(run.reason, "")


def refusal(code: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    """Why there is no forecast, and what would change it."""
    if code == "too_short":
        have, need = int(facts["have"]), int(facts["need"])
        why = ngettext(
            "There is %(have)s day of sales so far; a forecast needs %(need)s.",
            "There are %(have)s days of sales so far; a forecast needs %(need)s.",
            have,
        )
        when = day_name(date.fromisoformat(str(facts["ready_on"])))
        cure = _("It comes by itself on %(day)s if you go on selling. Importing older orders brings it sooner.")
        return why % {"have": have, "need": need}, cure % {"day": when}
    if code == "too_gappy":
        why = _("Of %(days)s days %(unknown)s are not known, too many to see a pattern.")
        return why % dict(facts), _("Import the missing orders.")
    if code == "not_numbers":
        return _("Some days hold amounts that cannot be right."), _("Correct the orders with absurd totals.")
    return (
        _("Nothing has been sold yet."),
        _("The first forecast comes four weeks after the first sale. Importing past orders brings it sooner."),
    )


def note(code: str, facts: Mapping[str, Any]) -> str:
    """What was done with the data before the forecast, in one sentence; "" for what is of no interest."""
    if code == "festival":
        name, day = occasion_name(str(facts["key"])), day_name(date.fromisoformat(str(facts["day"])))
        return _festival(name, day, int(facts["past"]), int(facts.get("shops", 0)))
    if code in ("event_new", "event_flat"):
        day = day_name(date.fromisoformat(str(facts["day"])))
        return _event(code, occasion_name(str(facts["key"])), day, int(facts["past"]))
    days = int(facts.get("days", 0))
    if code == "closed":
        sentence = ngettext(
            "You are closed on %(days)s of the coming days: nothing is expected then.",
            "You are closed on %(days)s of the coming days: nothing is expected then.",
            days,
        )
    elif code == "negative":
        sentence = ngettext(
            "%(days)s day with less than nothing sold was taken as zero.",
            "%(days)s days with less than nothing sold were taken as zero.",
            days,
        )
    elif code == "peaks":
        sentence = ngettext(
            "%(days)s exceptional day was not taken as the new normal.",
            "%(days)s exceptional days were not taken as the new normal.",
            days,
        )
    elif code == "gaps":
        sentence = ngettext(
            "%(days)s unknown day was filled with its weekday’s average.",
            "%(days)s unknown days were filled with their weekdays’ averages.",
            days,
        )
    else:
        return ""
    return sentence % {"days": days}


def _festival(name: str, day: str, past: int, shops: int) -> str:
    """What a festival ahead is expected to do, and who saw it do so: the shop itself, others, or both."""
    if not past:
        sentence = ngettext(
            "%(festival)s on %(day)s is the first one we see with you. It is expected to go as %(shops)s other shop "
            "of the marketplace saw it.",
            "%(festival)s on %(day)s is the first one we see with you. It is expected to go as %(shops)s other "
            "shops of the marketplace saw it.",
            shops,
        )
    elif shops:
        sentence = ngettext(
            "%(festival)s on %(day)s is expected to go as it did the %(past)s time we saw it with you, and as other "
            "shops of the marketplace (%(shops)s) saw it.",
            "%(festival)s on %(day)s is expected to go as it did the %(past)s times we saw it with you, and as other "
            "shops of the marketplace (%(shops)s) saw it.",
            past,
        )
    else:
        sentence = ngettext(
            "%(festival)s on %(day)s is expected to go as it did the %(past)s time we saw it.",
            "%(festival)s on %(day)s is expected to go as it did the %(past)s times we saw it.",
            past,
        )
    return sentence % {"festival": name, "day": day, "past": past, "shops": shops}


def _event(code: str, name: str, day: str, past: int) -> str:
    """What is said of an own event ahead that changes nothing."""
    if code == "event_new":
        sentence = _("“%(event)s” on %(day)s is the first of its kind, so we know of no effect and expect none.")
        return sentence % {"event": name, "day": day}
    sentence = ngettext(
        "“%(event)s” on %(day)s is not expected to change sales: last time there was no effect beyond chance.",
        "“%(event)s” on %(day)s is not expected to change sales: the last %(past)s times had none beyond chance.",
        past,
    )
    return sentence % {"event": name, "day": day, "past": past}


def regressor(facts: Mapping[str, Any], horizon: int) -> str:
    """What became of an outside series in the forecast, in one or two sentences."""
    words = {"series": facts["name"], "gain": max(1, round(float(facts["gain"]) * 100))}
    known = int(facts["known_ahead"])
    sentences = {
        "used": _("“%(series)s” is used: with it, tests on past days came %(gain)s%% nearer."),
        "no_gain": _("“%(series)s” is not used: on past days it brought the forecast no nearer."),
        "still": _("“%(series)s” is not used: it never changed, so it explains nothing."),
        "too_few": _("“%(series)s” is not used: a series needs at least 28 known days."),
        "unknown_ahead": _("“%(series)s” is not used: its coming days are not known, and then you leave it out."),
        "untried": _("“%(series)s” was not tried: there are too few past days to test on, or five other series."),
    }
    said = sentences.get(str(facts["code"]), "") % words
    if facts["code"] != "used" or known >= horizon:
        return said
    later = {
        "usual": _("It is known for %(known)s of %(days)s coming days; for the others its average is taken."),
        "carry": _("It is known for %(known)s of %(days)s coming days; after that its last value is carried on."),
    }
    return f"{said} {later.get(str(facts['ahead']), '') % {'known': known, 'days': horizon}}".strip()
