"""manage.py load_categories: bring the starting category tree into the database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from ecommerce.catalog.actions import load_tree
from ecommerce.catalog.tree import TREE


class Command(BaseCommand):
    help = "Add the categories of the starting tree that are missing. Names that staff changed are kept."

    def handle(self, *args: Any, **options: Any) -> None:
        added = load_tree(TREE)
        self.stdout.write(f"{added} categories added.")
