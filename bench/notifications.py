"""What a full inbox costs, how many live streams one process holds, how soon a fact is seen, how long a notice to
everybody takes, what a day leaves to do, and that nothing is lost or doubled when everything breaks.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.figures import Figure, of_parts

PARTS = ("inbox", "streams", "bell", "fanout", "day", "kill")


def run() -> Iterator[Figure]:
    return of_parts("bench.messages", PARTS)
