"""Letters with the state of their texts, and the versions of these."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from notifications.texts.catalogue import WRITABLE
from notifications.texts.models import LetterText, TextVersion
from notifications.texts.shapes import Letter


@dataclass(frozen=True)
class State:
    """A letter in one language: its number of versions is 0 and `version` None where our own text is used."""

    letter: Letter
    language: str
    language_name: str
    version: TextVersion | None
    problem: str

    @property
    def is_broken(self) -> bool:
        return bool(self.problem)


def texts_of_shop() -> list[tuple[Letter, list[State]]]:
    """Every letter that a shop may write, in all languages, as the merchant in scope has it now."""
    rows = {(row.letter, row.language): row for row in LetterText.objects.select_related("version")}
    found = []
    for letter in WRITABLE.values():
        states = []
        for code, name in settings.LANGUAGES:
            row = rows.get((letter.name, code))
            in_use = row.version if row else None
            states.append(State(letter, code, str(name), in_use, row.problem if row and in_use else ""))
        found.append((letter, states))
    return found


def text_in_use(letter: Letter, language: str) -> LetterText | None:
    rows = LetterText.objects.filter(letter=letter.name, language=language)
    found: LetterText | None = rows.select_related("version").first()
    return found


def versions_of(letter: Letter, language: str) -> list[TextVersion]:
    return list(TextVersion.objects.filter(letter=letter.name, language=language).order_by("-number")[:50])
