"""The forecast of a planned promotion and what it takes: stock, parcels, hands, the day by which to order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from accounts.merchants.models import Merchant
from analytics.demand.history import festival_factors
from analytics.engine.promotion.forecast import PromoForecast, candidates, forecast_promotions, past_origins
from analytics.engine.promotion.losses import Losses, expected_losses, net_of
from analytics.engine.promotion.panel import PromoPanel, make_promo_panel
from analytics.engine.promotion.pooled import Pooled, pooled
from analytics.engine.protocol import Array
from analytics.forecasts.queries import edges
from analytics.promotions.history import Weeks, best_selling, read_weeks
from analytics.promotions.queries import free_stock, lead_days, past_losses, usual_days
from analytics.promotions.rules import (
    AFTER_WEEKS,
    LIKELY,
    LOSS_APART,
    SERIES_MOST,
    TEN_PERCENT,
    WEEK,
    WEEKS_BACK,
    WEEKS_LEAST,
    order_by,
    part_of,
    part_sold_in,
    planned_price,
    rounded,
    slope_doubt,
    staffing,
)
from core.errors import Refused


@dataclass(frozen=True)
class Outlook:
    """Of the promotion's days: what each chosen row will sell (LIKELY), and all of them together.

    `price` is what each usually costs; `losses` what the plan takes from elsewhere, None where that cannot be told.
    """

    each: Array
    together: Array
    usual: Array
    price: Array
    losses: Losses | None


def promise(
    merchant: Merchant,
    variants: Sequence[int],
    first: date,
    last: date,
    depth: float,
    per_person: int,
    spend: Decimal = Decimal(0),
) -> dict[str, Any]:
    """What is promised of a plan, as it is kept. Refuses where the shop's past is too short."""
    today = merchant.today()
    span = edges(merchant, today)
    known_until = span[1] if span else today
    gap = _gap(first, known_until)
    known = min((first - span[0]).days // WEEK - gap, WEEKS_BACK) if span else 0
    if span is None or known < WEEKS_LEAST:
        sentence = _("There must be at least twenty weeks of sales before a promotion can be forecast.")
        raise Refused("too_short", sentence)
    begin = first - timedelta(days=WEEK * (known + gap))
    chosen = set(variants)
    others = [pk for pk in best_selling(begin, known_until) if pk not in chosen][: max(0, SERIES_MOST - len(chosen))]
    weeks = read_weeks([*chosen, *others], begin, known)
    own = np.array([pk in chosen for pk in weeks.variants])
    if np.nansum(weeks.units[own]) <= 0:
        raise Refused("never_sold", _("None of these products has been sold yet, so nothing can be forecast."))
    factors, occasions = festival_factors(merchant, span[0], known_until, (last - known_until).days, today)
    ahead = np.array(factors[-(last - known_until).days :]) if factors else np.ones((last - known_until).days)
    lift = float(ahead[-((last - first).days + 1) :].mean())
    outlook = _outlook(weeks, own, first, last, depth / 100, gap, lift)
    within = [one["key"] for one in occasions if first.isoformat() <= one["day"] <= last.isoformat()]
    return {
        "known_until": known_until.isoformat(),
        "festivals": within,
        "units": _three(outlook.together),
        "usual": rounded(float(outlook.usual.sum())),
        **_net(weeks, own, outlook),
        "spend": str(spend),
        "discount": _three(outlook.together * _mean_price(outlook) * depth / 100),
        **_parcels(outlook, known_until, (last - first).days + 1, per_person),
        **_stock(weeks, own, outlook, first, last, today),
    }


def _gap(first: date, known_until: date) -> int:
    """Whole weeks between what is known and the promotion, so that weeks can begin on its first day."""
    return -(-((first - known_until).days - 1) // WEEK)


def _three(values: Array) -> list[float]:
    return [rounded(float(value)) for value in values]


def _outlook(weeks: Weeks, own: np.ndarray, first: date, last: date, part_off: float, gap: int, lift: float) -> Outlook:
    """The forecast with the plan, and without it, by the same models."""
    days = (last - first).days + 1
    length = -(-days // WEEK)
    horizon = gap + length
    in_week = [min(WEEK, days - WEEK * week) for week in range(length)]
    usual = weeks.usual()
    price = np.concatenate([weeks.price, np.repeat(usual[:, None], horizon + AFTER_WEEKS, axis=1)], axis=1)
    cheap = price.copy()
    for week, count in enumerate(in_week):
        column = weeks.units.shape[1] + gap + week
        cheap[own, column] = [planned_price(one, part_off, count) for one in usual[own]]
    plan, still = (_panel(weeks, one) for one in (cheap, price))
    past = [candidates(plan.until(at, horizon), horizon, boosted=False) for at in past_origins(plan.known, horizon)]
    with_it, without = (forecast_promotions(one, horizon, past=past, boosted=False) for one in (plan, still))
    part = np.zeros(with_it.mean.shape)
    share = np.zeros(with_it.mean.shape)
    for week, count in enumerate(in_week):
        part[own, gap + week] = part_sold_in(part_off, count)
        share[own, gap + week] = count / WEEK
    window = slice(plan.known + gap, plan.known + horizon)
    seen = plan.promoted[own, : plan.known].sum(axis=1)
    doubts = [slope_doubt(part_off, int(count)) for count in seen]
    return Outlook(
        np.array([_range(with_it, part, lift, row, doubts[at]) for at, row in enumerate(np.flatnonzero(own))]),
        _range(with_it, part, lift, None, slope_doubt(part_off, int(seen.mean()))),
        (without.mean * share * lift)[own].sum(axis=1),
        usual[own],
        expected_losses(plan, still, own, window, slice(window.stop, window.stop + AFTER_WEEKS)),
    )


def _mean_price(outlook: Outlook) -> float:
    """The usual price of a unit, by what each product is expected to sell."""
    known = np.isfinite(outlook.price)
    sold = outlook.each[known, 1]
    return float((outlook.price[known] * sold).sum() / sold.sum()) if sold.sum() > 0 else 0.0


def _net(weeks: Weeks, own: np.ndarray, outlook: Outlook) -> dict[str, Any]:
    """Extra units, what is lost after and by sisters, and what is left: ranges, None where nothing is known.

    The losses are parts of the extra units: those measured in the shop's past promotions together with what the
    regression says. `after_from` and `sisters_from` count the former.
    """
    extra = outlook.together - outlook.usual.sum()
    alike = set(weeks.category[own].tolist()) - {0}
    has_sisters = bool((np.isin(weeks.category, weeks.category[own]) & ~own).any())
    after = _loss("dip", alike, outlook.losses and outlook.losses.after)
    sisters = _loss("sisters", alike, outlook.losses and outlook.losses.sisters) if has_sisters else None
    none = (0.0, 0.0)
    ranges = net_of(extra, *((one.mean, one.of_next) if one else none for one in (after, sisters)))
    return {
        "extra": _three(extra),
        "after": _three(ranges[0]) if after else None,
        "sisters": _three(ranges[1]) if sisters else None,
        "net": _three(ranges[2]),
        "after_from": after.count if after else 0,
        "sisters_from": sisters.count if sisters else 0,
        "has_sisters": has_sisters,
    }


def _loss(name: str, categories: set[int], told: tuple[float, float] | None) -> Pooled | None:
    seen = [part_of(*one) for one in past_losses(name, categories)]
    if not seen and told is None:
        return None
    return pooled(np.array([one[0] for one in seen]), np.array([one[1] for one in seen]), LOSS_APART, told)


def _panel(weeks: Weeks, price: Array) -> PromoPanel:
    return make_promo_panel(weeks.units, price, product=np.array(weeks.variants), category=weeks.category)


def _range(made: PromoForecast, part: Array, lift: float, row: int | None, doubt: float) -> Array:
    """Low, middle and high of the units of one row, or of all rows, within the days of the promotion.

    `doubt` widens the range by how little is known of what a price cut does here.
    """
    chosen = part > 0
    if row is not None:
        only = np.zeros_like(chosen)
        only[row] = chosen[row]
        chosen = only
    whole, quantiles = made.total(chosen)
    within = float((made.mean * part)[chosen].sum())
    scale = within / whole * lift if whole > 0 else 0.0
    low, middle, high = quantiles[list(LIKELY)] * scale
    if middle <= 0 or low <= 0:
        return np.array([low, middle, high])
    down, up = (np.hypot(np.log(end / middle), TEN_PERCENT * doubt) for end in (low, high))
    return np.array([middle * np.exp(-down), middle, middle * np.exp(up)])


def _parcels(outlook: Outlook, known_until: date, days: int, per_person: int) -> dict[str, Any]:
    orders, units_an_order = usual_days(known_until)
    usual = float(outlook.usual.sum())
    middle, high = ((float(value) - usual) / max(units_an_order, 1.0) / days for value in outlook.together[1:])
    need = staffing(orders, middle, high, per_person)
    return {
        "parcels_usual": rounded(need.usual),
        "parcels": rounded(need.middle),
        "parcels_high": rounded(need.high),
        "per_person": per_person,
        "people": need.people,
        "extra_hours": need.extra_hours,
    }


def _stock(weeks: Weeks, own: np.ndarray, outlook: Outlook, first: date, last: date, today: date) -> dict[str, Any]:
    """Units that serve nine in ten cases, what is there less what sells until then, and what must be ordered."""
    ids = [weeks.variants[row] for row in np.flatnonzero(own)]
    free, lead = free_stock(ids), lead_days()
    before = (first - today).days / ((last - first).days + 1)
    needs = []
    for row, pk in enumerate(ids):
        need = int(np.ceil(outlook.each[row][2]))
        left = max(free[pk] - int(np.ceil(outlook.usual[row] * before)), 0) if pk in free else None
        needs.append(
            {
                "variant": pk,
                "units": _three(outlook.each[row]),
                "usual": rounded(float(outlook.usual[row])),
                "need": need,
                "left": left,
                "order": max(need - left, 0) if left is not None else None,
            }
        )
    needs.sort(key=lambda one: (-one["units"][1], one["variant"]))
    return {"lead_days": lead, "order_by": order_by(first, lead).isoformat(), "needs": needs}
