"""What happens to the texts a shop writes for its letters."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class LetterheadChanged(Event):
    kind = "texts.letterhead_changed"
    label = _("Sender of letters changed")


@event
@dataclass(frozen=True, kw_only=True)
class LetterTextSaved(Event):
    """A new version of what the shop says in a letter; `letter` is a name of texts.letters."""

    kind = "texts.saved"
    label = _("Text of a letter changed")
    sentence = _("Text of the letter “%(letter)s” (%(language)s) changed: version %(number)s")
    letter: str
    language: str
    number: int


@event
@dataclass(frozen=True, kw_only=True)
class LetterTextChosen(Event):
    """An earlier version is used again; `number` 0 is our own text."""

    kind = "texts.chosen"
    label = _("Earlier text of a letter taken up again")
    sentence = _("Text of the letter “%(letter)s” (%(language)s) is version %(number)s again")
    letter: str
    language: str
    number: int


@event
@dataclass(frozen=True, kw_only=True)
class LetterTextBroke(Event):
    """A text could not be used when a letter was to be written, and our own was sent; once per version."""

    kind = "texts.broke"
    label = _("Text of a letter cannot be used")
    sentence = _("Text of the letter “%(letter)s” (%(language)s) cannot be used: {%(placeholder)s}")
    letter: str
    language: str
    number: int
    placeholder: str
