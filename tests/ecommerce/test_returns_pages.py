"""The pages of returns, and the same for programs."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from core.tenancy import tenant
from ecommerce.models import Return
from ecommerce.returns.actions import approve_return, cancel_return, refuse_return
from tests.api import program_of, same_shape
from tests.ecommerce.orders_kit import level_of
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
