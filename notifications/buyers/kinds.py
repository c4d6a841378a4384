"""All that is written to buyers: the letters of the shop, and answers within what buyers opened themselves."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from notifications.texts.letters import LETTERS
from notifications.texts.shapes import Kind


def _answer(name: str, label: Any, *, by_platform: bool = False) -> Kind:
    return Kind(name, label, purpose="", is_needed=True, by_platform=by_platform)


# Answers within a return, a complaint or a review, said by ecommerce.buyers.letters: a shop cannot switch them off.
ANSWERS = (
    _answer("return_received", _("Return received")),
    _answer("return_repairing", _("Return in repair")),
    _answer("return_settled", _("Return settled")),
    _answer("complaint_answered", _("Complaint answered")),
    _answer("complaint_message", _("Message about a complaint")),
    _answer("complaint_escalated", _("Complaint taken to the platform"), by_platform=True),
    _answer("complaint_decided", _("Complaint decided"), by_platform=True),
    _answer("review_edit", _("Change of a review asked for"), by_platform=True),
)
KINDS: dict[str, Kind] = {**LETTERS, **{kind.name: kind for kind in ANSWERS}}
