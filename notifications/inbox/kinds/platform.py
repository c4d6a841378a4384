"""What the platform itself tells."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from notifications.inbox.kinds.base import PLATFORM, Kind, Target
from notifications.inbox.models import Urgency
from notifications.inbox.sentences import Params
from notifications.inbox.sentences import platform as say


def _to_link(params: Params) -> Target:
    return Target("", url=params["link"])


# The urgency of each notice is the platform's choice; the one here is for those that lost it.
KINDS = (
    Kind(
        "platform-notice", _("A notice of the platform"), PLATFORM, Urgency.KNOW, "",
        say.platform_notice, _to_link, _("Read more"), icon="speakerphone", tone="info", personal=True,
        stale=timedelta(days=60),
    ),
)  # fmt: skip
