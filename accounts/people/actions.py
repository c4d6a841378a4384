"""What people do with their own accounts, and what staff do with them."""

from __future__ import annotations

import hashlib
import time
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.people.events import (
    PasswordChanged,
    PersonBlocked,
    PersonJoined,
    PersonUnblocked,
    RecoveryCodesMade,
    SecondFactorOff,
    SecondFactorOn,
    SessionsEnded,
    SignedInAnew,
)
from accounts.people.models import FailedAttempts, KnownDevice, User
from accounts.people.rules import Limit, device_name, network_of
from core.actors import Actor
from core.errors import Refused

KEEP_DEVICES = timedelta(days=180)


@transaction.atomic
def create_person(
    *, email: str, name: str, password: str | None, verified: bool, language: str = "en", time_zone: str = "UTC"
) -> User:
    """Make an account. With `verified` the mailbox is known to be theirs; without, a link in a mail has to prove it.

    Refuses an address that has an account; whoever calls must not tell that to a stranger.
    """
    if User.objects.filter(email__iexact=email).exists():
        sentence = _("This e-mail address has an account already. Sign in with it.")
        raise Refused("email_taken", sentence, email=sentence)
    user = User.objects.create_user(email, password, name=name, language=language, time_zone=time_zone)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=verified)
    record(PersonJoined(user_id=user.pk), actor=user.actor, subject=user)
    return user


def change_profile(user: User, *, name: str, language: str, time_zone: str, theme: str, shortcuts: bool) -> User:
    user.name, user.language, user.time_zone, user.theme = name, language, time_zone, theme
    user.shortcuts = shortcuts
    user.save(update_fields=["name", "language", "time_zone", "theme", "shortcuts"])
    return user


def choose_theme(user: User, theme: str) -> User:
    """Light, dark, or as the device; anything else is taken for the last."""
    user.theme = theme if theme in User.Theme.values else User.Theme.AUTO
    user.save(update_fields=["theme"])
    return user


def choose_language(user: User, language: str) -> User:
    user.language = language
    user.save(update_fields=["language"])
    return user


@transaction.atomic
def note_sign_in(user: User, *, user_agent: str, address: str) -> bool:
    """Remember the device. True, with an event, if the account has been used before but never from there."""
    name, network = device_name(user_agent), network_of(address)
    digest = salted_hmac("accounts.people.device", f"{user.pk}|{name}|{network}", algorithm="sha256").hexdigest()
    now = timezone.now()
    if KnownDevice.objects.filter(user=user, digest=digest).update(last_seen_at=now):
        return False
    is_first = not KnownDevice.objects.filter(user=user).exists()
    KnownDevice.objects.get_or_create(user=user, digest=digest)
    KnownDevice.objects.filter(user=user, last_seen_at__lt=now - KEEP_DEVICES).delete()
    if not is_first:
        record(SignedInAnew(user_id=user.pk, device=name), actor=user.actor, subject=user)
    return not is_first


@transaction.atomic
def password_changed(user: User, *, by_mail: bool) -> None:
    record(PasswordChanged(user_id=user.pk, by_mail=by_mail), actor=user.actor, subject=user)


@transaction.atomic
def second_factor_changed(user: User, *, on: bool) -> None:
    record((SecondFactorOn if on else SecondFactorOff)(user_id=user.pk), actor=user.actor, subject=user)


@transaction.atomic
def recovery_codes_made(user: User) -> None:
    record(RecoveryCodesMade(user_id=user.pk), actor=user.actor, subject=user)


def end_session(session: UserSession) -> None:
    """Sign one device out, at once."""
    session.end()


@transaction.atomic
def end_other_sessions(user: User, *, keep: str | None) -> int:
    """Sign out every device of the person but the one with the session key `keep`. Returns how many."""
    ended = 0
    for session in UserSession.objects.filter(user=user).exclude(session_key=keep or ""):
        ended += session.exists()
        session.end()
    if ended:
        record(SessionsEnded(user_id=user.pk, count=ended), actor=user.actor, subject=user)
    return ended


@transaction.atomic
def block_person(user: User, *, actor: Actor) -> User:
    """Shut the account: sessions end now, sign-in is refused, and tokens the person made stop working."""
    if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        raise Refused("already_blocked", _("This account is blocked already."))
    user.refresh_from_db()
    for session in UserSession.objects.filter(user=user):
        session.end()
    record(PersonBlocked(user_id=user.pk), actor=actor, subject=user, changes={"is_active": (True, False)})
    return user


@transaction.atomic
def unblock_person(user: User, *, actor: Actor) -> User:
    if not User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
        raise Refused("not_blocked", _("This account is not blocked."))
    user.refresh_from_db()
    record(PersonUnblocked(user_id=user.pk), actor=actor, subject=user, changes={"is_active": (False, True)})
    return user


def take_attempt(limits: dict[Limit, str]) -> bool:
    """Count an attempt before it is made, under each limit's key; False when one of them is used up.

    Counted first and given back on success, so that many attempts at once cannot all slip under the limit.
    """
    allowed = True
    for limit, key in limits.items():
        allowed = _add(limit, key, 1) <= limit.times and allowed
    return allowed


def give_attempt_back(limits: dict[Limit, str]) -> None:
    """The attempt succeeded, so it does not count."""
    for limit, key in limits.items():
        _add(limit, key, -1)


def _add(limit: Limit, key: str, step: int) -> int:
    """Change the count of the span that is now; returns the new count."""
    window = int(time.time() // limit.seconds)
    digest = hashlib.sha256(f"{limit.what}|{limit.seconds}|{key}".encode()).hexdigest()
    row = FailedAttempts.objects.filter(key=digest, window=window)
    if step < 0:
        row.filter(count__gt=0).update(count=F("count") - 1)
        return 0
    with transaction.atomic():
        if not row.update(count=F("count") + step, at=timezone.now()):
            try:
                with transaction.atomic():
                    FailedAttempts.objects.create(key=digest, window=window, count=step)
            except IntegrityError:  # somebody else made the row in this moment
                row.update(count=F("count") + step, at=timezone.now())
        return row.values_list("count", flat=True).get()


def forget_old_attempts() -> int:
    """Delete counts that no limit looks at any more. Returns how many."""
    deleted, _models = FailedAttempts.objects.filter(at__lt=timezone.now() - timedelta(days=1)).delete()
    return deleted
