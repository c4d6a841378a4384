"""What the actions on returns share: taking one in hand, writing it once, its facts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Merchant
from core.errors import Refused
from core.validators import CARD_NUMBER, has_card_number
from ecommerce.returns import rules
from ecommerce.returns.models import Return

FIRST_NUMBER = 1001
LONGEST = 500
SOURCES = {"token": Return.Source.API, "buyer": Return.Source.BUYER}


def locked(case: Return) -> Return:
    """The return as it is now; on PostgreSQL nobody else changes it until the transaction ends."""
    return Return.objects.select_for_update(of=("self",)).select_related("merchant", "order__merchant").get(pk=case.pk)


def taken(case: Return, step: str) -> Return:
    """The return in hand for a step of rules.STEPS. Refuses where its state does not allow that."""
    case = locked(case)
    if not rules.may(step, case.state):
        sentences = {
            "approve": _("Return %(number)s is %(state)s; it is not waiting for an answer."),
            "refuse": _("Return %(number)s is %(state)s; it is not waiting for an answer."),
            "receive": _("Return %(number)s is %(state)s; nothing is on its way to you."),
            "cancel": _("Return %(number)s is %(state)s; it can no longer be called off."),
            "settle": _("Return %(number)s is %(state)s; it is not waiting to be settled."),
            "repair": _("Return %(number)s is %(state)s; it is not waiting to be settled."),
            "send_back": _("Return %(number)s is %(state)s; nothing of it is in repair."),
        }
        words = {"number": case.number, "state": str(case.badge.label).lower()}
        raise Refused(f"not_to_{step}", sentences[step] % words)
    return case


def write(case: Return, **fields: Any) -> None:
    """Write these fields if the return is still as it was read. Raises Refused("changed_meanwhile")."""
    now = timezone.now()
    if not Return.objects.filter(pk=case.pk, updated_at=case.updated_at).update(updated_at=now, **fields):
        sentence = _("Somebody else changed return %(number)s a moment ago. Look at it again.")
        raise Refused("changed_meanwhile", sentence % {"number": case.number}, status=409)
    for name, value in {"updated_at": now, **fields}.items():
        setattr(case, name, value)


def clock_until(due: datetime | None, merchant: Merchant) -> dict[str, datetime | None]:
    """The columns of a clock that begins to run until `due`, or, with None, of one that stops."""
    warned = rules.warn_at(due, merchant.working_time) if due else None
    return {"due_at": due, "warn_at": warned, "reminded_at": None, "late_at": None, "escalated_at": None}


def facts(case: Return, units: int | None = None) -> dict[str, Any]:
    """What every event of a return carries; `units` are those asked for unless others are given."""
    if units is None:
        units = sum(case.lines.values_list("quantity", flat=True))
    return {
        "return_id": case.pk,
        "number": case.number,
        "state": str(case.state),
        "order_id": case.order_id,
        "order_number": case.order.number,
        "customer_id": case.order.customer_id,
        "units": units,
        "due_at": case.due_at.isoformat() if case.due_at else "",
    }


def words_of(text: str, *, name: str, missing: str = "") -> str:
    """A text as it is kept. Refuses card numbers and, with `missing` as the sentence, an empty one."""
    text = text.replace("\0", "").strip()[:LONGEST]
    fields: dict[str, Any]
    if missing and not text:
        fields = {name: missing}
        raise Refused("reason_missing", missing, **fields)
    if has_card_number(text):
        fields = {name: CARD_NUMBER}
        raise Refused("card_number", str(CARD_NUMBER), **fields)
    return text


def next_number() -> str:
    """The number after the last one of the merchant in scope; the caller holds the merchant's row."""
    last = Return.objects.order_by("-pk").values_list("number", flat=True).first() or ""
    digits = last.removeprefix("R-")
    number = int(digits) + 1 if digits.isascii() and digits.isdigit() and len(digits) < 12 else FIRST_NUMBER
    while Return.objects.filter(number=f"R-{number}").exists():
        number += 1
    return f"R-{number}"
