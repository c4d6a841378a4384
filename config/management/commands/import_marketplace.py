"""Load a whole marketplace from the files of a public data set."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics.facts.actions import mark_days, rebuild_dirty
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.imports.olist import load_olist

FORMATS = {"olist": load_olist}


class Command(BaseCommand):
    """`manage.py import_marketplace olist DIR`: safe to run again, it adds what is missing and counts its days."""

    help = "Load sellers, products, orders, payments, shipments and reviews of a marketplace (olist) from a folder."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("format", choices=sorted(FORMATS))
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, format: str, folder: Path, **options: Any) -> None:
        started = time.monotonic()
        try:
            summary = FORMATS[format](folder, say=self.stdout.write)
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write("Counting the daily figures …")
        for merchant_id, days in summary.days.items():
            with tenant(merchant_id):
                mark_days(days)
                while rebuild_dirty():
                    pass
        self.stdout.write("\nWritten")
        for kind, count in summary.written.items():
            there = f" ({summary.present[kind]:,} were there already)" if summary.present[kind] else ""
            self.stdout.write(f"  {count:>8,} {kind}{there}")
        if summary.skipped:
            self.stdout.write("Skipped")
            for reason, count in sorted(summary.skipped.items()):
                if count:
                    self.stdout.write(f"  {count:>8,} {reason}")
        self.stdout.write(f"Done in {time.monotonic() - started:.0f} s.")
