"""Saving many cells at once, and putting them back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.among import Among
from core.errors import Refused
from ecommerce.catalog.actions.pricing import change_price
from ecommerce.catalog.actions.products import change_product, change_variant
from ecommerce.catalog.events import GridSaved, GridUndone
from ecommerce.catalog.grid import (
    ATTRIBUTE,
    MOST_ROWS,
    column_of,
    ids_in,
    text_of,
    value_of,
    warnings_for,
)
from ecommerce.catalog.models import GridEdit, PriceChange, Product, Variant


@dataclass
class Cell:
    """A cell that shall change: what it holds, what it shall hold, and why it cannot ("" if it can)."""

    name: str
    label: Any
    old: str
    new: str
    value: Any = None
    error: str = ""


@dataclass
class Row:
    """A product or variant with the cells of it that shall change."""

    key: str
    thing: Product | Variant
    cells: list[Cell] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not any(cell.error for cell in self.cells)


def plan_cells(changes: Mapping[str, tuple[str, str]], *, lock: bool = False) -> list[Row]:
    """The rows that changes touch, as they stand now, each cell read and checked; cells that hold it already are gone.

    `changes` are cells with the text the person saw and the one that shall be. A cell that holds something else by now
    is an error, so that nobody's work is overwritten unseen; rows that are gone are left out. Refuses more than 500
    rows. With `lock` the rows are locked, in the order of their ids; call it within a transaction.
    """
    products, variants = ids_in(changes, "p"), ids_in(changes, "v")
    if len(products) + len(variants) > 2 * MOST_ROWS:
        raise Refused("too_many_rows", _("At most 500 rows can be changed at once. Narrow the list first."))
    things: dict[str, Product | Variant] = {}
    for letter, model, wanted in (("p", Product, products), ("v", Variant, variants)):
        rows: Any = model._default_manager.filter(Among("pk", sorted(wanted))).order_by("pk")
        rows = rows.select_for_update(of=("self",)) if lock else rows
        related = ("category",) if letter == "p" else ("product",)
        things |= {f"{letter}{thing.pk}": thing for thing in rows.select_related(*related)}
    planned: dict[str, Row] = {}
    for name, (seen, wish) in changes.items():
        key, _dot, column_field = name.partition(".")
        column, thing = column_of(name), things.get(key)
        if column is None or thing is None:
            continue
        stored = text_of(value_of(thing, column_field))
        cell = Cell(name, column.label, stored, wish)
        try:
            cell.value = column.read(wish)
            cell.new = text_of(cell.value)
        except Refused as refusal:
            cell.error = refusal.message
        if cell.new == stored and not cell.error:
            continue
        if stored != seen:
            cell.error = _("Somebody changed this meanwhile: it is “%(now)s” by now.") % {"now": stored}
        planned.setdefault(key, Row(key, thing)).cells.append(cell)
    for row in planned.values():
        if isinstance(row.thing, Variant):
            now = {cell.name.partition(".")[2]: cell.value for cell in row.cells if not cell.error}
            row.warnings = warnings_for(row.thing, now) if now.keys() & {"price", "cost", "list_price"} else []
    return sorted(planned.values(), key=lambda row: (row.key[0], int(row.key[1:])))


@dataclass(frozen=True)
class Saved:
    """What became of a batch: `edit` is None where nothing could be saved, `left` are the rows that were not."""

    edit: GridEdit | None
    rows: int
    cells: int
    left: list[Row]


@transaction.atomic
def save_cells(changes: Mapping[str, tuple[str, str]], *, reason: str = "", actor: Actor) -> Saved:
    """Save all rows that can be, in one transaction; a row of which one cell is wrong stays as it is, whole.

    Prices go through change_price. What was saved is kept as a GridEdit, to be put back by undo_cells().
    """
    planned = plan_cells(changes, lock=True)
    good, left = [row for row in planned if row.is_good], [row for row in planned if not row.is_good]
    if not good:
        return Saved(None, 0, 0, left)
    done = [cell for row in good for cell in row.cells]
    for row in good:
        _write(row, reason, actor)
    edit = GridEdit.objects.create(
        actor_label=actor.label[:150],
        cells=[[*cell.name.split(".", 1), cell.old, cell.new] for cell in done],
    )
    record(GridSaved(edit_id=edit.pk, rows=len(good), cells=len(done)), actor=actor, subject=edit)
    return Saved(edit, len(good), len(done), left)


def _write(row: Row, reason: str, actor: Actor) -> None:
    values: dict[str, Any] = {}
    attributes: dict[str, str] = {}
    for cell in row.cells:
        name = cell.name.partition(".")[2]
        if name.startswith(ATTRIBUTE):
            attributes[name.removeprefix(ATTRIBUTE)] = cell.value
        else:
            values[name] = cell.value
    if isinstance(row.thing, Product):
        if attributes:
            merged = row.thing.attributes | attributes
            values["attributes"] = {code: text for code, text in merged.items() if text}
        change_product(row.thing, actor=actor, **values)
        return
    price = values.pop("price", None)
    if values:
        change_variant(row.thing, actor=actor, **values)
    if price is not None:
        change_price(row.thing, price=price, reason=reason, source=PriceChange.Source.GRID, actor=actor)


@transaction.atomic
def undo_cells(edit: GridEdit, *, actor: Actor) -> Saved:
    """Put back what a batch changed, as far as it still holds what the batch wrote. Refuses a second time."""
    hit = GridEdit.objects.filter(pk=edit.pk, undone_at=None)
    if not hit.update(undone_at=timezone.now(), undone_by=actor.label[:150]):
        raise Refused("undone", _("These changes were put back already."), status=409)
    back: dict[str, tuple[str, str]] = defaultdict(lambda: ("", ""))
    for key, name, old, new in edit.cells:
        back[f"{key}.{name}"] = (new, old)
    planned = plan_cells(back, lock=True)
    good, left = [row for row in planned if row.is_good], [row for row in planned if not row.is_good]
    for row in good:
        _write(row, _("Put back"), actor)
    cells = sum(len(row.cells) for row in good)
    record(GridUndone(edit_id=edit.pk, rows=len(good), cells=cells), actor=actor, subject=edit)
    return Saved(edit, len(good), cells, left)
