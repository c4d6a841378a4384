"""manage.py check_facts: hold the daily figures against a recount of every row."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.merchants.models import Merchant
from analytics.facts.models import DirtyDay
from analytics.facts.queries import differences
from core.tenancy import tenant


class Command(BaseCommand):
    help = "Recounts the daily figures from orders, payments and reviews and lists where they differ; exit 1 if any do."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--merchant", help="the shop's address; without it every shop")
        parser.add_argument("--most", type=int, default=20, help="lines shown per shop")

    def handle(self, *args: Any, **options: Any) -> None:
        merchants = Merchant.objects.order_by("pk")
        if options["merchant"]:
            merchants = merchants.filter(slug=options["merchant"])
            if not merchants:
                raise CommandError(f"There is no shop with the address {options['merchant']!r}.")
        wrong = checked = waiting = 0
        for merchant in merchants:
            with tenant(merchant):
                found = differences(merchant)
                waiting += DirtyDay.objects.count()
            checked += 1
            wrong += len(found)
            for line in found[: options["most"]]:
                self.stdout.write(f"{merchant.slug}: {line}")
            if len(found) > options["most"]:
                self.stdout.write(f"{merchant.slug}: and {len(found) - options['most']} more")
        self.stdout.write(f"{checked} shops checked, {wrong} figures differ, {waiting} days wait to be counted.")
        if wrong:
            raise CommandError("Figures differ. manage.py rebuild_facts counts them again.")
