"""Django's way to send mail leads into the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from notifications.mail.actions import post
from notifications.mail.models import Mail


class OutboxBackend(BaseEmailBackend):
    """Writes each mail down once per recipient, in the caller's transaction, and queues its sending.

    A message may carry `purpose`, `dedupe` and `language` as attributes. It must not carry attachments.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        with transaction.atomic():
            for message in email_messages:
                self._write_down(message)
        return len(email_messages)

    def _write_down(self, message: EmailMessage) -> None:
        if message.attachments:
            raise ValueError("mails carry no attachments: link to a page that checks who asks")
        html = [str(body) for body, kind in getattr(message, "alternatives", []) if kind == "text/html"]
        is_html = message.content_subtype == "html"
        headers: dict[str, Any] = dict(message.extra_headers)
        if message.reply_to:
            headers["Reply-To"] = ", ".join(message.reply_to)
        for recipient in dict.fromkeys(message.recipients()):
            dedupe = getattr(message, "dedupe", None)
            post(
                to=recipient,
                subject=str(message.subject),
                text="" if is_html else str(message.body),
                html=str(message.body) if is_html else "".join(html[:1]),
                purpose=getattr(message, "purpose", Mail.Purpose.ACCOUNT),
                sender=message.from_email,
                headers=headers,
                dedupe=f"{dedupe}:{recipient}"[:200] if dedupe else None,
                language=getattr(message, "language", ""),
            )
