"""The risk score: which signs are seen in which texts, and what they add up to."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecommerce.reviews import rules
from ecommerce.reviews.rules import Signals, assess

LONG = "The glaze is even, the lid sits tight and the spout does not drip even when I pour quickly."
LONG_ZH = "釉色均匀，盖子很合，出水利落不滴，茶泡出来也香，就是比图片上略小一点。"


def codes(**signals) -> list[str]:
    return [finding.code for finding in assess(Signals(**{"is_verified": True, **signals})).findings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (LONG, []),
        (LONG_ZH, []),
        ("Leaks at 3.5 bar after 2.5 weeks. Not what I ordered on 11.11, sadly.", []),
        ("Paid 168.00 and got order 202511210001234 in two days, parcel 75312345678901.", []),
        ("I e.g. like it, i.e. the lid fits, the pot is heavy and warm.", []),
        ("Get 40% off only at teadeals-shop.example/lm40 before they raise the price again", ["link"]),
        ("see https://example.com/a?b=c for a far better pot than this one here", ["link"]),
        ("更便宜的在 www.chaju.cn 自己去看，别在这里买，质量不行而且发货很慢", ["link"]),
        ("复制链接打开就能领红包，这个杯子其实一般，包装倒是很用心", ["link"]),
        ("Write to me at tea.lover@example.com, I sell the same pot for half of it", ["contact"]),
        ("Lid cracked, and the phone number on the slip is 138 0013 8000, call them", ["contact"]),
        ("想要同款的加我微信 tea8888 ，价格便宜一半，质量一模一样的", ["contact"]),
        ("返现请加微信：chaju_2020，五星好评截图发我就返五元现金红包", ["contact"]),
        ("THIS POT IS THE WORST THING I HAVE EVER BOUGHT", ["shouting"]),
        ("The lid is soooooo small that it fell into the pot on day one", ["shouting"]),
        ("质量差得离谱！！！！盖子第一天就掉进壶里了，客服还不理人", ["shouting"]),
        ("差差差差差，盖子第一天就掉进壶里了，客服还一直不理人", ["shouting"]),
        ("ok", ["generic"]),
        ("Very good", ["generic"]),
        ("Great product, great quality, fast shipping, highly recommend!", ["generic"]),
        ("好评", ["generic"]),
        ("质量很好，物流很快，值得购买，强烈推荐", ["generic"]),
        ("此用户没有填写评价", ["generic"]),
        ("壶嘴短了点", []),
        ("", []),
    ],
)
def test_signs_in_the_text(text, expected):
    assert codes(text=text) == expected


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        ({"likeness": 0.74, "like_count": 1, "like_shops": 1}, []),
        ({"likeness": 0.75, "like_count": 1, "like_shops": 1}, ["near_copy"]),
        ({"likeness": 0.95, "like_count": 3, "like_shops": 2}, ["copy"]),
        ({"author_recent": 3}, []),
        ({"author_recent": 4}, ["author_burst"]),
        ({"product_recent": 7}, []),
        ({"product_recent": 8}, ["product_burst"]),
        ({"product_recent": 8, "product_usual": 2.0}, []),
        ({"rating": 1, "product_mean": 4.8, "product_count": 9}, []),
        ({"rating": 1, "product_mean": 4.8, "product_count": 10}, ["rating_far"]),
        ({"rating": 5, "product_mean": 1.9, "product_count": 10}, ["rating_far"]),
        ({"rating": 3, "product_mean": 4.8, "product_count": 10}, []),
        ({"is_verified": False}, ["unverified"]),
    ],
)
def test_signs_around_the_text(signals, expected):
    assert codes(**{"text": LONG, **signals}) == expected


def test_the_score_is_the_sum_of_the_weights_with_what_was_found():
    found = assess(Signals(text="Buy at example.com VERY GOOD", is_verified=False))

    assert [(finding.code, finding.weight) for finding in found.findings] == [
        ("link", Decimal("0.60")),
        ("unverified", Decimal("0.20")),
    ]
    assert found.score == Decimal("0.800")
    assert found.is_risky
    assert found.reasons == [
        {"code": "link", "weight": 0.6, "facts": {"found": "example.com"}},
        {"code": "unverified", "weight": 0.2},
    ]


@pytest.mark.parametrize(
    ("signals", "held"),
    [
        ({"text": "好评", "is_verified": False}, False),
        ({"text": "ok", "is_verified": False, "rating": 1, "product_mean": 4.8, "product_count": 40}, False),
        ({"text": LONG, "is_verified": False, "author_recent": 6}, False),
        ({"text": "Great!!!! Great!!!!", "is_verified": False, "author_recent": 6}, True),
        ({"text": LONG, "is_verified": True, "likeness": 0.8, "like_shops": 1}, False),
        ({"text": LONG, "is_verified": False, "likeness": 0.8, "like_shops": 1}, True),
        ({"text": LONG, "is_verified": True, "likeness": 1.0, "like_shops": 1}, True),
    ],
)
def test_what_is_held(signals, held):
    assert assess(Signals(**signals)).is_risky is held


@given(st.text(max_size=400), st.integers(1, 5), st.booleans(), st.floats(0, 1), st.integers(0, 50))
def test_any_text_gets_a_score_between_nought_and_one(text, rating, is_verified, likeness, recent):
    found = assess(Signals(text=text, rating=rating, is_verified=is_verified, likeness=likeness, author_recent=recent))

    assert 0 <= found.score <= 1
    assert found.score == min(Decimal(1), sum((f.weight for f in found.findings), Decimal(0)))
    assert "".join(piece for piece, _ in rules.passages(text)) == text


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        (LONG, LONG, 1.0, 1.0),
        (LONG, LONG.upper().replace(",", " ! "), 1.0, 1.0),
        (LONG, LONG.replace("quickly", "fast"), rules.NEAR_COPY_FROM, 0.95),
        (LONG, "The handle broke off in the second week and the shop did not answer my mails at all.", 0.0, 0.3),
        (LONG_ZH, LONG_ZH.replace("，", "。"), 1.0, 1.0),
        (LONG_ZH, "杯子收到就有裂纹，联系客服两天没有人回，最后还是平台帮忙退的款。", 0.0, 0.2),
        ("Very good", "Very good", 0.0, 0.0),
        ("很好", "很好", 0.0, 0.0),
    ],
)
def test_likeness(one, other, least, most):
    assert least <= rules.likeness(rules.grams(one), rules.grams(other)) <= most


def test_passages_mark_what_raised_the_score():
    assert rules.passages("Nice. See www.a.cn now") == [("Nice. See ", False), ("www.a.cn", True), (" now", False)]


@pytest.mark.parametrize(("text", "language"), [(LONG, ""), (LONG_ZH, "zh-hans"), ("", ""), ("👍", "")])
def test_language(text, language):
    assert rules.language_of(text) == language
