"""The form of a kind of notification, and the topics they stand under."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.roles import word_label
from notifications.inbox.models import Urgency
from notifications.inbox.sentences import Params, Words

ORDERS, STOCK, PURCHASING = _("Orders"), _("Stock"), _("Purchasing")
BUYERS, AHEAD, PRODUCTS = _("Reviews and complaints"), _("Forecasts"), _("Products")
TEAM, SECURITY, PLAYBOOKS = _("Team and imports"), _("Security"), _("Playbooks")
PLATFORM = pgettext_lazy("topic", "Platform")


@dataclass(frozen=True)
class Second:
    """What else can be done about it by those who have the permission `word`: the URL name of a page, and its label."""

    name: str
    verb: Any
    word: str


@dataclass(frozen=True)
class Kind:
    """`word` is the permission one needs to be told; `inbox` and `email` say where one is told unless one chose.

    `locked` kinds concern security and cannot be turned off. `target` gives the URL name of the one thing to do, its
    arguments after the merchant's, and a query string; `verb` is the label of that; `second` is what some may do
    besides. After `stale` it goes by itself.
    What is to be acted on today and that nobody opened `within` that much opening time goes further (escalation.py).
    One that is `like` another is told where the other is, and is not chosen by itself.
    `group` is what it is folded with where there are many: a word that several kinds may have, and with ":figure" one
    fold for each value of that figure ("parcels:carrier_id"). Without one a kind is folded with itself.
    `by_playbook` is what a playbook tells whom its author picked, and names in its figures: it goes further to a member
    of the same role. `done_by` is the figure that says by when it must be done. `part` is the figure, such as
    "playbook_id", by whose values a member may mute a part of the kind alone; its name is the figure "playbook".
    """

    name: str
    label: Any
    topic: Any
    urgency: Urgency
    word: str
    words: Callable[[Params], Words]
    target: Callable[[Params], Target]
    verb: Any
    icon: str
    tone: str = ""
    inbox: bool = True
    email: bool = True
    locked: bool = False
    personal: bool = False
    like: str = ""
    group: str = ""
    stale: timedelta = timedelta(days=30)
    within: timedelta = timedelta(hours=4)
    second: Second | None = None
    by_playbook: bool = False
    done_by: str = ""
    part: str = ""
    across_shops: ClassVar[bool] = False  # whether facts of several shops are folded together

    @property
    def grouping_key(self) -> str:
        """What `group` says, spelled out where it says nothing."""
        return self.group or self.like or self.name

    def group_of(self, params: Params) -> str:
        """The fold that a fact with these figures belongs to, the same wherever notifications stand together."""
        word, _sep, figure = self.grouping_key.partition(":")
        return f"{word}:{params.get(figure, '')}" if figure else word

    def figure_name(self, params: Params) -> str:
        """Of a group for each carrier (or supplier): its name, where the figures have it."""
        figure = self.grouping_key.partition(":")[2]
        return str(params.get(figure.removesuffix("_id"), "")) if figure else ""

    def fold_query(self, params: Params) -> dict[str, str]:
        """What an address of the inbox needs to show those that are folded with a fact of these figures."""
        return {"group": self.group_of(params)}

    def fold_words(self, count: int) -> str:
        """What so many of it in one line are called; "" for the labels of their kinds, with the number behind."""
        return ""

    @property
    def fold_path(self) -> str:
        """The page that lists what so many of it are about; "" for the inbox, narrowed to them."""
        return ""

    def part_of(self, params: Params) -> str:
        """Which part of the kind it is; "" where it has none, or older figures do not say."""
        return str(params.get(self.part, "")) if self.part else ""

    def part_name(self, params: Params) -> str:
        return str(params.get(self.part.removesuffix("_id"), ""))

    @property
    def told_words(self) -> str:
        """Who may be told, in words: what their role has to let them do."""
        return word_label(self.word) if self.word else gettext("Whoever it concerns")

    @property
    def channel_words(self) -> str:
        """Where one is told unless one chose."""
        if self.inbox and self.email:
            return gettext("Inbox and e-mail")
        return gettext("Inbox") if self.inbox else gettext("E-mail")

    @property
    def asks(self) -> bool:
        """Whether it asks for something; the others are only good to know."""
        return self.urgency != Urgency.KNOW

    @property
    def is_for_today(self) -> bool:
        return self.urgency == Urgency.ACT

    @property
    def goes_further(self) -> bool:
        """Whether somebody else is told where nobody opened it in time."""
        return self.is_for_today and not self.personal

    def path(self, merchant_slug: str, params: Params) -> str:
        """Where the action is; "" where a deployment leaves that page out."""
        target = self.target(params)
        if not target.name:
            return target.url
        args = target.args if self.personal else (merchant_slug, *target.args)
        try:
            return reverse(target.name, args=args) + (f"?{target.query}" if target.query else "")
        except NoReverseMatch:
            return ""

    def second_path(self, merchant_slug: str, may: Callable[[str], bool]) -> str:
        """Where the second thing is done; "" for whoever may not, and where a deployment leaves that page out."""
        if self.second is None or not may(self.second.word):
            return ""
        try:
            return reverse(self.second.name, args=[merchant_slug])
        except NoReverseMatch:
            return ""


@dataclass(frozen=True)
class Target:
    """A page of ours by its URL name; without one the address `url`, which may be "" for none."""

    name: str
    args: tuple[Any, ...] = ()
    query: str = ""
    url: str = ""


def days_of(field: str, first: str, last: str = "") -> str:
    """What an address needs, after an "&", to narrow a list by a range of days; "" without a day."""
    return f"&{field}_after={first}&{field}_before={last or first}" if first else ""


def to(name: str, *keys: str, query: str = "") -> Callable[[Mapping[str, Any]], Target]:
    """Leads to the page of that URL name, its arguments being these figures."""
    return lambda params: Target(name, tuple(params[key] for key in keys), query)
