"""What a full inbox costs, how many live streams one process holds, how soon a fact is seen,
and how long a notice to everybody takes."""

from __future__ import annotations

from collections.abc import Iterator

from bench.figures import Figure, of_parts

PARTS = ("inbox", "streams", "bell", "fanout")


def run() -> Iterator[Figure]:
    return of_parts("bench.messages", PARTS)
