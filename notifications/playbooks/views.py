"""Pages of playbooks: the list, the builder, the dry run, the log of what ran."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.members.models import Membership
from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.htmx import back, done, page
from notifications.playbooks import actions
from notifications.playbooks.effects import effects_of
from notifications.playbooks.figures import Trigger
from notifications.playbooks.forms import Builder, Raw, changed, posted, shipped_as, stored
from notifications.playbooks.listing import FIRINGS
from notifications.playbooks.models import Firing, Playbook, PlaybookVersion, StepOutcome
from notifications.playbooks.queries import (
    dry_run,
    member_of,
    playbook_list,
    run_list,
    version_of,
    versions_of,
    words_of_facts,
)
from notifications.playbooks.saying import came, effect_words, said, step_words, trigger_words, unmeasured, would_run
from notifications.playbooks.shipped import SHIPPED, Shipped, shipped
from notifications.playbooks.templates import offered_one, offered_ones
from notifications.playbooks.triggers import TRIGGERS, trigger_of

EDIT = "playbooks.edit"


@merchant_view("playbooks.view")
@require_safe
def index(request: MerchantRequest) -> HttpResponse:
    playbooks = list(playbook_list())
    versions = versions_of(playbooks)
    rows = Membership.objects.select_related("user", "custom_role", "merchant").filter(user__is_active=True)
    members = {one.user_id: one for one in rows.filter(user__in=[one.author_id for one in versions.values()])}
    for one in playbooks:
        version = versions.get(one.pk)
        one.said = said(version, members.get(version.author_id)) if version else None  # type: ignore[attr-defined]
    context = {"playbooks": playbooks, "may_edit": request.membership.may(EDIT)}
    return render(request, "notifications/playbooks/index.html", context)


@merchant_view(EDIT)
@require_http_methods(["GET", "POST"])
def new(request: MerchantRequest) -> HttpResponse:
    """First a ready one or a fact is chosen, then the playbook is built from there."""
    kind, name = request.GET.get("trigger", ""), request.GET.get("template", "")
    if not kind and not name:
        return render(request, "notifications/playbooks/facts.html", _choices(request))
    ready = shipped(name) or offered_one(name)
    trigger = ready.trigger if ready else trigger_of(kind)
    if trigger is None:
        raise Http404
    return _build(request, trigger, shipped_as(ready) if ready else Raw(), None, ready)


@merchant_view(EDIT)
@require_http_methods(["GET", "POST"])
def edit(request: MerchantRequest, pk: int) -> HttpResponse:
    playbook = get_object_or_404(Playbook.objects.kept(), pk=pk)
    version = version_of(playbook)
    trigger = trigger_of(request.GET.get("trigger") or version.trigger)
    if trigger is None:
        raise Http404
    raw = stored(playbook, version)
    raw.conditions = [row for row in raw.conditions if trigger.figure(row["figure"])]
    return _build(request, trigger, raw, playbook)


def _choices(request: MerchantRequest) -> dict[str, Any]:
    """What a new playbook can begin from; a ready one that was taken is marked."""
    taken = set(Playbook.objects.kept().values_list("template", flat=True))
    return {
        "triggers": sorted(TRIGGERS, key=lambda trigger: trigger.label),
        "ready": [(one, one.name in taken) for one in SHIPPED],
        "offered": [(one, one.name in taken) for one in offered_ones()],
        "home": _home(request),
    }


def _build(
    request: MerchantRequest, trigger: Trigger, raw: Raw, playbook: Playbook | None, ready: Shipped | None = None
) -> HttpResponse:
    do = request.POST.get("do", "save") if request.method == "POST" else ""
    held = request.membership.permissions
    if do:
        raw = posted(request.POST, trigger)
    if do not in ("", "save", "dry"):
        return _builder(request, Builder(trigger, changed(raw, do, trigger, request.POST), held=held, is_bound=False),
                        playbook)  # fmt: skip
    builder = Builder(trigger, raw, held=held, is_bound=bool(do))
    if not do or not builder.is_valid():
        return _builder(request, builder, playbook)
    draft, author = builder.draft(), request.membership.user
    if do == "dry":
        return _builder(request, builder, playbook, actions.version_from(draft, author, playbook))
    who: dict[str, Any] = {"author": author, "held": held, "actor": request.actor}
    try:
        if playbook is None:
            made = actions.create_playbook(draft, **who, ready=ready)
            say = _("“%(name)s” is saved. Look at its dry run, then switch it on.")
            if made.is_on:
                say = _("“%(name)s” is saved and on: it runs on what comes from now on.")
        else:
            made = actions.change_playbook(playbook, draft, **who)
            say = _("“%(name)s” is saved. It holds for what comes from now on.")
    except Refused as no:
        builder.refuse(no)
        return _builder(request, builder, playbook)
    return done(request, _detail(request, made), say % {"name": made.name})


def _builder(
    request: MerchantRequest, builder: Builder, playbook: Playbook | None, version: PlaybookVersion | None = None
) -> HttpResponse:
    context = {
        "form": builder,
        "trigger": builder.trigger,
        "playbook": playbook,
        "back_url": _detail(request, playbook) if playbook else _home(request),
        "back_label": playbook.name if playbook else _("Playbooks"),
        **(_tried(version) if version else {}),
    }
    status = 422 if builder.errors else 200
    return page(request, "notifications/playbooks/builder.html", context, part="builder", status=status)


def _tried(version: PlaybookVersion) -> dict[str, Any]:
    tried = dry_run(version)
    templates = [step_words(row) for row in version.steps]
    return {"tried": tried, "lines": [would_run(version, run, templates) for run in tried.runs]}


@merchant_view("playbooks.view")
@require_safe
def detail(request: MerchantRequest, pk: int) -> HttpResponse:
    playbook = get_object_or_404(Playbook, pk=pk)
    rows = list(PlaybookVersion.objects.select_related("author").filter(playbook=playbook).order_by("-number")[:20])
    members = {row.author_id: member_of(row.author_id) for row in rows[:1]}
    versions = [said(row, members.get(row.author_id)) for row in rows]
    context = {
        "playbook": playbook,
        "said": versions[0] if versions else None,
        "versions": versions,
        "runs": list(run_list().filter(playbook=playbook)[:10]),
        "effects": [effect_words(one) for one in effects_of(playbook, rows[0].trigger)] if rows else [],
        "unmeasured": unmeasured(rows[0].trigger) if rows else "",
        "may_edit": request.membership.may(EDIT),
    }
    return render(request, "notifications/playbooks/detail.html", context)


@merchant_view("playbooks.view")
@require_safe
def dry(request: MerchantRequest, pk: int) -> HttpResponse:
    """What the playbook, as it is now, would have done in the last 90 days."""
    playbook = get_object_or_404(Playbook, pk=pk)
    version = version_of(playbook)
    words = said(version, member_of(version.author_id))
    context = {"playbook": playbook, "said": words, "may_edit": request.membership.may(EDIT), **_tried(version)}
    return render(request, "notifications/playbooks/dry_run.html", context)


@merchant_view(EDIT)
@require_POST
def switch(request: MerchantRequest, pk: int) -> HttpResponse:
    playbook = get_object_or_404(Playbook.objects.kept(), pk=pk)
    on = request.POST.get("on") == "1"
    actions.switch_playbook(playbook, on=on, actor=request.actor)
    say = _("“%(name)s” is on: it runs on what comes from now on.") if on else _("“%(name)s” is off.")
    return done(request, back(request, _home(request)), say % {"name": playbook.name})


@merchant_view(EDIT)
@require_POST
def remove(request: MerchantRequest, pk: int) -> HttpResponse:
    playbook = get_object_or_404(Playbook.objects.kept(), pk=pk)
    actions.remove_playbook(playbook, actor=request.actor)
    undo_url = reverse("playbook-restore", args=[request.merchant.slug, pk])
    return done(request, _home(request), _("“%(name)s” is removed.") % {"name": playbook.name}, undo=undo_url)


@merchant_view(EDIT)
@require_POST
def restore(request: MerchantRequest, pk: int) -> HttpResponse:
    playbook = get_object_or_404(Playbook, pk=pk)
    actions.restore_playbook(playbook, actor=request.actor)
    return done(request, _detail(request, playbook), _("“%(name)s” is back, switched off.") % {"name": playbook.name})


@merchant_view("playbooks.view")
@require_safe
def runs(request: MerchantRequest) -> HttpResponse:
    """What playbooks did, newest first."""
    found = FIRINGS.page(run_list(), request.GET)
    for row in found.rows:
        row.what = trigger_words(row.version.trigger)
    return page(request, "notifications/playbooks/runs.html", {"page": found}, part="results")


@merchant_view("playbooks.view")
@require_safe
def run(request: MerchantRequest, pk: int) -> HttpResponse:
    firing = get_object_or_404(run_list().select_related("version__author"), pk=pk)
    outcomes = StepOutcome.objects.filter(firing=firing).order_by("index")
    context = {
        "firing": firing,
        "what": trigger_words(firing.version.trigger),
        "figures": words_of_facts(firing.version, firing.activity),
        "steps": [came(one, firing.version, request.merchant.slug) for one in outcomes],
        "page_url": _page_of(firing, request.merchant.slug),
        "may_edit": request.membership.may(EDIT),
    }
    return render(request, "notifications/playbooks/run.html", context)


def _page_of(firing: Firing, slug: str) -> str:
    """The page of what the fact is about; "" where nothing leads there."""
    trigger = trigger_of(firing.version.trigger)
    target = trigger.target(firing.activity.payload) if trigger else None
    if target is None:
        return ""
    try:
        return reverse(target.name, args=(slug, *target.args)) + (f"?{target.query}" if target.query else "")
    except NoReverseMatch:
        return ""


@merchant_view(EDIT)
@require_POST
def undo(request: MerchantRequest, pk: int) -> HttpResponse:
    outcome = get_object_or_404(StepOutcome, pk=pk)
    actions.undo_step(outcome, held=request.membership.permissions, actor=request.actor)
    return done(request, reverse("firing-detail", args=[request.merchant.slug, outcome.firing_id]),
                _("The step is undone."))  # fmt: skip


def _home(request: MerchantRequest) -> str:
    return reverse("playbook-list", args=[request.merchant.slug])


def _detail(request: MerchantRequest, playbook: Playbook) -> str:
    return reverse("playbook-detail", args=[request.merchant.slug, playbook.pk])
