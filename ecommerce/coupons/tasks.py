"""Coupons for many customers at once, in the background."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from core.actors import Actor
from core.tasks import task
from ecommerce.coupons.actions import Terms, give_stretch


@task(cluster="long")
def give_coupons(customer_ids: list[int], terms: dict[str, Any], key: str, actor: dict[str, Any]) -> None:
    """Give each of up to 1,000 customers a coupon; those who have the one of this `key` are left out."""
    said = Terms(
        kind=terms["kind"],
        amount=Decimal(terms["amount"]),
        percent=terms["percent"],
        least=Decimal(terms["least"]),
        valid_from=date.fromisoformat(terms["valid_from"]) if terms["valid_from"] else None,
        valid_until=date.fromisoformat(terms["valid_until"]) if terms["valid_until"] else None,
    )
    give_stretch(
        said, customer_ids=customer_ids, key=key, origin=terms["origin"], note=terms["note"], actor=Actor(**actor)
    )
