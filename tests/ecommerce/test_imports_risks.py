"""What a file says about the payment, and the template that has every column."""

from __future__ import annotations

import csv
import io

import pytest
from django.urls import reverse
from django.utils import timezone

from ecommerce.imports.formats import GENERIC as GENERIC_COLUMNS
from ecommerce.imports.formats import recognise
from ecommerce.models import Order, RiskFlag
from tests.ecommerce.test_imports_orders import GENERIC, bring_in


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def risky(rows: str) -> str:
    today = timezone.now().strftime("%Y-%m-%d %H:%M")
    return "Order number,Date,Status,SKU,Qty,Price,Country,Card check,IP country\n" + rows.replace("TODAY", today)


def test_what_the_channel_says_about_a_payment_raises_flags(scope):
    run = bring_in(
        risky(
            "R1,TODAY,paid,TG-1,1,10,CN,Mismatch,br\nR2,TODAY,paid,TG-1,1,10,CN,一致,中国\nR3,TODAY,paid,TG-1,1,10,CN,,\n"
        )
    )
    assert (run.orders_created, run.bad_rows) == (3, 0)
    told = Order.objects.order_by("number").values_list("number", "card_check", "ip_country")
    assert list(told) == [("R1", "mismatch", "BR"), ("R2", "match", "CN"), ("R3", "", "")]
    flags = set(RiskFlag.objects.filter(order__number="R1").values_list("kind", flat=True))
    assert flags >= {"card", "address"}
    assert not RiskFlag.objects.filter(order__number__in=["R2", "R3"], kind="card").exists()
    again = bring_in(risky("R1,TODAY,shipped,TG-1,1,10,CN,,\n"))
    assert (again.orders_updated, Order.objects.get(number="R1").card_check) == (1, "mismatch"), (
        "silence takes nothing back"
    )


@pytest.mark.parametrize(
    ("cells", "said"), [("maybe,CN", "Write match or mismatch"), ("match,Elsewhere", "two letters")]
)
def test_a_word_about_the_payment_that_is_not_known_is_named(scope, cells, said):
    run = bring_in(risky(f"R1,TODAY,paid,TG-1,1,10,CN,{cells}\nR2,TODAY,paid,TG-1,1,10,CN,match,CN\n"))
    assert (run.orders_created, run.bad_rows) == (1, 1)
    assert said in run.errors[0]["message"]
    assert run.errors[0]["row"] == 2


def test_columns_that_are_empty_leave_an_order_the_same(scope):
    bring_in(GENERIC)
    wider = "\n".join(
        line + (",Card check,IP country" if at == 0 else ",,") for at, line in enumerate(GENERIC.splitlines())
    )
    assert bring_in(wider).orders_unchanged == 2


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_template_is_read_as_it_stands(as_user, ann, scope, language):
    browser = as_user(ann)
    ann.language = language
    ann.save()
    answer = browser.get(reverse("import-template", args=["luming"]))
    head, row = csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")))
    known, mapping = recognise(head)
    assert (known.key, set(mapping)) == ("generic", set(GENERIC_COLUMNS))
    text = io.StringIO()
    csv.writer(text).writerows([head, row])
    assert bring_in(text.getvalue()).orders_created == 1
