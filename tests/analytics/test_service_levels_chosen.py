"""A merchant promises the service level they want, and is told how far forecasts and record can confirm it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise

import numpy as np
import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.demand.actions import make_demand, reckon_again
from analytics.demand.models import DemandOutlook, DemandTerms, ServiceWeek
from analytics.demand.outlooks import terms_of_shop
from analytics.demand.rules import is_level, level_key
from analytics.demand.service import standings
from analytics.demand.terms import known_outlooks, set_terms
from analytics.demand.words import doubts, level_name, promise_why
from analytics.engine import service
from analytics.engine.conformal import Window
from analytics.engine.demand import LEVELS, forecast_demand
from analytics.engine.lead_times import POINTS, days_of, fixed, measured, ordering_over, quantile_over
from analytics.engine.own_past import own_totals
from analytics.engine.stock import cumulated, quantile_until
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.models import Variant
from tests.analytics.demand_kit import shop_with_past, text_of
from tests.api import program_of

WINDOWS = (1, 7, 14, 28)
SPREAD = np.array([0.4, 0.5, 0.6, 0.8, 1.0, 1.2, 1.4, 1.5, 1.6])
RATES = np.array([0.3, 4.0, 37.0])
LATE = measured([4, 6, 7, 9, 9, 12, 30])
EVERY = [step / 200 for step in range(100, 200)]  # 50 % to 99.5 %


@pytest.fixture(autouse=True)
def _morning(time_machine):
    time_machine.move_to(datetime(2026, 6, 15, 1, 0, tzinfo=UTC), tick=False)


def the_curve() -> np.ndarray:
    """Three steady demands whose quantiles are the mean times SPREAD."""
    mean = np.repeat(RATES[:, None], 28, axis=1)
    return cumulated(mean, RATES[:, None, None] * np.array(WINDOWS)[None, :, None] * SPREAD, WINDOWS)


@pytest.mark.parametrize(
    ("times", "level", "points", "orders"),
    [
        (fixed(10), 0.80, [4, 51, 465], [6, 66, 700]),
        (fixed(10), 0.90, [5, 56, 518], [7, 76, 791]),
        (fixed(10), 0.95, [5, 60, 555], [7, 82, 854]),
        (LATE, 0.80, [6, 70, 644], [7, 81, 837]),
        (LATE, 0.90, [9, 113, 1041], [10, 122, 1223]),
        (LATE, 0.95, [11, 139, 1284], [12, 152, 1498]),
    ],
)
def test_levels_that_could_always_be_chosen_give_the_numbers_they_gave(times, level, points, orders):
    order = ordering_over(the_curve(), np.array([1.0, 20.0, 90.0]), days_of([times] * 3), 7, level)

    assert (order.point.tolist(), order.quantity.tolist()) == (points, orders)


@pytest.mark.parametrize("times", [fixed(10), LATE])
def test_more_is_needed_for_every_half_percent_more(times):
    curve, leads, none = the_curve(), days_of([times] * 3), np.zeros(3)

    exact = [quantile_over(curve, leads, 0.0, level) for level in EVERY]
    orders = [ordering_over(curve, none, leads, 7, level) for level in EVERY]

    assert all((after > before).all() for before, after in pairwise(exact))
    for before, after in pairwise(orders):
        assert (after.point >= before.point).all()
        assert (after.quantity >= before.quantity).all()
    assert (orders[-1].point > orders[EVERY.index(0.975)].point).all()


def test_at_the_levels_of_the_forecast_the_need_is_what_it_says():
    curve, leads = the_curve(), days_of([fixed(10)] * 3)

    for place, level in enumerate(LEVELS):
        if level < LEVELS[-1]:
            assert quantile_over(curve, leads, 0.0, level) == pytest.approx(10 * RATES * SPREAD[place], rel=1e-4)
        assert quantile_until(curve, 10, level) == pytest.approx(10 * RATES * SPREAD[place])


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.sampled_from(EVERY[:-1]), st.integers(1, 40))
def test_a_higher_level_never_asks_for_less_whatever_the_forecast(seed, level, lead):
    chance = np.random.default_rng(seed)
    totals = np.sort(chance.gamma(0.5, 5.0, (6, len(WINDOWS), len(LEVELS))), axis=2)
    totals[0], totals[1, :, 5:] = 0.0, 3.0
    curve = cumulated(chance.gamma(0.5, 1.0, (6, 28)), totals, WINDOWS)
    leads = np.sort(chance.integers(0, lead + 1, (6, POINTS)).astype(float), axis=1)
    leads[:2] = lead

    lower, higher = (ordering_over(curve, np.zeros(6), leads, 7, one) for one in (level, level + 0.005))

    assert (higher.point >= lower.point).all()
    assert (higher.quantity >= lower.quantity).all()
    assert np.isfinite(higher.point).all()


def test_beyond_the_forecast_the_need_still_holds_what_it_says():
    """Simulated shops with demand of an uneven size: the share of them that the need of ten days really suffices."""
    chance = np.random.default_rng(11)
    rate = np.exp(chance.normal(1.0, 0.7, 3000))
    sold = chance.poisson(rate[:, None] * chance.gamma(3, 1 / 3, (3000, 168 + 10))).astype(float)
    windows = [Window(1, days) for days in (7, 10, 14, 28)]
    said = forecast_demand(sold[:, :168], 28, windows=windows)
    curve = cumulated(said.mean, own_totals(sold[:, :168], said), [one.last for one in windows])
    leads = days_of([fixed(10)] * len(sold))
    came = sold[:, 168:].sum(axis=1)

    for level, slack in ((0.6, 0.04), (0.9, 0.03), (0.975, 0.015), (0.99, 0.01), (0.995, 0.006)):
        held = (came <= ordering_over(curve, np.zeros(len(sold)), leads, 7, level).point).mean()
        assert held >= level - slack
    assert held < 1.0


def test_any_level_from_50_to_99_and_a_half_can_be_promised():
    assert all(is_level(level) for level in EVERY)
    assert len({level_key(level) for level in EVERY}) == len(EVERY)
    assert [level_key(level) for level in (0.5, 0.9, 0.975)] == ["50", "90", "97.5"]
    for level in (0.0, 0.495, 0.951, 0.9972, 0.999, 1.0, 90.0, float("nan"), float("inf")):
        assert not is_level(level)


def test_what_a_record_can_confirm_grows_with_it():
    assert [round(service.confirmable(count), 3) for count in (0, 1, 20, 100, 1000)] == [0, 0.378, 0.924, 0.984, 0.998]


def test_a_level_out_of_reach_is_refused_and_the_terms_stay(scope):
    terms = {"lead_days": 10, "review_days": 7, "actor": SYSTEM}
    set_terms(None, level=0.985, classes={"a": 0.99, "b": None, "c": 0.5}, **terms)

    for level, classes in ((0.999, None), (0.9, {"a": 0.985001, "b": None, "c": None}), (float("nan"), None)):
        with pytest.raises(Refused):
            set_terms(None, level=level, classes=classes, **terms)

    kept = DemandTerms.objects.get()
    assert [kept.level, kept.level_a, kept.level_b, kept.level_c] == [0.985, 0.99, None, 0.5]


def promised(level: str, **more: str) -> dict[str, str]:
    return {"lead_days": "10", "review_days": "7", "level": level, **more}


def a_forecast(count: int = 2) -> list[Variant]:
    things = shop_with_past(count)
    make_demand(actor=SYSTEM)
    DemandOutlook.objects.update(abc="A")
    return things


def weeks(level: float, *, variants: int, count: int = 12, score: float | None = None, kept: float = 1.0) -> None:
    """That many weeks under a promise, of all classes."""
    for back in range(count):
        for abc in "ABC":
            ServiceWeek.objects.create(
                abc=abc, week=date.fromordinal(date(2026, 6, 8).toordinal() - 7 * back), variants=variants,
                kept=kept * variants, level=level, score=service.score_of(level) if score is None else score,
            )  # fmt: skip


def test_the_shop_its_classes_and_one_variant_are_promised_what_was_typed(shop, ann, as_user):
    browser = as_user(ann)
    with tenant(shop):
        one, other = a_forecast()
    address = reverse("demand-terms", args=[shop.slug])

    browser.post(address, promised("97.5", level_a="99", level_c="62.5"))
    browser.post(reverse("demand-variant-terms", args=[shop.slug, one.pk]), promised("99.5"))

    with tenant(shop):
        reckon_again(known_outlooks())
        found = {row.variant_id: row for row in DemandOutlook.objects.all()}
        terms = terms_of_shop()
    assert [terms.level, terms.level_a, terms.level_b, terms.level_c] == [0.975, 0.99, None, 0.625]
    assert (found[one.pk].level, found[other.pk].level) == (0.995, 0.99)
    page = browser.get(address).content.decode()
    for shown in ('value="97.5"', 'value="99"', 'value="62.5"'):
        assert shown in page


def test_a_variant_says_what_its_own_level_asks_for_and_what_others_would(shop, ann, as_user):
    browser = as_user(ann)
    with tenant(shop):
        one, _ = a_forecast()
        set_terms(one, lead_days=10, review_days=7, level=0.985, actor=SYSTEM)

    page = text_of(browser, "demand-detail", shop.slug, one.pk)
    beside = browser.get(reverse("demand-detail", args=[shop.slug, one.pk]) + "?sure=80").content.decode()

    assert "it holds out in 98.5% of cases" in page
    assert 'aria-current="page">98.5%</a>' in page
    assert 'aria-current="page">80%</a>' in beside
    assert "Forecasts can be checked up to 97.5%" in page


def test_a_promise_beyond_the_record_says_so(scope):
    a_forecast(24)
    set_terms(None, lead_days=10, review_days=7, level=0.99, classes={"a": None, "b": 0.9, "c": 0.975}, actor=SYSTEM)
    weeks(0.99, variants=4)

    first, second, third = standings(terms_of_shop())

    assert (first.is_beyond, first.is_unchecked) == (True, True)
    assert first.confirms == pytest.approx(48 / (48 + service.Z_80**2))
    said = " ".join(doubts(first))
    assert "too few to confirm 99%: even if all had been kept, they would speak for 96.6% at most." in said
    assert "Forecasts can be checked up to 97.5%" in said
    assert (second.is_beyond, third.is_beyond) == (False, False)  # no week under them is over: "not measured yet"
    assert not doubts(second) + doubts(third)


def test_a_long_record_confirms_a_high_promise(scope):
    set_terms(None, lead_days=10, review_days=7, level=0.975, actor=SYSTEM)
    weeks(0.975, variants=40)

    assert not standings(terms_of_shop())[0].is_beyond


def test_points_are_never_set_below_the_middle_and_that_is_said(scope):
    set_terms(None, lead_days=10, review_days=7, level=0.5, actor=SYSTEM)
    weeks(0.5, variants=40, score=service.moved(0.0, 0.5, 40, 40))

    standing = standings(terms_of_shop())[0]

    assert (standing.aim, standing.why) == (0.5, "lowest")
    assert "points are never set lower" in promise_why(standing)
    assert level_name(service.level_of(service.HIGHEST)) == "over 99.9%"


def test_pages_and_programs_hear_of_the_doubt_in_both_languages(shop, ann, as_user):
    with tenant(shop):
        (one,) = a_forecast(1)
        set_terms(None, lead_days=10, review_days=7, level=0.99, actor=SYSTEM)
        weeks(0.99, variants=4)
    browser = as_user(ann)
    for page in (
        text_of(browser, "demand-terms", shop.slug),
        text_of(browser, "restock-order", shop.slug),
        text_of(browser, "demand-detail", shop.slug, one.pk),
    ):
        assert "too few to confirm 99%" in page

    row = program_of(shop).get("service-levels/").json()[0]
    assert (row["level"], row["unconfirmed"], row["unchecked"]) == (0.99, True, True)
    assert row["confirms"] == pytest.approx(0.967, abs=0.001)

    ann.language = "zh-hans"
    ann.save()
    page = as_user(ann).get(reverse("demand-terms", args=[shop.slug]), headers={"Accept-Language": "zh-hans"})
    assert "目前的周数还不足以证实 99%" in page.content.decode()
