"""What is done with a series before anything is fitted to it, and why. Each policy has a name that the result carries.

LEADING     Days before the first sale are not history of a shop that sells: they are cut off.
LENGTH      Two years are enough, and whole blocks of four weeks keep weekdays in step: older days are left out.
NEGATIVE    A day cannot sell less than nothing (refunds are counted apart): a negative value becomes zero.
GAPS        Unknown days (NaN) are filled with the mean of the same weekday in the eight weeks around, for fitting
            only; no forecast is scored against them. More than 30 % unknown is refused.
PEAKS       A day above three times the 90th percentile of the selling days around it (a festival, a typing error) is
            cut to that for fitting and for choosing a model, since one day must not set the level of the next month.
            Residuals, and so the intervals, keep the true value.
CONSTANT    Every day of the last eight weeks sold the same: the value is carried on, with an interval of no width.
CLOSED      A day on which the shop was closed and sold nothing is an unknown day: it says nothing about open ones.
DORMANT     Nothing was sold in the last eight weeks of a longer history: zero is carried on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

import numpy as np

from analytics.engine.protocol import WEEK, Array, Calendar

MIN_DAYS: Final = 28
MAX_DAYS: Final = 728
BLOCK: Final = 28
MAX_UNKNOWN: Final = 0.3
LARGEST: Final = 1e15
STILL_DAYS: Final = 56
PEAK_BLOCK: Final = 56
PEAK_FACTOR: Final = 3.0
PEAK_MIN_SALES: Final = 10


@dataclass(frozen=True)
class Note:
    """A policy that was applied, with its numbers."""

    code: str
    facts: Mapping[str, float | int | str] = field(default_factory=dict)


@dataclass(frozen=True)
class Refusal:
    """No forecast: `code` says why, `facts` hold what would change it.

    no_sales      nothing was ever sold
    too_short     `have` days of history where `need` are; enough on `ready_on` (ISO date) if trade goes on
    too_gappy     `unknown` of `days` days are not known
    not_numbers   infinite or absurd values
    """

    code: str
    facts: Mapping[str, float | int | str] = field(default_factory=dict)


@dataclass(frozen=True)
class Clean:
    """A series ready to be fitted: no unknown days left; `known` says which were known. `kind` picks the way on."""

    values: Array
    known: np.ndarray
    calendar: Calendar
    notes: tuple[Note, ...]
    kind: str

    @property
    def days(self) -> int:
        return len(self.values)


def clean(values: Array, start: date) -> Clean | Refusal:
    """Apply the policies to one series of daily values that begins on `start`."""
    series = np.asarray(values, dtype=float)
    if np.isinf(series).any() or (np.abs(series) > LARGEST).any():
        return Refusal("not_numbers")
    if not (np.nan_to_num(series) > 0).any():
        return Refusal("no_sales")
    notes = []
    first = int(np.argmax(np.nan_to_num(series) > 0))
    if first:
        notes.append(Note("leading", {"days": first}))
    series = series[first:]
    if len(series) < MIN_DAYS:
        ready_on = start + timedelta(days=first + MIN_DAYS)
        return Refusal("too_short", {"have": len(series), "need": MIN_DAYS, "ready_on": ready_on.isoformat()})
    keep = min(MAX_DAYS, len(series) - len(series) % BLOCK if len(series) >= 4 * BLOCK else len(series))
    calendar = Calendar(start + timedelta(days=first + len(series) - keep), keep)
    if keep < len(series):
        notes.append(Note("length", {"days": len(series) - keep}))
    series = series[len(series) - keep :]
    known = np.isfinite(series)
    if (~known).mean() > MAX_UNKNOWN:
        return Refusal("too_gappy", {"unknown": int((~known).sum()), "days": len(series)})
    if not known.all():
        notes.append(Note("gaps", {"days": int((~known).sum())}))
        series = filled(series, known)
    if (series < 0).any():
        notes.append(Note("negative", {"days": int((series < 0).sum())}))
        series = np.maximum(series, 0.0)
    kind = _kind(series)
    peaks = int((cap_peaks(series[None]) < series).sum()) if kind == "ordinary" else 0
    if peaks:
        notes.append(Note("peaks", {"days": peaks}))
    return Clean(series, known, calendar, tuple(notes), kind)


def without_closed(values: Array, start: date, closed: Collection[date]) -> Array:
    """The series with days that were closed and sold nothing as unknown (policy CLOSED).

    They stay zero where they are so many that the series would be refused for its gaps.
    """
    series = np.asarray(values, dtype=float)
    places = [place for day in closed if 0 <= (place := (day - start).days) < len(series) and series[place] == 0]
    if not places or len(places) + int(np.isnan(series).sum()) > MAX_UNKNOWN * len(series):
        return series
    opened = series.copy()
    opened[places] = np.nan
    return opened


def _kind(series: Array) -> str:
    recent = series[-STILL_DAYS:]
    if recent.max() > recent.min():
        return "ordinary"
    return "constant" if recent[-1] > 0 else "dormant"


def filled(series: Array, known: np.ndarray) -> Array:
    """The series with unknown days at the mean of the same weekday in the eight weeks around."""
    full = series.copy()
    overall = float(series[known].mean())
    for index in np.flatnonzero(~known):
        around = np.arange(index % WEEK, len(series), WEEK)
        around = around[(np.abs(around - index) <= 4 * WEEK) & known[around]]
        full[index] = series[around].mean() if len(around) else overall
    return full


def cap_peaks(panel: Array) -> Array:
    """The panel with peaks cut off (policy PEAKS), block by block of eight weeks counted from its end."""
    count, days = panel.shape
    overall = _fence(panel[:, None, :])[:, 0]
    fence = np.repeat(overall[:, None], days, axis=1)
    blocks = days // PEAK_BLOCK
    if blocks:
        tail = panel[:, days - blocks * PEAK_BLOCK :].reshape(count, blocks, PEAK_BLOCK)
        local = _fence(tail)
        local = np.where(np.isfinite(local), local, overall[:, None])
        fence[:, days - blocks * PEAK_BLOCK :] = np.repeat(local, PEAK_BLOCK, axis=1)
    return np.minimum(panel, fence)


def _fence(blocks: Array) -> Array:
    """Per block PEAK_FACTOR times the 90th percentile of its selling days; infinite where fewer than ten sold."""
    selling = np.sort(blocks, axis=2)
    count = (selling > 0).sum(axis=2)
    rank = blocks.shape[2] - 1 - np.floor(0.1 * np.maximum(count - 1, 0)).astype(int)
    value = np.take_along_axis(selling, rank[:, :, None], axis=2)[:, :, 0]
    return np.where(count >= PEAK_MIN_SALES, PEAK_FACTOR * value, np.inf)
