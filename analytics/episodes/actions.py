"""Finding products that stand out, telling of each once, and noticing when it is over."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.activity.log import record
from accounts.merchants.models import Merchant
from analytics.engine.stock import ENDLESS
from analytics.episodes.events import ComplaintsBurst, ComplaintsCalmed, ProductPraised
from analytics.episodes.models import ProductEpisode
from analytics.episodes.queries import cases_until, troubles, variants_in, voices
from analytics.episodes.rules import (
    Voices,
    chance_of,
    is_burst,
    is_calm,
    is_praised,
    stays_praised,
    usual_of,
)
from analytics.product_figures import ProductFigures, read_figures
from core.actors import SYSTEM
from core.among import Among
from ecommerce.catalog.models import Product

Kind = ProductEpisode.Kind


@transaction.atomic
def find_praised() -> int:
    """Begin an episode for each product that is praised and rising, and end those that are not any more.

    Returns how many began. The number of queries does not depend on the number of products.
    """
    merchant = _locked()
    end = merchant.day_bounds(merchant.today())[0]
    held = {one.product_id: one for one in ProductEpisode.objects.open().filter(kind=Kind.PRAISED)}
    said = voices(end, held)
    shop = read_figures(merchant, sorted(said)) if said else None
    known = shop.found if shop else {}
    over = [
        one.pk
        for pk, one in held.items()
        if not stays_praised(said.get(pk), known[pk].units_28 if pk in known else 0, _forecast(known.get(pk)))
    ]
    _close(over)
    new: list[tuple[int, dict[str, Any]]] = []
    for pk in sorted(said.keys() - held.keys()):
        figures = known.get(pk)
        if figures is None or figures.forecast is None:
            continue
        if is_praised(said[pk], figures.units_28, figures.forecast):
            new.append((pk, _praise(said[pk], figures)))
    for episode in _open(Kind.PRAISED, new):
        fact = ProductPraised(
            episode_id=episode.pk, product_id=episode.product_id, title=episode.product.title, **episode.figures
        )
        record(fact, actor=SYSTEM, subject=episode.product)
    return len(new)


def _forecast(figures: ProductFigures | None) -> float | None:
    return figures.forecast if figures else None


def _praise(said: Voices, figures: ProductFigures) -> dict[str, Any]:
    cover = figures.cover
    return {
        "rating": round(said.rating, 2),
        "reviews": said.reviews,
        "rating_before": None if said.rating_before is None else round(said.rating_before, 2),
        "reviews_before": round(said.usual, 1),
        "forecast_percent": round(100 * (figures.forecast_change or 0.0)),
        "units": figures.units_28,
        "available": figures.available,
        "cover": None if cover is None or cover >= ENDLESS else round(cover),
    }


@transaction.atomic
def find_bursts() -> int:
    """Begin an episode for each product with a burst of complaints, and end those that have calmed down.

    Returns how many began. The number of queries does not depend on the number of products.
    """
    merchant = _locked()
    today = merchant.today()
    cases = cases_until(merchant.day_bounds(today)[0])
    found, shop_rate = troubles(merchant, cases)
    held = {one.product_id: one for one in ProductEpisode.objects.open().filter(kind=Kind.COMPLAINTS)}
    _calm(merchant, held, found)
    new: list[tuple[int, dict[str, Any]]] = []
    for pk in sorted(found.keys() - held.keys()):
        trouble = found[pk]
        usual = usual_of(trouble, shop_rate)
        chance = chance_of(trouble, usual)
        if is_burst(chance, trouble.cases, len(found)):
            expected = usual.rate * trouble.exposure
            figures: dict[str, Any] = {
                "cases": trouble.cases,
                "complaints": len(cases.complaints.get(pk, ())),
                "returns": len(cases.returns.get(pk, ())),
                "expected": round(expected, 2),
                "times": round(trouble.cases / expected, 1) if expected else 0.0,
                "chance": chance,
                "rate": usual.rate,
            }
            new.append((pk, figures))
    if not new:
        return 0
    variants = variants_in(cases, [pk for pk, _figures in new])
    for episode in _open(Kind.COMPLAINTS, new):
        variant, sku = variants.get(episode.product_id, (None, ""))
        told = {name: value for name, value in episode.figures.items() if name != "rate"}
        fact = ComplaintsBurst(
            episode_id=episode.pk,
            product_id=episode.product_id,
            title=episode.product.title,
            variant_id=variant,
            sku=sku,
            **told,
        )
        record(fact, actor=SYSTEM, subject=episode.product)
    return len(new)


def _calm(merchant: Merchant, held: dict[int, ProductEpisode], found: dict[int, Any]) -> None:
    over = []
    for pk, episode in held.items():
        age = (merchant.today() - merchant.day_of(episode.opened_at)).days
        if pk not in found or is_calm(found[pk], episode.figures["rate"], age):
            over.append(episode.pk)
    for episode in ProductEpisode.objects.filter(pk__in=over).select_related("product"):
        fact = ComplaintsCalmed(episode_id=episode.pk, product_id=episode.product_id, title=episode.product.title)
        record(fact, actor=SYSTEM, subject=episode.product)
    _close(over)


def _locked() -> Merchant:
    return Merchant.objects.select_for_update(no_key=True).in_scope()


def _close(over: list[int]) -> None:
    if over:
        ProductEpisode.objects.filter(Among("pk", over)).update(closed_at=timezone.now())


def _open(kind: str, new: list[tuple[int, dict[str, Any]]]) -> list[ProductEpisode]:
    """The new episodes, each with its product."""
    if not new:
        return []
    products = Product.objects.in_bulk([pk for pk, _figures in new])
    rows = [ProductEpisode(kind=kind, product=products[pk], figures=figures) for pk, figures in new if pk in products]
    return ProductEpisode.objects.bulk_create(rows)
