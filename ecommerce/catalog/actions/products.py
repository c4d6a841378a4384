"""Changing what is for sale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from ecommerce.catalog.actions.pricing import change_price, first_prices
from ecommerce.catalog.events import ProductChanged, ProductCreated, ProductStateChanged
from ecommerce.catalog.models import Category, Product, Variant
from ecommerce.catalog.queries import taken_skus
from ecommerce.catalog.rules import clean_price, clean_sku, same_sku
from ecommerce.catalog.tree import Node

PRODUCT_FIELDS = ("title", "description", "brand", "category", "attributes", "keeps_lots")
VARIANT_FIELDS = ("sku", "title", "barcode", "list_price", "cost", "weight_g", "is_active")
MOST_VARIANTS = 100


@dataclass(frozen=True, kw_only=True)
class VariantData:
    """What a variant shall be; `pk` is None for a new one."""

    sku: str
    price: Decimal
    pk: int | None = None
    title: str = ""
    barcode: str = ""
    list_price: Decimal | None = None
    cost: Decimal | None = None
    weight_g: int | None = None
    is_active: bool = True


@transaction.atomic
def create_product(
    *,
    title: str,
    variants: Sequence[VariantData],
    description: str = "",
    brand: str = "",
    category: Category | None = None,
    attributes: dict[str, str] | None = None,
    external_id: str = "",
    keeps_lots: bool = False,
    actor: Actor,
) -> Product:
    """A new product, as a draft, with its variants and the first entry of their price history.

    Refuses without any variant, with more than 100, and a SKU that is in use already (case does not count).
    """
    if not title.strip():
        message = _("Enter a title.")
        raise Refused("title_empty", message, title=message)
    product = Product(
        title=title.strip(),
        description=description,
        brand=brand.strip(),
        category=category,
        attributes=attributes or {},
        external_id=external_id,
        keeps_lots=keeps_lots,
    )
    try:
        with transaction.atomic():
            product.save()
    except IntegrityError:
        message = _("Another product has this external id.")
        raise Refused("external_id_taken", message, external_id=message) from None
    _write_variants(product, variants, actor)
    record(ProductCreated(product_id=product.pk, variants=len(variants)), actor=actor, subject=product)
    return product


@transaction.atomic
def change_product(
    product: Product, *, variants: Sequence[VariantData] | None = None, actor: Actor, **fields: Any
) -> Product:
    """Change the given fields, and with `variants` add new ones and change those whose pk is given; none is deleted.

    A changed price goes through change_price, so that the history stays whole.
    """
    unknown = fields.keys() - set(PRODUCT_FIELDS)
    assert not unknown, unknown
    stored = Product.objects.select_for_update(of=("self",)).get(pk=product.pk)
    if "title" in fields and not fields["title"].strip():
        message = _("Enter a title.")
        raise Refused("title_empty", message, title=message)
    changes = _apply(stored, fields)
    stored.save()
    if variants is not None:
        changes |= _write_variants(stored, variants, actor)
    if changes:
        record(
            ProductChanged(product_id=stored.pk, fields=sorted(changes)), actor=actor, subject=stored, changes=changes
        )
    return stored


def _apply(row: models.Model, fields: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    changes = {}
    for name, value in fields.items():
        before = getattr(row, name)
        if before != value:
            changes[name] = (_shown(before), _shown(value))
            setattr(row, name, value)
    return changes


def _shown(value: Any) -> Any:
    return str(value) if isinstance(value, models.Model) else value


def _write_variants(product: Product, wanted: Sequence[VariantData], actor: Actor) -> dict[str, tuple[Any, Any]]:
    """Add and change variants of the product; what changed, by "<sku>.<field>"."""
    known = {variant.pk: variant for variant in product.variants.order_by("pk")}
    if not wanted and not known:
        raise Refused("no_variant", _("Enter at least one variant with a SKU and a price."))
    if len(known) + sum(data.pk not in known for data in wanted) > MOST_VARIANTS:
        raise Refused("too_many_variants", _("A product has at most 100 variants. Split it into several products."))
    skus = [clean_sku(data.sku) for data in wanted]
    _refuse_taken(skus, except_for=[data.pk for data in wanted if data.pk])
    changes: dict[str, tuple[Any, Any]] = {}
    for data, sku in zip(wanted, skus, strict=True):
        price = clean_price(data.price)
        fields = {name: getattr(data, name) for name in VARIANT_FIELDS} | {"sku": sku}
        if data.pk is None:
            _add_variant(product, fields, price, actor)
            changes[f"{sku}"] = (None, str(price))
            continue
        variant = known.get(data.pk)
        if variant is None:
            raise Refused("unknown_variant", _("This variant belongs to another product."))
        own = _apply(variant, fields)
        if own:
            variant.save()
            changes |= {f"{sku}.{name}": change for name, change in own.items()}
        if variant.price != price:
            change_price(variant, price=price, actor=actor)
    return changes


def _add_variant(product: Product, fields: dict[str, Any], price: Decimal, actor: Actor) -> Variant:
    try:
        with transaction.atomic():
            variant = Variant.objects.create(product=product, price=price, **fields)
    except IntegrityError:
        raise _taken(fields["sku"]) from None
    first_prices([variant], actor=actor)
    return variant


def _refuse_taken(skus: Iterable[str], *, except_for: Sequence[int]) -> None:
    """Refuse SKUs that other variants of the merchant have, or that come twice; case does not count."""
    wanted = list(skus)
    taken = taken_skus(wanted, except_for=except_for)
    seen: set[str] = set()
    for sku in wanted:
        key = same_sku(sku)
        if key in seen or sku in taken:
            raise _taken(sku)
        seen.add(key)


def _taken(sku: str) -> Refused:
    message = _("The SKU %(sku)s is in use already. Every variant needs its own.") % {"sku": sku}
    return Refused("sku_taken", message, sku=message)


@transaction.atomic
def add_variant(product: Product, data: VariantData, *, actor: Actor) -> Variant:
    """One more variant of a product."""
    changes = _write_variants(product, [data], actor)
    record(ProductChanged(product_id=product.pk, fields=sorted(changes)), actor=actor, subject=product, changes=changes)
    return Variant.objects.select_related("product").get(product=product, sku=clean_sku(data.sku))


@transaction.atomic
def change_variant(variant: Variant, *, actor: Actor, price: Decimal | None = None, **fields: Any) -> Variant:
    """Change the given fields of one variant."""
    stored = Variant.objects.select_for_update(of=("self",)).select_related("product").get(pk=variant.pk)
    unknown = fields.keys() - set(VARIANT_FIELDS)
    assert not unknown, unknown
    if "sku" in fields:
        fields["sku"] = clean_sku(fields["sku"])
        _refuse_taken([fields["sku"]], except_for=[stored.pk])
    changes = _apply(stored, fields)
    stored.save()
    if changes:
        named = {f"{stored.sku}.{name}": change for name, change in changes.items()}
        record(
            ProductChanged(product_id=stored.product_id, fields=sorted(named)),
            actor=actor,
            subject=stored.product,
            changes=named,
        )
    if price is not None and clean_price(price) != stored.price:
        change_price(stored, price=price, actor=actor)
        stored.refresh_from_db(fields=["price"])
    return stored


@transaction.atomic
def change_state(product: Product, *, to: str, actor: Actor) -> Product:
    """Publish, retire, mark as ageing or bring back. Refuses a step that Product.TRANSITIONS does not list.

    What goes live needs a category and a variant for sale with a price.
    """
    stored = Product.objects.select_for_update(of=("self",)).get(pk=product.pk)
    before = stored.state
    if to not in Product.State.values:
        raise Refused("unknown_state", _("There is no such state."))
    if not stored.may_become(to):
        raise Refused(
            "wrong_state",
            _("A product that is %(old)s cannot become %(new)s.")
            % {"old": Product.State(before).label, "new": Product.State(to).label},
        )
    if to == Product.State.LIVE:
        _check_ready(stored)
    if not Product.objects.filter(pk=stored.pk, state=before).update(state=to, updated_at=timezone.now()):
        raise Refused(
            "changed_meanwhile", _("Somebody else changed the product meanwhile. Look at it again."), status=409
        )
    record(
        ProductStateChanged(product_id=stored.pk, old=before, new=to),
        actor=actor,
        subject=stored,
        changes={"state": (before, to)},
    )
    product.state = stored.state = to
    return stored


def _check_ready(product: Product) -> None:
    if product.category_id is None:
        raise Refused("no_category", _("Choose a category before you publish, so that buyers find it."))
    if not product.variants.filter(is_active=True, price__gt=0).exists():
        raise Refused("no_variant", _("Nothing could be bought: put at least one variant with a price on sale first."))


@transaction.atomic
def duplicate_product(product: Product, *, actor: Actor) -> Product:
    """A draft with the same texts and variants, its SKUs with the first free "-2", "-3", … behind them."""
    taken = {same_sku(sku) for sku in Variant.objects.values_list("sku", flat=True)}

    def free(sku: str) -> str:
        number = 2
        while same_sku(name := f"{sku[:74]}-{number}") in taken:
            number += 1
        taken.add(same_sku(name))
        return name

    return create_product(
        title=product.title,
        description=product.description,
        brand=product.brand,
        category=product.category,
        attributes=product.attributes,
        keeps_lots=product.keeps_lots,
        variants=[
            VariantData(
                sku=free(variant.sku),
                price=variant.price,
                title=variant.title,
                list_price=variant.list_price,
                cost=variant.cost,
                weight_g=variant.weight_g,
                is_active=variant.is_active,
            )
            for variant in product.variants.order_by("pk")
        ],
        actor=actor,
    )


def category_path(pk: int | None, code: str, parent: Category | None) -> str:
    """The path of a category under a parent. Refuses a parent that lies below the category itself."""
    before = Category.objects.filter(pk=pk).values_list("path", flat=True).first() if pk else None
    if before and parent and (parent.path == before or parent.path.startswith(f"{before}/")):
        message = _("A category cannot lie below itself.")
        raise Refused("own_parent", message, parent=message)
    return f"{parent.path}/{code}" if parent else code


@transaction.atomic
def save_category(category: Category) -> Category:
    """Store a category with the right path, and move what lies below it along."""
    before = Category.objects.filter(pk=category.pk).values_list("path", flat=True).first()
    category.path = category_path(category.pk, category.code, category.parent)
    below = list(Category.objects.filter(path__startswith=f"{before}/")) if before else []
    category.save()
    for node in below:
        node.path = category.path + node.path.removeprefix(before or "")
    Category.objects.bulk_update(below, ["path"])
    return category


@transaction.atomic
def load_tree(nodes: Sequence[Node], parent: Category | None = None) -> int:
    """Add the nodes that are missing, found by code; those there stay as they are. Returns how many are new."""
    added = 0
    for node in nodes:
        category = Category.objects.filter(code=node.code).first()
        if category is None:
            category = save_category(Category(code=node.code, name=node.name, name_zh=node.name_zh, parent=parent))
            added += 1
        added += load_tree(node.below, category)
    return added
