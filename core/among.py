"""`variant_id IN (…)` for thousands of ids: they go to the database as one parameter.

`__in` sends each id as a parameter of its own, which costs Python more than the database needs for the answer, and
SQLite refuses more than 250,000.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import BooleanField, F, Func


class Among(Func):
    """A condition for filter() and exclude(): the field, of whole numbers, is one of `ids`. None is never one of them.

    Unlike `exclude(x__in=…)`, an exclude() with it leaves rows without a value out: it is for fields that have one.
    """

    def __init__(self, field: str, ids: Iterable[int]) -> None:
        super().__init__(F(field), output_field=BooleanField())
        self.ids = [int(one) for one in ids]

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self.source_expressions[0])
        if connection.vendor == "postgresql":
            return f"{column} = ANY(%s::bigint[])", (*params, f"{{{','.join(map(str, self.ids))}}}")
        return f"{column} IN (SELECT value FROM json_each(%s))", (*params, json.dumps(self.ids))  # noqa: S608
