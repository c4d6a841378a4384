"""Build the static files that are not written by hand."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import assets


class Command(BaseCommand):
    help = "Copies third-party front-end files into static/vendor and writes the icon sprite. Needs no database."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--icons", action="store_true", help="only the icon sprite (under a second)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = [assets.build_icons()] if options["icons"] else assets.build()
        except assets.AssetError as error:
            raise CommandError(str(error)) from error
        for line in made:
            self.stdout.write(line)
