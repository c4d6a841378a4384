"""What happens to API tokens."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class TokenCreated(Event):
    kind = "tokens.created"
    label = _("API token created")
    sentence = _("API token “%(name)s” created")
    token_id: int
    name: str


@event
@dataclass(frozen=True, kw_only=True)
class TokenReplaced(Event):
    """A new token took over from an old one, which works for one more day."""

    kind = "tokens.replaced"
    label = _("API token replaced")
    sentence = _("API token “%(name)s” replaced")
    token_id: int
    old_token_id: int
    name: str


@event
@dataclass(frozen=True, kw_only=True)
class TokenRevoked(Event):
    """`why` is "asked", "creator_left" or "leaked"."""

    kind = "tokens.revoked"
    label = _("API token revoked")
    sentence = _("API token “%(name)s” revoked")
    token_id: int
    name: str
    why: str
