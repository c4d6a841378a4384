"""The steps that can be taken for many rows at once, as data. The feature whose rows they are declares them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.batches.models import Batch, BatchRow
from core.errors import Refused

State = BatchRow.State


@dataclass(frozen=True)
class Result:
    """How one row went. `activity_id` is the entry of the log that tells of the change."""

    state: str
    code: str = ""
    reason: str = ""
    activity_id: int | None = None


def refused(refusal: Refused, *, skip: Sequence[str] = ()) -> Result:
    """The result for a row of which an action said no; `skip` are the codes that say it was so already."""
    state = State.SKIPPED if refusal.code in skip else State.REFUSED
    return Result(state, refusal.code[:40], refusal.message[:300])


@dataclass(frozen=True)
class Afterwards:
    """What a step has left to do, in a sentence, and the page where it is done."""

    words: str
    link: str
    url: str


@dataclass(frozen=True)
class Kind:
    """A step. `apply(rows, batch)` changes up to `chunk` rows and says by row id how each went.

    It runs in one transaction with the writing down of its results, so that a row is changed exactly once however
    often the work is begun. `word` is the permission it takes. `undo` is the kind that takes it back; a step without
    says in `no_undo` why. `said(n)` is the sentence for n rows done, `url(slug, label)` the page of a row, and
    `columns` are the names of row parameters that the file of results repeats. `afterwards(batch)` is what one that is
    over has left to do, or None.
    """

    key: str
    title: Any
    word: str
    apply: Callable[[Sequence[BatchRow], Batch], Mapping[int, Result]]
    said: Callable[[int], str]
    url: Callable[[str, str], str]
    row_name: Any
    chunk: int = 100
    undo: str = ""
    no_undo: Any = ""
    columns: Mapping[str, Any] | None = None
    afterwards: Callable[[Batch], Afterwards | None] | None = None

    def left_by(self, batch: Batch) -> Afterwards | None:
        """What the batch has left to do, once it is over and has done something."""
        return self.afterwards(batch) if self.afterwards and batch.is_over and batch.done else None


_kinds: dict[str, Kind] = {}


def declare(kind: Kind) -> Kind:
    """Make a step known under its key."""
    if kind.key in _kinds:
        raise RuntimeError(f"two kinds of batch are called {kind.key}")
    _kinds[kind.key] = kind
    return kind


def kind_at(key: str) -> Kind:
    """The step of that key. Raises KeyError where no code knows it (any more)."""
    return _kinds[key]


def title_of(key: str) -> str:
    return str(_kinds[key].title) if key in _kinds else key


def keys_for(may: Callable[[str], bool]) -> list[str]:
    """The steps that somebody with these rights may take, and so whose batches they see."""
    return [key for key, kind in _kinds.items() if may(kind.word)]
