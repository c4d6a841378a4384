"""Re-exports: each feature keeps its own models."""

from notifications.channels.models import Channel, Dispatch
from notifications.inbox.models import Notification, Preference
from notifications.mail.models import Attachment, Delivery, Mail, ServerPause, Suppression

__all__ = [
    "Attachment",
    "Channel",
    "Delivery",
    "Dispatch",
    "Mail",
    "Notification",
    "Preference",
    "ServerPause",
    "Suppression",
]
