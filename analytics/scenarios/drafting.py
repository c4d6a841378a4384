"""A promotion drafted as a scenario without anybody at the page: which weeks, which products, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from analytics.facts.models import VariantFact
from analytics.markets.models import Market
from analytics.markets.panels import PROMOTION
from analytics.scenarios.actions import asked_desk, keep
from analytics.scenarios.answers import HIGH, LOW, MIDDLE, Answer
from analytics.scenarios.desk import Desk
from analytics.scenarios.levers import pulled
from analytics.scenarios.models import Scenario
from analytics.scenarios.rules import Question
from core.actors import Actor
from core.errors import Refused
from core.templatetags.sc import number
from ecommerce.catalog.models import Product

SOLD_DAYS: Final = 56
NAMED: Final = 8
NAME_MOST: Final = 80


@transaction.atomic
def draft_promotion(
    market: Market, measure: str, *, discount: int, part: int, days: int, note: str, actor: Actor
) -> Scenario:
    """A draft: from next week on, `part` percent of what the shop sells there costs `discount` percent less.

    It takes as many whole weeks as `days` need, or those that are forecast where these are fewer. Raises Refused where
    the market cannot be asked, nothing would change, or nothing of it is for sale.
    """
    desk = asked_desk(market, measure)
    weeks = desk.ahead[: -(-days // 7)]
    if not weeks:
        raise Refused("weeks", _("No week that is forecast lies ahead. The next forecast is made tonight."))
    now = desk.tried(PROMOTION)
    if now is not None and now.now >= part:
        sentence = _("%(now)s%% of your sales there are at a reduced price already, so %(part)s%% would be no more.")
        raise Refused("promoted_already", sentence % {"now": number(now.now), "part": part})
    question = Question(weeks[0], weeks[-1], promotion=float(part), discount=float(discount))
    if pulled(desk, question).changes_nothing:
        raise Refused("nothing", _("A promotion changes nothing in what is known of this market."))
    name = _("%(depth)s%% off in %(category)s") % {"depth": discount, "category": market.category.name}
    products = products_for(desk, part)
    if not products:
        raise Refused("nothing_for_sale", _("Nothing that you sold there lately is for sale."))
    said = _("Best sellers that make up the part on promotion: %(products)s.") % {"products": _named(products)}
    return keep(desk, question, name=name[:NAME_MOST], note=f"{note}\n{said}", actor=actor)


def products_for(desk: Desk, part: int) -> list[Product]:
    """The fewest products for sale that sold that part of what the shop sold in the market lately, best ones first."""
    since = desk.today - timedelta(days=SOLD_DAYS)
    facts = VariantFact.objects.filter(variant__product__category=desk.market.category, day__gte=since)
    rows = facts.order_by().values("variant__product").annotate(worth=Sum("value"))
    worth = {row["variant__product"]: float(row["worth"] or 0) for row in rows}
    products = Product.objects.filter(pk__in=worth, state__in=Product.FOR_SALE)
    found: list[Product] = []
    wanted = sum(worth.values()) * part / 100
    for product in sorted(products, key=lambda one: (-worth[one.pk], one.pk)):
        if found and sum(worth[one.pk] for one in found) >= wanted:
            break
        found.append(product)
    return found


def _named(products: Sequence[Product]) -> str:
    names = ", ".join(product.title for product in products[:NAMED])
    left = len(products) - NAMED
    return _("%(names)s and %(count)s more") % {"names": names, "count": left} if left > 0 else names


def buyers_save(question: Question, answer: Answer) -> list[float] | None:
    """What buyers pay less than at today's price over the plan's weeks: low, middle, high of 80 %.

    None where prices are not known.
    """
    if answer.sales is None or answer.weeks[0].price is None:
        return None
    over = 1 / question.price_factor - 1
    return [round(over * answer.sales.changed[at], 2) for at in (LOW, MIDDLE, HIGH)]
