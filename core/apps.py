"""The app's registration with Django."""

from django.apps import AppConfig


class CoreApp(AppConfig):
    name = "core"
