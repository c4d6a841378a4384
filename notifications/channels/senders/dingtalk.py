"""A custom robot of DingTalk: markdown, signed in the address."""

from __future__ import annotations

import base64
import hmac
from datetime import datetime
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from notifications.channels.senders.bodies import JSON, as_json, coded, markdown
from notifications.channels.senders.message import Message, Reply, Request, Target, Verdict


def sign(secret: str, timestamp: int) -> str:
    """DingTalk's signature of time and secret, not yet quoted. Milliseconds since 1970."""
    return base64.b64encode(hmac.digest(secret.encode(), f"{timestamp}\n{secret}".encode(), "sha256")).decode()


class DingTalk:
    name = "dingtalk"
    label = _("DingTalk")
    address_label = _("Address of the robot")
    address_help = _("In the group: settings, robots, add a custom robot. Copy its webhook address.")
    hosts: tuple[str, ...] = ("oapi.dingtalk.com",)
    secret = "typed"  # noqa: S105 - says where the secret comes from
    secret_help = _("Begins with SEC; of the robot's security settings, if signatures are on there.")

    def request(self, target: Target, message: Message, now: datetime) -> Request:
        address = target.address
        if target.secret:
            timestamp = int(now.timestamp() * 1000)
            signed = urlencode({"timestamp": timestamp, "sign": sign(target.secret, timestamp)})
            address += ("&" if "?" in address else "?") + signed
        text = markdown(message, escape="\\`*_[]")
        return Request(
            address, as_json({"msgtype": "markdown", "markdown": {"title": message.title, "text": text}}), JSON
        )

    def verdict(self, reply: Reply) -> Verdict:
        return coded(reply, "errcode", "errmsg", busy={-1, 130101, 660026})
