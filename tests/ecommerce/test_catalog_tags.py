"""Tags of products: one by one, many at once and back, in list, export columns, API and playbooks."""

from __future__ import annotations

import pytest

from accounts.models import Activity
from core.errors import Refused
from core.tags import MOST_TAGS
from core.tenancy import tenant
from ecommerce.catalog.actions import tag_product, tag_products, untag_product, untag_products
from ecommerce.models import Product, ProductTag
from tests import factories

LIST = "/m/luming/products/"


@pytest.fixture
def cups(scope) -> list[Product]:
    return [factories.ProductFactory(title=f"Cup {number}") for number in range(3)]


def names(product: Product) -> list[str]:
    return list(product.tags.values_list("name", flat=True))


def test_a_tag_is_put_on_once_and_taken_off_and_the_log_says_so(cups, ann):
    cup = cups[0]
    changed = cup.updated_at
    assert tag_product(cup, "  gift  ", actor=ann.actor)
    assert not tag_product(cup, "gift", actor=ann.actor)
    cup.refresh_from_db()
    assert (names(cup), cup.updated_at > changed) == (["gift"], True)
    untag_product(cup, "gift", actor=ann.actor)
    untag_product(cup, "gift", actor=ann.actor)
    assert names(cup) == []
    kinds = ["catalog.product_tagged", "catalog.product_untagged"]
    assert list(Activity.objects.filter(kind__in=kinds).order_by("pk").values_list("kind", flat=True)) == kinds


@pytest.mark.parametrize("tag", ["", "a,b", "x" * 41, "a\x07"])
def test_what_is_no_tag_is_refused(cups, ann, tag):
    with pytest.raises(Refused) as refusal:
        tag_product(cups[0], tag, actor=ann.actor)
    assert refusal.value.code == "bad_tag"


def test_the_thirty_first_is_refused(cups, ann):
    ProductTag.objects.bulk_create([ProductTag(product=cups[0], name=f"t{number}") for number in range(MOST_TAGS)])
    with pytest.raises(Refused, match="30 tags"):
        tag_product(cups[0], "one more", actor=ann.actor)
    assert not tag_product(cups[0], "t1", actor=ann.actor)
    results, _fact = tag_products([one.pk for one in cups], "one more", actor=ann.actor)
    assert [results[one.pk] is None for one in cups] == [False, True, True]


def test_many_at_once_say_which_had_it_and_are_one_fact(cups, ann):
    tag_product(cups[0], "gift", actor=ann.actor)
    results, fact = tag_products([one.pk for one in cups], "gift", actor=ann.actor)
    assert [getattr(results[one.pk], "code", None) for one in cups] == ["tagged_already", None, None]
    assert Activity.objects.get(pk=fact).payload["count"] == 2
    results, fact = untag_products([one.pk for one in cups], "gift", actor=ann.actor)
    assert set(results.values()) == {None}
    assert not ProductTag.objects.exists()
    assert untag_products([cups[0].pk], "gift", actor=ann.actor)[1] is None


def test_the_list_is_filtered_by_a_tag_of_the_shop(cups, ann, rival, as_user):
    tag_product(cups[0], "gift", actor=ann.actor)
    tag_product(cups[0], "new", actor=ann.actor)
    with tenant(rival):
        tag_product(factories.ProductFactory(title="Theirs"), "gift", actor=ann.actor)
    page = as_user(ann).get(LIST, {"tag": "gift"}).content.decode()
    assert ("Cup 0" in page, "Cup 1" in page, "Theirs" in page) == (True, False, False)
    assert "Cup 0" not in as_user(ann).get(LIST, {"tag": "gif"}).content.decode()


def test_the_whole_of_a_view_is_tagged_and_put_back(cups, ann, as_user):
    factories.ProductFactory(title="Pot")
    client = as_user(ann)
    asked = client.post(f"{LIST}tag/?q=Cup", {"all": "1", "batch": "b1"}).content.decode()
    assert "Tag 3 products" in asked
    form = {"all": "1", "batch": "b1", "sure": "1", "tag": "gift", "way": "on"}
    assert client.post(f"{LIST}tag/?q=Cup", form).status_code == 302
    assert sorted(ProductTag.objects.values_list("product__title", flat=True)) == ["Cup 0", "Cup 1", "Cup 2"]
    client.post(f"{LIST}tag/?q=Cup", form)
    assert ProductTag.objects.count() == 3
    ticked = {"row": [cups[0].pk], "batch": "b2", "sure": "1", "tag": "gift", "way": "off"}
    client.post(f"{LIST}tag/", ticked)
    assert ProductTag.objects.count() == 2
    assert client.post(f"{LIST}tag/", {**ticked, "batch": "b3", "tag": "a,b"}).status_code == 422


def test_the_page_of_a_product_shows_and_changes_its_tags(cups, ann, as_user):
    client, path = as_user(ann), f"{LIST}{cups[0].pk}/"
    assert "No tag yet." in client.get(path).content.decode()
    client.post(f"{path}tag/", {"tag": "gift"})
    assert "Take off the tag gift" in client.get(path).content.decode()
    client.post(f"{path}untag/", {"tag": "gift"})
    assert names(cups[0]) == []


def test_who_may_not_edit_sees_tags_and_no_form(cups, ann, ben, as_user, monkeypatch):
    tag_product(cups[0], "gift", actor=ann.actor)
    client, path = as_user(ben), f"{LIST}{cups[0].pk}/"
    page = client.get(path).content.decode()
    assert ("gift" in page, "Take off the tag" in page) == (True, False)
    for address in (f"{path}tag/", f"{path}untag/", f"{LIST}tag/"):
        assert client.post(address, {"tag": "x"}).status_code == 403
