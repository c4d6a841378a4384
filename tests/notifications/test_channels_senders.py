"""What each kind of channel is sent, held against the words of its own documentation."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from core.errors import Refused
from notifications.channels import rules
from notifications.channels.actions import new_secret
from notifications.channels.senders import SENDERS
from notifications.channels.senders.message import LOG, Message, Reply, Target

NOW = datetime.now(UTC)
MESSAGE = Message(
    id="msg_1",
    kind="stock-low",
    at=NOW,
    shop="鹿鸣茶器",
    title="Gaiwan <white> [new] runs out on Friday",
    text="12 left",
    link="https://shop.example/m/luming/stock/5/",
    action="See stock",
    figures={"left": 12},
)


def sent(name: str, secret: str = "", address: str = "https://far.example/hook?key=1"):
    request = SENDERS[name].request(Target(address, secret), MESSAGE, NOW)
    return request, (json.loads(request.body) if request.url != LOG else request.body.decode())


@time_machine.travel(NOW, tick=False)
def test_a_webhook_verifies_with_the_library_of_the_standard_and_nothing_altered_does():
    secret = new_secret()
    request, body = sent("webhook", secret)
    assert Webhook(secret).verify(request.body, dict(request.headers)) == body
    assert body["figures"] == {"left": 12}
    assert {"id", "kind", "time", "shop", "title", "text", "link"} < set(body)
    for body_sent, headers in (
        (request.body + b" ", request.headers),
        (request.body, {**request.headers, "webhook-id": "msg_2"}),
        (request.body, {**request.headers, "webhook-timestamp": str(int(NOW.timestamp()) - 301)}),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body_sent, dict(headers))


def test_feishu_gets_a_post_signed_in_the_body():
    _, body = sent("feishu", "typed")
    key = f"{int(NOW.timestamp())}\ntyped".encode()
    assert body["sign"] == base64.b64encode(hmac.new(key, digestmod=hashlib.sha256).digest()).decode()
    assert body["timestamp"] == str(int(NOW.timestamp()))
    post = body["content"]["post"]["zh_cn"]
    assert post["title"] == MESSAGE.title
    assert post["content"][-1] == [{"tag": "a", "text": "See stock", "href": MESSAGE.link}]
    assert "sign" not in sent("feishu")[1]


def test_dingtalk_gets_markdown_signed_in_the_address():
    request, body = sent("dingtalk", "SECtyped")
    query = parse_qs(urlsplit(request.url).query)
    stamp = str(int(NOW.timestamp() * 1000))
    proof = hmac.new(b"SECtyped", f"{stamp}\nSECtyped".encode(), hashlib.sha256).digest()
    assert query == {"key": ["1"], "timestamp": [stamp], "sign": [base64.b64encode(proof).decode()]}
    assert body["msgtype"] == "markdown"
    assert r"\[new\]" in body["markdown"]["text"]
    assert f"[See stock]({MESSAGE.link})" in body["markdown"]["text"]


def test_wecom_and_slack_have_their_key_in_the_address():
    request, body = sent("wecom")
    assert request.url == "https://far.example/hook?key=1"
    assert MESSAGE.link in body["markdown"]["content"]
    request, body = sent("slack")
    assert "&lt;white&gt;" in body["text"]
    assert body["blocks"][0]["text"] == {"type": "plain_text", "text": MESSAGE.title}
    assert body["blocks"][-1]["elements"][0]["url"] == MESSAGE.link


def test_a_text_message_goes_into_the_log_without_its_number():
    request, text = sent("sms", address="+8613800138000")
    assert request.url == LOG
    assert "8613800" not in text
    assert text.startswith("SMS to …8000: [鹿鸣茶器] Gaiwan")


@pytest.mark.parametrize(
    ("name", "body", "ok", "again"),
    [
        ("feishu", '{"code": 0}', True, False),
        ("feishu", '{"code": 19021, "msg": "sign match fail"}', False, False),
        ("feishu", '{"code": 11232, "msg": "too fast"}', False, True),
        ("dingtalk", '{"errcode": 310000, "errmsg": "keywords not in content"}', False, False),
        ("wecom", '{"errcode": 45009, "errmsg": "freq"}', False, True),
        ("wecom", "<html>maintenance</html>", False, True),
        ("slack", "ok", True, False),
    ],
)
def test_chats_answer_200_to_what_they_refuse(name, body, ok, again):
    verdict = SENDERS[name].verdict(Reply(200, {}, body))
    assert (verdict.ok, verdict.again) == (ok, again)


@pytest.mark.parametrize(
    "address",
    ["", "ftp://a.example/", "http://a.example/", "https://", "https://u:p@a.example/", "https://a.example:22/",
     "https://a.example/ b", "https://a.example/#x", "https://[::1", "https://a.example:99999/"],
)  # fmt: skip
def test_addresses_that_are_not_taken(address):
    with pytest.raises(Refused):
        rules.clean_address(address, (), anywhere=False)


def test_a_chat_leads_to_its_own_host_and_a_number_is_one():
    good = "https://open.feishu.cn/open-apis/bot/v2/hook/x"
    assert rules.clean_address(f" {good} ", SENDERS["feishu"].hosts, anywhere=False) == good
    with pytest.raises(Refused):
        rules.clean_address("https://evil.example/open.feishu.cn", SENDERS["feishu"].hosts, anywhere=False)
    assert rules.clean_number("+86 138-0013 8000") == "+8613800138000"
    with pytest.raises(Refused):
        rules.clean_number("13800138000")


def test_attempts_are_spread_over_75_hours_and_a_wait_is_honoured_up_to_a_day():
    whole = sum((rules.delay_after(n, 0) for n in range(1, rules.ATTEMPTS)), timedelta())
    assert whole == timedelta(hours=75, minutes=35, seconds=5)
    assert rules.delay_after(2, 1) == timedelta(seconds=330)
    assert rules.asked_to_wait("120", NOW) == timedelta(seconds=120)
    assert rules.asked_to_wait("99999999999999", NOW) == timedelta(hours=24)
    assert rules.asked_to_wait("Fri, 01 Jan 2100 00:00:00 GMT", NOW) == timedelta(hours=24)
    assert rules.asked_to_wait("Fri, 01 Jan 2010 00:00:00 GMT", NOW) == timedelta(0)
    for nonsense in ("", "-5", "soon", "²", "Fri, 99 Jan 2010 00:00:00 GMT"):
        assert rules.asked_to_wait(nonsense, NOW) == timedelta(0)
