"""Everything a playbook can do. The names are kept in stored playbooks and never change."""

from __future__ import annotations

from notifications.playbooks.steps.base import Step
from notifications.playbooks.steps.task import Task
from notifications.playbooks.steps.tell import Tell

STEPS: dict[str, Step] = {step.name: step for step in (Tell(), Task())}
