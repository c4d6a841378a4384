"""Letters with the state of their texts, versions, and orders to try them with."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from ecommerce.orders.models import Order
from notifications.texts.letters import LETTERS, sample_context
from notifications.texts.models import LetterText, TextVersion
from notifications.texts.shapes import Context, Letter

LOOK_AT = 30


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
    """Every letter of the registry, in all languages, as the merchant in scope has it now."""
    rows = {(row.letter, row.language): row for row in LetterText.objects.select_related("version")}
    found = []
    for letter in LETTERS.values():
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


def sample_of(letter: Letter, number: str = "") -> tuple[Order, Context] | None:
    """A real order of the shop that the letter could be about, and what the letter would get for it.

    With `number`, that order or none; else the newest of the last 30 that fits.
    """
    orders = (
        Order.objects.select_related("customer", "merchant").prefetch_related("lines").order_by("-placed_at", "-pk")
    )
    for order in orders.filter(number=number)[:1] if number else orders[:LOOK_AT]:
        context = sample_context(letter, order)
        if context is not None:
            return order, context
    return None
