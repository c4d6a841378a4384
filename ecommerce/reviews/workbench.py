"""The moderators' workbench for reviews: queue, review, evidence; deciding opens the next one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.activity.reads import note_read
from core.access import StaffRequest, staff_view
from core.errors import Refused
from core.forms import add_refusal
from core.htmx import done, page
from core.lists import Listing, ListPage, Sort, Tab
from core.tenancy import tenant
from ecommerce.reviews import rules
from ecommerce.reviews.actions import UNDO_WITHIN, ask_for_edit, hide_review, publish_review, undo_decision
from ecommerce.reviews.filters import QueueFilters
from ecommerce.reviews.forms import ReasonForm
from ecommerce.reviews.models import Review
from ecommerce.reviews.queries import author_history, moderation_list, same_words, standing
from ecommerce.reviews.words import likely_ground, reasons_of, spoken

SHOWN = 50  # of the queue


def _queue(person_id: int | None) -> Listing:
    """The queue's views; "decided by me" depends on who looks."""
    return Listing(
        tabs=[
            Tab("held", gettext_lazy("Held"), lambda rows: rows.held()),
            Tab("hidden", gettext_lazy("Hidden"), lambda rows: rows.filter(state=Review.State.HIDDEN)),
            Tab("mine", gettext_lazy("Decided by me"), lambda rows: rows.filter(moderated_by=person_id)),
        ],
        sorts=[Sort("risk", gettext_lazy("Risk"), "risk_score", descending=True)],
        filters=QueueFilters,
    )


def _in_order(found: ListPage) -> QuerySet[Review]:
    """Held ones by risk, then the oldest first; decided ones the newest first."""
    assert found.tab is not None
    rows: QuerySet[Review] = found.tab.rows(found.found)
    if found.tab.key == "held":
        return rows.order_by("-risk_score", "created_at", "pk")
    return rows.order_by("-moderated_at", "-pk")


def _after(queue: QuerySet[Review], review: Review) -> Review | None:
    """The one that follows `review` in the queue of held reviews, else its first."""
    rest = queue.exclude(pk=review.pk)
    older = Q(created_at__gt=review.created_at) | Q(created_at=review.created_at, pk__gt=review.pk)
    following = rest.filter(Q(risk_score__lt=review.risk_score) | Q(older, risk_score=review.risk_score))
    return following.first() or rest.first()


@staff_view("reviews.moderate")
def index(request: StaffRequest) -> HttpResponse:
    """The queue with its first review; on phones the queue alone."""
    found = _queue(request.user.pk).page(moderation_list(), request.GET)
    return _page(request, found, _in_order(found).first(), is_choosing=True)


@staff_view("reviews.moderate")
def item(request: StaffRequest, pk: int) -> HttpResponse:
    """One review in the workbench."""
    found = _queue(request.user.pk).page(moderation_list(), request.GET)
    return _page(request, found, get_object_or_404(moderation_list(), pk=pk))


def _page(
    request: StaffRequest,
    found: ListPage,
    review: Review | None,
    *,
    form: ReasonForm | None = None,
    is_choosing: bool = False,
    status: int = 200,
) -> HttpResponse:
    queue = list(_in_order(found)[: SHOWN + 1])
    context: dict[str, Any] = {
        "page": found,
        "queue": queue[:SHOWN],
        "has_more": len(queue) > SHOWN,
        "review": review,
        "is_choosing": is_choosing,
        "last": _last_decided(request),
        "here": request.get_full_path(),
    }
    if review is not None:
        note_read(review, page="staff-review", actor=request.actor)
        places = [other.pk for other in queue]
        at = places.index(review.pk) if review.pk in places else None
        context |= _evidence(review) | {
            "form": form or ReasonForm(initial={"ground": likely_ground(review), "state": review.state}),
            "place": at + 1 if at is not None else None,
            "previous": queue[at - 1] if at else None,
            "next": queue[at + 1] if at is not None and at + 1 < len(queue) else None,
        }
    return page(request, "ecommerce/reviews/workbench.html", context, status=status)


def _evidence(review: Review) -> dict[str, Any]:
    """What the decision rests on."""
    return {
        "pieces": rules.passages(review.text),
        "reasons": reasons_of(review),
        "said": spoken(review.moderation_reason),
        "hold_at": rules.HOLD_AT,
        "same": same_words(review),
        "history": author_history(review),
        "standing": standing(review.product),
    }


def _last_decided(request: StaffRequest) -> Review | None:
    """The person's newest decision that can still be taken back."""
    since = timezone.now() - UNDO_WITHIN
    return Review.objects.filter(moderated_by=request.user.pk, moderated_at__gt=since).order_by("-moderated_at").first()


def _decide(request: StaffRequest, pk: int, act: Callable[..., Review], say: str, *, reasoned: bool) -> HttpResponse:
    """Decide as the form says and open the next review; a refusal shows the form again."""
    review = get_object_or_404(moderation_list(), pk=pk)
    found = _queue(request.user.pk).page(moderation_list(), request.GET)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            if form.cleaned_data["state"] != review.state:
                sentence = _("Review %(review)s was decided a moment ago: %(state)s. Look at it again.")
                values = {"review": review, "state": review.badge.label}
                raise Refused("decided_meanwhile", sentence % values, status=409)
            with tenant(review.merchant):
                words = {"reason": form.reason} if reasoned else {}
                act(review, **words, actor=request.actor)
        except Refused as refusal:
            if "reason" in refusal.fields:
                form.add_error("words", refusal.fields["reason"])
            else:
                add_refusal(form, refusal)
        else:
            undo = reverse("staff-review-undo", args=[review.pk])
            return done(request, _next_address(request, found, review), say % {"review": review}, undo=undo)
    return _page(request, found, review, form=form, status=422)


def _next_address(request: StaffRequest, found: ListPage, review: Review) -> str:
    following = _after(_in_order(found), review)
    address = reverse("staff-review", args=[following.pk]) if following else reverse("staff-reviews")
    query = request.GET.urlencode()
    return f"{address}?{query}" if query else address


@staff_view("reviews.moderate")
@require_POST
def publish(request: StaffRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, publish_review, _("%(review)s is published."), reasoned=False)


@staff_view("reviews.moderate")
@require_POST
def hide(request: StaffRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, hide_review, _("%(review)s is hidden."), reasoned=True)


@staff_view("reviews.moderate")
@require_POST
def ask(request: StaffRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, ask_for_edit, _("The author of %(review)s is asked to change it."), reasoned=True)


@staff_view("reviews.moderate")
@require_POST
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    """Take back one's own decision and look at the review again."""
    review = get_object_or_404(moderation_list(), pk=pk)
    with tenant(review.merchant):
        undo_decision(review, actor=request.actor)
    say = _("Taken back: %(review)s is as it was before.") % {"review": review}
    return done(request, reverse("staff-review", args=[review.pk]), say)
