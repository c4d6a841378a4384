"""From an uploaded file to rows of text, with a watch on what a file can do to a server.

A workbook is judged by its zip directory before anything is unpacked; rows are counted while they stream; the
encoding is decided by strict decoding, never guessed silently.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from core.errors import Refused
from ecommerce.imports.values import EDGES, plain

MOST_BYTES = 10 * 1024 * 1024
MOST_UNPACKED = 50 * 1024 * 1024
MOST_PARTS = 200
MOST_RATIO = 100
MOST_ROWS = 50_000
MOST_COLUMNS = 200
LONGEST_CELL = 20_000


@dataclass(frozen=True)
class Table:
    """A file's head and how to go through its rows again and again; a row is (line number, cells)."""

    path: Path
    kind: str
    encoding: str
    delimiter: str
    header: tuple[str, ...]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows below the head, empty ones left out. Raises Refused past MOST_ROWS."""
        lines = (
            _workbook_rows(self.path) if self.kind == "xlsx" else _text_rows(self.path, self.encoding, self.delimiter)
        )
        count = 0
        for number, cells in lines:
            if number == 1 or not any(cells):
                continue
            count += 1
            if count > MOST_ROWS:
                raise Refused(
                    "too_many_rows",
                    _("The file has more than %(most)s rows. Split it into several files.")
                    % {"most": f"{MOST_ROWS:,}"},
                )
            yield number, cells


def check_size(size: int) -> None:
    """Raises Refused for an empty file or one above MOST_BYTES."""
    if size == 0:
        raise Refused("empty_file", _("The file is empty. Export it again and upload the new file."))
    if size > MOST_BYTES:
        raise Refused(
            "file_too_large",
            _("The file is %(size).0f MB; at most %(most)d MB can be uploaded. Split it by month, for example.")
            % {"size": size / 1024 / 1024, "most": MOST_BYTES // 1024 // 1024},
        )


def open_table(path: Path) -> Table:
    """Look at a stored file. Raises Refused, with what to do, for anything that is not a table of orders."""
    if not path.is_file():
        raise Refused("file_gone", _("The stored file is gone. Upload it again."))
    check_size(path.stat().st_size)
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(b"PK\x03\x04"):
        _check_workbook(path)
        kind, encoding, delimiter = "xlsx", "", ""
    elif head.startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"\x1f\x8b", b"GIF8")):
        raise Refused(
            "not_a_table",
            _("This is not a CSV file or an XLSX workbook. Save the orders as CSV or XLSX and upload that file."),
        )
    else:
        kind, encoding = "csv", _encoding(path)
        delimiter = _delimiter(path, encoding)
    lines = _workbook_rows(path) if kind == "xlsx" else _text_rows(path, encoding, delimiter)
    header = next((tuple(cells) for number, cells in lines if number == 1), ())
    while header and not header[-1]:
        header = header[:-1]
    if len([head for head in header if head]) < 2:
        raise Refused(
            "no_header",
            _("The first row must hold the names of the columns. None were found; check that this is the right file."),
        )
    if len(header) > MOST_COLUMNS:
        raise Refused("too_many_columns", _("The file has more than %(most)d columns.") % {"most": MOST_COLUMNS})
    return Table(path, kind, encoding, delimiter, header)


def _check_workbook(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise Refused("broken_workbook", _("The workbook is damaged. Save it again as XLSX or CSV.")) from error
    unpacked = sum(part.file_size for part in parts)
    if (
        len(parts) > MOST_PARTS
        or unpacked > MOST_UNPACKED
        or unpacked > MOST_RATIO * max(path.stat().st_size, 1)
        or any(".." in part.filename or part.filename.endswith((".zip", ".xlsx")) for part in parts)
    ):
        raise Refused(
            "workbook_too_large",
            _("Unpacked, the workbook is too large to be a list of orders. Save the sheet alone, as CSV."),
        )
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise Refused("not_a_table", _("This is a zip archive, not a workbook. Upload the CSV or XLSX file itself."))


def _encoding(path: Path) -> str:
    """UTF-16 by its mark, UTF-8 (with or without mark) strictly, then GB18030 strictly. Raises Refused otherwise."""
    data = path.read_bytes()
    candidates = ["utf-16"] if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in candidates:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise Refused("binary_file", _("This is not a text file. Save the orders as CSV or XLSX."))
        return encoding
    raise Refused("unknown_encoding", _("The file’s encoding is not known. Save it as CSV in UTF-8 and upload that."))


def _delimiter(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline(65536)
    return max(",;\t", key=first.count)


def _text_rows(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    with path.open(encoding=encoding, newline="") as file:
        # Exports of old programs end lines with a bare carriage return, which the csv module refuses.
        lines = io.StringIO(file.read().replace("\r\n", "\n").replace("\r", "\n"), newline="")
    reader = csv.reader(lines, delimiter=delimiter)
    number = 0
    try:
        for cells in reader:
            number += 1
            yield (
                number,
                [
                    # most cells are bare already, and there are millions of them
                    cell
                    if not cell or (cell[0] not in EDGES and cell[-1] not in EDGES and len(cell) <= LONGEST_CELL)
                    else _cell(cell, number)
                    for cell in cells
                ],
            )
    except csv.Error as error:
        raise Refused(
            "broken_csv",
            _("Row %(row)d cannot be read: a quotation mark is not closed or a cell is far too long.")
            % {"row": number + 1},
        ) from error


def _cell(value: object, number: int) -> str:
    text = plain(value)
    if len(text) > LONGEST_CELL:
        raise Refused(
            "cell_too_long",
            _("Row %(row)d holds a cell of more than %(most)d signs; a quotation mark is probably not closed.")
            % {"row": number, "most": LONGEST_CELL},
        )
    return text


def _workbook_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    from openpyxl import load_workbook  # a slow import, needed for workbooks only

    try:
        with path.open("rb") as file:  # our stored names have no ending, by which openpyxl would judge a path
            book = load_workbook(file, read_only=True, data_only=True)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1), 1):
                yield number, [_cell(cell, number) for cell in cells]
    except Refused:
        raise
    except Exception as error:  # openpyxl raises many kinds for a damaged file; all mean the same to its owner
        raise Refused("broken_workbook", _("The workbook is damaged. Save it again as XLSX or CSV.")) from error
