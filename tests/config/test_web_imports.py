"""What a web process loads: not the libraries that only the workers need, each of which costs a second and 100 MB."""

from __future__ import annotations

import subprocess
import sys

import pytest

SLOW = ("statsmodels", "sklearn", "lightgbm", "scipy.signal", "scipy.stats", "pandas", "openpyxl", "holidays")


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """The modules of a fresh process that has loaded all pages, the API and the application server's entry."""
    script = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'\n"
        "import django; django.setup()\n"
        "import config.urls, config.wsgi\n"
        "from django.urls import get_resolver; get_resolver().url_patterns\n"
        "print('\\n'.join(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_process_is_the_one_that_serves(loaded):
    assert {"config.urls", "config.wsgi", "analytics.forecasts.views"} <= loaded


@pytest.mark.parametrize("library", SLOW)
def test_web_processes_never_load(library, loaded):
    assert not [name for name in loaded if name == library or name.startswith(f"{library}.")]
