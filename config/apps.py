"""The composition root: fills the tables that lower apps only declare."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig

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


class AdminApp(AdminConfig):
    """Django's admin, behind our own sign-in."""

    default_site = "accounts.people.backoffice.Site"
