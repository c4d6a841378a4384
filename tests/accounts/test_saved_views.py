"""Views of lists that people keep and share, the one a list opens with, and which columns it shows."""

from __future__ import annotations

import csv
import re

import pytest

from accounts.models import Activity, Membership, SavedView
from core.tenancy import tenant
from tests import factories

URL = "/m/luming/orders/"
SAVE = "/m/luming/views/of-orders/save/"
LISTS = {
    "orders": "/m/luming/orders/",
    "products": "/m/luming/products/",
    "stock": "/m/luming/inventory/",
    "returns": "/m/luming/returns/",
}


def heads(response) -> list[str]:
    table = response.content.decode().split("<thead>")[1].split("</thead>")[0]
    cells = re.findall(r"<th[^>]*>(.*?)</th>", table, re.DOTALL)
    return [re.sub(r"<[^>]+>|\s+", " ", cell).strip() for cell in cells]


def test_filters_are_kept_under_a_name_beside_the_other_views(scope, ann, as_user):
    factories.OrderFactory(number="T1", channel="tmall")
    factories.OrderFactory(number="J1", channel="jd")
    client = as_user(ann)
    query = "channel=tmall&tab=all&after=x&from=26&view=9&q="
    page = client.post(SAVE, {"name": " Tmall  today ", "query": query}, follow=True)
    view = SavedView.objects.get()
    assert (view.name, view.query, view.is_shared) == ("Tmall today", "channel=tmall&tab=all", False)
    text = page.content.decode()
    assert re.search(rf'href="\?channel=tmall&amp;tab=all&amp;view={view.pk}"[^>]*aria-current="page"', text)
    assert ("#T1" in text, "#J1" in text) == (True, False)
    assert "Save the changes to" not in text

    other = client.get(f"{URL}?channel=jd&view={view.pk}").content.decode()
    assert "Save the changes to “Tmall today”" in other
    client.post(f"/m/luming/views/{view.pk}/change/", {"query": "channel=jd&page=2"})
    view.refresh_from_db()
    assert view.query == "channel=jd&page=2"


def test_only_shared_views_are_seen_by_others_and_only_changed_by_their_owner(scope, ann, ben, as_user):
    client = as_user(ann)
    client.post(SAVE, {"name": "Mine", "query": "channel=jd"})
    client.post(SAVE, {"name": "Ours", "query": "channel=jd", "is_shared": "1"})
    mine, ours = SavedView.objects.order_by("pk")
    client = as_user(ben)
    page = client.get(URL).content.decode()
    assert ("Mine</a>" in page, "Ours</a>" in page) == (False, True)
    for view, status in ((mine, 404), (ours, 403)):
        for act in ("change", "delete"):
            assert client.post(f"/m/luming/views/{view.pk}/{act}/", {"name": "x"}).status_code == status
    assert client.post("/m/luming/views/of-orders/default/", {"view": mine.pk}).status_code == 404
    assert client.post("/m/luming/views/of-orders/default/", {"view": ours.pk}).status_code == 302
    client.post(SAVE, {"name": "Ben's", "query": "", "is_shared": "1"})
    bens = SavedView.objects.get(name="Ben's")
    form = {"name": "Packing", "is_shared": "on", "position": "3"}
    assert as_user(ann).post(f"/m/luming/views/{bens.pk}/change/", form).status_code == 302
    bens.refresh_from_db()
    assert (bens.name, bens.position) == ("Packing", 3)


def test_a_deleted_view_comes_back(scope, ann, as_user):
    client = as_user(ann)
    client.post(SAVE, {"name": "Late", "query": "tab=late"})
    view = SavedView.objects.get()
    page = client.post(f"/m/luming/views/{view.pk}/delete/", follow=True).content.decode()
    assert f'action="/m/luming/views/{view.pk}/restore/"' in page
    assert "Late</a>" not in client.get(f"{URL}?tab=all").content.decode().replace("Late <span", "")
    client.post(f"/m/luming/views/{view.pk}/restore/")
    view.refresh_from_db()
    assert view.deleted_at is None
    kinds = list(Activity.objects.filter(kind__startswith="saved.").order_by("pk").values_list("kind", flat=True))
    assert kinds == ["saved.view_saved", "saved.view_deleted", "saved.view_restored"]


def test_a_name_is_taken_once(scope, ann, as_user):
    client = as_user(ann)
    client.post(SAVE, {"name": "Late", "query": "tab=late"})
    assert client.post(SAVE, {"name": "Late", "query": "tab=all"}).status_code == 422
    assert client.post(SAVE, {"name": " ", "query": ""}).status_code == 422
    assert SavedView.objects.count() == 1


def test_the_list_opens_with_the_chosen_view_and_everything_stays_reachable(scope, ann, as_user):
    client = as_user(ann)
    client.post(SAVE, {"name": "Late", "query": "tab=late"})
    view = SavedView.objects.get()
    client.post("/m/luming/views/of-orders/default/", {"view": view.pk})
    assert client.get(URL)["Location"] == f"{URL}?tab=late&view={view.pk}"
    assert client.get(f"{URL}?tab=all").status_code == 200
    client.post("/m/luming/views/of-orders/default/")
    assert client.get(URL).status_code == 200


@pytest.mark.parametrize("key", LISTS)
def test_every_list_keeps_views_and_columns(scope, ann, as_user, key):
    client = as_user(ann)
    client.post(f"/m/luming/views/of-{key}/save/", {"name": "Mine", "query": "tab=all"})
    assert "Mine</a>" in client.get(LISTS[key], {"tab": "all"}).content.decode()
    assert client.get(f"/m/luming/views/of-{key}/").status_code == 200


def test_columns_are_those_the_person_chose_in_their_order_on_the_page_and_in_the_export(scope, ann, ben, as_user):
    order = factories.OrderFactory(number="A1", channel="tmall", ship_city="Suzhou")
    order.tags.create(name="gift", merchant=scope)
    client = as_user(ann)
    assert heads(client.get(URL))[1:3] == ["Order", "Placed"]
    form = {"column": ["tags", "channel", "destination", "nonsense"], "next": f"{URL}?tab=all"}
    places = {"place_tags": "1", "place_destination": "2", "place_channel": "3"}
    assert client.post("/m/luming/views/of-orders/columns/", {**form, **places})["Location"] == f"{URL}?tab=all"
    response = client.get(URL)
    assert heads(response)[1:] == ["Order", "Tags", "Destination", "Channel"]
    text = response.content.decode()
    assert text.index("gift") < text.index("Suzhou") < text.index('<td class="hide-s sc-2">Tmall')
    export = client.get(f"{URL}export.csv")
    rows = list(csv.reader(b"".join(export.streaming_content).decode("utf-8-sig").splitlines()))
    assert rows[0] == ["Order", "Tags", "City", "Region", "Country", "Channel", "Id on the channel"]
    assert rows[1][:3] == ["A1", "gift", "Suzhou"]
    assert heads(as_user(ben).get(URL))[1:3] == ["Order", "Placed"]

    as_user(ann).post("/m/luming/views/of-orders/columns/", {"usual": "1"})
    assert heads(client.get(URL))[1:3] == ["Order", "Placed"]


def test_a_view_with_columns_shows_them(scope, ann, as_user):
    factories.OrderFactory()
    client = as_user(ann)
    client.post("/m/luming/views/of-orders/columns/", {"column": ["total"]})
    client.post(SAVE, {"name": "Money", "query": "tab=all", "columns": "1"})
    client.post("/m/luming/views/of-orders/columns/", {"usual": "1"})
    view = SavedView.objects.get()
    assert heads(client.get(f"{URL}{view.link}"))[1:] == ["Order", "Total"]
    assert "Placed" in heads(client.get(f"{URL}?tab=all"))


def test_views_of_another_shop_and_of_lists_one_may_not_see(scope, rival, ann, cleo, as_user):
    with tenant(rival):
        theirs = SavedView.objects.create(list_key="orders", name="Secret", owner=cleo, is_shared=True)
    client = as_user(ann)
    for act in ("change", "delete", "restore"):
        assert client.post(f"/m/luming/views/{theirs.pk}/{act}/", {"name": "x"}).status_code == 404
    assert "Secret" not in client.get(f"{URL}?tab=all&view={theirs.pk}").content.decode()
    assert client.post("/m/luming/views/of-orders/default/", {"view": theirs.pk}).status_code == 404
    assert client.get("/m/luming/views/of-nothing/").status_code == 404
    with tenant(scope):
        membership = Membership.objects.get(user=ann)
    assert membership.lists == {}


def test_nonsense_in_what_was_kept_does_no_harm(scope, ann, as_user):
    factories.OrderFactory()
    Membership.objects.filter(user=ann).update(lists={"orders": {"columns": ["gone", "total"], "default": 999}})
    client = as_user(ann)
    assert heads(client.get(URL))[1:] == ["Order", "Total"]
    assert client.post("/m/luming/views/of-orders/default/", {"view": "x"}).status_code == 404
