"""The charts of a report as pictures: PNG, twice as fine as they are shown, without a ground of their own.

A mail is read on white and on black, and its picture is the same in both. So the ground is left open, and every colour
stands out from both by at least 3 to 1. What a picture shows stands beside it in words.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from django.conf import settings

from core.papers import FONT_FILE

WIDTH, HEIGHT, FINE = 496, 190, 2  # in CSS pixels, and how many dots each has
TOP, FOOT, SIZE = 12, 30, 15
FULL, FAINT, INK = (47, 143, 176), (125, 135, 150), (116, 126, 141)  # teal, grey, grey for letters


def bars(labels: Sequence[str], now: Sequence[float], before: Sequence[float]) -> bytes:
    """Two bars a day: the full one is this week's, the open one the week's before."""
    top = max((*now, *before), default=0) or 1
    image, draw = _sheet()
    for at, label in enumerate(labels):
        left, wide = _slot(at, len(labels))
        bar = wide * 0.3
        _bar(draw, left + wide * 0.18, bar, before[at] / top, full=False)
        _bar(draw, left + wide * 0.52, bar, now[at] / top, full=True)
        _label(draw, left + wide / 2, label)
    return _png(image)


def ranges(labels: Sequence[str], low: Sequence[float], middle: Sequence[float], high: Sequence[float]) -> bytes:
    """A bar to the middle for each day, and beside it a line from the lower to the upper limit."""
    top = max(high, default=0) or 1
    image, draw = _sheet()
    for at, label in enumerate(labels):
        left, wide = _slot(at, len(labels))
        _bar(draw, left + wide * 0.22, wide * 0.36, middle[at] / top, full=True)
        line = left + wide * 0.72  # beside the bar: on it the line would not stand out
        ends = [_height(low[at] / top), _height(high[at] / top)]
        draw.line([(line, ends[0]), (line, ends[1])], fill=INK, width=2 * FINE)
        for end in ends:
            draw.line([(line - 5 * FINE, end), (line + 5 * FINE, end)], fill=INK, width=2 * FINE)
        _label(draw, left + wide / 2, label)
    return _png(image)


def can_write_chinese() -> bool:
    """Whether the letters were built; without them labels are figures."""
    return (settings.BASE_DIR / FONT_FILE).exists()


def _sheet() -> tuple[Any, Any]:
    from PIL import Image, ImageDraw

    image = Image.new("RGBA", (WIDTH * FINE, HEIGHT * FINE), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    foot = _height(0)
    draw.line([(0, foot), (WIDTH * FINE, foot)], fill=FAINT, width=FINE)
    return image, draw


def _slot(at: int, count: int) -> tuple[float, float]:
    wide = WIDTH * FINE / count
    return at * wide, wide


def _height(share: float) -> float:
    """The place from the top of what is so high, 0 to 1."""
    return (HEIGHT - FOOT - share * (HEIGHT - FOOT - TOP)) * FINE


def _bar(draw: Any, left: float, wide: float, share: float, *, full: bool) -> None:
    if share <= 0:
        return
    box = (left, min(_height(share), _height(0) - FINE), left + wide, _height(0))
    if full:
        draw.rectangle(box, fill=FULL)
    else:
        draw.rectangle(box, outline=FAINT, width=2 * FINE)


def _label(draw: Any, centre: float, words: str) -> None:
    from PIL import ImageFont

    path = settings.BASE_DIR / FONT_FILE
    font: Any = ImageFont.truetype(str(path), SIZE * FINE) if path.exists() else ImageFont.load_default(SIZE * FINE)
    draw.text((centre, (HEIGHT - FOOT / 2) * FINE), words, fill=INK, font=font, anchor="mm")


def _png(image: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
