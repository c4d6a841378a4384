"""The pages of notification channels: set up, tested, paused, removed, and the log."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from accounts.models import Activity
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import tenant
from notifications.channels.actions import edit_channel
from notifications.models import Channel, Dispatch
from tests.notifications.channels_kit import channel_to, only, tell_a_token
from tests.notifications.receiver import Receiver
from tests.queue import run_tasks

HOME = "/m/luming/settings/channels/"
TYPED = {"name": "Team chat", "language": "zh-hans", "urgency": "3", "kinds": ["token-created", "order-late"]}
FEISHU = "https://open.feishu.cn/open-apis/bot/v2/hook/0123-abcd"


@pytest.fixture
def far(settings):
    settings.CHANNELS_PRIVATE_ADDRESSES = True
    receiver = Receiver()
    yield receiver
    receiver.down()


@pytest.fixture
def channel(shop, far):
    with tenant(shop):
        return channel_to(far.url)[0]


def text_of(response) -> str:
    return response.content.decode()


def test_the_first_page_offers_every_kind_and_only_to_whom_it_is_for(ann, ben, cleo, as_user):
    page = text_of(as_user(ann).get(HOME))
    for name in ("webhook", "feishu", "dingtalk", "wecom", "slack", "sms"):
        assert f'href="{HOME}new/{name}/"' in page
    assert f'href="{HOME}"' in text_of(as_user(ann).get("/m/luming/")), "a menu entry"
    assert as_user(ben).get(HOME).status_code == 403
    assert as_user(cleo).get(HOME).status_code == 404


def test_a_webhook_shows_its_secret_once(ann, far, as_user, shop):
    client = as_user(ann)
    response = client.post(f"{HOME}new/webhook/", {**TYPED, "address": far.url})
    secret = re.search(r"whsec_[A-Za-z0-9+/=]+", text_of(response))
    with tenant(shop):
        channel = Channel.objects.get()
        assert secret is not None
        assert channel.target.secret == secret[0]
        assert channel.kinds == ["order-late", "token-created"]
    for url in (HOME, f"{HOME}{channel.pk}/"):
        page = text_of(client.get(url))
        assert "whsec_" not in page
        assert far.url not in page
    with tenant(shop):
        assert "whsec_" not in str(list(Activity.objects.values()))
    assert "no-store" in response["Cache-Control"]
    again = re.search(r"whsec_[A-Za-z0-9+/=]+", text_of(client.post(f"{HOME}{channel.pk}/secret/")))
    assert again is not None
    assert again[0] != secret[0]


def test_a_chat_is_added_and_changed_with_its_address_left_empty(ann, as_user, shop):
    client = as_user(ann)
    typed = {**TYPED, "address": FEISHU, "secret": "typed"}
    assert client.post(f"{HOME}new/feishu/", typed).status_code == 302
    with tenant(shop):
        channel = Channel.objects.get()
    page = text_of(client.get(f"{HOME}{channel.pk}/"))
    assert "open.feishu.cn…abcd" in page
    assert "0123-abcd" not in page
    assert "typed" not in re.findall(r'value="([^"]*)"', page)
    assert client.post(f"{HOME}{channel.pk}/", {**TYPED, "name": "Chat", "address": ""}).status_code == 302
    with tenant(shop):
        channel = Channel.objects.get()
        assert (channel.name, channel.target.address, channel.target.secret) == ("Chat", FEISHU, "typed")
    with tenant(shop):
        facts = Activity.objects.filter(kind__startswith="channels.").order_by("pk")
        assert [fact.kind for fact in facts] == ["channels.added", "channels.changed"]


@pytest.mark.parametrize(
    ("kind", "wrong", "says"),
    [
        ("feishu", {"address": "https://evil.example/hook"}, "An address of this kind begins with"),
        ("webhook", {"address": "http://127.0.0.1/"}, "Only addresses that begin with https://"),
        ("webhook", {"address": "erp"}, "This is not an address."),
        ("webhook", {"kinds": []}, "Choose at least one thing"),
        ("webhook", {"kinds": ["sign-in"]}, "Select a valid choice"),
        ("webhook", {"name": "ERP"}, "Another channel has this name."),
        ("sms", {"address": "12"}, "Write the number with +"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(ann, as_user, shop, kind, wrong, says):
    with tenant(shop):
        channel_to("https://erp.example.com/")
    response = as_user(ann).post(f"{HOME}new/{kind}/", {**TYPED, "address": "https://erp.example.com/", **wrong})
    assert response.status_code == 422
    assert says in text_of(response)
    with tenant(shop):
        assert Channel.objects.count() == 1


def test_an_unknown_kind_is_not_there(ann, as_user):
    assert as_user(ann).get(f"{HOME}new/pigeon/").status_code == 404


def test_the_test_button_sends_and_the_log_says_what_came_of_it(ann, as_user, channel, far, shop):
    far.answers = [(404, {}, b"no <b>such</b> room"), (200, {}, b"")]
    client = as_user(ann)
    response = client.post(f"{HOME}{channel.pk}/test/")
    assert response["Location"] == f"{HOME}deliveries/?channel={channel.pk}"
    run_tasks()
    assert far.json()["title"] == "A test from Storecast"
    page = text_of(client.get(response["Location"]))
    assert "no &lt;b&gt;such&lt;/b&gt; room" in page
    with tenant(shop):
        client.post(f"{HOME}deliveries/{only().pk}/again/")
        run_tasks()
        assert (only().state, len(far.got)) == ("sent", 2)
        Dispatch.objects.update(state="queued", next_try=timezone.now())
        assert client.post(f"{HOME}deliveries/{only().pk}/again/", HTTP_HX_REQUEST="true").status_code == 409


def test_pause_switch_on_and_remove(ann, as_user, channel, far, shop):
    client = as_user(ann)
    client.post(f"{HOME}{channel.pk}/pause/")
    assert "Paused" in text_of(client.get(HOME))
    with tenant(shop):
        tell_a_token()
    assert far.got == []
    client.post(f"{HOME}{channel.pk}/resume/")
    with tenant(shop):
        tell_a_token("2")
    assert len(far.got) == 1
    client.post(f"{HOME}{channel.pk}/remove/")
    with tenant(shop):
        assert Channel.objects.count() == Dispatch.objects.count() == 0


def test_why_it_was_switched_off_stands_in_the_list_in_chinese_too(ann, as_user, channel, far, shop):
    far.answers = [(410, {}, b"")]
    with tenant(shop):
        tell_a_token()
    ann.language = "zh-hans"
    ann.save()
    page = text_of(as_user(ann).get(HOME))
    assert "已停用" in page
    assert "对方答复该地址已永久失效。" in page


def test_another_shops_channel_is_not_there(ann, cleo, as_user, channel, rival):
    with tenant(channel.merchant_id):
        tell_a_token()
        dispatch = only()
    client = as_user(cleo)
    theirs = "/m/qingyun/settings/channels/"
    assert client.get(f"{theirs}{channel.pk}/").status_code == 404
    for doing in ("test", "pause", "resume", "remove", "secret"):
        assert client.post(f"{theirs}{channel.pk}/{doing}/").status_code == 404
    assert client.post(f"{theirs}deliveries/{dispatch.pk}/again/").status_code == 404
    assert "ERP" not in text_of(client.get(f"{theirs}deliveries/"))
    with tenant(channel.merchant_id):
        assert Channel.objects.get().state == "on"


def test_what_one_may_not_see_is_neither_offered_nor_taken_but_stays_as_it_was(scope, ann, far, as_user):
    """A manager of chats without the right to see tokens."""
    channel, _ = channel_to(far.url)
    from_now = {"name": "x", "language": "en", "urgency": 3, "held": {"orders.ship"}, "actor": SYSTEM}
    with pytest.raises(Refused):
        edit_channel(channel, kinds=["complaint-opened"], **from_now)
    changed = edit_channel(channel, kinds=["order-late"], **from_now)
    assert changed.kinds == ["complaint-opened", "order-late", "token-created"]
