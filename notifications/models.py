"""Re-exports: each feature keeps its own models."""

from notifications.channels.models import Channel, Dispatch
from notifications.inbox.models import MailTimes, Notification, Preference, Waiting
from notifications.mail.models import Attachment, Delivery, Mail, ServerPause, Suppression
from notifications.playbooks.models import Firing, Playbook, PlaybookVersion, StepOutcome

__all__ = [
    "Attachment",
    "Channel",
    "Delivery",
    "Dispatch",
    "Firing",
    "Mail",
    "MailTimes",
    "Notification",
    "Playbook",
    "PlaybookVersion",
    "Preference",
    "ServerPause",
    "StepOutcome",
    "Suppression",
    "Waiting",
]
