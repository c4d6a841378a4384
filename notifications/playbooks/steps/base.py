"""The form of a step. A new one is a module here with one class that fulfils Step, and a line in steps/__init__.py."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Protocol

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.activity.models import Activity
from core.actors import Actor
from core.errors import Refused
from notifications.playbooks.figures import Trigger

Settings = Mapping[str, Any]
Detail = Mapping[str, Any]
ZH = "_zh"  # ends the name of a setting that says the same in Chinese
ONE_SHOP = gettext_lazy(
    "A step names something that only one shop has. In a template, tell everybody or a built-in role, and use steps"
    " without a channel or a scenario."
)
OUTCOME = "outcome"  # stands in braces for what the steps before came to
PLACE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Earlier:
    """What came of a step before, in words, and the page of what it made: URL name and arguments after the merchant's.

    `page` is None where it made nothing, and where it failed: then the words are why.
    """

    words: str
    page: tuple[str, tuple[Any, ...]] | None = None


@dataclass(frozen=True)
class Context:
    """What a step works on: the fact that made the playbook run, and who answers for it.

    `key` is the name of this step of this run; what is written once under it is written once. `earlier` is the last
    step before that made something or failed at it; None where there is none.
    """

    trigger: Trigger
    activity: Activity
    actor: Actor
    playbook_id: int
    playbook: str
    firing_id: int
    index: int
    earlier: Earlier | None = None

    @property
    def key(self) -> str:
        return f"{self.firing_id}:{self.index}"

    @property
    def words(self) -> dict[str, str]:
        """The figures of the fact as people write them, and what the steps before came to."""
        figures = self.trigger.words(self.trigger.values(self.activity.payload, self.activity.at))
        return {**figures, OUTCOME: self.earlier.words if self.earlier else "–"}

    def thing(self, name: str) -> int:
        """The id of what the fact is about. Refuses where the fact names none."""
        found = self.activity.payload.get(name)
        if not isinstance(found, int):
            raise Refused("no_such_thing", _("The fact does not say which one it is about."))
        return found

    def fill(self, text: str) -> str:
        """The author's words with the figures of the fact in their places."""
        return filled(text, self.words)


def filled(text: str, words: Mapping[str, str]) -> str:
    return PLACE.sub(lambda match: words.get(match[1].strip(), match[0]), text)


def places(text: str) -> list[str]:
    """The names in braces."""
    return [name.strip() for name in PLACE.findall(text)]


class StepForm(forms.Form):
    """What is typed for a step; its cleaned data are the step's settings, so they must be plain values.

    `worded` are the fields in which figures may stand in braces, `translated` those in the language of their reader,
    and `of_shop` those that name a row of one shop. Of the first step no words can speak of steps before it.
    """

    worded: tuple[str, ...] = ()
    translated: tuple[str, ...] = ()
    of_shop: tuple[str, ...] = ()

    def __init__(self, *args: Any, trigger: Trigger, is_first: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.trigger, self.is_first = trigger, is_first
        self.is_for_all = False

    def for_all_shops(self) -> None:
        """Make it the form of a template: its words in both languages, and nothing of one shop to choose from."""
        self.is_for_all = True
        order = []
        for name, field in list(self.fields.items()):
            if name in self.of_shop:
                del self.fields[name]
                continue
            order.append(name)
            if name in self.translated:
                self.fields[name + ZH] = deepcopy(field)
                self.fields[name + ZH].label = _("%(label)s (Chinese)") % {"label": field.label}
                field.label = _("%(label)s (English)") % {"label": field.label}
                order.append(name + ZH)
        self.order_fields(order)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        known = {figure.name for figure in self.trigger.figures}
        if self.is_for_all and self.of_shop:
            raise forms.ValidationError(ONE_SHOP)
        for name in (*self.worded, *(name + ZH for name in self.worded)):
            for place in places(values.get(name) or ""):
                if place == OUTCOME:
                    if self.is_first:
                        self.add_error(name, _("{outcome} is what the steps before came to, and this is the first."))
                elif place not in known:
                    self.add_error(name, _("This fact has no figure called {%(place)s}.") % {"place": place})
        for name in self.translated if self.is_for_all else ():
            if bool(values.get(name)) != bool(values.get(name + ZH)) and not self.errors.get(name):
                self.add_error(
                    name if values.get(name + ZH) else name + ZH, _("Write it in both languages, or in neither.")
                )
        return values


class Step(Protocol):
    """One thing a playbook does.

    `permission` is what the author must be allowed at the time it runs. `needs` are ids of which the trigger must have
    one; it is empty where any trigger will do. `undoable` says whether undo() may be called.
    """

    name: str
    label: Any
    help: Any
    icon: str
    permission: str
    needs: tuple[str, ...]
    undoable: bool
    form: type[StepForm]

    def describe(self, settings: Settings) -> str:
        """What it is to do, for the builder, the dry run and the versions."""
        ...

    def run(self, context: Context, settings: Settings) -> dict[str, Any]:
        """Do it, in the caller's transaction, and return what said() and undo() need. Raises Refused with the reason.

        What leaves the process is queued here, never sent.
        """
        ...

    def said(self, detail: Detail) -> str:
        """What it did, for the run log."""
        ...

    def link(self, detail: Detail) -> tuple[str, tuple[Any, ...]] | None:
        """URL name and arguments after the merchant's of what it made; None where there is nothing to open."""
        ...

    def undo(self, context: Context, detail: Detail) -> None:
        """Take it back. Raises Refused where that is not possible any more."""
        ...


def fits(step: Step, trigger: Trigger) -> bool:
    """Whether the step can work on facts of this kind."""
    return not step.needs or bool(set(step.needs) & set(trigger.things))
