"""What a benchmark reports, and how it measures."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from statistics import median
from typing import Literal


@dataclass(frozen=True)
class Figure:
    """One row of the table. `ratio` is figure to baseline; the target is for the ratio or for the figure itself.

    `target` reads "at least" when `better` is "higher", else "at most".
    """

    name: str
    figure: float
    unit: str
    baseline: float
    baseline_name: str
    target: float
    better: Literal["higher", "lower"]
    of: Literal["ratio", "figure"] = "ratio"

    @property
    def ratio(self) -> float:
        return self.figure / self.baseline if self.baseline else float("inf")

    @property
    def met(self) -> bool:
        value = self.ratio if self.of == "ratio" else self.figure
        return value >= self.target if self.better == "higher" else value <= self.target


def of_parts(package: str, parts: Iterable[str]) -> Iterator[Figure]:
    """The figures of a benchmark that is several modules, one after the other, each told as soon as it is known.

    A part that breaks off is told of with its traceback and counts as a missed target; the others go on.
    """
    for part in parts:
        try:
            for figure in import_module(f"{package}.{part}").run():
                print(table([figure]).splitlines()[1], file=sys.stderr, flush=True)
                yield figure
        except Exception:  # hours of measuring must not be lost for one part
            traceback.print_exc()
            yield Figure(f"{part}: broke off", 1, "fault", 1, "run", 0, "lower", "figure")


def seconds(function: Callable[[], object], *, times: int = 1) -> float:
    """The median wall time of a call, in seconds."""
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        function()
        spent.append(time.perf_counter() - start)
    return median(spent)


def table(figures: list[Figure]) -> str:
    """The rows as text, aligned."""
    head = ("name", "figure", "baseline", "ratio", "target", "")
    rows = [head]
    for row in figures:
        sign = "≥" if row.better == "higher" else "≤"
        unit = "×" if row.of == "ratio" else f" {row.unit}"
        rows.append(
            (
                row.name,
                f"{row.figure:,.4g} {row.unit}",
                f"{row.baseline:,.4g} {row.unit} ({row.baseline_name})",
                f"{row.ratio:.3g}×",
                f"{sign} {row.target:g}{unit}",
                "met" if row.met else "missed",
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
