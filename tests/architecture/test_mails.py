"""Whoever writes a mail is among the WRITERS that are looked at in Chromium and as text, in both languages."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.house import APPS, ROOT
from tests.notifications.mails_kit import WRITERS

POST, LETTER = ("notifications.mail.actions", "post"), ("core.mail", "Letter")
# They carry what others say: a letter to Django's way of sending, that to a row, and the row to the line.
CARRIERS = {
    "core.mail.send_letter",
    "notifications.mail.backend._write_down",
    "notifications.mail.sending.as_message",
}
DJANGO = {"send_mail", "send_mass_mail", "mail_admins", "mail_managers", "EmailMessage", "EmailMultiAlternatives"}


def writers_in(module: str, tree: ast.Module) -> Iterator[str]:
    """The functions that post a mail or make one in Django's way, and those that say a letter."""
    names = {
        found.asname or found.name: (node.module or "", found.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for found in node.names
    }
    posts = {name for name, what in names.items() if what == POST or (what[0].startswith("django") and name in DJANGO)}
    letters = {name for name, what in names.items() if what == LETTER}
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        calls = {one.func.id for one in ast.walk(node) if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)}
        says = isinstance(node.returns, ast.Name) and node.returns.id in letters
        is_part = says and node.name.startswith("_")  # of the letters beside it
        if (calls & posts or calls & letters or says) and not is_part:
            yield f"{module}.{node.name}"


def all_writers() -> set[str]:
    found = set()
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            if "mail" in text:
                module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                found |= set(writers_in(module, ast.parse(text)))
    return found


def test_every_writer_of_mails_is_looked_at():
    shown = {f"{write.__module__}.{write.__name__}" for write in WRITERS}
    assert all_writers() - CARRIERS == shown
