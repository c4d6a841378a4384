"""Market shares in words a merchant uses: "most likely a to b" is the 80 % range, a point a hundredth of a market."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from analytics.markets.models import Measure, ShareRun
from analytics.markets.panels import MOST
from analytics.markets.rules import LEAST_WEEKS, PEERS, Record, Verdict
from core import figures
from core.templatetags.sc import money_short, number

SMALL: Final = 0.01
"""Below a hundredth shares are written with two decimals."""
LEANS: Final = 0.25
"""Forecasts lean if their mean error is more than this part of the typical miss."""
HARDLY: Final = 0.05

MODELS: Final = {
    "naive": gettext_lazy("The share stays as it was last week"),
    "mean": gettext_lazy("The average of all weeks"),
    "moving_average": gettext_lazy("The average of the last weeks"),
    "smoothing": gettext_lazy("An average in which recent weeks count more"),
    "plain_smoothing": gettext_lazy("An average in which recent weeks count more"),
    "vector_autoregression": gettext_lazy("How shares have followed each other from week to week"),
    "logit": gettext_lazy("How shares answer to prices, promotions and what else drives them"),
    "logit_lagged": gettext_lazy("How shares answer to prices and promotions, and to those of the week before"),
    "recent_lagged": gettext_lazy("How shares answered to prices and promotions in the last half year"),
    "levelled": gettext_lazy("How shares answer to prices and promotions from a slowly moving level"),
    "differenced": gettext_lazy("How shares change when prices and promotions change"),
    "random_walk": gettext_lazy("Last week’s share, moved by changes of prices and promotions"),
}
CAUSES: Final = {
    "price": gettext_lazy("Your prices"),
    "promotion": gettext_lazy("Your promotions"),
    "advertising": gettext_lazy("Your advertising"),
    "stockout": gettext_lazy("Your sold-out days"),
    "rating": gettext_lazy("What buyers think of your products"),
    "rivals": gettext_lazy("What rivals did"),
    "season": pgettext_lazy("cause", "Season"),
    "unexplained": gettext_lazy("Not explained by any of these"),
}


def percent(share: float) -> str:
    """A share as its page writes it: 18.4%, 0.42%."""
    return figures.percent(share, 2 if abs(share) < SMALL else 1)


def points(change: float, *, signed: bool = False) -> str:
    """A difference of shares: 0.4 pts, +2.3 pts."""
    digits = 2 if abs(change) < SMALL / 2 else 1
    sign = ("+" if change > 0 else "−" if change < 0 else "") if signed else ""
    return pgettext("percentage points", "%(n)s pts") % {"n": f"{sign}{number(abs(change) * 100, digits)}"}


def amount(value: float, measure: str, currency: str) -> str:
    """What a market sells, rounded as a forecast is."""
    if measure == Measure.VALUE:
        return money_short(value, currency)
    return number(round(value, -1) if value >= 1000 else round(value))


def week_of(week: date) -> str:
    return formats.date_format(week, "MONTH_DAY_FORMAT")


def chance(probability: float) -> str:
    """A chance as one says it."""
    if probability < HARDLY:
        return _("less than 1 in 20")
    if probability > 1 - HARDLY:
        return _("more than 19 in 20")
    return _("about %(n)s in 10") % {"n": min(9, max(1, round(10 * probability)))}


def withheld(code: str) -> tuple[str, str]:
    """Why a shop may not see its share, and what would change that."""
    if code == "alone":
        return (
            _("Nobody else sold in this market in the last four weeks, so your share of it is all of it."),
            _("A share says something once others sell here too."),
        )
    if code == "few_peers":
        why = _("Fewer than %(peers)s other shops sold here in the last four weeks: your share would tell their sales.")
        cure = _("It is shown as soon as %(peers)s others sell in this market. Your sales forecast is not affected.")
        return why % {"peers": PEERS}, cure % {"peers": PEERS}
    if code == "one_dominates":
        return (
            _("One other shop makes most of the sales here: your share would tell what it sells."),
            _("It is shown once no other shop has more than 60% of what the others sell."),
        )
    if code == "too_small":
        return (
            _("Many sell here, and only the %(most)s largest are forecast one by one.") % {"most": MOST},
            _("Your share is shown once you are among them."),
        )
    return (
        _("You sold nothing in this market in the last four weeks that are counted."),
        _("Your share comes back in the week after your next sale here."),
    )


def refusal(run: ShareRun) -> tuple[str, str]:
    """Why there is no forecast of a market, and what would change it."""
    if run.refusal == "one_player":
        return _("Only one shop sells in this market."), _("A forecast of shares needs a second one.")
    if run.refusal == "too_short":
        found = next((note for note in run.notes if note["code"] == "too_short"), {"count": 0})
        why = ngettext(
            "This market has %(count)s week of sales so far.",
            "This market has %(count)s weeks of sales so far.",
            int(found["count"]),
        )
        cure = _("The first forecast comes after %(weeks)s weeks.") % {"weeks": LEAST_WEEKS}
        return why % {"count": found["count"]}, cure
    return _("Nobody has sold anything in this market yet."), _(
        "The first forecast comes four weeks after the first sale."
    )


def quality(notes: Iterable[Mapping[str, Any]], own: int) -> list[str]:
    """What was noticed in the market's data, without anybody's name; `own` is the shop's player."""
    said = []
    for note in notes:
        whose = _("your sales") if note.get("player") == own else _("another seller’s sales")
        week = week_of(date.fromisoformat(note["week"])) if "week" in note else ""
        code = note["code"]
        if code == "gap":
            text = _("Weeks of an outside competitor from %(week)s on are not known; up to four were filled.")
        elif code == "jump":
            text = _("In the week of %(week)s %(whose)s jumped to %(factor)s times the usual. They count as they are.")
        elif code == "unit_change":
            text = _("From the week of %(week)s on %(whose)s look as if they were counted in another unit.")
        elif code == "currency":
            text = _("One seller sells in another currency; it counts in units, not in value.")
        elif code == "double":
            text = _(
                "An outside competitor of the same name as a shop here was left out, so that it is not counted twice."
            )
        else:
            continue
        sentence = text % {"week": week, "whose": whose, "factor": number(note.get("factor", 0))}
        if sentence not in said:
            said.append(sentence)
    return said


def notes(run: ShareRun, own: int) -> list[str]:
    """What was done with the data before the forecast, without anybody's name."""
    said = []
    silent = [note for note in run.notes if note["code"] == "not_selling" and note["field"] != str(own)]
    for note in run.notes:
        code, count = note["code"], note["count"]
        if code == "driver_constant":
            text = _("Prices never varied here, so they explain nothing.")
            said.append(text if note["field"] == "price" else _("There was no promotion here, so none is learnt from."))
        elif code == "nothing_sold":
            text = ngettext(
                "In %(count)s week nobody sold anything; it is not scored.",
                "In %(count)s weeks nobody sold anything; they are not scored.",
                count,
            )
            said.append(text % {"count": count})
        elif code == "price_not_positive":
            said.append(_("Prices of zero were replaced by the price before."))
    if silent:
        text = ngettext(
            "%(count)s seller has stopped selling and is expected to stay away until it does.",
            "%(count)s sellers have stopped selling and are expected to stay away until they do.",
            len(silent),
        )
        said.append(text % {"count": len(silent)})
    return said


def models(run: ShareRun) -> list[tuple[str, int]]:
    """Which ways to forecast carry this one, in hundredths, the heaviest first."""
    sums: dict[str, float] = {}
    for name, weight in run.weights.items():
        kind = name.split(".")[0]
        said = str(MODELS.get(kind, kind))
        sums[said] = sums.get(said, 0.0) + weight
    ordered = sorted(sums.items(), key=lambda item: -item[1])
    return [(said, round(100 * weight)) for said, weight in ordered if weight >= SMALL]


def reasons(parts: Mapping[str, float]) -> list[tuple[str, str]]:
    """What moved the share, in points, without what did nothing."""
    return [
        (str(CAUSES[cause]), points(parts[cause], signed=True))
        for cause in CAUSES
        if cause in parts and (abs(parts[cause]) >= SMALL / 100 or cause == "unexplained")
    ]


def skill(record: Record) -> str:
    """How the forecasts compare with "the share stays as it is", said plainly."""
    if not record.weeks:
        return _("No skill yet: none of our forecasts of your share has come due.")
    if record.skill is None:
        text = ngettext(
            "No skill yet: %(weeks)s week is too few to tell.",
            "No skill yet: %(weeks)s weeks are too few to tell.",
            len(record.weeks),
        )
        return text % {"weeks": len(record.weeks)}
    if record.skill <= 0:
        return _("No skill yet: “the share stays as it is” came as near or nearer. Trust the range, not its middle.")
    return _("%(percent)s%% nearer than “the share stays as it is”.") % {"percent": round(100 * record.skill)}


def lean(record: Record) -> str:
    """Whether forecasts were too high or too low on the whole."""
    if not record.weeks or abs(record.lean) <= LEANS * record.miss:
        return pgettext("leaning", "No")
    if record.lean > 0:
        return _("too high by %(points)s") % {"points": points(record.lean)}
    return _("too low by %(points)s") % {"points": points(-record.lean)}


def verdict(one: Verdict) -> str:
    values = {
        "week": week_of(one.week), "low": percent(one.low), "high": percent(one.high), "actual": percent(one.actual),
    }  # fmt: skip
    return _("Week of %(week)s: expected %(low)s to %(high)s, came %(actual)s") % values


def plan_and_model(errors: tuple[float, float] | None, *, is_own: bool) -> str:
    """How much of the miss was the plan's, and how much the model's; "" where nothing has come due."""
    if errors is None:
        return ""
    missed, told = errors
    values = {"missed": points(missed), "told": points(told)}
    if is_own:
        lead = _("With your own plan we missed by %(missed)s on average; had we known what you then did, by %(told)s.")
    else:
        lead = _("We missed by %(missed)s on average; had we known everybody’s prices and promotions, by %(told)s.")
    if told < missed:
        cause = _("The second is what is left to the model; the rest is plans we did not know.")
    else:
        cause = _("So the plans were not what went wrong: the miss is the model’s.")
    return f"{lead % values} {cause}"
