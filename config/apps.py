"""The composition root: fills the tables that lower apps only declare."""

from django.apps import AppConfig

from config import checks  # noqa: F401  the import registers them
from config.permissions import AREAS
from config.roles import MERCHANT_ROLES, STAFF_ROLES, WITHHELD_WHILE_RESTRICTED
from core import roles, schedule


class ConfigApp(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config.schedule import SCHEDULE  # the tasks it names need the models

        roles.define(merchant=MERCHANT_ROLES, staff=STAFF_ROLES, areas=AREAS, withheld=WITHHELD_WHILE_RESTRICTED)
        schedule.define(SCHEDULE)
