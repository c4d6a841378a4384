"""Stages and suggestions as data: what each needs, and how a flicker is kept from changing them.

A stage is entered at one limit and left at another, and a new stage or suggestion must hold on three looks on
different days before it takes the place of the old one. The limits are judgements of ours, nothing was fitted to them.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

NEW_DAYS: Final = 60
END_DAYS: Final = 60
UNITS_LEAST: Final = 30
NIGHTS: Final = 3
CLEAR: Final = 1.28
OUTCOME_DAYS: Final = 60
QUIET_DAYS: Final = 60

NEW, GROWING, MATURE, DECLINING, END, UNKNOWN = "new", "growing", "mature", "declining", "end", "unknown"
GROW, KEEP, CLEARANCE, RETIRE, NONE = "grow", "keep", "clear", "retire", "none"


@dataclass(frozen=True)
class Band:
    """A change (as a fraction, against the shop) at which a stage is entered, and the one at which it is left again."""

    enter: float
    leave: float


BANDS: Final[dict[str, Band]] = {GROWING: Band(0.20, 0.10), DECLINING: Band(-0.20, -0.10)}


@dataclass(frozen=True)
class Need:
    """A figure that must stand so to a limit. `unknown` says whether a figure that is not known passes."""

    figure: str
    sign: str
    limit: float
    unknown: bool = False


@dataclass(frozen=True)
class Rule:
    """What is suggested of a product in one of the stages that meets every need; the first rule that fits counts."""

    suggestion: str
    stages: frozenset[str]
    needs: tuple[Need, ...] = ()


RULES: Final = (
    Rule(RETIRE, frozenset({END}), (Need("available", "<=", 0, unknown=True),)),
    Rule(CLEARANCE, frozenset({END}), (Need("available", ">", 0),)),
    Rule(CLEARANCE, frozenset({DECLINING}), (Need("available", ">", 0), Need("cover", ">=", 120))),
    Rule(RETIRE, frozenset({DECLINING}), (Need("margin", "<", 0), Need("available", "<=", 0, unknown=True))),
    Rule(
        GROW,
        frozenset({GROWING}),
        (
            Need("margin", ">=", 0.25),
            Need("return_times", "<=", 1.5, unknown=True),
            Need("rating", ">=", 4.0, unknown=True),
            Need("forecast_change", ">=", -0.2, unknown=True),
        ),
    ),
    Rule(KEEP, frozenset({GROWING, MATURE, DECLINING})),
)

_SIGNS: Final[dict[str, Callable[[float, float], bool]]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


@dataclass(frozen=True)
class Told:
    """A stage or a suggestion with what it rests on: {figure, sign, limit, value, holds} each."""

    name: str
    reasons: list[dict[str, Any]]


def noise(units: float, before: float) -> float:
    """The standard deviation of the logarithm of a ratio of two counts, as if they were Poisson: sqrt(1/a + 1/b).

    Orders of several pieces scatter more than that, so it is a lower bound.
    """
    return math.sqrt(1 / max(units, 0.5) + 1 / max(before, 0.5))


def _reason(figure: str, sign: str, limit: float, value: float | None, holds: bool) -> dict[str, Any]:
    return {"figure": figure, "sign": sign, "limit": limit, "value": value, "holds": holds}


def stage_of(figures: Mapping[str, Any], current: str = "") -> Told:
    """The stage the figures speak for, where `current` is the one so far; UNKNOWN where there is too little to tell.

    A change counts only where it is clear of chance: beyond 1.28 standard deviations, one in ten one-sided.
    """
    age, idle = figures["age"], figures["idle"]
    if idle is not None and idle >= END_DAYS and age > NEW_DAYS:
        return Told(END, [_reason("idle", ">=", END_DAYS, idle, True)])
    if age < NEW_DAYS:
        return Told(NEW, [_reason("age", "<", NEW_DAYS, age, True)])
    both = figures["units"] + figures["units_before"]
    if both < UNITS_LEAST or figures["against_shop"] is None:
        return Told(UNKNOWN, [_reason("units_180", ">=", UNITS_LEAST, both, False)])
    change = figures["against_shop"]
    doubt = CLEAR * noise(figures["units"], figures["units_before"])
    for stage, band in BANDS.items():
        limit = band.leave if current == stage else band.enter
        sign = ">=" if limit > 0 else "<="
        far = math.log(max(1 + change, 1e-6))
        is_clear = current == stage or abs(far) >= doubt
        if _SIGNS[sign](change, limit) and is_clear:
            return Told(stage, [_reason("against_shop", sign, limit, change, True)])
    return Told(MATURE, [_reason("against_shop", "between", BANDS[GROWING].enter, change, True)])


def suggestion_of(stage: str, figures: Mapping[str, Any]) -> Told:
    """What to do with a product in that stage, and the figures it rests on; NONE where nothing can be said."""
    for rule in RULES:
        if stage not in rule.stages:
            continue
        reasons, fits = [], True
        for need in rule.needs:
            value = figures.get(need.figure)
            holds = need.unknown if value is None else _SIGNS[need.sign](value, need.limit)
            reasons.append(_reason(need.figure, need.sign, need.limit, value, holds))
            fits = fits and holds
        if fits:
            return Told(rule.suggestion, reasons or _missed(stage, figures))
    return Told(NONE, [])


def _missed(stage: str, figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Why a product is only kept: what the more daring rules of its stage lacked."""
    found = []
    for rule in RULES:
        if stage in rule.stages and rule.needs:
            for need in rule.needs:
                value = figures.get(need.figure)
                if value is not None and not _SIGNS[need.sign](value, need.limit):
                    found.append(_reason(need.figure, need.sign, need.limit, value, False))
    return found


@dataclass(frozen=True)
class Held:
    """What stands, and what would take its place if it held on `nights` more looks: ("", "", 0) where nothing would."""

    stage: str
    suggestion: str
    pending_stage: str = ""
    pending_suggestion: str = ""
    nights: int = 0


def step(held: Held | None, stage: str, suggestion: str, *, new_day: bool) -> Held:
    """What stands after a look that speaks for `stage` and `suggestion`; a second look on a day does not count."""
    if held is None:
        return Held(stage, suggestion)
    if (stage, suggestion) == (held.stage, held.suggestion):
        return Held(stage, suggestion)
    same = (stage, suggestion) == (held.pending_stage, held.pending_suggestion)
    nights = (held.nights if same else 0) + (1 if new_day or not same else 0)
    if nights >= NIGHTS:
        return Held(stage, suggestion)
    return Held(held.stage, held.suggestion, stage, suggestion, nights)


def effect_of(
    before: float, after: float, peers_before: float, peers_after: float
) -> tuple[float, float, float] | None:
    """The change of a product against that of its like, as a fraction with an 80 % range; None where a count is zero.

    A difference of differences in logarithms with Poisson noise (noise()): it takes out what met all alike, and
    nothing else, so it shows what went together and proves no cause.
    """
    if min(before, after, peers_before, peers_after) <= 0:
        return None
    middle = math.log(after / before) - math.log(peers_after / peers_before)
    doubt = CLEAR * math.hypot(noise(after, before), noise(peers_after, peers_before))
    return math.exp(middle - doubt) - 1, math.exp(middle) - 1, math.exp(middle + doubt) - 1
