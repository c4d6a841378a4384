"""Kinds about reviews and complaints."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from notifications.inbox.kinds.base import BUYERS, Kind, Target, to
from notifications.inbox.models import Urgency
from notifications.inbox.sentences import Params
from notifications.inbox.sentences import buyers as say


def _to_questions(params: Params) -> Target:
    one = params["count"] == 1
    return Target("question-detail", (params["question_id"],)) if one else Target("question-list")


KINDS = (
    Kind(
        "complaint-opened", _("A complaint was opened"), BUYERS, Urgency.ACT, "complaints.answer",
        say.complaint_opened, to("complaint-detail", "number"), _("Answer it"),
        icon="message-report", tone="critical", group="complaints",
    ),
    Kind(
        "complaint-due", _("A complaint must be answered soon"), BUYERS, Urgency.ACT, "complaints.answer",
        say.complaint_due, to("complaint-detail", "number"), _("Answer it"),
        icon="clock-exclamation", tone="critical",
        within=timedelta(hours=2),
        group="complaints",
    ),
    Kind(
        "review-low", _("A review of two stars or fewer"), BUYERS, Urgency.WEEK, "reviews.reply",
        say.review_low, to("review-detail", "review_id"), _("Reply"), icon="star", tone="warning",
    ),
    Kind(
        "complaint-message", _("A buyer wrote again about a complaint"), BUYERS, Urgency.ACT, "complaints.answer",
        say.complaint_message, to("complaint-detail", "number"), _("Read it"), icon="message-report", tone="warning",
        email=False,
    ),
    Kind(
        "complaint-escalated", _("A complaint went to the platform"), BUYERS, Urgency.WEEK, "complaints.answer",
        say.complaint_escalated, to("complaint-detail", "number"), _("See the complaint"), icon="gavel",
        tone="critical", group="complaints-at-platform",
    ),
    Kind(
        "complaint-appealed", _("A buyer appealed a decision"), BUYERS, Urgency.WEEK, "complaints.answer",
        say.complaint_appealed, to("complaint-detail", "number"), _("See the complaint"), icon="gavel",
        tone="warning", group="complaints-at-platform",
    ),
    Kind(
        "complaint-decided", _("The platform decided a complaint"), BUYERS, Urgency.WEEK, "complaints.answer",
        say.complaint_decided, to("complaint-detail", "number"), _("See the decision"), icon="gavel", tone="info",
        group="complaints-at-platform",
    ),
    Kind(
        "complaint-closed", _("A complaint is closed"), BUYERS, Urgency.KNOW, "complaints.answer",
        say.complaint_closed, to("complaint-detail", "number"), _("See the complaint"), icon="circle-check",
        email=False, stale=timedelta(days=7),
    ),
    Kind(
        "review-hidden", _("The platform hid a review of your products"), BUYERS, Urgency.KNOW, "reviews.reply",
        say.review_hidden, to("review-detail", "review_id"), _("See the review"), icon="eye-off", email=False,
    ),
    Kind(
        "question-asked", _("Buyers ask about products, once a day"), BUYERS, Urgency.ACT, "questions.answer",
        say.question_asked, _to_questions, _("Answer questions"), icon="help-circle", email=False,
        stale=timedelta(days=14), within=timedelta(hours=8),
    ),
)  # fmt: skip
