"""What holds for every mail there is: nothing left to fill in, the reader's language, the same in both parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from notifications.buyers.kinds import KINDS
from notifications.mail.models import Mail
from notifications.texts.catalogue import WRITABLE
from tests.notifications.mails_kit import TYPED, WRITERS, reader_of

# "gone" is the placeholder that the notice about a broken letter names.
UNFILLED = re.compile(r"%\(|\{\{|\{%|\bNone\b|\{(?!gone\})[a-z_]+\}")
ENGLISH = re.compile(r"\b(?:[A-Za-z]+,? ){3}[a-z]+")


LINK = re.compile(r"https?://[^\s<>]+")
FIGURE = re.compile(r"\d(?:[\d.,:]*\d)?")


@pytest.fixture(params=["en", "zh-hans"])
def reader(request, shop, ann, settings):
    return reader_of(shop, ann, request.param, settings)


def facts_of_text(text: str) -> set[str]:
    """Its links and its figures, each once."""
    links = set(LINK.findall(text))
    return links | set(FIGURE.findall(LINK.sub(" ", text)))


def facts_of_html(mail: Any) -> set[str]:
    """Those of the HTML part, as its reader sees them: links by where they lead."""
    body = re.sub(r"<head>.*?</head>", " ", mail.html, flags=re.DOTALL)
    links = {unescape(found) for found in re.findall(r'href="([^"]*)"', body)}
    return links | facts_of_text(unescape(re.sub(r"<[^>]*>", " ", body)))


def faults_of(name: str, mail: Any, *, is_chinese: bool) -> Iterator[str]:
    for part in (mail.subject, mail.text, re.sub(r"<style.*?</style>", "", mail.html, flags=re.DOTALL)):
        if found := UNFILLED.search(re.sub(r"https?://\S+", "", part)):
            yield f"{name}: {found.group()!r} in {part[max(0, found.start() - 60) : found.end() + 20]!r}"
    words = mail.subject + mail.text
    for typed in TYPED:
        words = words.replace(typed, "")
    if is_chinese and (found := ENGLISH.search(words)):
        yield f"{name}: {found.group()!r} in the Chinese mail"
    if is_chinese and not re.search(r"[一-鿿]", mail.text):
        yield f"{name}: no Chinese"
    yield from (f"{name}: {fact!r} stands in one part alone" for fact in facts_of_text(mail.text) ^ facts_of_html(mail))
    if max(map(len, mail.text.splitlines())) > 998:
        yield f"{name}: a line of text that mail servers break"


@pytest.mark.django_db
def test_every_mail_is_filled_in_and_speaks_the_readers_language(reader):
    faults, purposes, names = [], set(), set()
    for write, mails in WRITERS.items():
        found = 0
        for name, mail in mails(reader):
            found += 1
            names.add(name)
            faults += faults_of(name, mail, is_chinese=reader.language != "en")
            purposes.add(getattr(mail, "purpose", Mail.Purpose.BUYER))
        assert found, f"{write.__module__}.{write.__name__} is shown by no mail"
    told = {name.rpartition("-")[0] for name in names}
    assert told >= {f"buyer-{name}" for name in KINDS} | {f"own-{name}" for name in WRITABLE}
    assert purposes == set(Mail.Purpose.values)
    assert faults == [], "\n".join(faults[:20])
