"""What the reports of a carrier mean. No database, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import quote

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
