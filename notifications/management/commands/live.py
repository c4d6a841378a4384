"""The process that holds the live streams of all inboxes."""

from __future__ import annotations

from typing import Any

import uvicorn
from django.core.management.base import BaseCommand, CommandParser

from notifications.live.app import LiveApp
from notifications.live.hub import Hub


class Command(BaseCommand):
    help = "Hold the live streams of the inbox, until Ctrl-C or SIGTERM. Pages find it under LIVE_URL."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8001)
        parser.add_argument("--host", default="127.0.0.1")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        hub = Hub(stopping=lambda: server.should_exit)
        server = uvicorn.Server(
            uvicorn.Config(
                LiveApp(hub),
                host=host,
                port=port,
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=3,
            )
        )
        server.run()
