"""What the reports of a carrier mean. No database, no clock."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from urllib.parse import quote

from core.chances import more_than_before

# Where a parcel can be followed on the carrier's own pages, by a word in the carrier's name.
FOLLOW = {
    "sf": "https://www.sf-express.com/we/ow/chn/sc/waybill/waybill-detail/{}",
    "顺丰": "https://www.sf-express.com/we/ow/chn/sc/waybill/waybill-detail/{}",
    "dhl": "https://www.dhl.com/global-en/home/tracking.html?tracking-id={}",
    "ups": "https://www.ups.com/track?tracknum={}",
    "fedex": "https://www.fedex.com/fedextrack/?trknbr={}",
    "ems": "https://www.ems.com.cn/queryList?mailNum={}",
}
END = ("delivered", "returned")


def state_of_parcel(reports: Iterable[tuple[datetime, str]], otherwise: str) -> str:
    """Where a parcel is, from its reports (time, state) in any order.

    The latest counts, but once it was delivered only a later return can undo that: carriers send late copies.
    """
    state = otherwise
    for _at, reported in sorted(reports):
        if state == "delivered" and reported != "returned":
            continue
        state = reported
    return state


def follow_link(carrier: str, tracking_number: str) -> str:
    """The carrier's own page for the parcel, or "" where we know none."""
    if not tracking_number:
        return ""
    words = carrier.lower().replace("-", " ").split()
    for word, address in FOLLOW.items():
        if word in words or (not word.isascii() and word in carrier):
            return address.format(quote(tracking_number, safe=""))
    return ""


def clean_tracking(text: str) -> str:
    """A tracking number as carriers write it: without blanks, in capitals."""
    return "".join(text.split()).upper()[:80]


# Topics of complaints that are about the way of the goods, not about the goods or the shop.
DELIVERY_TOPICS = ("damaged", "not_arrived", "late")

# What a report can tell, and where the parcel is after it.
STATE_OF_KIND = {
    "picked_up": "in_transit",
    "in_transit": "in_transit",
    "arrived_at": "in_transit",
    "customs": "in_transit",
    "out_for_delivery": "out_for_delivery",
    "delivered": "delivered",
    "failed_attempt": "exception",
    "address_problem": "exception",
    "problem": "exception",
    "returned": "returned",
}
KIND_OF_STATE = {
    "in_transit": "in_transit",
    "out_for_delivery": "out_for_delivery",
    "delivered": "delivered",
    "exception": "problem",
    "returned": "returned",
}
# Reports that make a case of their own, and the case's reason.
REASON_OF_KIND = {
    "failed_attempt": "failed_attempt",
    "address_problem": "address_problem",
    "problem": "problem",
    "returned": "returned",
}
# The first step of each reason is the usual one.
STEPS_OF_REASON = {
    "no_movement": ("contact_carrier", "contact_buyer", "reship", "refund"),
    "overdue": ("contact_carrier", "contact_buyer", "reship", "refund"),
    "failed_attempt": ("contact_buyer", "contact_carrier", "correct_address", "refund"),
    "address_problem": ("correct_address", "contact_buyer", "contact_carrier", "refund"),
    "problem": ("contact_carrier", "contact_buyer", "reship", "refund"),
    "returned": ("reship", "correct_address", "contact_buyer", "refund"),
}
USUAL_GAP = timedelta(days=4)  # without movement, where a carrier's own history is too short to say
SHORTEST_GAP = timedelta(hours=24)
FEWEST_GAPS = 50
LONG_GAP = 0.98  # the share of a carrier's waits between reports that are shorter than a long one


def kind_of_report(kind: str, state: str) -> str:
    """The kind of a report that names only the parcel's state, as older programs do."""
    return kind or KIND_OF_STATE.get(state, "")


def carrier_key(text: str) -> str:
    """A carrier's name as it is compared: case, blanks and signs do not count."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())[:80]


def long_gap(gaps: Sequence[float]) -> timedelta:
    """After how long without a report something is wrong: the LONG_GAP quantile of waits (days) that ended."""
    if len(gaps) < FEWEST_GAPS:
        return USUAL_GAP
    ordered = sorted(gaps)
    return max(timedelta(days=ordered[int(LONG_GAP * (len(ordered) - 1))]), SHORTEST_GAP)


def foretold_anew(old: tuple[datetime, float] | None, new: tuple[datetime, float]) -> bool:
    """Whether a prediction (expected, chance of being late) differs enough from the last one to be written down."""
    if old is None:
        return True
    return abs((new[0] - old[0]).total_seconds()) >= 12 * 3600 or abs(new[1] - old[1]) >= 0.1


@dataclass(frozen=True)
class Punctuality:
    """Parcels whose promise ran out in a time: how many were due, and how many of them are late."""

    late: int
    due: int

    @property
    def share(self) -> float:
        return self.late / self.due if self.due else 0.0


FEWEST_LATE = 5
FEWEST_DUE = 50  # of the past, without which a carrier has no usual share
FEWEST_DAYS = 10
UNKNOWN_SCATTER = 2.0
TIMES = 2.0  # of the usual share, below which a delay is sure but not worth a notice
FALSE_ALARM = 0.0001  # a look; with one every half hour at most one in 200 days of a carrier that does as ever


def whole(days: Sequence[Punctuality]) -> Punctuality:
    return Punctuality(sum(one.late for one in days), sum(one.due for one in days))


def scatter(days: Sequence[Punctuality]) -> float:
    """How much more a carrier's late parcels vary from day to day than chance would have it; 1.0 for chance alone.

    Parcels of one lorry are late together. Pearson's statistic over its degrees of freedom, as McCullagh and Nelder
    (Generalized Linear Models, 1989, 4.5) estimate the dispersion of counts.
    """
    told = [one for one in days if one.due]
    usual = whole(told).share
    if len(told) < FEWEST_DAYS or not usual:
        return UNKNOWN_SCATTER
    return max(1.0, sum((one.late - one.due * usual) ** 2 / (one.due * usual) for one in told) / (len(told) - 1))


def chance_of_late(now: Punctuality, days: Sequence[Punctuality]) -> float:
    """The probability of so many late parcels or more if the carrier does as in these days (core.chances).

    Counts are divided by the scatter first, so that what varies much by itself must differ more.
    """
    past, many = whole(days), scatter(days)
    return more_than_before(int(now.late / many), now.due, ceil(past.late / many), past.due)


def runs_late(now: Punctuality, days: Sequence[Punctuality]) -> bool:
    """Whether far more parcels are late now than on the carrier's own days before."""
    past = whole(days)
    if now.late < FEWEST_LATE or past.due < FEWEST_DUE or now.share < TIMES * past.share:
        return False
    return chance_of_late(now, days) < FALSE_ALARM
