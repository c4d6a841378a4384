"""Reads of imports."""

from __future__ import annotations

from django.db.models import QuerySet

from ecommerce.imports.models import ImportRun


def import_list() -> QuerySet[ImportRun]:
    """All imports of the merchant, with who started them."""
    runs: QuerySet[ImportRun] = ImportRun.objects.select_related("created_by", "merchant", "supplier")
    return runs
