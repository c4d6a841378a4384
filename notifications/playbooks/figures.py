"""The form of a trigger: a kind of fact, the figures it offers, and what it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.events import Event
from core.templatetags.sc import number
from notifications.inbox.kinds import Target
from notifications.playbooks.rules import AT_LEAST, AT_MOST, CONTAINS, IS, IS_NOT

Payload = Mapping[str, Any]


class Type(StrEnum):
    NUMBER = "number"
    PERCENT = "percent"
    CHOICE = "choice"
    TEXT = "text"
    FLAG = "flag"


OPS: dict[str, dict[str, Any]] = {
    Type.NUMBER: {AT_LEAST: _("is at least"), AT_MOST: _("is at most"), IS: _("is exactly")},
    Type.PERCENT: {AT_LEAST: _("is at least"), AT_MOST: _("is at most")},
    Type.CHOICE: {IS: _("is"), IS_NOT: _("is not")},
    Type.TEXT: {IS: _("is"), IS_NOT: _("is not"), CONTAINS: _("contains")},
    Type.FLAG: {IS: _("is")},
}


@dataclass(frozen=True)
class Figure:
    """A figure of a fact, read from its payload alone so that it says the same whenever it is asked.

    `read` takes the payload and the fact's time; without it the payload's value of that name is meant. `choices` are
    the values of a choice with their labels.
    """

    name: str
    label: Any
    type: Type = Type.NUMBER
    read: Callable[[Payload, datetime], Any] | None = None
    choices: Any = ()

    def value(self, payload: Payload, at: datetime) -> Any:
        """The figure as a Decimal, a text or a truth; None where the fact has none."""
        try:
            found = self.read(payload, at) if self.read else payload.get(self.name)
            if found is None or found == "":
                return None
            if self.type in (Type.NUMBER, Type.PERCENT):
                exact = Decimal(str(found))
                return exact if exact.is_finite() else None
        except (ArithmeticError, InvalidOperation, KeyError, TypeError, ValueError):
            return None
        return bool(found) if self.type == Type.FLAG else str(found)

    def shown(self, value: Any) -> str:
        """The figure as people write it; a dash where there is none."""
        if value is None:
            return "–"
        if self.type in (Type.NUMBER, Type.PERCENT):
            found = Decimal(value)
            text = number(found, 0 if found == int(found) else 1)
            return f"{text}%" if self.type == Type.PERCENT else text
        if self.type == Type.FLAG:
            return gettext("yes") if value is True or value == "yes" else gettext("no")
        return self.label_of(value) if self.type == Type.CHOICE else str(value)

    def label_of(self, value: Any) -> str:
        return next((str(label) for key, label in self.options if key == str(value)), str(value))

    @property
    def options(self) -> list[tuple[str, Any]]:
        """What may be chosen, of a choice or a truth."""
        if self.type == Type.FLAG:
            return [("yes", _("yes")), ("no", _("no"))]
        found = self.choices() if callable(self.choices) else self.choices
        return [(str(key), label) for key, label in found]

    @property
    def ops(self) -> dict[str, Any]:
        return OPS[self.type]


@dataclass(frozen=True)
class Later:
    """A fact by which what came as a trigger's own fact comes once more, such as a review that is published later.

    `counts` says of its payload whether it is one. `before` are the values that the first fact had otherwise: where the
    conditions held for these, the playbook was asked then.
    """

    event: type[Event]
    counts: Callable[[Payload], bool]
    before: Callable[[Payload], Payload]


@dataclass(frozen=True)
class Trigger:
    """A kind of fact on which playbooks run, called `name` where that says more than the fact's label.

    `key` names the value of its payload that says what it is about, `key_label` that thing in words ("each product"):
    a cool-down may count for each. `together` is a fact that says several of these at once, each of which is in the log
    too. `things` are the ids in its payload that steps can work on. `page` leads to the page
    that whoever is told should open: URL name, arguments after the merchant's, query string.
    """

    event: type[Event]
    figures: tuple[Figure, ...]
    page: Callable[[Payload], Target]
    key: str = ""
    key_label: Any = ""
    things: tuple[str, ...] = ()
    together: type[Event] | None = None
    later: Later | None = None
    name: Any = ""

    @property
    def kind(self) -> str:
        return self.event.kind

    @property
    def label(self) -> str:
        return str(self.name or self.event.label)

    @property
    def events(self) -> tuple[type[Event], ...]:
        """The facts on which playbooks may run."""
        return (self.event, self.later.event) if self.later else (self.event,)

    @property
    def announced_by(self) -> tuple[type[Event], ...]:
        """The facts that are handled when one of these came."""
        return (*self.events, self.together) if self.together else self.events

    def takes(self, kind: str, payload: Payload) -> bool:
        """Whether playbooks are asked about a fact of that kind."""
        return kind == self.kind or (
            self.later is not None and kind == self.later.event.kind and self.later.counts(payload)
        )

    def before(self, kind: str, payload: Payload) -> Payload | None:
        """The payload of a fact that came later, as it was when it came first; None for one that did not."""
        return None if self.later is None or kind == self.kind else {**payload, **self.later.before(payload)}

    def values(self, payload: Payload, at: datetime) -> dict[str, Any]:
        return {figure.name: figure.value(payload, at) for figure in self.figures}

    def target(self, payload: Payload) -> Target | None:
        """The page of what a fact is about; None where an older payload lacks what leads there."""
        try:
            return self.page(payload)
        except KeyError:
            return None

    def figure(self, name: str) -> Figure | None:
        return next((figure for figure in self.figures if figure.name == name), None)

    def words(self, values: Mapping[str, Any]) -> dict[str, str]:
        """The figures as people write them, by name."""
        return {figure.name: figure.shown(values.get(figure.name)) for figure in self.figures}


def share(name: str) -> Callable[[Payload, datetime], Any]:
    """A part of one, as percent."""
    return lambda payload, at: 100 * Decimal(str(payload[name]))


def days_until(name: str) -> Callable[[Payload, datetime], Any]:
    """Days from the fact to an ISO day of its payload."""
    return lambda payload, at: (date.fromisoformat(payload[name][:10]) - at.date()).days
