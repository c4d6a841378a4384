"""Sending one mail: claim it, hand it over, write down what came of it, queue what is next."""

from __future__ import annotations

import logging
import time
from datetime import datetime
from email.mime.image import MIMEImage
from email.utils import format_datetime, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import sanitize_address
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.jobs.queue import enqueue
from core.tasks import task
from core.tenancy import every_tenant
from notifications.mail import rules
from notifications.mail.models import Attachment, Delivery, Mail, ServerPause, Suppression
from notifications.mail.providers import headers_for_reports
from notifications.mail.smtp import Answer, Outcome, hand_over

log = logging.getLogger(__name__)

State = Mail.State


@task(per_merchant=False)
def send_mail(mail_id: int) -> None:
    """Make one attempt at a mail, if one is due."""
    with every_tenant("send the mails of all merchants"):
        send(mail_id)


def queue(mail: Mail) -> None:
    """Queue the next attempt for when it is due."""
    enqueue(send_mail, mail.pk, key=f"mail:{mail.pk}", at=mail.next_try)


def as_message(mail: Mail) -> EmailMultiAlternatives:
    """The mail as it goes over the line; every attempt makes the same."""
    headers = {"Auto-Submitted": "auto-generated", **mail.headers}
    headers |= {"Message-ID": mail.message_id, "Date": format_datetime(mail.created_at)}
    headers |= headers_for_reports(mail.message_id)
    message = EmailMultiAlternatives(mail.subject, mail.text, mail.sender, [mail.to], headers=headers)
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    if mail.pk and mail.merchant_id:
        with every_tenant("a mail goes out with what belongs to it, whoever sends it"):
            for one in mail.attachments.all():
                if one.content_id:
                    message.mixed_subtype = "related"
                    message.attach(_picture(one))
                else:
                    message.attach(one.name, bytes(one.content), one.content_type)
    return message


def _picture(one: Attachment) -> MIMEImage:
    """A picture that the HTML shows by its Content-ID (RFC 2392), and that no program lists as a file."""
    part = MIMEImage(bytes(one.content), one.content_type.rpartition("/")[2])
    part.add_header("Content-ID", f"<{one.content_id}>")
    part.add_header("Content-Disposition", "inline", filename=one.name)
    return part


def send(mail_id: int) -> None:
    """Make one attempt, if one is due. Returns when the outcome is written down and the next attempt is queued.

    The row is claimed first, so two senders never send at once, and the attempt stands in the log from its beginning;
    the row says "perhaps sent" while the message is on the line. So a sender that dies leaves the truth behind.
    """
    mail = _claim(mail_id)
    if mail is None:
        return
    if settings.DEMO and not settings.EMAIL_URL:
        _settle(mail, _begin(mail), Answer(Outcome.KEPT, None, ""), 0.0)
        return
    if not _server_may_be_tried():
        _put_off(mail, _server_free_at())
        return
    attempt = _begin(mail)
    started = time.monotonic()
    message = as_message(mail)
    answer = hand_over(
        settings.SMTP,
        sanitize_address(parseaddr(mail.sender)[1], "utf-8"),
        sanitize_address(mail.to, "utf-8"),
        message.message().as_bytes(linesep="\r\n"),
        before_message=lambda: _on_the_line(mail),
    )
    _note_server(answer)
    _settle(mail, attempt, answer, time.monotonic() - started)


def _claim(mail_id: int) -> Mail | None:
    """Take the mail for this attempt; None when it is not due, done, or another sender has it."""
    now = timezone.now()
    taken = Mail.objects.due(now).filter(pk=mail_id)
    if not taken.update(state=State.SENDING, next_try=now + rules.LEASE):
        waiting = Mail.objects.open().filter(pk=mail_id).first()
        if waiting is not None:
            queue(waiting)
        return None
    mail = Mail.objects.get(pk=mail_id)
    if mail.give_up_at is not None and now > mail.give_up_at:
        _write(mail, state=State.FAILED, next_try=None)
        return None
    return mail


def _begin(mail: Mail) -> Delivery:
    """Write down that an attempt begins, and that what another sender began of this mail was broken off."""
    with transaction.atomic():
        if mail.attempts:
            cut_short(mail.deliveries.all())
        _write(mail, attempts=mail.attempts + 1)
        return Delivery.objects.create(merchant_id=mail.merchant_id, mail=mail, outcome=Outcome.STARTED)


def cut_short(attempts: QuerySet[Delivery]) -> None:
    """Those of the attempts that are under way by the log have no sender any more."""
    attempts.filter(outcome=Outcome.STARTED).update(outcome=Outcome.CUT)


def _on_the_line(mail: Mail) -> None:
    """The message is about to go out: from here on, not hearing back means not knowing."""
    again = timezone.now() + rules.LOOK_AGAIN if mail.unclear == 0 else None
    _write(mail, state=State.MAYBE_SENT, unclear=mail.unclear + 1, next_try=again)


def _settle(mail: Mail, attempt: Delivery, answer: Answer, seconds: float) -> None:
    now = timezone.now()
    with transaction.atomic():
        Delivery.objects.filter(pk=attempt.pk).update(
            at=now,
            outcome=answer.outcome,
            code=answer.code,
            answer=answer.text,
            seconds=round(seconds, 3),
        )
        error = f"{answer.code} {answer.text}" if answer.code else answer.text
        match answer.outcome:
            case Outcome.SENT | Outcome.KEPT:
                _write(mail, state=State.SENT, sent_at=now, next_try=None, last_error="", **_without_secrets(mail))
            case Outcome.UNCLEAR:
                _write(mail, last_error=error)
                if mail.is_open:
                    queue(mail)
            case Outcome.REFUSED | Outcome.NO_MAILBOX:
                _write(mail, state=State.FAILED, next_try=None, last_error=error)
                if answer.outcome == Outcome.NO_MAILBOX:
                    suppress(mail.to, error, Suppression.Source.REFUSED)
            case _:
                free_at = _server_free_at() if answer.outcome == Outcome.DOWN else now
                _put_off(mail, max(now + rules.delay_after(mail.attempts), free_at), last_error=error)


def suppress(address: str, reason: str, source: str) -> None:
    """Send nothing but account mails there any more; what waits is not sent either. In the scope of every tenant.

    A complaint takes the place of an earlier reason, for it weighs more.
    """
    address, reason = address.lower(), reason[:500]
    row, is_new = Suppression.objects.get_or_create(address=address, defaults={"reason": reason, "source": source})
    complained = Suppression.Source.COMPLAINED
    if not is_new and source == complained and row.source != complained:
        Suppression.objects.filter(pk=address).update(reason=reason, source=source)
    waiting = Mail.objects.to_address(address).filter(state=State.QUEUED).exclude(purpose=Mail.Purpose.ACCOUNT)
    waiting.update(state=State.SUPPRESSED, next_try=None, last_error=reason)


def _put_off(mail: Mail, until: datetime, **fields: object) -> None:
    unclear = mail.unclear - 1 if mail.state == State.MAYBE_SENT else mail.unclear  # the server did say no
    _write(mail, state=State.QUEUED, unclear=unclear, next_try=until, **fields)
    queue(mail)


def _write(mail: Mail, **fields: object) -> None:
    if "last_error" in fields:
        fields["last_error"] = str(fields["last_error"])[:500]
    for name, value in fields.items():
        setattr(mail, name, value)
    Mail.objects.filter(pk=mail.pk).update(**fields)


def _without_secrets(mail: Mail) -> dict[str, str]:
    """Account mails carry links that open the account: once sent, nobody is to read them here."""
    if mail.purpose != Mail.Purpose.ACCOUNT or settings.DEMO:
        return {}
    return {"text": "", "html": ""}


def _server() -> str:
    return f"{settings.SMTP['host']}:{settings.SMTP['port']}"


def _server_free_at() -> datetime:
    down = ServerPause.objects.filter(server=_server()).first()
    return down.free_at if down else timezone.now()


def _server_may_be_tried() -> bool:
    """While the server cannot be reached, one mail now and then knocks and the others wait without holding a worker."""
    now = timezone.now()
    down = ServerPause.objects.filter(server=_server()).first()
    if down is None:
        return True
    if down.free_at > now:
        return False
    # Whoever moves the time forward is the one that knocks.
    mine = ServerPause.objects.filter(server=_server(), free_at=down.free_at)
    return bool(mine.update(free_at=now + rules.pause_after(down.failures)))


def _note_server(answer: Answer) -> None:
    if answer.outcome != Outcome.DOWN:
        ServerPause.objects.filter(server=_server()).delete()
        return
    down, is_new = ServerPause.objects.get_or_create(
        server=_server(), defaults={"free_at": timezone.now() + rules.pause_after(1), "answer": answer.text}
    )
    if not is_new:
        down.failures += 1
        down.free_at = timezone.now() + rules.pause_after(down.failures)
        down.answer = answer.text
        down.save()
    log.warning("the mail server could not be reached (%s times in a row): %s", down.failures, answer.text)
