"""The pages of returns, and the same for programs."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity, Membership
from core.tenancy import tenant
from ecommerce.buyers import links
from ecommerce.models import Return
from ecommerce.purchasing.actions import receive_goods
from ecommerce.purchasing.rules import Came
from ecommerce.returns.actions import approve_return, cancel_return, refuse_return, settle_return
from ecommerce.returns.reasons import reasons_by_supplier
from tests import factories
from tests.api import program_of, same_shape
from tests.ecommerce.orders_kit import level_of, stocked
from tests.ecommerce.purchasing_kit import kiln, sent
from tests.ecommerce.returns_kit import ANN, arrived, received, requested

D = Decimal


@pytest.fixture(autouse=True)
def _scope(scope):
    pass


def at(name: str, *args: object) -> str:
    return reverse(name, args=["luming", *args])


def text_of(response) -> str:
    return response.content.decode()


def rows_of(response) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_a_member_takes_a_return_from_the_order_to_the_refund(as_user, ann):
    browser, order = as_user(ann), arrived(2)
    panel = browser.get(at("order-returns", order.number), headers={"HX-Request": "true"})
    assert at("order-return", order.number) in text_of(panel)
    assert at("order-returns", order.number) in text_of(browser.get(order.get_absolute_url()))

    line = order.lines.get()
    url = at("order-return", order.number)
    bare = browser.post(url, {f"units_{line.pk}": "1"})
    assert bare.status_code == 422
    assert "Choose one of the reasons." in text_of(bare)
    form = {f"units_{line.pk}": "2", f"reason_{line.pk}": "faulty", "details": "It leaks <here>"}
    browser.post(url, form)
    case = Return.objects.get()
    page = text_of(browser.get(case.get_absolute_url()))
    assert "It leaks &lt;here&gt;" in page
    assert "Answer due in" in page
    assert "Refuse the return" in page

    browser.post(at("return-approve", case.number))
    page = text_of(browser.get(case.get_absolute_url()))
    assert "The clock stands" in page
    assert "Refuse the return" not in page
    part = case.lines.get()
    shelf = level_of(line.variant)[0]
    too_many = browser.post(at("return-receive", case.number), {f"restock_{part.pk}": "2", f"repair_{part.pk}": "1"})
    assert too_many.status_code == 422
    assert "At most 2" in text_of(too_many)
    browser.post(at("return-receive", case.number), {f"restock_{part.pk}": "1", f"write_off_{part.pk}": "1"})
    assert level_of(line.variant)[0] == shelf + 1

    page = text_of(browser.get(case.get_absolute_url()))
    assert 'value="336.00"' in page, "the sum paid for what came is filled in"
    dear = browser.post(at("return-settle", case.number), {"outcome": "refund", "amount": "336.01"})
    assert dear.status_code == 422
    browser.post(at("return-settle", case.number), {"outcome": "refund", "amount": "300.00"})
    case.refresh_from_db()
    assert (case.state, case.refund_amount) == ("settled", D("300.00"))
    page = text_of(browser.get(case.get_absolute_url()))
    assert "How it ended" in page
    assert "returns/" in page
    assert "Settle the return" not in page


def test_who_may_do_what(as_user, ann, ben):
    """Fulfilment receives goods, and gives no money back."""
    case = received()
    browser = as_user(ben)
    assert "Settle the return" not in text_of(browser.get(case.get_absolute_url()))
    assert browser.post(at("return-settle", case.number), {"outcome": "exchange"}).status_code == 403
    Membership.objects.filter(user=ben).update(role="analyst")
    waiting = requested()
    assert browser.get(waiting.get_absolute_url()).status_code == 200
    assert browser.post(at("return-approve", waiting.number)).status_code == 403
    assert Return.objects.get(pk=waiting.pk).state == "requested"


def test_the_list_is_narrowed_by_its_address(as_user, ann):
    browser = as_user(ann)
    waiting, late, coming, here = requested(), requested(), approve_return(requested(), actor=ANN), received()
    refused = refuse_return(requested(), reason="x", actor=ANN)
    Return.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(hours=1))
    late.lines.update(reason="size")
    every = {one.number: one for one in (waiting, late, coming, here, refused)}

    def shown(query: str) -> set[str]:
        page = text_of(browser.get(f"{at('return-list')}?{query}"))
        return {number for number, case in every.items() if case.get_absolute_url() in page}

    sku = late.lines.get().order_line.sku
    assert shown("") == set(every) - {refused.number}
    assert shown("tab=to_answer") == {waiting.number, late.number}
    assert shown("tab=coming") == {coming.number}
    assert shown("tab=to_settle") == {here.number}
    assert shown("tab=not_coming") == {refused.number}
    assert shown("tab=all&state=received") == {here.number}
    assert shown("tab=all&state=standing") == set(every) - {refused.number}
    product = late.lines.get().order_line.variant.product_id
    assert shown(f"product={product}") == {late.number}
    assert shown("product=nonsense") == set(every) - {refused.number}
    assert shown("reason=size") == {late.number}
    assert shown("clock=overdue") == {late.number}
    for words in (late.number, f"%23{late.order.number}", sku):
        assert shown(f"tab=all&q={words}") == {late.number}

    exported = rows_of(browser.get(f"{at('return-export')}?tab=all&q={sku}"))
    assert [(row["Return"], row["SKU"], row["Reason"]) for row in exported] == [(late.number, sku, "Does not fit")]


def test_the_reasons_by_product(as_user, ann):
    browser, order = as_user(ann), arrived(4)
    requested(order, 1)
    cancel_return(requested(order, 2), actor=ANN)
    page = text_of(browser.get(at("return-reasons")))
    assert "25%" in page
    assert "n = 4" in page
    assert "Arrived damaged 1" in page
    [row] = rows_of(browser.get(at("return-reasons-export")))
    assert (row["Units shipped"], row["Units returned"], row["Rate"]) == ("4", "1", "0.2500")


def test_the_pages_speak_chinese(as_user, ann):
    browser, case = as_user(ann), received()
    ann.language = "zh-hans"
    ann.save()
    assert "退货" in text_of(browser.get(at("return-list")))
    page = text_of(browser.get(case.get_absolute_url()))
    assert "为退货结案" in page
    assert "收到退货：重新上架 1 件" in page


def test_a_program_takes_a_return_to_its_end(shop, ann):
    with tenant(shop):
        order = arrived(2)
        line = order.lines.get()
    program = program_of(shop)
    body = {
        "order": order.number,
        "reference": "rma-7",
        "lines": [{"line": line.pk, "quantity": 1, "reason": "damaged", "details": "cracked"}],
    }
    made = program.post("returns/", body)
    assert (made.status_code, made.data["state"], made.data["requested_by"]) == (201, "requested", "api")
    number = made.data["number"]
    assert program.post("returns/", body).data["number"] == number
    assert [one["number"] for one in program.get("returns/?clock=due_soon").data["results"]] == []
    assert [one["number"] for one in program.get(f"returns/?order={order.number}").data["results"]] == [number]

    early = program.post(f"returns/{number}/settle/", {"outcome": "refund"})
    assert (early.status_code, early.data["error"]["code"]) == (422, "not_to_settle")
    assert same_shape(early)
    assert program.post(f"returns/{number}/approve/").data["state"] == "approved"
    part = made.data["lines"][0]["id"]
    came = program.post(f"returns/{number}/receive/", {"lines": [{"id": part, "restock": 1}]})
    assert (came.data["state"], came.data["lines"][0]["restocked"]) == ("received", 1)
    done = program.post(f"returns/{number}/settle/", {"outcome": "refund", "amount": "50.00"})
    assert (done.data["state"], done.data["refund_amount"]) == ("settled", "50.00")

    again = program.post("returns/", {**body, "reference": "", "lines": [{**body["lines"][0], "quantity": 2}]})
    assert (again.status_code, again.data["error"]["code"]) == (422, "return_units")
    assert same_shape(again)
    unknown = program.post("returns/", {**body, "order": "none"})
    assert unknown.status_code == 400
    assert "order" in unknown.data["error"]["fields"]


def test_a_token_without_the_word_settles_nothing(shop, ann):
    with tenant(shop):
        case = received()
    program = program_of(shop, {"returns.view", "returns.handle"})
    assert program.post(f"returns/{case.number}/settle/", {"outcome": "exchange"}).status_code == 403
    with tenant(shop):
        assert Return.objects.get().state == "received"


def test_the_buyer_rates_how_it_was_handled_once(client, as_user, ann):
    cache.clear()
    order = arrived(2)
    case = received(order, 1)
    url = links.path_for("buyer-return", links.RETURN, order)
    token = links.make_token(links.RETURN, order)
    rate = reverse("buyer-return-rating", args=[token, case.pk])
    assert "Send the rating" not in text_of(client.get(url))
    client.post(rate, {"rating": "5"})
    case.refresh_from_db()
    assert case.rating is None, "not before it is settled"
    settle_return(case, outcome="refund", actor=ANN)
    assert "Send the rating" in text_of(client.get(url))
    for bad in ({}, {"rating": "6"}, {"rating": "4", "words": "4111 1111 1111 1111"}):
        client.post(rate, bad)
    assert Return.objects.get().rating is None
    client.post(rate, {"rating": "4", "words": "Quick <b>answer</b>"})
    client.post(rate, {"rating": "1", "words": "no"})
    case.refresh_from_db()
    assert (case.rating, case.rating_words) == (4, "Quick <b>answer</b>")
    told = Activity.objects.filter(kind="returns.rated")
    assert [(one.actor_kind, one.payload["rating"]) for one in told] == [("buyer", 4)]
    assert "Quick" not in str(told[0].payload), "the log keeps no words of buyers"
    other = links.make_token(links.RETURN, arrived(1))
    assert client.post(reverse("buyer-return-rating", args=[other, case.pk]), {"rating": "1"}).status_code == 404

    page = text_of(client.get(url))
    assert "Send the rating" not in page
    browser = as_user(ann)
    page = text_of(browser.get(case.get_absolute_url()))
    assert "Quick &lt;b&gt;answer" in page
    assert "4 of 5 stars" in page
    assert "4 of 5 stars" in text_of(browser.get(at("return-list") + "?tab=all"))
    page = text_of(browser.get(at("return-reasons")))
    assert ">4.0<" in page
    assert "(1 rating)" in page


def test_the_reasons_by_supplier(as_user, ann, time_machine):
    """A unit is laid to the latest delivery before the sale; a later one of another supplier changes nothing."""
    time_machine.move_to("2026-03-02T08:00:00Z", tick=False)
    product = factories.ProductFactory()
    variant = stocked(5, sku="POT", product=product)
    unknown = arrived(2, variant)
    time_machine.move_to("2026-03-03T08:00:00Z", tick=False)
    first = kiln(name="Kiln")
    receive_goods(order := sent(first, ("POT", 9)), {order.lines.get().pk: Came(9)}, key="a", actor=ANN)
    of_first = arrived(4, variant)
    time_machine.move_to("2026-03-05T08:00:00Z", tick=False)
    second = kiln(name="Forge")
    receive_goods(order := sent(second, ("POT", 9)), {order.lines.get().pk: Came(9)}, key="b", actor=ANN)
    of_second = arrived(8, variant)
    for one, units in ((unknown, 1), (of_first, 3), (of_second, 2)):
        requested(one, units)
    since = timezone.now() - timedelta(days=30)
    with CaptureQueriesContext(connection) as queries:
        rows = reasons_by_supplier(since)
    assert [(row.supplier, row.returned, row.shipped) for row in rows] == [(first, 3, 4), (second, 2, 8), (None, 1, 2)]
    assert len(queries) <= 6
    assert rows[0].reasons == [("damaged", 3)]
    assert reasons_by_supplier(since, product=factories.ProductFactory().pk) == []

    browser = as_user(ann)
    page = text_of(browser.get(at("return-reasons-suppliers")))
    assert "Kiln" in page
    assert "Unknown" in page
    assert "75%" in page
    rows = rows_of(browser.get(at("return-reasons-suppliers-export") + f"?product={product.pk}"))
    assert [(row["Supplier"], row["Rate"]) for row in rows] == [
        ("Kiln", "0.7500"),
        ("Forge", "0.2500"),
        ("Unknown", "0.5000"),
    ]
    answer = program_of(of_first.merchant).get("returns/reasons/?by=supplier&days=30").data
    assert [(row["supplier"], row["returned"]) for row in answer["results"]] == [
        (first.pk, 3),
        (second.pk, 2),
        (None, 1),
    ]
    answer = program_of(of_first.merchant).get("returns/reasons/").data
    assert [(row["product"], row["returned"]) for row in answer["results"]] == [(product.pk, 6)]
    assert (answer["ratings"], answer["rating"]) == (0, None)
    assert program_of(of_first.merchant).get("returns/reasons/?days=0").status_code == 400
