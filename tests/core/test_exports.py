"""Exports: the same table as CSV and as a workbook, streamed, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.test import RequestFactory
from openpyxl import load_workbook

from core import exports, workbook
from core.errors import Refused
from ecommerce.models import Order
from tests.factories import OrderFactory

EVIL = ["=1+1", "+1", "-1+1", "@SUM(A1)", "|cmd", "%00", "\t=1", "\r=1", " =1", "＝1", "＋1", "－1", "＠1", "\0=1"]


class Named:
    """What a row may hold besides texts and numbers: an object that is shown by its name."""

    def __str__(self) -> str:
        return "=HYPERLINK(1)"


def read_csv(chunks: list[bytes]) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(chunks).decode("utf-8-sig"), newline="")))


def test_no_cell_of_a_csv_file_starts_a_formula():
    rows = [[text, "plain", 1] for text in EVIL] + [[Named(), "", None]]

    found = read_csv(list(exports.csv_response("x", ["=head", "b", "c"], rows)))[1:]

    assert not [row[0] for row in found if row[0].lstrip().startswith(exports.TRIGGERS)]
    assert [row[0] for row in found][:2] == ["'=1+1", "'+1"]


def test_every_text_of_a_workbook_is_a_text_and_every_number_a_number():
    rows = [[text, -5, Decimal("12.50"), None, 0.5, 10**18, date(2026, 3, 1), True] for text in [*EVIL, "a\x0bb & <c>"]]
    rows.append([Named(), float("nan"), Decimal("NaN"), "", "x" * 40_000, 0, "", ""])

    data = b"".join(exports.workbook_response("x", ["a", "b"], rows))

    sheet = load_workbook(io.BytesIO(data)).active
    assert [cell.value for cell in sheet[1]][:2] == ["a", "b"]
    for row in sheet.iter_rows(min_row=2):
        assert row[0].data_type == "s"
        assert not row[0].value.lstrip().startswith(exports.TRIGGERS)
    assert [cell.value for cell in sheet[16]] == ["ab & <c>", -5, 12.5, None, 0.5, str(10**18), "2026-03-01", "True"]
    assert (sheet[17][1].data_type, len(sheet[17][4].value)) == ("s", workbook.LONGEST_TEXT)


def test_rows_are_sent_while_they_are_made():
    asked = []

    def rows():
        for number in range(5_000):
            asked.append(number)
            yield [number]

    for stream in (exports.csv_lines(["n"], rows()), workbook.workbook(["n"], rows(), full="")):
        asked.clear()
        assert next(stream)
        assert len(asked) < 5_000
        stream.close()


@pytest.mark.parametrize("count", [0, 1, exports.BLOCK - 1, exports.BLOCK, exports.BLOCK + 1, 3 * exports.BLOCK])
def test_nothing_is_lost_where_blocks_meet(count):
    rows = [[number] for number in range(count)]

    assert read_csv(list(exports.csv_response("x", ["n"], rows))) == [["n"], *([str(n)] for n in range(count))]
    data = b"".join(exports.workbook_response("x", ["n"], rows))
    sheet = load_workbook(io.BytesIO(data)).active
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == ["n", *range(count)]


def test_a_sheet_that_is_full_says_so_in_its_last_row(monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)

    data = b"".join(exports.workbook_response("x", ["n"], [[1], [2], [3], [4]]))

    found = [row[0] for row in load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True)]
    assert found == ["n", 1, 2, "A sheet holds no more rows. Narrow the list down, or take the CSV file."]
    whole = b"".join(exports.workbook_response("x", ["n"], [[1], [2], [3]]))
    assert [row[0] for row in load_workbook(io.BytesIO(whole)).active.iter_rows(values_only=True)] == ["n", 1, 2, 3]


def test_a_list_too_long_for_a_sheet_is_refused_before_it_begins(scope, monkeypatch):
    OrderFactory.create_batch(2)
    monkeypatch.setattr(exports, "MOST_ROWS", 1)
    ask = RequestFactory().get("/", {"as": "xlsx"})

    with pytest.raises(Refused, match="A sheet holds 1 rows and this list has more"):
        exports.table_response(ask, "orders", ["n"], [], of=Order.objects.all())
    assert exports.table_response(RequestFactory().get("/"), "orders", ["n"], [], of=Order.objects.all())


def test_times_are_written_as_clocks_of_the_shop_have_them():
    shown = exports.clock(ZoneInfo("Asia/Shanghai"))

    assert shown(datetime(2026, 2, 28, 16, 5, 9, 123456, tzinfo=UTC)) == "2026-03-01 00:05"
    assert shown(None) == ""
    to_the_second = exports.clock(ZoneInfo("Asia/Shanghai"), seconds=True)
    assert to_the_second(datetime(2026, 2, 28, 16, 5, 9, 123456, tzinfo=UTC)) == "2026-03-01 00:05:09"
    assert to_the_second(None) == ""
