"""Money is a Decimal with a currency; amounts are rounded half up to the cent, once, where they are made."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

CENT = Decimal("0.01")
LARGEST = Decimal("999999999.99")


def cents(amount: Decimal) -> Decimal:
    """`amount` rounded half up to two decimals."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def money_field(verbose_name: Any = None, *, signed: bool = False, **options: Any) -> models.DecimalField[Any, Any]:
    """A column for an amount in the merchant's currency, at most LARGEST; not below zero unless `signed`."""
    options.setdefault("default", Decimal("0.00"))
    lowest = -LARGEST if signed else Decimal(0)
    return models.DecimalField(
        verbose_name,
        max_digits=14,
        decimal_places=2,
        validators=[MinValueValidator(lowest), MaxValueValidator(LARGEST)],
        **options,
    )
