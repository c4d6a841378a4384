"""One inbox over all shops a person works for."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.members.models import Membership
from core.access import account_view
from core.htmx import page
from core.tenancy import every_tenant
from notifications.inbox.counting import unread_at
from notifications.inbox.doing import follow as note_followed
from notifications.inbox.links import Way, read_link
from notifications.inbox.listing import inbox_at
from notifications.inbox.marking import counted, list_context, marked, topics_for
from notifications.inbox.models import NotificationQuerySet
from notifications.inbox.queries import Shown, inbox_of, shown


@account_view
@require_safe
def index(request: Any) -> HttpResponse:
    """What lies in the person's inboxes, each with its shop."""
    with every_tenant("a person's inbox over all their shops"):
        return _index(request)


def _shops(request: Any) -> dict[int, Membership]:
    """Where the person may see notifications, by the shop's id."""
    return {one.merchant_id: one for one in request.memberships() if one.may("notifications.view")}


def _mine(request: Any, shops: dict[int, Membership]) -> NotificationQuerySet:
    """Their notifications there; of one shop where the address names it."""
    chosen = [pk for pk, one in shops.items() if one.merchant.slug == request.GET.get("shop")]
    rows: NotificationQuerySet = inbox_of(request.user.pk).filter(merchant_id__in=chosen or shops)
    return rows


@account_view
@require_safe
def count(request: Any) -> HttpResponse:
    """How much is unread in all of them, asked for every few seconds by the page; 304 while nothing changed."""
    with every_tenant("a person's inbox over all their shops"):
        unread, _by_shop = unread_at(request.user.pk, list(_shops(request)), timezone.now())
    return counted(request, unread)


def _index(request: Any) -> HttpResponse:
    shops = _shops(request)
    listed = inbox_at(list(shops)).page(_mine(request, shops).select_related("assigned_by", "handled_by"), request.GET)
    notes: list[Shown] = []
    for row in listed.rows:
        member = shops[row.merchant_id]
        notes += shown([row], member.merchant.slug, member.may)
    unread, by_shop = unread_at(request.user.pk, list(shops), timezone.now())
    context = {
        **list_context(listed, notes),
        "topics": topics_for(unread),
        "choices": [(one.merchant, by_shop[pk].label) for pk, one in shops.items()],
        "shops": {pk: one.merchant for pk, one in shops.items()},
        "bulk_url": reverse("inbox-everywhere-mark"),
        "frame": "account.html",
    }
    return page(request, "notifications/inbox/everywhere.html", context, part="results")


@account_view
@require_POST
def mark_rows(request: Any) -> HttpResponse:
    """The same as at one shop, for rows of any of the person's open shops."""
    shops = {pk: one for pk, one in _shops(request).items() if not one.merchant.is_closed}
    with every_tenant("a person's inbox over all their shops"):
        here = reverse("inbox-everywhere")
        return marked(request, _mine(request, shops), inbox_at(list(shops)), here, lambda: _index(request))


@account_view
@require_safe
def follow(request: Any) -> HttpResponse:
    """Lead a reader of a mail or chat to the action, and note that they opened the notification that told of it.

    A visitor signs in first, so what merely looks at the links of a mail notes nothing; nor does a browser that
    fetches the page before it is asked for.
    """
    way = read_link(request.GET) if request.GET else Way(reverse("inbox-everywhere"))
    if way is None:
        raise Http404
    is_looking_ahead = request.method == "HEAD" or "prefetch" in request.headers.get("Sec-Purpose", "")
    if way.fact is not None and not is_looking_ahead:
        note_followed(request.user, way.fact)
    answer = redirect(way.to)
    answer["Referrer-Policy"] = "same-origin"
    answer["Cache-Control"] = "no-store"
    return answer
