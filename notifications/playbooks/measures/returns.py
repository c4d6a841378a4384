"""How returns were handled after a fact."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.merchants.models import Merchant
from core.among import Among
from ecommerce.returns.models import Return
from notifications.playbooks.measures.cases import Case, Facts


def _returns(facts: Facts, *columns: str) -> dict[int, tuple[Any, ...]]:
    rows: Any = Return.objects.filter(Among("pk", {fact.thing for fact in facts})).order_by()
    return {pk: tuple(found) for pk, *found in rows.values_list("pk", *columns)}


def hours_until_answered(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Hours until a return was approved or refused, those of the HORIZON where it was not; none of what the buyer
    called off unanswered. As large as the units that come back.
    """
    cases = _returns(facts, "answered_at", "ended_at")
    found: list[Case | None] = []
    for fact in facts:
        answered, ended = cases.get(fact.thing, (None, fact.at))
        is_off = answered is None and ended is not None
        found.append(None if is_off else Case(fact.payload["units"], 24 * fact.days_until(answered)))
    return found


def stars_of_handling(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Stars that the buyer gave for the handling within the HORIZON days; none where they gave none."""
    cases = _returns(facts, "rating", "rated_at")
    found: list[Case | None] = []
    for fact in facts:
        stars, at = cases.get(fact.thing, (None, None))
        found.append(Case(fact.payload["units"], float(stars)) if stars and fact.led_to(at) else None)
    return found


def days_until_done(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Days until a return that was late was answered, or, where that was done, settled; those of the HORIZON where it
    was not. As large as the units that come back.
    """
    cases = _returns(facts, "answered_at", "ended_at")
    found: list[Case | None] = []
    for fact in facts:
        if fact.thing not in cases:
            found.append(None)
            continue
        answered, ended = cases[fact.thing]
        waits = fact.payload["state"] == Return.State.REQUESTED
        done: datetime | None = (answered or ended) if waits else ended
        found.append(Case(fact.payload["units"], fact.days_until(done)))
    return found
