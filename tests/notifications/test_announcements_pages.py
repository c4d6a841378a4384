"""The staff's pages of notices: writing, the preview, how many, sending, progress, taking back; nobody else gets in."""

from __future__ import annotations

import pytest

from core.tenancy import every_tenant
from notifications.announcements.models import Announcement
from notifications.inbox.models import Notification
from tests import factories
from tests.notifications.test_announcements import WORDS, draft
from tests.queue import run_tasks

PAGE = "/staff/announcements/"


@pytest.fixture(autouse=True)
def _mails_are_rows(settings):
    settings.EMAIL_BACKEND = "notifications.mail.backend.OutboxBackend"
    settings.DEMO, settings.EMAIL_URL, settings.STAFF_MFA_REQUIRED = True, "", False


@pytest.fixture
def ada(db):
    return factories.UserFactory(name="Ada", email="ada@example.com", staff_role="admin", language="en")


@pytest.fixture
def staff(client, ada):
    client.force_login(ada)
    return client


def test_from_writing_to_withdrawing(staff, ann, ben, cleo):
    assert "No notice yet" in staff.get(PAGE).content.decode()
    answer = staff.post(f"{PAGE}new/", WORDS)
    announcement = Announcement.objects.get()
    here = f"{PAGE}{announcement.pk}/"
    assert answer["Location"] == here
    text = staff.get(here).content.decode()
    for words in ("周日系统维护", "Maintenance on Sunday", "3 people will be told.", "Send to 3 people"):
        assert words in text
    assert Notification.objects.none().count() == 0
    staff.post(f"{here}edit/", {**WORDS, "who": "owners", "title_en": "Later"})
    assert "Send to 2 people" in staff.get(here).content.decode()
    staff.post(f"{here}send/", {"at": ""})
    assert 'hx-trigger="every 2s"' in staff.get(here).content.decode()
    run_tasks()
    text = staff.get(here).content.decode()
    assert "Told in the inbox" in text
    assert 'hx-trigger="every 2s"' not in text
    assert "Later" in staff.get(f"{PAGE}?tab=sent&q=later").content.decode()
    staff.post(f"{here}withdraw/")
    with every_tenant("look at all inboxes"):
        assert list(Notification.objects.values_list("state", flat=True)) == ["handled"] * 2
    assert staff.post(f"{here}withdraw/", follow=True).status_code in (200, 409)


@pytest.mark.parametrize(
    "wrong",
    [
        {"link": "javascript:alert(1)"},
        {"link": "//evil.example"},
        {"who": "roles"},
        {"title_zh": ""},
        {"text_en": "x" * 1001},
    ],
)
def test_what_cannot_be_sent_is_said_at_the_field(staff, wrong):
    answer = staff.post(f"{PAGE}new/", {**WORDS, **wrong})
    assert answer.status_code == 422
    assert "invalid-feedback" in answer.content.decode()
    assert not Announcement.objects.exists()


def test_a_time_that_is_over_is_said_at_the_field(staff, ada, ann):
    announcement = draft(ada)
    answer = staff.post(f"{PAGE}{announcement.pk}/send/", {"at": "2020-01-01T10:00"})
    assert answer.status_code == 422
    assert "next 180 days" in answer.content.decode()


def test_a_draft_is_discarded_and_what_was_sent_is_not(staff, ada, ann):
    announcement = draft(ada)
    staff.post(f"{PAGE}{announcement.pk}/send/", {"at": ""})
    staff.post(f"{PAGE}{announcement.pk}/discard/")
    assert Announcement.objects.count() == 1
    assert staff.get(f"{PAGE}{announcement.pk}/edit/").status_code == 404
    staff.post(f"{PAGE}{draft(ada).pk}/discard/")
    assert Announcement.objects.count() == 1


def test_only_staff_with_the_right_get_in(client, ada, ann):
    announcement = draft(ada)
    client.force_login(ann)
    assert client.get(PAGE).status_code == 404
    client.force_login(factories.UserFactory(staff_role="moderator"))
    for address in (PAGE, f"{PAGE}{announcement.pk}/"):
        assert client.get(address).status_code == 403
    assert client.post(f"{PAGE}{announcement.pk}/send/", {"at": ""}).status_code == 403
    announcement.refresh_from_db()
    assert announcement.is_draft


def test_the_inbox_shows_it_and_says_why(client, ada, ann, shop):
    announcement = draft(ada)
    client.force_login(ada)
    client.post(f"{PAGE}{announcement.pk}/send/", {"at": ""})
    run_tasks()
    client.force_login(ann)
    text = client.get("/m/luming/inbox/").content.decode()
    assert "Maintenance on Sunday" in text
    assert 'href="https://status.example.com/"' in text
    with every_tenant("look at all inboxes"):
        pk = Notification.objects.get(user=ann).pk
    assert "The platform tells it to everybody" in client.get(f"/m/luming/inbox/{pk}/").content.decode()
    assert "A notice of the platform" in client.get("/m/luming/settings/notifications/").content.decode()
