"""The only door from rows to arrays. Who asks names the days; a day without a row is one on which nothing was sold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import F, IntegerField, QuerySet, Sum, Window
from django.db.models.functions import Lead
from numpy.typing import NDArray

from accounts.merchants.models import Merchant
from analytics.facts.models import CategoryFact, DailyFact, VariantFact
from core.among import Among
from ecommerce.catalog.models import BundlePart
from ecommerce.inventory.models import StockMove

Array = NDArray[np.float64]

# COPY … (FORMAT BINARY) of one row of arrays (PostgreSQL manual, COPY, "Binary Format", and array_send): a header of
# 19 bytes and a count of 2, then for each array its length, a head of five numbers (dimensions, nulls, type, size,
# lowest index) and each element with its length before it, all big-endian. Dates count from 2000-01-01.
_COPY_HEAD, _ARRAY_HEAD = 19 + 2, 5 * 4
_COPY_EPOCH = date(2000, 1, 1)
_WIDTHS = (">i8", ">i4", ">i4")  # bigint, date, integer
_ROWS_AT_ONCE = 20_000


def daily_series(figure: str, first: date, last: date) -> Array:
    """One figure of DailyFact for each day from `first` to `last` of the merchant in scope, in one query."""
    values = np.zeros((last - first).days + 1)
    for day, value in DailyFact.objects.between(first, last).values_list("day", figure):
        values[(day - first).days] = value
    return values


def variant_units(variants: Sequence[int], first: date, last: date) -> Array:
    """Units that left or were to leave, variants x days in the order of the ids given, in two queries.

    What was sold in bundles counts on their parts, as the bundles are made up now; that takes one query more. The row
    of a bundle itself holds the bundles sold.
    """
    facts = VariantFact.objects.filter(day__gte=first, day__lte=last).order_by()
    columns = ("variant_id", "day", "units")
    panel = _panel(facts.filter(Among("variant_id", variants)).values_list(*columns), variants, first, last)
    parts = list(BundlePart.objects.filter(Among("part_id", variants)).values_list("bundle_id", "part_id", "quantity"))
    if parts:
        bundles = sorted({bundle for bundle, _part, _quantity in parts})
        sold = _panel(facts.filter(Among("variant_id", bundles)).values_list(*columns), bundles, first, last)
        place = {variant: row for row, variant in enumerate(variants)}
        for bundle, part, quantity in parts:
            panel[place[part]] += quantity * sold[bundles.index(bundle)]
    return panel


def category_units(categories: Sequence[int | None], first: date, last: date) -> Array:
    """Units sold, categories x days in the order of the ids given (None: without one), in one query."""
    values = np.zeros((len(categories), (last - first).days + 1))
    row = {category: index for index, category in enumerate(categories)}
    facts = CategoryFact.objects.filter(day__gte=first, day__lte=last).order_by()
    for category, day, units in facts.values_list("category_id", "day", "units"):
        if category in row:
            values[row[category], (day - first).days] = units
    return values


def _panel(rows: QuerySet[Any, Any], keys: Sequence[int], first: date, last: date) -> Array:
    """Rows of (key, day, whole number) laid out as keys x days, zero where there is no row.

    Millions of rows become no Python object each: PostgreSQL hands them over as three arrays in one block of bytes.
    """
    values = np.zeros((len(keys), (last - first).days + 1))
    ids = np.asarray(keys, dtype=np.int64)
    order = np.argsort(ids)
    for key, day, value in _copied(rows) if connection.vendor == "postgresql" else _fetched(rows):
        place = order[np.searchsorted(ids, key, sorter=order)]
        values[place, day - first.toordinal()] = value
    return values


def _copied(rows: QuerySet[Any, Any]) -> list[tuple[Any, Any, Any]]:
    with connection.cursor() as cursor:
        statement, params = rows.query.get_compiler(connection=connection).as_sql()
        whole = f"SELECT array_agg(key), array_agg(day), array_agg(value) FROM ({statement}) AS rows (key, day, value)"  # noqa: S608
        # composed here: the cursor that counts queries copies statements, not statements with parameters
        ops: Any = connection.ops
        with cursor.copy(ops.compose_sql(f"COPY ({whole}) TO STDOUT (FORMAT BINARY)", params)) as copy:
            block = b"".join(copy)
    keys, days, values = _arrays(block)
    return [(keys, days + _COPY_EPOCH.toordinal(), values)]


def _arrays(block: bytes) -> Iterator[NDArray[np.int64]]:
    """The arrays of the one copied row; of no rows at all, arrays of none."""
    at = _COPY_HEAD
    for width in _WIDTHS:
        size = int.from_bytes(block[at : at + 4], "big", signed=True)
        at += 4
        element = np.dtype([("length", ">i4"), ("value", width)])
        many = max(size - _ARRAY_HEAD, 0) // element.itemsize
        yield np.frombuffer(block, element, many, at + _ARRAY_HEAD if many else 0)["value"].astype(np.int64)
        at += max(size, 0)


def _fetched(rows: QuerySet[Any, Any]) -> list[tuple[Any, Any, Any]]:
    found = list(rows.iterator(chunk_size=_ROWS_AT_ONCE))
    if not found:
        return []
    keys, days, values = zip(*found, strict=True)
    return [(np.array(keys), np.array([day.toordinal() for day in days]), np.array(values))]


def sold_out_days(variants: Sequence[int], first: date, last: date, merchant: Merchant) -> NDArray[np.bool_]:
    """Whether nothing was on the shelf from the first to the last moment of a day, variants x days, in one query.

    From the ledger of stock moves: a variant without moves was never counted, so nothing says it was out. The days
    are the merchant's.
    """
    moves = StockMove.objects.filter(Among("variant_id", variants)).order_by()
    by_time: dict[str, Any] = {"partition_by": F("variant_id"), "order_by": ["at", "pk"]}
    levels = moves.annotate(
        level=Window(Sum("quantity"), output_field=IntegerField(), **by_time), until=Window(Lead("at"), **by_time)
    )
    row = {variant: index for index, variant in enumerate(variants)}
    out = np.zeros((len(variants), (last - first).days + 1), dtype=bool)
    for variant, since, until in levels.filter(level__lte=0).values_list("variant_id", "at", "until"):
        begin = (merchant.day_of(since) - first).days + 1
        end = (merchant.day_of(until) - first).days if until is not None else out.shape[1]
        if end > max(begin, 0):
            out[row[variant], max(begin, 0) : end] = True
    return out
