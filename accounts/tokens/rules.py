"""The form of an API token: `sc_live_`, 30 random characters, and 6 that check them.

The check lets a mistyped or made-up token be refused without asking the database, and secret scanners find leaked ones
by TOKEN_PATTERN. 30 characters of base 62 are 178 bits, so a fast hash is enough to store them.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import secrets
import string
import zlib

PREFIX = "sc_live_"
SHOWN = len(PREFIX) + 6
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
TOKEN_PATTERN = re.compile(r"sc_(live|test)_[0-9A-Za-z]{36}")


def new_secret() -> str:
    """A token that has never been."""
    body = PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(30))
    return body + checksum(body)


def checksum(body: str) -> str:
    """CRC-32 of the characters before it, as six digits of base 62."""
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = ALPHABET[digit] + digits
    return digits


def is_well_formed(secret: str) -> bool:
    return bool(TOKEN_PATTERN.fullmatch(secret)) and checksum(secret[:-6]) == secret[-6:]


def digest_of(secret: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_within(address: str, networks: list[str]) -> bool:
    """Whether a call from `address` is allowed: no list allows every address."""
    if not networks:
        return True
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(ip in ipaddress.ip_network(network) for network in networks)


def clean_networks(text: str) -> list[str]:
    """Addresses and networks, one a line, in their normal form. Raises ValueError with the line that is neither."""
    found = []
    for line in text.split():
        try:
            found.append(str(ipaddress.ip_network(line, strict=False)))
        except ValueError:
            raise ValueError(line) from None
    return found
