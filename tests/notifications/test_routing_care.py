"""Who looks after what, and that facts about it go to them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Activity, Membership
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import every_tenant, tenant
from ecommerce.complaints.models import Complaint
from ecommerce.inventory.actions import draft_transfer, send_transfer
from ecommerce.models import StockCount, Warehouse
from ecommerce.reviews.models import Review
from notifications.inbox.about import RESOLVERS, about, names_something
from notifications.inbox.actions import tell
from notifications.inbox.kinds import kind_of
from notifications.inbox.models import Notification
from notifications.routing import actions
from notifications.routing.actions import leave_off, look_after
from notifications.routing.models import Care
from notifications.routing.rules import About, branches
from tests import factories
from tests.ecommerce.orders_kit import stocked
from tests.ecommerce.purchasing_kit import kiln, sent
from tests.ecommerce.returns_kit import requested
from tests.notifications.test_inbox_kinds import SAMPLES
from tests.queue import run_tasks

CARE = "/m/luming/settings/team/care/"
HTMX = {"HX-Request": "true", "HX-Target": "found"}


@pytest.fixture(autouse=True)
def _no_mail(settings):
    settings.DEMO, settings.EMAIL_URL = True, ""


def join(shop, role: str, name: str):
    user = factories.UserFactory(name=name)
    with every_tenant("build the cast"):
        Membership.objects.create(merchant=shop, user=user, role=role)
    return user


@pytest.fixture
def dora(scope):
    """Does fulfilment beside Ben."""
    return join(scope, "fulfilment", "Dora")


def of(user) -> Membership:
    return Membership.objects.get(user=user)


def care(user, what: str, target) -> Care:
    return look_after(of(user), what, target, actor=SYSTEM)[0]


def told(kind: str) -> list[tuple[str, str]]:
    return sorted(Notification.objects.filter(kind=kind).values_list("user__name", "reason"))


def stock_low(variant) -> None:
    params = {
        "variant_id": variant.pk,
        "product": "Gaiwan",
        "sku": variant.sku,
        "units": 1,
        "pace": 2,
        "day": "2026-06-08",
    }
    tell("stock-low", key=str(variant.pk), params=params)


def test_without_anybody_looking_after_it_the_role_decides(scope, ann, ben, dora):
    care(dora, "product", factories.ProductFactory())
    stock_low(stocked())
    assert told("stock-low") == [("Ann", "role"), ("Ben", "role"), ("Dora", "role")]


@pytest.mark.parametrize("what", ["product", "category", "root category"])
def test_whoever_looks_after_a_product_is_told_of_it(scope, ann, ben, dora, what):
    root = factories.CategoryFactory(code="home", path="home")
    below = factories.CategoryFactory(code="tea", path="home/tea", parent=root)
    variant = stocked()
    variant.product.category = below
    variant.product.save()
    target = {"product": variant.product, "category": below, "root category": root}[what]
    care(dora, what.split()[-1], target)
    stock_low(variant)
    assert told("stock-low") == [("Dora", "care")]


def test_somebody_whose_role_does_not_deal_with_it_is_not_told(scope, ann, ben):
    variant = stocked()
    care(join(scope, "analyst", "Eva"), "product", variant.product)
    stock_low(variant)
    assert told("stock-low") == [("Ann", "role"), ("Ben", "role")]


def test_care_at_another_shop_counts_for_nothing_here(scope, rival, ann, ben):
    variant = stocked()
    with tenant(rival):
        both = join(rival, "owner", "Rita")
        care(both, "category", variant.product.category)
    Membership.objects.create(user=both, role="fulfilment")
    stock_low(variant)
    assert told("stock-low") == [("Ann", "role"), ("Ben", "role"), ("Rita", "role")]


def test_what_was_told_before_goes_on_being_kept_up_to_date(scope, ann, dora):
    row = Complaint.objects.create(
        number="C-7", subject="Broken", due_at=timezone.now() + timedelta(days=2), product=stocked().product
    )
    params = {"number": "C-7", "topic": "damaged", "due": row.due_at.isoformat(), "refund": "", "currency": "CNY"}
    tell("complaint-message", key="7", params=params | {"message": 1}, grows="message")
    care(join(scope, "support", "Eva"), "product", row.product)
    tell("complaint-message", key="7", params=params | {"message": 2}, grows="message")
    rows = Notification.objects.order_by("user__name").values_list("user__name", "reason", "params__message")
    assert list(rows) == [("Ann", "role", 2), ("Eva", "care", 2)]


def test_a_transfer_and_a_count_name_their_warehouse(scope, ann, ben, dora):
    stocked(10, sku="CUP")
    hall = factories.WarehouseFactory(name="Hall 2", code="H2")
    source = Warehouse.objects.exclude(pk=hall.pk).get()
    care(dora, "warehouse", hall)
    send_transfer(draft_transfer(source, hall, {"CUP": 4}, actor=SYSTEM), actor=SYSTEM)
    for number, place in (("C-1", hall), ("C-2", source)):
        count = StockCount.objects.create(number=number, warehouse=place)
        tell("count-open", key=number, params={"count_id": count.pk, "number": number, "lines": 1})
    run_tasks()
    assert told("transfer-coming") == [("Dora", "place")]
    assert told("count-open") == [("Ann", "role"), ("Ben", "role"), ("Dora", "place"), ("Dora", "role")]


def test_what_each_kind_names(scope, ann):
    order = sent(kiln(sku="POT"))
    variant = order.lines.get().variant
    assert about("purchase-arrived", {"order_id": order.pk}) == About(
        suppliers=frozenset({order.supplier_id}), warehouses=frozenset({order.warehouse_id})
    )
    assert about("purchase-late", {"order_id": order.pk, "count": 2}) == About()
    assert about("supplier-price", {"supplier_id": order.supplier_id, "sku": "POT"}) == About(
        suppliers=frozenset({order.supplier_id}), variants=frozenset({variant.pk})
    )
    case = requested()
    variants = frozenset(case.lines.values_list("order_line__variant", flat=True))
    assert about("return-requested", {"number": case.number}) == About(variants=variants)
    Complaint.objects.create(number="C-8", subject="-", due_at=timezone.now(), order=case.order)
    assert about("complaint-opened", {"number": "C-8"}) == About(
        variants=frozenset(case.order.lines.values_list("variant", flat=True))
    )
    review = Review.objects.create(product=variant.product, rating=1)
    assert about("review-low", {"review_id": review.pk}) == About(products=frozenset({variant.product_id}))
    assert about("future-kind", {"warehouse_id": 7}) == About(warehouses=frozenset({7}))


@pytest.mark.parametrize("kind", sorted(RESOLVERS))
def test_every_kind_bears_that_what_it_names_is_gone(scope, kind):
    assert kind_of(kind) is not None
    for params in SAMPLES[kind]:
        assert names_something(kind, params)
        found = about(kind, params)
        assert not found.products
        assert not found.warehouses


def test_a_shop_where_nobody_looks_after_anything_pays_one_query_for_asking(scope, ann):
    variant = stocked()
    with CaptureQueriesContext(connection) as queries:
        stock_low(variant)
    assert sum("notifications_care" in query["sql"] for query in queries) == 1


def test_branches_are_the_path_and_all_above():
    assert branches(["a/b/c", "a/d"]) == {"a", "a/b", "a/b/c", "a/d"}


def test_it_is_one_thing_and_once(scope, ann):
    product = factories.ProductFactory()
    first, is_new = look_after(of(ann), "product", product, actor=ann.actor)
    assert is_new
    assert look_after(of(ann), "product", product, actor=ann.actor) == (first, False)
    assert Activity.objects.filter(kind="routing.care_taken").count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Care.objects.create(member=of(ann), product=product, supplier=factories.SupplierFactory())
    leave_off(first, actor=ann.actor)
    assert Activity.objects.filter(kind="routing.care_ended").count() == 1


def test_there_is_an_end_to_it(scope, ann, monkeypatch):
    monkeypatch.setattr(actions, "MOST", 1)
    care(ann, "product", factories.ProductFactory())
    with pytest.raises(Refused, match="Choose a category"):
        care(ann, "product", factories.ProductFactory())
    assert Care.objects.count() == 1


def test_things_are_found_ticked_and_taken_on(scope, ann, ben, as_user):
    hall = factories.WarehouseFactory(name="Hall 2", code="H2")
    product = factories.ProductFactory(title="Jade gaiwan")
    client = as_user(ann)
    assert "Hall 2" in client.get(f"{CARE}new/").content.decode()
    found = client.get(f"{CARE}new/", {"q": "jade", "target": f"warehouse:{hall.pk}"}, headers=HTMX).content.decode()
    assert "<html" not in found
    assert f'value="warehouse:{hall.pk}" checked' in found
    assert f'value="product:{product.pk}"' in found
    both = [f"warehouse:{hall.pk}", f"product:{product.pk}"]
    answer = client.post(f"{CARE}new/", {"member": of(ben).pk, "target": both}, follow=True)
    assert "2 things more for Ben" in answer.content.decode()
    page = client.get(CARE).content.decode()
    assert "Jade gaiwan" in page
    assert "Hall 2" in page
    assert "Jade gaiwan" not in client.get(f"{CARE}?tab=warehouses").content.decode()
    assert "Jade gaiwan" not in client.get(f"{CARE}?member={of(ann).pk}").content.decode()


def test_one_thing_is_taken_on_left_off_and_taken_back(scope, ann, as_user):
    hall = factories.WarehouseFactory(name="Hall 2", code="H2")
    client = as_user(ann)
    client.post(f"{CARE}new/?member={of(ann).pk}&target=warehouse:{hall.pk}")
    row = Care.objects.get()
    answer = client.post(f"{CARE}{row.pk}/remove/", follow=True)
    assert Care.objects.count() == 0
    undo = f"{CARE}new/?member={of(ann).pk}&amp;target=warehouse%3A{hall.pk}"
    assert undo in answer.content.decode()
    client.post(undo.replace("&amp;", "&"))
    assert Care.objects.get().warehouse == hall


def test_a_member_decides_for_themselves_and_a_manager_for_all(scope, ann, ben, as_user):
    hall = factories.WarehouseFactory(code="H2")
    target = f"warehouse:{hall.pk}"
    assert as_user(ben).post(f"{CARE}new/", {"member": of(ann).pk, "target": target}).status_code == 422
    assert as_user(ben).post(f"{CARE}new/", {"member": of(ben).pk, "target": target}).status_code == 302
    anns = care(ann, "warehouse", hall)
    assert as_user(ben).post(f"{CARE}{anns.pk}/remove/").status_code == 404
    bens = Care.objects.get(member__user=ben)
    assert as_user(join(scope, "manager", "Max")).post(f"{CARE}{bens.pk}/remove/").status_code == 302
    assert list(Care.objects.values_list("member__user__name", flat=True)) == ["Ann"]


@pytest.mark.parametrize("target", ["", "product:0", "order:1", "product:x", f"product:{10**25}", "theirs"])
def test_what_is_not_there_is_not_looked_after(scope, rival, ann, as_user, target):
    if target == "theirs":
        with tenant(rival):
            target = f"product:{factories.ProductFactory().pk}"
    answer = as_user(ann).post(f"{CARE}new/", {"member": of(ann).pk, "target": target})
    assert answer.status_code == 422
    assert Care.objects.count() == 0


def test_it_goes_with_the_member(scope, ann, ben):
    care(ben, "product", factories.ProductFactory())
    of(ben).delete()
    assert Care.objects.count() == 0
