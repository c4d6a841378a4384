"""What stands out about a product, announced when it begins: once for each episode."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@dataclass(frozen=True, kw_only=True)
class EpisodeFact(Event):
    episode_id: int
    product_id: int
    title: str


@event
@dataclass(frozen=True, kw_only=True)
class ProductPraised(EpisodeFact):
    """Buyers praise it more than before and it is forecast to sell more.

    `rating` is the mean of the `reviews` of the last 30 days, `rating_before` that of the 90 days before (None without
    any), `reviews_before` how many came in 30 of them. `forecast_percent` compares the forecast of the next 28 days
    with the `units` of the last 28. `available` and `cover` (days the stock lasts) are None where not known.
    """

    kind = "episodes.praised"
    label = _("Product praised and rising")
    sentence = _("%(title)s is praised and rising")
    rating: float
    reviews: int
    rating_before: float | None
    reviews_before: float
    forecast_percent: int
    units: int
    available: int | None = None
    cover: int | None = None


@event
@dataclass(frozen=True, kw_only=True)
class ComplaintsBurst(EpisodeFact):
    """More complaints about a product and returns for defects than its own rate explains (rules.is_burst).

    `cases` are those of the last seven days, one for each order: `complaints` and `returns`, less what is both.
    `expected` were so many, and `chance` is the probability of `cases` or more at that rate. `variant_id` and `sku` are
    the variant most of them are about, None and "" where the orders do not tell.
    """

    kind = "episodes.complaints_burst"
    label = _("Burst of complaints about a product")
    sentence = _("Burst of complaints: %(title)s (%(cases)s in seven days)")
    variant_id: int | None
    sku: str
    cases: int
    complaints: int
    returns: int
    expected: float
    times: float
    chance: float


@event
@dataclass(frozen=True, kw_only=True)
class ComplaintsCalmed(EpisodeFact):
    """A burst is over."""

    kind = "episodes.complaints_calmed"
    label = _("Burst of complaints over")
    sentence = _("Burst of complaints over: %(title)s")
