"""The inbox of staff, as it looks, and with the keyboard."""

from __future__ import annotations

import pytest

from notifications.models import StaffNotice
from tests import factories
from tests.browser.conftest import shots
from tests.notifications.test_staffbox import PAGE, notice

pytestmark = pytest.mark.browser


def test_looking_at_the_inbox_and_marking_done_with_the_keyboard(sign_in, shop, rival, mo):
    mia = factories.UserFactory(name="Mia", email="mia@example.com", staff_role="moderator")
    first = notice(mo, shop, 1)
    notice(mo, rival, 2, state="read")
    notice(mo, shop, 3, state="handled", handled_by=mia)
    complaint = {"complaint_id": 1, "number": "C-1001", "topic": "damaged", "because": "buyer"}
    complaint |= {"due": "2026-12-01T10:00:00+00:00"}
    urgent = notice(mo, shop, 4, kind="complaint-escalated", urgency=1, rank=1, params=complaint)
    page = sign_in(mo)
    page.goto(PAGE)
    page.locator(f"[data-note='{urgent.pk}'] a.id").focus()
    page.keyboard.press("e")
    page.get_by_text("1 archived").wait_for()
    urgent.refresh_from_db()
    assert urgent.state == StaffNotice.State.DONE
    page.get_by_role("button", name="Undo").first.click()
    page.locator(f"[data-note='{urgent.pk}']").wait_for()
    first.refresh_from_db()
    assert first.state == StaffNotice.State.UNREAD

    shots(page, PAGE, "staffbox", mo)
    shots(page, f"{PAGE}?tab=archive", "staffbox-archive", mo)
