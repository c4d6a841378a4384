"""What can be done to an order, as data: each step with the right it takes and the reason why it is not there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from core.errors import Refused
from ecommerce.orders.actions.dividing import why_not_split
from ecommerce.orders.actions.editing import why_not_edit
from ecommerce.orders.actions.handling import (
    why_not_confirm,
    why_not_hold,
    why_not_pack,
    why_not_release,
    why_not_ship,
)
from ecommerce.orders.actions.leaving import why_not_cancel
from ecommerce.orders.actions.paying import why_not_pay, why_not_refund
from ecommerce.orders.models import Order


@dataclass(frozen=True)
class Step:
    """`word` is the permission, `why_not` the refusal the action would give, `label` what its button says."""

    key: str
    label: Any
    word: str
    why_not: Callable[[Order], Refused | None]


STEPS = (
    Step("confirm", later("Confirm"), "orders.confirm", why_not_confirm),
    Step("pay", later("Mark as paid"), "orders.edit", why_not_pay),
    Step("edit", later("Edit order"), "orders.edit", why_not_edit),
    Step("split", later("Split order"), "orders.edit", why_not_split),
    Step("pack", later("Mark as packed"), "orders.pack", why_not_pack),
    Step("ship", later("Mark as shipped"), "orders.ship", why_not_ship),
    Step("hold", later("Put on hold"), "orders.edit", why_not_hold),
    Step("release", later("Release"), "orders.edit", why_not_release),
    Step("cancel", later("Cancel order"), "orders.cancel", why_not_cancel),
    Step("refund", later("Refund"), "orders.refund", why_not_refund),
)


@dataclass(frozen=True)
class Open:
    """A step for one person and one order: whether it may be done now, and if not, why."""

    step: Step
    reason: str = ""

    @property
    def may(self) -> bool:
        return not self.reason


def steps_of(order: Order, may: Callable[[str], bool]) -> dict[str, Open]:
    """By key, every step with what stands against it: the person's rights first, then the order."""
    found = {}
    for step in STEPS:
        refusal = step.why_not(order)
        if not may(step.word):
            found[step.key] = Open(step, _("Your role does not include this."))
        else:
            found[step.key] = Open(step, refusal.message if refusal else "")
    return found
