"""The list, the builder, the dry run and the run log, as people use them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.activity.log import record
from accounts.models import Membership
from core.actors import SYSTEM
from core.tenancy import every_tenant, tenant
from notifications.models import Firing, Notification, Playbook, PlaybookVersion, StepOutcome
from tests.notifications.playbooks_kit import TASK, TELL, playbook, review
from tests.queue import run_tasks

BUILT = {
    "name": "Bad reviews",
    "cool_down": "1440",
    "limit": "5",
    "per_thing": "on",
    "c0-figure": "rating",
    "c0-op": "lte",
    "c0-value": "2",
    "s0-step": "task",
    "s0-who": "role:owner",
    "s0-title": "Reply to {rating} stars",
    "s0-text": "",
    "s0-hours": "12",
}


def address(name: str, *args: object, shop: str = "luming") -> str:
    return reverse(name, args=[shop, *args])


@pytest.fixture
def new(shop) -> str:
    return f"{address('playbook-new')}?trigger=reviews.submitted"


def text(answer) -> str:
    return answer.content.decode()


def test_a_playbook_is_built_tried_saved_switched_on_and_runs(as_user, ann, shop, new):
    browser = as_user(ann)
    with tenant(shop):
        for stars in (1, 2, 5):
            record(review(stars, stars), actor=SYSTEM)
    assert "Review written" in text(browser.get(address("playbook-new")))
    assert "No conditions" in text(browser.get(new))

    tried = browser.post(new, {**BUILT, "do": "dry"})
    assert tried.status_code == 200
    assert "It would have run 2 times in the last 90 days" in text(tried)
    assert "Reply to 1 stars" in text(tried)
    assert "1 did not fulfil the conditions." in text(tried)
    with tenant(shop):
        assert not Playbook.objects.exists()

    saved = browser.post(new, {**BUILT, "do": "save"}, follow=True)
    assert "stars is at most 2" in text(saved)
    with tenant(shop):
        made, version = Playbook.objects.get(), PlaybookVersion.objects.get()
        assert (made.is_on, version.cool_down, version.per, version.limit) == (False, 1440, "product_id", 5)
        assert version.steps == [
            {
                "step": "task",
                "settings": {"who": "role:owner", "title": "Reply to {rating} stars", "text": "", "hours": 12},
            }
        ]
    browser.post(address("playbook-switch", made.pk), {"on": "1"})
    with tenant(shop):
        record(review(1, 3), actor=SYSTEM)
        run_tasks()
        firing, outcome = Firing.objects.get(), StepOutcome.objects.get()
    assert "Runs in 90 days" in text(browser.get(address("playbook-list")))
    log = text(browser.get(address("firing-detail", firing.pk)))
    assert "1 person has the task" in log
    assert "Reply to 1 stars" in log

    undone = browser.post(address("stepoutcome-undo", outcome.pk), follow=True)
    assert "The step is undone." in text(undone)
    with tenant(shop):
        assert Notification.objects.get(kind="playbook-task").state == "handled"


def test_rows_are_added_and_taken_out_by_the_server_without_checking(as_user, ann, new):
    browser = as_user(ann)
    first = browser.post(new, {"name": "", "do": "condition", "new_figure": "rating"})
    assert first.status_code == 200
    assert 'name="c0-op"' in text(first)
    assert "invalid-feedback" not in text(first)
    second = text(
        browser.post(
            new, {**BUILT, "do": "step", "new_step": "tell"}, headers={"HX-Request": "true", "HX-Target": "builder"}
        )
    )
    assert second.lstrip().startswith('<div id="builder">')
    assert 'name="s1-title"' in second
    assert "Reply to {rating} stars" in second
    both = {**BUILT, "s1-step": "tell", "s1-who": "all", "s1-title": "Second", "s1-text": ""}
    moved = text(browser.post(new, {**both, "do": "up-1"}))
    assert moved.index("Second") < moved.index("Reply to {rating}")
    rest = text(browser.post(new, {**both, "do": "step-0"}))
    assert "Reply to {rating}" not in rest
    assert 'name="c0-figure"' not in text(browser.post(new, {**BUILT, "do": "condition-0"}))


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"name": ""}, "This field is required."),
        ({"c0-value": "many"}, "Enter a number."),
        ({"s0-title": "{stars}"}, "no figure called {stars}"),
        ({"s0-who": "user:999999"}, "Select a valid choice"),
        ({"limit": "0"}, "greater than or equal to 1"),
        ({"s0-step": ""}, "Add at least one step."),
    ],
)
def test_what_is_wrong_is_said_at_its_place(as_user, ann, new, typed, says):
    answer = as_user(ann).post(new, {**BUILT, **typed, "do": "save"})
    assert answer.status_code == 422
    assert says in text(answer)


def test_a_change_is_a_version_with_its_own_author(as_user, ann, ben, shop):
    with tenant(shop):
        made = playbook(ann)
        Membership.objects.filter(user=ben).update(role="manager")
    browser = as_user(ben)
    page = text(browser.get(address("playbook-edit", made.pk)))
    assert "A review of {rating} stars" in page
    browser.post(address("playbook-edit", made.pk), {**BUILT, "do": "save"})
    with tenant(shop):
        assert list(PlaybookVersion.objects.order_by("number").values_list("number", "author")) == [
            (1, ann.pk),
            (2, ben.pk),
        ]
    page = text(browser.get(address("playbook-detail", made.pk)))
    assert "Version 2, by Ben" in page
    assert "Version 1, by Ann" in page


def test_the_list_says_where_an_author_has_lost_the_right(as_user, ann, ben, shop):
    with tenant(shop):
        Membership.objects.filter(user=ben).update(role="manager")
        made = playbook(ben)
        Membership.objects.filter(user=ben).update(role="support")
    browser = as_user(ann)
    assert "Cannot act" in text(browser.get(address("playbook-list")))
    assert "Ben wrote this playbook and may no longer do this" in text(browser.get(address("playbook-detail", made.pk)))


def test_a_removed_playbook_can_be_put_back(as_user, ann, shop):
    with tenant(shop):
        made = playbook(ann)
    browser = as_user(ann)
    browser.post(address("playbook-remove", made.pk))
    assert "No playbooks yet" in text(browser.get(address("playbook-list")))
    browser.post(address("playbook-restore", made.pk))
    with tenant(shop):
        again = Playbook.objects.get()
        assert (again.removed_at, again.is_on) == (None, False)


def test_who_may_not_write_may_look_and_another_shop_sees_nothing(as_user, ann, ben, cleo, shop, new):
    with tenant(shop):
        made = playbook(ann, steps=[TELL, TASK])
        record(review(1), actor=SYSTEM)
        run_tasks()
        firing = Firing.objects.get()
    browser = as_user(ben)
    page = text(browser.get(address("playbook-list")))
    assert "Bad reviews" in page
    assert "Switch off" not in page
    assert browser.get(new).status_code == 403
    assert browser.post(address("playbook-switch", made.pk), {"on": "0"}).status_code == 403
    assert "Undo this step?" not in text(browser.get(address("firing-detail", firing.pk)))
    rival = as_user(cleo)
    for name, pk in (("playbook-detail", made.pk), ("playbook-dry-run", made.pk), ("firing-detail", firing.pk)):
        assert rival.get(address(name, pk, shop="qingyun")).status_code == 404
        assert rival.get(address(name, pk)).status_code == 404
    with every_tenant("nobody else changed it"):
        assert Playbook.objects.get().is_on
