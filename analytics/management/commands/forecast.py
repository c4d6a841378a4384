"""manage.py forecast: look ahead here and now, without the queue."""

from __future__ import annotations

from collections import Counter
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.merchants.models import Merchant
from analytics.facts.queries import trading_days
from analytics.forecasts.actions import make_forecast
from analytics.forecasts.models import Measure
from core.actors import SYSTEM
from core.tenancy import tenant


class Command(BaseCommand):
    help = "Makes forecasts of sales and orders for one shop, or for every shop with enough days of sales."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--merchant", help="the shop's address")
        which.add_argument("--all", action="store_true", help="every shop")
        parser.add_argument(
            "--min-days", type=int, default=60, help="with --all: days from the first to the last sale (60)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        merchants = Merchant.objects.order_by("pk")
        if options["merchant"]:
            merchants = merchants.filter(slug=options["merchant"])
            if not merchants:
                raise CommandError(f"There is no shop with the address {options['merchant']!r}.")
        began = perf_counter()
        outcomes: Counter[str] = Counter()
        for merchant in merchants.iterator():
            with tenant(merchant):
                traded = trading_days()
                days = (traded[1] - traded[0]).days + 1 if traded else 0
                if options["all"] and days < options["min_days"]:
                    outcomes["too few days of sales"] += 1
                    continue
                for measure in Measure.values:
                    run = make_forecast(measure, actor=SYSTEM)
                    outcomes["made" if run.is_made else f"refused: {run.refusal}"] += 1
                    if options["merchant"] or options["verbosity"] > 1:
                        said = f"{run.model}, {run.reason}" if run.is_made else f"refused: {run.refusal}"
                        self.stdout.write(f"{merchant.slug} {measure}: {said}")
        counts = ", ".join(f"{count} {word}" for word, count in sorted(outcomes.items())) or "nothing to forecast"
        self.stdout.write(f"{counts}; {perf_counter() - began:.1f} s.")
