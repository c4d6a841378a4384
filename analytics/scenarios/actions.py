"""Keeping questions, adopting them as plans, and holding the promise of a plan against what came."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.merchants.models import Merchant
from analytics.markets.actions.planning import PlannedFor, declare_plan
from analytics.markets.models import WEEK, Market, Measure, PlayerWeek
from analytics.scenarios import words
from analytics.scenarios.answers import HIGH, LOW, MIDDLE, Answer
from analytics.scenarios.desk import CannotSay, Desk, desk_of
from analytics.scenarios.events import (
    PriceTestPlanned,
    PromiseJudged,
    ScenarioAdopted,
    ScenarioAskedAgain,
    ScenarioDeleted,
    ScenarioLinkRevoked,
    ScenarioRenamed,
    ScenarioSaved,
    ScenarioShared,
)
from analytics.scenarios.levers import asked_spend, pulled
from analytics.scenarios.models import PriceTest, Promise, PromiseOutcome, Scenario, ScenarioLink
from analytics.scenarios.queries import digest_of, promises_due
from analytics.scenarios.rules import LINK_DAYS, LONGEST_TEST, Question, carried_out, schedule
from core.actors import Actor
from core.errors import Refused


def asked_desk(market: Market, measure: str) -> Desk:
    """The desk of the merchant in scope. Raises Refused with the sentence that says what is missing."""
    merchant = Merchant.objects.in_scope()
    try:
        return desk_of(market, measure, merchant)
    except CannotSay as why:
        raise Refused(why.code, " ".join(words.refusal(why.code, why.facts))) from why


def answered(desk: Desk, question: Question) -> Answer:
    """The answer to a question about weeks that are forecast. Raises Refused for others."""
    if question.first > question.last or not set(question.weeks) <= set(desk.weeks):
        raise Refused("weeks", _("Choose weeks that are forecast and not over."), first=_("Choose another week."))
    return desk.answer(question)


@transaction.atomic
def save_scenario(
    market: Market, measure: str, question: Question, *, name: str, note: str = "", actor: Actor
) -> Scenario:
    """Keep a question with the answer it gets now."""
    return keep(asked_desk(market, measure), question, name=name, note=note, actor=actor)


@transaction.atomic
def keep(desk: Desk, question: Question, *, name: str, note: str, actor: Actor) -> Scenario:
    """The same, for whoever has read the desk already."""
    answer = answered(desk, question)
    scenario = Scenario.objects.create(
        name=name,
        note=note,
        market=desk.market,
        measure=desk.measure,
        run=desk.run,
        question=question.as_dict(),
        answer=answer.as_dict(),
        actor_label=actor.label[:150],
    )
    record(ScenarioSaved(scenario_id=scenario.pk, market_id=desk.market.pk), actor=actor, subject=scenario)
    return scenario


def _draft(scenario: Scenario) -> Scenario:
    """The scenario, locked, if it may still be changed."""
    found = Scenario.objects.select_for_update(of=("self",)).select_related("market__category").get(pk=scenario.pk)
    if not found.is_draft:
        raise Refused("adopted", _("An adopted scenario stays as it is; its promise is held against what happens."))
    return found


@transaction.atomic
def rename_scenario(scenario: Scenario, *, name: str, note: str, actor: Actor) -> Scenario:
    found = _draft(scenario)
    changes = {"name": (found.name, name)} if found.name != name else {}
    found.name, found.note = name, note
    found.save()
    record(ScenarioRenamed(scenario_id=found.pk), actor=actor, subject=found, changes=changes)
    return found


@transaction.atomic
def ask_again(scenario: Scenario, *, actor: Actor) -> Scenario:
    """Answer the question of a draft anew from the newest forecast. Refuses where its weeks are over."""
    found = _draft(scenario)
    desk = asked_desk(found.market, found.measure)
    found.answer, found.run = answered(desk, found.asked).as_dict(), desk.run
    found.save()
    record(ScenarioAskedAgain(scenario_id=found.pk, run_id=desk.run.pk), actor=actor, subject=found)
    return found


@transaction.atomic
def delete_scenario(scenario: Scenario, *, actor: Actor) -> None:
    """Remove a draft and its links."""
    found = _draft(scenario)
    record(ScenarioDeleted(scenario_id=found.pk), actor=actor, subject=found)
    found.delete()


@transaction.atomic
def share_scenario(scenario: Scenario, *, days: int, actor: Actor) -> ScenarioLink:
    """A link that shows the scenario to whoever holds it for `days`."""
    if days not in LINK_DAYS:
        raise Refused("days", _("Choose how long the link is good."), days=_("Choose one of the spans."))
    expires = timezone.now() + timedelta(days=days)
    link = ScenarioLink.objects.create(scenario=scenario, expires_at=expires, actor_label=actor.label[:150])
    record(ScenarioShared(scenario_id=scenario.pk, link_id=link.pk, days=days), actor=actor, subject=scenario)
    return link


@transaction.atomic
def revoke_link(link: ScenarioLink, *, actor: Actor) -> None:
    """The link shows nothing any more. A second time changes nothing."""
    if ScenarioLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now()):
        event = ScenarioLinkRevoked(scenario_id=link.scenario_id, link_id=link.pk)
        record(event, actor=actor, subject=link.scenario)


@transaction.atomic
def adopt_scenario(scenario: Scenario, *, actor: Actor) -> Promise:
    """Make the scenario a dated plan: keep what it promises by the newest forecast, and declare it to the market.

    The prices and promotions of the largest rival are no plan of the merchant's, and are declared to nobody.
    """
    found = _draft(scenario)
    desk = asked_desk(found.market, found.measure)
    question = found.asked
    if question.first not in desk.ahead or question.last not in desk.ahead:
        raise Refused("begun", _("Its weeks have begun or are over. Ask the question again for weeks to come."))
    if pulled(desk, question).changes_nothing:
        raise Refused("nothing", _("It changes nothing, so there is no plan to adopt."))
    answer = answered(desk, question)
    found.answer, found.run, found.state = answer.as_dict(), desk.run, Scenario.State.ADOPTED
    found.save()
    promise = Promise(
        scenario=found,
        run=desk.run,
        player=desk.player,
        first_week=question.first,
        last_week=question.last,
        question=question.as_dict(),
        weeks=[
            {"week": row.week, "price": row.price, "promotion": row.promotion, "share": row.share, "sales": row.sales}
            for row in answer.weeks
        ],
        share=answer.mean_share.changed,
        sales=answer.sales.changed if answer.sales else None,
        actor_label=actor.label[:150],
    )
    promise.digest = digest_of(promise)
    promise.save()
    declare_plan(desk.player, _planned(desk, question), actor=actor, source=f"scenario {found.pk}")
    share = answer.mean_share.changed
    event = ScenarioAdopted(
        scenario_id=found.pk,
        promise_id=promise.pk,
        first=question.first.isoformat(),
        last=question.last.isoformat(),
        low=share[LOW],
        middle=share[MIDDLE],
        high=share[HIGH],
    )
    record(event, actor=actor, subject=found)
    return promise


def _planned(desk: Desk, question: Question) -> list[PlannedFor]:
    """The weeks as they are declared to the market; what the question leaves alone stays as it is."""
    moves_price = desk.index is not None and question.price_factor != 1
    price = desk.index * question.price_factor if moves_price and desk.index else None
    promotion = None if question.promotion is None else question.promotion / 100
    spend = asked_spend(desk, question)

    def stockout(week: date) -> float | None:
        is_out = question.sold_out_from is not None and week >= question.sold_out_from
        return 1.0 if is_out else question.sold_out / 7 or None

    return [PlannedFor(week, price, promotion, spend, stockout(week)) for week in question.weeks]


def judge_promises(*, actor: Actor) -> int:
    """Hold every promise whose weeks are over against what came. Returns how many; none twice."""
    count = 0
    for promise in promises_due():
        with transaction.atomic():
            Merchant.objects.select_for_update().get(pk=promise.merchant_id)
            if not PromiseOutcome.objects.filter(promise=promise).exists():
                _judge(promise, actor=actor)
                count += 1
    return count


def _judge(promise: Promise, *, actor: Actor) -> PromiseOutcome:
    scenario = promise.scenario
    came = _weeks_that_came(promise)
    carried = carried_out(promise.weeks, came)
    share = sum(week["share"] for week in came) / len(came)
    sales = sum(week["sales"] for week in came)
    promised = promise.sales
    outcome = PromiseOutcome.objects.create(
        promise=promise,
        weeks=came,
        share=round(share, 6),
        sales=round(sales, 2),
        inside_share=promise.share[LOW] <= share <= promise.share[HIGH],
        inside_sales=None if promised is None else promised[LOW] <= sales <= promised[HIGH],
        as_planned=carried.as_planned,
        price_gap=carried.price_gap,
        promotion_gap=carried.promotion_gap,
    )
    event = PromiseJudged(
        promise_id=promise.pk,
        scenario_id=scenario.pk,
        name=scenario.name,
        category=str(scenario.market.category.name),
        low=promise.share[LOW],
        high=promise.share[HIGH],
        share=outcome.share,
        inside=outcome.inside_share,
        as_planned=outcome.as_planned,
    )
    record(event, actor=actor, subject=scenario)
    return outcome


def _weeks_that_came(promise: Promise) -> list[dict[str, Any]]:
    """The player's weeks of the promise; prices as a part of that of the last week known when it was made."""
    column = "value" if promise.scenario.measure == Measure.VALUE else "units"
    rows = PlayerWeek.objects.filter(player__market=promise.scenario.market)
    rows = rows.filter(week__gte=promise.run.last_week, week__lte=promise.last_week)
    totals = dict(rows.order_by().values_list("week").annotate(sold=Sum(column)))
    own = {row.week: row for row in rows.filter(player=promise.player)}
    base = own[promise.run.last_week].price if promise.run.last_week in own else None
    found = []
    for planned in promise.weeks:
        week = date.fromisoformat(planned["week"])
        row, total = own.get(week), float(totals.get(week) or 0)
        sold = float(getattr(row, column)) if row else 0.0
        price = row.price / base if row and row.price and base else None
        found.append(
            {
                "week": planned["week"],
                "share": round(sold / total, 6) if total else 0.0,
                "sales": float(row.value) if row else 0.0,
                "price": None if price is None else round(price, 6),
                "promotion": row.promotion if row else None,
            }
        )
    return found


@transaction.atomic
def plan_price_test(market: Market, *, name: str, price: float, effect: float, noise: float, weeks: int, regions: int,
                    first: date, actor: Actor) -> PriceTest:  # fmt: skip
    """Draw the weeks (and regions) in which the price is to be changed, and keep them."""
    if not 4 <= weeks <= LONGEST_TEST:
        sentence = _("A test of %(weeks)s weeks is not one anybody can run.") % {"weeks": weeks}
        raise Refused("too_long", sentence, effect=_("Look for a larger effect, or use more regions."))
    test = PriceTest.objects.create(
        name=name,
        market=market,
        price=price,
        effect=effect,
        noise=round(noise, 6),
        weeks=weeks,
        regions=regions,
        first_week=first,
        schedule=schedule(first, weeks, regions, secrets.randbits(62)),
        actor_label=actor.label[:150],
    )
    record(PriceTestPlanned(test_id=test.pk, weeks=weeks, regions=regions), actor=actor, subject=test)
    return test


def next_monday(today: date) -> date:
    """The first day of the next week that has not begun."""
    return today + timedelta(days=7 - today.weekday())


def end_of(test: PriceTest) -> date:
    """The last day of a test."""
    return test.first_week + test.weeks * WEEK - timedelta(days=1)
