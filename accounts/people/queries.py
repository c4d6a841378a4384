"""What the pages of a person's own account show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.people.models import User
from accounts.people.rules import device_name


@dataclass(frozen=True)
class Device:
    """A session as its owner may recognise it; `device` is "" for a browser nobody knows."""

    pk: int
    device: str
    ip: str
    since: datetime
    seen: datetime
    is_current: bool


def live_sessions(user: User) -> QuerySet[UserSession]:
    """Sessions of the person that still work."""
    alive = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=timezone.now())
    sessions: QuerySet[UserSession] = UserSession.objects.filter(Exists(alive), user=user)
    return sessions


def devices_of(user: User, *, current: str | None) -> list[Device]:
    """Where the person is signed in: this device first, then the last used."""
    found = [
        Device(
            session.pk,
            device_name(session.user_agent),
            session.ip,
            session.created_at,
            session.last_seen_at,
            session.session_key == current,
        )
        for session in live_sessions(user).order_by("-last_seen_at", "-pk")
    ]
    return sorted(found, key=lambda device: not device.is_current)


@dataclass(frozen=True)
class SecondFactor:
    """Whether it is on, and how many recovery codes are left."""

    on: bool
    codes_left: int


def second_factor_of(user: User) -> SecondFactor:
    rows = {row.type: row for row in Authenticator.objects.filter(user=user)}
    codes = rows.get(Authenticator.Type.RECOVERY_CODES)
    left = len(codes.wrap().get_unused_codes()) if codes else 0
    return SecondFactor(Authenticator.Type.TOTP in rows, left)
