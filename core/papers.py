"""Papers to print as PDF: a letterhead, who gets it, a table over as many pages as it takes, sums, a bar code.

A paper is data (texts in the reader's language); what it says is decided by whoever makes it. The letters are those of
Noto Sans SC, embedded as far as they are used, so that Chinese and Latin print alike everywhere; where the font was not
built (`manage.py build_assets`), the printer's own Chinese letters stand in.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

FONT_FILE = Path("static") / "vendor" / "NotoSansSC-Regular.ttf"
MM = 72 / 25.4
WIDTH, HEIGHT = 210 * MM, 297 * MM  # A4
LEFT, RIGHT, TOP, BOTTOM = 18 * MM, WIDTH - 18 * MM, HEIGHT - 18 * MM, 22 * MM
BODY, SMALL, LEAD, INK, GREY, RULE = 9.0, 7.5, 13.0, 0.1, 0.42, 0.82
MOST_LETTERS = 2000

Align = Literal["left", "right"]


@dataclass(frozen=True)
class Column:
    """`share` is its part of the table's width, next to those of the other columns."""

    head: str
    share: float
    align: Align = "left"


@dataclass(frozen=True)
class Party:
    """A block of an address: what it is, and its lines."""

    head: str
    lines: Sequence[str]


@dataclass(frozen=True)
class Paper:
    """One document. `sums` are (label, amount, is the sum that counts); `code` is drawn as a Code 128 bar code.

    `small` holds further lines under the first cell of a row, by the row's place.
    """

    title: str
    number: str
    sender: Party
    facts: Sequence[tuple[str, str]] = ()
    parties: Sequence[Party] = ()
    columns: Sequence[Column] = ()
    rows: Sequence[Sequence[str]] = ()
    small: dict[int, str] = field(default_factory=dict)
    sums: Sequence[tuple[str, str, bool]] = ()
    notes: Sequence[str] = ()
    code: str = ""
    foot: str = ""


def known_language(language: str) -> str:
    """The language if papers are written in it, else the platform's own."""
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def day(moment: datetime | date) -> str:
    """A day as the active language writes it, of an instant the one in the active time zone."""
    if isinstance(moment, datetime):
        moment = timezone.localtime(moment)
    return date_format(moment, "DATE_FORMAT")


def render(papers: Iterable[Paper]) -> bytes:
    """The papers as one PDF in the active language, each from a page of its own with "page x of y"."""
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1)
    titles = []
    for paper in papers:
        pages = _Layout(paper).pages
        titles.append(f"{paper.title} {paper.number}")
        for count, drawn in enumerate(pages, start=1):
            for draw in drawn:
                draw(canvas)
            _foot(canvas, paper, _("Page %(page)s of %(of)s") % {"page": count, "of": len(pages)})
            canvas.showPage()
    if not titles:
        raise ValueError("a file has at least one paper")
    canvas.setTitle(titles[0] if len(titles) == 1 else f"{titles[0]} …")
    canvas.save()
    return out.getvalue()


@lru_cache(maxsize=1)
def _font() -> str:
    """The name of the font, registered when first needed: it takes a second and 20 MB."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.ttfonts import TTFont

    path = Path(settings.BASE_DIR) / FONT_FILE
    if path.exists():
        pdfmetrics.registerFont(TTFont("NotoSansSC", str(path)))
        return "NotoSansSC"
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    return "STSong-Light"


def _clean(text: str) -> str:
    """On one line, without signs that no printer knows."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in str(text)[:MOST_LETTERS]).split())


def width_of(text: str, size: float) -> float:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    return float(stringWidth(text, _font(), size))


def wrap(text: str, size: float, width: float) -> list[str]:
    """The text in lines no wider than `width` points: broken at blanks, between Chinese signs, else anywhere."""
    lines: list[str] = []
    line = ""
    for word in _words(_clean(text)):
        if width_of((line + word).rstrip(), size) <= width:
            line += word
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = word.lstrip()
        while width_of(line.rstrip(), size) > width and len(line) > 1:
            fits = next(n for n in range(len(line) - 1, 0, -1) if n == 1 or width_of(line[:n], size) <= width)
            lines.append(line[:fits])
            line = line[fits:]
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _words(text: str) -> list[str]:
    """Pieces between which a line may break, each with the blank behind it."""
    words: list[str] = []
    word = ""
    for sign in text:
        wide = sign >= "⺀"
        if wide and word and not (sign in "，。、；：？！）》”’" or word[-1] in "（《“‘"):
            words.append(word)
            word = ""
        word += sign
        if sign == " " or (wide and sign in "，。、；：？！）》"):
            words.append(word)
            word = ""
    return [*words, word] if word else words


class _Layout:
    """Puts a paper on pages, each a list of strokes for the canvas."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.pages: list[list[Callable[[Any], None]]] = [[]]
        self.y = TOP
        self._head()
        self._table()
        self._sums()
        self._notes()

    def text(
        self, x: float, y: float, text: str, size: float = BODY, *, align: Align = "left", grey: float = INK,
        bold: bool = False,
    ) -> None:  # fmt: skip
        def draw(canvas: Any) -> None:
            canvas.setFillGray(grey)
            canvas.setStrokeGray(grey)
            canvas.setLineWidth(size / 30)
            # one weight is enough: a stroke round the letters makes them bold
            mode = 2 if bold else 0
            canvas.setFont(_font(), size)
            start = x if align == "left" else x - width_of(text, size)
            canvas.drawString(start, y, text, mode=mode)

        self.pages[-1].append(draw)

    def rule(self, y: float, start: float = LEFT, end: float = RIGHT, grey: float = RULE) -> None:
        def draw(canvas: Any) -> None:
            canvas.setStrokeGray(grey)
            canvas.setLineWidth(0.6)
            canvas.line(start, y, end, y)

        self.pages[-1].append(draw)

    def break_page(self) -> None:
        self.pages.append([])
        self.y = TOP
        self.text(LEFT, self.y - BODY, f"{self.paper.title} {_clean(self.paper.number)}", bold=True)
        self.y -= 2 * LEAD

    def room(self, height: float) -> bool:
        return self.y - height >= BOTTOM

    def _head(self) -> None:
        paper, half = self.paper, (RIGHT - LEFT) / 2
        y = TOP - 14
        for line in wrap(paper.sender.head, 14, half - 10):
            self.text(LEFT, y, line, 14, bold=True)
            y -= 18
        for said in paper.sender.lines:
            for line in wrap(said, SMALL, half - 10):
                self.text(LEFT, y, line, SMALL, grey=GREY)
                y -= 10
        right = TOP - 16
        self.text(RIGHT, right, paper.title, 18, align="right", bold=True)
        right -= 16
        self.text(RIGHT, right, _clean(paper.number), 11, align="right")
        right -= 10
        if paper.code:
            right = self._code(paper.code, right)
        self.y = min(y, right) - 8
        self.rule(self.y)
        self.y -= 6
        self._blocks()

    def _code(self, code: str, top: float) -> float:
        """Draw the bar code below `top`, to the right, as wide as there is room for; returns where it ends."""
        from reportlab.graphics.barcode.code128 import Code128

        if not code.isascii():
            return top
        bars = Code128(code, barHeight=26, barWidth=0.9, quiet=False)
        if bars.width > (RIGHT - LEFT) / 2:
            bars = Code128(code, barHeight=26, barWidth=0.9 * (RIGHT - LEFT) / 2 / bars.width, quiet=False)

        def draw(canvas: Any) -> None:
            canvas.setFillGray(0)
            canvas.setStrokeGray(0)
            bars.drawOn(canvas, RIGHT - bars.width, top - 30)

        self.pages[-1].append(draw)
        return top - 34

    def _blocks(self) -> None:
        """The parties beside each other, and the facts to their right."""
        paper, count = self.paper, len(self.paper.parties) + bool(self.paper.facts)
        if not count:
            return
        width = (RIGHT - LEFT) / count
        ends = [self.y]
        for place, party in enumerate(paper.parties):
            x, y = LEFT + place * width, self.y - 10
            self.text(x, y, party.head, SMALL, grey=GREY)
            for said in party.lines:
                for line in wrap(said, BODY, width - 10):
                    y -= LEAD
                    self.text(x, y, line)
            ends.append(y)
        x, y = LEFT + len(paper.parties) * width, self.y - 10
        for label, value in paper.facts:
            lines = wrap(value, BODY, width * 0.6) or [""]
            self.text(x, y, label, SMALL, grey=GREY)
            for line in lines:
                self.text(RIGHT, y, line, align="right")
                y -= LEAD
        ends.append(y + LEAD)
        self.y = min(ends) - 18

    def _edges(self) -> list[tuple[float, float]]:
        whole = sum(column.share for column in self.paper.columns)
        edges, x = [], LEFT
        for column in self.paper.columns:
            width = (RIGHT - LEFT) * column.share / whole
            edges.append((x, x + width))
            x += width
        return edges

    def _table_head(self) -> None:
        for (start, end), column in zip(self._edges(), self.paper.columns, strict=True):
            at = start if column.align == "left" else end
            self.text(at, self.y - 8, column.head, SMALL, align=column.align, grey=GREY)
        self.y -= 13
        self.rule(self.y, grey=0.55)
        self.y -= 3

    def _table(self) -> None:
        if not self.paper.columns:
            return
        self._table_head()
        edges = self._edges()
        for place, row in enumerate(self.paper.rows):
            cells = [wrap(cell, BODY, end - start - 6) for cell, (start, end) in zip(row, edges, strict=True)]
            small = (
                wrap(self.paper.small[place], SMALL, edges[0][1] - edges[0][0] - 6) if place in self.paper.small else []
            )
            height = max(len(lines) for lines in cells) * LEAD
            height = max(height, len(cells[0]) * LEAD + len(small) * 10) + 5
            if not self.room(height):
                self.break_page()
                self._table_head()
            for lines, (start, end), column in zip(cells, edges, self.paper.columns, strict=True):
                at = start if column.align == "left" else end
                for n, line in enumerate(lines):
                    self.text(at, self.y - 10 - n * LEAD, line, align=column.align)
            for n, line in enumerate(small):
                self.text(edges[0][0], self.y - 9 - len(cells[0]) * LEAD - n * 10, line, SMALL, grey=GREY)
            self.y -= height
            self.rule(self.y)
        self.y -= 10

    def _sums(self) -> None:
        if self.paper.sums and not self.room(len(self.paper.sums) * 15):
            self.break_page()
        start = LEFT + (RIGHT - LEFT) * 0.55
        for label, amount, counts in self.paper.sums:
            if counts:
                self.rule(self.y, start, grey=0.55)
                self.y -= 3
            size = 11 if counts else BODY
            self.text(start, self.y - 11, label, size, bold=counts)
            self.text(RIGHT, self.y - 11, amount, size, align="right", bold=counts)
            self.y -= 18 if counts else 15
        self.y -= 10

    def _notes(self) -> None:
        for note in self.paper.notes:
            for line in wrap(note, BODY, RIGHT - LEFT):
                if not self.room(LEAD):
                    self.break_page()
                self.text(LEFT, self.y - 10, line)
                self.y -= LEAD
            self.y -= 4


def _foot(canvas: Any, paper: Paper, pages: str) -> None:
    canvas.setFillGray(GREY)
    canvas.setFont(_font(), SMALL)
    canvas.drawString(LEFT, 12 * MM, next(iter(wrap(paper.foot, SMALL, (RIGHT - LEFT) * 0.75)), ""))
    canvas.drawRightString(RIGHT, 12 * MM, pages)
