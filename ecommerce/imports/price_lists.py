"""Price lists of suppliers: from rows to prices, and into the price history by the action that the form takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import Refused
from ecommerce.catalog.models import Variant
from ecommerce.imports import values
from ecommerce.imports.formats import PRICE_FIELDS
from ecommerce.imports.planning import Reading, Row, RowError, cell_of
from ecommerce.imports.values import BadValue
from ecommerce.imports.writing import Outcome
from ecommerce.purchasing.actions import price_faults, set_price
from ecommerce.purchasing.models import Supplier, SupplierPrice

SKUS_AT_ONCE = 5000


@dataclass(frozen=True)
class PricePlan:
    """One price as the file tells it; `is_known` where it is what the supplier asked on that day already."""

    row: int
    cells: tuple[str, ...]
    variant_id: int
    price: Decimal
    minimum: int
    multiple: int
    valid_from: date | None
    is_offered: bool
    is_known: bool


@dataclass(frozen=True)
class PriceRules:
    """What the shop brings to reading a price list. `known` are the prices of the supplier by variant, newest first."""

    positions: Mapping[str, int]
    currency: str
    today: date
    variants: Mapping[str, int]
    known: Mapping[int, Sequence[SupplierPrice]]


def read_prices(rows: Iterable[Row], positions: Mapping[str, int], supplier: Supplier, today: date) -> Reading:
    """Every row on its own: a bad one does not spoil the others. A SKU may stand there for several days, once for each.

    Two queries, and one for each 5,000 SKUs.
    """
    listed = list(rows)
    skus = {cell_of(cells, positions.get("sku")) for _number, cells in listed}
    known: dict[int, list[SupplierPrice]] = {}
    for price in SupplierPrice.objects.filter(supplier=supplier).order_by("-valid_from", "-pk"):
        known.setdefault(price.variant_id, []).append(price)
    rules = PriceRules(positions, supplier.currency, today, _variants(sorted(skus)), known)
    reading = Reading(rows=len(listed))
    seen: dict[tuple[int, date], int] = {}
    for number, cells in listed:
        reader = _PriceReader(number, cells, rules)
        plan = reader.read(seen)
        if plan is not None:
            reading.plans.append(plan)
            continue
        reading.errors += reader.errors
        reading.bad[number] = (cells, reason_of(reader.errors))
    return reading


def reason_of(errors: Iterable[RowError]) -> str:
    """What is wrong with a row, in one cell."""
    return "; ".join(f"{PRICE_FIELDS[error.field]}: {error.message}" for error in errors)


def _variants(skus: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for first in range(0, len(skus), SKUS_AT_ONCE):
        found |= dict(Variant.objects.filter(sku__in=skus[first : first + SKUS_AT_ONCE]).values_list("sku", "pk"))
    return found


class _PriceReader:
    """Reads one row; `errors` say what is wrong with it, field by field."""

    def __init__(self, number: int, cells: list[str], rules: PriceRules) -> None:
        self.number, self.cells, self.rules = number, cells, rules
        self.errors: list[RowError] = []

    def read(self, seen: dict[tuple[int, date], int]) -> PricePlan | None:
        """The price, or None with errors. `seen` are the rows of before by variant and day; it grows."""
        variant = self._variant()
        self._currency()
        is_offered = self._value("is_offered", _yes_or_no)
        is_offered = True if is_offered is None else is_offered
        price = self._price(variant, is_offered)
        minimum, multiple = (self._value(name, _units) or 1 for name in ("minimum", "multiple"))
        given: date | None = self._value("valid_from", values.day)
        if self.errors or variant is None or price is None:
            return None
        day = given or self.rules.today
        if (twin := seen.setdefault((variant, day), self.number)) != self.number:
            self._no("sku", _("Row %(row)d sets a price of this SKU for the same day.") % {"row": twin})
            return None
        asked = {"price": price, "minimum": minimum, "multiple": multiple, "is_offered": is_offered}
        newest = next((one for one in self.rules.known.get(variant, ()) if one.valid_from <= day), None)
        is_known = newest is not None and all(getattr(newest, name) == value for name, value in asked.items())
        if not is_known:
            for name, message in price_faults(price, minimum, multiple, day, self.rules.today).items():
                self._no(name, message)
        if self.errors:
            return None
        return PricePlan(self.number, tuple(self.cells), variant, price, minimum, multiple, given, is_offered, is_known)

    def _variant(self) -> int | None:
        sku = cell_of(self.cells, self.rules.positions.get("sku"))
        found = self.rules.variants.get(sku)
        if not sku:
            self._no("sku", _("The SKU is missing."))
        elif found is None:
            self._no("sku", _("There is no variant with the SKU “%(sku)s”.") % {"sku": sku[:40]})
        return found

    def _currency(self) -> None:
        theirs = cell_of(self.cells, self.rules.positions.get("currency")).upper()
        theirs = "CNY" if theirs in ("RMB", "CNY¥") else theirs
        if theirs and theirs != self.rules.currency:
            words = {"theirs": theirs[:10], "ours": self.rules.currency}
            self._no("currency", _("The row is in %(theirs)s, but prices of this supplier are in %(ours)s.") % words)

    def _price(self, variant: int | None, is_offered: bool) -> Decimal | None:
        """The price; of what is not offered any more the last one, where the row has none."""
        price: Decimal | None = self._value("price", values.amount)
        if price is None and not is_offered and variant is not None and self.rules.known.get(variant):
            last: Decimal = self.rules.known[variant][0].price
            return last
        if price is None and not any(error.field == "price" for error in self.errors):
            self._no("price", _("The price is missing. Write it as 1234.50."))
        return price

    def _value(self, name: str, parse: Any) -> Any:
        text = cell_of(self.cells, self.rules.positions.get(name))
        if not text:
            return None
        try:
            return parse(text)
        except BadValue as error:
            self._no(name, str(error))
            return None

    def _no(self, name: str, message: str) -> None:
        self.errors.append(RowError(self.number, name, message))


def _units(text: str) -> int:
    bare = text.removesuffix(".00").removesuffix(".0")
    if not (bare.isascii() and bare.isdigit() and len(bare) <= 9 and int(bare)):
        raise BadValue(_("“%(text)s” is not a number of units. Write a whole number from 1.") % {"text": text[:40]})
    return int(bare)


_ANSWERS = {
    **dict.fromkeys(("yes", "y", "true", "1", "是", "供应"), True),
    **dict.fromkeys(("no", "n", "false", "0", "not any more", "否", "不再供应"), False),
}


def _yes_or_no(text: str) -> bool:
    found = _ANSWERS.get(text.strip().lower())
    if found is None:
        raise BadValue(_("“%(text)s” is neither yes nor no.") % {"text": text[:40]})
    return found


def write_prices(plans: Sequence[PricePlan], supplier: Supplier, *, actor: Actor) -> tuple[Outcome, list[RowError]]:
    """Set the prices in the caller's transaction; what is known already is left alone.

    A row that has become impossible since it was read (its day is over, its variant is gone) is an error of that row.
    """
    outcome = Outcome()
    errors: list[RowError] = []
    variants = Variant.objects.in_bulk([plan.variant_id for plan in plans])
    last = SupplierPrice.objects.filter(supplier=supplier).aggregate(last=Max("pk"))["last"] or 0
    for plan in plans:
        variant = variants.get(plan.variant_id)
        if plan.is_known:
            outcome.unchanged += 1
            continue
        if variant is None:
            errors.append(RowError(plan.row, "sku", _("The variant is not there any more.")))
            continue
        try:
            row = set_price(
                supplier, variant, price=plan.price, minimum=plan.minimum, multiple=plan.multiple,
                valid_from=plan.valid_from, is_offered=plan.is_offered, actor=actor,
            )  # fmt: skip
        except Refused as refusal:
            errors.append(RowError(plan.row, next(iter(refusal.fields), "price"), refusal.message))
            continue
        if row.pk > last:
            outcome.created, last = outcome.created + 1, row.pk
        else:
            outcome.unchanged += 1
    return outcome, errors
