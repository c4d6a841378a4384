"""An incoming webhook of Slack: blocks, and the same as text for notifications."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from notifications.channels.senders.bodies import JSON, as_json, lines_of
from notifications.channels.senders.message import Message, Reply, Request, Target, Verdict


class Slack:
    name = "slack"
    label = _("Slack")
    address_label = _("Address of the webhook")
    address_help = _("In Slack: your app, incoming webhooks, add one to a channel. Copy its address.")
    hosts: tuple[str, ...] = ("hooks.slack.com",)
    secret = ""
    secret_help = ""

    def request(self, target: Target, message: Message, now: datetime) -> Request:
        blocks: list[dict[str, Any]] = [_section("plain_text", message.title)]
        blocks += [_section("plain_text", line) for line in lines_of(message)]
        if message.link:
            label = {"type": "plain_text", "text": (message.action or message.title)[:75]}
            blocks.append({"type": "actions", "elements": [{"type": "button", "text": label, "url": message.link}]})
        return Request(target.address, as_json({"text": _defused(message.title), "blocks": blocks}), JSON)

    def verdict(self, reply: Reply) -> Verdict:
        return Verdict(True)


def _section(kind: str, text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": kind, "text": text[:3000]}}


def _defused(text: str) -> str:
    """Slack's three signs of control, so that no product's title calls a whole channel."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
