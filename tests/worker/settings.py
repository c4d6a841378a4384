"""The product's settings with the misbehaving tasks installed and one job on the schedule."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.worker"]
