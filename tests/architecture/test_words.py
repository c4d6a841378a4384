"""Every word a person reads is in both languages."""

from __future__ import annotations

from core import messages
from tests.architecture.house import ROOT, none_of


def test_every_text_is_translated():
    """`manage.py messages` adds what is missing to the catalogues; the Chinese is then written by hand."""
    none_of(messages.problems(ROOT))
