"""Tables as CSV or as a workbook, streamed in bounded memory and safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import Context, copy_context
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Func, TextField, Value
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from core.errors import Refused
from core.workbook import MOST_ROWS, workbook

# What makes a spreadsheet run a cell, in half and full width (OWASP, CSV Injection).
TRIGGERS = (*"=+-@|%\t\r\n", "＝", "＋", "－", "＠")
# Where a cell of written CSV may start one: at its beginning, behind a quotation mark or white space. It also finds
# numbers below zero and some texts with commas, which are harmless and only looked at again.
_RISKY = re.compile(r'[\n,](?:"[\t\r\n]|\t|\r(?!\n)|"?\s*[=+@|%＝＋－＠-])')
BLOCK = 500
_HARMLESS = {int, float, Decimal, bool, type(None), date, datetime}


def cell(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front; numbers and days stay."""
    if type(value) in _HARMLESS:
        return value
    text = str(value).replace("\0", "")
    return f"'{text}" if text.startswith(TRIGGERS) or text.lstrip().startswith(TRIGGERS) else text


def cells(row: Iterable[Any]) -> list[Any]:
    """A row of cells; most begin with a letter or a digit, which starts no formula, and are not looked at twice."""
    return [value if type(value) is str and value[:1].isalnum() and "\0" not in value else cell(value) for value in row]


def clock(zone: ZoneInfo, *, seconds: bool = False) -> Callable[[datetime | None], str]:
    """How an export writes a time: "2026-03-01 09:30" as clocks in `zone` have it, "" for none.

    With `seconds`, "2026-03-01 09:30:15", where the order of what happened within a minute counts. Spreadsheets read
    both as times, which they do not with the zone's offset behind.
    """
    length = 19 if seconds else 16

    def shown(moment: datetime | None) -> str:
        return moment.astimezone(zone).isoformat(" ")[:length] if moment else ""

    return shown


class Clock(Func):
    """The same as `clock`, written by PostgreSQL: `values_list(Clock("placed_at", zone))`, None for none."""

    template = "TO_CHAR(%(expressions)s, 'YYYY-MM-DD HH24:MI')"
    arg_joiner = " AT TIME ZONE "
    output_field = TextField()

    def __init__(self, moment: str, zone: ZoneInfo) -> None:
        super().__init__(moment, Value(str(zone)))


def _in_this_scope(blocks: Iterable[Any]) -> Iterator[Any]:
    """Iterate later, as a stream does, with the tenant, time zone and language of now."""
    return _run_in(copy_context(), iter(blocks))


def _run_in(context: Context, blocks: Iterator[Any]) -> Iterator[Any]:
    end = object()
    while (block := context.run(next, blocks, end)) is not end:
        yield block


def csv_lines(head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The table as text, in blocks of many lines: a block is what is sent at once."""
    rows = iter(rows)
    yield "\ufeff" + _written([cells(head)])  # the mark makes spreadsheets read UTF-8
    while block := list(islice(rows, BLOCK)):
        lines = _written(block)
        # looking at a block as a whole costs a fifth of looking at each cell
        yield _written(map(cells, block)) if "\0" in lines or _RISKY.search(f"\n{lines}") else lines


def _written(rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def csv_response(name: str, head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """A download that is streamed block by block, in the scope of the caller."""
    response = StreamingHttpResponse(_in_this_scope(csv_lines(head, rows)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.csv") or "attachment"
    return response


def workbook_response(name: str, head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """The same as a workbook of one sheet. Past the rows a sheet can hold, its last row says that there were more."""
    full = _("A sheet holds no more rows. Narrow the list down, or take the CSV file.")
    blocks = workbook([str(name) for name in head], map(cells, rows), full=full)
    response = StreamingHttpResponse(
        _in_this_scope(blocks), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.xlsx") or "attachment"
    return response


def table_response(
    request: HttpRequest, name: str, head: Sequence[Any], rows: Iterable[Sequence[Any]], *, of: Any = None
) -> StreamingHttpResponse:
    """A list's export in the form the address asks for: CSV, or a workbook with `?as=xlsx`.

    `of`, the queryset that the rows are made from, lets a workbook that would not fit be refused before it begins.
    """
    if request.GET.get("as") != "xlsx":
        return csv_response(name, head, rows)
    if of is not None and of.order_by().values("pk")[: MOST_ROWS + 1].count() > MOST_ROWS:
        raise Refused(
            "too_many_rows",
            _("A sheet holds %(most)s rows and this list has more. Narrow it down, or take the CSV file.")
            % {"most": f"{MOST_ROWS:,}"},
        )
    return workbook_response(name, head, rows)
