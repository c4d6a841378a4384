"""A program of the merchant's: JSON, signed as Standard Webhooks want it (https://www.standardwebhooks.com)."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils.translation import gettext_lazy as _
from standardwebhooks.webhooks import Webhook as Signer

from notifications.channels.senders.bodies import JSON, as_json
from notifications.channels.senders.message import Message, Reply, Request, Target, Verdict


class Webhook:
    name = "webhook"
    label = _("Webhook")
    address_label = _("Address")
    address_help = _("Where a program of yours takes JSON by POST, such as https://erp.example.com/storecast.")
    hosts: tuple[str, ...] = ()
    secret = "made"  # noqa: S105 - says where the secret comes from
    secret_help = ""

    def request(self, target: Target, message: Message, now: datetime) -> Request:
        body = as_json(
            {
                "id": message.id,
                "kind": message.kind,
                "time": message.at.astimezone(UTC).isoformat(timespec="seconds"),
                "shop": message.shop,
                "title": message.title,
                "text": message.text,
                "link": message.link,
                "figures": dict(message.figures),
            }
        )
        # The library takes the numbers of the clock for UTC's, so it must be given UTC's.
        signature = Signer(target.secret).sign(message.id, now.astimezone(UTC), body.decode())
        signed = {
            "webhook-id": message.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature,
        }
        return Request(target.address, body, {**JSON, **signed})

    def verdict(self, reply: Reply) -> Verdict:
        return Verdict(True)
