"""Words that people put on things to find them by: how one is written and put on, and those of a thing as one text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Aggregate, CharField, Count, Model
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Refused

LONGEST = 40
MOST_TAGS = 30  # of one thing
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


@dataclass(frozen=True)
class Tagging:
    """Tags of one kind of thing: rows of `tags` whose `field` is a row of `things`, which people know by `name`.

    `already`, `missing` and `full` are the sentences about one of that name that has the tag, lacks it, or has
    MOST_TAGS. Callers hold the transaction and record what happened; names of tags come from clean_tag().
    """

    things: type[Model]
    tags: type[Model]
    field: str
    name: str
    already: Callable[[str], str]
    missing: Callable[[str], str]
    full: Callable[[str], str]

    def put(self, thing: Any, tag: str) -> bool:
        """Put it on one; returns whether it is new. Refuses the 31st."""
        mine = self._rows().filter(**{self.field: thing})
        if mine.count() >= MOST_TAGS and not mine.filter(name=tag).exists():
            raise self._is_full(str(getattr(thing, self.name)))
        if not self._rows().get_or_create(**{self.field: thing, "name": tag})[1]:
            return False
        self._touch([thing.pk])
        return True

    def take(self, thing: Any, tag: str) -> bool:
        """Take it off one; returns whether it was there."""
        if not self._rows().filter(**{self.field: thing, "name": tag}).delete()[0]:
            return False
        self._touch([thing.pk])
        return True

    def put_on(self, ids: list[int], tag: str) -> tuple[dict[int, Refused | None], list[int]]:
        """Put it on many: by id why it was not put on, or None; and the ids that have it now and had not."""
        found = self._locked(ids)
        has = self._having(found, tag)
        counted = self._rows().filter(**{f"{self.field}__in": found}).order_by().values(self.field)
        full = {row[self.field] for row in counted.annotate(n=Count("pk")) if row["n"] >= MOST_TAGS}
        results: dict[int, Refused | None] = {}
        for pk, name in found.items():
            if pk in has:
                results[pk] = Refused("tagged_already", self.already(name))
            else:
                results[pk] = self._is_full(name) if pk in full else None
        good = [pk for pk, refusal in results.items() if refusal is None]
        if good:
            self._rows().bulk_create([self.tags(**{f"{self.field}_id": pk, "name": tag}) for pk in good])
            self._touch(good)
        return results, good

    def take_off(self, ids: list[int], tag: str) -> tuple[dict[int, Refused | None], list[int]]:
        """Take it off many; answers as put_on()."""
        found = self._locked(ids)
        has = self._having(found, tag)
        results = {pk: None if pk in has else Refused("not_tagged", self.missing(name)) for pk, name in found.items()}
        if has:
            self._rows().filter(**{f"{self.field}__in": has, "name": tag}).delete()
            self._touch(sorted(has))
        return results, sorted(has)

    def _rows(self) -> Any:
        return self.tags._default_manager

    def _locked(self, ids: list[int]) -> dict[int, str]:
        rows = self.things._default_manager.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
        return dict(rows.values_list("pk", self.name))

    def _having(self, found: dict[int, str], tag: str) -> set[int]:
        rows = self._rows().filter(**{f"{self.field}__in": found, "name": tag})
        return set(rows.values_list(f"{self.field}_id", flat=True))

    def _touch(self, ids: list[int]) -> None:
        self.things._default_manager.filter(pk__in=ids).update(updated_at=timezone.now())

    def _is_full(self, name: str) -> Refused:
        return Refused("too_many_tags", self.full(name))
