"""Mails as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Lower

from core.together import together
from notifications.mail.models import Delivery, Mail, MailQuerySet, ServerPause, Suppression
from notifications.mail.rules import LEASE, Report, bracketed

GRACE = timedelta(minutes=2)
SHORTEST_ID = 12  # of a provider's name for a mail: a shorter one might stand in an answer by chance


def mail_list() -> MailQuerySet:
    """The mails in scope without their bodies, with their merchants."""
    rows: MailQuerySet = Mail.objects.select_related("merchant").defer("text", "html", "headers")
    return rows


def overdue_mails(now: datetime) -> MailQuerySet:
    """Mails that are due longer than any job would leave them; there should be none."""
    return Mail.objects.due(now - GRACE)


def abandoned_attempts(now: datetime) -> QuerySet[Delivery]:
    """Attempts that are under way by the log and whose senders must be dead."""
    return Delivery.objects.filter(at__lt=now - LEASE, outcome=Delivery.Outcome.STARTED)


def has_overdue_mails(now: datetime) -> bool:
    """Whether any mail is overdue, or any attempt to be closed in the log. In the scope of every tenant."""
    return overdue_mails(now).exists() or abandoned_attempts(now).exists()


def suppressed_for_shop() -> QuerySet[Suppression]:
    """The suppressed addresses that the merchant in scope wrote to, each with the newest mail to it as `mail_id`.

    What others wrote to is never among them.
    """
    found: QuerySet[Suppression] = _with_mail(Suppression.objects.all()).filter(mail_id__isnull=False)
    return found


def suppressed_for_all() -> QuerySet[Suppression]:
    """All suppressed addresses, with the newest mail in scope to each as `mail_id`, if there is one."""
    found: QuerySet[Suppression] = _with_mail(Suppression.objects.all())
    return found


def _with_mail(rows: Any) -> Any:
    to_it = Mail.objects.alias(plain_to=Lower("to")).filter(plain_to=OuterRef("address"))
    return rows.annotate(mail_id=Subquery(to_it.order_by("-pk").values("pk")[:1]))


def is_suppressed(mail: Mail) -> bool:
    """Whether its address takes no mail now; account mails are sent nevertheless."""
    return mail.purpose != Mail.Purpose.ACCOUNT and Suppression.objects.filter(address=mail.to.lower()).exists()


def may_be_read(mail: Mail) -> bool:
    """Whether its text may be shown to others than its reader: account mails carry links that open the account."""
    return mail.purpose != Mail.Purpose.ACCOUNT or settings.DEMO


def reported_mail(report: Report) -> Mail | None:
    """The mail that a provider speaks of: one of that name to that address. In the scope of every tenant.

    A provider that names mails by itself said that name when it took the mail, so it stands in the attempt's answer.
    """
    to_them = Mail.objects.to_address(report.recipient)
    found: Mail | None = to_them.filter(message_id__in=[bracketed(name) for name in report.ids]).first()
    for name in report.ids if found is None else ():
        if len(name) >= SHORTEST_ID:
            found = to_them.filter(deliveries__answer__contains=name.strip("<>")).first()
        if found is not None:
            break
    return found


@dataclass(frozen=True)
class Backlog:
    """What waits to be sent, and what could not be. `since` is when the oldest waiting mail was written."""

    waiting: int
    since: datetime | None
    unclear: int
    failed: int
    suppressed: int
    pause: ServerPause | None


def backlog() -> Backlog:
    """The state of the outbox of all merchants; call it in every_tenant()."""
    waiting = Q(state__in=[Mail.State.QUEUED, Mail.State.SENDING])
    unsent: Any = Mail.objects.exclude(state__in=[Mail.State.SENT, Mail.State.NEEDLESS]).order_by().values(all=Value(1))
    sums = unsent.annotate(
        waiting=Count("pk", filter=waiting),
        since=Min("created_at", filter=waiting),
        unclear=Count("pk", filter=Q(state=Mail.State.MAYBE_SENT)),
        failed=Count("pk", filter=Q(state=Mail.State.FAILED)),
        suppressed=Count("pk", filter=Q(state=Mail.State.SUPPRESSED)),
    )
    names = ("waiting", "since", "unclear", "failed", "suppressed")
    found = together(sums=sums.values(*names), pauses=ServerPause.objects.order_by("since")[:1])
    nothing = {"waiting": 0, "since": None, "unclear": 0, "failed": 0, "suppressed": 0}
    return Backlog(**next(iter(found["sums"]), nothing), pause=next(iter(found["pauses"]), None))
