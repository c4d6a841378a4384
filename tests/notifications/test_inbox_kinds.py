"""Every kind can say its sentence in both languages and leads somewhere."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from django.utils.translation import ngettext

from core import roles
from notifications.inbox.kinds import KINDS, kind_of
from notifications.inbox.models import Urgency
from notifications.inbox.rules import rank_of

DUE = "2026-06-05T10:00:00+00:00"
COMPLAINT = {"number": "C-7", "topic": "damaged", "due": DUE, "refund": "120.00", "currency": "CNY"}
RETURN = {"number": "R-7", "order": "10001", "units": 2, "due": DUE, "state": "requested"}
STOCK = {"variant_id": 3, "product": "盖碗", "sku": "GW-1", "units": 12, "pace": 4, "day": "2026-06-08"}
FORECAST = {
    "measure": "sales_value", "refused": False, "days": 28, "low": 12345.6, "high": 15432.1, "currency": "CNY",
    "day": "2026-06-04",
}  # fmt: skip
PROMISE = {
    "scenario_id": 1, "name": "618", "category": "盖碗", "low": 0.1, "high": 0.2, "share": 0.15,
    "inside": True, "as_planned": True,
}  # fmt: skip
SHIFT = {"percent": 35, "low": 4000.4, "high": 6000.0, "usual": 3500.0, "currency": "CNY"}
PROMISE = {
    "scenario_id": 5, "name": "降价", "category": "茶具", "low": 0.121, "high": 0.148, "share": 0.139, "inside": True,
    "as_planned": True,
}  # fmt: skip
QUESTION = {
    "day": "2026-06-05", "asked": 1, "count": 1, "question_id": 4, "product": "盖碗",
}  # fmt: skip
IMPORT = {"run_id": 4, "file": "六月.csv", "created": 1200, "updated": 3, "bad": 2, "failed": False}
LATE = {"count": 1, "number": "10001", "due": DUE}
PROMISE = {
    "scenario_id": 4, "name": "六月降价", "category": "Teaware", "low": 0.21, "high": 0.26, "share": 0.24,
    "inside": True, "as_planned": True,
}  # fmt: skip
DRIFT = {"subject": "sales_value", "measure": "", "category": "", "reason": "level"}
SAMPLES = {
    "forecast-drift": [
        DRIFT,
        {**DRIFT, "subject": "orders"},
        {**DRIFT, "subject": "demand"},
        {**DRIFT, "subject": "share", "measure": "units", "category": "Teaware"},
    ],
    "promise-judged": [PROMISE, {**PROMISE, "inside": False}, {**PROMISE, "as_planned": False}],
    "order-short": [
        {"number": "10001", "units": 1, "outcome": "hold"},
        {"number": "10001", "units": 3, "outcome": "refuse"},
    ],
    "order-new": [
        {"count": 12, "total": "3240.5", "currency": "CNY", "number": "10023", "day": "2026-06-05"},
        {"count": 1, "total": "30", "currency": "USD", "number": "10023", "day": "2026-06-05"},
    ],
    "order-to-ship": [{"count": 3, "late": 0, **LATE}, {**LATE, "late": 1}, {**LATE, "count": 3, "late": 2}],
    "order-late": [LATE, {**LATE, "count": 4}],
    "payment-failed": [
        {"number": "10001", "amount": "88.00", "currency": "CNY", "reason": "", "payment": 1},
        {"number": "10001", "amount": "88.00", "currency": "CNY", "reason": "card expired", "payment": 1},
    ],
    "parcel-cases": [
        {"carrier_id": 1, "carrier": "顺丰", "count": 1, "reason": "no_movement"},
        {"carrier_id": 1, "carrier": "SF", "count": 12, "reason": "returned"},
    ],
    "stock-low": [STOCK, {**STOCK, "units": 0}, {**STOCK, "units": 1, "pace": 0.4}],
    "stock-low-many": [
        {"count": count, "product": "盖碗", "day": "2026-06-08", "told": "2026-06-01"} for count in (1, 9)
    ],
    "review-low": [
        {"review_id": 1, "stars": stars, "product": product, "verified": verified}
        for stars in (1, 2)
        for product, verified in (("盖碗", True), ("", False))
    ],
    "complaint-opened": [COMPLAINT, {**COMPLAINT, "refund": ""}],
    "complaint-due": [COMPLAINT],
    "return-requested": [RETURN, {**RETURN, "units": 1}],
    **{key: [RETURN] for key in ("return-due", "return-late")},
    "return-reopened": [{**RETURN, "state": "received", "replacement": "10044"}],
    "return-escalated": [RETURN, {**RETURN, "state": "received"}],
    **{key: [{**RETURN, "state": "received"}] for key in ("return-settle-due", "return-settle-late")},
    "member-invited": [{"by": "Ann", "role": "manager"}],
    "member-joined": [{"name": "Ben", "role": "Night shift"}],
    "token-created": [{"name": "ERP", "by": "Ann"}],
    "sign-in": [{"device": "Chrome, Windows", "at": DUE}],
    "security-changed": [
        {"what": what, "at": DUE}
        for what in (
            "people.password_changed",
            "people.second_factor_on",
            "people.second_factor_off",
            "people.recovery_codes_made",
        )
    ],
    "import-finished": [IMPORT, {**IMPORT, "failed": True}],
    "forecast-ready": [
        FORECAST,
        {**FORECAST, "days": 1},
        {**FORECAST, "measure": "orders"},
        {"measure": "sales_value", "refused": True},
    ],
    "forecast-shift": [SHIFT, {**SHIFT, "percent": -35}],
    "promotion-report": [
        {"promotion_id": 1, "title": "618", "came": came, "low": 90.2, "high": 140.0} for came in (40, 120, 1200)
    ],
}
PURCHASE = {
    "order_id": 3, "number": "P-3", "supplier": "景德坊", "accepted": 48, "damaged": 2, "whole": True, "count": 1,
    "day": "2026-06-01",
}  # fmt: skip
TRANSFER = {"transfer_id": 3, "number": "T-3", "units": 20, "received": 18}
PRICE = {
    "supplier_id": 3, "supplier": "景德坊", "sku": "GW-1", "before": "20.00", "price": "23.00", "currency": "CNY",
    "valid_from": "2026-06-08",
}  # fmt: skip
FALL = {
    "market_id": 2, "measure": "value", "category": "茶具", "last": 0.18, "low": 0.13, "high": 0.165, "chance": 0.72,
}  # fmt: skip
BATCH = {"batch_id": 3, "done": 12000, "refused": 3}
MEMBER = {"name": "Ben", "by": "Ann", "role": "manager", "left": False}
TOLD = {
    "title": "3 星评价", "text": "请回复", "playbook": "差评", "page": "review-detail", "args": [3], "query": "",
    "playbook_id": 3,
}  # fmt: skip
NOTICE = {
    "announcement_id": 3, "title_en": "Maintenance", "title_zh": "系统维护", "text_en": "Sunday.", "text_zh": "周日。",
    "link": "https://status.example.com/",
}  # fmt: skip
SAMPLES |= {
    "weekly-report": [
        {"monday": "2026-06-01", "total": 12345.6, "currency": "CNY", "change": change} for change in (None, -7, 12)
    ],
    "letter-broken": [{"letter": "shipped", "language": code, "placeholder": "gone"} for code in ("en", "zh-hans")],
    "playbook-told": [TOLD, {**TOLD, "text": ""}],
    "playbook-task": [
        {**TOLD, **text, "due": DUE, **overdue} for text in ({}, {"text": ""}) for overdue in ({}, {"overdue": True})
    ],
    "platform-notice": [NOTICE],
    "order-held": [{"number": "10001", "reason": "Risk: address"}, {"number": "10001", "reason": ""}],
    "order-cancelled": [
        {"number": "10001", "units": units, "by": by, "reason": "too late"}
        for units in (1, 3)
        for by in ("Buyer", "ERP")
    ],
    "return-rated": [{"number": "R-7", "order": "10001", "rating": rating} for rating in (1, 2)],
    "transfer-coming": [TRANSFER, {**TRANSFER, "units": 1}],
    "transfer-short": [TRANSFER, {**TRANSFER, "received": 19}],
    "count-open": [{"count_id": 3, "number": "C-3", "lines": lines} for lines in (1, 12)],
    "count-booked": [{"count_id": 3, "number": "C-3", "lines": n, "found": n, "missing": 4} for n in (1, 12)],
    "purchase-late": [PURCHASE, {**PURCHASE, "count": 4}],
    "purchase-arrived": [PURCHASE, {**PURCHASE, "accepted": 1, "whole": False}],
    "purchase-damaged": [PURCHASE, {**PURCHASE, "damaged": 1}],
    "supplier-price": [PRICE, {**PRICE, "price": "15.00"}],
    "complaint-message": [COMPLAINT],
    "complaint-escalated": [{**COMPLAINT, "because": because} for because in ("overdue", "buyer")],
    "complaint-appealed": [COMPLAINT],
    "complaint-decided": [{**COMPLAINT, "decision": "partly"}, {**COMPLAINT, "decision": "for_merchant", "refund": ""}],
    "complaint-closed": [{**COMPLAINT, "because": "settled"}, {**COMPLAINT, "because": "final", "refund": ""}],
    "question-asked": [QUESTION, {**QUESTION, "asked": 4, "count": 3}],
    "review-hidden": [
        {"review_id": 1, "stars": 1, "product": "盖碗", "reason": "ad"},
        {"review_id": 1, "stars": 2, "product": "", "reason": ""},
    ],
    "share-fall": [FALL],
    "demand-ready": [
        {"refused": False, "made": 120, "failed": 0, "day": "2026-06-04"},
        {"refused": False, "made": 1, "failed": 1, "day": "2026-06-04"},
        {"refused": False, "made": 90, "failed": 7, "day": "2026-06-04"},
        {"refused": True},
    ],
    "plan-adopted": [{"scenario_id": 5, "name": "降价", "by": "Ann", "low": 0.12, "high": 0.15, "last": "2026-07-05"}],
    "price-test": [{"test_id": 2, "weeks": n, "regions": n, "by": "Ann"} for n in (1, 4)],
    "promotions-found": [{"count": 1}, {"count": 9}],
    "batch-refused": [BATCH, {**BATCH, "refused": 1}],
    "member-role": [MEMBER],
    "member-left": [MEMBER, {**MEMBER, "left": True}],
    "shop-approved": [{"shop": "茶铺"}],
    "shop-state": [
        {"shop": "茶铺", "new": new, "why": why}
        for new, why in (("restricted", "Papers are missing."), ("suspended", ""), ("active", ""))
    ],
    "token-revoked": [{"name": "ERP", "by": "Ann", "why": why} for why in ("asked", "creator_left", "leaked")],
    "token-expiring": [{"name": "ERP", "at": DUE}],
}
STAGE = {
    "count": 1, "product": "盖碗", "product_id": 2, "stage_id": 3, "stage": "declining", "idle": 0, "units": 210,
    "units_before": 300, "percent": -30,
}  # fmt: skip
PRAISE = {"product": "盖碗", "product_id": 2, "rating": 4.83, "reviews": 12, "percent": 32}
BURST = {"episode_id": 4, "product": "盖碗", "product_id": 2, "sku": "GW-1", "cases": 9, "expected": 1.2}
SAMPLES |= {
    "product-behind": [
        STAGE, {**STAGE, "count": 12}, {**STAGE, "stage": "end", "idle": 64}, {**STAGE, "percent": None},
        {**STAGE, "stage": "end", "idle": 1},
    ],
    "product-praised": [{**PRAISE, "count": count, "reviews": count} for count in (1, 4)] + [PRAISE | {"count": 1}],
    "complaints-burst": [BURST, {**BURST, "cases": 1}, {**BURST, "sku": ""}],
    "product-growing": [{**STAGE, "stage": "growing", "percent": 35}, {**STAGE, "stage": "growing", "count": 2}],
}  # fmt: skip
SAMPLES["carrier-late"] = [
    {"carrier_id": 1, "carrier": "顺丰", "parcels": parcels, "late": parcels, "due": 2100, "usual": 4}
    for parcels in (1, 2000)
]
FESTIVAL = {"key": "double_11", "day": "2026-11-11", "past": 2, "effect": 61, "products": ["盖碗", "茶杯"]}
SAMPLES["festival-ahead"] = [
    FESTIVAL,
    {**FESTIVAL, "effect": None, "products": []},
    {**FESTIVAL, "key": "holiday:CN:National Day", "past": 0, "effect": None, "products": []},
]
LOT = {
    "count": 1, "days": 30, "lot_id": 3, "lot": "B-7", "product": "盖碗", "day": "2026-06-20", "expired": False,
    "units": 12, "variant_id": 3,
}  # fmt: skip
SAMPLES["lot-expiring"] = [LOT, {**LOT, "units": 1, "expired": True}, {**LOT, "count": 4}]
FAILED = {"playbook_id": 3, "playbook": "差评", "author": "Ann", "steps": 3, "firing_id": 7}
SAMPLES["playbook-failed"] = [
    {**FAILED, "cause": cause, "count": count} for cause, count in (("step", 1), ("step", 2), ("rights", 3))
]
SAMPLES["channel-broken"] = [{"channel_id": 3, "name": "ERP", "why": why} for why in ("gone", "failing", "unreadable")]
# Sentences that choose between one and several, though there can never be just one, and why.
NEVER_ONE = dict.fromkeys(
    (
        ("order-late", "%(count)d order is late"),
        ("lot-expiring", "%(count)d lot expires soon"),
        ("purchase-late", "%(count)d purchase order is late"),
        ("question-asked", "%(count)d open question of %(day)s"),
        ("product-behind", "%(count)d product falls behind"),
        ("product-growing", "%(count)d product grows"),
        ("product-praised", "%(count)d product is praised and rising"),
    ),
    "one alone is told by its name",
)
CASES = [(kind, params) for kind in KINDS for params in SAMPLES[kind.name]]


@pytest.mark.parametrize(("kind", "params"), CASES, ids=lambda value: getattr(value, "name", ""))
def test_a_kind_speaks_both_languages(kind, params):
    with timezone.override(ZoneInfo("Asia/Shanghai")):
        with translation.override("en"):
            english = [*kind.words(params), str(kind.verb), str(kind.label), str(kind.topic)]
        with translation.override("zh-hans"):
            chinese = [*kind.words(params), str(kind.verb), str(kind.label), str(kind.topic)]
    for text in (*english, *chinese):
        assert text
        assert "%(" not in text
    for text in english:
        assert "!" not in text
    for text in chinese:
        assert re.search(r"[一-鿿]", text), text
        assert "！" not in text


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_sentence_with_a_count_has_samples_of_one_and_of_several(kind, monkeypatch):
    """So that test_a_kind_speaks_both_languages asks for both forms of each sentence."""
    asked: dict[str, set[bool]] = defaultdict(set)
    module = sys.modules[kind.words.__module__]

    def noting(one: str, several: str, count: int) -> str:
        asked[one].add(count == 1)
        return ngettext(one, several, count)

    monkeypatch.setattr(module, "ngettext", noting, raising=False)
    for params in SAMPLES[kind.name]:
        kind.words(params)
    never = {sentence for name, sentence in NEVER_ONE if name == kind.name}
    missing = {sentence: forms for sentence, forms in asked.items() if len(forms) < 2 and sentence not in never}
    assert missing == {}
    assert never <= set(asked)


def test_every_feature_tells_what_needs_a_person():
    assert len(KINDS) >= 50
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    assert set(SAMPLES) == {kind.name for kind in KINDS}


@pytest.mark.parametrize(("kind", "params"), CASES, ids=lambda value: getattr(value, "name", ""))
def test_a_kind_names_a_target_its_figures_can_fill(kind, params):
    target = kind.target(params)
    assert target.name or target.url
    assert all(value not in (None, "") for value in target.args)


def test_times_are_in_the_zone_of_the_reader():
    words = kind_of("order-late").words
    with timezone.override(ZoneInfo("Asia/Shanghai")):
        assert words(LATE) == ("Order 10001 is late", "It should have left by 5 Jun, 18:00. The buyer is waiting.")


def test_whom_a_kind_concerns_is_a_word_of_a_role():
    words = {kind.word for kind in KINDS if not kind.personal}
    assert words <= roles.merchant_permissions()
    assert all(kind.personal is (kind.word == "") for kind in KINDS)


def test_security_and_what_the_platform_decides_are_locked_on_everywhere():
    locked = {kind.name for kind in KINDS if kind.locked}
    assert locked == {"token-created", "token-revoked", "shop-state", "sign-in", "security-changed"}
    assert all(kind.inbox and kind.email for kind in KINDS if kind.locked)


def test_new_orders_are_quiet():
    kind = kind_of("order-new")
    assert (kind.urgency, kind.inbox, kind.email) == (Urgency.KNOW, True, False)


def test_the_inbox_reads_by_urgency_then_newest_first():
    older, newer = datetime(2026, 6, 4, tzinfo=UTC), datetime(2026, 6, 5, tzinfo=UTC)
    order = [(1, newer), (1, older), (2, newer), (3, newer), (3, older)]
    assert sorted(order, key=lambda item: rank_of(*item)) == order


def test_a_forecast_is_told_in_three_digits():
    title, body = kind_of("forecast-ready").words(FORECAST)
    assert title == "The sales forecast is ready"
    assert body == "Most likely ¥12,300 to ¥15,400 over the next 28 days, from sales up to Thu 4 Jun."
