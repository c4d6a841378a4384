"""The page of an inbox as one reads it: by urgency, many of one kind as one line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from notifications.inbox.kinds import Kind
from notifications.inbox.queries import Shown

FOLDED = 3  # fewer of one kind stand by themselves


@dataclass(frozen=True)
class Fold:
    """Notifications of one group that stand in one line, or a single one."""

    notes: list[Shown]

    @property
    def is_folded(self) -> bool:
        return len(self.notes) >= FOLDED

    @property
    def first(self) -> Shown:
        return self.notes[0]

    @property
    def kind(self) -> Kind:
        return self.first.kind

    @property
    def count(self) -> int:
        return len(self.notes)

    @property
    def unread(self) -> int:
        return sum(note.row.state == "unread" for note in self.notes)


def group_of(kind: Kind) -> str:
    """What is told together: the kind's group, where it has one, else the kind itself."""
    return getattr(kind, "group", "") or kind.like or kind.name


def by_urgency(rows: Iterable[Shown]) -> list[tuple[str, list[Fold]]]:
    """The rows under the words for their urgency, in their order, each group of a kind where its first one stands."""
    return [(words, _folds(members)) for words, members in groupby(rows, lambda row: row.row.get_urgency_display())]


def _folds(rows: Iterable[Shown]) -> list[Fold]:
    groups: dict[tuple[str, int], list[Shown]] = {}
    for row in rows:
        groups.setdefault((group_of(row.kind), row.row.merchant_id), []).append(row)
    folds: list[Fold] = []
    for notes in groups.values():
        folds += [Fold(notes)] if len(notes) >= FOLDED else [Fold([note]) for note in notes]
    return sorted(folds, key=lambda fold: (fold.first.row.rank, fold.first.row.pk))
