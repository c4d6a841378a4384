"""Tables as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextvars import Context, copy_context
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

# What makes a spreadsheet run a cell, in half and full width (OWASP, CSV Injection).
TRIGGERS = (*"=+-@|%\t\r\n", "＝", "＋", "－", "＠")


def cell(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front; numbers stay numbers."""
    if not isinstance(value, str):
        return value
    value = value.replace("\0", "")
    return f"'{value}" if value.startswith(TRIGGERS) or value.lstrip().startswith(TRIGGERS) else value


class _Echo:
    def write(self, text: str) -> str:
        return text


def _in_this_scope(rows: Iterable[Any]) -> Iterator[Any]:
    """Iterate later, as a stream does, with the tenant, time zone and language of now."""
    return _run_in(copy_context(), iter(rows))


def _run_in(context: Context, rows: Iterator[Any]) -> Iterator[Any]:
    end = object()
    while (row := context.run(next, rows, end)) is not end:
        yield row


def csv_lines(head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow([str(name) for name in head])  # the mark makes spreadsheets read UTF-8
    for row in rows:
        yield writer.writerow([cell(value) for value in row])


def csv_response(name: str, head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """A download that is streamed row by row, in the scope of the caller."""
    response = StreamingHttpResponse(_in_this_scope(csv_lines(head, rows)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.csv") or "attachment"
    return response
