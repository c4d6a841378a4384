"""The development server, with what is built from the pages brought up to date first."""

from __future__ import annotations

from typing import Any

from django.contrib.staticfiles.management.commands.runserver import Command as RunServer

from config import assets


class Command(RunServer):
    def inner_run(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(f"{assets.build_styles()}; {assets.build_icons()}")
        except assets.AssetError as error:
            self.stderr.write(str(error))
        super().inner_run(*args, **options)
