"""How long a stock lasts, from what was sold lately, and who it is best bought from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import inf, sqrt

from analytics.facts.rules import PACE_DAYS
from ecommerce.purchasing.rules import MOST_UNITS, rounded_up

DEARER = Decimal("1.1")  # what reliability may cost before it is no longer worth saying
CLEARLY = 15.0  # points of deliveries on time: fewer are easily chance with the deliveries of a year
LONGEST_DISMISSAL = 183  # days that a proposal can be put off
Z_80 = 1.2816  # the normal quantile of 0.9: eight of ten cases lie between the two
CALM = 1.25  # an episode is over when the stock lasts a quarter longer than the limit, so that it does not flicker


@dataclass(frozen=True)
class Cover:
    """Days a stock lasts: the middle, and the 80 % range. `high` is infinite where sales are too few to say."""

    low: float
    middle: float
    high: float


def cover(available: int, units: int, squares: int, days: int = PACE_DAYS) -> Cover | None:
    """How long `available` lasts when `units` were sold in `days` days; None where nothing was.

    `squares` is the sum of the squared units of each day. Demand over t days has the mean r t with r = units / days and
    the variance f (r t + r t^2 / days): days vary f times as much as a Poisson process (f >= 1), and r itself is known
    from `days` days only. The range is where the 90 % and the 10 % quantile of the normal approximation meet the stock.
    """
    if units <= 0 or days <= 0:
        return None
    if available <= 0:
        return Cover(0.0, 0.0, 0.0)
    rate = units / days
    variance = (squares - units * units / days) / max(1, days - 1)
    spread = Z_80**2 * max(1.0, variance / rate) * rate
    # (S - r t)^2 = spread (t + t^2 / days), solved for t
    a = rate * rate - spread / days
    b = 2 * available * rate + spread
    root = sqrt(max(0.0, b * b - 4 * a * available * available))
    low = 2 * available * available / (b + root)
    high = (b + root) / (2 * a) if a > 1e-12 else inf
    return Cover(low, available / rate, high)


@dataclass(frozen=True)
class Offer:
    """What a supplier asks for a unit of a variant, and in which numbers they sell."""

    supplier_id: int
    currency: str
    price: Decimal
    minimum: int = 1
    multiple: int = 1

    def units(self, wanted: int) -> int:
        return rounded_up(wanted, self.minimum, self.multiple)

    def cost(self, wanted: int) -> Decimal:
        """What it costs on the whole to have at least so many units."""
        return self.price * self.units(wanted)


def sellable(wanted: int, offers: Sequence[Offer]) -> list[Offer]:
    """The offers that one line of an order can hold: what a person may choose among, in any currency."""
    return [one for one in offers if one.units(wanted) <= MOST_UNITS]


def steadier(wanted: int, best: Offer, offers: Sequence[Offer], on_time: Mapping[int, float | None]) -> Offer | None:
    """The offer of a supplier who asks DEARER more at most on the whole, and delivers clearly more often on time.

    `on_time` is the percentage by supplier, None where too few deliveries tell. None where nobody is so.
    """
    usual = on_time.get(best.supplier_id)
    if usual is None:
        return None
    most = best.cost(wanted) * DEARER
    found = [
        (share, -one.cost(wanted), -one.supplier_id, one)
        for one in sellable(wanted, offers)
        if one.supplier_id != best.supplier_id and one.currency == best.currency and one.cost(wanted) <= most
        if (share := on_time.get(one.supplier_id)) is not None and share >= usual + CLEARLY
    ]
    return max(found)[-1] if found else None


def choose(wanted: int, offers: Sequence[Offer], currency: str) -> tuple[Offer, int] | str:
    """The offer to take and the units to order of it, or why there is none: "no_offer", "currencies", "too_many".

    The lowest price of a unit among those who sell as few as are wanted; if all of them want to sell more, what costs
    least on the whole. Amounts of different currencies are not compared: offers in the shop's own `currency` go first,
    and others count where all of them are in one.
    """
    if not offers:
        return "no_offer"
    known = [one for one in offers if one.currency == currency] or list(offers)
    if len({one.currency for one in known}) > 1:
        return "currencies"
    known = [one for one in known if one.units(wanted) <= MOST_UNITS]
    if not known:
        return "too_many"
    fitting = [one for one in known if one.minimum <= wanted]
    if fitting:
        best = min(fitting, key=lambda one: (one.price, one.units(wanted), one.supplier_id))
    else:
        best = min(known, key=lambda one: (one.price * one.units(wanted), one.supplier_id))
    return best, best.units(wanted)
