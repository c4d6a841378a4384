"""The clocks of a complaint: who must act by when, and how that looks."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from core import clocks
from core.clocks import Clock
from core.money import LARGEST, cents

ANSWER_WITHIN = timedelta(hours=24)
DUE_SOON = timedelta(hours=6)
BUYER_REACTS_WITHIN = timedelta(days=7)
DECIDE_WITHIN = timedelta(hours=72)
APPEAL_WITHIN = timedelta(days=7)

Party = Literal["merchant", "buyer", "platform", "nobody"]

_NEXT: dict[str, tuple[Party, timedelta]] = {
    "opened": ("merchant", ANSWER_WITHIN),
    "answered": ("buyer", BUYER_REACTS_WITHIN),
    "investigated": ("platform", DECIDE_WITHIN),
    "appealed": ("platform", DECIDE_WITHIN),
    "decided": ("merchant", APPEAL_WITHIN),
    "closed": ("nobody", timedelta(0)),
}


def who_acts(state: str) -> Party:
    """Whose turn it is in a state; after a decision the merchant's, who may appeal."""
    return _NEXT[state][0]


def time_for(state: str) -> timedelta:
    """How long that party has from the moment the state began."""
    return _NEXT[state][1]


def due_at(state: str, since: datetime) -> datetime:
    return since + time_for(state)


def clock(*, state: str, due: datetime, now: datetime) -> Clock:
    """The clock of a state whose time is over at `due`."""
    return clocks.clock(time_for(state), due=due, now=now)


def why_no_appeal(
    *, state: str, decision: str, decided_at: datetime | None, appealed_at: datetime | None, now: datetime
) -> str | None:
    """Why the merchant cannot appeal, as a code; None where it may.

    Codes: not_decided, in_your_favour, appealed_already, too_late.
    """
    if state != "decided" or decided_at is None:
        return "not_decided"
    if appealed_at is not None:
        return "appealed_already"
    if decision == "for_merchant":
        return "in_your_favour"
    if now > decided_at + APPEAL_WITHIN:
        return "too_late"
    return None


def refund_problem(amount: Decimal | None, *, refundable: Decimal | None) -> str | None:
    """What is wrong with an amount to give back, as a code; None where nothing is.

    `refundable` is what is left of the payment, None where there is no order. Codes: not_an_amount, no_order, too_much.
    """
    if amount is None:
        return None
    if not amount.is_finite() or not 0 <= amount <= LARGEST or amount != cents(amount):
        return "not_an_amount"
    if amount == 0:
        return None
    if refundable is None:
        return "no_order"
    return "too_much" if amount > refundable else None


def subject_from(text: str, longest: int = 80) -> str:
    """A heading out of what the buyer wrote: the first sentence, cut at a word."""
    first = text.strip().splitlines()[0].strip() if text.strip() else ""
    for mark in ("。", "！", "？", "!", "?", ". "):
        head, found, _ = first.partition(mark)
        if found and head.strip():
            first = head.strip()
    first = first.rstrip(".,;:，；、")
    if len(first) <= longest:
        return first
    cut = first[: longest - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[longest // 2 :] else cut) + "…"
