"""What happens to addresses that took no mail."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class SuppressionLifted(Event):
    """Somebody said why an address takes mail again. `mail_id` is the newest mail to it, None for one of no shop's."""

    kind = "mail.suppression_lifted"
    label = _("Blocked e-mail address opened again")
    sentence = _("Blocked e-mail address opened again: %(reason)s")
    mail_id: int | None
    source: str
    reason: str
