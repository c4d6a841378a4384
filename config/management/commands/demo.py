"""Make the demo marketplace, once."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.demo.build import MAIN, build, exists


class Command(BaseCommand):
    """`manage.py demo`: a second call keeps what is there. `make reset` empties it."""

    help = "Simulate a marketplace of twelve shops with two years of orders, and write its accounts to var/demo.json."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is not a demo installation: set DEMO=true in var/env first.")
        if exists():
            self.stdout.write("The demo marketplace is here already; make reset empties it.")
            return
        started = time.monotonic()
        built = build(say=self.stdout.write)
        notes: Path = settings.VAR_DIR / "demo.json"
        demo = {
            "base_url": settings.BASE_URL,
            "merchant": MAIN,
            "accounts": built.accounts,
            "token": built.token,
        }
        notes.write_text(json.dumps(demo, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        self.stdout.write(
            f"{built.shops} shops, {built.orders:,} orders, {built.reviews:,} reviews, {built.complaints} complaints "
            f"in {time.monotonic() - started:.0f} s."
        )
