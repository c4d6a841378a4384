"""Re-exports: each feature keeps its own models."""

from notifications.buyers.models import BuyerNotice, LetterRules
from notifications.channels.models import Channel, Dispatch
from notifications.inbox.models import MailTimes, Notification, Preference, Waiting
from notifications.mail.models import Attachment, Delivery, Mail, ServerPause, Suppression

__all__ = [
    "Attachment",
    "BuyerNotice",
    "Channel",
    "Delivery",
    "Dispatch",
    "LetterRules",
    "Mail",
    "MailTimes",
    "Notification",
    "Preference",
    "ServerPause",
    "Suppression",
    "Waiting",
]
