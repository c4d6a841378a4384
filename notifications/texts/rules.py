"""What a shop types for a letter: plain words with {placeholders}, and how they become text and HTML.

There is no language in it: a placeholder is replaced by one value, and everything else is said as it was typed. What
looks like an address is refused, so the links of a letter are those that placeholders make.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.errors import Refused

SUBJECT_LENGTH, BODY_LENGTH = 150, 4000

_PLACE = re.compile(r"\{([^{}\n]*)\}")
_ADDRESS = re.compile(r"(?i)\b[a-z][a-z0-9+.-]{1,20}://|\bwww\.|\bmailto:")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Link:
    """The value of a placeholder that leads somewhere: its address in text, its label in HTML."""

    url: str
    label: str

    def __bool__(self) -> bool:
        return bool(self.url)


Value = str | Link


class Broken(Exception):
    """A text asks for what the letter does not have; `placeholder` says for what."""

    def __init__(self, placeholder: str) -> None:
        super().__init__(placeholder)
        self.placeholder = placeholder


def placeholders_in(text: str) -> list[str]:
    """The names in braces, in their order, each once."""
    return list(dict.fromkeys(name.strip() for name in _PLACE.findall(text)))


def check(subject: str, body: str, *, known: Collection[str], links: Collection[str], needed: Collection[str]) -> None:
    """Refuse what could not be sent, at the field it stands in, saying which placeholder is unknown or missing.

    `links` are those of `known` that make a link, for which a subject has no place. One of `needed` must stand in
    subject or body.
    """
    wrong: dict[str, str] = {}
    for field, text, longest in (("subject", subject, SUBJECT_LENGTH), ("body", body, BODY_LENGTH)):
        if say := _wrong(text, known, longest):
            wrong[field] = say
    if "\n" in subject.strip() or "\r" in subject.strip():
        wrong.setdefault("subject", _("A subject is one line."))
    if lead := [name for name in placeholders_in(subject) if name in links]:
        say = _("{%(name)s} is a link, which a subject cannot hold.") % {"name": lead[0]}
        wrong.setdefault("subject", say)
    used = {*placeholders_in(subject), *placeholders_in(body)}
    if missing := [name for name in needed if name not in used]:
        names = _names(missing)
        wrong.setdefault("body", _("The letter must say this, in its subject or text: %(names)s.") % {"names": names})
    if wrong:
        raise Refused("text_cannot_be_sent", next(iter(wrong.values())), status=422, **wrong)


def _wrong(text: str, known: Collection[str], longest: int) -> str:
    if not text.strip():
        return _("Write something here, or go back to our text.")
    if len(text) > longest:
        return _("At most %(count)d characters.") % {"count": longest}
    if unknown := [name for name in placeholders_in(text) if name not in known]:
        say = ngettext(
            "This letter has no placeholder %(names)s.", "This letter has no placeholders %(names)s.", len(unknown)
        )
        return say % {"names": _names(unknown)}
    rest = _PLACE.sub("", text)
    if "{" in rest or "}" in rest:
        return _("A brace stands alone. Placeholders are written like {order_number}.")
    if _ADDRESS.search(rest):
        return _("Addresses cannot be typed here: put a link in by its placeholder.")
    return ""


def _names(names: Collection[str]) -> str:
    return ", ".join("{" + name + "}" for name in names)


def cleaned(text: str) -> str:
    """What was typed, with one kind of line end and without signs that are not seen."""
    lines = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def as_line(text: str, values: Mapping[str, Value]) -> str:
    """A subject. Raises Broken for a placeholder without a value."""
    return " ".join(_filled(text, values).split())


def as_text(text: str, values: Mapping[str, Value]) -> str:
    """A body for the text part. A line all of whose placeholders are empty is left out. Raises Broken."""
    return "\n".join(_filled(line, values) for line in _lines(text, values))


def as_html(text: str, values: Mapping[str, Value]) -> list[SafeString]:
    """The paragraphs of a body for the HTML part, everything escaped, links with their labels. Raises Broken."""
    paragraphs: list[list[SafeString]] = [[]]
    for line in _lines(text, values):
        if line.strip():
            paragraphs[-1].append(_html_line(line, values))
        elif paragraphs[-1]:
            paragraphs.append([])
    return [format_html_join(mark_safe("<br>"), "{}", ((line,) for line in lines)) for lines in paragraphs if lines]


def _lines(text: str, values: Mapping[str, Value]) -> list[str]:
    kept = []
    for line in text.split("\n"):
        names = placeholders_in(line)
        if not names or any(_value(name, values) for name in names):
            kept.append(line)
    return kept


def _value(name: str, values: Mapping[str, Value]) -> Value:
    if name not in values:
        raise Broken(name)
    return values[name]


def _filled(text: str, values: Mapping[str, Value]) -> str:
    def plain(found: re.Match[str]) -> str:
        value = _value(found[1].strip(), values)
        return value.url if isinstance(value, Link) else value

    return _PLACE.sub(plain, text)


def _html_line(line: str, values: Mapping[str, Value]) -> SafeString:
    parts = _PLACE.split(line)  # words, name, words, name, … words
    made = [conditional_escape(part) if place % 2 == 0 else _html(part, values) for place, part in enumerate(parts)]
    return format_html_join("", "{}", ((part,) for part in made))


def _html(name: str, values: Mapping[str, Value]) -> SafeString:
    value = _value(name.strip(), values)
    if isinstance(value, Link):
        return (
            format_html('<a href="{}" style="color:#0a6784">{}</a>', value.url, value.label)
            if value.url
            else mark_safe("")
        )
    return format_html_join(mark_safe("<br>"), "{}", ((part,) for part in value.split("\n")))
