"""Many products in a grid: opened from the list, typed over, looked at before it is saved, and put back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.forms import add_refusal
from core.htmx import done, page
from ecommerce.catalog.actions import save_cells, undo_cells
from ecommerce.catalog.actions.grid import plan_cells
from ecommerce.catalog.forms import FillForm
from ecommerce.catalog.grid import (
    COLUMNS,
    MOST_ROWS,
    Column,
    attribute_column,
    column_of,
    fill,
    page_of,
    read_changes,
    text_of,
    value_of,
)
from ecommerce.catalog.listing import PRODUCTS
from ecommerce.catalog.models import Category, Product, Variant
from ecommerce.catalog.queries import attributes_of, grid_edits, grid_variants, product_list

MOST_ATTRIBUTES = 8
Changes = dict[str, tuple[str, str]]


@dataclass
class Sheet:
    """What the grid shows: the variants of the view with its columns, and one page of them."""

    variants: list[Variant]
    columns: list[Column]
    is_cut: bool
    page: int = 1
    changes: Changes = field(default_factory=dict)
    overtaken: int = 0

    def cells(self, variant: Variant, *, is_first: bool) -> list[dict[str, Any]]:
        """The cells of one row; those of the product stand in the first row of it only."""
        made = []
        for column in self.columns:
            thing: Product | Variant = variant.product if column.row == "p" else variant
            if column.row == "p" and not is_first:
                made.append({"column": column, "name": ""})
                continue
            name = f"{column.row}{thing.pk}.{column.field}"
            base = text_of(value_of(thing, column.field))
            seen, text = self.changes.get(name, (base, base))
            if seen != base:  # shown and marked here, so the person decides anew on what it holds by now
                self.changes[name] = (base, text)
                self.overtaken += 1
            made.append(
                {
                    "column": column,
                    "name": name,
                    "base": base,
                    "text": text,
                    "is_changed": text != base,
                    "is_overtaken": seen != base,
                }
            )
        return made

    def rows(self, variants: Any) -> list[dict[str, Any]]:
        found, before = [], None
        for variant in variants:
            is_first = variant.product_id != before
            found.append({"variant": variant, "is_first": is_first, "cells": self.cells(variant, is_first=is_first)})
            before = variant.product_id
        return found


@merchant_view("products.edit")
@require_POST
def open_grid(request: MerchantRequest) -> HttpResponse:
    """From the ticked rows of the list, or all of its view, to the address of their grid."""
    if request.POST.get("all"):
        query = request.GET.copy()
    else:
        ticked = PRODUCTS.chosen(Product.objects.all(), request.GET, request.POST).values_list("pk", flat=True)
        query = QueryDict(mutable=True)
        query["ids"] = ".".join(map(str, ticked[:MOST_ROWS])) or "0"
    return redirect(f"{reverse('product-grid', args=[request.merchant.slug])}?{query.urlencode()}")


def _sheet(request: MerchantRequest) -> Sheet:
    ids = request.GET.get("ids", "")
    if ids:
        numbers = [int(one) for one in ids.split(".") if one.isascii() and one.isdigit() and len(one) < 19]
        products: Any = Product.objects.filter(pk__in=numbers[:MOST_ROWS])
    else:
        products = PRODUCTS.matching(product_list(), request.GET)
    variants = grid_variants(products, most=MOST_ROWS)
    shown = variants[:MOST_ROWS]
    named = attributes_of(variant.product.category for variant in shown)
    attributes = {one.code: one for several in named.values() for one in several}
    columns = [*COLUMNS, *map(attribute_column, list(attributes.values())[:MOST_ATTRIBUTES])]
    number = request.GET.get("page", "1")
    page_number = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 1
    return Sheet(shown, columns, len(variants) > MOST_ROWS, page_number)


def _typed(request: MerchantRequest) -> Changes:
    """All changed cells: those of other pages travel along, those of this page are as typed."""
    changes = read_changes(request.POST.get("changes", ""))
    base = read_changes_base(request.POST.get("base", ""))
    for name, seen in base.items():
        text = request.POST.get(name)
        if text is None:
            continue
        if text == seen:
            changes.pop(name, None)
        else:
            changes[name] = (seen, text)
    return changes


def read_changes_base(text: str) -> dict[str, str]:
    """The texts that the cells of the page had when it was shown."""
    try:
        sent = json.loads(text or "{}")
    except ValueError:
        return {}
    pairs = sent.items() if isinstance(sent, dict) else ()
    return {name: seen for name, seen in pairs if isinstance(seen, str) and column_of(name) is not None}


@merchant_view("products.edit")
@require_http_methods(["GET", "POST"])
def grid_page(request: MerchantRequest) -> HttpResponse:
    """The grid; its buttons fill a column, turn the page, preview, and save."""
    what = request.POST.get("do", "") if request.method == "POST" else ""
    sheet = _sheet(request)
    sheet.changes = _typed(request) if what else {}
    if what == "save":
        return _save(request, sheet)
    if what == "preview":
        return _preview(request, sheet)
    form = FillForm(request.POST if what == "fill" else None, columns=sheet.columns)
    if what.startswith("page-") and what[5:].isdigit():
        sheet.page = int(what[5:9])
    elif what:
        sheet.page = int(request.POST["at"]) if request.POST.get("at", "").isdigit() else 1
    rows, sheet.page, pages = page_of(sheet.variants, min(sheet.page, 999))
    is_wrong = what == "fill" and not _fill(form, sheet, sheet.variants if request.POST.get("fill-whole") else rows)
    shown = sheet.rows(rows)
    context = {
        "rows": shown,
        "columns": sheet.columns,
        "base": json.dumps({cell["name"]: cell["base"] for row in shown for cell in row["cells"] if cell["name"]}),
        "changes": json.dumps(sheet.changes),
        "changed": len(sheet.changes),
        "form": form,
        "categories": Category.objects.order_by("path"),
        "at": sheet.page,
        "pages": range(1, pages + 1),
        "count": len(sheet.variants),
        "overtaken": sheet.overtaken,
        "is_cut": sheet.is_cut,
        "most": MOST_ROWS,
        "back_url": reverse("product-list", args=[request.merchant.slug]),
    }
    return page(request, "ecommerce/catalog/grid.html", context, status=422 if is_wrong else 200)


def _fill(form: FillForm, sheet: Sheet, variants: Any) -> bool:
    """Whether the formula could be applied; the sheet then holds what it made."""
    if not form.is_valid():
        return False
    column = next(one for one in sheet.columns if one.name == form.cleaned_data["column"])
    cells = {
        cell["name"]: (cell["base"], cell["text"])
        for row in sheet.rows(variants)
        for cell in row["cells"]
        if cell["name"] and cell["column"] is column
    }
    try:
        texts = {name: text for name, (_base, text) in cells.items()}
        filled = fill(column, form.cleaned_data["how"], form.cleaned_data["amount"], texts)
    except Refused as refusal:
        add_refusal(form, refusal)
        return False
    for name, text in filled.items():
        base = cells[name][0]
        if text == base:
            sheet.changes.pop(name, None)
        else:
            sheet.changes[name] = (base, text)
    return True


def _preview(request: MerchantRequest, sheet: Sheet, saved: Any = None) -> HttpResponse:
    """What would be saved, cell by cell, and what stands in the way."""
    try:
        rows = saved.left if saved else plan_cells(sheet.changes)
    except Refused as refusal:
        rows, refused = [], refusal.message
    else:
        refused = ""
    good = [row for row in rows if row.is_good]
    kept = {cell.name: sheet.changes[cell.name] for row in rows for cell in row.cells}
    context = {
        "rows": rows,
        "good": len(good),
        "bad": len(rows) - len(good),
        "cells": sum(len(row.cells) for row in good),
        "warned": sum(bool(row.warnings) for row in good),
        "changes": json.dumps(kept),
        "saved": saved,
        "refused": refused,
        "at": request.POST.get("at", "1"),
        "back_url": request.get_full_path(),
    }
    is_wrong = refused or (saved and saved.left)
    return page(request, "ecommerce/catalog/grid_preview.html", context, status=422 if is_wrong else 200)


def _save(request: MerchantRequest, sheet: Sheet) -> HttpResponse:
    try:
        saved = save_cells(sheet.changes, reason=request.POST.get("reason", ""), actor=request.actor)
    except Refused:
        return _preview(request, sheet)
    if saved.left or saved.edit is None:
        return _preview(request, sheet, saved)
    say = ngettext("%(n)d cell is saved.", "%(n)d cells are saved.", saved.cells) % {"n": saved.cells}
    slug = request.merchant.slug
    undo_url = reverse("grid-undo", args=[slug, saved.edit.pk])
    return done(request, reverse("grid-edit", args=[slug, saved.edit.pk]), say, undo=undo_url)


@merchant_view("products.view")
def edit_page(request: MerchantRequest, pk: int) -> HttpResponse:
    """What was saved together, and the way back."""
    edit = get_object_or_404(grid_edits(), pk=pk)
    context = {
        "edit": edit,
        "cells": _told(edit.cells),
        "may_edit": request.membership.may("products.edit"),
        "back_url": reverse("product-list", args=[request.merchant.slug]),
    }
    return page(request, "ecommerce/catalog/grid_edit.html", context)


def _told(cells: list[list[str]]) -> list[dict[str, Any]]:
    """The cells of a batch with the names of their rows; a row that is gone has none."""
    products = Product.objects.filter(pk__in={int(key[1:]) for key, *_rest in cells if key[0] == "p"})
    variants = Variant.objects.filter(pk__in={int(key[1:]) for key, *_rest in cells if key[0] == "v"})
    names = {f"p{pk}": (pk, title) for pk, title in products.values_list("pk", "title")}
    names |= {f"v{pk}": (product, sku) for pk, product, sku in variants.values_list("pk", "product_id", "sku")}
    told = []
    for key, name, old, new in cells:
        column = column_of(f"{key}.{name}")
        product, label = names.get(key, (None, "–"))
        told.append(
            {"product": product, "row": label, "label": column.label if column else name, "old": old, "new": new}
        )
    return told


@merchant_view("products.edit")
@require_POST
def undo(request: MerchantRequest, pk: int) -> HttpResponse:
    """Put a batch back."""
    edit = get_object_or_404(grid_edits(), pk=pk)
    back = undo_cells(edit, actor=request.actor)
    say = ngettext("%(n)d cell is put back.", "%(n)d cells are put back.", back.cells) % {"n": back.cells}
    if back.left:
        say += " " + _("What somebody changed after that stays as it is.")
    return done(request, reverse("grid-edit", args=[request.merchant.slug, edit.pk]), say)
