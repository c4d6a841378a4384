"""manage.py forecast: look ahead here and now, without the queue, from now or from any past day."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections import Counter
from datetime import date
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.merchants.models import Merchant
from analytics.demand.actions import make_demand
from analytics.engine.forecast import HORIZON
from analytics.facts.queries import trading_days
from analytics.forecasts.actions import make_forecast
from analytics.forecasts.models import Measure
from analytics.forecasts.rules import FARTHEST_DAYS
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import tenant

WHAT = {"sales": Measure.SALES_VALUE, "orders": Measure.ORDERS, "demand": "demand"}


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a day: write it as 2026-03-31") from None


class Command(BaseCommand):
    help = "Makes forecasts of sales, orders or demand for one shop, or for every shop with enough days of sales."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--merchant", help="the shop's address")
        which.add_argument("--all", action="store_true", help="every shop")
        parser.add_argument(
            "--min-days", type=int, default=60, help="with --all: days from the first to the last sale (60)"
        )
        parser.add_argument("--what", choices=WHAT, help="only this; sales and orders without it")
        parser.add_argument(
            "--horizon", type=int, default=HORIZON, help=f"days ahead, 1 to {FARTHEST_DAYS} ({HORIZON})"
        )
        parser.add_argument(
            "--at", type=day, help="look from the end of this past day, knowing nothing later; pages keep the newest"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        merchants = Merchant.objects.order_by("pk")
        if options["merchant"]:
            merchants = merchants.filter(slug=options["merchant"])
            if not merchants:
                raise CommandError(f"There is no shop with the address {options['merchant']!r}.")
        wanted = [WHAT[options["what"]]] if options["what"] else list(Measure.values)
        began = perf_counter()
        outcomes: Counter[str] = Counter()
        for merchant in merchants.iterator():
            with tenant(merchant):
                traded = trading_days()
                days = (traded[1] - traded[0]).days + 1 if traded else 0
                if options["all"] and days < options["min_days"]:
                    outcomes["too few days of sales"] += 1
                    continue
                for what in wanted:
                    outcome, said = self._make(what, options)
                    outcomes[outcome] += 1
                    if options["merchant"] or options["verbosity"] > 1:
                        self.stdout.write(f"{merchant.slug} {what}: {said}")
        counts = ", ".join(f"{count} {word}" for word, count in sorted(outcomes.items())) or "nothing to forecast"
        self.stdout.write(f"{counts}; {perf_counter() - began:.1f} s.")

    def _make(self, what: str, options: dict[str, Any]) -> tuple[str, str]:
        """Make one forecast of the shop in scope. Returns what became of it, short and in full."""
        span = {"at": options["at"], "horizon": options["horizon"]}
        try:
            if what == "demand":
                result = make_demand(actor=SYSTEM, **span).result
                refusal, said = result.refusal, f"{result.made} variants, {result.failed} failed"
            else:
                run = make_forecast(what, actor=SYSTEM, **span)
                refusal, said = run.refusal, f"{run.model}, {run.reason}"
        except Refused as no:
            raise CommandError(str(no)) from no
        return (f"refused: {refusal}",) * 2 if refusal else ("made", said)
