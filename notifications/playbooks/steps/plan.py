"""Draft a promotion against a fall of market share, with its simulated effect, for a person to adopt."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.markets.models import Market
from analytics.scenarios import words
from analytics.scenarios.actions import delete_scenario
from analytics.scenarios.answers import HIGH, LOW, MIDDLE, Answer
from analytics.scenarios.drafting import buyers_save, draft_promotion
from analytics.scenarios.models import Scenario
from analytics.scenarios.rules import likelihood
from core.errors import Refused
from core.figures import percent
from notifications.playbooks.steps.base import Context, Detail, Settings, StepForm

ENDS = (LOW, MIDDLE, HIGH)


class PlanForm(StepForm):
    discount = forms.IntegerField(
        label=gettext_lazy("Discount in percent"), min_value=5, max_value=50, initial=15, localize=False
    )
    part = forms.IntegerField(
        label=gettext_lazy("Percent of sales that get it"),
        min_value=10,
        max_value=100,
        initial=50,
        localize=False,
        help_text=gettext_lazy("Of what you sell in this market, best sellers first."),
    )
    days = forms.IntegerField(
        label=gettext_lazy("Number of days"),
        min_value=7,
        max_value=56,
        initial=28,
        localize=False,
        help_text=gettext_lazy("Rounded up to whole weeks, from next Monday on."),
    )


class Plan:
    name = "plan"
    label: Any = gettext_lazy("Draft a promotion for the market")
    help: Any = gettext_lazy(
        "As a scenario with its simulated effect on share and sales. It stays a draft until a person adopts it."
    )
    icon = "flask"
    permission = "scenarios.edit"
    needs: tuple[str, ...] = ("market_id",)
    undoable = True
    form: type[StepForm] = PlanForm

    def describe(self, settings: Settings) -> str:
        text = _("Draft a scenario with its simulated effect: %(discount)s%% off %(part)s%% of sales for %(days)s days")
        return text % {name: settings[name] for name in ("discount", "part", "days")}

    def run(self, context: Context, settings: Settings) -> dict[str, Any]:
        market = Market.objects.select_related("category").filter(pk=context.thing("market_id")).first()
        if market is None:
            raise Refused("no_market", _("The market of this fact is gone."))
        asked = {name: settings[name] for name in ("discount", "part", "days")}
        note = _("Drafted by the playbook “%(name)s”.") % {"name": context.playbook}
        measure = context.activity.payload["measure"]
        scenario = draft_promotion(market, measure, **asked, note=note, actor=context.actor)
        answer = Answer.read(scenario.answer)
        share, profit = answer.share, answer.profit
        return {
            "scenario": scenario.pk,
            "name": scenario.name,
            "week": answer.weeks[-1].week,
            "without": share.planned[MIDDLE],
            "share": [share.changed[at] for at in ENDS],
            "up": share.up,
            "cost": buyers_save(scenario.asked, answer),
            "profit": [profit.difference[at] for at in ENDS] if profit else None,
            "currency": market.currency,
        }

    def said(self, detail: Detail) -> str:
        low, middle, high = (percent(value, 1) for value in detail["share"])
        values = {
            "name": detail["name"],
            "without": percent(detail["without"], 1),
            "with": middle,
            "low": low,
            "high": high,
            "week": words.week_name(detail["week"]),
        }
        said = _("Draft “%(name)s”: share %(without)s → %(with)s (most likely %(low)s to %(high)s) in the week of "
                 "%(week)s.")  # fmt: skip
        sentences = [said % values, str(words.LIKELY[likelihood(detail["up"])])]
        if detail["cost"]:
            text = _("It costs about %(middle)s in discounts (most likely %(low)s to %(high)s).")
            sentences.append(text % _amounts(detail["cost"], detail["currency"]))
        if detail["profit"]:
            text = _("Profit against no plan: %(middle)s (most likely %(low)s to %(high)s).")
            amounts = _amounts(detail["profit"], detail["currency"])
            signed = {name: one if one.startswith("−") else f"+{one}" for name, one in amounts.items()}
            sentences.append(text % signed)
        return " ".join(sentences)

    def link(self, detail: Detail) -> tuple[str, tuple[Any, ...]]:
        return ("scenario-detail", (detail["scenario"],))

    def undo(self, context: Context, detail: Detail) -> None:
        scenario = Scenario.objects.filter(pk=detail["scenario"]).first()
        if scenario is None:
            raise Refused("gone", _("Somebody deleted the draft already."))
        delete_scenario(scenario, actor=context.actor)


def _amounts(values: list[float], currency: str) -> dict[str, str]:
    return {name: words.amount(value, currency) for name, value in zip(("low", "middle", "high"), values, strict=True)}
