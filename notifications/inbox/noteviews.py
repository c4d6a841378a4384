"""One notification: why one gets it, until when it may wait, who else should deal with it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from core.access import MerchantRequest, merchant_view
from notifications.inbox.desk import Desk
from notifications.inbox.doing import open_rows
from notifications.inbox.forms import AssignForm
from notifications.inbox.marking import MEMBERS
from notifications.inbox.queries import inbox_of, shown
from notifications.inbox.triage import assign, colleagues, is_muted, is_part_muted, mute, mute_part, take_back
from notifications.inbox.why import why


class MemberDesk(Desk):
    """Of a notification to a member of the shop."""

    deeds = MEMBERS

    def why(self) -> str:
        return why(self.note.row, self.request.membership)

    def is_muted(self) -> bool:
        return is_muted(self.note.row.user_id, self.note.kind)

    def mute(self, *, muted: bool) -> None:
        mute(self.request.user, self.note.kind, muted=muted, actor=self.request.actor)

    def is_part_muted(self) -> bool:
        return is_part_muted(self.note.row.user_id, self.note.kind, self.note.row.params)

    def mute_part(self, *, muted: bool) -> None:
        row = self.note.row
        mute_part(self.request.user, self.note.kind, row.params, muted=muted, actor=self.request.actor)

    def assign_form(self, data: Any = None) -> AssignForm | None:
        members = colleagues(self.note.row)
        return AssignForm(data, members=members) if members or data is not None else None

    def assign(self, to: Any) -> Any:
        assign(self.note.row, to=to, by=self.request.user, actor=self.request.actor)
        return to.user

    def take_back(self) -> bool:
        return take_back(self.note.row, user=self.request.user)

    def opened(self, *, acted: bool) -> None:
        open_rows(self.mine.filter(pk=self.note.row.pk), acted=acted)


def _desk(request: MerchantRequest, pk: int) -> Desk:
    mine = inbox_of(int(request.user.pk))
    row = get_object_or_404(mine.select_related("assigned_by", "handled_by"), pk=pk)
    found = shown([row], request.merchant.slug, request.membership.may)
    if not found:
        raise Http404
    slug = request.merchant.slug
    return MemberDesk(
        request,
        found[0],
        mine,
        inbox_url=reverse("inbox", args=[slug]),
        mark_url=reverse("inbox-mark", args=[slug]),
        do_url=reverse("notification-do", args=[slug, row.pk]),
    )


@merchant_view("notifications.view")
@require_safe
def detail(request: MerchantRequest, pk: int) -> HttpResponse:
    """The notification with everything that one may do with it; htmx gets it as a dialog's content."""
    return _desk(request, pk).show()


@merchant_view("notifications.view")
@require_POST
def do(request: MerchantRequest, pk: int) -> HttpResponse:
    """Snooze it, pass it on, or hear no more of its kind; each can be taken back. Or note that it was looked at."""
    return _desk(request, pk).do()
