"""Scenarios in words a merchant uses. "Most likely a to b" is the 80 % range, as everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics.calendar.words import occasion_name
from analytics.engine.scenario.advertising import LEAST as LEAST_WEEKS
from analytics.engine.scenario.advertising import Refused as Lacking
from analytics.forecasts.rules import significant
from analytics.markets.festive import Coming
from analytics.scenarios.answers import HIGH, LOW, MIDDLE, Answer, Figure, Past
from analytics.scenarios.rules import Question, likelihood
from core.figures import percent, signed
from core.templatetags.sc import money_short, number

LIKELY = {
    ("very_likely", "up"): gettext_lazy("Very likely higher than the baseline (at least 19 in 20)."),
    ("likely", "up"): gettext_lazy("Likely higher than the baseline (about 9 in 10)."),
    ("probably", "up"): gettext_lazy("Probably higher than the baseline (about 3 in 4)."),
    ("very_likely", "down"): gettext_lazy("Very likely lower than the baseline (at least 19 in 20)."),
    ("likely", "down"): gettext_lazy("Likely lower than the baseline (about 9 in 10)."),
    ("probably", "down"): gettext_lazy("Probably lower than the baseline (about 3 in 4)."),
    ("either", ""): gettext_lazy("Could go either way."),
}
DRIVERS = {
    "price": gettext_lazy("Price"),
    "promotion": gettext_lazy("Part of sales on promotion"),
    "advertising": gettext_lazy("Advertising"),
    "stockout": gettext_lazy("Part of the week sold out"),
    "rating": gettext_lazy("Mean rating of your products"),
}
ACTING = {
    "advertising_market": gettext_lazy("Advertising acts as it did on shares in this market."),
    "advertising_own": gettext_lazy(
        "Advertising acts as it did on your own sales, since the market has not learnt enough of it. What it adds is "
        "taken from the others in proportion."
    ),
    "stock_learnt": gettext_lazy("Sold-out days act as they did on your share before."),
    "stock_identity": gettext_lazy(
        "Sold-out days are taken to sell nothing, and the others to gain in proportion. Customers who wait, or buy "
        "something else of yours, would make the loss smaller."
    ),
    "festival_out": gettext_lazy("Without the festival your sales stay as on ordinary days, while the others have it."),
    "festival_moved": gettext_lazy(
        "The festival is taken to work in the other week as it did in its own. It was never held there, so the range "
        "is wider for it."
    ),
}


def week_name(week: date | str) -> str:
    day = date.fromisoformat(week) if isinstance(week, str) else week
    return formats.date_format(day, "MONTH_DAY_FORMAT")


def amount(value: float, currency: str) -> str:
    return money_short(value, currency)


def units(value: float) -> str:
    return number(significant(value), 0)


def likely(figure: Figure) -> str:
    """How sure it is that the share rises, or falls; nothing where nothing is changed."""
    if not any(figure.difference):
        return ""
    return str(LIKELY[likelihood(figure.up)])


def difference(figure: Figure) -> str:
    """The difference against the baseline, in points."""
    if not any(figure.difference):
        return _("Nothing is changed yet: this is the baseline.")
    middle, low, high = (signed(100 * figure.difference[at], 1) for at in (MIDDLE, LOW, HIGH))
    said = _("%(middle)s pts against the baseline, most likely %(low)s to %(high)s.")
    return said % {"middle": middle, "low": low, "high": high}


def rests(answer: Answer) -> str:
    """What the answer rests on."""
    prices, promotions = answer.moves.get("price", 0), answer.moves.get("promotion", 0)
    first = ngettext("%(count)s price change", "%(count)s price changes", prices) % {"count": prices}
    second = ngettext("%(count)s promotion move", "%(count)s promotion moves", promotions) % {"count": promotions}
    said = _("Rests on %(prices)s and %(promotions)s of your shop.") % {"prices": first, "promotions": second}
    for driver, sentence in (
        ("advertising", ngettext("And on %(count)s change of advertising.",
                                 "And on %(count)s changes of advertising.", answer.moves.get("advertising", 0))),
        ("stockout", ngettext("And on %(count)s change of the days sold out.",
                              "And on %(count)s changes of the days sold out.", answer.moves.get("stockout", 0))),
    ):  # fmt: skip
        if driver in answer.moves:
            said = f"{said} {sentence % {'count': answer.moves[driver]}}"
    return said


def warnings(answer: Answer) -> list[str]:
    """What makes the range wider than usual, one sentence each."""
    said = [beyond(one) for one in answer.beyond]
    said += [str(ACTING[act]) for act in answer.acts if act in ACTING]
    if "limit" in answer.acts:
        said.append(_("The stock you allow runs out in %(part)s of outcomes.") % {"part": percent(answer.limited, 0)})
    if answer.evidence == 0 and answer.share.up != 0.5:
        said.append(
            _("You never moved one of these levers, so the answer rests on what such moves did for other shops.")
        )
    if answer.with_reaction and not answer.reaction_known:
        said.append(_("You have changed your price too seldom to know how rivals answer; they stay as they are here."))
    return said


def beyond(past: Past) -> str:
    """A lever past what was tried before."""
    if past.is_rival:
        return _("The largest rival never went that far. The range is wider for it.")
    if past.driver == "stockout":
        days = {name: number(value or 0.0, 1) for name, value in (("asked", past.asked), ("high", past.high))}
        return _("You were never sold out on more than %(high)s days a week, and here it is %(asked)s. The range is "
                 "wider for it.") % days  # fmt: skip
    is_price = past.driver == "price"
    values: dict[str, Any] = {
        name: (signed if is_price else number)(value or 0.0)
        for name, value in (("asked", past.asked), ("low", past.low), ("high", past.high))
    }
    if is_price:
        return _("A price %(asked)s%% from today’s is beyond what you tried (%(low)s%% to %(high)s%%). The range is "
                 "wider for it.") % values  # fmt: skip
    values["lever"] = DRIVERS.get(past.driver, past.driver)
    return _("%(lever)s at %(asked)s%% is beyond what you tried (%(low)s%% to %(high)s%%). The range is wider for "
             "it.") % values  # fmt: skip


def asked(question: Question) -> list[str]:
    """What a question changes, one short phrase each."""
    said = []
    if question.price:
        said.append(_("price %(change)s%%") % {"change": signed(question.price, 0)})
    if question.promotion is not None:
        said.append(_("%(part)s%% of sales on promotion") % {"part": number(question.promotion, 0)})
    if question.promotion and question.discount:
        said.append(_("%(depth)s%% off there") % {"depth": number(question.discount, 0)})
    if question.advertising:
        said.append(_("advertising %(change)s%%") % {"change": signed(question.advertising, 0)})
    if question.advertising_amount is not None:
        said.append(_("advertising at %(amount)s a week") % {"amount": number(question.advertising_amount)})
    if question.sold_out:
        days = number(question.sold_out, 0 if question.sold_out == int(question.sold_out) else 1)
        text = ngettext(
            "sold out on %(days)s day a week", "sold out on %(days)s days a week", 1 if question.sold_out == 1 else 2
        )
        said.append(text % {"days": days})
    if question.sold_out_from is not None:
        said.append(_("sold out from the week of %(week)s") % {"week": week_name(question.sold_out_from)})
    if question.stock is not None:
        said.append(_("at most %(units)s units to sell") % {"units": number(question.stock)})
    if question.festival:
        name = occasion_name(question.festival)
        if question.festival_week is None:
            said.append(_("without %(festival)s") % {"festival": name})
        else:
            week = week_name(question.festival_week)
            said.append(_("%(festival)s in the week of %(week)s") % {"festival": name, "week": week})
    if question.rival_price:
        said.append(_("largest rival’s price %(change)s%%") % {"change": signed(question.rival_price, 0)})
    if question.rival_promotion is not None:
        said.append(
            _("%(part)s%% of the largest rival’s sales on promotion") % {"part": number(question.rival_promotion, 0)}
        )
    if question.reaction:
        said.append(_("rivals answer as usual"))
    return said or [_("nothing changed")]


def advertising_missing(lacking: Lacking | None, *, is_known: bool) -> str:
    """What is missing to say what advertising does, and how it comes."""
    if lacking is None or (not is_known and lacking.code == "too_short"):
        said = _("No advertising spend of yours is on record. Enter it as an outside series; it takes %(need)s weeks "
                 "with sales, in which the spend varied.")  # fmt: skip
        return said % {"need": LEAST_WEEKS}
    sentences = {
        "too_short": _("Spend and sales are known together for %(have)s weeks; it takes %(need)s."),
        "never_spent": _("Nothing was spent in the weeks that have sales."),
        "never_varied": _("The same was spent every week, so its effect cannot be told."),
    }
    return sentences[lacking.code] % {"have": lacking.have, "need": LEAST_WEEKS}


def festival_missing(one: Coming) -> str:
    """Why a festival cannot be left out or moved, and what would change that."""
    name = occasion_name(one.key)
    if not one.past:
        said = _("%(festival)s has not been seen in this market yet with two weeks of sales on both sides. It can be "
                 "asked about after that.")  # fmt: skip
        return said % {"festival": name}
    said = ngettext(
        "%(festival)s was seen %(past)s time here and did nothing that could be told from chance.",
        "%(festival)s was seen %(past)s times here and did nothing that could be told from chance.",
        one.past,
    )
    return said % {"festival": name, "past": one.past}


def refusal(code: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    """Why there is no answer, and what would change it."""
    if code == "too_short":
        have, need = int(facts.get("have", 0)), int(facts.get("need", 4))
        why = ngettext(
            "This market has %(have)s whole week of sales so far; an answer needs %(need)s.",
            "This market has %(have)s whole weeks of sales so far; an answer needs %(need)s.",
            have,
        )
        cure = ngettext(
            "It can be asked after %(count)s week more.", "It can be asked after %(count)s weeks more.", need - have
        )
        return why % {"have": have, "need": need}, cure % {"count": max(need - have, 1)}
    if code == "never_varied":
        why = ngettext(
            "Nobody’s prices or promotions moved in the %(weeks)s week on record, so there is nothing to learn from.",
            "Nobody’s prices or promotions moved in the %(weeks)s weeks on record, so there is nothing to learn from.",
            int(facts["weeks"]),
        )
        return why % dict(facts), _("It can be asked once a price or a promotion has moved for a week.")
    if code == "weeks_over":
        why = _("The newest forecast knows sales up to the week of %(week)s, and the weeks it looks at are over.")
        return why % {"week": week_name(facts["week"])}, _("The next one is made tonight.")
    sentences = {
        "no_market": (
            _("Your shop is in no market yet."),
            _("A market is there the night after you sold something of a category."),
        ),
        "not_selling": (
            _("You sold nothing in this market in the last four weeks."),
            _("It can be asked once you sell again."),
        ),
        "no_run": (_("This market has not been forecast yet."), _("The first forecast is made tonight.")),
        "few_peers": (
            _("Fewer than five other shops sell here, so a share would give their figures away."),
            _("It is shown once more shops sell in this market."),
        ),
        "one_dominates": (
            _("One other shop sells most of what the others sell, so a share would give its figures away."),
            _("It is shown once the market is more even."),
        ),
    }
    alone = (_("You are the only one who sells here, so your share is always 100%."), _("There is nothing to ask."))
    return sentences.get(code, alone if code in ("alone", "one_player") else sentences["no_run"])
