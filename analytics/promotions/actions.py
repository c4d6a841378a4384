"""Planning promotions, finding past ones, and reporting on both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.merchants.models import Merchant
from analytics.forecasts.queries import edges
from analytics.promotions.events import PromotionPlanned, PromotionReported, PromotionsFound
from analytics.promotions.history import Weeks, best_selling, read_weeks
from analytics.promotions.measuring import measure_promotion
from analytics.promotions.models import Promotion, PromotionReport
from analytics.promotions.planning import promise
from analytics.promotions.queries import due_plans, plan_digest, report_digest, variants_for_sale
from analytics.promotions.rules import (
    AFTER_WEEKS,
    DEEPEST,
    SHALLOWEST,
    UNITS_LEAST,
    WEEK,
    WEEKS_BACK,
    Found,
    checked_days,
    found_in,
    rounded,
)
from core.actors import SYSTEM, Actor
from core.errors import Refused
from ecommerce.catalog.models import Category

PRODUCTS_MOST = 60
FOUND_AT_ONCE = 40


@transaction.atomic
def plan_promotion(
    *,
    title: str,
    category: Category | None,
    skus: Sequence[str],
    first_day: date,
    last_day: date,
    depth: float,
    per_person: int,
    actor: Actor,
    spend: Decimal | None = None,
) -> Promotion:
    """Write a plan down with what is forecast of it; neither is ever changed. Refuses what cannot be forecast.

    `spend` is what it costs beside the discount (advertising, coupons), in the shop's currency.
    """
    merchant = Merchant.objects.in_scope()
    checked_days(first_day, last_day, merchant.today())
    if not SHALLOWEST <= depth <= DEEPEST:
        sentence = _("A price cut is between 5 and 80 percent.")
        raise Refused("bad_depth", sentence, depth=sentence)
    if spend is not None and spend < 0:
        sentence = _("What a promotion costs cannot be negative.")
        raise Refused("bad_spend", sentence, spend=sentence)
    variants = _chosen(category, [sku.strip() for sku in skus if sku.strip()])
    plan = Promotion(
        kind=Promotion.Kind.PLANNED,
        title=" ".join(title.split()),
        category=category,
        first_day=first_day,
        last_day=last_day,
        depth=float(depth),
        variants=variants,
        actor_label=actor.label,
        promise=promise(merchant, variants, first_day, last_day, float(depth), per_person, spend or Decimal(0)),
    )
    plan.digest = plan_digest(plan)
    plan.save()
    low, middle, high = plan.promise["units"]
    event = PromotionPlanned(
        promotion_id=plan.pk,
        title=plan.title,
        first_day=first_day.isoformat(),
        last_day=last_day.isoformat(),
        low=low,
        middle=middle,
        high=high,
    )
    record(event, actor=actor)
    return plan


def _chosen(category: Category | None, skus: list[str]) -> list[int]:
    if category is None and not skus:
        sentence = _("Choose a category, or name the products by their SKU.")
        raise Refused("nothing_chosen", sentence, category=sentence)
    rows = list(variants_for_sale(category, skus)[: PRODUCTS_MOST + 1])
    missing = sorted(set(skus) - {row.sku for row in rows})
    if missing:
        sentence = _("Nothing for sale has the SKU %(sku)s.") % {"sku": missing[0]}
        raise Refused("unknown_sku", sentence, skus=sentence)
    if not rows:
        sentence = _("Nothing of this category is for sale.")
        raise Refused("nothing_chosen", sentence, category=sentence)
    if len(rows) > PRODUCTS_MOST:
        sentence = _("A plan holds 60 products at most; name the ones you mean.")
        raise Refused("too_many", sentence, skus=sentence)
    return [row.pk for row in rows]


@transaction.atomic
def report_due_plans() -> int:
    """Hold every plan whose weeks are over against what came; returns how many reports were written."""
    merchant = Merchant.objects.select_for_update(no_key=True).in_scope()
    span = edges(merchant, merchant.today())
    if span is None:
        return 0
    count = 0
    for plan in due_plans(span[1]):
        report = _report(merchant, plan, span[1])
        low, _middle, high = plan.promise.get("units", (0.0, 0.0, 0.0))
        event = PromotionReported(promotion_id=plan.pk, title=plan.title, came=round(report.units), low=low, high=high)
        record(event, actor=SYSTEM)
        count += 1
    return count


@transaction.atomic
def find_past_promotions() -> int:
    """Find promotions in what was paid for the best selling variants, and measure each; returns how many are new."""
    merchant = Merchant.objects.select_for_update(no_key=True).in_scope()
    span = edges(merchant, merchant.today())
    if span is None:
        return 0
    known_until = span[1]
    monday = known_until - timedelta(days=(known_until.weekday() + 1) % WEEK + WEEK * WEEKS_BACK - 1)
    weeks = read_weeks(best_selling(monday, known_until), monday, WEEKS_BACK)
    new = _unknown(weeks, found_in(weeks.price, np.nan_to_num(weeks.units), weeks.category))[-FOUND_AT_ONCE:]
    for one in new:
        _report(merchant, _written(weeks, one), known_until)
    if new:
        record(PromotionsFound(count=len(new)), actor=SYSTEM)
    return len(new)


def _unknown(weeks: Weeks, found: list[Found]) -> list[Found]:
    """Those that are over, sold enough to tell anything, and are neither known nor planned ones."""
    done = set(Promotion.objects.found().values_list("category_id", "first_day"))
    planned = list(Promotion.objects.planned().values_list("variants", "first_day", "last_day"))
    new = []
    for one in found:
        first, last = weeks.day(one.first), weeks.day(one.last + 1) - timedelta(days=1)
        ids = {weeks.variants[row] for row in one.rows}
        category = int(weeks.category[one.rows[0]]) or None
        is_plan = any(ids & set(those) and begin <= last and end >= first for those, begin, end in planned)
        enough = np.nansum(weeks.units[list(one.rows), one.first : one.last + 1]) >= UNITS_LEAST
        if one.last + AFTER_WEEKS < weeks.units.shape[1] and enough and not is_plan and (category, first) not in done:
            new.append(one)
    return new


def _written(weeks: Weeks, one: Found) -> Promotion:
    rows, span = list(one.rows), slice(one.first, one.last + 1)
    with np.errstate(invalid="ignore"):
        usual = np.nanmax(np.nan_to_num(weeks.price[rows, max(0, one.first - 8) : one.first]), axis=1)
        paid = np.array([np.nanmean(row[np.isfinite(row)]) for row in weeks.price[rows, span]])
        sold = np.nansum(weeks.units[rows, span], axis=1)
    cut = np.where(usual > 0, 1 - paid / np.maximum(usual, 1e-9), 0.0)
    category = Category.objects.filter(pk=int(weeks.category[rows[0]])).first()
    past = Promotion(
        kind=Promotion.Kind.FOUND,
        title=category.name if category else "",
        category=category,
        first_day=weeks.day(one.first),
        last_day=weeks.day(one.last + 1) - timedelta(days=1),
        depth=rounded(100 * float(np.average(cut, weights=np.maximum(sold, 1e-9)))),
        variants=[weeks.variants[row] for row in rows],
        actor_label=SYSTEM.label,
    )
    past.digest = plan_digest(past)
    past.save()
    return past


def _report(merchant: Merchant, promotion: Promotion, known_until: date) -> PromotionReport:
    days = promotion.first_day, promotion.last_day
    spend = float(promotion.promise.get("spend", 0))
    measured = measure_promotion(merchant, promotion.variants, *days, known_until, spend)
    report = PromotionReport(promotion=promotion, **measured)
    report.digest = report_digest(report)
    report.save()
    return report
