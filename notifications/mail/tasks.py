"""What happens to mails by the clock."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from core.tasks import task
from core.tenancy import every_tenant
from notifications.mail.actions import forget_old
from notifications.mail.queries import abandoned_attempts, overdue_mails
from notifications.mail.sending import cut_short, queue, send_mail

__all__ = ["prune_mails", "send_mail", "sweep_mails"]


@task(per_merchant=False)
def sweep_mails() -> None:
    """Queue the mails that are overdue and that no job looks after; there should be none.

    Attempts of senders that must be dead are closed in the log: not every mail is tried again.
    """
    with every_tenant("find overdue mails of all merchants"):
        cut_short(abandoned_attempts(timezone.now()))
        for mail in overdue_mails(timezone.now()).order_by("next_try")[:500]:
            queue(mail)


@task(per_merchant=False)
def prune_mails() -> None:
    """Forget texts after 60 days and whole mails after 400."""
    forget_old(bodies_after=timedelta(days=60), rows_after=timedelta(days=400))
