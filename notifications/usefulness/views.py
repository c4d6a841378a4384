"""Was it useful? For a shop, over the platform, and the way to hear no more of what one does nothing about."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.access import MerchantRequest, StaffRequest, member_view, merchant_view, staff_view
from core.htmx import done
from core.tenancy import every_tenant
from notifications.inbox.counting import topics
from notifications.inbox.kinds import kind_of
from notifications.inbox.queries import choices_of
from notifications.inbox.triage import hear_again, mute
from notifications.usefulness.queries import last_measured, own_use, parts_use, platform_use, shop_use, staff_use
from notifications.usefulness.rules import PERIOD, Use

SORTS = {
    "told": lambda use: -use.told,
    "acted": lambda use: (use.acted_part is None, use.acted_part or 0),
    "median": lambda use: (use.median is None, -(use.median or 0)),
    "muted": lambda use: -use.muted,
}


@merchant_view("activity.view")
@require_safe
def shop(request: MerchantRequest) -> HttpResponse:
    """What became of what the team was told."""
    context = {**_context(request, shop_use(), last_measured()), "parts": parts_use()}
    return render(request, "notifications/usefulness/shop.html", context)


@staff_view("operations.view")
@require_safe
def platform(request: StaffRequest) -> HttpResponse:
    """Every kind there is, how much of it is told and what becomes of it, over all shops."""
    with every_tenant("what becomes of notifications on the whole platform"):
        context = _context(request, platform_use(), last_measured())
    return render(
        request,
        "notifications/usefulness/platform.html",
        context | {"for_staff": True, "staff_uses": staff_use(timezone.now())},
    )


def _context(request: Any, uses: Sequence[Use], measured_at: Any) -> dict[str, Any]:
    topic, sort = request.GET.get("topic", ""), request.GET.get("sort", "")
    words = topics().get(topic)
    chosen = [use for use in uses if words is None or use.kind.topic == words]
    if sort in SORTS:
        groups = [("", sorted(chosen, key=SORTS[sort]))]
    else:
        groups = [(name, list(rows)) for name, rows in groupby(chosen, lambda use: use.kind.topic)]
    return {
        "groups": groups,
        "idle": [use for use in chosen if use.is_idle],
        "told": sum(use.told for use in chosen),
        "kinds": len(chosen),
        "topics": topics(),
        "topic": topic if words is not None else "",
        "sort": sort if sort in SORTS else "",
        "days": PERIOD.days,
        "measured_at": measured_at,
    }


@member_view
@require_safe
def idle(request: MerchantRequest) -> HttpResponse:
    """For the page of choices: what this member is told often and does nothing about, each with the way to mute it."""
    me: int = request.user.pk  # type: ignore[assignment]
    uses = own_use(me, timezone.now()).values()
    told = {choice.kind.name for choice in choices_of(me) if choice.inbox}
    context = {
        "idle": [use for use in uses if use.is_idle and use.kind.name in told],
        "days": PERIOD.days,
        "may_see_all": request.membership.may("activity.view"),
    }
    return render(request, "notifications/usefulness/idle.html", context)


@member_view
@require_POST
def mute_kind(request: MerchantRequest) -> HttpResponse:
    """No more of a kind in one's own inbox, or again with `muted=no`; of a `part` that was muted alone only again."""
    kind = kind_of(request.POST.get("kind") or request.GET.get("kind", ""))
    if kind is None or kind.locked:
        raise Http404
    muted, part = request.GET.get("muted") != "no", request.GET.get("part", "")
    here = reverse("notification-preferences", args=[request.merchant.slug])
    if part:
        if muted or not hear_again(request.user, kind, part, actor=request.actor):  # type: ignore[arg-type]
            raise Http404
        return done(request, here, _("You are told again: %(kind)s.") % {"kind": kind.label})
    mute(request.user, kind, muted=muted, actor=request.actor)  # type: ignore[arg-type]
    if not muted:
        return done(request, here, _("In your inbox again: %(kind)s.") % {"kind": kind.label})
    say = _("No more of this in your inbox: %(kind)s.") % {"kind": kind.label}
    return done(request, here, say, undo=f"{request.path}?kind={kind.name}&muted=no")
