"""An inbox as one reads it, as a page or in a mail: by urgency, many of one group (Kind.group) as one line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlencode

from django.utils.translation import gettext, pgettext

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
    def says_count(self) -> bool:
        """Whether what its line is called says how many they are."""
        return bool(self.kind.fold_words(self.count))

    @property
    def words(self) -> str:
        """What its line is called: its kinds, each once, in the order of its notes, and whom all of them are about."""
        if words := self.kind.fold_words(self.count):
            return words
        kinds = pgettext("list", ", ").join(str(kind.label) for kind in self._kinds)
        name = self.kind.figure_name(self.first.row.params)
        # Translators: kinds of notifications, and the carrier or supplier all of them are about
        return gettext("%(kinds)s: %(name)s") % {"kinds": kinds, "name": name} if name else kinds

    @property
    def query(self) -> str:
        """What an address of the inbox needs to show these, and others like them."""
        return urlencode(self.kind.fold_query(self.first.row.params))

    @property
    def _kinds(self) -> list[Kind]:
        return list({note.kind.name: note.kind for note in self.notes}.values())

    @property
    def count(self) -> int:
        return len(self.notes)

    @property
    def rows(self) -> str:
        """Its notifications, as forms.DoingForm takes several."""
        return "+".join(str(note.row.pk) for note in self.notes)

    @property
    def can_go(self) -> bool:
        """Whether they can be put away: they lie in the inbox and are awake."""
        return all(note.row.state in ("unread", "read") and not note.is_snoozed for note in self.notes)

    @property
    def unread(self) -> int:
        return sum(note.row.state == "unread" for note in self.notes)


def by_urgency(rows: Iterable[Shown]) -> list[tuple[str, list[Fold]]]:
    """The rows under the words for their urgency, in their order, each group of a kind where its first one stands."""
    return [(words, folds_of(members)) for words, members in groupby(rows, lambda row: row.row.get_urgency_display())]


def folds_of(rows: Iterable[Shown]) -> list[Fold]:
    """The rows folded, each fold where its first row stood."""
    groups: dict[tuple[str, int], list[tuple[int, Shown]]] = {}
    for place, row in enumerate(rows):
        shop = 0 if row.kind.across_shops else row.row.merchant_id
        groups.setdefault((row.kind.group_of(row.row.params), shop), []).append((place, row))
    folds: list[tuple[int, Fold]] = []
    for notes in groups.values():
        whole = [(notes[0][0], Fold([note for _place, note in notes]))]
        folds += whole if len(notes) >= FOLDED else [(place, Fold([note])) for place, note in notes]
    return [fold for _place, fold in sorted(folds, key=lambda one: one[0])]
