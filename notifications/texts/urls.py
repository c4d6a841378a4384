"""Addresses of the shop's letters: /m/<merchant>/settings/letters/."""

from __future__ import annotations

from django.urls import path

from notifications.texts import views

HERE = "m/<slug:merchant>/settings/letters/"

urlpatterns = [
    path(HERE, views.index, name="letters"),
    path(f"{HERE}from/", views.from_preview, name="letters-from"),
    path(f"{HERE}<slug:letter>/<slug:language>/", views.edit, name="letter-text"),
    path(f"{HERE}<slug:letter>/<slug:language>/preview/", views.preview, name="letter-preview"),
    path(f"{HERE}<slug:letter>/<slug:language>/use/", views.use, name="letter-use"),
]
