"""The staff's pages of notices, as they look."""

from __future__ import annotations

import pytest

from tests import factories
from tests.browser.conftest import shots
from tests.notifications.test_announcements import draft

pytestmark = pytest.mark.browser


def test_writing_and_looking_at_a_notice(sign_in, ann, settings):
    settings.STAFF_MFA_REQUIRED = False
    ada = factories.UserFactory(name="Ada", email="ada@example.com", staff_role="admin")
    notice = draft(ada)
    page = sign_in(ada)
    shots(page, f"/staff/announcements/{notice.pk}/", "announcement-draft", ada)
    shots(page, "/staff/announcements/", "announcement-list", ada)
    shots(page, "/staff/announcements/new/", "announcement-form", ada)
