"""The staff's pages of playbook templates: all of them, the builder, offering and taking off."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import StaffRequest, staff_view
from core.errors import Refused
from core.htmx import done, page
from notifications.playbooks import templates
from notifications.playbooks.figures import Trigger
from notifications.playbooks.forms import Raw, changed, posted
from notifications.playbooks.listing import TEMPLATES
from notifications.playbooks.models import PlaybookTemplate
from notifications.playbooks.saying import trigger_words
from notifications.playbooks.template_forms import TemplateBuilder, TemplateHead, written
from notifications.playbooks.triggers import TRIGGERS, trigger_of

WORD = "playbooks.offer"
HOME = "staff-playbook-templates"


@staff_view(WORD)
@require_safe
def index(request: StaffRequest) -> HttpResponse:
    """All templates, the last changed first."""
    found = TEMPLATES.page(templates.template_list(), request.GET)
    for row in found.rows:
        row.when = trigger_words(row.trigger)
    context = {"page": found, "frame": "staff.html", "search_hint": _("Name or purpose")}
    return page(request, "notifications/playbooks/templates.html", context, part="results")


@staff_view(WORD)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: StaffRequest) -> HttpResponse:
    """First a fact is chosen, then the template is built on it."""
    kind = request.GET.get("trigger", "")
    if not kind:
        triggers = sorted(TRIGGERS, key=lambda trigger: trigger.label)
        return render(request, "notifications/playbooks/template_facts.html", {"triggers": triggers})
    trigger = trigger_of(kind)
    if trigger is None:
        raise Http404
    return _build(request, trigger, Raw(), None)


@staff_view(WORD)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    template = get_object_or_404(templates.template_list(), pk=pk)
    trigger = trigger_of(template.trigger)
    if trigger is None:
        raise Http404
    return _build(request, trigger, written(template, trigger), template)


def _build(request: StaffRequest, trigger: Trigger, raw: Raw, template: PlaybookTemplate | None) -> HttpResponse:
    do = request.POST.get("do", "save") if request.method == "POST" else ""
    if do:
        raw = posted(request.POST, trigger, TemplateHead)
    if do not in ("", "save"):
        raw = changed(raw, do, trigger, request.POST)
        return _builder(request, TemplateBuilder(trigger, raw, is_bound=False), template)
    builder = TemplateBuilder(trigger, raw, is_bound=bool(do))
    if not do or not builder.is_valid():
        return _builder(request, builder, template)
    try:
        kept = templates.write_template(
            template, builder.draft(), builder.words(), author=request.user, actor=request.actor  # type: ignore[arg-type]
        )  # fmt: skip
    except Refused as no:
        builder.refuse(no)
        return _builder(request, builder, template)
    say = _("“%(name)s” is saved. Shops see it once it is offered.")
    if kept.is_offered:
        say = _("“%(name)s” is saved. Shops that take it from now on get it as it is now.")
    return done(request, reverse(HOME), say % {"name": kept.name})


def _builder(request: StaffRequest, builder: TemplateBuilder, template: PlaybookTemplate | None) -> HttpResponse:
    context = {
        "form": builder,
        "trigger": builder.trigger,
        "template": template,
        "frame": "staff.html",
        "is_template": True,
        "back_url": reverse(HOME),
        "back_label": _("Playbook templates"),
    }
    status = 422 if builder.errors else 200
    return page(request, "notifications/playbooks/builder.html", context, part="builder", status=status)


@staff_view(WORD)
@require_POST
def offer(request: StaffRequest, pk: int) -> HttpResponse:
    """Let shops take it."""
    template = get_object_or_404(PlaybookTemplate, pk=pk)
    templates.offer(template, actor=request.actor)
    undo = reverse("staff-playbook-template-take-off", args=[pk])
    return done(request, reverse(HOME), _("Shops can take “%(name)s” now.") % {"name": template.name}, undo=undo)


@staff_view(WORD)
@require_POST
def take_off(request: StaffRequest, pk: int) -> HttpResponse:
    """Show it to shops no more."""
    template = get_object_or_404(PlaybookTemplate, pk=pk)
    templates.take_off(template, actor=request.actor)
    undo = reverse("staff-playbook-template-offer", args=[pk])
    say = _("“%(name)s” is not offered any more. What shops made of it stays.")
    return done(request, reverse(HOME), say % {"name": template.name}, undo=undo)
