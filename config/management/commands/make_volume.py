"""Make a marketplace of a given number of orders."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config.volume.build import build, is_empty


class Command(BaseCommand):
    help = "Fill an empty database with shops of so many orders together, to measure what size does to the pages."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--orders", type=int, default=1_000_000)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--until", help="when the last orders were placed (ISO 8601, UTC); now if not given")
        parser.add_argument("--password", help="of the shops' owners; made up and printed if not given")
        parser.add_argument("--beside", action="store_true", help="also where the database holds shops already")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["orders"] < 100:
            raise CommandError("--orders must be at least 100.")
        if not options["beside"] and not is_empty():
            raise CommandError("This database holds data. Give another one, or --beside to write beside what is there.")
        until = _moment(options["until"])
        started = time.monotonic()
        made = build(
            options["orders"], seed=options["seed"], until=until, say=self._say(options["verbosity"]),
            password=options["password"] or (password := secrets.token_urlsafe(12)),
        )  # fmt: skip
        self.stdout.write(
            f"{made.shops} shops, {made.orders:,} orders, {made.products:,} products, {made.buyers:,} buyers "
            f"in {time.monotonic() - started:.0f} s. The first shop's owner is {made.owner}"
            + ("." if options["password"] else f", password {password}")
        )

    def _say(self, verbosity: int) -> Any:
        return self.stdout.write if verbosity > 1 else lambda text: None


def _moment(text: str | None) -> datetime:
    if not text:
        return timezone.now()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"--until {text}: not a moment; write it like 2026-01-31 or 2026-01-31T12:00.") from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
