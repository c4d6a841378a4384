"""What is where, how much of it is free, and how long it lasts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    DecimalField,
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Abs, Cast, Coalesce

from accounts.activity.models import Activity
from ecommerce.catalog.models import BundlePart, Category, Variant
from ecommerce.inventory.events import CountApproved, CountCancelled, CountStarted
from ecommerce.inventory.models import (
    CountLine,
    Reservation,
    StockCount,
    StockLevel,
    StockMove,
    StockRules,
    Transfer,
    TransferLine,
    Warehouse,
)
from ecommerce.inventory.rules import USUAL_DEAD_DAYS

PACE_DAYS = 28
ENDLESS = 100_000.0  # days of cover where nothing sells: sorts behind everything that does


def stock_list(*, now: datetime, low_below: int) -> QuerySet[Variant]:
    """Every variant with the figures of with_stock(), over all warehouses, and its classes `abc` and `xyz`."""
    sorted_out = Variant.objects.select_related("product").annotate(
        abc=Coalesce(F("stock_class__abc"), Value("")), xyz=Coalesce(F("stock_class__xyz"), Value(""))
    )
    return with_stock(sorted_out, now=now, low_below=low_below)


def with_stock(
    variants: QuerySet[Any], *, now: datetime, low_below: int, warehouse: Warehouse | None = None
) -> QuerySet[Any]:
    """Add `on_hand`, `reserved`, `available`, `is_counted`, `sold` (units shipped in 28 days), `cover` and `low_below`.

    Over all warehouses or in one. `cover` is how many days the available units last at the pace of those 28 days;
    ENDLESS where nothing was shipped. `low_below` days are what the merchant calls low.
    """
    here: dict[str, Any] = {"variant": OuterRef("pk")}
    if warehouse is not None:
        here["warehouse"] = warehouse
    levels = StockLevel.objects.filter(**here).order_by()
    since = now - timedelta(days=PACE_DAYS)
    sales = StockMove.objects.filter(**here, reason=StockMove.Reason.SALE, at__gte=since).order_by()
    counted = variants.annotate(
        is_counted=Exists(levels),
        on_hand=_total(levels, "on_hand"),
        reserved=_total(levels, "reserved"),
        sold=_total(sales, "quantity", sign=-1),
        low_below=Value(float(low_below)),
    ).annotate(available=F("on_hand") - F("reserved"))
    pace = F("sold") / Value(float(PACE_DAYS))
    covered: QuerySet[Any] = counted.annotate(
        cover=Case(
            When(sold__gt=0, then=Cast(F("available"), FloatField()) / Cast(pace, FloatField())),
            default=Value(ENDLESS),
            output_field=FloatField(),
        )
    )
    return covered


def running_low(variants: QuerySet[Any]) -> QuerySet[Any]:
    """Those that last fewer days than the merchant calls low, and are not sold out yet."""
    return variants.filter(is_counted=True, available__gt=0, cover__lt=F("low_below"))


def sold_out(variants: QuerySet[Any]) -> QuerySet[Any]:
    """Those that are counted and of which nothing is left to sell."""
    return variants.filter(is_counted=True, available__lte=0)


def never_counted(variants: QuerySet[Any]) -> QuerySet[Any]:
    return variants.filter(is_counted=False, is_bundle=False)


def search_stock(variants: QuerySet[Any], words: str) -> QuerySet[Any]:
    """By SKU, title of the product or whole barcode."""
    return variants.filter(Q(sku__icontains=words) | Q(product__title__icontains=words) | Q(barcode=words))


def _total(rows: QuerySet[Any], field: str, *, sign: int = 1) -> Any:
    sums = rows.values("variant").annotate(total=Sum(field)).values("total")
    total: Any = Subquery(sums, output_field=IntegerField())
    return Coalesce(ExpressionWrapper(total * sign, output_field=IntegerField()), 0)


def places_of(variant: Variant) -> QuerySet[StockLevel]:
    """The levels of one variant, the default warehouse first."""
    return (
        StockLevel.objects.filter(variant=variant)
        .select_related("warehouse")
        .order_by("-warehouse__is_default", "warehouse__name", "pk")
    )


def stock_levels() -> QuerySet[StockLevel]:
    """Every level with its variant and warehouse."""
    return StockLevel.objects.select_related("variant__product", "variant__stock_class", "warehouse")


def warehouse_list() -> QuerySet[Warehouse]:
    """Warehouses with `units` on hand, `promised` units and the number of `variants` there."""
    levels = StockLevel.objects.filter(warehouse=OuterRef("pk")).order_by().values("warehouse")
    return Warehouse.objects.annotate(
        units=Coalesce(Subquery(levels.annotate(n=Sum("on_hand")).values("n"), output_field=IntegerField()), 0),
        promised=Coalesce(Subquery(levels.annotate(n=Sum("reserved")).values("n"), output_field=IntegerField()), 0),
    )


def broken_levels() -> QuerySet[Any]:
    """Levels that are not the sum of their moves, which is then in `moved`."""
    moves = (
        StockMove.objects.filter(warehouse=OuterRef("warehouse"), variant=OuterRef("variant"))
        .order_by()
        .values("variant")
        .annotate(total=Sum("quantity"))
        .values("total")
    )
    levels = StockLevel.objects.select_related("variant", "warehouse")
    counted = levels.annotate(moved=Coalesce(Subquery(moves, output_field=IntegerField()), 0))
    return counted.exclude(on_hand=F("moved")).order_by("pk")


def serves(to: str = "") -> Q:
    """Whether orders are served from a warehouse; `to` is the way to it ("warehouse__")."""
    return Q(**{f"{to}is_default": True}) | Q(**{f"{to}serve_rank__isnull": False})


def serving_places() -> list[int]:
    """The warehouses that orders are served from, by id, in the merchant's order."""
    serving = Warehouse.objects.filter(serves())
    return list(serving.order_by(Coalesce("serve_rank", 0), "-is_default", "pk").values_list("pk", flat=True))


def free_units(variants: Iterable[int], places: Sequence[int]) -> dict[tuple[int, int], int]:
    """Units free by (warehouse, variant)."""
    levels = StockLevel.objects.filter(variant_id__in=list(variants), warehouse_id__in=places).order_by()
    columns = levels.values_list("warehouse_id", "variant_id", "on_hand", "reserved")
    return {(place, variant): on_hand - reserved for place, variant, on_hand, reserved in columns}


def counted_variants(ids: Iterable[int]) -> set[int]:
    """Those of the variants that stock is kept of, bundles with a counted part among them; one query."""
    wanted = list(ids)
    own = StockLevel.objects.filter(variant_id__in=wanted).order_by().values_list("variant_id", flat=True)
    parts = BundlePart.objects.filter(bundle_id__in=wanted, part__stock_levels__isnull=False).order_by()
    return set(own.union(parts.values_list("bundle_id", flat=True)))


@dataclass(frozen=True)
class BundleStock:
    """How many whole bundles can be sold, None where no part is counted; the parts with what is free of each."""

    available: int | None
    parts: list[tuple[BundlePart, int | None]]

    @property
    def cost(self) -> Decimal | None:
        """What the parts of one bundle cost; None where one of the costs is not known."""
        costs = [(one.part.cost, one.quantity) for one, _free in self.parts]
        known = [cost * quantity for cost, quantity in costs if cost is not None]
        return sum(known, Decimal(0)) if len(known) == len(costs) else None

    @property
    def price_of_parts(self) -> Decimal:
        """What the parts of one bundle would cost the buyer one by one."""
        return sum((one.part.price * one.quantity for one, _free in self.parts), Decimal(0))


def bundle_stocks(bundles: Iterable[int]) -> dict[int, BundleStock]:
    """The stock of bundles by their id: whole bundles in the warehouses that orders are served from, none of which is
    put together from parts of two. What is free of a part is so in these together."""
    rows = BundlePart.objects.filter(bundle_id__in=list(bundles)).select_related("part__product").order_by("part_id")
    together: dict[int, list[BundlePart]] = {}
    for row in rows:
        together.setdefault(row.bundle_id, []).append(row)
    ids = {row.part_id for several in together.values() for row in several}
    free: dict[int, dict[int, int]] = {}
    levels = StockLevel.objects.filter(variant_id__in=ids).order_by()
    columns = levels.annotate(serves=ExpressionWrapper(serves("warehouse__"), output_field=BooleanField()))
    for part, place, on_hand, reserved, here in columns.values_list(
        "variant_id", "warehouse_id", "on_hand", "reserved", "serves"
    ):
        free.setdefault(part, {})
        if here:
            free[part][place] = on_hand - reserved
    return {
        pk: BundleStock(
            _whole(several, free),
            [(one, sum(free[one.part_id].values()) if one.part_id in free else None) for one in several],
        )
        for pk, several in together.items()
    }


def _whole(parts: list[BundlePart], free: dict[int, dict[int, int]]) -> int | None:
    """Bundles that can be put together, each in one place; None where no part is counted."""
    counted = [one for one in parts if one.part_id in free]
    if not counted:
        return None
    places = {place for one in counted for place in free[one.part_id]}
    return sum(min(free[one.part_id].get(place, 0) // one.quantity for one in counted) for place in places)


def transfer_list() -> QuerySet[Transfer]:
    """Every transfer with its warehouses."""
    return Transfer.objects.select_related("merchant", "source", "target")


def transfers_with_lines() -> QuerySet[Transfer]:
    return transfer_list().prefetch_related(Prefetch("lines", TransferLine.objects.select_related("variant__product")))


def search_transfers(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """By number, or by a SKU that is moved."""
    lines = TransferLine.objects.filter(transfer=OuterRef("pk"), variant__sku__icontains=words)
    return rows.filter(Q(number__icontains=words) | Exists(lines))


def in_transit(variant: Variant) -> QuerySet[TransferLine]:
    """The variant's units that have left one warehouse and are not in another yet."""
    lines = TransferLine.objects.filter(variant=variant, transfer__state=Transfer.State.SENT)
    return lines.select_related("transfer__merchant", "transfer__source", "transfer__target").order_by("pk")


def timeline(thing: Transfer) -> list[Activity]:
    """What happened to it, newest first."""
    return list(reversed(Activity.objects.about(thing._meta.label_lower, thing.pk)))


def levels_to_count(warehouse: Warehouse, *, category: Category | None, words: str) -> QuerySet[StockLevel]:
    """Levels of a warehouse, in a category and below it, whose SKU or product's title has the words."""
    rows = StockLevel.objects.filter(warehouse=warehouse).order_by("variant__sku", "pk")
    if category is not None:
        rows = rows.filter(
            Q(variant__product__category=category) | Q(variant__product__category__path__startswith=f"{category.path}/")
        )
    if words:
        rows = rows.filter(Q(variant__sku__icontains=words) | Q(variant__product__title__icontains=words))
    return rows


def count_list() -> QuerySet[StockCount]:
    """Every count with `lines_total` and `lines_counted`."""
    lines = CountLine.objects.filter(count=OuterRef("pk")).order_by().values("count")
    total = lines.annotate(n=Count("pk")).values("n")
    counted = lines.filter(counted__isnull=False, again=False).annotate(n=Count("pk")).values("n")
    return StockCount.objects.select_related("merchant", "warehouse").annotate(
        lines_total=Coalesce(Subquery(total, output_field=IntegerField()), 0),
        lines_counted=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
    )


def count_lines(count: StockCount) -> QuerySet[CountLine]:
    """The lines of a count with `off`, the difference where it was counted, and `off_by`, its size.

    `is_in_lots` says that others of the variant's lines are of its lots, so one without a lot is of units without any.
    """
    of_lots = CountLine.objects.filter(count=OuterRef("count"), variant=OuterRef("variant"), lot__isnull=False)
    return (
        CountLine.objects.filter(count=count)
        .select_related("variant__product", "lot")
        .annotate(
            off=F("counted") - F("on_hand"),
            off_by=Coalesce(Abs(F("counted") - F("on_hand")), -1),
            is_in_lots=Exists(of_lots),
        )
    )


def with_people(counts: QuerySet[StockCount]) -> QuerySet[StockCount]:
    """Counts with `started_by` and `ended_by`, who approved them or gave them up, as the activity log names them."""
    log = Activity.objects.filter(subject_type=StockCount._meta.label_lower, subject_id=OuterRef("pk")).order_by("pk")
    said = {"started_by": [CountStarted.kind], "ended_by": [CountApproved.kind, CountCancelled.kind]}
    return counts.annotate(
        **{
            name: Coalesce(Subquery(log.filter(kind__in=kinds).values("actor_label")[:1]), Value(""))
            for name, kinds in said.items()
        }
    )


def differing(lines: QuerySet[Any]) -> QuerySet[Any]:
    return lines.filter(counted__isnull=False).exclude(counted=F("on_hand"))


def to_count(lines: QuerySet[Any]) -> QuerySet[Any]:
    """Not counted yet, or to be counted again."""
    return lines.filter(Q(counted__isnull=True) | Q(again=True))


def search_lines(lines: QuerySet[Any], words: str) -> QuerySet[Any]:
    """By SKU, title of the product, lot or whole barcode."""
    return lines.filter(
        Q(variant__sku__icontains=words)
        | Q(variant__product__title__icontains=words)
        | Q(lot__code__icontains=words)
        | Q(variant__barcode=words)
    )


def count_result(count: StockCount) -> dict[str, Any]:
    """What a count has found: rows, how many are done, to repeat and differing, units and their worth at cost.

    `without_cost` differing lines have no cost and are left out of the worths.
    """
    lines = CountLine.objects.filter(count=count)
    off = F("counted") - F("on_hand")
    money = DecimalField(max_digits=14, decimal_places=2)
    worth = ExpressionWrapper(off * F("variant__cost"), output_field=money)
    up, down = Q(counted__gt=F("on_hand")), Q(counted__lt=F("on_hand"))
    return lines.aggregate(
        rows=Count("pk"),
        done=Count("pk", filter=Q(counted__isnull=False, again=False)),
        to_repeat=Count("pk", filter=Q(again=True)),
        differing=Count("pk", filter=up | down),
        found=Coalesce(Sum(off, filter=up), 0),
        missing=Coalesce(Sum(off, filter=down), 0),
        found_worth=Coalesce(Sum(worth, filter=up), Decimal(0), output_field=money),
        missing_worth=Coalesce(Sum(worth, filter=down), Decimal(0), output_field=money),
        without_cost=Count("pk", filter=(up | down) & Q(variant__cost__isnull=True)),
    )


def variant_by_code(code: str) -> Variant | None:
    """The variant of a barcode or SKU as a scanner or a person enters it."""
    rows = Variant.objects.select_related("product")
    return rows.filter(sku__iexact=code).first() or (rows.filter(barcode=code).first() if code else None)


def hold_minutes() -> int:
    """How long an order that is not paid holds its stock; 0 for not at all."""
    return StockRules.objects.values_list("hold_minutes", flat=True).first() or 0


def dead_days() -> int:
    """After how many days without a sale the merchant calls stock dead."""
    return StockRules.objects.values_list("dead_days", flat=True).first() or USUAL_DEAD_DAYS


def reservations_over(now: datetime) -> QuerySet[Reservation]:
    """Holds of stock that have run out."""
    return Reservation.objects.filter(until__lte=now)


def has_holds_over(now: datetime) -> bool:
    """Whether any hold of stock has run out. In the scope of every tenant."""
    return reservations_over(now).exists()
