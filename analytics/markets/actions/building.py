"""Building markets: their weeks from facts and observations, and what is odd in them."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from accounts.merchants.models import Merchant
from analytics.facts.models import CategoryFact
from analytics.markets.drivers import Spent, advertising, ratings
from analytics.markets.models import Market, Observation, Player, PlayerWeek
from analytics.markets.panels import sold_on_platform, weeks_between
from analytics.markets.rules import last_week_of_data, monday, oddities
from core.bulk import bulk_insert
from core.money import cents
from core.tenancy import every_tenant
from ecommerce.catalog.models import Category


def open_markets() -> list[Market]:
    """A market for every category that anything was ever sold in; those that are there stay as they are."""
    with every_tenant("a market is made of the sales of many merchants"):
        sold = set(
            CategoryFact.objects.exclude(category=None).order_by().values_list("category_id", flat=True).distinct()
        )
    known = set(Market.objects.values_list("category_id", flat=True))
    for category in Category.objects.filter(pk__in=sold - known):
        Market.objects.get_or_create(category=category)
    return list(Market.objects.select_related("category"))


@transaction.atomic
def rebuild_market(market: Market, *, today: date) -> Market:
    """Count the market's weeks anew from facts and observations, and look for what is odd in them.

    The same data give the same rows. The week that runs is left out, and so are the weeks after data that have ended.
    """
    market = Market.objects.select_for_update().select_related("category").get(pk=market.pk)
    totals = _totals(market)
    last = last_week_of_data(totals, today)
    PlayerWeek.objects.filter(player__market=market).delete()
    market.built_at, market.quality, market.first_week, market.last_week = timezone.now(), [], None, None
    if last is not None:
        start = min(totals)
        rows, notes = _platform_weeks(market, start, last)
        outside, more = _outside_weeks(market, start, last)
        bulk_insert([*rows, *outside])
        if rows or outside:
            market.first_week, market.last_week, market.quality = start, last, [*notes, *more]
    market.save()
    return market


def _totals(market: Market) -> dict[date, float]:
    """Units that anybody sold in the market, by Monday."""
    totals: dict[date, float] = {}
    with every_tenant("a market is made of the sales of many merchants"):
        days = (
            CategoryFact.objects.filter(category=market.category).order_by().values("day").annotate(sold=Sum("units"))
        )
        for day, sold in days.values_list("day", "sold"):
            totals[monday(day)] = totals.get(monday(day), 0.0) + float(sold)
    for week, sold in Observation.objects.filter(player__market=market).values_list("week", "units"):
        totals[week] = totals.get(week, 0.0) + sold
    return totals


def _platform_weeks(market: Market, first: date, last: date) -> tuple[list[PlayerWeek], list[dict[str, Any]]]:
    sold = sold_on_platform(market.category, first, last)
    merchants = Merchant.objects.in_bulk(sold)
    currencies = Counter(merchant.currency for merchant in merchants.values())
    market.currency = currencies.most_common(1)[0][0] if currencies else market.currency
    weeks = weeks_between(first, last)
    spent, stars = advertising(sold), ratings(market.category, weeks)
    unrated = np.full(len(weeks), np.nan)
    rows: list[PlayerWeek] = []
    notes: list[dict[str, Any]] = []
    for merchant_id, one in sorted(sold.items()):
        rated, ads = stars.get(merchant_id, unrated), spent.get(merchant_id, {})
        player, _ = Player.objects.get_or_create(market=market, merchant=merchants[merchant_id])
        begins = int(np.flatnonzero(one.units > 0)[0]) if (one.units > 0).any() else len(weeks)
        is_foreign = merchants[merchant_id].currency != market.currency
        if is_foreign:
            notes.append({"code": "currency", "player": player.pk})
        notes += [
            {**note, "player": player.pk}
            for note in oddities(weeks[begins:], list(one.units[begins:]), is_outside=False)
        ]
        rows += [
            PlayerWeek(
                player=player,
                week=weeks[at],
                units=float(one.units[at]),
                value=_money(0 if is_foreign else one.value[at]),
                price=float(one.price[at]) if np.isfinite(one.price[at]) and not is_foreign else None,
                promotion=float(one.promotion[at]),
                stockout=float(one.stockout[at]),
                rating=float(rated[at]) if np.isfinite(rated[at]) else None,
                **_advertised(ads.get(weeks[at])),
            )
            for at in range(begins, len(weeks))
        ]
    return rows, notes


def _advertised(spent: Spent | None) -> dict[str, Any]:
    return {} if spent is None else {"advertising": spent.amount, "advertising_known_on": spent.known_on}


def _outside_weeks(market: Market, first: date, last: date) -> tuple[list[PlayerWeek], list[dict[str, Any]]]:
    """The newest observation of each week; none of a competitor that sells on the platform under the same name."""
    merchants = Player.objects.filter(market=market, merchant__isnull=False)
    ours = {name.casefold() for name in merchants.values_list("merchant__name", flat=True)}
    newest: dict[tuple[int, date], Observation] = {}
    seen = Observation.objects.filter(player__market=market, week__gte=first, week__lte=last)
    for observation in seen.select_related("player").order_by("known_at", "pk"):
        newest[observation.player_id, observation.week] = observation
    by_player: dict[Player, dict[date, Observation]] = {}
    for observation in newest.values():
        by_player.setdefault(observation.player, {})[observation.week] = observation
    rows: list[PlayerWeek] = []
    notes: list[dict[str, Any]] = []
    weeks = weeks_between(first, last)
    for player, found in sorted(by_player.items(), key=lambda item: item[0].pk):
        if player.name.casefold() in ours:
            notes.append({"code": "double", "player": player.pk, "name": player.name})
            continue
        amounts = [found[week].units if week in found else None for week in weeks]
        notes += [
            {**note, "player": player.pk, "name": player.name} for note in oddities(weeks, amounts, is_outside=True)
        ]
        rows += [
            PlayerWeek(
                player=player,
                week=week,
                units=one.units,
                value=_money(one.units * float(one.price or 0) if one.value is None else one.value),
                price=None if one.price is None else float(one.price),
                promotion=one.promotion,
                advertising=None if one.ad_spend is None else float(one.ad_spend),
                rating=one.rating,
                known_at=one.known_at,
            )
            for week, one in sorted(found.items())
        ]
    return rows, notes


def _money(amount: Any) -> Decimal:
    return cents(Decimal(str(amount)))
