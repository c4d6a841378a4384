"""What makes a review risky, and how much: plain reasons with plain weights that a moderator can check by eye.

The score is the sum of the weights of the reasons that were found, at most 1. No reason is hidden and none is learned:
the same review always gets the same score. A review at HOLD_AT or above waits for a moderator.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

HOLD_AT = Decimal("0.600")

# A link, contact data or a copy holds a review on its own. The softer signs hold it together: a burst with one of the
# others and no verified purchase does, dull praise by somebody whose purchase we cannot see does not.
WEIGHTS: Mapping[str, Decimal] = {
    "link": Decimal("0.60"),
    "contact": Decimal("0.60"),
    "copy": Decimal("0.60"),
    "near_copy": Decimal("0.45"),
    "author_burst": Decimal("0.35"),
    "product_burst": Decimal("0.25"),
    "rating_far": Decimal("0.15"),
    "unverified": Decimal("0.20"),
    "shouting": Decimal("0.15"),
    "generic": Decimal("0.15"),
}

COPY_FROM = 0.95
NEAR_COPY_FROM = 0.75
AUTHOR_BURST_FROM = 4  # other reviews of the author in BURST_HOURS
PRODUCT_BURST_FROM = 8  # other reviews of the product in BURST_HOURS
PRODUCT_BURST_TIMES = 5  # and this many times what is usual for it
BURST_HOURS = 24
RATING_FAR_FROM = 2.5  # stars from the product's mean
RATING_FAR_SAMPLE = 10  # reviews needed to say what is usual

# Shorter texts ("Very good", "很好") are alike by nature; likeness says nothing about them.
LIKENESS_LATIN = 30
LIKENESS_HAN = 10

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LINK = re.compile(
    r"(?:https?://|www\.)\S+"
    r"|\b(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}"
    r"(?:com|cn|net|org|shop|store|top|xyz|info|io|co|cc|vip|site|online|club|link|live|me|ru|de|uk|br|example)\b"
    r"(?:/\S*)?"
    r"|(?:点击|复制)(?:链接|打开|口令)|淘口令",
    re.IGNORECASE | re.ASCII,
)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_CONTACT = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"
    r"|\+\d[\d ().-]{7,16}\d"
    r"|\(?\b\d{3}\)?[ -]\d{3}[ -]\d{4}\b"
    r"|(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)"
    r"|(?:微信|薇信|威信|加V|加v|VX|vx|Vx|QQ|扣扣|whats\s?app|telegram|wechat|line\s+id)\s*(?:号|号码|群|id)?\s*"
    r"[:：是为]?\s*[A-Za-z0-9_+-]{5,40}"
    r"|(?:加我|加个)(?:微信|好友|QQ|VX)",
    re.IGNORECASE,
)
_SHOUTED = re.compile(r"\b[A-Z]{2,}(?:[\s!?.,'-]+[A-Z]{2,}){3,}")
_REPEATED = re.compile(r"([^\W\d_]|[!?！？。~～])\1{3,}")
_GENERIC_LATIN = re.compile(
    r"a|all|always|again|amazing|and|as|awesome|beautiful|best|buy|delivery|everything|excellent|fast|fine|"
    r"five|good|great|happy|highly|i|is|it|item|love|loved|my|nice|ok|okay|perfect|price|product|quality|"
    r"really|recommend|recommended|seller|service|shipping|so|star|stars|super|thank|thanks|the|this|top|"
    r"very|was|well|will|wonderful|works|would|you"
)
_GENERIC_HAN = re.compile(
    r"(?:非常|真的|真心|特别|很|挺|太|超级|超|十分|比较|质量|东西|商品|产品|宝贝|物流|快递|发货|速度|卖家|店家|客服|服务|态度|包装|价格|"
    r"不错|满意|喜欢|推荐|好评|五星|五分|好用|漂亮|划算|实惠|值得|购买|拥有|下次|还会|再来|回购|好|快|棒|赞|美|的|了|哦|呢|啊|也|都|很快|"
    r"给力|收到|一般|可以|性价比|高|强烈|大家|买|默认|系统|此用户没有填写评价)+"
)


@dataclass(frozen=True)
class Finding:
    """One reason: its code, its weight and the facts that its sentence names (plain values)."""

    code: str
    weight: Decimal
    facts: Mapping[str, Any] = field(default_factory=dict)

    def stored(self) -> dict[str, Any]:
        return {"code": self.code, "weight": float(self.weight), **({"facts": dict(self.facts)} if self.facts else {})}


@dataclass(frozen=True)
class Assessment:
    score: Decimal
    findings: tuple[Finding, ...]

    @property
    def is_risky(self) -> bool:
        return self.score >= HOLD_AT

    @property
    def reasons(self) -> list[dict[str, Any]]:
        """What Review.risk_reasons keeps."""
        return [finding.stored() for finding in self.findings]


@dataclass(frozen=True)
class Signals:
    """What is known about a review when it comes in. Counts leave the review itself out.

    `likeness` is that of the most similar recent text, 0 to 1, `like_number` its number and `like_shops` how many shops
    have a text that similar. `product_usual` is the product's usual number of reviews in BURST_HOURS.
    """

    text: str
    title: str = ""
    rating: int = 5
    is_verified: bool = False
    likeness: float = 0.0
    like_count: int = 0
    like_shops: int = 0
    author_recent: int = 0
    product_recent: int = 0
    product_usual: float = 0.0
    product_mean: float | None = None
    product_count: int = 0


def assess(signals: Signals) -> Assessment:
    """The reasons that a review is risky, heaviest first, and their sum."""
    whole = f"{signals.title}\n{signals.text}".strip()
    findings = [
        *_about_text(whole),
        *_about_likeness(signals),
        *_about_bursts(signals),
        *_about_rating(signals),
    ]
    if not signals.is_verified:
        findings.append(_found("unverified"))
    findings.sort(key=lambda finding: (-finding.weight, finding.code))
    total = sum((finding.weight for finding in findings), Decimal(0))
    return Assessment(min(total, Decimal(1)).quantize(Decimal("0.001")), tuple(findings))


def _found(code: str, **facts: Any) -> Finding:
    return Finding(code, WEIGHTS[code], facts)


def _about_text(text: str) -> Iterable[Finding]:
    links = [match.group() for match in _LINK.finditer(_EMAIL.sub(" ", text))]
    if links:
        yield _found("link", found=links[0][:60])
    contact = _CONTACT.search(text)
    if contact:
        yield _found("contact", found=contact.group().strip()[:40])
    if is_shouted(text):
        yield _found("shouting")
    if text and is_generic(text):
        yield _found("generic")


def _about_likeness(signals: Signals) -> Iterable[Finding]:
    if signals.likeness >= NEAR_COPY_FROM:
        code = "copy" if signals.likeness >= COPY_FROM else "near_copy"
        percent = int(signals.likeness * 100)
        yield _found(code, percent=percent, count=signals.like_count, shops=signals.like_shops)


def _about_bursts(signals: Signals) -> Iterable[Finding]:
    if signals.author_recent >= AUTHOR_BURST_FROM:
        yield _found("author_burst", count=signals.author_recent + 1, hours=BURST_HOURS)
    usual = max(signals.product_usual, 0.0)
    if signals.product_recent >= PRODUCT_BURST_FROM and signals.product_recent >= PRODUCT_BURST_TIMES * usual:
        yield _found("product_burst", count=signals.product_recent + 1, hours=BURST_HOURS, usual=round(usual, 1))


def _about_rating(signals: Signals) -> Iterable[Finding]:
    if signals.product_mean is None or signals.product_count < RATING_FAR_SAMPLE:
        return
    if abs(signals.rating - signals.product_mean) >= RATING_FAR_FROM:
        yield _found("rating_far", rating=signals.rating, usual=round(signals.product_mean, 1))


def is_shouted(text: str) -> bool:
    """Written in capitals, or with characters repeated for effect ("sooooo", "！！！！"). Han text has no capitals."""
    letters = [char for char in text if char.isascii() and char.isalpha()]
    capitals = sum(char.isupper() for char in letters)
    if len(letters) >= 20 and capitals >= 0.7 * len(letters):
        return True
    return bool(_SHOUTED.search(text) or _REPEATED.search(text) or _han_repeated(text))


def _han_repeated(text: str) -> bool:
    return bool(re.search(r"([\u3400-\u9fff])\1{4,}|([\u3400-\u9fff]{2})\2{3,}", text))


def is_generic(text: str) -> bool:
    """So short, or so made of stock praise, that it could stand under any product."""
    plain = normalised(text)
    han = _HAN.findall(plain)
    if len(han) * 2 > len(plain.replace(" ", "")):
        return len(han) < 4 or (len(han) <= 24 and bool(_GENERIC_HAN.fullmatch("".join(han))))
    words = plain.split()
    return len(words) < 3 or (len(words) <= 15 and all(map(_GENERIC_LATIN.fullmatch, words)))


def normalised(text: str) -> str:
    """Lower case, full width to half width, punctuation and symbols to single spaces: what likeness compares."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(char if char.isalnum() else " " for char in folded)
    return " ".join(kept.split())


def grams(text: str) -> frozenset[str]:
    """The set of character pairs (Han) or triples (others) of a text; empty where it is too short to be compared."""
    plain = normalised(text)
    han = len(_HAN.findall(plain))
    mostly_han = han * 2 > len(plain.replace(" ", ""))
    if (han if mostly_han else len(plain)) < (LIKENESS_HAN if mostly_han else LIKENESS_LATIN):
        return frozenset()
    size = 2 if mostly_han else 3
    if mostly_han:
        plain = plain.replace(" ", "")
    return frozenset(plain[start : start + size] for start in range(len(plain) - size + 1))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared grams as a share of all grams of the two (Jaccard), 0 to 1."""
    if not one or not other:
        return 0.0
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def length_band(text: str) -> tuple[int, int]:
    """Texts shorter or longer than this cannot reach NEAR_COPY_FROM, give or take punctuation."""
    return int(len(text) * 0.6), int(len(text) * 1.7) + 10


def language_of(text: str) -> str:
    """ "zh-hans" for text that is mostly Han, else "" (not known): the interface language of the author says more."""
    plain = normalised(text).replace(" ", "")
    return "zh-hans" if plain and len(_HAN.findall(plain)) * 2 > len(plain) else ""


def passages(text: str) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is a passage that raised the score (links, contacts, shouting)."""
    spans = sorted(
        match.span() for pattern in (_LINK, _CONTACT, _SHOUTED, _REPEATED) for match in pattern.finditer(text)
    )
    pieces: list[tuple[str, bool]] = []
    at = 0
    for start, end in spans:
        if end <= at:
            continue
        start = max(start, at)
        if start > at:
            pieces.append((text[at:start], False))
        pieces.append((text[start:end], True))
        at = end
    if at < len(text):
        pieces.append((text[at:], False))
    return pieces
