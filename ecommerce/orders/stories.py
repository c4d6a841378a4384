"""What features above orders have to tell on an order's timeline: facts about things that belong to it.

They say so themselves, because an order does not know what its goods come back as.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from accounts.activity.models import Activity
from core.statements import Shaped


@dataclass(frozen=True)
class Story:
    """`facts(pk)` are the entries of the log about what belongs to the order of that id; who may read them has the
    permission `word`. `page` names the address of the thing that an entry is about, `key(entry)` its argument there.
    """

    name: str
    word: str
    facts: Shaped
    page: str
    key: Callable[[Activity], Any]

    def url(self, slug: str, entry: Activity) -> str:
        """The page of what the entry is about."""
        return reverse(self.page, args=[slug, self.key(entry)])


_stories: dict[str, Story] = {}


def declare(story: Story) -> Story:
    """Have a story told on the timelines of orders."""
    if story.name in _stories:
        raise RuntimeError(f"two stories are called {story.name}")
    _stories[story.name] = story
    return story


def stories_for(may: Callable[[str], bool]) -> list[Story]:
    """Those that somebody with these rights may read."""
    return [story for story in _stories.values() if may(story.word)]


def facts_about_things(things: QuerySet[Any]) -> QuerySet[Activity]:
    """Everything that happened to these things, oldest first."""
    about = Activity.objects.filter(subject_type=things.model._meta.label_lower, subject_id__in=things.values("pk"))
    return about.order_by("pk")
