"""The kinds of channels there are. A new one is a module here and a line in SENDERS (docs/adding.md)."""

from __future__ import annotations

from notifications.channels.senders.dingtalk import DingTalk
from notifications.channels.senders.feishu import Feishu
from notifications.channels.senders.message import Sender
from notifications.channels.senders.slack import Slack
from notifications.channels.senders.sms import Sms
from notifications.channels.senders.webhook import Webhook
from notifications.channels.senders.wecom import WeCom

SENDERS: dict[str, Sender] = {
    sender.name: sender for sender in (Webhook(), Feishu(), DingTalk(), WeCom(), Slack(), Sms())
}
