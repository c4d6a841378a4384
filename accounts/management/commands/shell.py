"""The Python shell, inside one merchant if wanted."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands.shell import Command as Shell
from django.utils import timezone

from accounts.merchants.models import Merchant
from core.tenancy import tenant


class Command(Shell):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--merchant", metavar="SLUG", help="see and write this merchant's rows, in its time zone")

    def handle(self, **options: Any) -> None:
        with ExitStack() as scope:
            if slug := options["merchant"]:
                merchant = Merchant.objects.filter(slug=slug).first()
                if merchant is None:
                    raise CommandError(f"No merchant has the address {slug!r}.")
                scope.enter_context(tenant(merchant))
                scope.enter_context(timezone.override(merchant.zone))
                self.stdout.write(f"Inside {merchant} ({merchant.slug}).")
            super().handle(**options)
