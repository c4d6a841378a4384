"""A mail server that misbehaves to order."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller


class Server:
    """Answers RCPT and DATA with what `on_rcpt` and `on_data` return, and keeps what it accepted."""

    def __init__(self) -> None:
        self.accepted: list[EmailMessage] = []
        self.on_rcpt: Callable[[str], str] = lambda address: "250 OK"
        self.on_data: Callable[[], str] = lambda: "250 OK"
        self.port = free_port()
        self.controller: Controller | None = None

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.on_rcpt(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        answer = self.on_data()
        if answer == "accept and hang up":
            self._keep(envelope)
            server.transport.abort()
            return "250 OK"
        if answer == "accept and hang":
            self._keep(envelope)
            time.sleep(3)  # the whole server stands still, as a stuck one does
            return "250 OK"
        if answer.startswith("250"):
            self._keep(envelope)
        return answer

    def _keep(self, envelope) -> None:
        self.accepted.append(message_from_bytes(envelope.content, policy=policy.default))

    def up(self) -> None:
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def down(self) -> None:
        if self.controller is not None:
            self.controller.stop()
            self.controller = None


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]
