"""What past parcels say of the next one."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecommerce.fulfilment.transit import ENOUGH, MAX_DAYS, History, Trip


def trips(days: list[float], groups: tuple = (1, "Zhejiang", 0), *, arrived: bool = True) -> list[Trip]:
    return [Trip(groups, one, arrived, 30.0) for one in days]


def test_too_few_parcels_say_nothing():
    assert History(trips([2.0] * (ENOUGH - 1))).of(1, "Zhejiang", 0) is None
    assert History(trips([2.0] * ENOUGH)).of(1, "Zhejiang", 0) is not None
    assert History([]).of() is None


def test_a_region_with_many_parcels_speaks_for_itself_and_one_with_few_leans_on_its_carrier():
    chance = Random(1)
    near = trips([chance.uniform(1, 3) for _ in range(400)], (1, "near", 0))
    far = trips([chance.uniform(7, 9) for _ in range(400)], (1, "far", 0))
    rare = trips([8.0, 8.0], (1, "rare", 0))
    history = History(near + far + rare)
    assert history.of(1, "near", 0).outlook().middle == pytest.approx(2, abs=0.3)
    assert history.of(1, "far", 0).outlook().middle == pytest.approx(8, abs=0.3)
    both, few = history.of(1).outlook(), history.of(1, "rare", 0).outlook()
    assert few.low < 3 < 7 < few.high
    assert abs(few.low - both.low) < 1
    assert history.of(1, "unknown", 3).outlook() == both
    assert history.of(2, "near", 0).outlook() == history.of().outlook()


def test_parcels_still_under_way_count_as_slow_ones():
    """A carrier that has just become slow has delivered only its quick parcels so far."""
    quick = trips([1.0 + step / 50 for step in range(50)])
    late = trips([6.0] * 50, arrived=False)
    assert History(quick).of(1).outlook().high < 2.1
    assert History(quick + late).of(1).outlook().high > 6


def test_the_time_already_gone_moves_what_is_to_come():
    chance = Random(2)
    way = History(trips([chance.uniform(1, 9) for _ in range(500)])).of(1)
    later = way.after(5.0)
    assert later.outlook().low >= 5
    assert later.outlook().middle == pytest.approx(7, abs=0.5)
    assert way.chance_after(5) == pytest.approx(0.5, abs=0.08)
    assert later.chance_after(5) == pytest.approx(1.0)
    assert way.after(500).outlook().middle == MAX_DAYS


@given(
    st.lists(st.tuples(st.floats(0, 90), st.booleans(), st.integers(0, 2)), min_size=1, max_size=80),
    st.floats(0, 80),
)
def test_chances_are_chances_whatever_the_history(rows, passed):
    whole = trips([2.0] * ENOUGH) + [Trip((group, "x", group), days, came, 10.0) for days, came, group in rows]
    way = History(whole).of(1, "x", 1).after(passed)
    assert way.chances.min() >= -1e-12
    assert way.chances.sum() == pytest.approx(1)
    said = way.outlook()
    assert min(passed, MAX_DAYS) - 0.1 <= said.low <= said.middle <= said.high <= MAX_DAYS
    assert 0 <= way.chance_after(passed + 1) <= way.chance_after(passed) <= 1
