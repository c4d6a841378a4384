"""When a playbook runs: conditions, pause, limit, no loops; and always the same whoever asks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications.playbooks.rules import Condition, Fact, Held, Past, Rule, decide

START = datetime(2026, 6, 1, tzinfo=UTC)


def fact(pk: int = 1, hours: float = 0, key: str = "", **more: Any) -> Fact:
    at = START + timedelta(hours=hours)
    return Fact(pk, at, at.date(), key, more.pop("figures", {}), **more)


def held(rule: Rule, *facts: Fact, earlier: tuple[Past, ...] = ()) -> list[Held | None]:
    return [decision.held for decision in decide(rule, facts, earlier)]


@pytest.mark.parametrize(
    ("op", "value", "found", "holds"),
    [
        ("gte", "2", Decimal(2), True),
        ("gte", "2.5", Decimal(2), False),
        ("lte", "2", Decimal("2.1"), False),
        ("is", "3", Decimal("3.0"), True),
        ("gte", "many", Decimal(2), False),
        ("is", "Damaged", "damaged", True),
        ("is_not", "late", "damaged", True),
        ("contains", "gw", "GW-12", True),
        ("contains", "x", "GW-12", False),
        ("is", "yes", True, True),
        ("is", "no", True, False),
        ("is_not", "late", None, False),
        ("lte", "5", None, False),
    ],
)
def test_a_condition_speaks_of_one_figure(op, value, found, holds):
    assert Condition("it", op, value).holds({"it": found}) is holds


def test_all_conditions_must_hold():
    rule = Rule(1, (Condition("a", "gte", "1"), Condition("b", "lte", "1")))
    assert held(rule, fact(figures={"a": Decimal(1), "b": Decimal(1)})) == [None]
    assert held(rule, fact(figures={"a": Decimal(1), "b": Decimal(2)})) == [Held.CONDITIONS]


def test_a_pause_counts_for_each_thing_and_ends():
    rule = Rule(1, cool_down=timedelta(hours=24))
    facts = [fact(1, 0, "a"), fact(2, 1, "b"), fact(3, 23.9, "a"), fact(4, 24, "a")]
    assert held(rule, *facts) == [None, None, Held.COOL_DOWN, None]


def test_a_fact_whose_clock_was_behind_is_within_the_pause():
    assert held(Rule(1, cool_down=timedelta(hours=1)), fact(1, 5), fact(2, 4)) == [None, Held.COOL_DOWN]


def test_a_limit_counts_for_each_day():
    rule = Rule(1, limit=2)
    assert held(rule, fact(1, 0), fact(2, 1), fact(3, 2), fact(4, 24)) == [None, None, Held.LIMIT, None]


def test_earlier_runs_count():
    past = Past(START, date(2026, 6, 1), "a")
    assert held(Rule(1, cool_down=timedelta(hours=2)), fact(1, 1, "a"), earlier=(past,)) == [Held.COOL_DOWN]
    assert held(Rule(1, limit=1), fact(1, 1, "b"), earlier=(past,)) == [Held.LIMIT]


def test_no_playbook_runs_on_what_it_caused_nor_deep_in_a_chain():
    rule = Rule(7)
    assert held(rule, fact(depth=2, makers=frozenset({7}))) == [Held.LOOP]
    assert held(rule, fact(depth=2, makers=frozenset({8}))) == [None]
    assert held(rule, fact(depth=4, makers=frozenset({8, 9}))) == [Held.LOOP]


facts_of_weeks = st.lists(
    st.tuples(st.integers(0, 24 * 90), st.sampled_from("abc"), st.integers(0, 5), st.integers(0, 4)), max_size=30
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # of a machine that many share
@given(facts_of_weeks, st.integers(0, 72), st.integers(1, 3), st.integers(0, 5), st.data())
def test_asked_one_by_one_it_says_what_it_says_of_all_at_once(rows, pause, limit, least, data):
    rule = Rule(1, (Condition("n", "gte", str(least)),), timedelta(hours=pause), limit)
    facts = [
        fact(pk, hours, key, figures={"n": Decimal(n)}, depth=depth) for pk, (hours, key, n, depth) in enumerate(rows)
    ]
    at_once = [decision.held for decision in decide(rule, facts, ())]
    one_by_one: list[Held | None] = []
    past: list[Past] = []
    rest = list(facts)
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        chunk, rest = rest[:size], rest[size:]
        decisions = list(decide(rule, chunk, past))
        past += [decision.past for decision in decisions if decision.fires]
        one_by_one += [decision.held for decision in decisions]
    assert one_by_one == at_once
