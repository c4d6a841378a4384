"""How each row of a bulk action went, also of those that were done, page by page and as a file."""

from __future__ import annotations

import csv

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.batches.models import Batch, BatchRow


@pytest.fixture
def batch(scope):
    """120 rows done, 1 skipped, 2 refused, in turn with what came between."""
    made = Batch.objects.create(
        kind="orders.pack", key="k", actor_kind="user", actor_id=1, actor_label="Ann", total=123, done=120, skipped=1,
        refused=2, finished_at=timezone.now(),
    )  # fmt: skip
    left = {5: ("skipped", "Packed already."), 60: ("refused", "Not paid yet."), 122: ("refused", "Not paid yet.")}
    BatchRow.objects.bulk_create(
        BatchRow(batch=made, object_id=at + 1, label=f"N{at:03}", state=left.get(at, ("done",))[0],
                 reason=left.get(at, ("", ""))[1])
        for at in range(123)
    )  # fmt: skip
    return made


def test_what_was_not_done_is_shown_first_and_all_can_be_seen(batch, ann, as_user):
    client, url = as_user(ann), f"/m/luming/batches/{batch.pk}/"
    text = client.get(url).content.decode()
    assert ["N005" in text, "N060" in text, "N122" in text, "N004" in text] == [True, True, True, False]

    first = client.get(url, {"show": "done", "size": 50})
    found = first.context["page"]
    assert [row.label for row in found.rows][:6] == ["N000", "N001", "N002", "N003", "N004", "N006"]
    assert "1–50 of 120" in first.content.decode()
    second = client.get(f"{url}{found.next_query}")
    third = client.get(f"{url}{second.context['page'].next_query}")
    seen = [row.label for response in (first, second, third) for row in response.context["page"].rows]
    assert len(seen) == len(set(seen)) == 120
    assert third.context["page"].next_query == ""
    assert third.context["page"].previous_query

    every = client.get(url, {"show": "all"}).context["page"].rows
    assert [row.label for row in every][:7] == [f"N{at:03}" for at in range(7)]
    assert client.get(url, {"show": "nonsense"}).status_code == 200


def test_results_cost_the_same_however_many(batch, ann, as_user):
    client, url = as_user(ann), f"/m/luming/batches/{batch.pk}/?show=all"
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    BatchRow.objects.bulk_create(BatchRow(batch=batch, label=f"M{at}", state="done") for at in range(2000))
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(few) == len(many)


@pytest.mark.parametrize(("show", "count"), [("", 123), ("?show=done", 120), ("?show=not_done", 3)])
def test_the_file_has_the_rows_of_the_view(batch, ann, as_user, show, count):
    response = as_user(ann).get(f"/m/luming/batches/{batch.pk}/results.csv{show}")
    rows = list(csv.reader(b"".join(response.streaming_content).decode("utf-8-sig").splitlines()))
    assert rows[0] == ["Order", "State", "Reason"]
    assert len(rows) == count + 1
    if show != "?show=done":
        assert ["N060", "Refused", "Not paid yet."] in rows


def test_another_shop_sees_no_results(batch, cleo, as_user):
    for path in ("?show=all", "results.csv"):
        assert as_user(cleo).get(f"/m/luming/batches/{batch.pk}/{path}").status_code == 404
