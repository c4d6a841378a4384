"""What returns announce. `units` are what was asked for, or what came once it was received."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@dataclass(frozen=True, kw_only=True)
class ReturnFact(Event):
    """What every fact about one return carries. `due_at` (ISO) is when the shop must have acted, "" for never."""

    return_id: int
    number: str
    state: str
    order_id: int
    order_number: str
    customer_id: int | None
    units: int
    due_at: str


@event
@dataclass(frozen=True, kw_only=True)
class ReturnRequested(ReturnFact):
    """`requested_by` is "merchant", "buyer" or "api"."""

    kind = "returns.requested"
    label = _("Return requested")
    sentence = _("Return requested for order %(order_number)s (items: %(units)s)")
    requested_by: str


@event
@dataclass(frozen=True, kw_only=True)
class ReturnApproved(ReturnFact):
    kind = "returns.approved"
    label = _("Return approved")


@event
@dataclass(frozen=True, kw_only=True)
class ReturnRefused(ReturnFact):
    kind = "returns.refused"
    label = _("Return refused")
    sentence = _("Return refused: %(reason)s")
    reason: str


@event
@dataclass(frozen=True, kw_only=True)
class ReturnCancelled(ReturnFact):
    kind = "returns.cancelled"
    label = _("Return called off")


@event
@dataclass(frozen=True, kw_only=True)
class ReturnReceived(ReturnFact):
    """The goods came and were looked at; the units for the shelf are in stock again."""

    kind = "returns.received"
    label = _("Return received")
    sentence = _("Return received: %(restocked)s to the shelf, %(repaired)s to repair, %(written_off)s written off")
    restocked: int
    repaired: int
    written_off: int


@event
@dataclass(frozen=True, kw_only=True)
class ReturnSettled(ReturnFact):
    """`outcome` is "refund", "exchange", "repair" or "none"; `refund` a decimal string of the currency, or None.

    `replacement` is the number of the order that goes out in exchange, "" where there is none.
    """

    kind = "returns.settled"
    label = _("Return settled")
    outcome: str
    refund: str | None
    payment_id: int | None
    replacement: str = ""


@event
@dataclass(frozen=True, kw_only=True)
class ReturnRepairing(ReturnFact):
    """The goods are being repaired and go back to the buyer afterwards."""

    kind = "returns.repairing"
    label = _("Return in repair")


@event
@dataclass(frozen=True, kw_only=True)
class ReturnReopened(ReturnFact):
    """The replacement was called off, so the goods that came back wait to be settled again."""

    kind = "returns.reopened"
    label = _("Return to be settled again")
    sentence = _("The replacement %(replacement)s was called off; the return waits to be settled again")
    replacement: str


@event
@dataclass(frozen=True, kw_only=True)
class ReturnRated(ReturnFact):
    """The buyer says how well the return was handled: 1 to 5. Their words are on the return, not in the log."""

    kind = "returns.rated"
    label = _("Return rated by the buyer")
    sentence = _("The buyer rates how it was handled: %(rating)s of 5")
    rating: int


@event
@dataclass(frozen=True, kw_only=True)
class ReturnDueSoon(ReturnFact):
    """The shop has DUE_SOON left to answer or to settle; announced once for each of the two."""

    kind = "returns.due_soon"
    label = _("Return due soon")


@event
@dataclass(frozen=True, kw_only=True)
class ReturnOverdue(ReturnFact):
    """The shop did not answer or settle in time; announced once for each of the two."""

    kind = "returns.overdue"
    label = _("Return overdue")


@event
@dataclass(frozen=True, kw_only=True)
class ReturnEscalated(ReturnFact):
    """A day after its clock ran out the shop has still not acted; announced once for each of the two, to the owner."""

    kind = "returns.escalated"
    label = _("Late return taken to the owner")


@event
@dataclass(frozen=True, kw_only=True)
class ReturnPhotosAdded(ReturnFact):
    kind = "returns.photos_added"
    label = _("Photos added to a return")
    sentence = _("Photos added: %(photos)s")
    photos: int


@event
@dataclass(frozen=True, kw_only=True)
class ReturnPhotosErased(ReturnFact):
    """The pictures are gone from the disk too."""

    kind = "returns.photos_erased"
    label = _("Photos of a return erased")
    sentence = _("Photos erased: %(photos)s")
    photos: int
