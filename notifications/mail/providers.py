"""The mail providers whose reports of bounces and complaints are understood.

Anymail reads and checks what they post; here stands what it leaves open: how the provider is told the name of a mail,
so that its report can be laid to it, and when a bounce means that the address is dead. A provider without a signature
of its own signs in with a password, the same for all (basic authentication).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

MAIL_ID = "mail_id"
PASSWORD, SIGNATURE = "webhook_secret", "webhook_signing_key"


@dataclass(frozen=True)
class Provider:
    """`view` is anymail's class, `secret` its argument that takes ours.

    `headers` makes the header lines of an outgoing mail that the provider gives back with its reports; `is_final` reads
    from the provider's own words whether a bounce is for good.
    """

    name: str
    view: str
    secret: str
    headers: Callable[[str], dict[str, str]]
    is_final: Callable[[Mapping[str, Any]], bool]


def _postmark_headers(mail_id: str) -> dict[str, str]:
    return {f"X-PM-Metadata-{MAIL_ID}": mail_id, "X-PM-KeepID": "true"}


def _is_final_at_mailgun(report: Mapping[str, Any]) -> bool:
    """It also gives up by itself ("old"), and then nothing is known of the address."""
    data = report.get("event-data", {})
    return data.get("severity") == "permanent" and data.get("reason") in ("bounce", "suppress-bounce")


PROVIDERS = {
    provider.name: provider
    for provider in (
        Provider(
            "postmark",
            "anymail.webhooks.postmark.PostmarkTrackingWebhookView",
            PASSWORD,
            _postmark_headers,
            lambda report: report.get("Type") in ("HardBounce", "BadEmailAddress"),
        ),
        Provider(
            "mailgun",
            "anymail.webhooks.mailgun.MailgunTrackingWebhookView",
            SIGNATURE,
            lambda mail_id: {},  # it keeps the Message-ID and names it
            _is_final_at_mailgun,
        ),
        Provider(
            "brevo",
            "anymail.webhooks.brevo.BrevoTrackingWebhookView",
            PASSWORD,
            lambda mail_id: {"X-Mailin-custom": json.dumps({MAIL_ID: mail_id})},
            lambda report: report.get("event") in ("hard_bounce", "invalid_email"),
        ),
        Provider(
            "mailjet",
            "anymail.webhooks.mailjet.MailjetTrackingWebhookView",
            PASSWORD,
            lambda mail_id: {"X-MJ-EventPayload": json.dumps({MAIL_ID: mail_id})},
            lambda report: report.get("hard_bounce") is True,
        ),
    )
}


def provider_in_use() -> Provider | None:
    """The provider of settings, if its reports can be checked; None switches them off."""
    return PROVIDERS.get(settings.MAIL_WEBHOOK_PROVIDER) if settings.MAIL_WEBHOOK_SECRET else None


def headers_for_reports(message_id: str) -> dict[str, str]:
    """What goes into a mail so that the provider names it in its reports."""
    provider = provider_in_use()
    return provider.headers(message_id.strip("<>")) if provider else {}
