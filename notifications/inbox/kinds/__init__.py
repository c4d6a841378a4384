"""Every kind of notification, on one shelf: who gets it, how urgent it is, what it says and what there is to do."""

from __future__ import annotations

from notifications.inbox.kinds import ahead, buyers, orders, platform, playbooks, products, stock, team
from notifications.inbox.kinds.base import Kind, Target

__all__ = ["CHOOSABLE", "KINDS", "Kind", "Target", "group_named", "kind_of"]

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
_IN_GROUPS: dict[str, list[Kind]] = {}
for _kind in KINDS:
    _IN_GROUPS.setdefault(_kind.grouping_key, []).append(_kind)
_BY_NAME = {kind.name: kind for kind in KINDS}


def group_named(words: str) -> tuple[list[Kind], str, str] | None:
    """What Kind.group_of() gave, taken apart: the kinds folded together, and the figure they share with its value.

    None where no kinds are folded so.
    """
    word, _sep, value = words.partition(":")
    for key, kinds in _IN_GROUPS.items():
        name, _sep, figure = key.partition(":")
        if name == word and bool(figure) is bool(value):
            return kinds, figure, value
    return None


def kind_of(name: str) -> Kind | None:
    """The kind of that name; None for one that the product no longer has."""
    return _BY_NAME.get(name)
