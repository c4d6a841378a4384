"""Every kind of notification, on one shelf: who gets it, how urgent it is, what it says and what there is to do."""

from __future__ import annotations

from notifications.inbox.kinds import ahead, buyers, orders, platform, playbooks, products, stock, team
from notifications.inbox.kinds.base import Kind, Target

__all__ = ["CHOOSABLE", "KINDS", "Kind", "Target", "kind_of"]

KINDS = (
    *orders.KINDS,
    *stock.KINDS,
    *buyers.KINDS,
    *products.KINDS,
    *ahead.KINDS,
    *playbooks.KINDS,
    *team.KINDS,
    *platform.KINDS,
)
CHOOSABLE = tuple(kind for kind in KINDS if not kind.like)
_BY_NAME = {kind.name: kind for kind in KINDS}


def kind_of(name: str) -> Kind | None:
    """The kind of that name; None for one that the product no longer has."""
    return _BY_NAME.get(name)
