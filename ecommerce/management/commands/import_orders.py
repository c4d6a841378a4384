"""Bring a file of orders in from the shell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Merchant
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.imports.actions import begin_import, check_import, remap, run_import, start_import
from ecommerce.imports.formats import FIELDS, FORMATS
from ecommerce.imports.storing import path_of
from ecommerce.orders.models import Channel


class Command(BaseCommand):
    """`manage.py import_orders FILE --merchant SLUG [--dry-run]`; ends with 1 when rows were bad."""

    help = "Import a file of orders (Shopify, WooCommerce, Taobao, JD, Pinduoduo, Amazon or any with named columns)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--merchant", required=True, help="the shop's address, as in /m/<merchant>/")
        parser.add_argument("--format", default="", choices=["", "generic", *(known.key for known in FORMATS)])
        parser.add_argument("--channel", default="", choices=["", *Channel.values])
        parser.add_argument("--dry-run", action="store_true", help="only check, write nothing")
        parser.add_argument("--bad-rows", type=Path, help="where to write the rows that cannot be used")

    def handle(self, *args: Any, file: Path, merchant: str, **options: Any) -> None:
        shop = Merchant.objects.filter(slug=merchant).first()
        if shop is None:
            raise CommandError(f"There is no shop {merchant}.")
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        try:
            with tenant(shop):
                self._run(file, options)
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal

    def _run(self, file: Path, options: dict[str, Any]) -> None:
        with file.open("rb") as content:
            chunks = iter(lambda: content.read(1 << 20), b"")
            run = start_import(file_name=file.name, chunks=chunks, actor=SYSTEM, channel=options["channel"])
        if options["format"] or options["channel"]:
            run = remap(run, format_key=options["format"], channel=options["channel"])
        run = check_import(run)
        if run.state == run.State.FAILED:
            raise CommandError(run.failure)
        self.stdout.write(f"{run.format_label}: {run.rows} rows, {run.good_rows} good, {run.bad_rows} bad")
        for error in run.errors[:20]:
            self.stderr.write(f"row {error['row']}, {FIELDS.get(error['field'], error['field'])}: {error['message']}")
        if options["dry_run"]:
            run.delete()
            path_of(run.stored_as).unlink(missing_ok=True)
            return
        run = run_import(begin_import(run, actor=SYSTEM))
        self.stdout.write(
            f"{run.orders_created} orders created, {run.orders_updated} updated, {run.orders_unchanged} unchanged"
        )
        if run.bad_rows_stored_as:
            path = path_of(run.bad_rows_stored_as)
            if options["bad_rows"]:
                options["bad_rows"].write_bytes(path.read_bytes())
                path = options["bad_rows"]
            raise CommandError(f"{run.bad_rows} rows could not be used; they are in {path}", returncode=1)
