"""Mailing members what they are told: at once, or in the turn they chose, together with others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from accounts.members.models import Membership
from core.tenancy import tenant
from notifications.inbox.kinds import Kind
from notifications.inbox.letters import send_notice
from notifications.inbox.models import Timing, Urgency, Waiting
from notifications.inbox.queries import hours_of
from notifications.inbox.rules import slot_after


def passes_quiet(kind: Kind, urgency: int | None = None) -> bool:
    """Whether an e-mail of this kind, told with that urgency, is sent in a person's quiet hours too."""
    return kind.locked or (kind.urgency if urgency is None else urgency) == Urgency.ACT


def mail_in_turn(
    kind: Kind,
    key: str,
    params: Mapping[str, Any],
    wanted: Sequence[tuple[Membership, str]],
    *,
    lying: Mapping[tuple[int, int], int],
    passes: bool,
    now: datetime,
) -> None:
    """Send it to the members who want it now, and let it wait for the others; each once per `key`.

    `wanted` is each with the timing they chose, `lying` the notification in an inbox by (merchant, user).
    """
    may_wait = any(timing in (Timing.HOURLY, Timing.DAILY) or not passes for _member, timing in wanted)
    hours = hours_of([member.user for member, _timing in wanted]) if may_wait else {}
    waiting = []
    for member, timing in wanted:
        slot = slot_after(timing, now, hours[member.user_id], passes=passes) if hours else None
        if slot is None:
            with tenant(member.merchant):
                send_notice(member, kind, key, params)
            continue
        waiting.append(
            Waiting(
                merchant_id=member.merchant_id,
                user_id=member.user_id,
                kind=kind.name,
                key=key,
                params=dict(params),
                notification_id=lying.get((member.merchant_id, member.user_id)),
                at=now,
                slot=slot.name,
                due_at=slot.at,
            )
        )
    Waiting.objects.bulk_create(waiting, ignore_conflicts=True, batch_size=500)
