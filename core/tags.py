"""Words that people put on things to find them by: how one is written, and those of a thing as one text."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.db.models import Aggregate, CharField
from django.utils.translation import gettext as _

from core.errors import Refused

LONGEST = 40
BETWEEN = "\x1f"  # of names in one text; no tag can hold it


def clean_tag(text: str) -> str:
    """A tag with single spaces. Refuses an empty one, one of more than 40 characters, and commas."""
    tag = re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()
    if not tag or len(tag) > LONGEST or "," in tag or not tag.isprintable():
        message = _("Enter a tag of 1 to 40 characters, without commas.")
        raise Refused("bad_tag", message, tag=message)
    return tag


class Joined(Aggregate):
    """Texts of a group as one, BETWEEN them."""

    function = "GROUP_CONCAT"
    template = "%(function)s(%(expressions)s, CHAR(31))"
    output_field = CharField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(
            compiler, connection, function="STRING_AGG", template="%(function)s(%(expressions)s, CHR(31))", **context
        )


def tags_of(joined: str | None) -> list[str]:
    """The names in a text that Joined made, in their order."""
    return sorted(joined.split(BETWEEN)) if joined else []
