"""Mails sent by a real worker through a mail server that goes away, to be killed in the middle of it."""

from __future__ import annotations

import os
import re
import signal
import time

import psutil
import pytest

from tests.notifications.smtpserver import Server
from tests.worker.yard import open_yard

pytestmark = pytest.mark.slow

WRITE = """
from notifications.mail.actions import post
for n in range({count}):
    post(to=f"p{{n}}@example.com", subject="Shipped", text="On its way.", purpose="buyer")
"""


@pytest.fixture
def server():
    made = Server()
    yield made
    made.down()


@pytest.fixture
def yard(tmp_path, server):
    made = open_yard(tmp_path, EMAIL_URL=f"smtp://127.0.0.1:{server.port}", DEMO="false")
    yield made
    made.close()


def received(server: Server) -> list[str]:
    return sorted(str(message["To"]) for message in server.accepted)


def test_a_server_that_was_away_gets_every_mail_once(yard, server):
    yard.start()
    yard.manage("shell", "-v0", "-c", WRITE.format(count=8))
    yard.until(lambda: yard.rows("SELECT count(*) FROM notifications_delivery") != [(0,)], what="a first attempt")
    assert received(server) == []
    server.up()
    yard.until(lambda: yard.rows("SELECT count(*) FROM notifications_mail WHERE state = 'sent'") == [(8,)], 200)
    assert received(server) == [f"p{n}@example.com" for n in range(8)]


def test_a_sender_killed_before_the_message_went_out_sends_it_once_in_the_end(yard, server):
    """The process dies while the server considers the recipient: nothing was handed over."""
    asked: list[str] = []

    def consider(address: str) -> str:
        asked.append(address)
        if len(asked) == 1:
            time.sleep(8)
        return "250 OK"

    server.on_rcpt = consider
    server.up()
    yard.manage("shell", "-v0", "-c", WRITE.format(count=1))
    yard.start()
    yard.until(lambda: asked, what="the server asked")
    assert yard.rows("SELECT outcome FROM notifications_delivery") == [("started",)]
    started = re.findall(r"queue default started as process (\d+)", yard.log.read_text())
    for process in psutil.Process(int(started[-1])).children(recursive=True):
        if "processing" in " ".join(process.cmdline()):
            os.kill(process.pid, signal.SIGKILL)
    yard.until(lambda: yard.rows("SELECT state FROM notifications_mail") == [("sent",)], 240)
    assert received(server) == ["p0@example.com"]
    assert yard.rows("SELECT attempts FROM notifications_mail") == [(2,)]
    assert yard.rows("SELECT outcome FROM notifications_delivery ORDER BY id") == [("cut",), ("sent",)]
