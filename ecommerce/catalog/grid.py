"""The cells of the grid in which many products are edited: what they hold, how they are read, formulas over a column.

A cell is named "<row key>.<field>"; a row key is "p" (product) or "v" (variant) and an id. A cell's value travels as
text: text_of() writes it, Column.read() reads it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.errors import Refused
from core.money import cents
from ecommerce.catalog.models import Category, CategoryAttribute, Product, Variant
from ecommerce.catalog.rules import clean_price, ending_in

MOST_ROWS = 500
PAGE_ROWS = 100
STEEP = Decimal("0.3")
THIN = Decimal("0.1")
ATTRIBUTE = "attr-"
WEIGHT_MOST = 1_000_000
ATTRIBUTE_LENGTH = 200


@dataclass(frozen=True)
class Column:
    """A column of the grid. `kind` is text, money, whole, yes or category; `row` the letter of the row's key."""

    field: str
    row: str
    label: Any
    kind: str = "text"
    longest: int = 0
    is_needed: bool = False

    @property
    def name(self) -> str:
        """What the column is called in forms: both rows have a title."""
        return f"{self.row}.{self.field}"

    def read(self, text: str) -> Any:
        """The value in a cell's text. Refuses what the column cannot hold."""
        text = " ".join(text.replace("\0", "").split())
        if not text and self.is_needed:
            raise Refused("cell_empty", _("This cannot be left empty."))
        return _READERS[self.kind](self, text)


def _text(column: Column, text: str) -> str:
    if len(text) > column.longest:
        say = ngettext("At most %(n)d character.", "At most %(n)d characters.", column.longest)
        raise Refused("cell_too_long", say % {"n": column.longest})
    return text


def _money(column: Column, text: str) -> Decimal | None:
    return clean_price(number_in(text)) if text else None


def _whole(column: Column, text: str) -> int | None:
    if not text:
        return None
    value = number_in(text)
    if value != value.to_integral_value() or not 0 <= value <= WEIGHT_MOST:
        raise Refused("cell_no_whole", _("Enter a whole number from 0 to 1,000,000."))
    return int(value)


def _yes(column: Column, text: str) -> bool:
    return text.casefold() in {"1", "yes", "true", "y", "是", _("yes").casefold()}


def _category(column: Column, text: str) -> Category | None:
    if not text:
        return None
    found = Category.objects.filter(code=text).first()
    if found is None:
        raise Refused("no_category", _("There is no category with the code “%(code)s”.") % {"code": text})
    return found


_READERS: dict[str, Callable[[Column, str], Any]] = {
    "text": _text,
    "money": _money,
    "whole": _whole,
    "yes": _yes,
    "category": _category,
}

COLUMNS = (
    Column("title", "p", gettext_lazy("Title"), longest=250, is_needed=True),
    Column("category", "p", gettext_lazy("Category"), "category"),
    Column("brand", "p", gettext_lazy("Brand"), longest=100),
    Column("title", "v", gettext_lazy("Variant"), longest=120),
    Column("price", "v", gettext_lazy("Price"), "money", is_needed=True),
    Column("list_price", "v", gettext_lazy("List price"), "money"),
    Column("cost", "v", gettext_lazy("Cost"), "money"),
    Column("barcode", "v", gettext_lazy("Barcode"), longest=40),
    Column("weight_g", "v", gettext_lazy("Weight, g"), "whole"),
    Column("is_active", "v", gettext_lazy("For sale"), "yes"),
)


def attribute_column(attribute: CategoryAttribute) -> Column:
    return Column(f"{ATTRIBUTE}{attribute.code}", "p", attribute.label, longest=ATTRIBUTE_LENGTH)


def column_of(cell: str) -> Column | None:
    """The column of a cell by its name; None for a name that is none."""
    key, _dot, field = cell.partition(".")
    if field.startswith(ATTRIBUTE) and key[:1] == "p":
        return Column(field, "p", field.removeprefix(ATTRIBUTE), longest=ATTRIBUTE_LENGTH)
    return next((one for one in COLUMNS if one.row == key[:1] and one.field == field), None)


def number_in(text: str) -> Decimal:
    """A number as people and spreadsheets write it: 1,299.00, ¥168. Refuses what is none."""
    plain = text.strip().lstrip("¥￥$€£").replace(",", "").replace(" ", "")
    try:
        return Decimal(plain)
    except InvalidOperation:
        raise Refused("cell_no_number", _("Enter a number, such as 168.00.")) from None


def text_of(value: Any) -> str:
    """A value as its cell holds it: a category by its code, yes as 1 and no as 0."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return value.code if isinstance(value, Category) else str(value)


def value_of(row: Product | Variant, field: str) -> Any:
    """What a product or variant holds in the column of that field."""
    if field.startswith(ATTRIBUTE) and isinstance(row, Product):
        return row.attributes.get(field.removeprefix(ATTRIBUTE), "")
    return getattr(row, field)


def read_changes(text: str) -> dict[str, tuple[str, str]]:
    """Cells with the text they had and the text they shall have, as a form sends them; nonsense is left out."""
    try:
        sent = json.loads(text or "{}")
    except ValueError:
        return {}
    if not isinstance(sent, dict):
        return {}
    return {
        cell: (pair[0], pair[1])
        for cell, pair in sent.items()
        if isinstance(pair, list) and len(pair) == 2 and all(isinstance(one, str) for one in pair) and _is_cell(cell)
    }


def _is_cell(cell: str) -> bool:
    key = cell.partition(".")[0]
    known = key[:1] in {"p", "v"} and key[1:].isascii() and key[1:].isdigit() and len(key) < 19
    return known and column_of(cell) is not None


def ids_in(cells: Iterable[str], letter: str) -> set[int]:
    """The ids of the rows of one letter among cells."""
    return {int(cell.partition(".")[0][1:]) for cell in cells if cell.startswith(letter)}


FORMULAS = {
    "set": gettext_lazy("Set to"),
    "percent": gettext_lazy("Change by percent"),
    "add": gettext_lazy("Add"),
    "ending": gettext_lazy("Round to an ending such as .99"),
}


def fill(column: Column, how: str, amount: str, texts: Mapping[str, str]) -> dict[str, str]:
    """The texts of a column's cells after a formula; cells without a number stay as they are under arithmetic.

    Refuses arithmetic on a column of words, and an amount that is no number.
    """
    if how == "set":
        return dict.fromkeys(texts, amount)
    if column.kind not in {"money", "whole"}:
        raise Refused("no_arithmetic", _("Words can only be set, not reckoned with."), how=_("Choose “Set to”."))
    by = number_in(amount.replace("%", ""))
    if how == "ending" and not 0 <= by < 1:
        raise Refused("bad_ending", _("An ending lies between .00 and .99."), amount=_("Enter such as .99."))
    filled = {}
    for cell, text in texts.items():
        try:
            value = number_in(text)
        except Refused:
            continue
        if how == "percent":
            value = value * (100 + by) / 100
        elif how == "add":
            value += by
        elif value > 0:
            value = ending_in(value, by)
        filled[cell] = str(int(value.to_integral_value()) if column.kind == "whole" else cents(value))
    return filled


def warnings_for(variant: Variant, now: Mapping[str, Any]) -> list[str]:
    """What one should know before a variant gets the values `now`; none of it forbids anything."""
    price, cost = now.get("price", variant.price), now.get("cost", variant.cost)
    listed = now.get("list_price", variant.list_price)
    said = []
    if cost is not None and price is not None and price < cost:
        said.append(_("Below cost: every piece loses %(loss)s.") % {"loss": cost - price})
    elif cost is not None and price and (price - cost) / price < THIN:
        said.append(_("Margin of only %(percent)d%%.") % {"percent": (price - cost) / price * 100})
    if listed is not None and price is not None and price > listed:
        said.append(_("Above the list price."))
    if price and variant.price and abs(price / variant.price - 1) > STEEP:
        said.append(_("The price moves by %(percent)+d%%.") % {"percent": (price / variant.price - 1) * 100})
    return said


def page_of(rows: Sequence[Any], number: int) -> tuple[Sequence[Any], int, int]:
    """The rows of a page of the grid, its number from 1 on, and how many pages there are."""
    pages = max(1, -(-len(rows) // PAGE_ROWS))
    number = min(max(number, 1), pages)
    return rows[(number - 1) * PAGE_ROWS : number * PAGE_ROWS], number, pages
