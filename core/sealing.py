"""Secrets that must be read again, encrypted at rest."""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(ValueError):
    """It was sealed for another purpose, or with a SECRET_KEY that is not known any more."""


@lru_cache(maxsize=16)
def _cipher(purpose: str, secrets: tuple[str, ...]) -> MultiFernet:
    keys = [
        HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret.encode())
        for secret in secrets
    ]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])


def _secrets() -> tuple[str, ...]:
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


def seal(text: str, purpose: str) -> str:
    """Encrypt under a key derived from SECRET_KEY for this purpose alone ("accounts.people.second-factor")."""
    return _cipher(purpose, _secrets()).encrypt(text.encode()).decode()


def unseal(sealed: str, purpose: str) -> str:
    """The text again, also after SECRET_KEY moved on to SECRET_KEY_FALLBACKS. Raises Unreadable."""
    try:
        return _cipher(purpose, _secrets()).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unreadable(purpose) from None
