"""Playbooks that do not do what they should: those who may mend one are told, once a day for each and cause.

It is settled when the playbook is written anew, switched off or removed, and when what was wrong is right again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from accounts.merchants.models import Merchant
from notifications.inbox.actions import settle_like, tell
from notifications.playbooks.models import Firing, Playbook, PlaybookVersion, StepOutcome
from notifications.playbooks.queries import member_of, versions_of
from notifications.playbooks.rights import lacking
from notifications.playbooks.steps import STEPS

KIND = "playbook-failed"
RIGHTS, STEP = "rights", "step"


def note_end(firing: Firing, outcomes: Sequence[StepOutcome]) -> None:
    """Tell of a run that failed; one whose steps were all taken says that its playbook works.

    What a playbook said before it was written anew says nothing about it.
    """
    if firing.version.number != firing.playbook.number:
        return
    if firing.state == Firing.State.FAILED:
        failed = sum(one.state == StepOutcome.State.FAILED for one in outcomes)
        figures = {"count": failed, "steps": len(outcomes), "firing_id": firing.pk}
        cause = RIGHTS if _lacks(firing.version) else STEP
        _tell(firing.playbook, firing.version, cause, figures)
    elif all(one.state == StepOutcome.State.DONE for one in outcomes):
        mended(firing.playbook_id)


def look_at_rights(*, author_id: int | None = None) -> None:
    """Tell which playbooks that are on have an author without the rights to their steps, and settle it for those whose
    author has them again; of one author only, where given.
    """
    playbooks = list(Playbook.objects.on())
    versions = versions_of(playbooks)
    for playbook in playbooks:
        version = versions[playbook.pk]
        if author_id not in (None, version.author_id):
            continue
        if _lacks(version):
            _tell(playbook, version, RIGHTS, {"count": len(version.steps), "steps": len(version.steps), "firing_id": 0})
        else:
            mended(playbook.pk, RIGHTS)


def mended(playbook_id: int, cause: str = "") -> None:
    settle_like(KIND, beginning=f"{playbook_id}:{cause}")


def _lacks(version: PlaybookVersion) -> bool:
    words = [STEPS[row["step"]].permission for row in version.steps if row["step"] in STEPS]
    return bool(lacking(version, member_of(version.author_id), *words))


def _tell(playbook: Playbook, version: PlaybookVersion, cause: str, figures: dict[str, Any]) -> None:
    day = Merchant.objects.in_scope().today().isoformat()
    params = {
        "playbook_id": playbook.pk,
        "playbook": playbook.name,
        "author": str(version.author),
        "cause": cause,
        **figures,
    }
    tell(KIND, key=f"{playbook.pk}:{cause}:{version.number}:{day}", params=params)
