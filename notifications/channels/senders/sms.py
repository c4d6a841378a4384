"""A text message to a telephone, through whichever provider the operator has."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from notifications.channels.senders.message import LOG, Message, Reply, Request, Target, Verdict

MOST = 300  # characters: five parts of a Chinese text message
LEAST = 60  # of them are for the words, whatever the length of the link


class Provider(Protocol):
    """Who carries text messages. A new one is a class here, its name in PROVIDERS, and SMS_PROVIDER set to that."""

    def request(self, number: str, text: str) -> Request: ...

    def verdict(self, reply: Reply) -> Verdict: ...


class LogOnly:
    """Carries nothing: the text goes into the log, the number but for its end does not."""

    def request(self, number: str, text: str) -> Request:
        return Request(LOG, f"SMS to …{number[-4:]}: {text}".encode())

    def verdict(self, reply: Reply) -> Verdict:
        return Verdict(True, text=reply.body)


PROVIDERS: dict[str, Provider] = {"log": LogOnly()}


class Sms:
    name = "sms"
    label = _("Text message")
    address_label = _("Telephone number")
    address_help = _("With the country's code, such as +86 138 0013 8000.")
    hosts: tuple[str, ...] = ()
    secret = ""
    secret_help = ""

    def request(self, target: Target, message: Message, now: datetime) -> Request:
        says = f"[{message.shop}] {message.title}"
        # A link that is cut leads nowhere.
        fits = len(message.link) <= MOST - LEAST
        text = f"{says[: MOST - len(message.link) - 1]} {message.link}" if message.link and fits else says[:MOST]
        return PROVIDERS[settings.SMS_PROVIDER].request(target.address, text)

    def verdict(self, reply: Reply) -> Verdict:
        return PROVIDERS[settings.SMS_PROVIDER].verdict(reply)
