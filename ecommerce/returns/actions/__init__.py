"""All that changes a return. Each takes who does it as `actor` and raises Refused where the state forbids it."""

from ecommerce.returns.actions.asking import LineIn, approve_return, cancel_return, refuse_return, request_return
from ecommerce.returns.actions.clocks import announce_overdue, escalate, remind_due_soon, run_clocks
from ecommerce.returns.actions.exchanging import reopen_return
from ecommerce.returns.actions.photos import add_photos, erase_photos, read_photos
from ecommerce.returns.actions.rating import rate_return
from ecommerce.returns.actions.repairing import send_back
from ecommerce.returns.actions.settling import receive_return, settle_return

__all__ = [
    "LineIn",
    "add_photos",
    "announce_overdue",
    "approve_return",
    "cancel_return",
    "erase_photos",
    "escalate",
    "rate_return",
    "read_photos",
    "receive_return",
    "refuse_return",
    "remind_due_soon",
    "reopen_return",
    "request_return",
    "run_clocks",
    "send_back",
    "settle_return",
]
