"""Re-exports: each feature keeps its own models."""

from notifications.channels.models import Channel, Dispatch
from notifications.inbox.models import MailTimes, Notification, Preference, Waiting
from notifications.mail.models import Attachment, Delivery, Mail, ServerPause, Suppression
from notifications.texts.models import Letterhead, LetterText, TextVersion

__all__ = [
    "Attachment",
    "Channel",
    "Delivery",
    "Dispatch",
    "LetterText",
    "Letterhead",
    "Mail",
    "MailTimes",
    "Notification",
    "Preference",
    "ServerPause",
    "Suppression",
    "TextVersion",
    "Waiting",
]
