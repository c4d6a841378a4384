"""Writing playbooks, switching them, and taking back what they did."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import causing, record
from accounts.activity.models import Activity
from accounts.people.models import User
from core.actors import Actor
from core.errors import Refused
from core.roles import word_label
from core.tenancy import every_tenant
from notifications.playbooks import rules
from notifications.playbooks.events import PlaybookRemoved, PlaybookSaved, PlaybookSwitched, StepUndone
from notifications.playbooks.live import context_of
from notifications.playbooks.models import Firing, Playbook, PlaybookVersion, StepOutcome
from notifications.playbooks.shipped import Shipped
from notifications.playbooks.steps import STEPS
from notifications.playbooks.steps.base import fits
from notifications.playbooks.triggers import trigger_of

MOST = 50
MOST_CONDITIONS, MOST_STEPS = 10, 10


@dataclass(frozen=True)
class Draft:
    """What a playbook is to say: `conditions` are {figure, op, value}, `steps` {step, settings}, checked by the form.

    `cool_down` is minutes, for each thing the fact is about where `per_thing`; `limit` is runs a day.
    """

    name: str
    trigger: str
    conditions: Sequence[Mapping[str, str]]
    steps: Sequence[Mapping[str, Any]]
    cool_down: int = 0
    per_thing: bool = True
    limit: int = 20


def version_from(draft: Draft, author: User, playbook: Playbook | None = None) -> PlaybookVersion:
    """The version a draft would be, not stored: what a dry run needs."""
    trigger = trigger_of(draft.trigger)
    return PlaybookVersion(
        playbook=playbook,
        number=playbook.number + 1 if playbook else 1,
        author=author,
        trigger=draft.trigger,
        conditions=[dict(row) for row in draft.conditions],
        steps=[dict(row) for row in draft.steps],
        cool_down=draft.cool_down,
        per=trigger.key if trigger and draft.per_thing else "",
        limit=draft.limit,
    )


@transaction.atomic
def create_playbook(
    draft: Draft, *, author: User, held: Collection[str], actor: Actor, ready: Shipped | None = None
) -> Playbook:
    """A new playbook, switched off unless it is taken from a shipped one that begins on.

    Refuses a name that is taken, the 51st, and steps that its author may not take.
    """
    if Playbook.objects.kept().count() >= MOST:
        raise Refused("too_many_playbooks", _("There are 50 playbooks. Remove one that is not needed any more."))
    check(draft, held)
    playbook = Playbook.objects.create(name=_free_name(draft.name), template=ready.name if ready else "")
    _write(playbook, draft, author, actor)
    if ready and ready.on:
        switch_playbook(playbook, on=True, actor=actor)
        playbook.refresh_from_db()
    return playbook


@transaction.atomic
def change_playbook(playbook: Playbook, draft: Draft, *, author: User, held: Collection[str], actor: Actor) -> Playbook:
    """A new version, for the facts that come from now on; it runs with the rights of whoever wrote it."""
    playbook = _locked(playbook)
    check(draft, held)
    playbook.name, playbook.number = _free_name(draft.name, but=playbook), playbook.number + 1
    playbook.save(update_fields=["name", "number"])
    _write(playbook, draft, author, actor)
    return playbook


def _write(playbook: Playbook, draft: Draft, author: User, actor: Actor) -> None:
    version = version_from(draft, author, playbook)
    version.number, version.after = playbook.number, _newest()
    version.save()
    event = PlaybookSaved(playbook_id=playbook.pk, name=playbook.name, number=version.number)
    record(event, actor=actor, subject=playbook)


@transaction.atomic
def switch_playbook(playbook: Playbook, *, on: bool, actor: Actor) -> None:
    """Let it run on the facts that come from now on, or on none; what waits of its runs is left out when it is off."""
    playbook = _locked(playbook)
    if playbook.is_on == on:
        return
    playbook.is_on = on
    playbook.read_to = max(playbook.read_to, _newest()) if on else playbook.read_to
    playbook.save(update_fields=["is_on", "read_to"])
    record(PlaybookSwitched(playbook_id=playbook.pk, name=playbook.name, is_on=on), actor=actor, subject=playbook)


@transaction.atomic
def remove_playbook(playbook: Playbook, *, actor: Actor) -> None:
    """Take it off the list; its versions and the log of its runs stay."""
    playbook = _locked(playbook)
    playbook.is_on, playbook.removed_at = False, timezone.now()
    playbook.save(update_fields=["is_on", "removed_at"])
    record(PlaybookRemoved(playbook_id=playbook.pk, name=playbook.name), actor=actor, subject=playbook)


@transaction.atomic
def restore_playbook(playbook: Playbook, *, actor: Actor) -> None:
    """Put a removed playbook back on the list, switched off."""
    playbook = Playbook.objects.select_for_update().get(pk=playbook.pk)
    if playbook.removed_at is None:
        return
    playbook.name, playbook.removed_at = _free_name(playbook.name, but=playbook), None
    playbook.save(update_fields=["name", "removed_at"])
    event = PlaybookSaved(playbook_id=playbook.pk, name=playbook.name, number=playbook.number)
    record(event, actor=actor, subject=playbook)


@transaction.atomic
def undo_step(outcome: StepOutcome, *, held: Collection[str], actor: Actor) -> None:
    """Take back what a step did. Refuses what cannot be, what was taken back already, and who may not do it."""
    firing = Firing.objects.select_for_update(of=("self",)).select_related("playbook", "version__author", "activity")
    run = firing.get(pk=outcome.firing_id)
    outcome = StepOutcome.objects.get(pk=outcome.pk)
    step = STEPS.get(outcome.step)
    if step is None or not step.undoable or outcome.state != StepOutcome.State.DONE:
        raise Refused("not_undoable", _("This step cannot be undone, or was undone already."), status=409)
    if step.permission not in held:
        raise Refused("right_missing", _("This takes the right: %(right)s.") % {"right": word_label(step.permission)})
    event = StepUndone(playbook_id=run.playbook_id, name=run.playbook.name, firing_id=run.pk, step=outcome.step)
    entry = record(event, actor=actor, subject=run.playbook, caused_by=run.entry)
    with causing(entry):
        step.undo(context_of(run, outcome, actor=actor), outcome.detail)
    outcome.state, outcome.at = StepOutcome.State.UNDONE, timezone.now()
    outcome.save(update_fields=["state", "at"])


def check(draft: Draft, held: Collection[str]) -> None:
    """Refuse what no playbook can say, and steps that whoever holds these rights may not take."""
    trigger = trigger_of(draft.trigger)
    if trigger is None:
        raise Refused("no_trigger", _("Choose the fact on which the playbook runs."))
    if not draft.steps:
        raise Refused("no_step", _("Add at least one step."))
    if len(draft.steps) > MOST_STEPS or len(draft.conditions) > MOST_CONDITIONS:
        raise Refused("too_long", _("A playbook has at most ten conditions and ten steps."))
    for row in draft.conditions:
        figure = trigger.figure(row["figure"])
        if figure is None or row["op"] not in figure.ops:
            raise Refused("no_figure", _("A condition speaks of a figure that this fact does not have."))
    for row in draft.steps:
        step = STEPS.get(row["step"])
        if step is None or not fits(step, trigger):
            raise Refused("no_fit", _("A step does not fit this fact. Take it out, or choose another fact."))
        if step.permission and step.permission not in held:
            values = {"step": step.label, "right": word_label(step.permission)}
            raise Refused("right_missing", _("“%(step)s” takes a right that you do not have: %(right)s.") % values)
    if not 0 <= draft.cool_down <= rules.LONGEST_PAUSE.total_seconds() // 60:
        raise Refused("bad_pause", _("A pause is at most 90 days."))
    if not 1 <= draft.limit <= rules.MOST_A_DAY:
        raise Refused("bad_limit", _("A playbook runs at most 100 times a day."))


def _locked(playbook: Playbook) -> Playbook:
    found = Playbook.objects.kept().select_for_update().filter(pk=playbook.pk).first()
    if found is None:
        raise Refused("removed", _("This playbook was removed."), status=409)
    return found


def _newest() -> int:
    """The newest fact of all merchants: numbers are given across them."""
    with every_tenant("numbers of facts are given across merchants"):
        return Activity.objects.order_by().aggregate(newest=Max("pk"))["newest"] or 0


def _free_name(name: str, *, but: Playbook | None = None) -> str:
    name = name.strip()
    others = Playbook.objects.kept().filter(name=name)
    if (others.exclude(pk=but.pk) if but else others).exists():
        sentence = _("Another playbook has this name.")
        raise Refused("name_taken", sentence, name=sentence)
    return name
