"""What happens to a person's own account. These facts belong to no merchant."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@event
@dataclass(frozen=True, kw_only=True)
class SignedInAnew(Event):
    """A sign-in from a device or network the account had not been used from. `device` is for people to recognise."""

    kind = "people.signed_in_anew"
    label = _("Signed in on a new device")
    sentence = _("Signed in on a new device: %(device)s")
    user_id: int
    device: str


@event
@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event):
    """`by_mail` tells a reset through the mailbox from a change by somebody who knew the old password."""

    kind = "people.password_changed"
    label = _("Password changed")
    user_id: int
    by_mail: bool


@event
@dataclass(frozen=True, kw_only=True)
class SecondFactorOn(Event):
    kind = "people.second_factor_on"
    label = _("Second factor turned on")
    user_id: int


@event
@dataclass(frozen=True, kw_only=True)
class SecondFactorOff(Event):
    kind = "people.second_factor_off"
    label = _("Second factor turned off")
    user_id: int


@event
@dataclass(frozen=True, kw_only=True)
class RecoveryCodesMade(Event):
    kind = "people.recovery_codes_made"
    label = _("New recovery codes made")
    user_id: int


@event
@dataclass(frozen=True, kw_only=True)
class SessionsEnded(Event):
    """The person signed other devices out."""

    kind = "people.sessions_ended"
    label = _("Signed out on other devices")
    user_id: int
    count: int


@event
@dataclass(frozen=True, kw_only=True)
class PersonJoined(Event):
    """An account was made, by an application or an invitation."""

    kind = "people.joined"
    label = _("Account created")
    user_id: int


@event
@dataclass(frozen=True, kw_only=True)
class PersonBlocked(Event):
    """Platform staff shut the account: nothing of it works any more."""

    kind = "people.blocked"
    label = _("Account blocked")
    user_id: int


@event
@dataclass(frozen=True, kw_only=True)
class PersonUnblocked(Event):
    kind = "people.unblocked"
    label = _("Account unblocked")
    user_id: int
