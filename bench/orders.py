"""What the working day costs at a million orders: pages, and what else bench/volume measures."""

from __future__ import annotations

from collections.abc import Iterator

from bench.figures import Figure, of_parts

PARTS = ("pages", "transfer", "oversell", "bulk", "reorder")


def run() -> Iterator[Figure]:
    return of_parts("bench.volume", PARTS)
