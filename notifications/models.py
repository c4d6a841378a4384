"""Re-exports: each feature keeps its own models."""

from notifications.announcements.models import Announcement
from notifications.buyers.models import BuyerNotice, LetterRules
from notifications.channels.models import Channel, Dispatch
from notifications.inbox.models import MailTimes, Mute, Notification, Preference, Waiting
from notifications.mail.models import Attachment, Delivery, Mail, ServerPause, Suppression
from notifications.playbooks.models import Firing, Playbook, PlaybookTemplate, PlaybookVersion, StepOutcome
from notifications.routing.models import Absence, Care, Escalation, StaffAbsence
from notifications.staffbox.models import StaffChoice, StaffEscalation, StaffNotice
from notifications.texts.models import Letterhead, LetterText, TextVersion
from notifications.usefulness.models import KindUse, PartUse

__all__ = [
    "Absence",
    "Announcement",
    "Attachment",
    "BuyerNotice",
    "Care",
    "Channel",
    "Delivery",
    "Dispatch",
    "Escalation",
    "Firing",
    "KindUse",
    "LetterRules",
    "LetterText",
    "Letterhead",
    "Mail",
    "MailTimes",
    "Mute",
    "Notification",
    "PartUse",
    "Playbook",
    "PlaybookTemplate",
    "PlaybookVersion",
    "Preference",
    "ServerPause",
    "StaffAbsence",
    "StaffChoice",
    "StaffEscalation",
    "StaffNotice",
    "StepOutcome",
    "Suppression",
    "TextVersion",
    "Waiting",
]
