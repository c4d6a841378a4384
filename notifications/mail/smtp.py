"""One mail handed to the mail server, step by step, so that it is known how far it got.

Django's SMTP backend reports a failure but not the moment of it, and that moment decides: before the message went over
the line it may be sent again, after that nobody knows (RFC 5321, 4.2.5 and 6.1).
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.core.mail.utils import DNS_NAME

from notifications.mail.models import Delivery

Outcome = Delivery.Outcome

DOT = re.compile(rb"(?m)^\.")


@dataclass(frozen=True)
class Answer:
    """What came of it. `code` is None where no server answered."""

    outcome: Outcome
    code: int | None
    text: str


class _Said(Exception):
    """The server said something that ends the attempt."""

    def __init__(self, outcome: Outcome, code: int, text: bytes | str) -> None:
        super().__init__(_plain(text))
        self.answer = Answer(outcome, code, _plain(text))


def hand_over(
    server: dict[str, Any], sender: str, recipient: str, message: bytes, *, before_message: Callable[[], None]
) -> Answer:
    """Send one message to one recipient. `before_message` is called when the server is ready to take it.

    Never raises for what a server or the network does; what `before_message` raises ends the attempt and is passed on.
    """
    try:
        line = _connect(server)
    except smtplib.SMTPResponseException as fault:
        return Answer(Outcome.DOWN, fault.smtp_code, _words(fault))
    except (OSError, smtplib.SMTPException) as fault:
        return Answer(Outcome.DOWN, None, _words(fault))
    try:
        try:
            _announce(line, sender, recipient)
        except (OSError, smtplib.SMTPException) as fault:
            return Answer(Outcome.DEFERRED, None, _words(fault))
        before_message()
        try:
            return _transfer(line, message)
        except (OSError, smtplib.SMTPException) as fault:
            return Answer(Outcome.UNCLEAR, None, _words(fault))
    except _Said as said:
        return said.answer
    finally:
        line.close()


def _connect(server: dict[str, Any]) -> smtplib.SMTP:
    address = (server["host"], server["port"], DNS_NAME.get_fqdn())
    if server["use_ssl"]:
        context = ssl.create_default_context()
        line: smtplib.SMTP = smtplib.SMTP_SSL(*address, timeout=server["timeout"], context=context)
    else:
        line = smtplib.SMTP(*address, timeout=server["timeout"])
    try:
        line.ehlo_or_helo_if_needed()
        if server["use_tls"]:
            line.starttls(context=ssl.create_default_context())
            line.ehlo()
        if server["username"]:
            line.login(server["username"], server["password"])
    except BaseException:
        line.close()
        raise
    return line


def _announce(line: smtplib.SMTP, sender: str, recipient: str) -> None:
    code, text = line.mail(sender, ["BODY=8BITMIME"] if line.has_extn("8bitmime") else [])
    if code != 250:
        # It is us whom the server does not want (not signed in, unknown sender), and the operator can mend that.
        raise _Said(Outcome.DEFERRED, code, text)
    code, text = line.rcpt(recipient)
    if code not in (250, 251):
        raise _Said(Outcome.NO_MAILBOX if code >= 500 else Outcome.DEFERRED, code, text)
    code, text = line.docmd("DATA")
    if code != 354:
        raise _Said(Outcome.REFUSED if code >= 500 else Outcome.DEFERRED, code, text)


def _transfer(line: smtplib.SMTP, message: bytes) -> Answer:
    body = message if message.endswith(b"\r\n") else message + b"\r\n"
    line.send(DOT.sub(b"..", body) + b".\r\n")
    code, text = line.getreply()
    if code != 250:
        raise _Said(Outcome.REFUSED if code >= 500 else Outcome.DEFERRED, code, text)
    with suppress(OSError, smtplib.SMTPException):
        line.putcmd("QUIT")  # courtesy: the mail is accepted, whatever comes now
    return Answer(Outcome.SENT, code, _plain(text))


def _words(fault: BaseException) -> str:
    return _plain(getattr(fault, "smtp_error", "") or str(fault) or type(fault).__name__)


def _plain(text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return " ".join(words.split())[:500]
