"""What happens to playbooks."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.events import Event, event


@dataclass(frozen=True, kw_only=True)
class PlaybookFact(Event):
    playbook_id: int
    name: str


@event
@dataclass(frozen=True, kw_only=True)
class PlaybookSaved(PlaybookFact):
    """A new playbook, or a new version of one."""

    kind = "playbooks.saved"
    label = _("Playbook saved")
    sentence = _("Playbook “%(name)s” saved, version %(number)s")
    number: int


@event
@dataclass(frozen=True, kw_only=True)
class PlaybookSwitched(PlaybookFact):
    kind = "playbooks.switched"
    label = _("Playbook switched on or off")
    is_on: bool


@event
@dataclass(frozen=True, kw_only=True)
class PlaybookRemoved(PlaybookFact):
    kind = "playbooks.removed"
    label = _("Playbook removed")
    sentence = _("Playbook “%(name)s” removed")


@dataclass(frozen=True, kw_only=True)
class TemplateFact(Event):
    template_id: int
    name: str


@event
@dataclass(frozen=True, kw_only=True)
class PlaybookTemplateSaved(TemplateFact):
    """Staff wrote or changed a playbook for all shops."""

    kind = "playbooks.template_saved"
    label = _("Playbook template saved")
    sentence = _("Playbook template “%(name)s” saved")


@event
@dataclass(frozen=True, kw_only=True)
class PlaybookTemplateOffered(TemplateFact):
    kind = "playbooks.template_offered"
    label = _("Playbook template offered")
    sentence = _("Playbook template “%(name)s” offered to shops")


@event
@dataclass(frozen=True, kw_only=True)
class PlaybookTemplateTakenOff(TemplateFact):
    kind = "playbooks.template_taken_off"
    label = _("Playbook template taken off")
    sentence = _("Playbook template “%(name)s” is not offered any more")


@event
@dataclass(frozen=True, kw_only=True)
class PlaybookFired(PlaybookFact):
    """A fact fulfilled its conditions. What its steps do is caused by this."""

    kind = "playbooks.fired"
    label = _("Playbook ran")
    sentence = _("Playbook “%(name)s” ran")
    firing_id: int


@event
@dataclass(frozen=True, kw_only=True)
class StepUndone(PlaybookFact):
    kind = "playbooks.step_undone"
    label = _("Step of a playbook undone")
    sentence = _("A step of playbook “%(name)s” was undone")
    firing_id: int
    step: str
