"""Facts about market shares. Shares are fractions of the market."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from core.events import Event, event

TOLD_STEP: Final = 4  # weeks ahead of which a fall is told


@event
@dataclass(frozen=True, kw_only=True)
class ShareFallExpected(Event):
    """A shop's share is likely to be a point or more lower in four weeks; `low` to `high` is the 80 % range."""

    kind = "markets.share_fall_expected"
    label = _("Market share likely to fall")
    sentence = _("The market share in %(category)s is likely to fall")
    run_id: int
    market_id: int
    measure: str
    category: str
    last: float
    low: float
    middle: float
    high: float
    chance: float


@event
@dataclass(frozen=True, kw_only=True)
class ObservationsRecorded(Event):
    """Figures of outside competitors were written down: `count` weeks of `players` competitors."""

    kind = "markets.observations_recorded"
    label = _("Observations recorded")
    sentence = _("Recorded %(count)s weeks of outside competitors")
    market_id: int
    count: int
    players: int
    source: str


@event
@dataclass(frozen=True, kw_only=True)
class PlanDeclared(Event):
    """A shop said what its prices and promotions will be in `weeks` coming weeks of a market."""

    kind = "markets.plan_declared"
    label = _("Plan declared")
    sentence = _("Planned %(weeks)s weeks of prices and promotions")
    market_id: int
    weeks: int
    source: str


@event
@dataclass(frozen=True, kw_only=True)
class CompetitorNamed(Event):
    """An outside competitor of a market was added, or given another name."""

    kind = "markets.competitor_named"
    label = _("Competitor named")
    sentence = _("Named the outside competitor %(name)s")
    market_id: int
    player_id: int
    name: str
