"""From rows to orders: which rows make an order, what it amounts to, and what is wrong with the rows that do not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache, cached_property, partial
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from core.money import cents
from ecommerce.imports import values
from ecommerce.imports.formats import COUNTRIES, FIELDS, state_of
from ecommerce.imports.values import BadValue

ZERO = Decimal("0.00")
Row = tuple[int, list[str]]


@dataclass(frozen=True)
class RowError:
    """What is wrong in which row (as the file counts them, the head is row 1) and which field of ours."""

    row: int
    field: str
    message: str


@dataclass(frozen=True)
class LinePlan:
    sku: str
    title: str
    quantity: int
    unit_price: Decimal
    discount: Decimal
    total: Decimal


@dataclass(frozen=True)
class OrderPlan:
    """An order as the file tells it, in the words of our model; `rows` are the rows it came from."""

    number: str
    state: str
    payment_state: str
    placed_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    completed_at: datetime | None
    cancelled_at: datetime | None
    lines: tuple[LinePlan, ...]
    subtotal: Decimal
    discount: Decimal
    shipping_fee: Decimal
    tax: Decimal
    total: Decimal
    paid_total: Decimal
    refunded: Decimal
    texts: Mapping[str, str]
    rows: tuple[int, ...] = field(default=(), compare=False)

    @cached_property
    def digest(self) -> str:
        """Of everything but the place in the file: equal for the same order imported again."""
        content = [(name, getattr(self, name)) for name in _told()]
        return hashlib.sha256(repr(content).encode()).hexdigest()


@cache
def _told() -> tuple[str, ...]:
    return tuple(each.name for each in fields(OrderPlan) if each.compare)


@dataclass
class Reading:
    """What a whole file comes to: a plan for each thing in it. `bad` are the rows that cannot be used, with reasons."""

    plans: list[Any] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    bad: dict[int, tuple[list[str], str]] = field(default_factory=dict)
    rows: int = 0


@dataclass(frozen=True)
class Rules:
    """What the shop brings to reading a file."""

    header: tuple[str, ...]
    mapping: Mapping[str, str]
    currency: str
    zone: ZoneInfo
    now: datetime


def read_orders(rows: Iterable[Row], rules: Rules) -> Reading:
    """Group the rows into orders and read each. An order with a bad row is bad as a whole: no half orders."""
    reading = Reading()
    positions = {name: rules.header.index(column) for name, column in rules.mapping.items() if column in rules.header}
    groups: dict[str, list[Row]] = {}
    for number, cells in rows:
        reading.rows += 1
        key = cell_of(cells, positions.get("number"))
        if not key:
            error = RowError(number, "number", _("The order number is missing."))
            reading.errors.append(error)
            reading.bad[number] = (cells, _reason(error))
            continue
        groups.setdefault(key, []).append((number, cells))
    seen: dict[tuple[str, str], Any] = {}
    for group in groups.values():
        reader = _OrderReader(group, positions, rules, seen)
        plan = reader.read()
        if plan is not None and not reader.errors:
            reading.plans.append(plan)
            continue
        reading.errors += reader.errors
        reasons: dict[int, list[str]] = {}
        for error in reader.errors:
            reasons.setdefault(error.row, []).append(_reason(error))
        for number, cells in group:
            reason = "; ".join(reasons.get(number, [_("Another row of this order cannot be used.")]))
            reading.bad[number] = (cells, reason)
    reading.errors.sort(key=lambda error: error.row)
    return reading


def cell_of(cells: list[str], position: int | None) -> str:
    """The text at a place of a row, "" where there is none."""
    return cells[position].strip() if position is not None and position < len(cells) else ""


def _reason(error: RowError) -> str:
    label = FIELDS.get(error.field)
    return f"{label}: {error.message}" if label else error.message


# What is the same in many orders of a file is read once; what belongs to one buyer or one order is not looked up.
_REPEATED = {
    "sku", "title", "quantity", "unit_price", "line_discount", "shipping_fee", "discount", "tax", "ship_city",
    "ship_region", "carrier", "method",
}  # fmt: skip
_CODE, _SKU = partial(values.code, longest=64), partial(values.code, longest=80)
_TITLE = partial(values.words, longest=250)
_TEXTS: dict[str, Callable[[str], str]] = {
    name: partial(values.words, longest=longest)
    for name, longest in {
        "buyer_name": 150, "buyer_phone": 40, "ship_to": 300, "ship_city": 80, "ship_region": 80,
        "ship_postcode": 20, "carrier": 60, "tracking_number": 80, "method": 40, "note": 500,
    }.items()
}  # fmt: skip

_IF_TOLD: dict[str, Callable[[str], str]] = {
    "card_check": values.card_check, "ip_country": values.country, "coupon_code": partial(values.words, longest=100),
}  # fmt: skip


class _OrderReader:
    """Reads the rows of one order. Facts of the whole order stand in its first row, or in all of them.

    `seen` holds what cells of the file's columns came to, and grows.
    """

    def __init__(
        self, rows: list[Row], positions: Mapping[str, int], rules: Rules, seen: dict[tuple[str, str], Any]
    ) -> None:
        self.rows, self.positions, self.rules, self.seen = rows, positions, rules, seen
        self.errors: list[RowError] = []

    def read(self) -> OrderPlan | None:
        first = self.rows[0]
        number = self._value(first, "number", _CODE) or ""
        placed = self._moment("placed_at")
        if placed is None and not self.errors:
            self._refuse(first[0], "placed_at", _("The date of the order is missing."))
        currency = self._first("currency").upper()
        if currency in ("RMB", "CNY¥"):
            currency = "CNY"
        if currency and currency != self.rules.currency:
            self._refuse(
                first[0],
                "currency",
                _("The order is in %(theirs)s, but this shop keeps its books in %(ours)s.")
                % {"theirs": currency[:10], "ours": self.rules.currency},
            )
        lines = self._lines()
        money = {
            name: self._amount(name)
            for name in ("discount", "shipping_fee", "tax", "total", "paid_total", "refunded", "subtotal")
        }
        times = {name: self._moment(name) for name in ("paid_at", "shipped_at", "completed_at", "cancelled_at")}
        texts = self._texts()
        word = self._state_words()
        if self.errors or placed is None or not lines:
            return None
        return self._assemble(number.lstrip("#"), placed, lines, money, times, texts, word)

    def _assemble(
        self,
        number: str,
        placed: datetime,
        lines: list[LinePlan],
        money: dict[str, Decimal | None],
        times: dict[str, datetime | None],
        texts: dict[str, str],
        word: str | None,
    ) -> OrderPlan | None:
        subtotal = sum((line.total for line in lines), ZERO)
        shipping, tax = money["shipping_fee"] or ZERO, money["tax"] or ZERO
        discount = min(money["discount"] or ZERO, subtotal + shipping + tax)
        total = subtotal - discount + shipping + tax
        stated = money["total"]
        if stated is not None and stated < total:
            # Coupons of the platform lower what the buyer pays without a column of their own.
            discount, total = discount + (total - stated), stated
        elif stated is not None and stated > total + Decimal("0.01"):
            if stated <= total + discount:
                discount, total = discount - (stated - total), stated
            else:
                self._refuse(
                    self.rows[0][0],
                    "total",
                    _("The total %(total)s is more than the lines, shipping and tax together (%(sum)s).")
                    % {"total": stated, "sum": total},
                )
                return None
        paid = money["paid_total"]
        state = self._state(word, placed, times, paid)
        unpaid = state == "placed" or (state == "cancelled" and times["paid_at"] is None and not paid)
        paid = ZERO if unpaid else total if paid is None else paid
        refunded = min(money["refunded"] or ZERO, paid)
        payment_state = (
            "unpaid" if not paid else "paid" if not refunded else "refunded" if refunded == paid else "partly_refunded"
        )
        return OrderPlan(
            number=number,
            state=state,
            payment_state=payment_state,
            placed_at=placed,
            paid_at=None if unpaid else times["paid_at"] or placed,
            shipped_at=times["shipped_at"],
            completed_at=times["completed_at"],
            cancelled_at=(times["cancelled_at"] or placed) if state == "cancelled" else None,
            lines=tuple(lines),
            subtotal=subtotal,
            discount=discount,
            shipping_fee=shipping,
            tax=tax,
            total=total,
            paid_total=paid,
            refunded=refunded,
            texts=texts,
            rows=tuple(number for number, _cells in self.rows),
        )

    def _state_words(self) -> str | None:
        """Our state from the order's words, the delivery's before the payment's; None where none is given."""
        found: str | None = None
        for name in ("payment_state", "fulfilment_state", "state"):
            text = self._first(name)
            if not text:
                continue
            state = _PAYMENT_WORDS.get(text.lower()) if name == "payment_state" else state_of(text)
            if state is None and name == "payment_state":
                state = state_of(text)
            if state is None:
                self._refuse(
                    self.rows[0][0],
                    name,
                    _("“%(text)s” is not a state we know, such as: placed, paid, shipped, completed, cancelled.")
                    % {"text": text[:40]},
                )
                continue
            if name != "fulfilment_state" or state != "paid":
                found = state
        return found

    def _state(
        self, word: str | None, placed: datetime, times: dict[str, datetime | None], paid: Decimal | None
    ) -> str:
        """Without words the times decide; an unpaid order of long ago was given up."""
        if times["cancelled_at"]:
            return "cancelled"
        if word:
            return word
        old = self.rules.now - placed > timedelta(days=30)
        if times["completed_at"]:
            return "completed"
        if times["shipped_at"]:
            return "shipped"
        if times["paid_at"] or paid:
            return "completed" if old else "paid"
        return "cancelled" if old else "placed"

    def _lines(self) -> list[LinePlan]:
        lines = []
        for row in self.rows:
            sku = self._value(row, "sku", _SKU) or ""
            title = self._value(row, "title", _TITLE) or ""
            count = self._value(row, "quantity", values.quantity)
            if count is None and "quantity" in self.positions and not cell_of(row[1], self.positions["quantity"]):
                self._refuse(row[0], "quantity", _("The quantity is missing."))
            price = self._value(row, "unit_price", values.amount)
            off = self._value(row, "line_discount", values.amount) or ZERO
            line = self._line(row, sku, title, count or 1, price, off)
            if line is not None:
                lines.append(line)
        return lines

    def _line(self, row: Row, sku: str, title: str, count: int, price: Decimal | None, off: Decimal) -> LinePlan | None:
        if price is None:
            if any(error.row == row[0] and error.field == "unit_price" for error in self.errors):
                return None
            # Exports of one row an order carry what the goods came to, not the price of a piece.
            goods = self._value(row, "subtotal", values.amount)
            if goods is None:
                total = self._value(row, "total", values.amount)
                shipping = self._value(row, "shipping_fee", values.amount) or ZERO
                goods = None if total is None else max(total - shipping, ZERO)
            if goods is None or len(self.rows) > 1:
                self._refuse(row[0], "unit_price", _("The price is missing."))
                return None
            price = cents((goods / count).quantize(Decimal("0.01"), "ROUND_UP"))
            off = price * count - goods
        if off > price * count:
            self._refuse(row[0], "line_discount", _("The discount is more than the price."))
            return None
        return LinePlan(sku, title or sku or _("Unnamed item"), count, price, off, price * count - off)

    def _texts(self) -> dict[str, str]:
        texts = {name: self._from_first(name, parse) or "" for name, parse in _TEXTS.items()}
        texts["buyer_email"] = self._from_first("buyer_email", values.email) or ""
        country = self._first("ship_country")
        texts["ship_country"] = COUNTRIES.get(country.lower(), country.upper() if len(country) == 2 else "")
        for name, parse in _IF_TOLD.items():  # left out where the file says nothing: the order is then the same as ever
            if told := self._from_first(name, parse):
                texts[name] = told
        return texts

    def _amount(self, name: str) -> Decimal | None:
        found: Decimal | None = self._from_first(name, values.amount)
        return found

    def _moment(self, name: str) -> datetime | None:
        found: datetime | None = self._from_first(name, self._read_moment)
        return found

    def _read_moment(self, text: str) -> datetime:
        return values.moment(text, zone=self.rules.zone, now=self.rules.now)

    def _first(self, name: str) -> str:
        position = self.positions.get(name)
        if position is None:
            return ""
        return next((text for _number, cells in self.rows if (text := cell_of(cells, position))), "")

    def _from_first(self, name: str, parse: Callable[[str], Any]) -> Any:
        position = self.positions.get(name)
        if position is None:
            return None
        for row in self.rows:
            if cell_of(row[1], position):
                return self._value(row, name, parse)
        return None

    def _value(self, row: Row, name: str, parse: Callable[[str], Any]) -> Any:
        text = cell_of(row[1], self.positions.get(name))
        if not text:
            return None
        repeated = name in _REPEATED
        if repeated and (name, text) in self.seen:
            return self.seen[name, text]
        try:
            value = parse(text)
        except BadValue as bad:
            self._refuse(row[0], name, str(bad))
            return None
        if repeated:
            self.seen[name, text] = value
        return value

    def _refuse(self, row: int, name: str, message: str) -> None:
        error = RowError(row, name, message)
        if error not in self.errors:
            self.errors.append(error)


_PAYMENT_WORDS = {
    "paid": "paid", "pending": "placed", "authorized": "placed", "partially_paid": "paid",
    "partially_refunded": "paid", "refunded": "completed", "voided": "cancelled", "unpaid": "placed",
    "failed": "placed",
}  # fmt: skip
