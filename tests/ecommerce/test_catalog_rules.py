"""SKUs that survive other systems, and prices that are prices."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from ecommerce.catalog.rules import clean_price, clean_sku, same_sku


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("TG-CEL-01", "TG-CEL-01"),
        ("  TG  01 ", "TG 01"),
        ("ＴＧ－０１", "TG-01"),
        ("茶具-1", "茶具-1"),
        ("ﬁ-1", "fi-1"),
        ("a" * 80, "a" * 80),
    ],
)
def test_a_sku_is_normalised(typed, stored):
    assert clean_sku(typed) == stored


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "sku_empty"),
        (" \u3000", "sku_empty"),
        ("a" * 81, "sku_too_long"),
        ("TEA-🍵", "sku_picture"),
        ("TEA-❤️", "sku_picture"),
        ("1️⃣", "sku_picture"),
        ("👍🏽", "sku_picture"),
        ("TEA\u20011", None),
        ("TEA\t1", "sku_invisible"),
        ("TEA\x00", "sku_invisible"),
        ("TEA\u200b1", "sku_invisible"),
        ("TEA\u202e1", "sku_invisible"),
        ("TEA\u20281", "sku_invisible"),
    ],
)
def test_a_sku_without_a_future_is_refused_in_words(typed, code):
    if code is None:
        assert clean_sku(typed) == "TEA 1"
        return
    with pytest.raises(Refused) as refusal:
        clean_sku(typed)
    assert (refusal.value.code, list(refusal.value.fields)) == (code, ["sku"])


@given(st.text(max_size=90))
def test_a_stored_sku_is_stable_and_printable(typed):
    try:
        sku = clean_sku(typed)
    except Refused:
        return
    assert clean_sku(sku) == sku
    assert 1 <= len(sku) <= 80
    assert sku.isprintable()
    assert same_sku(sku.upper()) == same_sku(sku.upper().casefold())


@pytest.mark.parametrize(("typed", "stored"), [("168", "168.00"), ("0.005", "0.01"), ("999999999.99", "999999999.99")])
def test_a_price_is_rounded_to_the_cent(typed, stored):
    assert str(clean_price(Decimal(typed))) == stored


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("NaN", "price_no_number"),
        ("Infinity", "price_no_number"),
        ("0", "price_not_positive"),
        ("0.004", "price_not_positive"),
        ("-1", "price_not_positive"),
        ("-1E+40", "price_not_positive"),
        ("1000000000", "price_too_high"),
        ("1E+40", "price_too_high"),
    ],
)
def test_what_is_no_price_is_refused(typed, code):
    with pytest.raises(Refused) as refusal:
        clean_price(Decimal(typed))
    assert (refusal.value.code, list(refusal.value.fields)) == (code, ["price"])
