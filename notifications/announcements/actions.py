"""Writing a notice, releasing it, telling everybody, taking it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.people.models import User
from core.actors import Actor
from core.errors import Refused
from core.tenancy import every_tenant
from notifications.announcements.events import AnnouncementSent, AnnouncementWithdrawn
from notifications.announcements.models import Announcement
from notifications.announcements.queries import (
    members_at,
    notices_of,
    opened_count,
    people_after,
    people_count,
    platform_kind,
)
from notifications.inbox.actions import settle
from notifications.inbox.mailing import mail_in_turn, passes_quiet
from notifications.inbox.models import Timing
from notifications.inbox.putting import put_many
from notifications.inbox.queries import choices_at

INBOXES, MAILS = 2000, 100  # people in one transaction
FARTHEST = timedelta(days=180)

State = Announcement.State


def write(announcement: Announcement | None, values: Mapping[str, Any], *, author: User) -> Announcement:
    """Keep a notice as a draft, new or changed. Refused for one that was released."""
    with transaction.atomic():
        if announcement is None:
            announcement = Announcement(created_by=author)
        else:
            announcement = _locked(announcement.pk)
            _draft_only(announcement)
        for name, value in values.items():
            setattr(announcement, name, value)
        announcement.save()
    return announcement


def discard(announcement: Announcement) -> None:
    """Throw a draft away. Refused for what was released, which stays for the record."""
    with transaction.atomic():
        locked = _locked(announcement.pk)
        _draft_only(locked)
        locked.delete()


@transaction.atomic
def release(
    announcement: Announcement, *, at: datetime | None, queue: Callable[[Announcement], None], actor: Actor
) -> Announcement:
    """Have a draft sent, now or at a time. Refused where it would reach nobody or the time is not ahead."""
    announcement = _locked(announcement.pk)
    _draft_only(announcement)
    now = timezone.now()
    if at is not None and not now < at <= now + FARTHEST:
        say = _("Choose a time in the next 180 days.")
        raise Refused("bad_time", say, at=say)
    with every_tenant("a notice of the platform goes to members of all shops"):
        announcement.people = people_count(announcement)
    if not announcement.people:
        raise Refused("nobody", _("Nobody belongs to this audience. Choose another."))
    announcement.state, announcement.send_at = State.SCHEDULED, at or now
    announcement.save()
    queue(announcement)
    fact = AnnouncementSent(
        announcement_id=announcement.pk, people=announcement.people, at=at.isoformat() if at else ""
    )
    record(fact, actor=actor, subject=announcement)
    return announcement


@transaction.atomic
def withdraw(announcement: Announcement, *, actor: Actor) -> Announcement:
    """Take it back: nobody else is told, and where it lies it counts as handled, also in e-mails that wait.

    Refused for a draft and for one that was withdrawn.
    """
    announcement = _locked(announcement.pk)
    if not announcement.can_be_withdrawn:
        raise Refused("not_out", _("There is nothing to withdraw."), status=409)
    with every_tenant("a notice of the platform lies in inboxes of all shops"):
        announcement.opened = opened_count(announcement)
        settle(platform_kind().name, key=announcement.key)
    announcement.state, announcement.withdrawn_at = State.WITHDRAWN, timezone.now()
    announcement.save()
    fact = AnnouncementWithdrawn(announcement_id=announcement.pk, told=announcement.told)
    record(fact, actor=actor, subject=announcement)
    return announcement


def fix_figures(now: datetime) -> int:
    """Keep how many opened the notices that soon go from inboxes by themselves. Returns of how many notices."""
    old = Announcement.objects.filter(
        state=State.SENT, opened=None, started_at__lt=now - platform_kind().stale + timedelta(days=2)
    )
    count = 0
    with every_tenant("a notice of the platform lies in inboxes of all shops"):
        for announcement in old:
            fixed = Announcement.objects.filter(pk=announcement.pk, opened=None)
            count += fixed.update(opened=opened_count(announcement))
    return count


def spread(announcement_id: int, *, go_on: Callable[[Announcement], bool]) -> bool:
    """Tell everybody, piece by piece, as long as `go_on` says so; returns whether nothing is left.

    A piece of people, their figures and the place to go on from are one transaction under a lock on the notice. So
    nobody is told twice or left out, however often this is begun, killed or run beside itself.
    """
    with every_tenant("a notice of the platform goes to members of all shops"):
        while True:
            with transaction.atomic():
                announcement = _locked(announcement_id)
                if not announcement.is_under_way:
                    return True
                _piece(announcement)
                announcement.save()
            if not announcement.is_under_way:
                go_on(announcement)
                return True
            if not go_on(announcement):
                return False


def _piece(announcement: Announcement) -> None:
    now = timezone.now()
    if announcement.started_at is None:
        announcement.state, announcement.started_at = State.SENDING, now
        announcement.people = people_count(announcement)
    if announcement.inbox_done_at is None:
        people = people_after(announcement, announcement.inbox_upto, limit=INBOXES)
        if people:
            _put(announcement, people)
        if len(people) < INBOXES:
            announcement.inbox_done_at = now
        return
    people = people_after(announcement, announcement.mail_upto, limit=MAILS)
    if people:
        _mail(announcement, people, now)
    if len(people) < MAILS:
        announcement.state, announcement.finished_at = State.SENT, now


def _put(announcement: Announcement, people: list[tuple[int, int]]) -> None:
    kind = platform_kind()
    choices = choices_at(kind, people)
    wanted = [one for one in people if choices[one].inbox]
    written = put_many(kind, announcement.key, announcement.params, wanted, urgency=announcement.urgency)
    announcement.told += len(written.new)
    announcement.passed += len(people)
    announcement.inbox_upto = people[-1][1]


def _mail(announcement: Announcement, people: list[tuple[int, int]], now: datetime) -> None:
    """At once or in the turn that the member chose; what is to be acted on passes their quiet hours."""
    kind, key, params = platform_kind(), announcement.key, announcement.params
    choices = choices_at(kind, people)
    members = members_at([one for one in people if choices[one].mail != Timing.OFF])
    lying = {(row.merchant_id, row.user_id): row.pk for row in _lying(announcement, [one.user_id for one in members])}
    wanted = [(member, choices[member.merchant_id, member.user_id].mail) for member in members]
    passes = passes_quiet(kind, announcement.urgency)
    mail_in_turn(kind, key, params, wanted, lying=lying, passes=passes, now=now)
    announcement.mailed += len(members)
    announcement.mail_upto = people[-1][1]


def _lying(announcement: Announcement, user_ids: list[int]) -> Any:
    return notices_of(announcement).filter(user_id__in=user_ids).only("pk", "merchant_id", "user_id")


def _locked(pk: int) -> Announcement:
    return Announcement.objects.select_for_update().get(pk=pk)


def _draft_only(announcement: Announcement) -> None:
    if not announcement.is_draft:
        raise Refused("released", _("It was released already. Withdraw it and write a new one."), status=409)
