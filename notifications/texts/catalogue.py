"""All letters that a shop may say in its own words, by their names."""

from __future__ import annotations

from notifications.texts.answers import ANSWERS
from notifications.texts.letters import LETTERS
from notifications.texts.purchases import PURCHASE
from notifications.texts.shapes import Letter

WRITABLE: dict[str, Letter] = {**LETTERS, **ANSWERS, PURCHASE.name: PURCHASE}
