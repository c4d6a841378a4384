"""Figures in words: percentages and differences as every page writes them. `sc.number` writes the digits."""

from __future__ import annotations

from core.templatetags.sc import number

NONE = "–"


def signed(value: float, digits: int = 0) -> str:
    """A difference with its sign, "+1.2" or "−3"; what rounds to nothing has none."""
    text = number(float(value), digits)
    return f"+{text}" if value > 0 and text.strip("0.,") else text


def percent(share: float | None, digits: int = 0, *, sign: bool = False) -> str:
    """A share of one as a percentage, 0.184 as "18%"; a dash where it is not known (None or no number)."""
    if share is None or share != share:
        return NONE
    return f"{signed(100 * share, digits) if sign else number(100 * float(share), digits)}%"
