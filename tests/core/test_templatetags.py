"""Amounts and moments as pages say them: the quick ways agree with Babel and Django."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
import time_machine
from babel.numbers import format_currency
from django.utils import formats, timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from core.templatetags.sc import babel_locale, money, number, when

CURRENCIES = ("CNY", "USD", "EUR", "GBP", "JPY", "KRW", "BRL", "KWD", "CHF", "XXX")


@given(
    amount=st.decimals(-(10**12), 10**12, places=2),
    currency=st.sampled_from(CURRENCIES),
    language=st.sampled_from(["en", "zh-hans"]),
)
def test_amounts_are_written_as_babel_writes_them(amount, currency, language):
    with translation.override(language):
        said = format_currency(amount or Decimal(0), currency, locale=babel_locale())
        assert money(amount, currency) == said.replace("CN¥", "¥").replace("-", "−")


def test_no_amount_is_a_dash():
    assert money(None, "CNY") == "–"
    assert money(Decimal(0), "CNY") == "¥0.00"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@time_machine.travel("2026-11-28 12:00", tick=False)
def test_moments_carry_their_exact_time(language):
    moment = datetime(2026, 7, 3, 4, 5, tzinfo=UTC)
    with translation.override(language), timezone.override("Asia/Shanghai"):
        local = timezone.localtime(moment)
        said = when(moment)
        assert f'title="{formats.date_format(local, "DATETIME_FORMAT")}"' in said
        assert f">{formats.date_format(local, 'SHORT_DATETIME_FORMAT')}<" in said
        assert "12:05" in said


@pytest.mark.parametrize(("value", "text"), [(-0.3, "0"), (-0.6, "−1"), (-1234, "−1,234"), (0, "0"), (None, "–")])
def test_a_number_that_rounds_to_nothing_has_no_sign(value, text):
    assert number(value) == text
