"""Adopt a scenario that was saved before as the plan."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.scenarios.actions import adopt_scenario
from analytics.scenarios.models import Scenario
from core.errors import Refused
from notifications.playbooks.steps.base import Context, Detail, Settings, StepForm


def drafts() -> list[tuple[str, str]]:
    """The scenarios that can be adopted, as choices."""
    rows = Scenario.objects.filter(state=Scenario.State.DRAFT).order_by("-created_at", "-pk")[:100]
    return [(str(row.pk), row.name) for row in rows]


class AdoptForm(StepForm):
    of_shop = ("scenario",)
    scenario = forms.ChoiceField(
        label=gettext_lazy("Scenario"),
        choices=drafts,
        help_text=gettext_lazy("Its weeks must lie ahead when the playbook runs."),
    )


class Adopt:
    name = "adopt"
    label: Any = gettext_lazy("Adopt a scenario as the plan")
    help: Any = gettext_lazy("Its promise is written down and held to what happens, so this cannot be undone.")
    icon = "adjustments-horizontal"
    permission = "scenarios.adopt"
    needs: tuple[str, ...] = ()
    undoable = False
    form: type[StepForm] = AdoptForm

    def describe(self, settings: Settings) -> str:
        name = Scenario.objects.filter(pk=int(settings["scenario"])).values_list("name", flat=True).first()
        return _("Adopt the scenario “%(name)s”") % {"name": name or _("a scenario that is gone")}

    def run(self, context: Context, settings: Settings) -> dict[str, Any]:
        scenario = Scenario.objects.filter(pk=int(settings["scenario"])).first()
        if scenario is None:
            raise Refused("no_scenario", _("The scenario is gone."))
        adopt_scenario(scenario, actor=context.actor)
        return {"scenario": scenario.pk, "name": scenario.name}

    def said(self, detail: Detail) -> str:
        return _("“%(name)s” is the plan now.") % {"name": detail["name"]}

    def link(self, detail: Detail) -> tuple[str, tuple[Any, ...]]:
        return ("scenario-detail", (detail["scenario"],))

    def undo(self, context: Context, detail: Detail) -> None:
        raise NotImplementedError
