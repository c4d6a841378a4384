"""Drafts of promotions: proposing a clearance with its forecast, adopting a draft as a plan, deleting it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.merchants.models import Merchant
from analytics.promotions.actions import PRODUCTS_MOST, plan_promotion
from analytics.promotions.events import PromotionDraftDeleted, PromotionDrafted
from analytics.promotions.models import Promotion, PromotionDraft
from analytics.promotions.planning import promise
from analytics.promotions.queries import free_stock
from analytics.promotions.rules import checked_days, rounded
from core.actors import Actor
from core.errors import Refused
from ecommerce.catalog.models import Product, Variant

AHEAD: Final = 7  # days from today to the first one, for whoever adopts it
GENTLEST, STEP = 10, 5  # percent
PER_PERSON: Final = 60
TITLE_MOST: Final = 120


@transaction.atomic
def draft_clearance(product: Product, *, discount: int, days: int, actor: Actor) -> PromotionDraft:
    """A draft that cuts the price of what is in stock of a product, from a week from today on.

    The cut is the smallest of up to `discount` percent that is expected to sell all of the stock, else `discount`. It
    takes up to five forecasts. Raises Refused where nothing is in stock, all of it sells anyway, or the past is too
    short.
    """
    merchant = Merchant.objects.in_scope()
    first = merchant.today() + timedelta(days=AHEAD)
    last = first + timedelta(days=days - 1)
    checked_days(first, last, merchant.today())
    if product.state not in Product.FOR_SALE:
        raise Refused("not_for_sale", _("“%(product)s” is not for sale.") % {"product": product.title})
    ids = list(product.variants.filter(is_active=True).order_by("pk").values_list("pk", flat=True))
    free = free_stock(ids)
    variants = [pk for pk in ids if free.get(pk, 0) > 0][:PRODUCTS_MOST]
    if not variants:
        raise Refused("no_stock", _("Nothing of “%(product)s” is in stock.") % {"product": product.title})
    depth, said = _sized(merchant, variants, first, last, discount)
    draft = PromotionDraft.objects.create(
        title=(_("Clearance of %(title)s") % {"title": product.title})[:TITLE_MOST],
        first_day=first,
        last_day=last,
        depth=float(depth),
        variants=variants,
        promise=said,
        actor_label=actor.label[:150],
    )
    record(PromotionDrafted(draft_id=draft.pk, title=draft.title), actor=actor, subject=draft)
    return draft


def _sized(
    merchant: Merchant, variants: list[int], first: date, last: date, deepest: int
) -> tuple[int, dict[str, Any]]:
    """The smallest cut that is expected to clear the stock, and its forecast; more is sold the deeper it is."""
    depths = sorted({*range(GENTLEST, deepest, STEP), deepest})
    found = depths[-1], promise(merchant, variants, first, last, float(depths[-1]), PER_PERSON)
    left = _left(found[1])
    if left <= 0 or found[1]["usual"] >= left:
        raise Refused("sells_out", _("What is in stock is likely to be sold without a clearance."))
    low, high = 0, len(depths) - 1
    if found[1]["units"][1] < left:
        return found
    while low < high:
        at = (low + high) // 2
        said = promise(merchant, variants, first, last, float(depths[at]), PER_PERSON)
        if said["units"][1] >= left:
            high, found = at, (depths[at], said)
        else:
            low = at + 1
    return found


def _left(said: Mapping[str, Any]) -> int:
    return sum(need["left"] or 0 for need in said["needs"])


def clearance_of(draft: PromotionDraft) -> dict[str, Any]:
    """What a draft is expected to sell of the stock `left` on its first day, and what that brings: low, middle, high.

    `revenue` is None where prices are not known. No more is sold than is there, and nothing is said of new deliveries.
    """
    said, left = draft.promise, _left(draft.promise)
    units = [min(value, left) for value in said["units"]]
    middle, part_off = said["units"][1], draft.depth / 100
    full = said["discount"][1] / (middle * part_off) if middle > 0 else 0.0
    return {
        "left": left,
        "usual": min(said["usual"], left),
        "units": units,
        "revenue": [rounded(value * full * (1 - part_off)) for value in units] if full > 0 else None,
    }


@transaction.atomic
def adopt_draft(draft: PromotionDraft, *, actor: Actor) -> Promotion:
    """Write the draft down as a plan, with the forecast made now. Refuses a second time and days that have begun."""
    found = _open(draft)
    skus = list(Variant.objects.filter(pk__in=found.variants).values_list("sku", flat=True))
    plan = plan_promotion(
        title=found.title,
        category=None,
        skus=skus,
        first_day=found.first_day,
        last_day=found.last_day,
        depth=found.depth,
        per_person=PER_PERSON,
        actor=actor,
    )
    found.promotion = plan
    found.save(update_fields=["promotion"])
    return plan


@transaction.atomic
def delete_draft(draft: PromotionDraft, *, actor: Actor) -> None:
    """Remove a draft that nobody has adopted."""
    found = _open(draft)
    record(PromotionDraftDeleted(draft_id=found.pk, title=found.title), actor=actor, subject=found)
    found.delete()


def _open(draft: PromotionDraft) -> PromotionDraft:
    found = PromotionDraft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    if not found.is_open:
        raise Refused("adopted", _("It was adopted as a plan, which stays as it is."), status=409)
    return found
