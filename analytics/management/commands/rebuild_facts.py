"""manage.py rebuild_facts: count daily figures again."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.merchants.models import Merchant
from analytics.facts.actions import mark_everything, rebuild_dirty
from core.tenancy import tenant


class Command(BaseCommand):
    help = "Counts the marked days of every shop again, here and now; with --all every day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--merchant", help="the shop's address; without it every shop")
        parser.add_argument("--all", action="store_true", help="every day, not only the marked ones")

    def handle(self, *args: Any, **options: Any) -> None:
        merchants = Merchant.objects.order_by("pk")
        if options["merchant"]:
            merchants = merchants.filter(slug=options["merchant"])
            if not merchants:
                raise CommandError(f"There is no shop with the address {options['merchant']!r}.")
        began, days, shops = perf_counter(), 0, 0
        for merchant in merchants:
            with tenant(merchant):
                if options["all"]:
                    mark_everything()
                while counted := rebuild_dirty():
                    days += counted
            shops += 1
        self.stdout.write(f"{shops} shops, {days} days counted in {perf_counter() - began:.1f} s.")
