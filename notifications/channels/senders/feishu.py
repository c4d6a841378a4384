"""A custom bot of Feishu or Lark: a post with a link, signed in the body."""

from __future__ import annotations

import base64
import hmac
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from notifications.channels.senders.bodies import JSON, as_json, coded, lines_of
from notifications.channels.senders.message import Message, Reply, Request, Target, Verdict


def sign(secret: str, timestamp: int) -> str:
    """Feishu's signature: the HMAC of nothing, under a key made of time and secret. Seconds since 1970."""
    return base64.b64encode(hmac.digest(f"{timestamp}\n{secret}".encode(), b"", "sha256")).decode()


class Feishu:
    name = "feishu"
    label = _("Feishu or Lark")
    address_label = _("Address of the bot")
    address_help = _("In the group: settings, bots, add a custom bot. Copy its webhook address.")
    hosts: tuple[str, ...] = ("open.feishu.cn", "open.larksuite.com")
    secret = "typed"  # noqa: S105 - says where the secret comes from
    secret_help = _("Of the bot's security settings, if signatures are on there.")

    def request(self, target: Target, message: Message, now: datetime) -> Request:
        rows: list[list[dict[str, Any]]] = [[{"tag": "text", "text": line}] for line in lines_of(message)]
        if message.link:
            rows.append([{"tag": "a", "text": message.action or message.link, "href": message.link}])
        body: dict[str, Any] = {
            "msg_type": "post",
            "content": {"post": {"zh_cn": {"title": message.title, "content": rows}}},
        }
        if target.secret:
            timestamp = int(now.timestamp())
            body = {"timestamp": str(timestamp), "sign": sign(target.secret, timestamp), **body}
        return Request(target.address, as_json(body), JSON)

    def verdict(self, reply: Reply) -> Verdict:
        return coded(reply, "code", "msg", busy={11232, 9499})
