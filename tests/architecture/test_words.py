"""Every word a person reads is in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from core import messages
from tests.architecture.house import ROOT, none_of

# Names and signs that are the same in every language.
UNIVERSAL = {
    "api", "csv", "ctrl", "douyin", "en", "esc", "enter", "english", "id", "json", "k", "olist", "shift", "sc", "sku",
    "storecast", "totp", "utc", "xlsx",
}  # fmt: skip
# Attributes that are read out or shown.
SPOKEN = {"alt", "aria-description", "aria-label", "aria-roledescription", "aria-valuetext", "placeholder", "title"}

# Blocks that hold class names or addresses.
PLUMBING = re.compile(r"{%\s*block \w*(?:class|skip|target|href|link|attrs)\w*\s*%}.*?{%\s*endblock.*?%}", re.S)
BLOCKS = re.compile(
    r"{%\s*(blocktrans(?:late)?|comment|verbatim)\b.*?%}.*?{%\s*end\1\s*%}|{#.*?#}|{%.*?%}|{{.*?}}", re.S
)
WORD = re.compile(r"[A-Za-z]+")


class _Reader(HTMLParser):
    """Collects what a person would read, with its line."""

    def __init__(self) -> None:
        super().__init__()
        self.silent = 0
        self.found: list[tuple[int, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("script", "style", "kbd", "code", "svg")
        for name, value in attrs:
            if name in SPOKEN and value:
                self.found.append((self.getpos()[0], value))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style", "kbd", "code", "svg")

    def handle_data(self, data: str) -> None:
        if not self.silent and data.strip():
            self.found.append((self.getpos()[0], data))


def untranslated_words(source: str) -> Iterator[tuple[int, str]]:
    """Words written straight into a template, by line; the template's own tags are taken out, line breaks stay."""
    plain = source
    for pattern in (PLUMBING, BLOCKS):
        plain = pattern.sub(lambda match: "\n" * match[0].count("\n"), plain)
    reader = _Reader()
    reader.feed(plain)
    reader.close()
    for line, text in reader.found:
        words = [word for word in WORD.findall(text) if word.lower() not in UNIVERSAL]
        if words:
            yield line, " ".join(text.split())[:60]


def test_every_text_is_translated():
    """`manage.py messages` adds what is missing to the catalogues; the Chinese is then written by hand."""
    none_of(messages.problems(ROOT))


def test_no_template_has_words_of_its_own():
    """Words stand in translate and blocktranslate, also those in labels."""
    wrong = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        for line, text in untranslated_words(path.read_text(encoding="utf-8")):
            wrong.append(f"{path.relative_to(ROOT)}:{line}: {text!r} is not translatable")
    none_of(wrong)


def test_words_in_templates_are_found():
    page = """<p title="Late">{% translate "Ship" %} now</p>
{% blocktranslate %}Not this{% endblocktranslate %}<code>nor this</code>
{{ nor.that }} <span>SKU 12 ·</span><input placeholder="Search {{ thing }}">"""

    assert list(untranslated_words(page)) == [(1, "Late"), (1, "now"), (3, "Search")]


def test_a_figure_and_its_percent_sign_are_one_word():
    """35% in both languages: with a space between, lines break there."""
    apart = re.compile(r"(%\(\w+\)\+?[sd]|\d|\}\}) %(?![(\w}])")
    wrong = []
    for group, catalog in messages.read_all(ROOT).items():
        for message in catalog:
            for said in (messages.first(message.id), messages.first(message.string)):
                if match := apart.search(said.replace("%%", "%")):
                    wrong.append(f"{group}: {said!r}: {match[0]!r}")
    for path in (ROOT / "templates").rglob("*.html"):
        for match in apart.finditer(path.read_text(encoding="utf-8")):
            wrong.append(f"{path.relative_to(ROOT)}: {match[0]!r}")
    none_of(wrong)


def test_chinese_is_set_as_chinese_is():
    """Full-width marks between Chinese signs, no exclamation marks, a space between Chinese and figures."""
    wrong = []
    for group, catalog in messages.read_all(ROOT).items():
        for message in catalog:
            said = messages.first(message.string)
            if not message.id or not said:
                continue
            for rule, pattern in TYPOGRAPHY.items():
                if match := re.search(pattern, said):
                    wrong.append(f"{group}: {said!r}: {rule} at {match[0]!r}")
    none_of(wrong)


HAN = r"[\u4e00-\u9fff]"
TYPOGRAPHY = {
    "an exclamation mark": r"[!！]",
    "a half-width mark after Chinese": rf"{HAN}[,;:?](?!\S*//)",
    "a half-width full stop after Chinese": rf"{HAN}\.(\s|$)",
    "half-width brackets around Chinese": rf"\({HAN}",
    "no space between Chinese and a figure": rf"{HAN}%\(\w+\)d|%\(\w+\)d{HAN}|(?![年月]){HAN}\d|\d(?![年月日]){HAN}",
    "the polite form of you": r"您",
    "登陆 for signing in": r"登陆",
}
