"""The score of a listing: parts with weights, each judged from 0 to 1, and what to do about what is lost.

The weights are a judgement of ours, laid open here to be changed; nothing was fitted to them. docs/products.md says
what is known of whether they mean anything.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

WEIGHTS = {
    "title": 15,
    "images": 20,
    "attributes": 15,
    "description": 15,
    "price": 5,
    "stock": 10,
    "returns": 5,
    "complaints": 5,
    "rating": 5,
    "questions": 5,
}
assert sum(WEIGHTS.values()) == 100

TITLE_LEAST, TITLE_MOST = 15, 120
IMAGE_STEPS = (0.0, 0.4, 0.6, 0.8, 1.0)
DESCRIPTION_STEPS = ((400, 1.0), (200, 0.7), (80, 0.4), (1, 0.2))
PRICE_NEAR, PRICE_FAR = 3.0, 6.0
PEERS_LEAST = 5
COVER_LEAST = 7.0
SOLD_LEAST = 20
RETURNS_USUAL, RETURNS_WORST = 1.0, 3.0
RETURN_FLOOR = 0.02
COMPLAINTS_WORST = 0.03
REVIEWS_LEAST = 3
STARS_WORST, STARS_BEST = 2.5, 4.5
HANDFUL = 5  # questions that are no more than chance
QUESTIONS_MOST = 5.0  # for each 100 units sold
CONTENT_REASONS = frozenset({"not_as_described", "size", "wrong_item"})


@dataclass(frozen=True)
class Listed:
    """What is known of a listing. None means that it cannot be known, and such a part is left out of the score."""

    title: str
    brand: str = ""
    description: str = ""
    images: int = 0
    images_without_words: int = 0
    required: int = 0
    required_filled: int = 0
    optional: int = 0
    optional_filled: int = 0
    price: float | None = None
    usual_price: float | None = None
    peers: int = 0
    available: int | None = None
    cover: float | None = None
    sold: int = 0
    return_rate: float | None = None
    shop_return_rate: float | None = None
    top_reason: str = ""
    complaints: int = 0
    rating: float | None = None
    reviews: int = 0
    sold_90: int = 0
    questions: int = 0
    questions_late: int = 0


@dataclass(frozen=True)
class Part:
    """One part: `share` from 0 to 1 of its weight, None where it cannot be judged; `faults` are codes with figures."""

    name: str
    share: float | None
    faults: list[dict[str, Any]] = field(default_factory=list)

    @property
    def weight(self) -> int:
        return WEIGHTS[self.name]


def width_of(text: str) -> int:
    """The length of a text in half-width signs: a Chinese sign says about as much as two Latin letters."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _fault(code: str, **figures: Any) -> dict[str, Any]:
    return {"code": code, **figures}


def _title(listed: Listed) -> Part:
    share, faults, width = 1.0, [], width_of(listed.title)
    if width < TITLE_LEAST:
        share -= 0.5
        faults.append(_fault("title_short", width=width, least=TITLE_LEAST))
    if width > TITLE_MOST:
        share -= 0.3
        faults.append(_fault("title_long", width=width, most=TITLE_MOST))
    if listed.brand and listed.brand.casefold() not in listed.title.casefold():
        share -= 0.2
        faults.append(_fault("title_no_brand", brand=listed.brand))
    letters = [sign for sign in listed.title if sign.isalpha() and sign.lower() != sign.upper()]
    if (len(letters) > 8 and all(sign.isupper() for sign in letters)) or re.search(r"[!！*★]{2,}", listed.title):
        share -= 0.3
        faults.append(_fault("title_shouts"))
    return Part("title", max(share, 0.0), faults)


def _images(listed: Listed) -> Part:
    share = IMAGE_STEPS[min(listed.images, len(IMAGE_STEPS) - 1)]
    faults = []
    if share < 1:
        faults.append(_fault("images_few", count=listed.images, best=len(IMAGE_STEPS) - 1))
    if listed.images_without_words:
        share -= 0.1
        faults.append(_fault("images_without_words", count=listed.images_without_words))
    return Part("images", max(share, 0.0), faults)


def _attributes(listed: Listed) -> Part:
    if not listed.required and not listed.optional:
        return Part("attributes", None)
    need, wish = listed.required, listed.optional
    filled = listed.required_filled / need if need else 1.0
    wished = listed.optional_filled / wish if wish else 1.0
    faults = []
    if filled < 1:
        faults.append(_fault("attributes_required", count=need - listed.required_filled))
    if wished < 1:
        faults.append(_fault("attributes_optional", count=wish - listed.optional_filled))
    return Part("attributes", 0.8 * filled + 0.2 * wished, faults)


def _description(listed: Listed) -> Part:
    text = listed.description.strip()
    width = width_of(text)
    share = next((share for least, share in DESCRIPTION_STEPS if width >= least), 0.0)
    if text and text.casefold() == listed.title.strip().casefold():
        return Part("description", 0.1, [_fault("description_title")])
    if share == 1:
        return Part("description", 1.0)
    code = "description_short" if text else "description_none"
    return Part("description", share, [_fault(code, width=width, best=DESCRIPTION_STEPS[0][0])])


def _price(listed: Listed) -> Part:
    if not listed.price or not listed.usual_price or listed.peers < PEERS_LEAST:
        return Part("price", None)
    ratio = listed.price / listed.usual_price
    far = max(ratio, 1 / ratio)
    share = min(max((PRICE_FAR - far) / (PRICE_FAR - PRICE_NEAR), 0.0), 1.0)
    code = "price_high" if ratio > 1 else "price_low"
    faults = [_fault(code, price=listed.price, usual=listed.usual_price)] if share < 1 else []
    return Part("price", share, faults)


def _stock(listed: Listed) -> Part:
    if listed.available is None:
        return Part("stock", None)
    if listed.available <= 0:
        return Part("stock", 0.0, [_fault("stock_none")])
    if listed.cover is not None and listed.cover < COVER_LEAST:
        return Part("stock", 0.5, [_fault("stock_short", days=round(listed.cover, 1))])
    return Part("stock", 1.0)


def _returns(listed: Listed) -> Part:
    if listed.return_rate is None or listed.sold < SOLD_LEAST:
        return Part("returns", None)
    usual = max(listed.shop_return_rate or 0.0, RETURN_FLOOR)
    times = listed.return_rate / usual
    share = min(max((RETURNS_WORST - times) / (RETURNS_WORST - RETURNS_USUAL), 0.0), 1.0)
    if share == 1:
        return Part("returns", 1.0)
    code = "returns_content" if listed.top_reason in CONTENT_REASONS else "returns_many"
    figures = {"rate": listed.return_rate, "usual": usual, "reason": listed.top_reason}
    return Part("returns", share, [_fault(code, **figures)])


def _complaints(listed: Listed) -> Part:
    if listed.sold < SOLD_LEAST:
        return Part("complaints", None)
    rate = listed.complaints / listed.sold
    share = min(max(1 - rate / COMPLAINTS_WORST, 0.0), 1.0)
    faults = [_fault("complaints_many", count=listed.complaints, sold=listed.sold)] if share < 1 else []
    return Part("complaints", share, faults)


def _rating(listed: Listed) -> Part:
    if listed.rating is None or listed.reviews < REVIEWS_LEAST:
        return Part("rating", None)
    share = min(max((listed.rating - STARS_WORST) / (STARS_BEST - STARS_WORST), 0.0), 1.0)
    faults = [_fault("rating_low", rating=round(listed.rating, 1), count=listed.reviews)] if share < 1 else []
    return Part("rating", share, faults)


def _questions(listed: Listed) -> Part:
    """Of 90 days. Many questions for what is sold are a hint, not a loss: answered in a day, they do the listing good.

    What was answered late is answered: only what still waits costs points, so answering gives them back.
    """
    if not listed.questions:
        return Part("questions", 1.0)
    faults, late, asked = [], listed.questions_late, listed.questions
    if late:
        faults.append(_fault("questions_open", count=late, asked=asked))
    if asked > HANDFUL and 100 * asked > QUESTIONS_MOST * listed.sold_90:
        faults.append(_fault("questions_many", count=asked, sold=listed.sold_90))
    return Part("questions", 1 - late / asked, faults)


_JUDGES: tuple[Callable[[Listed], Part], ...] = (
    _title, _images, _attributes, _description, _price, _stock, _returns, _complaints, _rating, _questions,
)  # fmt: skip


def judge(listed: Listed) -> list[Part]:
    """Every part of a listing, in the order of WEIGHTS."""
    return [one(listed) for one in _JUDGES]


def score_of(parts: list[Part]) -> float:
    """0 to 100: what was reached of the weights of the parts that can be judged."""
    known = [(part.weight, part.share) for part in parts if part.share is not None]
    whole = sum(weight for weight, _share in known)
    return round(100 * sum(weight * share for weight, share in known) / whole, 1) if whole else 0.0
