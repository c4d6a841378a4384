"""A festival that a shop has not lived through is foreseen from what it did in other shops, and only then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from analytics.engine.festivals import learn, occurrences
from analytics.engine.forecast import Forecast, forecast
from analytics.engine.occasions import OCCASIONS
from analytics.engine.peers import Mark, Peers
from analytics.engine.protocol import Calendar
from analytics.engine.surroundings import Surroundings
from tests.analytics.test_engine_festivals import START, double_11, sales

UNTIL = (date(2025, 2, 1) - START).days  # Double 11 of 2024 is over; START's of 2023 is too near to the start to be
YOUNG = date(2025, 7, 1)  # when the shop began that has never seen a Double 11
EVE = date(2025, 11, 1)


def marks(shop: int, values: np.ndarray) -> list[Mark]:
    return [Mark(shop, *one) for one in occurrences(values, Calendar(START, len(values)), OCCASIONS)]


def others(factors: Sequence[float], level: float = 60.0) -> Peers:
    """Shops whose Double 11 sold so many times the usual."""
    shops = [
        sales(UNTIL, seed=7 + at, level=level, lift=double_11((2023, 2024), one)) for at, one in enumerate(factors)
    ]
    return Peers(tuple(one for at, values in enumerate(shops) for one in marks(at, values)))


def young(peers: Peers) -> Forecast:
    values = sales((EVE - START).days, level=20.0, seed=3)[(YOUNG - START).days :]
    made = forecast(values, YOUNG, around=Surroundings(peers=peers))
    assert isinstance(made, Forecast)
    return made


def test_a_shops_first_festival_is_foreseen_as_others_saw_it():
    made, plain = young(others((3.0, 4.0, 5.0, 3.5, 4.5, 4.0))), young(Peers())
    step = (date(2025, 11, 11) - EVE).days

    assert [note.facts for note in made.notes if note.code == "festival"] == [
        {"key": "double_11", "day": "2025-11-11", "past": 0, "shops": 6}
    ]
    assert 3.0 < made.mean[step] / plain.mean[step] < 5.0
    widths = [one.quantiles[step, 5] / one.quantiles[step, 1] for one in (made, plain)]
    assert widths[0] > 1.1 * widths[1]  # shops differ, and years do
    np.testing.assert_allclose(made.mean[:4], plain.mean[:4], rtol=0.1)


def test_fewer_than_five_shops_say_nothing_and_nor_does_one_among_dwarfs():
    assert young(others((4.0,) * 4)).notes == young(Peers()).notes
    dwarfs = others((4.0,) * 6, level=0.5).marks
    giant = tuple(one for one in marks(99, sales(UNTIL, level=1e5, lift=double_11((2023, 2024), 4.0))))
    giant = tuple(replace(one, noise=tuple(0.001 for _ in one.noise)) for one in giant)
    occasion = next(one for one in OCCASIONS if one.key == "double_11")
    assert Peers((*dwarfs, *giant)).belief(occasion, EVE) is None


def test_what_was_not_known_on_the_day_changes_nothing():
    peers = others((4.0,) * 6)
    late = Peers(tuple(replace(one, known_on=EVE + timedelta(days=1)) for one in peers.marks))
    assert young(late).notes == young(Peers()).notes
    assert (young(late).mean == young(Peers()).mean).all()


def test_a_mark_says_the_same_whatever_came_later():
    values = sales(UNTIL, lift=double_11((2023, 2024)))
    first = {(one.key, one.day): one for one in marks(1, values)}
    longer = np.r_[values, 5 * values[-100:]]
    again = {(one.key, one.day): one for one in marks(1, longer)}
    assert ("double_11", date(2024, 11, 11)) in first
    assert all(again[key] == one for key, one in first.items())


def test_shops_without_festivals_believe_in_none():
    shops = [sales(760, seed=100 + at) for at in range(24)]
    peers = Peers(tuple(one for at, values in enumerate(shops) for one in marks(at, values)))
    believed = [one.key for one in OCCASIONS if peers.belief(one, date(2026, 1, 1)) is not None]
    assert len(believed) <= 1


def test_a_shop_whose_own_years_show_nothing_is_not_talked_into_it():
    flat = sales((EVE - START).days, level=200.0, seed=5)[None]
    calendar = Calendar(START, flat.shape[1])
    with_peers = learn(flat, calendar, 28, OCCASIONS, others((4.0,) * 6))
    step = (date(2025, 11, 11) - EVE).days
    assert with_peers.ahead[0, step] < 1.3
    assert not [one for one in with_peers.foreseen if one.shops]


def test_shops_that_are_alike_are_asked_first():
    near, far = others((2.0,) * 5).marks, others((6.0,) * 9).marks
    mixed = Peers(
        tuple(replace(one, alike=True) for one in near) + tuple(replace(one, shop=one.shop + 50) for one in far)
    )
    occasion = next(one for one in OCCASIONS if one.key == "double_11")
    belief = mixed.belief(occasion, EVE)
    assert belief is not None
    assert belief.shops == 5
    assert 1.6 < float(np.exp(belief.mean[5])) < 2.4
