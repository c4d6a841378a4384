"""How long somebody stays signed in: the same for pages and for the live stream."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from accounts.people.models import User
from accounts.people.rules import session_is_over, session_limits

# Keys of a session: the moments of the sign-in and of the last request, in seconds since the epoch.
SINCE = "since"
SEEN = "seen"


def is_over(session: Any, user: User, now: int) -> bool:
    """Whether the session has lasted, or was left alone, for too long; one that was never looked at begins now."""
    remembered = session.get_expiry_age() > settings.SESSION_COOKIE_AGE
    limits = session_limits(is_staff=user.is_platform_staff, remembered=remembered)
    return session_is_over(limits, since=session.get(SINCE, now), seen=session.get(SEEN, now), now=now)
