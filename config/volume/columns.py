"""Arrays as the columns that the writer takes."""

from __future__ import annotations

import numpy as np


def money(cents: np.ndarray) -> list[str]:
    return [f"{amount // 100}.{amount % 100:02d}" for amount in cents.tolist()]


def moments(times: np.ndarray) -> list[str | None]:
    """As both databases write a moment of UTC; None for NaT."""
    texts = np.datetime_as_string(times, unit="s").tolist()
    return [None if text == "NaT" else text.replace("T", " ") for text in texts]


def days(times: np.ndarray) -> np.ndarray:
    """The day at UTC+8, where all shops are, as datetime64[D]."""
    return (times + np.timedelta64(8, "h")).astype("datetime64[D]")


def keys(first: int, count: int) -> list[int]:
    return list(range(first, first + count))


def pick(words: list[str], places: np.ndarray) -> list[str]:
    return [words[place] for place in places.tolist()]
