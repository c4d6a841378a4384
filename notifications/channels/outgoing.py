"""One POST to an address that a merchant named, in bounds: where it leads, how long it takes, how much is read."""

from __future__ import annotations

import logging
import socket
import threading
import time

import requests
from django.conf import settings
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from notifications.channels.senders.message import LOG, Exchange, Failure, Reply, Request

log = logging.getLogger(__name__)

CONNECT, READ = 3.0, 10.0  # seconds
MOST = 64 * 1024  # bytes of an answer that are read
WHOLE = 15.0  # seconds that an exchange may take, however slowly the far side drips


class _Lines(threading.local):
    """The connections that this thread has open, so that a clock can cut them."""

    def __init__(self) -> None:
        self.open: list[HTTPConnection] = []


_lines = _Lines()


class _Line(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        _lines.open.append(self)
        return super()._new_conn()


class _SafeLine(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        _lines.open.append(self)
        return super()._new_conn()


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Line


class _SafePool(HTTPSConnectionPool):
    ConnectionCls = _SafeLine


def _session() -> HTTPSession:
    config = Config(
        ip_filter_enable=not settings.CHANNELS_PRIVATE_ADDRESSES,
        ip_filter_allow_loopback_ips=False,
        never_redirect=True,
        default_timeout=(CONNECT, READ),
        user_agent_override="Storecast/1",
    )
    session = HTTPSession(config)
    session.trust_env = False  # no password of ours from a netrc, no proxy that somebody else set
    for adapter in session.adapters.values():
        adapter.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SafePool}
    return session


def _cut(lines: list[HTTPConnection], is_cut: threading.Event) -> None:
    is_cut.set()
    for line in lines:
        try:
            if line.sock is not None:
                line.sock.shutdown(socket.SHUT_RDWR)
        except OSError:  # closed in this moment
            continue


def post(request: Request, *, whole: float = WHOLE) -> Exchange:
    """Send it and read the answer. Never raises for what the far side does; redirects are answers, not ways."""
    if request.url.startswith(LOG):
        log.info("%s", request.body.decode())
        return Exchange(Reply(200, body="Written to the log only."))
    _lines.open = []
    is_cut = threading.Event()
    clock = threading.Timer(whole, _cut, (_lines.open, is_cut))
    clock.daemon = True
    clock.start()
    try:
        with _session() as session:
            response = session.post(request.url, data=request.body, headers=dict(request.headers), stream=True)
            with response:
                body = _start_of(response, time.monotonic() + whole)
        headers = {name.lower(): value for name, value in response.headers.items()}
        answer = Exchange(Reply(response.status_code, headers, body.decode("utf-8", "replace")))
    except InvalidIPAddress as error:
        return Exchange(None, Failure.PRIVATE, str(error))
    except (requests.Timeout, TimeoutError) as error:
        return Exchange(None, Failure.TIMEOUT, type(error).__name__)
    except (requests.RequestException, HTTPError, OSError, ValueError) as error:
        answer = Exchange(None, Failure.UNREACHED, type(error).__name__)
    finally:
        clock.cancel()
    return Exchange(None, Failure.TIMEOUT, "cut") if is_cut.is_set() else answer


def _start_of(response: requests.Response, end: float) -> bytes:
    """The first 64 KB; what comes after is not read at all."""
    body = b""
    while len(body) < MOST and time.monotonic() < end:
        chunk = response.raw.read1(MOST - len(body))
        if not chunk:
            break
        body += chunk
    return body
