"""Promotions in plain numbers: slopes are recovered, bands hold, past uplifts are measured, odd input is survived."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.engine.demand import LEVELS
from analytics.engine.promotion.boosted import boosted_path
from analytics.engine.promotion.features import ELASTICITY
from analytics.engine.promotion.forecast import forecast_promotions
from analytics.engine.promotion.losses import expected_losses, net_of
from analytics.engine.promotion.panel import make_promo_panel
from analytics.engine.promotion.pooled import pooled
from analytics.engine.promotion.response import fit_response
from analytics.engine.promotion.uplift import measure, quiet_periods
from tests.analytics.promo_kit import one_promotion, promoted_panel

LOW, HIGH = LEVELS.index(0.10), LEVELS.index(0.90)


def slopes(panel):
    fitted = fit_response(panel)
    return fitted.slopes[:, 0] / fitted.design.spread[0]


def test_price_slopes_come_near_the_truth():
    panel, _ = promoted_panel(places=8, products=6)
    assert slopes(panel).mean() == pytest.approx(-2.5, abs=0.6)


def test_a_product_that_was_never_promoted_leans_on_the_others():
    panel, _ = promoted_panel(places=4, products=5, elasticity=-4.0)
    never = panel.product == 0
    panel.price[never], panel.flags[:, never] = np.log(10.0), 0.0
    of = slopes(panel)
    assert of[never].mean() == pytest.approx(of[~never].mean(), abs=0.8)


def test_without_any_promotion_the_published_elasticity_stands():
    units = np.random.default_rng(0).poisson(50, (3, 60)).astype(float)
    panel = make_promo_panel(units, np.full((3, 64), 20.0))
    made = forecast_promotions(panel, 4, boosted=False)
    assert made.mean == pytest.approx(50, rel=0.2)
    cut = make_promo_panel(units, np.c_[np.full((3, 60), 20.0), np.full((3, 4), 16.0)])
    told = forecast_promotions(cut, 4, boosted=False)
    assert (told.mean > 1.1 * made.mean).all()
    assert (told.mean < 1.3 * 0.8**ELASTICITY * made.mean).all()


def test_the_plan_is_followed_with_little_bias():
    wape, steady, said, came, held = 0.0, 0.0, 0.0, 0.0, []
    for seed in range(5):
        panel, truth = promoted_panel(seed, shock=0.05)
        made = forecast_promotions(panel, 4, boosted=False)
        chosen = panel.promoted[:, panel.known :]
        usual = np.repeat(panel.units[:, -8:].mean(axis=1)[:, None], 4, axis=1)
        wape += np.abs(made.mean - truth)[chosen].sum()
        steady += np.abs(usual - truth)[chosen].sum()
        said, came = said + made.mean[chosen].sum(), came + truth[chosen].sum()
        low, high = made.quantiles[..., LOW], made.quantiles[..., HIGH]
        held += ((truth >= low) & (truth <= high))[chosen].tolist()
    assert wape < 0.7 * steady
    assert said / came == pytest.approx(1.0, abs=0.1)
    assert 0.7 <= np.mean(held) <= 0.92


def test_sums_have_wider_ranges_where_promotions_err_together():
    panel, _ = promoted_panel(shock=0.5, noise=0.1)
    made = forecast_promotions(panel, 4, boosted=False)
    everything = np.ones((len(panel.units), 4), dtype=bool)
    whole, quantiles = made.total(everything)
    assert whole == pytest.approx(made.mean.sum())
    assert (np.diff(quantiles) > 0).all()
    assert made.total(np.zeros_like(everything)) == (0.0, pytest.approx(np.zeros(len(LEVELS))))
    assert made.learnt.shared[1] > 2 * made.learnt.shared[0]


def test_trees_take_part_where_history_allows():
    panel, _ = promoted_panel(places=8, products=5, weeks=70)
    path = boosted_path(panel.until(panel.known, 4), 4)
    assert path is not None
    assert np.isfinite(path).all()
    assert set(forecast_promotions(panel, 4, past=[]).learnt.weights[1]) == {"steady", "response", "boosted"}
    assert boosted_path(panel.until(30, 4), 4) is None


def test_a_forecast_knows_no_later_week():
    panel, _ = promoted_panel(seed=3)
    then = panel.until(60, 4)
    changed = panel.units.copy()
    changed[:, 60:] *= 7
    later = make_promo_panel(changed, np.exp(panel.price), product=panel.product, place=panel.place)
    told = make_promo_panel(panel.units, np.exp(panel.price), product=panel.product, place=panel.place)
    first, second = (forecast_promotions(one.until(60, 4), 4, boosted=False) for one in (told, later))
    assert (first.mean == second.mean).all()
    assert then.known == 60


@pytest.mark.parametrize("known", [1, 2, 5, 30])
@pytest.mark.parametrize(
    "units",
    [
        lambda n: np.zeros((2, n)),
        lambda n: np.full((2, n), 5.0),
        lambda n: np.full((2, n), np.nan),
        lambda n: np.where(np.arange(n) % 3, 4.0, np.nan) * np.ones((2, 1)),
        lambda n: np.full((2, n), 1e308),
        lambda n: -np.ones((2, n)),
    ],
)
def test_odd_series_get_finite_forecasts(units, known):
    price = np.tile(np.where(np.arange(known + 3) % 2, 9.0, 0.0), (2, 1))
    price[1] = np.nan
    made = forecast_promotions(make_promo_panel(units(known), price), 3)
    assert np.isfinite(made.mean).all()
    assert np.isfinite(made.quantiles).all()
    assert (made.mean >= 0).all()
    assert (np.diff(made.quantiles, axis=-1) >= 0).all()


def measured(truth, product, window):
    promoted = np.zeros(truth.units.shape[1], dtype=bool)
    promoted[truth.window] = True
    quiet = quiet_periods(promoted, truth.after)
    return measure(truth.units[product], window, quiet=quiet, donors=truth.units[2:])


def test_uplift_dip_and_lost_sister_sales_are_recovered():
    held = []
    for seed in range(30):
        truth = one_promotion(seed)
        dip = slice(truth.window.stop, truth.window.stop + truth.after)
        for product, window in ((0, truth.window), (0, dip), (1, truth.window)):
            effect = measured(truth, product, window)
            real = (truth.units - truth.without)[product, window].sum()
            held.append(effect.extra[LOW] <= real <= effect.extra[HIGH])
    assert 0.72 <= np.mean(held) <= 0.89


def test_nothing_is_measured_without_quiet_weeks():
    truth = one_promotion(1)
    series = truth.units[0]
    assert measure(series, truth.window, quiet=np.zeros(len(series), dtype=bool)) is None
    gap = series.copy()
    gap[truth.window] = np.nan
    assert measure(gap, truth.window, quiet=np.ones(len(series), dtype=bool)) is None


def test_others_help_where_the_shop_moves_as_a_whole():
    alone, together = [], []
    for seed in range(30):
        truth = one_promotion(seed, wander=0.0)
        promoted = np.zeros(truth.units.shape[1], dtype=bool)
        promoted[truth.window] = True
        quiet = quiet_periods(promoted, truth.after)
        real = truth.without[0, truth.window].sum()
        for errors, donors in ((alone, None), (together, truth.units[2:])):
            effect = measure(truth.units[0], truth.window, quiet=quiet, donors=donors)
            errors.append(abs(effect.expected - real) / real)
    assert np.mean(together) < 0.95 * np.mean(alone)


def losing_panel(seed, after, sister, products=30, weeks=78):
    """Two panels of the same past, with and without a plan for product 0; promotions lower log units of the week after
    by `after` at a quarter off, and those of sisters by `sister`."""
    chance = np.random.default_rng(seed)
    category = np.arange(products) % 5
    off = np.where(chance.random((products, weeks + 5)) < 0.08, chance.uniform(0.1, 0.35, (products, weeks + 5)), 0.0)
    off[:, weeks:] = 0.0
    logs = np.log(40 * np.exp(chance.normal(0, 0.6, products)))[:, None] - 2.5 * np.log(1 - off)
    logs[:, 1:] -= after * off[:, :-1] / 0.25
    for row in range(products):
        others = (category == category[row]) & (np.arange(products) != row)
        logs[row] -= 4 * sister * (off[others] > 0).mean(axis=0)
    units = chance.poisson(np.exp(logs + chance.normal(0, 0.2, logs.shape))).astype(float)[:, :weeks]
    planned = off.copy()
    planned[0, weeks + 1] = 0.25
    made = (
        make_promo_panel(units, 10 * (1 - one), product=np.arange(products), category=category)
        for one in (planned, off)
    )
    return (*made, np.arange(products) == 0)


def lost(after, sister):
    window, later = slice(79, 80), slice(80, 82)
    found = [expected_losses(*losing_panel(seed, after, sister), window, later) for seed in range(4)]
    return np.mean([(one.after[0], one.sisters[0]) for one in found], axis=0), found


def test_what_a_plan_takes_from_the_weeks_after_and_from_sisters_is_recovered():
    means, found = lost(0.25, 0.1)
    assert means[0] == pytest.approx(np.expm1(-0.25) / np.expm1(-2.5 * np.log(0.75)), abs=0.06)
    assert means[1] < -0.12
    assert all(0.01 < one.after[1] < 0.15 for one in found)
    none, _ = lost(0.0, 0.0)
    assert np.abs(none) == pytest.approx(0.0, abs=0.08)


def test_the_net_of_a_plan_carries_every_doubt():
    gain = np.array([80.0, 100.0, 125.0])
    after, sisters, net = net_of(gain, (-0.2, 0.05), (-0.1, 0.05))
    assert (after[1], sisters[1]) == pytest.approx((-20, -10), abs=0.5)
    assert net[1] == pytest.approx(70, abs=1)
    sure = net_of(gain, (-0.2, 0.0), (-0.1, 0.0))[2]
    assert net[2] - net[0] > sure[2] - sure[0]


def test_pooling_trusts_what_was_measured_well():
    found = pooled([0.5, 1.2], [0.01**2, 1.0], 0.1)
    assert found.mean == pytest.approx(0.5, abs=0.05)
    assert (found.count, found.of_next > found.error) == (2, True)
    assert pooled([], [], 0.1, (0.3, 0.2)).mean == 0.3
    with pytest.raises(ValueError, match="nothing"):
        pooled([], [], 0.1)
