"""What happens by itself: deciding the facts that came, and taking the steps of each run."""

from __future__ import annotations

import logging
from bisect import bisect_left
from collections.abc import Sequence
from datetime import timedelta

from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import causing, record
from accounts.activity.models import Activity
from accounts.jobs.queue import enqueue
from accounts.merchants.models import Merchant
from core.actors import Actor
from core.errors import Refused, Transient
from core.tasks import task
from notifications.playbooks.events import PlaybookFired
from notifications.playbooks.models import Firing, Playbook, PlaybookVersion, StepOutcome
from notifications.playbooks.ordering import settled_to
from notifications.playbooks.queries import fact_of, is_asked, makers_of, member_of, past_runs
from notifications.playbooks.rights import lacking
from notifications.playbooks.rules import Past, decide
from notifications.playbooks.steps import STEPS
from notifications.playbooks.steps.base import Context, Earlier
from notifications.playbooks.triggers import kinds_for, trigger_of
from notifications.playbooks.trouble import note_end

log = logging.getLogger(__name__)

AT_ONCE = 200  # facts decided in one transaction
DAY = timedelta(days=2)  # reaches back over a whole day of any time zone


def look(playbook_id: int) -> int:
    """Decide the facts that came since the last look, in their order, each once. Returns how many runs began.

    However often and in whatever order this is called, the same facts give the same runs.
    """
    began = 0
    while True:
        newest = settled_to()
        runs, is_over = _look(playbook_id, newest)
        began += runs
        if is_over:
            return began


@transaction.atomic
def _look(playbook_id: int, newest: int) -> tuple[int, bool]:
    playbook = Playbook.objects.select_for_update().filter(pk=playbook_id, is_on=True).first()
    if playbook is None:
        return 0, True
    versions = list(playbook.versions.order_by("number"))
    kinds = {kind for version in versions for kind in kinds_for(version.trigger)}
    rows = Activity.objects.filter(kind__in=kinds, pk__gt=playbook.read_to, pk__lte=newest).order_by("pk")
    chunk = list(rows[:AT_ONCE])
    if not chunk:
        return 0, True
    began = _decide(playbook, versions, chunk)
    is_over = len(chunk) < AT_ONCE
    playbook.read_to = newest if is_over else chunk[-1].pk
    playbook.save(update_fields=["read_to"])
    return began, is_over


def _decide(playbook: Playbook, versions: Sequence[PlaybookVersion], chunk: Sequence[Activity]) -> int:
    merchant = Merchant.objects.in_scope()
    makers = makers_of(chunk)
    starts = [version.after for version in versions]
    longest = max(version.rule.cool_down for version in versions)
    earlier = past_runs(playbook.pk, min(one.at for one in chunk) - max(longest, DAY))
    began = 0
    for activity in chunk:
        place = bisect_left(starts, activity.pk) - 1
        version = versions[place] if place >= 0 else None
        if version is None or not is_asked(version, activity):
            continue
        fact = fact_of(activity, version, merchant, makers.get(activity.pk, ()))
        (decision,) = decide(version.rule, [fact], earlier)
        if decision.fires:
            earlier.append(decision.past)
            _begin(playbook, version, activity, decision.past)
            began += 1
    return began


def _begin(playbook: Playbook, version: PlaybookVersion, activity: Activity, past: Past) -> None:
    firing = Firing(playbook=playbook, version=version, activity=activity, at=past.at, key=past.key)
    firing.save()
    event = PlaybookFired(playbook_id=playbook.pk, name=playbook.name, firing_id=firing.pk)
    firing.entry = record(event, actor=_actor(version, playbook), subject=playbook, caused_by=activity)
    firing.save(update_fields=["entry"])
    StepOutcome.objects.bulk_create(
        [StepOutcome(firing=firing, index=index, step=step["step"]) for index, step in enumerate(version.steps)]
    )
    queue(firing.pk)


def _actor(version: PlaybookVersion, playbook: Playbook) -> Actor:
    return Actor("user", version.author_id, f"{version.author} · {playbook.name}"[:150])


def queue(firing_id: int) -> None:
    """Queue the steps of a run, unless they wait in the queue already."""
    enqueue(take_steps, firing_id, key=f"firing:{firing_id}")


@task()
def take_steps(firing_id: int) -> None:
    """Take the steps of a run that are still to be taken, one transaction each.

    A worker that dies leaves steps either done or waiting; whoever takes over goes on with the next that waits.
    """
    while _take_next(firing_id):
        pass


@transaction.atomic
def _take_next(firing_id: int) -> bool:
    rows = Firing.objects.select_for_update(of=("self",)).select_related("playbook", "version__author", "activity")
    firing = rows.get(pk=firing_id)
    outcomes = list(firing.outcomes.order_by("index"))
    waiting = [one for one in outcomes if one.state == StepOutcome.State.WAITING]
    if waiting:
        _take(firing, waiting[0])
    if len(waiting) <= 1 and firing.state == Firing.State.WAITING:
        failed = any(one.state == StepOutcome.State.FAILED for one in outcomes)
        firing.state = Firing.State.FAILED if failed else Firing.State.DONE
        firing.save(update_fields=["state"])
        note_end(firing, outcomes)
    return len(waiting) > 1


def _take(firing: Firing, outcome: StepOutcome) -> None:
    settings = firing.version.steps[outcome.index]["settings"]
    outcome.at = timezone.now()
    if not firing.playbook.is_on:
        outcome.state, outcome.detail = StepOutcome.State.SKIPPED, {"why": _("The playbook was switched off before.")}
        outcome.save()
        return
    try:
        with transaction.atomic():
            context = context_of(firing, outcome)
            assert firing.entry is not None
            with causing(firing.entry):
                outcome.detail = STEPS[outcome.step].run(context, settings)
        outcome.state = StepOutcome.State.DONE
    except Refused as no:
        outcome.state, outcome.detail = StepOutcome.State.FAILED, {"why": _reason(no)}
    except (DatabaseError, Transient):
        raise  # time can heal it: the job comes back to this step
    except Exception:
        log.exception("step %s of firing %s failed", outcome.index, firing.pk)
        why = _("A fault of ours stopped this step; it is in our log.")
        outcome.state, outcome.detail = StepOutcome.State.FAILED, {"why": why}
    outcome.save()


def _reason(no: Refused) -> str:
    return " ".join([no.message, *(text for text in no.fields.values() if text != no.message)])[:500]


def context_of(firing: Firing, outcome: StepOutcome, *, actor: Actor | None = None) -> Context:
    """What the step works on, for its author with the rights they have now, or for the `actor` who takes it back.

    Refuses where the author's rights are not enough.
    """
    step, trigger = STEPS.get(outcome.step), trigger_of(firing.version.trigger)
    if step is None or trigger is None:
        raise Refused("gone", _("The product no longer has this step or this fact."))
    if actor is None and (lack := lacking(firing.version, member_of(firing.version.author_id), step.permission)):
        raise Refused("author_lacks", lack)
    if Merchant.objects.in_scope().is_closed:
        raise Refused("shop_closed", _("The shop is suspended, so nothing is done for it."))
    return Context(
        trigger=trigger,
        activity=firing.activity,
        actor=actor or _actor(firing.version, firing.playbook),
        playbook_id=firing.playbook_id,
        playbook=firing.playbook.name,
        firing_id=firing.pk,
        index=outcome.index,
        earlier=_earlier(firing, outcome),
    )


def _earlier(firing: Firing, outcome: StepOutcome) -> Earlier | None:
    """The last step before this one that made something or failed at it; None where there is none."""
    for one in firing.outcomes.filter(index__lt=outcome.index).order_by("-index"):
        step = STEPS.get(one.step)
        if one.state == StepOutcome.State.FAILED:
            return Earlier(_("A step before this one failed: %(why)s") % {"why": one.detail.get("why", "")})
        if one.state == StepOutcome.State.DONE and step is not None and (page := step.link(one.detail)):
            return Earlier(step.said(one.detail), page)
    return None
