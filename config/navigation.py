"""What the frame around every page shows: menus, the shops one may switch to, theme and language.

Templates read it as `chrome`. Nothing is fetched until a template asks, so a part of a page costs no query for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Merchant
from core.kept import filled, hole, piece

CURRENT = "current "  # and the address: the hole beside a menu item


@dataclass(frozen=True)
class Entry:
    """A menu item: `url` is a URL name, `word` the permission it takes ("" for every member).

    `key` is pressed after "g" to go there. `count` is the URL name of a small panel that says how many are waiting.
    `topic` is the one of the inbox whose unread notifications are counted beside it.
    """

    label: Any
    icon: str
    url: str
    word: str = ""
    key: str = ""
    count: str = ""
    topic: str = ""


@dataclass(frozen=True)
class Group:
    """Menu items under a heading; the first group has none and the last stands at the foot."""

    title: Any
    entries: tuple[Entry, ...]


PORTAL = (
    Group(
        "",
        (
            Entry(_("Home"), icon="home", url="merchant-home", key="h"),
            Entry(_("Inbox"), icon="inbox", url="inbox", word="notifications.view", key="i", count="inbox-count"),
        ),
    ),
    Group(
        _("Sell"),
        (
            Entry(_("Orders"), icon="receipt", url="order-list", word="orders.view", key="o", topic="orders"),
            Entry(_("Shipments"), icon="truck-delivery", url="shipment-list", word="shipments.view", key="s"),
            Entry(_("Carriers"), icon="truck", url="carrier-list", word="shipments.view", key="z"),
            Entry(_("Returns"), icon="arrow-back-up", url="return-list", word="returns.view", key="b"),
            Entry(_("Products"), icon="tag", url="product-list", word="products.view", key="p"),
            Entry(_("Life cycle"), icon="plant-2", url="lifecycle-list", word="facts.view"),
            Entry(_("Listing quality"), icon="checklist", url="quality-list", word="facts.view"),
            Entry(
                _("Inventory"), icon="building-warehouse", url="stock-list", word="stock.view", key="n", topic="stock"
            ),
            Entry(_("Stock figures"), icon="stack-2", url="holding-list", word="stock.view"),
            Entry(_("Customers"), icon="users", url="customer-list", word="customers.view", key="u"),
            Entry(_("Coupons"), icon="coins", url="coupon-list", word="coupons.view"),
        ),
    ),
    Group(
        _("Buy"),
        (
            Entry(_("Purchase orders"), icon="clipboard-list", url="purchase-list", word="purchasing.view", key="j"),
            Entry(_("Suppliers"), icon="building-factory", url="supplier-list", word="suppliers.view", key="x"),
        ),
    ),
    Group(
        _("Listen"),
        (
            Entry(_("Reviews"), "star", "review-list", "reviews.view", key="r", topic="reviews-and-complaints"),
            Entry(_("Questions"), icon="help-circle", url="question-list", word="questions.view"),
            Entry(_("Complaints"), icon="message-report", url="complaint-list", word="complaints.view", key="c"),
        ),
    ),
    Group(
        _("Look ahead"),
        (
            Entry(
                _("Sales forecast"),
                icon="chart-line",
                url="forecast-sales",
                word="forecasts.view",
                key="f",
                topic="forecasts",
            ),
            Entry(_("Demand"), icon="cube", url="demand-list", word="forecasts.view", key="d"),
            Entry(_("Market share"), icon="chart-area-line", url="market-share", word="forecasts.view", key="k"),
            Entry(_("Scenarios"), icon="adjustments-horizontal", url="scenario-list", word="scenarios.view", key="w"),
            Entry(_("Promotions"), icon="discount", url="promotion-list", word="promotions.view", key="v"),
            Entry(_("Calendar"), icon="calendar-event", url="calendar", word="calendar.view", key="l"),
            Entry(_("Accuracy"), icon="target-arrow", url="accuracy", word="forecasts.view", key="y"),
        ),
    ),
    Group(
        "",
        (
            Entry(_("Imports"), icon="file-import", url="import-list", word="imports.run", key="m"),
            Entry(_("Bulk actions"), icon="stack-2", url="batch-list", word="orders.confirm"),
            Entry(_("Playbooks"), icon="bolt", url="playbook-list", word="playbooks.view", topic="playbooks"),
            Entry(_("Activity"), icon="history", url="activity-list", word="activity.view", key="a"),
            Entry(_("E-mails"), icon="mail", url="mail-list", word="mail.view"),
            Entry(_("Settings"), icon="settings", url="shop-settings", word="shop.edit", key="e"),
            Entry(_("Team"), icon="users-group", url="team", word="members.view", key="t", topic="team-and-imports"),
            Entry(_("API tokens"), icon="key", url="token-list", word="tokens.view"),
            Entry(_("Notification channels"), icon="send", url="notice-channel-list", word="channels.edit"),
            Entry(_("Letters to buyers"), icon="mail", url="buyernotice-list", word="mail.view"),
        ),
    ),
)
STAFF = (
    Group(
        "",
        (Entry(_("Inbox"), icon="inbox", url="staff-inbox", word="staff.inbox", key="i", count="staff-inbox-count"),),
    ),
    Group(
        _("Moderate"),
        (
            Entry(_("Reviews"), icon="star", url="staff-reviews", word="reviews.moderate", key="r"),
            Entry(_("Complaints"), icon="message-report", url="staff-complaints", word="complaints.decide", key="c"),
        ),
    ),
    Group(
        _("Platform"),
        (
            Entry(_("Merchants"), icon="building-store", url="staff-merchants", word="merchants.view", key="m"),
            Entry(
                _("Notices to members"),
                icon="speakerphone",
                url="staff-announcements",
                word="announcements.send",
                key="n",
            ),
            Entry(
                _("Playbook templates"), icon="bolt", url="staff-playbook-templates", word="playbooks.offer", key="b"
            ),
            Entry(_("Markets"), icon="chart-area-line", url="staff-markets", word="markets.observe", key="k"),
            Entry(_("Operations"), icon="activity", url="operations", word="operations.view", key="o"),
            Entry(
                _("Forecast accuracy"),
                icon="target-arrow",
                url="staff-accuracy",
                word="operations.view",
                count="staff-accuracy-count",
            ),
            Entry(_("Notification kinds"), icon="bell-cog", url="staff-notification-kinds", word="operations.view"),
            Entry(_("Activity"), icon="history", url="staff-activity", word="staff.activity", key="a"),
        ),
    ),
)
PERSON = (
    Group(
        _("Your account"),
        (
            Entry(_("Profile"), icon="user", url="account-profile", key="p"),
            Entry(_("Inbox of all my shops"), icon="bell", url="inbox-everywhere"),
            Entry(_("Security"), icon="shield-lock", url="account-security", key="s"),
            Entry(_("Sessions"), icon="devices", url="usersessions_list", key="e"),
        ),
    ),
)


def link_to(name: str, *args: Any) -> str:
    """The address behind a URL name; "" where a deployment leaves that page out."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


class Chrome:
    """The frame of one request."""

    def __init__(self, request: HttpRequest) -> None:
        self._request: Any = request

    @cached_property
    def user(self) -> Any:
        user = getattr(self._request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @cached_property
    def membership(self) -> Membership | None:
        """The membership in the shop of this address, also on a refusal or error page within it."""
        known = getattr(self._request, "membership", None)
        area, _, rest = self._request.path.strip("/").partition("/")
        if known is not None or area != "m" or self.user is None:
            return known
        return self._request.membership_of(rest.partition("/")[0])

    @property
    def merchant(self) -> Merchant | None:
        return self.membership.merchant if self.membership else None

    @cached_property
    def memberships(self) -> list[Membership]:
        """Where the person works, for the switcher: in the order in which they came to work there."""
        if self.user is None:
            return []
        known: list[Membership] = self._request.memberships()
        return known[:50]

    @property
    def is_staff(self) -> bool:
        return bool(self.user and self.user.is_platform_staff)

    @property
    def on_staff_side(self) -> bool:
        return self.is_staff and self._request.path.startswith("/staff/")

    @property
    def frame(self) -> str:
        """The template that error and refusal pages stand in."""
        without = "staff.html" if self.on_staff_side else "plain.html"
        return without if self.membership is None else "merchant.html"

    @cached_property
    def menu(self) -> list[dict[str, Any]]:
        """The menu of a shop, as far as this member may use it."""
        if self.membership is None:
            return []
        return self._groups(PORTAL, self.membership.may, self.membership.merchant.slug)

    @cached_property
    def staff_menu(self) -> list[dict[str, Any]]:
        if self.user is None:
            return []
        return self._groups(STAFF, self.user.may_as_staff)

    @cached_property
    def account_menu(self) -> list[dict[str, Any]]:
        groups = self._groups(PERSON, lambda word: True)
        membership = self.membership or next(iter(self.memberships), None)
        notices = link_to("notification-preferences", membership.merchant.slug) if membership else ""
        if notices and groups:
            entry = Entry(_("Notifications"), icon="bell", url="notification-preferences", key="n")
            groups[0]["entries"].append(self._entry(entry, notices))
        return groups

    def _groups(self, groups: tuple[Group, ...], may: Any, *args: Any) -> list[dict[str, Any]]:
        shown = []
        for group in groups:
            entries = [
                self._entry(entry, address, *args)
                for entry in group.entries
                if (not entry.word or may(entry.word)) and (address := link_to(entry.url, *args))
            ]
            if entries:
                at_foot = len(groups) > 3 and group is groups[-1]
                shown.append({"title": group.title, "entries": entries, "foot": at_foot})
        return shown

    @staticmethod
    def _entry(entry: Entry, address: str, *args: Any) -> dict[str, Any]:
        return {
            "label": entry.label,
            "icon": entry.icon,
            "href": address,
            "key": entry.key,
            "name": entry.url,
            "count": link_to(entry.count, *args) if entry.count else "",
            "topic": entry.topic,
            "mark": hole(f"{CURRENT}{address}"),
        }

    def piece(self, template: str, csrf_token: str, list_keys: tuple[tuple[str, Any], ...] = ()) -> SafeString:
        """A part of the frame: from what is kept for people who see the same, with this request's marks put in.

        `list_keys` are the keys of the page's list and what each does.
        """
        own = tuple((key, str(label)) for key, label in list_keys)
        parts = piece((template, self._seen, own), lambda: self._draw(template, own))
        current = self._current(parts[1::2])
        return filled(parts, {"csrf": csrf_token, "here": escape(self.here), current: ' aria-current="page"'})

    def _draw(self, template: str, list_keys: tuple[tuple[str, str], ...]) -> str:
        drawn = Chrome(self._request)
        drawn.__dict__.update(here=hole("here"))
        return render_to_string(template, {"chrome": drawn, "csrf_token": hole("csrf"), "list_keys": list_keys})

    @cached_property
    def _seen(self) -> tuple[Any, ...]:
        """Everything that the parts of the frame show or hang on, but what they leave open."""
        user, membership = self.user, self.membership
        shops = tuple((one.merchant.slug, one.merchant.name, one.role_name) for one in self.memberships)
        place: tuple[Any, ...] = (self.on_staff_side,)
        if membership is not None:
            shop = membership.merchant
            place = (shop.slug, shop.name, shop.state, shop.state_reason, membership.role_name, membership.permissions)
        person = (str(user), user.email, user.theme, user.shortcuts, user.staff_role, user.is_active) if user else ()
        return get_language(), settings.ROOT_URLCONF, person, place, shops

    def _current(self, holes: list[str]) -> str:
        """The hole of the current item of the menu: the one whose address is the longest beginning of this one."""
        path = self._request.path
        home = link_to("merchant-home", self.merchant.slug) if self.merchant else ""
        addresses = [name.removeprefix(CURRENT) for name in holes if name.startswith(CURRENT)]
        within = [one for one in addresses if path == one or (path.startswith(one) and one != home)]
        return CURRENT + max(within, key=len, default="")

    @property
    def jump_menu(self) -> list[dict[str, Any]]:
        """What the palette offers: the menu of the side one is on."""
        return self.menu or (self.staff_menu if self.on_staff_side else self.account_menu)

    @property
    def theme(self) -> str:
        """ "light", "dark", or "auto": as the device."""
        return self.user.theme if self.user else "auto"

    @property
    def shortcuts(self) -> bool:
        return self.user.shortcuts if self.user else False

    @property
    def language(self) -> str:
        return "zh-Hans" if (get_language() or "").startswith("zh") else "en"

    @property
    def other_language(self) -> dict[str, str]:
        """What the language switch offers, named in that language."""
        if self.language == "en":
            return {"code": "zh-hans", "tag": "zh-Hans", "name": "简体中文", "say": "切换到简体中文"}
        return {"code": "en", "tag": "en", "name": "English", "say": "Switch to English"}

    @property
    def language_action(self) -> str:
        return link_to("account-language")

    @property
    def theme_action(self) -> str:
        return link_to("account-theme")

    @cached_property
    def here(self) -> str:
        """Where a form of the frame comes back to; a page that was reached by POST has no address to come back to."""
        return self._request.get_full_path() if self._request.method == "GET" else "/"

    @property
    def search_action(self) -> str:
        if self.membership and self.membership.may("orders.view"):
            return link_to("order-list", self.membership.merchant.slug)
        return ""

    def links(self) -> dict[str, str]:
        """Addresses of the person's menu."""
        shop = self.membership.merchant.slug if self.membership else ""
        return {
            "profile": link_to("account-profile"),
            "security": link_to("account-security"),
            "sessions": link_to("usersessions_list"),
            "notices": link_to("notification-preferences", shop) if shop else "",
            "inbox": link_to("inbox", shop) if shop else "",
            "inbox_count": link_to("inbox-count", shop) if shop else "",
            "sign_in": link_to("account_login"),
            "sign_out": link_to("account_logout"),
            "apply": link_to("merchant-apply"),
            "staff": next((entry["href"] for group in self.staff_menu for entry in group["entries"]), ""),
        }

    @property
    def live(self) -> dict[str, str]:
        """Where a page hears what comes into the inbox, a shop's or the staff's; empty where it has to ask."""
        shop = self.membership.merchant.slug if self.membership else ""
        may = self.membership.may("notifications.view") if self.membership else self.on_staff_side
        if not may or not settings.LIVE_URL:
            return {}
        return {"url": settings.LIVE_URL, "shop": shop, "person": str(self.user.pk)}

    @property
    def demo(self) -> bool:
        return settings.DEMO


def chrome(request: HttpRequest) -> dict[str, Any]:
    """Template variables of the frame."""
    return {"chrome": Chrome(request)}
