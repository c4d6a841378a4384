"""Where everything is."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from config import health, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("b/", include("ecommerce.buyers.urls")),
    path("", include("ecommerce.imports.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("language/", views.set_language, name="set_language"),
    path("metrics", health.metrics, name="metrics"),
    path("readyz", health.readyz, name="readyz"),
]

handler500 = "config.views.server_error"
