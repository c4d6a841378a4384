"""An answer as it is kept, shown and sent: plain figures, the same for the page, a saved scenario and the API."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

import numpy as np

from analytics.engine.scenario.outcome import Figure as Drawn

LOW, MIDDLE, HIGH = 1, 3, 5
"""Where the ends of the 80 % range and the middle stand among seven quantiles."""


@dataclass(frozen=True)
class Figure:
    """Seven quantiles under the plan as it stands, under the changed one, and of the difference."""

    planned: list[float]
    changed: list[float]
    difference: list[float]
    up: float

    @classmethod
    def of(cls, drawn: Drawn | None, scale: float = 1.0) -> Figure | None:
        if drawn is None:
            return None
        planned, changed, difference = (
            rounded(scale * row) for row in (drawn.planned, drawn.changed, drawn.difference)
        )
        return cls(planned, changed, difference, round(drawn.chance_up, 4))


@dataclass(frozen=True)
class Past:
    """A lever past what was tried; `asked`, `low` and `high` in the unit of desk.Tried, None for a rival's."""

    driver: str
    is_rival: bool
    asked: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Week:
    """One week of the plan; `price` as a part of today's, `promotion` as a part of sales."""

    week: str
    planned: list[float]
    share: list[float]
    units: list[float] | None
    sales: list[float] | None
    price: float | None
    promotion: float | None


@dataclass(frozen=True)
class Answer:
    """What the levers make of the share and what follows from it.

    `now` is the share of the last week known, `share` that of the last week of the plan, `mean_share` that of all its
    weeks. `stock` and `planned_stock` are the units that serve nine in ten outcomes. `margin` is the part of sales that
    is not cost, today and then. `cost_known` of `cost_of` products have a cost. `moves` are past changes of price, of
    promotion and of the levers pulled, `evidence` the fewest of any lever (None: no lever of the market's model).
    `on_shelf`: what can be sold now. `acts`: by which rules levers acted (levers.Pulled). `limited`: the part of
    outcomes in which the stock allowed runs out.
    """

    known_until: str
    now: float
    share: Figure
    mean_share: Figure
    units: Figure | None
    sales: Figure | None
    profit: Figure | None
    stock: float | None
    planned_stock: float | None
    margin: tuple[float, float] | None
    cost_known: int
    cost_of: int
    moves: dict[str, int]
    evidence: int | None
    beyond: list[Past]
    weeks: list[Week]
    with_reaction: bool
    reaction_known: bool
    on_shelf: int | None = None
    acts: list[str] = field(default_factory=list)
    limited: float = 0.0

    @property
    def to_order(self) -> float | None:
        """The units to get beside those on the shelf, to serve nine in ten outcomes; never below zero."""
        if self.stock is None or self.on_shelf is None:
            return None
        return max(0.0, self.stock - self.on_shelf)

    @property
    def extra_stock(self) -> float | None:
        """The units more than today's plan needs, to serve nine in ten outcomes; never below zero."""
        if self.stock is None or self.planned_stock is None:
            return None
        return max(0.0, self.stock - self.planned_stock)

    @property
    def last_week(self) -> date:
        return date.fromisoformat(self.weeks[-1].week)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def read(cls, kept: dict[str, Any]) -> Answer:
        """The answer that `as_dict` wrote."""

        def figure(name: str) -> Any:
            return Figure(**kept[name]) if kept[name] is not None else None

        return cls(
            **{
                **kept,
                **{name: figure(name) for name in ("share", "mean_share", "units", "sales", "profit")},
                "margin": tuple(kept["margin"]) if kept["margin"] else None,
                "beyond": [Past(**one) for one in kept["beyond"]],
                "weeks": [Week(**one) for one in kept["weeks"]],
            }
        )


def rounded(values: Any) -> list[float]:
    """Six decimals: reads back as it was written on every database."""
    return [round(float(value), 6) for value in np.asarray(values, dtype=float)]
