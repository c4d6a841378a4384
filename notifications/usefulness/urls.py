"""Was it useful? /m/<merchant>/settings/notifications/use/ and /staff/notifications/."""

from __future__ import annotations

from django.urls import path

from notifications.usefulness import views

urlpatterns = [
    path("m/<slug:merchant>/settings/notifications/use/", views.shop, name="notification-use"),
    path("m/<slug:merchant>/settings/notifications/idle/", views.idle, name="notification-idle"),
    path("m/<slug:merchant>/settings/notifications/mute/", views.mute_kind, name="notification-mute"),
    path("staff/notifications/", views.platform, name="staff-notification-kinds"),
]
