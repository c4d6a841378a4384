"""The inbox of staff: cases come once, one person is enough, a decision settles them, and each sees their own."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.activity.log import handle_fact, record
from accounts.activity.models import Activity
from accounts.merchants import actions as merchants
from analytics.forecasts.events import DriftNoticed, DriftOver
from core.actors import SYSTEM
from core.events import path_of
from core.tenancy import every_tenant, tenant
from ecommerce.complaints.actions import answer_complaint, appeal_complaint, decide_complaint, escalate_complaint
from ecommerce.reviews.actions import ask_for_edit, hide_review, publish_review, revise_review, undo_decision
from notifications.inbox.rules import rank_of
from notifications.models import Mail, StaffNotice
from notifications.staffbox.doing import finish
from notifications.staffbox.handlers import review_waits
from notifications.staffbox.kinds import KINDS
from notifications.staffbox.tasks import prune_staffbox
from tests import factories
from tests.ecommerce.complaints_kit import BUYER, opened
from tests.ecommerce.reviews_kit import held
from tests.queue import run_tasks
from tests.race import shared_database, together

PAGE = "/staff/inbox/"
# figures of every kind
SAMPLE = {
    "merchant_id": 1, "review_id": 1, "complaint_id": 1, "shop": "Xinyi", "again": True, "stars": 2, "product": "Pot",
    "revised": True, "number": "C-1", "topic": "damaged", "because": "buyer", "due": "2026-06-07T04:00:00+00:00",
    "subject": "orders", "category": "",
}  # fmt: skip


@pytest.fixture
def mia(db):
    return factories.UserFactory(name="Mia", email="mia@example.com", staff_role="moderator")


@pytest.fixture
def carol(db):
    return factories.UserFactory(name="Carol", email="carol@example.com", staff_role="care")


def states(kind: str = "") -> dict[str, str]:
    rows = StaffNotice.objects.filter(kind=kind) if kind else StaffNotice.objects.all()
    return {f"{row.user} {row.kind}": row.state for row in rows.select_related("user").order_by("pk")}


def notice(user, shop, number: int = 1, **values) -> StaffNotice:
    params = {"review_id": number, "stars": 1, "product": f"Teapot {number}", "revised": False}
    now = timezone.now()
    given = {"kind": "review-held", "key": f"{number}:{number}", "params": params, "text": f"Teapot {number}"}
    given |= {"urgency": 2, "rank": rank_of(2, now), "at": now, **values}
    return StaffNotice.objects.create(user=user, merchant=shop, **given)


def mark(client, row: StaffNotice, do: str, **more):
    return client.post(f"{PAGE}mark/", {"do": f"{do}:{row.pk}", **more}, follow=True)


# what comes and what settles it


def test_an_application_comes_once_to_those_who_decide_it_and_goes_with_the_decision(mo, carol, db):
    applicant = factories.UserFactory(name="Xin", email="xin@example.com")
    shop = merchants.apply(merchants.ShopData(name="Xinyi Ceramics", pitch="Celadon"), applicant=applicant)
    run_tasks()
    assert states() == {"Carol merchant-applied": "unread"}
    merchants.refuse(shop, reason="No licence", actor=carol.actor)
    run_tasks()
    (row,) = StaffNotice.objects.all()
    assert (row.state, row.handled_by, row.merchant) == ("handled", carol, shop)
    merchants.apply_again(shop, pitch="Celadon", website="", actor=applicant.actor)
    run_tasks()
    assert list(StaffNotice.objects.order_by("pk").values_list("state", flat=True)) == ["handled", "unread"]


def test_staff_who_apply_for_a_shop_of_their_own_are_not_asked_to_decide(carol, db):
    merchants.apply(merchants.ShopData(name="Xinyi Ceramics", pitch="Celadon"), applicant=carol)
    run_tasks()
    assert states() == {}


def test_a_held_review_comes_to_moderators_and_goes_with_the_decision(scope, mo, mia, carol):
    review = held()
    run_tasks()
    assert states() == {"Mo review-held": "unread", "Mia review-held": "unread"}
    publish_review(review, actor=mo.actor)
    run_tasks()
    assert {(row.state, row.handled_by) for row in StaffNotice.objects.all()} == {("handled", mo)}
    undo_decision(review, actor=mo.actor)
    run_tasks()
    fresh = StaffNotice.objects.exclude(state="handled")
    assert [row.user for row in fresh] == [mia], "who took the decision back knows that it waits"


def test_a_review_that_its_author_changed_comes_again(scope, mo):
    review = held()
    run_tasks()
    ask_for_edit(review, reason="No links, please", actor=mo.actor)
    run_tasks()
    review.refresh_from_db()
    revise_review(review, rating=4, title="", text="It pours well and keeps warm for an hour.", actor=BUYER)
    run_tasks()
    rows = StaffNotice.objects.order_by("pk")
    assert [(row.state, row.params["revised"]) for row in rows] == [("handled", False), ("unread", True)]


def test_nobody_is_told_of_a_case_that_was_decided_before_the_fact_was_handled(scope, mo, mia):
    review = held()
    hide_review(review, reason="Advertising", actor=mo.actor)
    run_tasks()
    assert states() == {}


def test_a_complaint_comes_when_it_is_escalated_and_again_when_appealed(scope, ann, mo, carol):
    complaint = opened()
    complaint = escalate_complaint(complaint, because="merchant", actor=SYSTEM)
    run_tasks()
    assert states("complaint-escalated") == {
        "Mo complaint-escalated": "unread",
        "Carol complaint-escalated": "unread",
    }
    complaint = decide_complaint(complaint, decision="for_buyer", reasons="The lid was cracked.", actor=carol.actor)
    run_tasks()
    assert set(states().values()) == {"handled"}
    complaint = appeal_complaint(complaint, text="The crack is from the courier; look at the box.", actor=ann.actor)
    run_tasks()
    assert set(states("complaint-escalated").values()) == {"handled"}
    assert set(states("complaint-appealed").values()) == {"unread"}


def test_what_the_parties_settle_themselves_is_handled_by_nobody_of_the_staff(scope, ann, mo):
    complaint = escalate_complaint(opened(), because="merchant", actor=SYSTEM)
    run_tasks()
    answer_complaint(complaint, text="We send a new lid tomorrow.", actor=ann.actor)
    run_tasks()
    complaint.refresh_from_db()
    (row,) = StaffNotice.objects.all()
    expected = "unread" if complaint.state in complaint.WITH_PLATFORM else "handled"
    assert (row.state, row.handled_by) == (expected, None)


def test_a_complaint_that_a_colleague_took_up_is_theirs(scope, mo, mia):
    escalate_complaint(opened(), because="platform", actor=mo.actor)
    run_tasks()
    assert states() == {}


def test_what_is_mailed_to_staff_lies_in_their_inbox_until_it_is_over(scope, ann):
    ada = factories.UserFactory(name="Ada", email="ada@example.com", staff_role="admin")
    fact = {"run_id": 1, "subject_name": "orders", "since": "2026-06-01", "reason": "level"}
    fact |= {"inside": 0.4, "points": 28, "widening": 1.6}
    record(DriftNoticed(**fact), actor=SYSTEM)
    run_tasks()
    assert states() == {"Ada forecast-drift": "unread"}
    with every_tenant("a mail to staff belongs to no shop"):
        assert Mail.objects.filter(to=ada.email).count() == 1
    record(DriftOver(**fact), actor=SYSTEM)
    run_tasks()
    assert states() == {"Ada forecast-drift": "handled"}


def test_a_fact_that_is_handled_twice_is_told_once(scope, mo):
    held()
    run_tasks()
    StaffNotice.objects.update(state="done")
    activity = Activity.objects.get(kind="reviews.submitted")
    handle_fact(activity.pk, path_of(review_waits))
    assert states() == {"Mo review-held": "done"}


# what a person does


def test_done_by_one_is_handled_for_the_others_and_undo_brings_it_back(as_user, shop, mo, mia):
    mine, theirs = notice(mo, shop), notice(mia, shop, state="read", opened_at=timezone.now())
    other = notice(mia, shop, 2)
    client = as_user(mo)
    text = mark(client, mine, "archive", next=f"{PAGE}?tab=archive").content.decode()
    assert "1 archived" in text
    undo = f"{PAGE}mark/?undo=1&amp;unread={mine.pk}"
    assert f'action="{undo}"' in text
    for row in (mine, theirs, other):
        row.refresh_from_db()
    assert (mine.state, mine.acted_at is not None) == ("done", True)
    assert (theirs.state, theirs.handled_by, other.state) == ("handled", mo, "unread")
    assert "Handled by Mo" in as_user(mia).get(f"{PAGE}?tab=archive").content.decode()

    as_user(mo).post(undo.replace("&amp;", "&"))
    for row in (mine, theirs):
        row.refresh_from_db()
    assert (mine.state, mine.acted_at, theirs.state, theirs.handled_by) == ("unread", None, "read", None)


def test_who_comes_second_is_told_that_somebody_was_quicker(as_user, shop, mo, mia):
    mine, theirs = notice(mo, shop), notice(mia, shop)
    mark(as_user(mo), mine, "archive")
    text = mark(as_user(mia), theirs, "archive").content.decode()
    assert "Somebody was quicker" in text
    answer = as_user(mia).post(f"{PAGE}mark/", {"do": f"archive:{theirs.pk}"}, headers={"HX-Request": "true"})
    assert "Somebody was quicker" in answer["HX-Trigger"]
    assert "undo" not in answer["HX-Trigger"]
    theirs.refresh_from_db()
    assert (theirs.state, theirs.handled_by) == ("handled", mo)


def test_what_was_decided_since_is_not_taken_up_again(as_user, scope, mo, mia):
    review = held()
    run_tasks()
    row = StaffNotice.objects.get(user=mo)
    mark(as_user(mo), row, "archive")
    publish_review(review, actor=mia.actor)
    run_tasks()
    for path, given in (("mark/", {"do": f"restore:{row.pk}"}), (f"mark/?undo=1&unread={row.pk}", {})):
        as_user(mo).post(f"{PAGE}{path}", given)
        assert set(states().values()) == {"handled"}


def test_going_to_deal_with_it_marks_it_read(as_user, shop, mo):
    row = notice(mo, shop, 7)
    client = as_user(mo)
    mark(client, row, "follow")
    row.refresh_from_db()
    assert (row.state, row.opened_at is not None) == ("read", True)
    assert client.get(f"{PAGE}count/").content.decode().strip() == ""
    mark(client, row, "unread")
    answer = client.get(f"{PAGE}count/")
    assert answer.content.decode().startswith("1<")
    assert json.loads(answer["HX-Trigger"])["inbox-count"] == {"unread": 1, "label": "1", "topics": {"reviews": 1}}
    assert client.get(f"{PAGE}count/", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert client.post(f"{PAGE}{row.pk}/do/", {"do": "follow"}).status_code == 204
    assert client.get(f"{PAGE}count/").content.decode().strip() == ""
    assert client.post(f"{PAGE}{row.pk}/do/", {"do": "nonsense"}).status_code == 400
    assert client.post(f"{PAGE}mark/", {"do": f"nonsense:{row.pk}"}).status_code == 400
    assert client.get(f"{PAGE}mark/").status_code == 405


def test_two_who_mark_the_same_done_at_one_moment_leave_one_of_them_to_have_done_it(transactional_db, shop, tmp_path):
    people = [factories.UserFactory(name=name, staff_role="moderator") for name in ("Mo", "Mia")]
    rows = [notice(user, shop) for user in people]
    with shared_database(tmp_path):
        mine = [StaffNotice.objects.filter(pk=row.pk) for row in rows]
        came = together(*(partial(finish, one, by=user) for one, user in zip(mine, people, strict=True)))
    assert sorted(came) == [0, 1]


# who may, and what the page shows


def test_each_sees_their_own_and_nobody_elses(as_user, shop, ann, mo, mia):
    row = notice(mia, shop)
    client = as_user(mo)
    assert "Teapot" not in client.get(PAGE).content.decode()
    for do in ("follow", "archive", "read", "unread", "restore", "snooze-hours"):
        mark(client, row, do)
        assert client.post(f"{PAGE}{row.pk}/do/", {"do": do}).status_code == 404
    client.post(f"{PAGE}mark/?undo=1&read={row.pk}")
    assert client.get(f"{PAGE}{row.pk}/").status_code == 404
    row.refresh_from_db()
    assert (row.state, row.opened_at, row.snoozed_until) == ("unread", None, None)
    client = as_user(ann)
    assert [client.get(PAGE).status_code, client.get(f"{PAGE}count/").status_code] == [404, 404]


def test_who_changed_roles_no_longer_sees_what_the_new_one_does_not_deal_with(as_user, shop, mo):
    row = notice(mo, shop)
    mo.staff_role = "care"
    mo.save()
    client = as_user(mo)
    assert "Teapot" not in client.get(f"{PAGE}?tab=all").content.decode()
    assert client.get(f"{PAGE}count/").content.decode().strip() == ""
    assert client.get(f"{PAGE}{row.pk}/").status_code == 404
    mark(client, row, "archive")
    row.refresh_from_db()
    assert row.state == "unread"


def test_the_page_says_what_whose_why_and_what_to_do(as_user, shop, rival, mo):
    client = as_user(mo)
    assert "Nothing to tell you yet" in client.get(PAGE).content.decode()
    notice(mo, shop, 1)
    notice(mo, rival, 2, state="handled")
    text = client.get(PAGE).content.decode()
    for words in (
        "A review of 1 star is held",
        "It is about Teapot 1.",
        "Luming Teaware",
        "Moderate it",
        'hx-get="/staff/inbox/count/"',
        'href="/staff/reviews/1/"',
    ):
        assert words in text
    assert "Teapot 2" not in text
    assert "Teapot 2" in client.get(f"{PAGE}?tab=archive").content.decode()


def test_it_is_searched_and_filtered_by_kind_and_shop(as_user, shop, rival, mo, carol):
    other = factories.MerchantFactory(name="Elsewhere Teas", slug="elsewhere")
    notice(carol, other, 3)
    notice(mo, shop, 1)
    notice(mo, rival, 2)
    client = as_user(mo)

    def found(query: str) -> list[int]:
        text = client.get(f"{PAGE}?{query}").content.decode()
        return [number for number in (1, 2, 3) if f"Teapot {number}." in text]

    assert found("q=teapot+2") == [2]
    assert found("q=luming") == [1]
    assert found("q=held") == [1, 2]
    assert found(f"shop={rival.pk}") == [2]
    assert found("kind=complaint-appealed") == []
    assert found(f"shop={other.pk}") in ([], [1, 2])
    assert "Elsewhere" not in client.get(PAGE).content.decode()


def test_the_page_asks_the_database_as_often_for_thirty_as_for_one(as_user, shop, rival, mo):
    client = as_user(mo)
    notice(mo, shop, 1)
    client.get(PAGE)
    costs = []
    for fresh in ((), range(2, 31)):
        for number in fresh:
            notice(mo, rival if number % 2 else shop, number)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(f"{PAGE}?size=50").status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 6


def test_every_kind_speaks_both_languages_and_leads_somewhere(db):
    for kind in KINDS:
        said = []
        for language in ("en", "zh-hans"):
            with translation.override(language):
                words = (kind.label, kind.verb, kind.why, kind.topic, kind.many(5))
                said.append([*kind.words(SAMPLE), *map(str, words)])
        assert kind.path("", SAMPLE).startswith("/staff/")
        assert kind.fold_path.startswith("/staff/")
        same = [english for english, chinese in zip(*said, strict=True) if english == chinese]
        assert not same, kind.name


def test_what_is_over_goes_after_a_year_and_what_waits_stays(shop, mo):
    old = timezone.now() - timedelta(days=400)
    notice(mo, shop, 1, at=old, state="done")
    waiting, recent = notice(mo, shop, 2, at=old), notice(mo, shop, 3, state="handled")
    prune_staffbox()
    assert set(StaffNotice.objects.all()) == {waiting, recent}


def test_decisions_of_one_shop_leave_those_of_another_alone(shop, rival, mo):
    with tenant(shop):
        review = held()
    run_tasks()
    mine = StaffNotice.objects.get()
    theirs = notice(mo, rival, 1, key=mine.key)
    with tenant(shop):
        publish_review(review, actor=mo.actor)
    run_tasks()
    theirs.refresh_from_db()
    assert theirs.state == "unread"
