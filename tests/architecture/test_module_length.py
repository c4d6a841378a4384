"""A module that needs more than 400 lines is two modules."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("core", "accounts", "ecommerce", "analytics", "notifications", "config", "tests", "bench")


def test_no_module_is_longer_than_400_lines():
    modules = [path for top in CODE for path in (ROOT / top).rglob("*.py") if "migrations" not in path.parts]

    long = {
        str(path.relative_to(ROOT)): lines
        for path in modules
        if (lines := len(path.read_text("utf-8").splitlines())) > 400
    }

    assert long == {}
