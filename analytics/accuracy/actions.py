"""Stating own figures beside the machine's, and scoring both when the days have come."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.merchants.models import Merchant
from analytics.accuracy.events import ForecastOverridden
from analytics.accuracy.models import ForecastOverride, OverrideOf, OverrideScore
from analytics.accuracy.queries import due_overrides, spans_of, units_of
from analytics.accuracy.rules import SHORTEST_REASON
from analytics.forecasts.queries import actual_days, edges
from core.actors import Actor
from core.errors import Refused
from ecommerce.catalog.models import Variant

LARGEST = 1e12


@transaction.atomic
def override_forecast(
    measure: str, span: str, *, value: float, reason: str, actor: Actor, variant: Variant | None = None
) -> ForecastOverride:
    """Keep a person's figure for a span of the newest forecast (`Span.key`), for good and beside the machine's.

    Refused for days that have begun, a figure below zero or absurd, and without a reason.
    """
    merchant = Merchant.objects.in_scope()
    reason = " ".join(reason.split())
    chosen = next((one for one in spans_of(measure, merchant.today(), variant) if one.key == span), None)
    if chosen is None:
        words = _("Choose days of the newest forecast that have not begun yet.")
        raise Refused("span_gone", words, span=words)
    if not 0 <= value <= LARGEST:
        words = _("State a figure of zero or more.")
        raise Refused("value_absurd", words, value=words)
    if len(reason) < SHORTEST_REASON:
        words = _("Say why: whoever looks back will want to know.")
        raise Refused("reason_missing", words, reason=words)
    made = ForecastOverride.objects.create(
        measure=measure,
        variant=variant if measure == OverrideOf.UNITS else None,
        first_day=chosen.first,
        days=chosen.days,
        value=value,
        reason=reason[:300],
        made_by=actor.id if actor.kind == "user" else None,
        actor_label=actor.label[:150],
        run_id=chosen.run_id,
        machine_low=chosen.low,
        machine_middle=chosen.middle,
        machine_high=chosen.high,
    )
    fact = ForecastOverridden(
        override_id=made.pk,
        measure=measure,
        first_day=chosen.first.isoformat(),
        days=chosen.days,
        value=value,
        machine=chosen.middle,
    )
    record(fact, actor=actor, subject=made)
    return made


@transaction.atomic
def score_due_overrides() -> int:
    """Score every own figure whose days are over and counted, and the machine's beside it. Returns how many."""
    merchant = Merchant.objects.in_scope()
    span = edges(merchant, merchant.today())
    due = due_overrides(span[1]) if span else []
    scores = []
    for one in due:
        if one.variant_id is not None:
            actual = units_of(one.variant_id, one.first_day, one.last_day)
        else:
            actual = sum(actual_days(one.measure, one.first_day, one.last_day).values())
        scores.append(
            OverrideScore(
                override=one,
                actual=actual,
                error=one.value - actual,
                machine_error=one.machine_middle - actual,
            )
        )
    OverrideScore.objects.bulk_create(scores, ignore_conflicts=True)
    return len(scores)
