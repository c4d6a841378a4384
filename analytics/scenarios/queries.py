"""Reading scenarios, promises and price tests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import F, QuerySet

from accounts.merchants.models import Merchant
from analytics.markets.models import Market, PlayerWeek, ShareState
from analytics.markets.queries import markets_of
from analytics.scenarios.models import PriceTest, Promise, Scenario, ScenarioLink
from analytics.scenarios.rules import COMPARED


def scenario_list() -> QuerySet[Scenario]:
    """Scenarios with all that a row, a page and the API show of them."""
    return Scenario.objects.select_related("merchant", "market__category", "run", "promise__outcome")


def chosen_market(merchant: Merchant, wanted: str) -> tuple[Market | None, list[Market]]:
    """The merchant's market of that id, else its first one, and all of them."""
    markets = list(markets_of(merchant))
    found = next((market for market in markets if str(market.pk) == wanted), None)
    return found or next(iter(markets), None), markets


def is_outdated(scenario: Scenario) -> bool:
    """Whether a newer forecast than that of its answer can be asked."""
    kept = ShareState.objects.filter(run__market=scenario.market, run__measure=scenario.measure)
    newest = kept.order_by("-run__last_week", "-run_id").values_list("run_id", flat=True).first()
    return newest is not None and newest != scenario.run_id


def links_of(scenario: Scenario) -> QuerySet[ScenarioLink]:
    """The links of a scenario that were not revoked, the newest first."""
    return ScenarioLink.objects.filter(scenario=scenario, revoked_at=None).select_related("merchant")


def compared(ids: Sequence[str]) -> list[Scenario]:
    """Up to COMPARED scenarios of one market and measure, in the order asked for; those of another are left out."""
    wanted = [int(one) for one in ids if one.isascii() and one.isdigit() and len(one) < 19]
    found = scenario_list().in_bulk(list(dict.fromkeys(wanted)))
    rows = [found[pk] for pk in dict.fromkeys(wanted) if pk in found]
    alike = [row for row in rows if (row.market_id, row.measure) == (rows[0].market_id, rows[0].measure)]
    return alike[:COMPARED]


def promises_due() -> QuerySet[Promise]:
    """Promises whose weeks are over and counted, and which nobody judged yet."""
    rows = Promise.objects.filter(outcome=None, last_week__lte=F("scenario__market__last_week"))
    return rows.select_related("scenario__market__category", "run", "player").order_by("pk")


def price_tests() -> QuerySet[PriceTest]:
    return PriceTest.objects.select_related("merchant", "market__category")


def own_weeks(market: Market, merchant: Merchant, column: str) -> list[tuple[date, float]]:
    """What the merchant sold of the market by week, oldest first, from its first sale on: its value or its units."""
    rows = PlayerWeek.objects.filter(player__market=market, player__merchant=merchant).order_by("week")
    return [(week, float(sold)) for week, sold in rows.values_list("week", column)]


def content_of(promise: Promise) -> str:
    """Everything a promise says, as one text that is the same for the same content."""
    said = {
        name: getattr(promise, name)
        for name in (
            "scenario_id", "run_id", "player_id", "first_week", "last_week", "question", "weeks", "share", "sales",
        )
    }  # fmt: skip
    return json.dumps(said, sort_keys=True, default=str)


def digest_of(promise: Promise) -> str:
    return hashlib.sha256(content_of(promise).encode()).hexdigest()


def altered_promises() -> list[Promise]:
    """Promises whose content is not what was written."""
    rows: Any = Promise.objects.order_by("pk")
    return [promise for promise in rows if digest_of(promise) != promise.digest]
