"""What several senders have in common: JSON bodies, plain text, and answers with a code of their own."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from notifications.channels.senders.message import Message, Reply, Verdict

JSON = {"Content-Type": "application/json; charset=utf-8"}


def as_json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def lines_of(message: Message) -> list[str]:
    """The text below the title, then the shop it is about."""
    return [line for line in (message.text, message.shop) if line]


def markdown(message: Message, *, escape: str = "") -> str:
    """Title in bold, text, shop and link, as DingTalk and WeCom read it; `escape` are characters to be defused."""

    def plain(text: str) -> str:
        return "".join(f"\\{one}" if one in escape else one for one in text)

    parts = [f"**{plain(message.title)}**", *(plain(line) for line in lines_of(message))]
    if message.link:
        parts.append(f"[{plain(message.action or message.link)}]({message.link})")
    return "\n\n".join(parts)


def coded(reply: Reply, code: str, text: str, *, busy: Collection[int]) -> Verdict:
    """The verdict on a JSON answer whose field `code` is 0 when all is well; codes in `busy` mean "too fast"."""
    try:
        answer = json.loads(reply.body)
        number = int(answer[code])
    except (ValueError, KeyError, TypeError):
        return Verdict(False, again=True, text=reply.body)
    return Verdict(number == 0, again=number in busy, text="" if number == 0 else f"{number} {answer.get(text, '')}")
