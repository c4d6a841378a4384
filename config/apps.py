"""The composition root: fills the tables that lower apps only declare."""

from django.apps import AppConfig


class ConfigApp(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config.roles import MERCHANT_ROLES, STAFF_ROLES
        from core import roles

        roles.define(merchant=MERCHANT_ROLES, staff=STAFF_ROLES)
