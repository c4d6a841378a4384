"""The product's settings with the misbehaving tasks installed and nothing scheduled."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.worker"]
