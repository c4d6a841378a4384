"""Playbooks that staff write for all shops: keeping them, offering them, and what a shop sees of them."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.people.models import User
from core.actors import Actor
from core.errors import Refused
from notifications.playbooks.actions import Draft, check
from notifications.playbooks.events import PlaybookTemplateOffered, PlaybookTemplateSaved, PlaybookTemplateTakenOff
from notifications.playbooks.models import PlaybookTemplate
from notifications.playbooks.rules import Condition
from notifications.playbooks.shipped import Shipped, Step
from notifications.playbooks.steps import STEPS
from notifications.playbooks.steps.base import ONE_SHOP, ZH, fits
from notifications.playbooks.steps.people import general_audiences
from notifications.playbooks.triggers import trigger_of

PREFIX = "platform:"  # before the key of a template, in addresses and in what a playbook notes of where it is from
MOST_OFFERED = 50


def template_list() -> QuerySet[PlaybookTemplate]:
    return PlaybookTemplate.objects.select_related("author")


def search_templates(rows: QuerySet[PlaybookTemplate], words: str) -> QuerySet[PlaybookTemplate]:
    return rows.filter(
        Q(name_en__icontains=words)
        | Q(name_zh__icontains=words)
        | Q(purpose_en__icontains=words)
        | Q(purpose_zh__icontains=words)
    )


def offered_ones() -> list[Shipped]:
    """Those that shops may take, by name in the active language."""
    rows = PlaybookTemplate.objects.filter(is_offered=True)
    return sorted((one for row in rows if (one := _ready(row)) is not None), key=lambda one: str(one.label))


def offered_one(name: str) -> Shipped | None:
    """The one of that name ("platform:7"), None where it is not offered or the product no longer has its fact."""
    key = name.removeprefix(PREFIX)
    if not name.startswith(PREFIX) or not (key.isascii() and key.isdecimal()) or len(key) > 18:
        return None
    row = PlaybookTemplate.objects.filter(is_offered=True, pk=int(key)).first()
    return _ready(row) if row else None


def _ready(template: PlaybookTemplate) -> Shipped | None:
    """A template as a ready playbook, in the active language."""
    trigger = trigger_of(template.trigger)
    if trigger is None:
        return None
    rows = [row for row in template.steps if row["step"] in STEPS and fits(STEPS[row["step"]], trigger)]
    conditions = [row for row in template.conditions if trigger.figure(row["figure"])]
    return Shipped(
        f"{PREFIX}{template.pk}",
        template.name,
        template.purpose,
        trigger.event,
        tuple(Step(row["step"], _settings_now(row["settings"])) for row in rows),
        tuple(Condition(row["figure"], row["op"], row["value"]) for row in conditions),
        template.cool_down,
        template.per_thing,
        template.limit,
    )


def _settings_now(settings: Mapping[str, object]) -> dict[str, object]:
    plain = {name: value for name, value in settings.items() if not name.endswith(ZH)}
    if (get_language() or "").startswith("zh"):
        plain |= {name.removesuffix(ZH): value for name, value in settings.items() if name.endswith(ZH)}
    return plain


@transaction.atomic
def write_template(
    template: PlaybookTemplate | None, draft: Draft, words: Mapping[str, str], *, author: User, actor: Actor
) -> PlaybookTemplate:
    """Keep a template, new or changed; a new one is not offered yet. `words` are its names and purposes.

    Refuses what no playbook could say, and steps that name something of one shop.
    """
    check(draft, {step.permission for step in STEPS.values()})
    if any(_is_of_one_shop(row["step"], row["settings"]) for row in draft.steps):
        raise Refused("of_one_shop", str(ONE_SHOP))
    template = _locked(template.pk) if template else PlaybookTemplate(author=author)
    for name, value in words.items():
        setattr(template, name, value)
    template.trigger, template.cool_down, template.limit = draft.trigger, draft.cool_down, draft.limit
    template.per_thing, template.changed_at = draft.per_thing, timezone.now()
    template.conditions, template.steps = [dict(row) for row in draft.conditions], [dict(row) for row in draft.steps]
    template.save()
    event = PlaybookTemplateSaved(template_id=template.pk, name=template.name_en)
    record(event, actor=actor, subject=template)
    return template


def _is_of_one_shop(step: str, settings: Mapping[str, object]) -> bool:
    if STEPS[step].form.of_shop:
        return True
    return "who" in settings and settings["who"] not in dict(general_audiences())


@transaction.atomic
def offer(template: PlaybookTemplate, *, actor: Actor) -> None:
    """Let shops take it. Refuses the 51st, and one whose fact the product no longer has."""
    template = _locked(template.pk)
    if template.is_offered:
        return
    if trigger_of(template.trigger) is None:
        raise Refused("no_trigger", _("The product no longer has the fact of this template."), status=409)
    if PlaybookTemplate.objects.filter(is_offered=True).count() >= MOST_OFFERED:
        raise Refused("too_many_offered", _("50 templates are offered. Take one off first."), status=409)
    template.is_offered = True
    template.save(update_fields=["is_offered"])
    event = PlaybookTemplateOffered(template_id=template.pk, name=template.name_en)
    record(event, actor=actor, subject=template)


@transaction.atomic
def take_off(template: PlaybookTemplate, *, actor: Actor) -> None:
    """Show it to shops no more; the playbooks they made of it stay."""
    template = _locked(template.pk)
    if not template.is_offered:
        return
    template.is_offered = False
    template.save(update_fields=["is_offered"])
    event = PlaybookTemplateTakenOff(template_id=template.pk, name=template.name_en)
    record(event, actor=actor, subject=template)


def _locked(pk: int) -> PlaybookTemplate:
    return PlaybookTemplate.objects.select_for_update().get(pk=pk)
