"""How much is unread, in a time that does not grow with the inbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.utils import translation
from django.utils.text import slugify

from notifications.inbox.kinds import KINDS, Kind
from notifications.inbox.queries import inbox_of

UNREAD_LIMIT = 99  # more are shown as "99+": counting them would take longer and say no more


@dataclass(frozen=True)
class Unread:
    """What is unread in a member's inbox at one shop. Beyond the limit `topics` counts the most urgent ones only."""

    count: int
    topics: dict[str, int]

    @property
    def figures(self) -> dict[str, Any]:
        """What the badges of a page are told."""
        return {"unread": self.count, "label": self.label, "topics": self.topics}

    @property
    def label(self) -> str:
        """The number as a badge shows it; "" for none."""
        return f"{UNREAD_LIMIT}+" if self.count > UNREAD_LIMIT else str(self.count or "")


def topic_of(kind: Kind) -> str:
    """The topic of a kind as a word for addresses and attributes: "orders"."""
    return _keys()[kind.name]


@cache
def topics() -> dict[str, Any]:
    """The topics by their word, in the order of the kinds."""
    return {topic_of(kind): kind.topic for kind in KINDS}


def kinds_of(topic: str) -> list[str]:
    """The names of the kinds of a topic; none for a word that is no topic."""
    return [name for name, key in _keys().items() if key == topic]


@cache
def _keys() -> dict[str, str]:
    return topic_keys(KINDS)


def topic_keys(kinds: Collection[Kind]) -> dict[str, str]:
    """The topic of each kind as a word for addresses and attributes, by the name of the kind."""
    with translation.override("en"):
        return {kind.name: slugify(str(kind.topic)) for kind in kinds}


def unread_of(user_id: int, now: datetime) -> Unread:
    """What is unread of a member's inbox at the merchant in scope: one walk along an index, at most 100 rows long."""
    rows = inbox_of(user_id).unread(now).order_by("rank", "pk")
    return unread_among(list(rows.values_list("kind", flat=True)[: UNREAD_LIMIT + 1]))


def unread_at(user_id: int, shops: Collection[int], now: datetime) -> tuple[Unread, dict[int, Unread]]:
    """What is unread in all the inboxes of a person at these shops, and in each, in the scope of every tenant.

    One walk along an index, so many rows long as the badges of all of them can show.
    """
    rows = inbox_of(user_id).filter(merchant_id__in=shops).unread(now).order_by("rank", "pk")
    found = list(rows.values_list("merchant_id", "kind")[: (UNREAD_LIMIT + 1) * max(1, len(shops))])
    each = {shop: unread_among([kind for of, kind in found if of == shop]) for shop in shops}
    return unread_among([kind for _of, kind in found]), each


def unread_among(kinds: Collection[str], keys: Mapping[str, str] | None = None) -> Unread:
    """The counts of unread rows of these kinds; a kind the product no longer has counts for no topic.

    `keys` are the topics by kind (topic_keys()), where they are not those of members.
    """
    known = keys or _keys()
    return Unread(len(kinds), dict(Counter(known[name] for name in kinds if name in known)))
