"""The Olist data set's tables, found by their columns and read as rows of text.

The files are told apart by their header, not by their name, so the original names, shortened ones and gzip all do.
"""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from core.errors import Refused

Row = dict[str, str]

# A table is the one whose header holds these columns.
TABLES: dict[str, frozenset[str]] = {
    "orders": frozenset({"order_id", "customer_id", "order_status", "order_purchase_timestamp"}),
    "items": frozenset({"order_id", "order_item_id", "product_id", "seller_id", "price", "freight_value"}),
    "payments": frozenset({"order_id", "payment_sequential", "payment_type", "payment_value"}),
    "customers": frozenset({"customer_id", "customer_unique_id"}),
    "products": frozenset({"product_id", "product_category_name"}),
    "sellers": frozenset({"seller_id", "seller_city"}),
    "reviews": frozenset({"order_id", "review_score"}),
    "categories": frozenset({"product_category_name", "product_category_name_english"}),
}
REQUIRED = ("orders", "items", "sellers")


@dataclass
class Tables:
    """Where each table was found; reviews may be spread over several files."""

    paths: dict[str, list[Path]] = field(default_factory=lambda: defaultdict(list))

    def rows(self, table: str) -> Iterator[Row]:
        for path in self.paths.get(table, []):
            yield from _read(path)


def find_tables(folder: Path) -> Tables:
    """Look at the header of every CSV file in the folder. Raises Refused when a table that is needed is missing."""
    if not folder.is_dir():
        raise Refused("no_folder", _("There is no folder %(path)s.") % {"path": folder})
    tables = Tables()
    for path in sorted(folder.iterdir()):
        if not path.name.endswith((".csv", ".csv.gz")):
            continue
        with _open(path) as lines:
            header = frozenset(next(csv.reader(lines), []))
        # The most specific table wins: the items and the orders both have an order_id.
        matches = [name for name, columns in TABLES.items() if columns <= header]
        if matches:
            best = max(matches, key=lambda name: len(TABLES[name]))
            tables.paths[best].append(path)
    missing = [name for name in REQUIRED if name not in tables.paths]
    if missing:
        raise Refused(
            "tables_missing",
            _("%(path)s has no file with the columns of: %(tables)s.") % {"path": folder, "tables": ", ".join(missing)},
        )
    return tables


def _open(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _read(path: Path) -> Iterator[Row]:
    with _open(path) as lines:
        yield from csv.DictReader(lines)
