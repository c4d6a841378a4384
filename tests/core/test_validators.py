"""Card numbers are seen in free text; other long numbers are left alone."""

from __future__ import annotations

import pytest

from core.validators import has_card_number


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4111 1111 1111 1111", True),
        ("paid with 4111-1111-1111-1111 yesterday", True),
        ("5555555555554444", True),
        ("3782 822463 10005", True),
        ("6200000000000005", True),
        ("2223003122003222", True),
        ("5018 0000 0000 0009", True),
        ("4111 1111 1111 1112", False),
        ("SF1389004277151", False),
        ("order 202511210001234, parcel 4312345678901", False),
        ("138 0013 8000", False),
        ("", False),
    ],
)
def test_card_numbers(text, found):
    assert has_card_number(text) is found
