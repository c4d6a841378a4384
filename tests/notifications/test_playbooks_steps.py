"""What each step does, with whose rights, and how it is taken back."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from accounts.activity.log import record
from accounts.models import Activity
from analytics.demand.actions import make_demand
from analytics.markets.models import WEEK
from analytics.scenarios.actions import save_scenario
from analytics.scenarios.models import Promise
from analytics.scenarios.rules import Question
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.catalog.actions import change_state
from ecommerce.inventory.actions import set_buffer
from ecommerce.inventory.models import ChannelBuffer
from ecommerce.models import PurchaseOrder
from ecommerce.orders.events import OrderRanShort
from ecommerce.purchasing.actions import send_order, set_price
from notifications.channels.actions import pause_channel
from notifications.channels.queries import message_of
from notifications.models import Dispatch, Firing, Playbook, StepOutcome
from notifications.playbooks import live
from notifications.playbooks.actions import create_playbook, undo_step
from notifications.playbooks.saying import came, step_words
from notifications.playbooks.steps import STEPS
from notifications.playbooks.steps.base import fits
from notifications.playbooks.triggers import TRIGGERS
from tests import factories
from tests.analytics.demand_kit import shop_with_past
from tests.analytics.markets_kit import LAST
from tests.analytics.scenarios_kit import NOW as ASKED
from tests.analytics.scenarios_kit import asked_market
from tests.ecommerce.orders_kit import order_in
from tests.notifications.channels_kit import channel_to
from tests.notifications.playbooks_kit import OWNER, draft, outcomes, playbook, review, runs_out, why
from tests.queue import run_tasks


def run_on(author, event, name: str, trigger: str = "", **settings) -> StepOutcome:
    """A playbook of that one step, run on that fact."""
    steps = [{"step": name, "settings": settings}]
    playbook(
        author, name=f"{name} {Playbook.objects.count()}", trigger=trigger or event.kind, conditions=[], steps=steps
    )
    record(event, actor=SYSTEM)
    run_tasks()
    Playbook.objects.update(is_on=False)
    return StepOutcome.objects.select_related("firing__version").order_by("pk").last()


def words(outcome: StepOutcome) -> str:
    return came(outcome, outcome.firing.version, "luming").text


def undo(outcome: StepOutcome, author) -> None:
    undo_step(outcome, held=OWNER, actor=author.actor)


@pytest.fixture
def needed(scope, time_machine):
    """Two variants that have to be ordered, both sold by one supplier, one of them in dozens."""
    time_machine.move_to(datetime(2026, 6, 14, 18, 40, tzinfo=UTC), tick=False)
    things = shop_with_past(2, rate=4.0, on_hand=20)
    make_demand(actor=SYSTEM)
    kiln = factories.SupplierFactory(name="Kiln", currency="CNY")
    for thing, multiple in zip(things, (1, 12), strict=True):
        set_price(kiln, thing, price=Decimal("2.00"), multiple=multiple, actor=SYSTEM)
    run_tasks()
    return things


def test_a_purchase_order_is_drafted_for_what_the_fact_is_about_and_called_off(ann, needed):
    outcome = run_on(ann, runs_out(needed[1].pk, needed[1].sku), "purchase", what="fact", more=50)
    order = PurchaseOrder.objects.get()
    (line,) = order.lines.all()
    assert (outcome.state, order.state, line.variant) == ("done", "draft", needed[1])
    assert line.quantity % 12 == 0
    assert order.number in words(outcome)
    entry = Activity.objects.get(kind="purchasing.drafted")
    assert (entry.actor_id, entry.depth, entry.caused_by) == (ann.pk, 2, outcome.firing.entry)
    undo(outcome, ann)
    order.refresh_from_db()
    assert order.state == "cancelled"


def test_a_draft_that_was_sent_is_not_called_off(ann, needed):
    outcome = run_on(ann, runs_out(needed[0].pk, needed[0].sku), "purchase", what="all", more=0)
    order = PurchaseOrder.objects.get()
    assert order.lines.count() == 2
    send_order(order, actor=SYSTEM)
    with pytest.raises(Refused, match="no draft"):
        undo(outcome, ann)
    outcome.refresh_from_db()
    assert outcome.state == "done"


def test_nothing_to_order_is_said(scope, ann):
    thing = factories.VariantFactory()
    assert run_on(ann, runs_out(thing.pk, thing.sku), "purchase", what="fact", more=0).state == "failed"
    assert "nothing that can be ordered" in why()


def test_stock_is_reserved_from_the_other_channels_and_given_back(scope, ann):
    thing = factories.VariantFactory()
    for channel in ("tmall", "jd", "online_store"):
        factories.OrderFactory(channel=channel)
    set_buffer("jd", variant=thing, units=3, percent=10, actor=SYSTEM)

    def buffers() -> dict[str, tuple[int, int]]:
        return {row.channel: (row.units, row.percent) for row in ChannelBuffer.objects.all()}

    outcome = run_on(ann, runs_out(thing.pk, thing.sku), "reserve", channel="tmall", units=5)
    assert buffers() == {"jd": (5, 10), "online_store": (5, 0)}
    assert words(outcome) == "5 units of each variant are reserved for Tmall."
    undo(outcome, ann)
    assert buffers() == {"jd": (3, 10)}


def test_a_buffer_that_was_changed_since_is_left_alone(scope, ann):
    thing = factories.VariantFactory()
    for channel in ("tmall", "jd"):
        factories.OrderFactory(channel=channel)
    outcome = run_on(ann, runs_out(thing.pk, thing.sku), "reserve", channel="tmall", units=5)
    set_buffer("jd", variant=thing, units=7, actor=SYSTEM)
    with pytest.raises(Refused, match="since"):
        undo(outcome, ann)
    assert ChannelBuffer.objects.get().units == 7


@pytest.mark.parametrize(("state", "held"), [("live", "draft"), ("ageing", "retired")])
def test_a_listing_is_held_and_put_back_as_it_was(scope, ann, state, held):
    product = factories.VariantFactory(product__state=state).product
    outcome = run_on(ann, review(1, product.pk), "hold")
    product.refresh_from_db()
    assert (product.state, outcome.state) == (held, "done")
    undo(outcome, ann)
    product.refresh_from_db()
    assert product.state == state


def test_a_listing_that_somebody_dealt_with_since_is_left_alone(scope, ann):
    product = factories.VariantFactory().product
    outcome = run_on(ann, review(1, product.pk), "hold")
    product.refresh_from_db()
    change_state(product, to="retired", actor=SYSTEM)
    with pytest.raises(Refused, match="since"):
        undo(outcome, ann)


def test_a_fact_that_names_no_product_holds_nothing(scope, ann):
    assert run_on(ann, review(1, None), "hold").state == "failed"
    assert "does not say" in why()
    assert run_on(ann, review(1, 999), "hold").state == "failed"


def test_customers_and_orders_are_tagged_and_only_new_tags_taken_off(scope, ann):
    order = order_in("placed")
    customer = factories.CustomerFactory()
    event = OrderRanShort(
        order_id=order.pk, number=order.number, units=1, outcome="hold", customer_id=customer.pk, days=[]
    )
    of_order = run_on(ann, event, "tag_order", tag="short")
    of_customer = run_on(ann, event, "tag_customer", tag="patient")
    again = run_on(ann, event, "tag_customer", tag="patient")
    assert list(order.tags.values_list("name", flat=True)) == ["short"]
    assert list(customer.tags.values_list("name", flat=True)) == ["patient"]
    assert "short" in words(of_order)
    assert "patient" in words(of_customer)
    with pytest.raises(Refused, match="before"):
        undo(again, ann)
    undo(of_customer, ann)
    undo(of_order, ann)
    assert not order.tags.exists()
    assert not customer.tags.exists()


def test_the_product_is_tagged_and_only_a_new_tag_taken_off(scope, ann):
    variant = factories.VariantFactory()
    product = variant.product
    outcome = run_on(ann, review(1, product.pk), "tag_product", tag="look at")
    assert list(product.tags.values_list("name", flat=True)) == ["look at"]
    assert "look at" in words(outcome)
    again = run_on(ann, review(2, product.pk), "tag_product", tag="look at")
    with pytest.raises(Refused, match="before"):
        undo(again, ann)
    undo(outcome, ann)
    assert not product.tags.exists()


def test_a_webhook_gets_the_fact_and_its_figures_once(scope, ann, settings):
    settings.DEMO = True
    channel, _secret = channel_to("https://erp.example.com/hook", kinds=["stock-low"])
    steps = [{"step": "call", "settings": {"channel": str(channel.pk), "title": "{rating} stars", "text": ""}}]
    playbook(ann, steps=steps)
    fact = record(review(1, 4), actor=SYSTEM)
    live.look(Playbook.objects.get().pk)
    for _ in range(2):
        live.take_steps(Firing.objects.get().pk)
    dispatch = Dispatch.objects.get()
    assert dispatch.params["title"] == "1 stars"
    assert dispatch.params["fact"] == fact.kind
    assert dispatch.params["figures"]["rating"] == "1"
    assert outcomes() == [("call", "done")]
    message = message_of(dispatch, channel, scope)
    assert message.title == "1 stars"
    assert "/inbox/to/?to=/m/luming/reviews/1/&" in message.link


def test_a_channel_that_is_off_is_not_written_to(scope, ann, settings):
    settings.DEMO = True
    channel, _secret = channel_to("https://erp.example.com/hook", kinds=["stock-low"])
    pause_channel(channel, actor=SYSTEM)
    run_on(ann, review(1), "call", channel=str(channel.pk), title="x", text="")
    assert why() == "The channel “ERP” is off."
    assert not Dispatch.objects.exists()


def test_a_scenario_becomes_the_plan(shop, ann, time_machine):
    time_machine.move_to(ASKED, tick=False)
    market = asked_market(shop)
    with tenant(shop):
        question = Question(LAST + 2 * WEEK, LAST + 4 * WEEK, price=-10.0)
        scenario = save_scenario(market, "value", question, name="Autumn cut", note="", actor=SYSTEM)
        outcome = run_on(ann, review(1), "adopt", scenario=str(scenario.pk))
        assert words(outcome) == "“Autumn cut” is the plan now."
        assert Promise.objects.get().scenario_id == scenario.pk
        with pytest.raises(Refused):
            undo(outcome, ann)


def test_a_scenario_that_is_gone_is_not_adopted(scope, ann):
    run_on(ann, review(1), "adopt", scenario="999")
    assert why() == "The scenario is gone."
    assert not Promise.objects.exists()


def test_a_step_is_offered_only_where_the_fact_has_what_it_needs(scope, ann):
    by_kind = {trigger.kind: trigger for trigger in TRIGGERS}
    assert not fits(STEPS["hold"], by_kind["forecasts.surge_expected"])
    assert fits(STEPS["hold"], by_kind["reviews.submitted"])
    with pytest.raises(Refused, match="does not fit"):
        create_playbook(
            draft(trigger="forecasts.surge_expected", conditions=[], steps=[{"step": "hold", "settings": {}}]),
            author=ann,
            held=OWNER,
            actor=ann.actor,
        )


def test_every_step_says_what_it_is_to_do(scope):
    settings = {
        "who": "all", "title": "t", "text": "", "hours": 1, "what": "all", "more": 10, "channel": "1", "units": 2,
        "scenario": "1", "tag": "vip", "discount": 15, "part": 50, "days": 28,
    }  # fmt: skip
    for name, step in STEPS.items():
        assert step_words({"step": name, "settings": settings})
        assert step.label
        assert step.help
