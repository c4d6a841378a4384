"""A group robot of WeCom: markdown; the key is in the address."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from notifications.channels.senders.bodies import JSON, as_json, coded, markdown
from notifications.channels.senders.message import Message, Reply, Request, Target, Verdict

MOST = 4096  # bytes of markdown that WeCom takes


class WeCom:
    name = "wecom"
    label = _("WeCom")
    address_label = _("Address of the robot")
    address_help = _("In the group: group robots, add one. Copy its webhook address with the key in it.")
    hosts: tuple[str, ...] = ("qyapi.weixin.qq.com",)
    secret = ""
    secret_help = ""

    def request(self, target: Target, message: Message, now: datetime) -> Request:
        text = markdown(message).encode()[:MOST].decode(errors="ignore")
        return Request(target.address, as_json({"msgtype": "markdown", "markdown": {"content": text}}), JSON)

    def verdict(self, reply: Reply) -> Verdict:
        return coded(reply, "errcode", "errmsg", busy={-1, 45009, 45033})
