"""What the mail provider posts: checked and read by anymail, brought into our words, given to the action."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.module_loading import import_string

from core.tenancy import every_tenant
from notifications.mail import rules
from notifications.mail.actions import take_report
from notifications.mail.models import Delivery
from notifications.mail.providers import MAIL_ID, Provider, provider_in_use
from notifications.mail.rules import Report

log = logging.getLogger(__name__)

Outcome = Delivery.Outcome


class Forged(Exception):
    """What was posted is not signed by the provider, or not with the password it was given."""


class Unreadable(Exception):
    """What was posted is signed and yet nothing that the provider is known to say."""


def take_post(provider: Provider, request: HttpRequest, secret: str) -> None:
    """Check, read and work off one post of the provider.

    Raises Forged for one that somebody else made, Unreadable for one that cannot be read. What else is raised is ours,
    and the provider posts again later.
    """
    from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure

    view = import_string(provider.view)(**{provider.secret: secret})
    view.setup(request)
    try:
        view.run_validators(request)
    except AnymailWebhookValidationFailure as error:
        raise Forged(str(error)) from error
    try:
        events = view.parse_events(request)
    except (AnymailError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise Unreadable(str(error)) from error
    for event in events:
        view.signal.send(sender=type(view), event=event, esp_name=view.esp_name)


@receiver(tracking, dispatch_uid="notifications.mail")
def tracked(sender: Any, event: AnymailTrackingEvent, esp_name: str, **options: Any) -> None:
    """Take what was reported. Most reports say that all went well, and are passed over without a query."""
    provider = provider_in_use()
    report = report_of(event, provider) if provider else None
    if report is None:
        return
    with every_tenant("a provider reports of the mails of all merchants"):
        if not take_report(report):
            log.info("%s reported %s of a mail that is not known, or once more", esp_name, report.outcome)


def report_of(event: AnymailTrackingEvent, provider: Provider) -> Report | None:
    """Anymail's event as a report; None for one that asks for nothing."""
    found = _outcome(event, provider)
    if found is None or not event.recipient:
        return None
    outcome, is_final = found
    answer = " ".join(str(event.mta_response or event.description or event.reject_reason or "").split())
    own: Mapping[str, Any] = event.metadata or {}
    ids = [str(name) for name in (own.get(MAIL_ID), event.message_id) if name]
    return Report(
        outcome=outcome,
        recipient=event.recipient,
        ids=tuple(ids),
        is_final=is_final and not rules.is_policy(answer),
        answer=answer[:500],
        at=event.timestamp,
    )


def _outcome(event: AnymailTrackingEvent, provider: Provider) -> tuple[str, bool] | None:
    """(outcome, whether the address is dead)."""
    match event.event_type, event.reject_reason:
        case (EventType.COMPLAINED, _) | (EventType.REJECTED, RejectReason.SPAM):
            return Outcome.COMPLAINED, False
        case (EventType.BOUNCED, _):
            esp_event = event.esp_event if isinstance(event.esp_event, Mapping) else {}
            return Outcome.BOUNCED, provider.is_final(esp_event)
        case (EventType.REJECTED, RejectReason.BOUNCED | RejectReason.INVALID):
            return Outcome.BOUNCED, True
        case (EventType.REJECTED | EventType.FAILED, _):
            return Outcome.REFUSED, False
    return None
