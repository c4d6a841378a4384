"""Forecasts of products, categories and the shop add up, and no worse for it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.engine.reconcile import moved_quantiles, reconcile_means


def exact(products, categories, shop, groups, variances):
    """MinT with diagonal weights by its textbook formula, S (S' W^-1 S)^-1 S' W^-1 y."""
    count = len(categories)
    summing = np.vstack([np.eye(len(products)), np.eye(count)[:, groups], np.ones((1, len(products)))])
    weight = np.diag(1.0 / np.concatenate([variances[0], variances[1], [variances[2]]]))
    told = np.vstack([products, categories, shop])
    return np.linalg.solve(summing.T @ weight @ summing, summing.T @ weight @ told)


def test_it_is_mint_with_diagonal_weights():
    chance = np.random.default_rng(1)
    groups = chance.integers(0, 3, 12)
    groups[:3] = [0, 1, 2]
    products = chance.uniform(50, 60, (12, 4))
    categories = np.array([products[groups == number].sum(axis=0) for number in range(3)]) + chance.normal(0, 5, (3, 4))
    shop = products.sum(axis=0, keepdims=True) + 9
    variances = (chance.uniform(1, 9, 12), chance.uniform(1, 9, 3), 4.0)

    result = reconcile_means(products, categories, shop, groups, variances)

    assert result.products == pytest.approx(exact(products, categories, shop, groups, variances))


def test_structural_scaling_counts_products():
    groups = np.array([0, 0, 1])
    products, categories, shop = np.full((3, 1), 20.0), np.array([[46.0], [20.0]]), np.array([[63.0]])

    result = reconcile_means(products, categories, shop, groups)

    assert result.products == pytest.approx(
        exact(products, categories, shop, groups, (np.ones(3), np.array([2.0, 1]), 3.0))
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 5), st.booleans())
def test_levels_always_add_up_and_are_never_below_zero(seed, count, categories, with_variances):
    chance = np.random.default_rng(seed)
    groups = chance.integers(0, categories, count)
    products = chance.poisson(0.7, (count, 3)).astype(float)
    variances = (chance.uniform(0, 3, count), chance.uniform(0, 3, categories), 1.0) if with_variances else None

    result = reconcile_means(
        products, chance.uniform(0, 50, (categories, 3)), chance.uniform(0, 90, (1, 3)), groups, variances
    )

    assert (result.products >= 0).all()
    for number in range(categories):
        assert result.categories[number] == pytest.approx(result.products[groups == number].sum(axis=0))
    assert result.shop[0] == pytest.approx(result.products.sum(axis=0))


def test_a_better_known_total_makes_the_products_better():
    chance = np.random.default_rng(2)
    truth = chance.uniform(5, 15, (200, 28))
    groups = np.repeat(np.arange(10), 20)
    said = truth * 0.8 + chance.normal(0, 2, truth.shape)
    totals = np.array([truth[groups == number].sum(axis=0) for number in range(10)])

    result = reconcile_means(
        said, totals, truth.sum(axis=0, keepdims=True), groups, (np.full(200, 9.0), np.full(10, 1.0), 1.0)
    )

    assert np.abs(result.products - truth).mean() < 0.9 * np.abs(said - truth).mean()


def test_quantiles_move_with_the_mean_and_keep_their_order():
    quantiles = np.array([[1.0, 2.0, 5.0], [0.0, 0.0, 1.0]])

    moved = moved_quantiles(quantiles, np.array([2.0, 0.0]), np.array([3.0, 0.0]))

    assert moved.tolist() == [[1.5, 3.0, 7.5], [0.0, 0.0, 1.0]]
