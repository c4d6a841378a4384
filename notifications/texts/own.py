"""The hook of the letters: what the shop says in place of our words, if it says anything."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language

from notifications.mail.compose import compose
from notifications.texts.actions import note_broken
from notifications.texts.catalogue import WRITABLE
from notifications.texts.models import LetterText
from notifications.texts.placeholders import Context
from notifications.texts.rules import Broken, as_html, as_line, as_text, placeholders_in
from notifications.texts.shapes import Letter


@dataclass(frozen=True)
class Written:
    """A letter ready to be posted."""

    subject: str
    text: str
    html: str


def own_letter(name: str, context: Context) -> Written | None:
    """The letter in the shop's own words in the active language, in our frame; None where our template is to speak.

    That is so where the shop wrote none, and where what it wrote cannot be used any more: then it is told so, once.
    """
    language = get_language() or ""
    row = LetterText.objects.filter(letter=name, language=language).select_related("version").first()
    if row is None or row.version is None:
        return None
    try:
        if name not in WRITABLE:
            raise Broken(name)
        return written(WRITABLE[name], row.version.subject, row.version.body, context)
    except Broken as broken:
        note_broken(row, broken.placeholder)
        return None


def written(letter: Letter, subject: str, body: str, context: Context) -> Written:
    """Subject and body filled in and framed, in the active language. Raises Broken."""
    values = letter.values(context, *placeholders_in(subject), *placeholders_in(body))
    title = as_line(subject, values)
    inside = {**context, "title": title, "own_text": as_text(body, values), "paragraphs": as_html(body, values)}
    text, html = compose(letter.frame, inside)
    return Written(title, text, html)
