"""Links out of mails and chats: they lead to the action, and say on the way whose notification was opened."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.signing import BadSignature, Signer
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from core.mail import absolute
from notifications.inbox.kinds import KINDS, kind_of

SALT = "notices.link"
NO_SHOP = 0  # a fact about a person's own account


@dataclass(frozen=True)
class Fact:
    """What a link tells of: these kinds are told the same fact to different people. `merchant_id` may be NO_SHOP."""

    merchant_id: int
    kinds: tuple[str, ...]
    key: str


@dataclass(frozen=True)
class Way:
    """Where a link leads, and what it tells of; None where that is not ours to believe."""

    to: str
    fact: Fact | None = None


def link_to(path: str, *, merchant_id: int, kind: str, key: str) -> str:
    """The whole address that leads to `path` and notes that this fact was opened, for whoever of its readers comes.

    It names no person, so it may stand where several read it; whose notification it is the session says.
    """
    name = f"{merchant_id}:{kind}:{key}"
    values = {"to": path, "fact": name, "sign": Signer(salt=SALT).signature(_signed(name, path))}
    return absolute(f"{reverse('inbox-follow')}?{urlencode(values, safe='/:')}")


def read_link(query: QueryDict) -> Way | None:
    """Where an address of link_to() leads. None where somebody made it up to lead away from us.

    One whose signature is not ours (any more) leads to pages of ours alone, and tells of nothing.
    """
    to, name = query.get("to", ""), query.get("fact", "")
    try:
        Signer(salt=SALT).unsign(f"{_signed(name, to)}:{query.get('sign', '')}")
    except BadSignature:
        ours = to.startswith("/") and url_has_allowed_host_and_scheme(to, allowed_hosts=None)
        return Way(to) if ours else None
    merchant, kind, key = name.split(":", 2)
    return Way(to, Fact(int(merchant), _told_the_same(kind), key))


def _signed(name: str, path: str) -> str:
    return f"{name} {path}"


def _told_the_same(name: str) -> tuple[str, ...]:
    kind = kind_of(name)
    if kind is None:
        return (name,)
    return tuple(one.name for one in KINDS if (one.like or one.name) == (kind.like or kind.name))
