"""Every permission word a merchant's role may hold says in human words what it lets a person do."""

from __future__ import annotations

from collections import Counter

from core import roles


def test_every_merchant_word_has_one_label():
    worded = Counter(word for area in roles.areas() for word in area.words)

    assert set(worded) == set(roles.merchant_permissions())
    assert set(worded.values()) == {1}
