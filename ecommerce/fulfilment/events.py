"""What parcels announce. `order_id` and `number` are of the order they belong to; `days` as for orders."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@dataclass(frozen=True, kw_only=True)
class ParcelFact(Event):
    """What every fact about one parcel carries."""

    order_id: int
    number: str
    shipment_id: int
    customer_id: int | None


@event
@dataclass(frozen=True, kw_only=True)
class OrderShipped(ParcelFact):
    """A parcel left. `lines` are [order line id, units]; `whole` tells that nothing is left to ship.

    `again_for` is the parcel that came back, whose goods it holds, or that was lost, in whose place it goes: they were
    shipped before and count once.
    """

    kind = "fulfilment.shipped"
    label = _("Parcel shipped")
    sentence = _("Parcel shipped (items: %(units)s)")
    carrier: str
    tracking_number: str
    units: int
    whole: bool
    lines: list[list[int]] = field(default_factory=list)
    days: list[str] = field(default_factory=list)
    again_for: int | None = None


@event
@dataclass(frozen=True, kw_only=True)
class ParcelMoved(ParcelFact):
    """The carrier reported something new; `state` is where the parcel is now, `at` the carrier's time (ISO)."""

    kind = "fulfilment.moved"
    label = _("Parcel on its way")
    sentence = _("Parcel on its way. %(description)s %(location)s")
    state: str
    at: str
    description: str
    location: str


@event
@dataclass(frozen=True, kw_only=True)
class ParcelDelivered(ParcelFact):
    """This parcel arrived, at the carrier's time `at` (ISO). orders.OrderDelivered follows when it was the last."""

    kind = "fulfilment.delivered"
    label = _("Parcel delivered")
    at: str


@event
@dataclass(frozen=True, kw_only=True)
class ParcelLost(ParcelFact):
    """A parcel was given up; `units` leave stock a second time. OrderShipped of the new parcel follows."""

    kind = "fulfilment.lost"
    label = _("Parcel lost")
    sentence = _("Parcel %(parcel)s was given up as lost (items: %(units)s)")
    parcel: str
    units: int


@event
@dataclass(frozen=True, kw_only=True)
class ParcelTakenBack(ParcelFact):
    """The goods of a parcel that came back are in stock again (`restocked`) or lost (`written_off`).

    `refund` is what the buyer got back with it, or None.
    """

    kind = "fulfilment.taken_back"
    label = _("Returned parcel taken back")
    sentence = _("Returned parcel taken back: %(restocked)s to the shelf, %(written_off)s written off")
    restocked: int
    written_off: int
    refund: str | None = None


@event
@dataclass(frozen=True, kw_only=True)
class TrackingChanged(ParcelFact):
    """Carrier or tracking number were corrected."""

    kind = "fulfilment.tracking_changed"
    label = _("Tracking number changed")
    sentence = _("Tracking number changed to %(tracking_number)s")
    carrier: str
    tracking_number: str


@event
@dataclass(frozen=True, kw_only=True)
class CarrierSaved(Event):
    """A carrier of the shop was added or changed."""

    kind = "fulfilment.carrier_saved"
    label = _("Carrier saved")
    sentence = _("Carrier saved: %(name)s")
    carrier_id: int
    name: str
    is_new: bool


@event
@dataclass(frozen=True, kw_only=True)
class ParcelCasesFound(Event):
    """Parcels of one carrier need a person: how many are new, how many are open in all, the most frequent reason.

    `carrier_id` is 0 for parcels whose carrier is not known.
    """

    kind = "fulfilment.cases_found"
    label = _("Parcels with a problem")
    sentence = _("New parcels with a problem: %(found)s. %(carrier)s")
    carrier_id: int
    carrier: str
    found: int
    open: int
    reason: str


@event
@dataclass(frozen=True, kw_only=True)
class CarrierRanLate(Event):
    """Far more parcels of a carrier are late than its own past explains (rules.runs_late): once a day and carrier.

    Of the `due` parcels promised within the last 24 hours `late` are late, `share_percent` of them; usual are
    `usual_percent`, and `chance` is the probability of so many at that. `parcels` wait in all with their promised day
    passed: the list of parcel problems with the tab "overdue" and this carrier. `day` is the shop's (ISO).
    """

    kind = "fulfilment.carrier_late"
    label = _("Many parcels of a carrier are late")
    sentence = _("Many parcels of %(carrier)s are late: %(late)s of %(due)s")
    carrier_id: int
    carrier: str
    day: str
    parcels: int
    late: int
    due: int
    share_percent: int
    usual_percent: int
    chance: float


@event
@dataclass(frozen=True, kw_only=True)
class ParcelCaseHandled(ParcelFact):
    """Somebody said what is done about a parcel's problem, or who does it."""

    kind = "fulfilment.case_handled"
    label = _("Parcel problem taken up")
    case_id: int
    reason: str
    step: str


@event
@dataclass(frozen=True, kw_only=True)
class ParcelCaseClosed(ParcelFact):
    """Somebody settled a parcel's problem."""

    kind = "fulfilment.case_closed"
    label = _("Parcel problem settled")
    case_id: int
    reason: str


@event
@dataclass(frozen=True, kw_only=True)
class TrackingUploaded(Event):
    """A file of reports was written: how many were new, known already, and not usable."""

    kind = "fulfilment.uploaded"
    label = _("Tracking file read")
    sentence = _("Tracking file read: %(created)s new, %(repeated)s known, %(bad)s not usable")
    upload_id: int
    created: int
    repeated: int
    bad: int
