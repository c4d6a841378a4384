"""Cutting a style sheet down to what pages use."""

from __future__ import annotations

import re

import pytest

from config.assets import ROOT
from config.stylesheets import cut, words_of

TABLER = ROOT / "node_modules" / "@tabler" / "core" / "dist" / "css" / "tabler.min.css"
needs_packages = pytest.mark.skipif(not TABLER.exists(), reason="run npm ci")
WORDS = words_of(iter(['<div class="card btn-primary w-50"><p class="{% if late %}late{% endif %}">']))


@pytest.mark.parametrize(
    ("sheet", "left"),
    [
        (".card{color:red}.carousel{color:red}", ".card{color:red}"),
        (".card,.carousel{color:red}", ".card{color:red}"),
        (".card .title{color:red}", ""),
        (".card>p:hover::after{color:red}", ".card>p:hover::after{color:red}"),
        (".card:not(.title){color:red}", ".card:not(.title){color:red}"),
        (":is(.card,h1) p{color:red}", ":is(.card,h1) p{color:red}"),
        (".w-50\\/x{color:red}", ""),
        ("h1,a[href]{color:red}", "h1,a[href]{color:red}"),
        ("@media print{.card{color:red}.title{color:red}}", "@media print{.card{color:red}}"),
        ("@media print{.title{color:red}}", ""),
        ('@charset "UTF-8";.card{color:red}', ".card{color:red}"),
        ("/* .x{ */.card{color:red}", ".card{color:red}"),
        (
            ".card{background:url(\"data:image/svg+xml,%3csvg x=';{'%3e\");color:red}",
            ".card{background:url(\"data:image/svg+xml,%3csvg x=';{'%3e\");color:red}",
        ),
        (
            ":root{--a:var(--b);--b:1px;--c:2px}.card{width:var(--a)}",
            ":root{--a:var(--b);--b:1px}.card{width:var(--a)}",
        ),
        (":root{--a:1px}", ""),
        ("h1{color:a(b(c(1,2),3);4)}", "h1{color:a(b(c(1,2),3);4)}"),
        ("@keyframes turn{to{top:0}}.card{animation:turn 1s}", "@keyframes turn{to{top:0}}.card{animation:turn 1s}"),
        ("@keyframes turn{to{top:0}}.title{animation:turn 1s}", ""),
    ],
)
def test_what_is_left(sheet, left):
    assert cut(sheet, WORDS, own="") == left


def test_a_variable_that_our_own_sheets_use_stays():
    assert cut(":root{--a:1px;--b:2px}", WORDS, own=".sc-x { width: var(--b); }") == ":root{--b:2px}"


@needs_packages
def test_nothing_of_tabler_is_mangled():
    """Every rule that is left is one of Tabler's, declaration by declaration."""
    whole = TABLER.read_text(encoding="utf-8")
    left = cut(whole, {"btn", "card", "form-control", "form-select"}, own="")
    assert left.count("(") == left.count(")")
    assert [line for line in re.findall(r"[{;]([^{};]+\([^;{}]*)(?=[;}])", left) if line not in whole] == []
