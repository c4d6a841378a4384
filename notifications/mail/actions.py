"""Writing mails down, and deciding on those that could not be sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from core.tenancy import current_tenant_id, every_tenant, tenant_or_none
from notifications.mail import rules
from notifications.mail.events import SuppressionLifted
from notifications.mail.models import Attachment, Delivery, Mail, Suppression, new_message_id
from notifications.mail.queries import is_suppressed, reported_mail
from notifications.mail.rules import Report
from notifications.mail.sending import as_message, queue, suppress

State = Mail.State
MOST_ATTACHED = 8 * 1024 * 1024


def post(
    *,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    purpose: str = Mail.Purpose.ACCOUNT,
    sender: str = "",
    headers: Mapping[str, str] | None = None,
    dedupe: str | None = None,
    language: str = "",
    attachments: Sequence[tuple[str, str, bytes]] = (),
    inline: Sequence[tuple[str, str, bytes]] = (),
) -> Mail:
    """Write a mail down and queue its sending, in the caller's transaction. The row is returned, not a result.

    It belongs to the merchant in scope, if any. With `dedupe`, the mail that was written under that name before is
    returned and nothing is sent. An address that takes no mail gets a row that says so; account mails are tried
    nevertheless. Raises BadHeaderError for a line break in a header.

    `attachments` are (name, content type, bytes), `inline` pictures (content id, content type, bytes) that the HTML
    shows as cid:…; at most 8 MB together, one of the two kinds, and only mails of a merchant carry any.
    """
    if sum(len(content) for _name, _kind, content in (*attachments, *inline)) > MOST_ATTACHED:
        raise ValueError("a mail carries at most 8 MB")
    if attachments and inline:
        raise ValueError("a mail carries files or shows pictures")
    if (attachments or inline) and tenant_or_none() is None:
        raise ValueError("a mail about a person's own account carries no files")
    sender = sender or settings.DEFAULT_FROM_EMAIL
    mail = Mail(
        to=to,
        sender=sender,
        subject=" ".join(subject.split())[:300],
        text=text,
        html=html,
        headers=dict(headers or {}),
        language=language or get_language() or settings.LANGUAGE_CODE,
        purpose=purpose,
        dedupe=dedupe,
        message_id=new_message_id(parseaddr(sender)[1].rpartition("@")[2] or "localhost"),
    )
    as_message(mail).message()
    merchant_id = current_tenant_id() if tenant_or_none() else None
    with (
        every_tenant("a mail may concern a person's own account, and its name is unique for all"),
        transaction.atomic(),
    ):
        mail.merchant_id = merchant_id
        mail.give_up_at = mail.created_at + rules.GIVE_UP_AFTER
        if purpose != Mail.Purpose.ACCOUNT:
            refusal = Suppression.objects.filter(address=to.lower()).first()
            if refusal is not None:
                mail.state, mail.next_try, mail.last_error = State.SUPPRESSED, None, refusal.reason
        if dedupe is not None and (known := Mail.objects.filter(dedupe=dedupe).first()):
            return known
        try:
            with transaction.atomic():
                mail.save()
                if merchant_id is not None:
                    files = [
                        Attachment(
                            mail=mail, merchant_id=merchant_id, name=name[:120], content_type=kind, content=content
                        )
                        for name, kind, content in attachments
                    ]
                    files += [
                        Attachment(
                            mail=mail,
                            merchant_id=merchant_id,
                            name=f"{content_id.partition('-')[0]}.{kind.rpartition('/')[2]}"[:120],
                            content_type=kind,
                            content=content,
                            content_id=content_id,
                        )
                        for content_id, kind, content in inline
                    ]
                    Attachment.objects.bulk_create(files)
        except IntegrityError:
            if dedupe is None:
                raise
            return Mail.objects.get(dedupe=dedupe)  # written at the same time by somebody else
        if mail.is_open:
            queue(mail)
    return mail


def drop(ids: Collection[int]) -> int:
    """What these mails tell is over: those that are not under way are not sent. Returns how many."""
    waiting = Mail.objects.filter(pk__in=ids, state=State.QUEUED)
    return waiting.update(state=State.NEEDLESS, next_try=None)


def note_dropped(*, to: str, subject: str, at: datetime, purpose: str) -> Mail:
    """Write down that a mail of the merchant in scope that was to be written later is not needed any more.

    In the active language; `at` is when it would have been written had it not waited. It has no text.
    """
    sender = settings.DEFAULT_FROM_EMAIL
    return Mail.objects.create(
        to=to,
        sender=sender,
        subject=" ".join(subject.split())[:300],
        language=get_language() or settings.LANGUAGE_CODE,
        purpose=purpose,
        state=State.NEEDLESS,
        next_try=None,
        created_at=at,
        message_id=new_message_id(parseaddr(sender)[1].rpartition("@")[2] or "localhost"),
    )


@transaction.atomic
def send_again(mail: Mail, *, reason: str = "", actor: Actor) -> bool:
    """Try a mail once more that was given up; False when there is nothing to try.

    Where its address is suppressed, that is lifted as by lift(), which refuses to without a `reason`.
    """
    again = Mail.objects.filter(pk=mail.pk, state__in=[State.FAILED, State.SUPPRESSED, State.MAYBE_SENT])
    again = again.filter(next_try=None).exclude(text="", html="")
    now = timezone.now()
    if not again.update(state=State.QUEUED, next_try=now, give_up_at=now + rules.GIVE_UP_AFTER, unclear=0):
        return False
    if is_suppressed(mail):
        lift(mail.to, mail=mail, reason=reason, actor=actor)
    mail.refresh_from_db()
    queue(mail)
    return True


@transaction.atomic
def lift(address: str, *, mail: Mail | None, reason: str, actor: Actor) -> None:
    """Let an address take mail again, for all shops, and write down who said why; `mail` is one that went there.

    Refuses one that is not suppressed, and anything without a reason.
    """
    reason = " ".join(reason.split())
    if not reason:
        say = _("Say why the address takes mail again.")
        raise Refused("no_reason", say, reason=say)
    row = Suppression.objects.select_for_update().filter(address=address.lower()).first()
    if row is None:
        raise Refused("not_suppressed", _("This address takes mail already."), status=409)
    row.delete()
    event = SuppressionLifted(mail_id=mail.pk if mail else None, source=row.source, reason=reason)
    record(event, actor=actor, subject=mail)


@transaction.atomic
def take_report(report: Report) -> bool:
    """Write down what the provider reported of a mail, and suppress its address where that is called for.

    Returns False when no mail of that name went to that address, or when the same was reported before. Call it in
    every_tenant().
    """
    mail = reported_mail(report)
    if mail is None:
        return False
    mail = Mail.objects.select_for_update().get(pk=mail.pk)
    before = mail.deliveries.filter(outcome=report.outcome, answer=report.answer)
    if report.at is not None:
        before = before.filter(at=report.at)
    if before.exists():
        return False
    Delivery.objects.create(
        merchant_id=mail.merchant_id,
        mail=mail,
        outcome=report.outcome,
        answer=report.answer,
        at=report.at or timezone.now(),
    )
    why = report.answer or str(Delivery.Outcome(report.outcome).label)
    Mail.objects.filter(pk=mail.pk).update(state=State.FAILED, next_try=None, last_error=why)
    if report.suppresses:
        suppress(mail.to, why, report.outcome)
    return True


def forget_old(*, bodies_after: timedelta, rows_after: timedelta) -> None:
    """Empty the text of mails that were sent long ago, and drop the rows of those sent longer ago."""
    now = timezone.now()
    with every_tenant("keep the mails of all merchants no longer than needed"):
        old = Mail.objects.filter(created_at__lt=now - bodies_after).exclude(state__in=Mail.OPEN).exclude(text="")
        Attachment.objects.filter(mail__in=old).delete()
        old.update(text="", html="", headers={})
        Mail.objects.filter(created_at__lt=now - rows_after).delete()
