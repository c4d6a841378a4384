"""The builder: one form of a head, rows of conditions and rows of steps, all drawn and changed by the server."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.errors import Refused
from core.forms import add_refusal
from notifications.playbooks.actions import MOST_CONDITIONS, MOST_STEPS, Draft
from notifications.playbooks.figures import Figure, Trigger, Type
from notifications.playbooks.models import Playbook, PlaybookVersion
from notifications.playbooks.rules import MOST_A_DAY
from notifications.playbooks.shipped import Shipped
from notifications.playbooks.steps import STEPS
from notifications.playbooks.steps.base import ZH, Step, StepForm, fits

HOUR, DAY = 60, 24 * 60
PAUSES = (
    (0, _("none: each time")),
    (HOUR, _("1 hour")),
    (6 * HOUR, _("6 hours")),
    (DAY, _("1 day")),
    (3 * DAY, _("3 days")),
    (7 * DAY, _("1 week")),
    (14 * DAY, _("2 weeks")),
    (30 * DAY, _("30 days")),
    (90 * DAY, _("90 days")),
)


class HeadForm(forms.Form):
    naming: tuple[str, ...] = ("name",)
    is_for_all = False
    name = forms.CharField(label=pgettext_lazy("playbook", "Name"), max_length=80)
    cool_down = forms.TypedChoiceField(
        label=_("Pause after a run"),
        choices=PAUSES,
        coerce=int,
        initial=DAY,
        help_text=_("Facts that come meanwhile are passed over."),
    )
    limit = forms.IntegerField(
        label=_("Runs a day at most"), min_value=1, max_value=MOST_A_DAY, initial=20, localize=False
    )
    per_thing = forms.BooleanField(required=False, initial=True)

    def __init__(self, *args: Any, trigger: Trigger, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if trigger.key:
            label = _("Count the pause by itself for %(thing)s")
            self.fields["per_thing"].label = str(label) % {"thing": trigger.key_label}
        else:
            del self.fields["per_thing"]

    @property
    def names(self) -> list[Any]:
        """The fields that say what it is called."""
        return [self[name] for name in self.naming]


class ConditionForm(forms.Form):
    """One condition on a figure that was chosen before: `figure` goes along hidden."""

    figure = forms.CharField(widget=forms.HiddenInput)
    op = forms.ChoiceField(label=_("Comparison"))

    def __init__(self, *args: Any, figure: Figure, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of = figure
        self.fields["op"].choices = list(figure.ops.items())  # type: ignore[attr-defined]
        self.fields["value"] = _value_field(figure)
        self.fields["value"].label = _("Value")


def _value_field(figure: Figure) -> forms.Field:
    if figure.type in (Type.NUMBER, Type.PERCENT):
        return forms.DecimalField(max_digits=16, decimal_places=4, localize=False)
    if figure.type == Type.TEXT:
        return forms.CharField(max_length=120)
    return forms.ChoiceField(choices=figure.options)


@dataclass
class Raw:
    """What was typed, before it is checked: rows can be added to it and taken out."""

    head: dict[str, Any] = field(default_factory=dict)
    conditions: list[dict[str, Any]] = field(default_factory=list)
    steps: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


def posted(data: Mapping[str, Any], trigger: Trigger, head: type[HeadForm] = HeadForm) -> Raw:
    """What a posted builder holds. Rows that name no figure of the fact or no step of ours are left out."""
    raw = Raw({name: data.get(name, "") for name in head.base_fields})
    for index in range(MOST_CONDITIONS):
        row = {name: data.get(f"c{index}-{name}", "") for name in ("figure", "op", "value")}
        if trigger.figure(row["figure"]):
            raw.conditions.append(row)
    for index in range(MOST_STEPS):
        step = STEPS.get(data.get(f"s{index}-step", ""))
        if step is not None:
            names = [*step.form.base_fields, *(name + ZH for name in step.form.translated if head.is_for_all)]
            raw.steps.append((step.name, {name: data.get(f"s{index}-{name}", "") for name in names}))
    return raw


def stored(playbook: Playbook | None, version: PlaybookVersion) -> Raw:
    """What a version holds, to be changed."""
    head: dict[str, Any] = {"cool_down": version.cool_down, "limit": version.limit, "per_thing": bool(version.per)}
    if playbook is not None:
        head["name"] = playbook.name
    steps = [(row["step"], dict(row["settings"])) for row in version.steps if row["step"] in STEPS]
    return Raw(head, [dict(row) for row in version.conditions], steps)


def shipped_as(one: Shipped) -> Raw:
    """What a shipped playbook says, in the active language, to be made one's own."""
    head = {"name": str(one.label), "cool_down": one.cool_down, "limit": one.limit, "per_thing": one.per_thing}
    conditions = [{"figure": row.figure, "op": row.op, "value": row.value} for row in one.conditions]
    return Raw(head, conditions, one.plain_steps())


class StepRow:
    """One step in the builder. `is_allowed` tells whether whoever builds may take it."""

    def __init__(self, step: Step, form: StepForm, held: Collection[str]) -> None:
        self.step, self.form = step, form
        self.is_allowed = not step.permission or step.permission in held

    @property
    def fields(self) -> list[Any]:
        return list(self.form)


class Builder:
    """The forms of one playbook; checked only where `is_bound`."""

    head_form: type[HeadForm] = HeadForm

    def __init__(self, trigger: Trigger, raw: Raw, *, held: Collection[str], is_bound: bool) -> None:
        self.trigger, self.is_bound, self._held = trigger, is_bound, held
        given: dict[str, Any] = {"data": raw.head} if is_bound else {"initial": raw.head}
        self.head = self.head_form(**given, trigger=trigger)
        self.conditions = [self._condition(index, row) for index, row in enumerate(raw.conditions)]
        self.steps = [self._step(index, name, values) for index, (name, values) in enumerate(raw.steps)]

    def _condition(self, index: int, row: Mapping[str, Any]) -> ConditionForm:
        figure = self.trigger.figure(row["figure"])
        assert figure is not None
        return ConditionForm(**self._given(f"c{index}", row), figure=figure)

    def _step(self, index: int, name: str, values: Mapping[str, Any]) -> StepRow:
        step, given = STEPS[name], self._given(f"s{index}", values)
        return StepRow(step, step.form(**given, trigger=self.trigger, is_first=index == 0), self._held)

    def _given(self, prefix: str, values: Mapping[str, Any]) -> dict[str, Any]:
        if self.is_bound:
            return {"prefix": prefix, "data": {f"{prefix}-{name}": value for name, value in values.items()}}
        return {"prefix": prefix, "initial": {name: value for name, value in values.items() if value != ""}}

    @property
    def forms(self) -> list[forms.Form]:
        return [self.head, *self.conditions, *(row.form for row in self.steps)]

    def is_valid(self) -> bool:
        return self.is_bound and all(form.is_valid() for form in self.forms)

    @property
    def errors(self) -> bool:
        """Whether anything is to be marked; core/form_errors.html asks so."""
        return self.is_bound and any(form.errors for form in self.forms)

    @property
    def non_field_errors(self) -> list[str]:
        return [str(error) for form in self.forms for error in form.non_field_errors()] if self.is_bound else []

    def refuse(self, no: Refused) -> None:
        add_refusal(self.head, no)

    def draft(self) -> Draft:
        """What the valid forms say."""
        head = self.head.cleaned_data
        conditions = [
            {"figure": form.of.name, "op": form.cleaned_data["op"], "value": str(form.cleaned_data["value"])}
            for form in self.conditions
        ]
        return Draft(
            name=head["name"],
            trigger=self.trigger.kind,
            conditions=conditions,
            steps=[{"step": row.step.name, "settings": dict(row.form.cleaned_data)} for row in self.steps],
            cool_down=head["cool_down"],
            per_thing=head.get("per_thing", False),
            limit=head["limit"],
        )

    @property
    def figures(self) -> tuple[Figure, ...]:
        """What a condition can be added for."""
        return self.trigger.figures if len(self.conditions) < MOST_CONDITIONS else ()

    @property
    def offered(self) -> list[Step]:
        """The steps that can be added: those that fit the fact and that whoever builds may take."""
        if len(self.steps) >= MOST_STEPS:
            return []
        return [step for step in STEPS.values() if fits(step, self.trigger) and (step.permission or "") in self._held]


def changed(raw: Raw, do: str, trigger: Trigger, data: Mapping[str, Any]) -> Raw:
    """The rows after a button of the builder: "condition" and "step" add what their list names, "condition-2" and
    "step-0" take that row out, "up-1" moves a step up.
    """
    word, _sep, place = do.partition("-")
    index = int(place) if place.isdecimal() else -1
    if word == "condition" and index < 0:
        figure = trigger.figure(data.get("new_figure", ""))
        if figure is not None:
            raw.conditions.append({"figure": figure.name, "op": next(iter(figure.ops)), "value": ""})
    elif word == "step" and index < 0:
        if (step := STEPS.get(data.get("new_step", ""))) is not None:
            raw.steps.append((step.name, {}))
    elif word == "condition" and index < len(raw.conditions):
        del raw.conditions[index]
    elif word == "step" and index < len(raw.steps):
        del raw.steps[index]
    elif word == "up" and 0 < index < len(raw.steps):
        raw.steps[index - 1], raw.steps[index] = raw.steps[index], raw.steps[index - 1]
    return raw
