"""Re-exports: each feature keeps its own models."""

from notifications.inbox.models import MailTimes, Notification, Preference, Waiting
from notifications.mail.models import Attachment, Delivery, Mail, ServerPause, Suppression

__all__ = [
    "Attachment",
    "Delivery",
    "Mail",
    "MailTimes",
    "Notification",
    "Preference",
    "ServerPause",
    "Suppression",
    "Waiting",
]
