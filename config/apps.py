"""The composition root: fills the tables that lower apps only declare."""

from django.apps import AppConfig

from config.permissions import AREAS
from config.roles import MERCHANT_ROLES, STAFF_ROLES, WITHHELD_WHILE_RESTRICTED
from core import roles


class ConfigApp(AppConfig):
    name = "config"

    def ready(self) -> None:
        roles.define(merchant=MERCHANT_ROLES, staff=STAFF_ROLES, areas=AREAS, withheld=WITHHELD_WHILE_RESTRICTED)
