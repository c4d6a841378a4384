"""Everything a playbook can do. The names are kept in stored playbooks and never change."""

from __future__ import annotations

from notifications.playbooks.steps.adopt import Adopt
from notifications.playbooks.steps.base import Step
from notifications.playbooks.steps.call import Call
from notifications.playbooks.steps.clear import Clear
from notifications.playbooks.steps.hold import Hold
from notifications.playbooks.steps.plan import Plan
from notifications.playbooks.steps.purchase import Purchase
from notifications.playbooks.steps.reserve import Reserve
from notifications.playbooks.steps.tag import TagCustomer, TagOrder, TagProduct
from notifications.playbooks.steps.task import Task
from notifications.playbooks.steps.tell import Tell

STEPS: dict[str, Step] = {
    step.name: step
    for step in (
        Tell(),
        Task(),
        Purchase(),
        Reserve(),
        Plan(),
        Clear(),
        Adopt(),
        Hold(),
        TagCustomer(),
        TagOrder(),
        TagProduct(),
        Call(),
    )
}
