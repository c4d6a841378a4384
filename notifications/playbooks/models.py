"""What a merchant wants to happen by itself, and what happened."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.append_only import AppendOnlyModel
from core.badges import Badge
from core.tenancy import TenantManager, TenantModel, TenantQuerySet
from notifications.playbooks.rules import Condition, Rule


class PlaybookQuerySet(TenantQuerySet["Playbook"]):
    def kept(self) -> PlaybookQuerySet:
        return self.filter(removed_at=None)

    def on(self) -> PlaybookQuerySet:
        return self.kept().filter(is_on=True)


class Playbook(TenantModel):
    """WHEN a fact WITH conditions THEN steps. What it says is its newest version, the one of `number`.

    Facts up to the activity `read_to` are decided; the row is the lock under which the next ones are, in their order.
    """

    name = models.CharField(_("name"), max_length=80)
    is_on = models.BooleanField(_("on"), default=False)
    number = models.PositiveIntegerField(default=1)
    template = models.CharField(max_length=40, blank=True, help_text="name of the shipped one it was taken from")
    read_to = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = TenantManager.from_queryset(PlaybookQuerySet)()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "name"], condition=models.Q(removed_at=None), name="playbook_name_once"
            ),
            models.CheckConstraint(
                condition=models.Q(removed_at=None) | models.Q(is_on=False), name="playbook_removed_is_off"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PlaybookVersion(AppendOnlyModel, TenantModel):
    """What a playbook says from one moment on: it decides the facts after the activity `after`.

    `trigger` is a kind of fact, `conditions` are {figure, op, value}, `steps` {step, settings}. The cool-down counts
    for each value of `per` in the fact's payload, or for the playbook as a whole. Its steps run with the author's
    rights at the time they run.
    """

    playbook = models.ForeignKey(Playbook, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    author = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    trigger = models.CharField(max_length=60)
    conditions = models.JSONField(default=list)
    steps = models.JSONField(default=list)
    cool_down = models.PositiveIntegerField(default=0, help_text="minutes")
    per = models.CharField(max_length=40, blank=True)
    limit = models.PositiveSmallIntegerField(default=20, help_text="runs a day")
    after = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    objects = TenantManager()

    class Meta:
        ordering = ["playbook", "-number"]
        constraints = [models.UniqueConstraint(fields=["playbook", "number"], name="playbook_version_once")]

    def __str__(self) -> str:
        return f"{self.playbook_id} v{self.number}"

    @property
    def rule(self) -> Rule:
        conditions = tuple(Condition(row["figure"], row["op"], row["value"]) for row in self.conditions)
        return Rule(self.playbook_id or 0, conditions, timedelta(minutes=self.cool_down), self.limit)


class Firing(TenantModel):
    """One run of a playbook, on one fact, at the fact's time. `entry` is the activity that says that it ran."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("playbook", "Running")
        DONE = "done", pgettext_lazy("playbook", "Done")
        FAILED = "failed", pgettext_lazy("playbook", "Failed in part")

    playbook = models.ForeignKey(Playbook, models.CASCADE, related_name="firings")
    version = models.ForeignKey(PlaybookVersion, models.PROTECT, related_name="firings")
    activity = models.ForeignKey("accounts.Activity", models.PROTECT, related_name="+")
    entry = models.ForeignKey("accounts.Activity", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("time"))
    key = models.CharField(max_length=80, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(default=timezone.now)

    objects = TenantManager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["playbook", "activity"], name="firing_once")]
        indexes = [
            models.Index(fields=["merchant", "-at", "-id"], name="firing_newest"),
            models.Index(fields=["playbook", "-at", "-id"], name="firing_of_playbook"),
            models.Index(fields=["created_at"], name="firing_waiting", condition=models.Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.playbook_id} {self.activity_id}"


class StepOutcome(TenantModel):
    """What came of one step of a run. `detail` is what the step needs to say what it did and to take it back, or
    under "why" the sentence that says why it failed or was left out.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("step", "Waiting")
        DONE = "done", pgettext_lazy("step", "Done")
        FAILED = "failed", pgettext_lazy("step", "Failed")
        UNDONE = "undone", pgettext_lazy("step", "Undone")
        SKIPPED = "skipped", pgettext_lazy("step", "Left out")

    firing = models.ForeignKey(Firing, models.CASCADE, related_name="outcomes")
    index = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=20)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField(_("time"), null=True)

    objects = TenantManager()

    class Meta:
        ordering = ["firing", "index"]
        constraints = [models.UniqueConstraint(fields=["firing", "index"], name="step_outcome_once")]

    def __str__(self) -> str:
        return f"{self.firing_id}.{self.index} {self.step}"


class PlaybookTemplate(models.Model):
    """A playbook that staff wrote for all shops. Those offered stand among the ready ones; a shop that takes one has
    a playbook of its own, on which later changes have no effect.

    `steps` and `conditions` are those of a version, with the words of steps in both languages: "title" and "title_zh".
    """

    BADGES: ClassVar[dict[bool, Badge]] = {
        True: Badge("success", pgettext_lazy("playbook template", "Offered"), "full"),
        False: Badge("neutral", pgettext_lazy("playbook template", "Not offered"), "empty"),
    }

    name_en = models.CharField(_("name in English"), max_length=80)
    name_zh = models.CharField(_("name in Chinese"), max_length=80)
    purpose_en = models.CharField(_("purpose in English"), max_length=300)
    purpose_zh = models.CharField(_("purpose in Chinese"), max_length=300)
    trigger = models.CharField(max_length=60)
    conditions = models.JSONField(default=list, blank=True)
    steps = models.JSONField(default=list)
    cool_down = models.PositiveIntegerField(default=0, help_text="minutes")
    per_thing = models.BooleanField(default=True)
    limit = models.PositiveSmallIntegerField(default=20, help_text="runs a day")
    is_offered = models.BooleanField(_("offered"), default=False)
    author = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)

    class Meta:
        ordering = ["-changed_at", "-pk"]
        indexes = [models.Index(fields=["-changed_at", "-id"], name="playbook_template_newest")]

    def __str__(self) -> str:
        return self.name_en

    def get_absolute_url(self) -> str:
        return reverse("staff-playbook-template-edit", args=[self.pk])

    @property
    def name(self) -> str:
        """Its name in the active language."""
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en

    @property
    def purpose(self) -> str:
        """What it is for, in the active language."""
        return self.purpose_zh if (get_language() or "").startswith("zh") else self.purpose_en

    @property
    def badge(self) -> Badge:
        return self.BADGES[self.is_offered]
