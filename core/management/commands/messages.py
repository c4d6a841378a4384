"""Keep the catalogues of words in step with the code."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import messages


class Command(BaseCommand):
    help = "Write the words of the code into locale/<group>, or check or compile what is there."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="list what is missing or wrong; exit 1 if anything is")
        parser.add_argument("--compile", action="store_true", help="write the .mo files that are out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        root = settings.BASE_DIR
        if not options["check"] and not options["compile"]:
            for path in messages.update(root):
                self.stdout.write(f"{path.relative_to(root)} {'updated' if path.exists() else 'removed'}")
        if options["compile"]:
            self.stdout.write(f"{messages.compile_all(root)} catalogues compiled")
        if options["check"]:
            wrong = messages.problems(root)
            for sentence in wrong:
                self.stdout.write(sentence)
            if wrong:
                raise CommandError(f"{len(wrong)} things to mend. `manage.py messages` adds what is missing.")
            self.stdout.write("every text is translated")
