"""All that changes a complaint. Each takes who does it as `actor` and raises Refused where the state forbids it."""

from ecommerce.complaints.actions.clocks import close_silent, escalate_overdue, remind_due_soon, run_clocks
from ecommerce.complaints.actions.deciding import (
    accept_offer,
    appeal_complaint,
    close_complaint,
    decide_complaint,
    escalate_complaint,
)
from ecommerce.complaints.actions.talking import add_internal_note, add_message, answer_complaint, open_complaint

__all__ = [
    "accept_offer",
    "add_internal_note",
    "add_message",
    "answer_complaint",
    "appeal_complaint",
    "close_complaint",
    "close_silent",
    "decide_complaint",
    "escalate_complaint",
    "escalate_overdue",
    "open_complaint",
    "remind_due_soon",
    "run_clocks",
]
