"""What may be posted to the staff's inbox, beside what members may post to theirs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils import timezone

from accounts.people.models import User
from notifications.inbox.forms import PassOnForm, colleague_label
from notifications.routing.queries import staff_away


class StaffAssignForm(PassOnForm):
    """Who is to deal with it: one of these `people`."""

    def __init__(self, *args: Any, people: Collection[User], **options: Any) -> None:
        super().__init__(*args, **options)
        away = {pk: absence.last_day for pk, absence in staff_away(timezone.now()).items()}
        self.offer(
            User.objects.filter(pk__in=[one.pk for one in people]).order_by("name", "pk"),
            lambda one: colleague_label(str(one), str(one.get_staff_role_display()), away.get(one.pk)),
        )
