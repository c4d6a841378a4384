"""What became of proposals to order: were they followed, and did the variants run out all the same?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from accounts.merchants.models import Merchant
from analytics import frames
from analytics.restock.models import ProposalAnswer

SHOWN: Final = 100
WATCHED: Final = timedelta(days=28)


@dataclass(frozen=True)
class Answered:
    """An answer and the days the variant was sold out in the four weeks after it, so far."""

    answer: ProposalAnswer
    out_days: int


@dataclass(frozen=True)
class Record:
    """The newest answers, and of these how many were accepted, accepted in another quantity, and dismissed; and how
    many of the accepted and of the dismissed ones ran out within four weeks."""

    rows: Sequence[Answered]
    accepted: int
    changed: int
    dismissed: int
    accepted_out: int
    dismissed_out: int


def track_record(merchant: Merchant) -> Record:
    """The newest answers to proposals and what happened since: two queries."""
    answers = list(ProposalAnswer.objects.select_related("variant__product", "order__merchant")[:SHOWN])
    rows = _since(answers, merchant) if answers else []
    accepted = [row for row in rows if row.answer.kind == ProposalAnswer.Kind.ACCEPTED]
    dismissed = [row for row in rows if row.answer.kind == ProposalAnswer.Kind.DISMISSED]
    return Record(
        rows,
        len(accepted),
        sum(row.answer.units != row.answer.proposed for row in accepted),
        len(dismissed),
        sum(row.out_days > 0 for row in accepted),
        sum(row.out_days > 0 for row in dismissed),
    )


def _since(answers: Sequence[ProposalAnswer], merchant: Merchant) -> list[Answered]:
    days = [merchant.day_of(one.at) for one in answers]
    first, last = min(days), merchant.today()
    ids = sorted({one.variant_id for one in answers})
    out = frames.sold_out_days(ids, first, last, merchant)
    place = {variant: row for row, variant in enumerate(ids)}
    found = []
    for one, day in zip(answers, days, strict=True):
        begin = (day - first).days + 1
        end = begin + WATCHED.days
        found.append(Answered(one, int(out[place[one.variant_id], begin:end].sum())))
    return found
