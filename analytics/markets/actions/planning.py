"""What a shop declares to do in coming weeks, and the forecasts that know it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from analytics.markets import forecasting
from analytics.markets.actions.running import keep_run
from analytics.markets.events import PlanDeclared
from analytics.markets.models import Market, PlannedWeek, Player, ShareRun
from analytics.markets.queries import plans_ahead
from analytics.markets.rules import monday
from core.actors import SYSTEM, Actor
from core.errors import Refused

LONGEST_PLAN, DEAREST = 52, 1e9


class PlannedFor(NamedTuple):
    """A Monday with that week's price index, part of sales on promotion, spend on advertising and part sold out.

    None where that stays as it is.
    """

    week: date
    price: float | Decimal | None = None
    promotion: float | None = None
    advertising: float | None = None
    stockout: float | None = None


@transaction.atomic
def declare_plan(player: Player, weeks: Sequence[PlannedFor], *, actor: Actor, source: str) -> list[PlannedWeek]:
    """Write down what the player's shop plans for coming weeks of its market; a later plan of a week takes its place.

    Prices are in the unit of PlayerWeek.price, the index of what the shop's goods in the market cost; promotions are
    parts of sales and stock-outs parts of the week, 0 to 1; advertising is money. A week with none of them takes back
    what was planned for it. Runs in the scope of the shop.
    """
    weeks = [PlannedFor(*week) for week in weeks]
    if player.merchant_id is None:
        raise Refused("outside", _("Only shops of the platform can have a plan."))
    if not weeks or len(weeks) > LONGEST_PLAN:
        raise Refused("length", _("A plan needs 1 to %(most)s weeks.") % {"most": LONGEST_PLAN})
    if len({one.week for one in weeks}) < len(weeks):
        raise Refused("twice", _("A week is in the plan twice."))
    last = player.market.last_week
    for week, price, promotion, advertising, stockout in weeks:
        if week != monday(week):
            raise Refused("not_monday", _("The weeks of a plan begin on Monday."))
        if last is not None and week <= last:
            raise Refused("past", _("That week is over and counted; it cannot be planned any more."))
        if price is not None and not 0 < float(price) < DEAREST:
            raise Refused("price", _("A planned price must be above zero."))
        if promotion is not None and not 0 <= promotion <= 1:
            raise Refused("promotion", _("The part on promotion must be between 0 and 1."))
        if advertising is not None and not 0 <= advertising < DEAREST:
            raise Refused("advertising", _("Advertising cannot cost less than nothing."))
        if stockout is not None and not 0 <= stockout <= 1:
            raise Refused("stockout", _("The part of a week that is sold out must be between 0 and 1."))
    now = timezone.now()
    rows = [
        PlannedWeek(
            merchant_id=player.merchant_id,
            player=player,
            week=one.week,
            price=None if one.price is None else float(one.price),
            promotion=one.promotion,
            advertising=one.advertising,
            stockout=one.stockout,
            declared_at=now,
            source=source[:120],
            actor_label=actor.label[:150],
        )
        for one in sorted(weeks, key=lambda one: one.week)
    ]
    PlannedWeek.objects.bulk_create(rows)
    record(
        PlanDeclared(market_id=player.market_id, weeks=len(rows), source=source[:120]),
        actor=actor,
        subject=player.market,
    )
    return rows


def make_own_runs(market: Market, measure: str, *, actor: Actor = SYSTEM) -> list[ShareRun]:
    """Forecast every player that has declared a plan for the weeks ahead, knowing that plan; each in a run of its own.

    A run that was made from the same data and the same plan is returned as it is.
    """
    assert market.last_week is not None
    plans = plans_ahead(market, market.last_week)
    if not plans:
        return []
    made = forecasting.look_ahead_with_plans(market, measure, plans)
    players = Player.objects.in_bulk(made)
    return [
        keep_run(market, measure, market.last_week, result, actor=actor, player=players[player_id])
        for player_id, result in sorted(made.items())
    ]
