"""Looking where products stand, answering suggestions, and measuring what came of the answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.merchants.models import Merchant
from analytics.engine.stock import ENDLESS
from analytics.lifecycle.events import ProductFellBehind, ProductStartedGrowing, StageChanged, SuggestionAnswered
from analytics.lifecycle.models import LifecycleDecision, LifecycleOutcome, ProductStage, Stage, Suggestion
from analytics.lifecycle.queries import due_decisions, figures_for_stages, units_round
from analytics.lifecycle.rules import (
    QUIET_DAYS,
    Held,
    effect_of,
    stage_of,
    step,
    suggestion_of,
)
from core.actors import SYSTEM, Actor
from core.among import Among
from core.errors import Refused
from ecommerce.catalog.actions import change_state
from ecommerce.catalog.models import Product

BATCH = 500
FIELDS = [
    "stage", "suggestion", "since", "looked_on", "pending_stage", "pending_suggestion", "nights", "figures", "reasons",
    "sales", "answered", "updated_at",
]  # fmt: skip
BECOMES = {
    Suggestion.CLEAR: Product.State.AGEING,
    Suggestion.RETIRE: Product.State.RETIRED,
    Suggestion.GROW: Product.State.LIVE,
}
ANNOUNCED: dict[str, type[StageChanged]] = {
    Stage.GROWING: ProductStartedGrowing,
    Stage.DECLINING: ProductFellBehind,
    Stage.END: ProductFellBehind,
}


@transaction.atomic
def refresh_stages() -> int:
    """Look at every product for sale; returns how many. A second look on the same day moves nothing but figures.

    A product that begins to grow or to fall behind is announced.
    """
    merchant = Merchant.objects.select_for_update(no_key=True).in_scope()
    read = figures_for_stages(merchant)
    if read is None:
        return 0
    until, figures = read
    known = {one.product_id: one for one in ProductStage.objects.select_related("answered")}
    rows = [_look(known.get(pk), pk, told, sales, until) for pk, (told, sales) in figures.items()]
    ProductStage.objects.bulk_create(
        rows, BATCH, update_conflicts=True, unique_fields=["product"], update_fields=FIELDS
    )
    ProductStage.objects.exclude(product__state__in=Product.FOR_SALE).delete()
    moved = {row.product_id: known[row.product_id].stage for row in rows if _is_news(known.get(row.product_id), row)}
    if moved:
        _announce(moved)
    return len(rows)


def _is_news(before: ProductStage | None, after: ProductStage) -> bool:
    return before is not None and after.stage != before.stage and after.stage in ANNOUNCED


def _announce(moved: dict[int, str]) -> None:
    """Tell of products that changed their stage, from the one given."""
    rows = ProductStage.objects.filter(Among("product_id", moved)).select_related("product").order_by("-sales", "pk")
    for row in rows:
        figures, reasons = row.figures, row.reasons
        cover = figures["cover"]
        fact = ANNOUNCED[row.stage](
            stage_id=row.pk,
            product_id=row.product_id,
            title=row.product.title,
            before=moved[row.product_id],
            stage=row.stage,
            why=reasons[0]["figure"] if reasons else "",
            units=figures["units"],
            units_before=figures["units_before"],
            idle=figures["idle"],
            change_percent=_percent(figures["change"]),
            against_shop_percent=_percent(figures["against_shop"]),
            forecast_percent=_percent(figures["forecast_change"]),
            available=figures["available"],
            cover=None if cover is None or cover >= ENDLESS else round(cover),
        )
        record(fact, actor=SYSTEM, subject=row.product)


def _percent(part: float | None) -> int | None:
    return None if part is None else round(100 * part)


def _look(before: ProductStage | None, pk: int, figures: dict[str, Any], sales: float, until: Any) -> ProductStage:
    stage = stage_of(figures, before.stage if before else "")
    suggestion = suggestion_of(stage.name, figures)
    held = None
    if before is not None:
        held = Held(before.stage, before.suggestion, before.pending_stage, before.pending_suggestion, before.nights)
    new_day = before is None or before.looked_on < until
    after = step(held, stage.name, suggestion.name, new_day=new_day)
    moved = before is None or (after.stage, after.suggestion) != (before.stage, before.suggestion)
    answered = before.answered if before and not _is_stale(before, after, until) else None
    return ProductStage(
        product_id=pk,
        stage=after.stage,
        suggestion=after.suggestion,
        since=until if moved or before is None else before.since,
        looked_on=until,
        pending_stage=after.pending_stage,
        pending_suggestion=after.pending_suggestion,
        nights=after.nights,
        figures=figures,
        reasons=[*stage.reasons, *suggestion.reasons],
        sales=sales,
        answered=answered,
        updated_at=timezone.now(),
    )


def _is_stale(before: ProductStage, after: Held, until: Any) -> bool:
    """Whether an answer no longer counts: the suggestion is another one, or it was dismissed long ago."""
    if before.answered is None or before.answered.suggestion != after.suggestion:
        return True
    age = (until - before.answered.at.date()).days
    return before.answered.answer == LifecycleDecision.Answer.DISMISSED and age > QUIET_DAYS


def _answer(row: ProductStage, answer: str, reason: str, actor: Actor) -> LifecycleDecision:
    stored = ProductStage.objects.select_for_update(of=("self",)).select_related("product").get(pk=row.pk)
    if not stored.is_open or stored.suggestion != row.suggestion:
        raise Refused("answered", _("This suggestion was answered already, or is another one by now."), status=409)
    decision = LifecycleDecision.objects.create(
        product=stored.product,
        stage=stored.stage,
        suggestion=stored.suggestion,
        answer=answer,
        reason=reason.strip()[:300],
        actor_label=actor.label[:150],
        figures=stored.figures,
    )
    ProductStage.objects.filter(pk=stored.pk).update(answered=decision)
    record(
        SuggestionAnswered(
            decision_id=decision.pk, product_id=stored.product_id, suggestion=stored.suggestion, answer=answer
        ),
        actor=actor,
        subject=stored.product,
    )
    return decision


@transaction.atomic
def accept_suggestion(row: ProductStage, *, actor: Actor) -> LifecycleDecision:
    """Do what is suggested: to clear marks the product as ageing, to retire takes it off sale, to grow keeps it live.

    Refuses one that was answered, or that changed since it was shown ("answered", 409).
    """
    decision = _answer(row, LifecycleDecision.Answer.ACCEPTED, "", actor)
    product = Product.objects.get(pk=decision.product_id)
    to = BECOMES[Suggestion(decision.suggestion)]
    if product.state != to:
        change_state(product, to=to, actor=actor)
    return decision


@transaction.atomic
def dismiss_suggestion(row: ProductStage, *, reason: str, actor: Actor) -> LifecycleDecision:
    """Leave it, with a reason; the same suggestion comes again after 60 days at the earliest."""
    if not reason.strip():
        message = _("Say why, so that it can be looked at again.")
        raise Refused("no_reason", message, reason=message)
    return _answer(row, LifecycleDecision.Answer.DISMISSED, reason, actor)


@transaction.atomic
def measure_decisions() -> int:
    """Write down what came of accepted suggestions whose 60 days are over; returns how many."""
    merchant = Merchant.objects.select_for_update(no_key=True).in_scope()
    due = due_decisions(merchant, merchant.today() - timedelta(days=1))
    for decision in due:
        before, after, peers, peers_before, peers_after = units_round(merchant, decision)
        effect = effect_of(before, after, peers_before, peers_after)
        low, middle, high = effect or (None, None, None)
        LifecycleOutcome.objects.create(
            decision=decision,
            before=before,
            after=after,
            peers=peers,
            peers_before=peers_before,
            peers_after=peers_after,
            low=low,
            effect=middle,
            high=high,
        )
    return len(due)
