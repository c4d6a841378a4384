"""Lines of tracking numbers, from a file or typed in: which order leaves with which carrier under which number."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.batches.actions import MOST, RowIn
from core.errors import Refused
from core.texts import decoded
from ecommerce.fulfilment.rules import clean_tracking

LARGEST = 5 * 1024 * 1024
COLUMNS = ("order", "tracking_number", "carrier")
KNOWN = {
    "order": ("order", "order number", "order_number", "number", "订单", "订单号", "订单编号"),
    "tracking_number": ("tracking number", "tracking_number", "tracking", "parcel", "运单号", "快递单号", "物流单号"),
    "carrier": ("carrier", "shipped with", "承运商", "快递公司", "物流公司", "快递"),
}


@dataclass(frozen=True)
class Line:
    """A line as it was given; `at` is its number in the file, the head being 1."""

    at: int
    order: str
    tracking_number: str
    carrier: str


def read_upload(content: bytes) -> list[Line]:
    """The lines of a CSV file in UTF-8 or GB18030, separated by commas, semicolons or tabs.

    Refuses a file that is not such a table, with the field "file".
    """
    if len(content) > LARGEST:
        raise _unreadable(_("The file is larger than 5 MB. Cut it into several."))
    text = decoded(content)
    if text is None:
        raise _unreadable(_("The file is not text. Save it as CSV and try again."))
    return read_text(text)


def read_text(text: str) -> list[Line]:
    """The lines of a text; a first line that names the columns may give them in another order."""
    first = text.split("\n", 1)[0]
    mark = max("\t;,", key=first.count)
    try:
        rows = [
            [cell.strip() for cell in row] for row in csv.reader(io.StringIO(text.replace("，", ",")), delimiter=mark)
        ]
    except csv.Error as fault:
        raise _unreadable(_("The file cannot be read as a table: %(why)s") % {"why": fault}) from None
    head = _columns_of(rows[0]) if rows else None
    places = head or {name: at for at, name in enumerate(COLUMNS)}
    lines = []
    for at, row in enumerate(rows, 1):
        if not any(row) or (at == 1 and head):
            continue
        given = {name: row[place] if place < len(row) else "" for name, place in places.items()}
        lines.append(Line(at, *(given.get(name, "") for name in COLUMNS)))
    if not lines:
        raise _unreadable(_("There is no line with an order in it."))
    if len(lines) > MOST:
        raise _unreadable(_("At most %(most)s lines at once.") % {"most": f"{MOST:,}"})
    return lines


def _unreadable(sentence: str) -> Refused:
    return Refused("file_unreadable", sentence, file=sentence)


def _columns_of(row: Sequence[str]) -> dict[str, int] | None:
    """Where which column is, if this is a line of names; None if it holds values already."""
    names = [unicodedata.normalize("NFKC", cell).strip().lower() for cell in row]
    places = {column: names.index(name) for column, known in KNOWN.items() for name in known if name in names}
    return places if "order" in places else None


def rows_of(lines: Iterable[Line], orders: Mapping[str, int], *, carrier: str, bare: bool) -> list[RowIn]:
    """The rows of a batch. `orders` are the ids of the shop's orders by number; `carrier` counts where a line has none.

    A line that cannot be right is refused by its number and field; so is the second line for one order. With `bare` a
    line needs no tracking number.
    """
    rows, seen = [], set()
    for line in lines:
        number = line.order.lstrip("#").strip()
        wrong = ""
        if not number:
            wrong = _("Line %(at)s, order: the number is missing.")
        elif number not in orders:
            wrong = _("Line %(at)s, order: no order has this number.")
        elif number in seen:
            wrong = _("Line %(at)s, order: it stands in an earlier line already.")
        elif not line.tracking_number and not bare:
            wrong = _("Line %(at)s, tracking number: it is missing.")
        elif len(line.tracking_number) > 80 or not line.tracking_number.isprintable():
            wrong = _("Line %(at)s, tracking number: it has at most 80 characters.")
        elif len(line.carrier) > 60:
            wrong = _("Line %(at)s, carrier: it has at most 60 characters.")
        else:
            seen.add(number)
        params = {"tracking_number": line.tracking_number[:200], "carrier": (line.carrier or carrier)[:200]}
        if not wrong:
            params["tracking_number"] = clean_tracking(line.tracking_number)
        rows.append(
            RowIn(
                None if wrong else orders[number],
                (number or _("(line %(at)s)") % {"at": line.at})[:100],
                params,
                "bad_line" if wrong else "",
                wrong % {"at": line.at} if wrong else "",
            )
        )
    return rows
