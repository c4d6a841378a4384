"""The builder of staff: the one of playbooks, with its words in both languages and nothing of one shop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.playbooks.figures import Trigger
from notifications.playbooks.forms import Builder, HeadForm, Raw, StepRow
from notifications.playbooks.models import PlaybookTemplate
from notifications.playbooks.steps import STEPS
from notifications.playbooks.steps.base import Step, fits

WORDS = ("name_en", "name_zh", "purpose_en", "purpose_zh")
ALL_RIGHTS = frozenset(step.permission for step in STEPS.values())


class TemplateHead(HeadForm):
    naming = WORDS
    is_for_all = True
    name = None  # type: ignore[assignment]
    name_en = forms.CharField(label=_("Name in English"), max_length=80)
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=80)
    purpose_en = forms.CharField(
        label=_("What it is for, in English"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Shops read this before they take it."),
    )
    purpose_zh = forms.CharField(
        label=_("What it is for, in Chinese"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        values["name"] = values.get("name_en", "")
        return values


class TemplateBuilder(Builder):
    """The forms of one template. Staff may write every step that is not about one shop's own things."""

    head_form = TemplateHead

    def __init__(self, trigger: Trigger, raw: Raw, *, is_bound: bool) -> None:
        super().__init__(trigger, raw, held=ALL_RIGHTS, is_bound=is_bound)

    def _step(self, index: int, name: str, values: Mapping[str, Any]) -> StepRow:
        row = super()._step(index, name, values)
        row.form.for_all_shops()
        return row

    @property
    def offered(self) -> list[Step]:
        return [step for step in super().offered if not step.form.of_shop]

    def words(self) -> dict[str, str]:
        """What it is called and for, in both languages, of the valid forms."""
        return {name: self.head.cleaned_data[name] for name in WORDS}


def written(template: PlaybookTemplate, trigger: Trigger) -> Raw:
    """What a template holds, to be changed; what the product no longer has is left out."""
    head: dict[str, Any] = {name: getattr(template, name) for name in (*WORDS, "cool_down", "limit", "per_thing")}
    steps = [
        (row["step"], dict(row["settings"]))
        for row in template.steps
        if row["step"] in STEPS and fits(STEPS[row["step"]], trigger)
    ]
    return Raw(head, [dict(row) for row in template.conditions if trigger.figure(row["figure"])], steps)
