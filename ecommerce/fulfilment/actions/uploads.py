"""Files of reports: checked at once, written in the background, bad rows kept with their reasons."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.jobs.runner import report_progress
from core.actors import SYSTEM, Actor
from core.errors import Refused
from core.texts import decoded
from ecommerce.fulfilment.actions.tracking import take_report
from ecommerce.fulfilment.events import TrackingUploaded
from ecommerce.fulfilment.models import Shipment, TrackingEvent, TrackingUpload
from ecommerce.fulfilment.rules import clean_tracking

COLUMNS = ("tracking_number", "time", "report", "place", "description")
REQUIRED = COLUMNS[:3]
MOST_ROWS = 5000
MOST_BYTES = 2 * 1024 * 1024
CHUNK = 100
KEPT = timedelta(days=60)


class BadRow(ValueError):
    """A row that cannot be used: (column, sentence)."""


@transaction.atomic
def begin_upload(*, file_name: str, content: bytes) -> TrackingUpload:
    """Take a CSV file with the columns COLUMNS; run_upload() writes it. Refuses, naming what is wrong with the file."""
    rows = list(csv.reader(io.StringIO(_text(content), newline="")))
    rows = [[cell.strip() for cell in row] for row in rows]
    header = [cell.casefold().replace(" ", "_") for cell in rows[0]] if rows else []
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        sentence = _("The first row must name these columns: %(columns)s.") % {"columns": ", ".join(missing)}
        raise Refused("columns_missing", sentence, file=sentence)
    found = [[number, *cells] for number, cells in enumerate(rows[1:], start=2) if any(cells)]
    if not found or len(found) > MOST_ROWS:
        sentence = _("A file has at least one row and at most %(most)s.") % {"most": f"{MOST_ROWS:,}"}
        raise Refused("rows_out_of_range", sentence, file=sentence)
    TrackingUpload.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    return TrackingUpload.objects.create(
        file_name=file_name.replace("\0", "")[-200:], header=header, rows=found, count=len(found)
    )


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        sentence = _("The file is larger than 2 MB. Split it into several files.")
        raise Refused("file_too_large", sentence, file=sentence)
    text = decoded(content)
    if text is None:
        sentence = _("This is not a CSV file.")
        raise Refused("not_a_table", sentence, file=sentence)
    return text


def run_upload(upload: TrackingUpload, *, actor: Actor = SYSTEM) -> TrackingUpload:
    """Write the rows of a file, chunk by chunk; safe to run again after a crash, and then goes on where it stopped."""
    zone = upload.merchant.zone
    while upload.finished_at is None:
        with transaction.atomic():
            upload = TrackingUpload.objects.select_for_update(of=("self",)).select_related("merchant").get(pk=upload.pk)
            chunk = upload.rows[upload.done : upload.done + CHUNK]
            _write(upload, chunk, zone, actor)
            upload.done += len(chunk)
            if upload.done >= upload.count:
                upload.finished_at, upload.rows = timezone.now(), []
                fact = TrackingUploaded(
                    upload_id=upload.pk, created=upload.created, repeated=upload.repeated, bad=len(upload.bad)
                )
                record(fact, actor=actor, subject=upload)
            upload.save()
        report_progress(
            upload.done, upload.count, _("%(done)d of %(total)d rows") % {"done": upload.done, "total": upload.count}
        )
    return upload


def _write(upload: TrackingUpload, chunk: list[list[Any]], zone: ZoneInfo, actor: Actor) -> None:
    place = upload.header.index("tracking_number") + 1
    numbers = {clean_tracking(str(row[place])) for row in chunk if len(row) > place} - {""}
    parcels: dict[str, list[Shipment]] = {}
    for parcel in Shipment.objects.filter(tracking_number__in=numbers).select_related("order"):
        parcels.setdefault(parcel.tracking_number, []).append(parcel)
    for number, *cells in chunk:
        row = dict(zip(upload.header, cells, strict=False))
        try:
            with transaction.atomic():
                is_new = _write_row(row, parcels, zone, actor)
        except BadRow as bad:
            column, sentence = bad.args
            upload.bad.append([number, column, sentence, cells])
        except Refused as refusal:
            upload.bad.append([number, "time", refusal.message, cells])
        else:
            upload.created += is_new
            upload.repeated += not is_new


def _write_row(row: dict[str, str], parcels: dict[str, list[Shipment]], zone: ZoneInfo, actor: Actor) -> bool:
    found = parcels.get(clean_tracking(row.get("tracking_number", "")), [])
    if len(found) != 1:
        many = _("Several parcels have this number.") if found else _("No parcel has this number.")
        raise BadRow("tracking_number", many)
    _report, is_new = take_report(
        found[0],
        kind=_kind(row.get("report", "")),
        at=_moment(row.get("time", ""), zone),
        location=row.get("place", ""),
        description=row.get("description", ""),
        actor=actor,
    )
    return is_new


def _kind(text: str) -> str:
    plain = text.casefold().strip()
    for value, label in TrackingEvent.Kind.choices:
        if plain.replace(" ", "_") == value or plain == str(label).casefold():
            return str(value)
    raise BadRow("report", _("“%(text)s” is no report. Known are: %(known)s.") % {
        "text": text[:40], "known": ", ".join(TrackingEvent.Kind.values)
    })  # fmt: skip


def _moment(text: str, zone: ZoneInfo) -> datetime:
    try:
        found = parse_datetime(text.strip().replace("/", "-"))
    except ValueError:
        found = None
    if found is None:
        raise BadRow("time", _("Write a time as 2026-03-05 14:30."))
    return found if found.tzinfo else found.replace(tzinfo=zone)
