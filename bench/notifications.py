"""What a full inbox costs, how many live streams one process holds, and how soon a fact is seen."""

from __future__ import annotations

from collections.abc import Iterator

from bench.figures import Figure, of_parts

PARTS = ("inbox", "streams", "bell")


def run() -> Iterator[Figure]:
    return of_parts("bench.messages", PARTS)
