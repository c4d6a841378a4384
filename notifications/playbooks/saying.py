"""Playbooks and their runs in words, for the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from accounts.members.models import Membership
from core.events import label_of
from core.figures import signed
from core.templatetags.sc import number
from notifications.playbooks.effects import FEWEST, Effect
from notifications.playbooks.figures import Trigger
from notifications.playbooks.forms import PAUSES
from notifications.playbooks.measures import HORIZON, MEASURES
from notifications.playbooks.models import PlaybookVersion, StepOutcome
from notifications.playbooks.queries import WouldRun
from notifications.playbooks.rights import lacking
from notifications.playbooks.steps import STEPS
from notifications.playbooks.steps.base import OUTCOME, filled
from notifications.playbooks.triggers import trigger_of


def trigger_words(kind: str) -> str:
    trigger = trigger_of(kind)
    return trigger.label if trigger else label_of(kind)


def condition_words(trigger: Trigger | None, row: Mapping[str, str]) -> str:
    """A condition in one line: "stars is at most 2"."""
    figure = trigger.figure(row["figure"]) if trigger else None
    if figure is None:
        return _("a figure that this fact no longer has")
    value = f"{row['value']}%" if figure.type == "percent" else figure.shown(_typed(figure.type, row["value"]))
    return _("%(figure)s %(is)s %(value)s") % {"figure": figure.label, "is": figure.ops[row["op"]], "value": value}


def _typed(kind: str, value: str) -> Any:
    return value.rstrip("0").rstrip(".") if kind == "number" and "." in value else value


def step_words(row: Mapping[str, Any]) -> str:
    step = STEPS.get(row["step"])
    return step.describe(row["settings"]) if step else _("a step that the product no longer has")


@dataclass(frozen=True)
class Said:
    """A version in words. `author_lacks` says why its steps cannot run; "" where they can."""

    version: PlaybookVersion
    when: str
    conditions: list[str]
    steps: list[tuple[str, str]]
    pause: str
    author_lacks: str


def said(version: PlaybookVersion, member: Membership | None) -> Said:
    """What a version says; `member` is its author in the team, None for one who left."""
    trigger = trigger_of(version.trigger)
    pause = str(dict(PAUSES).get(version.cool_down, version.cool_down)) if version.cool_down else ""
    if pause and version.per and trigger:
        pause = _("%(pause)s, by itself for %(thing)s") % {"pause": pause, "thing": trigger.key_label}
    return Said(
        version,
        trigger_words(version.trigger),
        [condition_words(trigger, row) for row in version.conditions],
        [(STEPS[row["step"]].icon if row["step"] in STEPS else "ban", step_words(row)) for row in version.steps],
        pause,
        lacking(version, member, *(STEPS[row["step"]].permission for row in version.steps if row["step"] in STEPS)),
    )


@dataclass(frozen=True)
class Line:
    """One run there would have been, or was: the figures of its fact and what each step would do."""

    at: Any
    figures: list[tuple[Any, str]]
    steps: list[str]


def would_run(version: PlaybookVersion, run: WouldRun, templates: list[str]) -> Line:
    """A line of the dry run; `templates` are the steps in words, their places still open."""
    trigger = trigger_of(version.trigger)
    assert trigger is not None
    words = trigger.words(trigger.values(run.activity.payload, run.activity.at))
    figures = [(figure.label, words[figure.name]) for figure in trigger.figures]
    words[OUTCOME] = _("what the steps before came to")
    return Line(run.activity.at, figures, [filled(text, words) for text in templates])


@dataclass(frozen=True)
class Came:
    """What came of a step, in words; `href` leads to what it made."""

    outcome: StepOutcome
    icon: str
    plan: str
    text: str
    href: str
    undoable: bool


def came(outcome: StepOutcome, version: PlaybookVersion, slug: str) -> Came:
    """One line of the run log."""
    step = STEPS.get(outcome.step)
    row = version.steps[outcome.index] if outcome.index < len(version.steps) else None
    plan = step_words(row) if row else ""
    done = outcome.state in (StepOutcome.State.DONE, StepOutcome.State.UNDONE)
    text = step.said(outcome.detail) if step and done else str(outcome.detail.get("why", ""))
    link = step.link(outcome.detail) if step and done else None
    undoable = bool(step and step.undoable and outcome.state == StepOutcome.State.DONE)
    return Came(outcome, step.icon if step else "ban", plan, text, _href(link, slug), undoable)


def _href(link: tuple[str, tuple[Any, ...]] | None, slug: str) -> str:
    if link is None:
        return ""
    try:
        return reverse(link[0], args=(slug, *link[1]))
    except NoReverseMatch:
        return ""


def unmeasured(kind: str) -> str:
    """Why nothing is measured after facts of this kind; "" where something is."""
    if MEASURES.get(kind):
        return ""
    return _("The product has no such fact any more, so what comes after it is not measured.")


def effect_words(effect: Effect) -> dict[str, Any]:
    """What went together with a playbook's runs, for its page."""
    if not effect.is_known:
        values = {"ran": effect.ran, "others": effect.others, "fewest": FEWEST, "days": HORIZON}
        few = _(
            "Too few cases: %(ran)s where it ran and %(others)s like them where no playbook ran. It takes %(fewest)s"
            " of each, older than %(days)s days."
        )
        return {"label": effect.label, "few": few % values}
    span = {"low": signed(effect.low or 0.0, 1), "high": signed(effect.high or 0.0, 1)}
    return {
        "label": effect.label,
        "rows": [
            (_("Where it ran (cases: %(count)s)") % {"count": effect.ran}, number(effect.mean_ran or 0.0, 1)),
            (
                _("Where no playbook ran, near in size (cases: %(count)s)") % {"count": effect.others},
                number(effect.mean_others or 0.0, 1),
            ),
            (_("Difference"), signed(effect.difference, 1)),
            (_("Difference, in eight of ten cases"), _("%(low)s to %(high)s") % span),
        ],
    }
