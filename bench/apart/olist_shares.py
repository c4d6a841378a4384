"""Market shares of a real marketplace; used by bench/olist.py, in a process of its own on a database of its own.

Loads Olist's orders if they are not there, forecasts its LARGEST categories as of thirteen weeks, and prints what came
of the SELLERS largest sellers of each as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from django.core.management import call_command
from django.db.models import Sum

from accounts.merchants.models import Merchant
from analytics.facts.models import CategoryFact
from analytics.markets.actions import open_markets
from analytics.markets.models import Market, Measure, Player, PlayerWeek, ShareRun
from analytics.markets.queries import share_record, view
from analytics.markets.tasks import forecast_market
from core.tenancy import every_tenant

LARGEST, SELLERS = 5, 20


def main(words: list[str]) -> None:
    (folder,) = words
    if not Merchant.objects.exists():
        call_command("import_marketplace", "olist", Path(folder), stdout=sys.stderr)
    began = time.process_time()
    markets = _largest()
    for market in markets:
        if not ShareRun.objects.filter(market=market).exists():
            forecast_market(market.pk, "system", None, "")
        print(f"  {market.category.code} …", file=sys.stderr, flush=True)
    spent = time.process_time() - began
    told = [_told(Market.objects.get(pk=market.pk), measure) for measure in Measure.values for market in markets]
    print(json.dumps({"cpu": spent, "markets": told}))


def _largest() -> list[Market]:
    """The markets of the categories in which most was sold by value."""
    open_markets()
    with every_tenant("a market is made of the sales of many merchants"):
        sold = CategoryFact.objects.exclude(category=None).order_by().values("category").annotate(worth=Sum("value"))
        ids = list(sold.order_by("-worth").values_list("category", flat=True)[:LARGEST])
    found = {market.category_id: market for market in Market.objects.filter(category__in=ids)}
    return [found[pk] for pk in ids]


def _told(market: Market, measure: str) -> dict[str, object]:
    """How the largest sellers of the whole history were forecast four weeks ahead, as their pages say it."""
    column = "value" if measure == Measure.VALUE else "units"
    rows = PlayerWeek.objects.filter(player__market=market).order_by().values("player").annotate(sold=Sum(column))
    players = Player.objects.filter(pk__in=rows.order_by("-sold").values_list("player", flat=True)[:SELLERS])
    counts = {"skill": 0, "no_skill": 0, "too_early": 0, "withheld": 0, "inside": 0, "weeks": 0}
    for player in players.select_related("merchant"):
        assert player.merchant is not None
        counts["withheld"] += bool(view(market, measure, player.merchant)[0].withheld)
        record = share_record(player, measure)
        counts["inside"] += record.inside
        counts["weeks"] += len(record.weeks)
        kind = "too_early" if record.skill is None else "skill" if record.skill > 0 else "no_skill"
        counts[kind] += 1
    runs = ShareRun.objects.filter(market=market, measure=measure)
    return {
        "category": market.category.code,
        "measure": measure,
        "runs": runs.count(),
        "made": runs.made().count(),
        **counts,
    }
