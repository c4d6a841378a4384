"""What the author of a playbook may do at the time it runs."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from core.roles import word_label
from notifications.playbooks.models import PlaybookVersion

EDIT = "playbooks.edit"


def lacking(version: PlaybookVersion, member: Any, *words: str) -> str:
    """Why the author of a version may not do this any more; "" where they may."""
    if member is None:
        return _("%(author)s wrote this playbook and is not in the team any more.") % {"author": version.author}
    for word in (EDIT, *words):
        if word and not member.may(word):
            values = {"author": version.author, "right": word_label(word)}
            return _("%(author)s wrote this playbook and may no longer do this: %(right)s.") % values
    return ""
