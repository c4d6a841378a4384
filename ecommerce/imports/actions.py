"""Bringing a file in: store it, check it, run it. Good rows are kept, bad ones given back with their reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.jobs.runner import report_progress
from accounts.models import Merchant
from core.actors import SYSTEM, Actor
from core.errors import Refused
from core.tenancy import current_tenant_id
from ecommerce.imports.events import ImportFinished, ImportStarted
from ecommerce.imports.formats import PRICE_FORMAT, format_named, mapping_for, recognise
from ecommerce.imports.models import ImportRun
from ecommerce.imports.planning import Reading, Rules, read_orders
from ecommerce.imports.price_lists import read_prices, reason_of, write_prices
from ecommerce.imports.reading import Table, open_table
from ecommerce.imports.storing import path_of, store, store_bad_rows
from ecommerce.imports.writing import Outcome, write_plans
from ecommerce.orders.actions import assess_orders
from ecommerce.orders.events import OrdersImported
from ecommerce.orders.models import Channel
from ecommerce.purchasing.models import Supplier

CHUNK = 2000
PRICES_AT_ONCE = 200  # each is an action of its own; others write in between
SHOWN_ERRORS = 50
State = ImportRun.State


def start_import(
    *,
    file_name: str,
    chunks: Iterable[bytes],
    actor: Actor,
    user_id: int | None = None,
    channel: str = "",
    supplier: Supplier | None = None,
) -> ImportRun:
    """Store an uploaded file of orders and recognise its format; with a `supplier` it is their price list.

    Raises Refused, keeping nothing, for what is not a table.
    """
    merchant_id = current_tenant_id()
    stored_as, digest, size = store(merchant_id, chunks)
    try:
        table = open_table(path_of(stored_as))
    except Refused:
        path_of(stored_as).unlink(missing_ok=True)
        raise
    if supplier is None:
        known, mapping = recognise(table.header)
    else:
        known, mapping = PRICE_FORMAT, mapping_for(PRICE_FORMAT, table.header)
    return ImportRun.objects.create(
        file_name=file_name.replace("\0", "")[-200:],
        stored_as=stored_as,
        digest=digest,
        size=size,
        supplier=supplier,
        format=known.key,
        encoding=table.encoding,
        channel=channel or known.channel,
        mapping=mapping,
        created_by_id=user_id,
    )


@transaction.atomic
def remap(
    run: ImportRun, *, format_key: str = "", mapping: Mapping[str, str] | None = None, channel: str = ""
) -> ImportRun:
    """Change the format, the columns or the channel before the run; the check is done anew."""
    run = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    _refuse_if_begun(run)
    header = open_table(path_of(run.stored_as)).header
    if format_key and format_key != run.format and not run.is_price_list:
        run.format = format_named(format_key).key
        run.mapping = mapping_for(format_named(format_key), header)
        run.channel = format_named(format_key).channel
    if mapping is not None:
        run.mapping = {name: column for name, column in mapping.items() if name in run.fields and column in header}
    if channel in Channel.values:
        run.channel = channel
    run.state, run.errors = State.UPLOADED, []
    run.save()
    return run


def check_import(run: ImportRun) -> ImportRun:
    """The dry run: read every row, count good and bad, keep the first errors; nothing else is written."""
    _refuse_if_begun(run)
    try:
        reading, _table = _read(run)
    except Refused as refusal:
        ImportRun.objects.filter(pk=run.pk).update(state=State.FAILED, failure=refusal.message)
        run.refresh_from_db()
        return run
    run.rows, run.bad_rows = reading.rows, len(reading.bad)
    run.good_rows = reading.rows - run.bad_rows
    run.errors = [asdict(error) for error in reading.errors[:SHOWN_ERRORS]]
    run.orders_created = len(reading.plans)
    run.state = State.CHECKED
    run.save()
    return run


@transaction.atomic
def begin_import(run: ImportRun, *, actor: Actor) -> ImportRun:
    """Let a checked file run. Raises Refused when it already did, or when the needed columns are not known."""
    run = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    _refuse_if_begun(run)
    missing = [name for name in run.required if name not in run.mapping]
    if missing:
        raise Refused(
            "columns_missing",
            _("Say which column holds: %(fields)s.") % {"fields": ", ".join(str(run.fields[name]) for name in missing)},
            **{name: _("Choose a column.") for name in missing},  # type: ignore[arg-type]
        )
    begun = ImportRun.objects.filter(pk=run.pk, state__in=[State.UPLOADED, State.CHECKED]).update(
        state=State.RUNNING, orders_created=0, orders_updated=0, orders_unchanged=0, done_orders=0
    )
    if not begun:
        raise Refused("import_begun", _("This import has already been started."), status=409)
    record(ImportStarted(run_id=run.pk, file_name=run.file_name), actor=actor, subject=run)
    run.refresh_from_db()
    return run


def run_import(run: ImportRun, *, actor: Actor = SYSTEM) -> ImportRun:
    """Write the good rows, chunk by chunk; safe to run again after a crash, and then goes on where it stopped.

    The prices of a price list are set by whoever brought it.
    """
    if run.state != State.RUNNING:
        return run
    try:
        reading, table = _read(run)
    except Refused as refusal:
        return _fail(run, refusal, actor=actor)
    plans = iter(reading.plans[run.done_orders :])
    done, total = run.done_orders, len(reading.plans)
    while chunk := list(islice(plans, PRICES_AT_ONCE if run.is_price_list else CHUNK)):
        done += len(chunk)
        with transaction.atomic():
            if run.supplier is not None:
                _write_prices(run, run.supplier, chunk, reading, done, actor)
            else:
                _write_orders(run, chunk, done, actor)
        words = _("%(done)d of %(total)d prices") if run.is_price_list else _("%(done)d of %(total)d orders")
        report_progress(done, total, words % {"done": done, "total": total})
    return _finish(run, reading, table, actor=actor)


def _write_orders(run: ImportRun, chunk: list[Any], done: int, actor: Actor) -> None:
    shop = run.merchant
    outcome = write_plans(chunk, channel=run.channel, currency=shop.currency, zone=shop.zone, actor=actor)
    _count(run, outcome, done)
    if outcome.to_assess:
        assess_orders(outcome.to_assess, actor=actor)
    if outcome.days:
        record(
            OrdersImported(
                source=run.channel,
                created=outcome.created,
                updated=outcome.updated,
                unchanged=outcome.unchanged,
                days=sorted(day.isoformat() for day in outcome.days),
            ),
            actor=actor,
            subject=run,
        )


def _write_prices(
    run: ImportRun, supplier: Supplier, chunk: list[Any], reading: Reading, done: int, actor: Actor
) -> None:
    outcome, errors = write_prices(chunk, supplier, actor=run.created_by.actor if run.created_by else actor)
    _count(run, outcome, done)
    cells = {plan.row: list(plan.cells) for plan in chunk}
    for error in errors:
        reading.errors.append(error)
        reading.bad[error.row] = (cells[error.row], reason_of([error]))


def _count(run: ImportRun, outcome: Outcome, done: int) -> None:
    run.orders_created += outcome.created
    run.orders_updated += outcome.updated
    run.orders_unchanged += outcome.unchanged
    run.done_orders = done
    run.save(update_fields=["orders_created", "orders_updated", "orders_unchanged", "done_orders"])


@transaction.atomic
def _finish(run: ImportRun, reading: Reading, table: Table, *, actor: Actor) -> ImportRun:
    run.rows, run.bad_rows = reading.rows, len(reading.bad)
    run.good_rows = reading.rows - run.bad_rows
    run.errors = [asdict(error) for error in sorted(reading.errors, key=lambda one: one.row)[:SHOWN_ERRORS]]
    if reading.bad:
        rows = [reading.bad[number] for number in sorted(reading.bad)]
        run.bad_rows_stored_as = store_bad_rows(run.merchant_id, table.header, rows, _("Reason"))
    run.state, run.finished_at = State.DONE, timezone.now()
    run.save()
    _announce(run, actor)
    return run


@transaction.atomic
def _fail(run: ImportRun, refusal: Refused, *, actor: Actor) -> ImportRun:
    run.state, run.failure, run.finished_at = State.FAILED, refusal.message, timezone.now()
    run.save()
    _announce(run, actor)
    return run


def _announce(run: ImportRun, actor: Actor) -> None:
    record(
        ImportFinished(
            run_id=run.pk,
            file_name=run.file_name,
            created=run.orders_created,
            updated=run.orders_updated,
            unchanged=run.orders_unchanged,
            bad_rows=run.bad_rows,
            of="prices" if run.is_price_list else "orders",
            failed=run.state == State.FAILED,
        ),
        actor=actor,
        subject=run,
    )


def _read(run: ImportRun) -> tuple[Reading, Table]:
    table = open_table(path_of(run.stored_as))
    merchant = Merchant.objects.get(pk=run.merchant_id)
    if run.supplier is not None:
        places = {name: table.header.index(column) for name, column in run.mapping.items() if column in table.header}
        return read_prices(table.rows(), places, run.supplier, merchant.today()), table
    rules = Rules(table.header, run.mapping, merchant.currency, merchant.zone, timezone.now())
    return read_orders(table.rows(), rules), table


def _refuse_if_begun(run: ImportRun) -> None:
    if run.state in (State.RUNNING, State.DONE):
        raise Refused("import_begun", _("This import has already been started."), status=409)


def raw_preview(run: ImportRun, rows: int = 5) -> dict[str, Any]:
    """The head and the first rows as the file has them, to judge encoding and columns by eye."""
    table = open_table(path_of(run.stored_as))
    return {"header": table.header, "rows": [cells for _number, cells in islice(table.rows(), rows)]}
