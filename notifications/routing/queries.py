"""Who looks after what, what there is to look after, and who is away."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from ecommerce.catalog.models import Category, Product
from ecommerce.catalog.queries import found_products
from ecommerce.inventory.models import Warehouse
from ecommerce.purchasing.models import Supplier
from notifications.routing.models import (
    Absence,
    AbsenceQuerySet,
    Care,
    CareQuerySet,
    StaffAbsence,
    StaffAbsenceQuerySet,
)
from notifications.routing.rules import About, branches

FOUND = 12  # of each sort: who does not see it among them types more

Target = Care.Target
MODELS: dict[str, Any] = {
    Target.PRODUCT: Product,
    Target.CATEGORY: Category,
    Target.WAREHOUSE: Warehouse,
    Target.SUPPLIER: Supplier,
}


def care_list() -> CareQuerySet:
    """All that members of the merchant in scope look after, as a list shows it."""
    rows: CareQuerySet = Care.objects.all()
    return rows.in_words()


def is_anybody_caring() -> bool:
    """Whether anybody at the merchant in scope looks after anything."""
    return Care.objects.exists()


def carers(about: About) -> dict[int, set[int]]:
    """The users who look after any of what a fact is about, each with the warehouses among it that they look after;
    of a product also those who look after its category.
    """
    if not about:
        return {}
    named = Product.objects.filter(Q(pk__in=about.products) | Q(variants__in=about.variants)).order_by()
    products = dict(named.values_list("pk", "category__path")) if about.products or about.variants else {}
    paths = {path for path in products.values() if path}
    if about.categories:
        paths |= set(Category.objects.filter(pk__in=about.categories).values_list("path", flat=True))
    rows: Any = Care.objects.filter(
        Q(product__in=products)
        | Q(category__path__in=branches(paths))
        | Q(warehouse__in=about.warehouses)
        | Q(supplier__in=about.suppliers)
    )
    found: dict[int, set[int]] = {}
    for user_id, place in rows.order_by().values_list("member__user_id", "warehouse"):
        found.setdefault(user_id, set()).update(() if place is None else (place,))
    return found


@dataclass(frozen=True)
class Found:
    """A thing that one can look after. `word` names it in a form ("product:12"), `more` tells it from its namesakes."""

    what: str
    word: str
    name: str
    more: str

    @property
    def what_label(self) -> str:
        return str(Target(self.what).label)

    @property
    def icon_name(self) -> str:
        return Care.ICONS[Target(self.what)]


def find_targets(words: str) -> list[Found]:
    """What has these words in its name, code or SKU: a few of each sort. Without words the warehouses and suppliers."""
    words = words.strip()
    warehouses = Warehouse.objects.order_by("-is_default", "name")
    suppliers = Supplier.objects.filter(archived_at=None).order_by("name", "pk")
    if not words:
        return [*map(_place, warehouses[:FOUND]), *map(_seller, suppliers[:FOUND])]
    categories = Category.objects.filter(Q(name__icontains=words) | Q(name_zh__icontains=words)).order_by("path")
    return [
        *map(_place, warehouses.filter(Q(name__icontains=words) | Q(code__iexact=words))[:FOUND]),
        *map(_seller, suppliers.filter(Q(name__icontains=words) | Q(code__iexact=words))[:FOUND]),
        *map(_branch, categories[:FOUND]),
        *map(_article, _products(words)),
    ]


def _products(words: str) -> list[Product]:
    found = Product.objects.filter(found_products(words)).exclude(state=Product.State.RETIRED)
    return list(found.order_by("title", "pk")[:FOUND])


def _place(row: Warehouse) -> Found:
    return Found(Target.WAREHOUSE, f"warehouse:{row.pk}", row.name, row.code)


def _seller(row: Supplier) -> Found:
    return Found(Target.SUPPLIER, f"supplier:{row.pk}", row.name, row.code)


def _branch(row: Category) -> Found:
    return Found(Target.CATEGORY, f"category:{row.pk}", row.label, row.path)


def _article(row: Product) -> Found:
    return Found(Target.PRODUCT, f"product:{row.pk}", row.title, row.brand)


SHOWN: dict[str, Callable[[Any], Found]] = {
    Target.PRODUCT: _article,
    Target.CATEGORY: _branch,
    Target.WAREHOUSE: _place,
    Target.SUPPLIER: _seller,
}


def targets_of(words: Collection[str]) -> dict[str, tuple[str, Any]]:
    """What a form's words ("product:12") name at the merchant in scope, by word, each with its sort and row."""
    keys: dict[str, set[int]] = {what: set() for what in MODELS}
    for what, _sign, key in (word.partition(":") for word in words):
        if what in keys and key.isascii() and key.isdigit() and len(key) < 19:
            keys[what].add(int(key))
    found = {}
    for what, pks in keys.items():
        for row in MODELS[what].objects.filter(pk__in=pks) if pks else ():
            found[f"{what}:{row.pk}"] = (what, row)
    return found


def ticked_and_found(ticked: Collection[str], words: str) -> list[Found]:
    """What is ticked already, and then what the words find."""
    kept = {word: SHOWN[what](row) for word, (what, row) in targets_of(ticked).items()}
    return [*kept.values(), *(one for one in find_targets(words) if one.word not in kept)]


def absence_list() -> AbsenceQuerySet:
    """All absences at the merchant in scope, as a list shows them."""
    rows: AbsenceQuerySet = Absence.objects.all()
    return rows.in_words()


def away_on(day: date) -> dict[int, Absence]:
    """Who is away on that day of the merchant in scope, by user, each with the deputy."""
    rows = Absence.objects.on(day).in_words().order_by("first_day", "pk")
    return {row.member.user_id: row for row in rows}


def staff_absences() -> StaffAbsenceQuerySet:
    """All absences of the platform's staff, as a list shows them."""
    rows: StaffAbsenceQuerySet = StaffAbsence.objects.all()
    return rows.in_words()


def staff_away(now: datetime) -> dict[int, StaffAbsence]:
    """Who of the staff is away by their own clock, by user, each with the deputy."""
    today = now.date()
    near = staff_absences().between(today - timedelta(days=1), today + timedelta(days=1))  # clocks differ by a day
    return {
        row.member_id: row
        for row in near.order_by("first_day", "pk")
        if row.first_day <= now.astimezone(row.member.zone).date() <= row.last_day
    }


def staff_left_alone_by(absence: StaffAbsence) -> list[StaffAbsence]:
    """As left_alone_by(), of the staff."""
    rows = StaffAbsence.objects.between(absence.first_day, absence.last_day).filter(deputy=absence.member_id)
    return list(rows.in_words())


def left_alone_by(absence: Absence) -> list[Absence]:
    """The absences of others on days of this one for which the member was to stand in."""
    rows = Absence.objects.between(absence.first_day, absence.last_day).filter(deputy=absence.member_id)
    return list(rows.in_words())
