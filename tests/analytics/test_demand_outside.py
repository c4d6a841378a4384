"""Demand follows an outside series where the shop's own past shows that it helps, as far as it was known then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from analytics.calendar.models import OutsideSeries
from analytics.calendar.outside import Given, add_values, save_series
from analytics.demand.actions import make_demand
from analytics.demand.models import DemandForecast
from analytics.demand.queries import altered_runs
from core.actors import SYSTEM
from core.tenancy import tenant
from tests.analytics.demand_kit import TODAY, YESTERDAY, sold, text_of, variants

DAYS, AHEAD = 210, 28


@pytest.fixture(autouse=True)
def _morning(time_machine):
    time_machine.move_to(datetime(2026, 6, 14, 18, 30, tzinfo=UTC), tick=False)


@pytest.fixture
def outside() -> np.ndarray:
    chance = np.random.default_rng(3)
    return np.clip(np.repeat(chance.normal(0, 1, 60), 4)[: DAYS + AHEAD], -2, 2)


def told(outside: np.ndarray, *, late: bool = False) -> None:
    """The series in the calendar; all planned at first, or each value known only today."""
    first = TODAY - timedelta(days=DAYS)
    series = save_series(OutsideSeries(), actor=SYSTEM, name="Ads", kind="ad_spend", period="day")
    known = TODAY if late else first
    add_values(
        series, [Given(first + timedelta(days=at), float(one + 3), known) for at, one in enumerate(outside)], source=""
    )


def shop_that_follows(outside: np.ndarray) -> None:
    chance = np.random.default_rng(5)
    sold(variants(4), chance.poisson(20 * np.exp(0.4 * outside[:DAYS]), (4, DAYS)), last=YESTERDAY)


def expected(run) -> np.ndarray:
    rows = DemandForecast.objects.filter(run=run)
    return run.unpack([bytes(row.path) for row in rows]).mean.sum(axis=0)


def test_units_follow_what_moved_them_and_the_run_says_so(shop, ann, as_user, outside):
    with tenant(shop):
        shop_that_follows(outside)
        plain = expected(make_demand(actor=SYSTEM))
        told(outside)
        run = make_demand(actor=SYSTEM)
        follows = expected(run)
        assert list(altered_runs()) == []
    truth = 80 * np.exp(0.4 * outside[DAYS:])
    assert np.abs(follows - truth).mean() < 0.6 * np.abs(plain - truth).mean()
    assert [(one["name"], one["code"]) for one in run.regressors] == [("Ads", "used")]
    page = text_of(as_user(ann), "demandrun-detail", shop.slug, run.pk)
    assert "“Ads” is used: with it, tests on past days came" in page


def test_a_run_from_a_past_day_uses_no_value_that_became_known_later(shop, outside):
    at = TODAY - timedelta(days=30)
    with tenant(shop):
        shop_that_follows(outside)
        plain = expected(make_demand(actor=SYSTEM, at=at))
        told(outside, late=True)
        run = make_demand(actor=SYSTEM, at=at)
        assert (expected(run) == plain).all()
    assert [one["code"] for one in run.regressors] == ["too_few"]
