"""Look for rows that point at another merchant's rows."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.crossings import crossings, pairs


class Command(BaseCommand):
    help = "List the foreign keys that lead from one merchant's row to another's; exit 1 if there are any."

    def handle(self, *args: Any, **options: Any) -> None:
        found = crossings()
        for crossing in found:
            self.stdout.write(str(crossing))
        if found:
            raise CommandError("The rows above cross merchants. Find out what wrote them before you mend them.")
        self.stdout.write(f"{len(list(pairs()))} foreign keys looked at; none leads from one merchant to another.")
