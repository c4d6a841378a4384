"""Which facts make a playbook run. Plain values: no database, no clock.

The live run asks for each fact as it comes, with what ran before; the dry run asks for the facts of 90 days at once.
Both ask the same function about the same facts in the same order, so they cannot disagree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

# A fact that follows from a playbook lies two deeper than what made it run; a second playbook may follow on it.
DEEPEST = 2
MOST_A_DAY = 100
LONGEST_PAUSE = timedelta(days=90)

AT_LEAST, AT_MOST, IS, IS_NOT, CONTAINS = "gte", "lte", "is", "is_not", "contains"


@dataclass(frozen=True)
class Condition:
    """What a figure of the fact must be. A figure that the fact does not have fulfils none."""

    figure: str
    op: str
    value: str

    def holds(self, figures: Mapping[str, Any]) -> bool:
        found = figures.get(self.figure)
        if found is None or found == "":
            return False
        if isinstance(found, bool):
            return found == (self.value == "yes")
        if isinstance(found, Decimal):
            return _compare(found, self.op, self.value)
        text, wanted = str(found).casefold(), self.value.casefold()
        if self.op == CONTAINS:
            return wanted in text
        return (text == wanted) == (self.op == IS)


def _compare(found: Decimal, op: str, value: str) -> bool:
    try:
        wanted = Decimal(value)
    except InvalidOperation:
        return False
    if op == AT_LEAST:
        return found >= wanted
    if op == AT_MOST:
        return found <= wanted
    return (found == wanted) == (op == IS)


@dataclass(frozen=True)
class Rule:
    """When a playbook runs: all conditions hold, its last run about the same thing is `cool_down` ago, and it ran less
    than `limit` times that day. `playbook` is its id, 0 for one that is not stored.
    """

    playbook: int
    conditions: tuple[Condition, ...] = ()
    cool_down: timedelta = timedelta(0)
    limit: int = MOST_A_DAY


@dataclass(frozen=True)
class Fact:
    """`key` is what it is about, `day` its day at the merchant's, `makers` the playbooks among its causes. `before` are
    the figures with which the same came before, where it did.
    """

    pk: int
    at: datetime
    day: date
    key: str
    figures: Mapping[str, Any]
    depth: int = 0
    makers: frozenset[int] = frozenset()
    before: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Past:
    """A run that there was already."""

    at: datetime
    day: date
    key: str


class Held(StrEnum):
    """Why a playbook did not run on a fact."""

    CONDITIONS = "conditions"
    LOOP = "loop"
    BEFORE = "before"
    COOL_DOWN = "cool_down"
    LIMIT = "limit"


@dataclass(frozen=True)
class Decision:
    """`held` is empty where the playbook runs."""

    fact: Fact
    held: Held | None = None

    @property
    def fires(self) -> bool:
        return self.held is None

    @property
    def past(self) -> Past:
        return Past(self.fact.at, self.fact.day, self.fact.key)


def decide(rule: Rule, facts: Iterable[Fact], earlier: Iterable[Past]) -> Iterator[Decision]:
    """What a playbook does on each of these facts, in their order, given its runs before them."""
    last: dict[str, datetime] = {}
    per_day: Counter[date] = Counter()
    for past in earlier:
        _note(past, last, per_day)
    for fact in facts:
        decision = Decision(fact, _held(rule, fact, last, per_day))
        if decision.fires:
            _note(decision.past, last, per_day)
        yield decision


def _note(past: Past, last: dict[str, datetime], per_day: Counter[date]) -> None:
    known = last.get(past.key)
    last[past.key] = past.at if known is None else max(known, past.at)
    per_day[past.day] += 1


def _held(rule: Rule, fact: Fact, last: Mapping[str, datetime], per_day: Mapping[date, int]) -> Held | None:
    if fact.depth > DEEPEST or rule.playbook in fact.makers:
        return Held.LOOP
    if not all(condition.holds(fact.figures) for condition in rule.conditions):
        return Held.CONDITIONS
    if fact.before is not None and all(condition.holds(fact.before) for condition in rule.conditions):
        return Held.BEFORE
    before = last.get(fact.key)
    if before is not None and fact.at - before < rule.cool_down:
        return Held.COOL_DOWN
    if per_day.get(fact.day, 0) >= rule.limit:
        return Held.LIMIT
    return None
