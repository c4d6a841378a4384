"""All that is written to buyers: the letters of the shop, and answers within what buyers opened themselves."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from notifications.texts.answers import ANSWERS
from notifications.texts.letters import LETTERS
from notifications.texts.shapes import Kind


def _of_platform(name: str, label: Any) -> Kind:
    return Kind(name, label, purpose="", is_needed=True, by_platform=True)


# What the platform writes within a complaint or a review, said by ecommerce.buyers.letters alone.
BY_PLATFORM = (
    _of_platform("complaint_escalated", _("Complaint taken to the platform")),
    _of_platform("complaint_decided", _("Complaint decided")),
    _of_platform("review_edit", _("Change of a review asked for")),
)
KINDS: dict[str, Kind] = {**LETTERS, **ANSWERS, **{kind.name: kind for kind in BY_PLATFORM}}
