"""Re-exports: each feature keeps its own models."""

from notifications.announcements.models import Announcement
from notifications.channels.models import Channel, Dispatch
from notifications.inbox.models import MailTimes, Notification, Preference, Waiting
from notifications.mail.models import Attachment, Delivery, Mail, ServerPause, Suppression

__all__ = [
    "Announcement",
    "Attachment",
    "Channel",
    "Delivery",
    "Dispatch",
    "Mail",
    "MailTimes",
    "Notification",
    "Preference",
    "ServerPause",
    "Suppression",
    "Waiting",
]
