"""What happens to a shop's letters to buyers."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class LetterRulesChanged(Event):
    """`off` names the letters that are not sent; a limit of None is none."""

    kind = "letters.rules_changed"
    label = _("Rules of letters to buyers changed")
    off: list[str]
    most_a_day: int | None
    invitations_a_month: int | None
    invites_unasked: bool
