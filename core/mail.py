"""Writing to a person: one letter, as text and as HTML, in their language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation


@dataclass(frozen=True)
class Letter:
    """`lines` are paragraphs, `button` leads to `url`, `why` says in small print why the reader gets this."""

    subject: str
    lines: Sequence[str]
    button: str = ""
    url: str = ""
    why: str = ""


def absolute(path: str) -> str:
    """An address of ours as it stands in a mail."""
    return path if path.startswith(("http://", "https://")) else f"{settings.BASE_URL}{path}"


def send_letter(write: Callable[[], Letter], *, to: str, language: str, purpose: str = "", dedupe: str = "") -> None:
    """Send what `write` says in the reader's language; it is called with that language active.

    `purpose` is for the outbox, if it is not about the reader's own account ("buyer"). `dedupe` names what is told:
    under one name one mail is sent, however often this is called.

    The mail backend only writes a row, so this belongs into the transaction of what the letter is about.
    """
    with translation.override(language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE):
        letter = write()
        url = absolute(letter.url) if letter.url else ""
        values = {"letter": letter, "url": url, "action_url": url, "base_url": settings.BASE_URL}
        text = render_to_string("core/letter.txt", values)
        html = render_to_string("core/letter.html", values)
    mail: Any = EmailMultiAlternatives(" ".join(letter.subject.split()), text, to=[to])
    mail.language = language
    if purpose:
        mail.purpose = purpose
    if dedupe:
        mail.dedupe = dedupe
    mail.attach_alternative(html, "text/html")
    mail.send()
