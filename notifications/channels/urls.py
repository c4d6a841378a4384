"""Notification channels: /m/<merchant>/settings/channels/."""

from __future__ import annotations

from django.urls import path

from notifications.channels import views

HERE = "m/<slug:merchant>/settings/channels/"

urlpatterns = [
    path(HERE, views.index, name="notice-channel-list"),
    path(f"{HERE}new/<slug:sender>/", views.new, name="notice-channel-new"),
    path(f"{HERE}deliveries/", views.deliveries, name="dispatch-list"),
    path(f"{HERE}deliveries/<int:pk>/again/", views.again, name="dispatch-again"),
    path(f"{HERE}<int:pk>/", views.edit, name="notice-channel-edit"),
    path(f"{HERE}<int:pk>/secret/", views.secret, name="notice-channel-secret"),
    path(f"{HERE}<int:pk>/test/", views.test, name="notice-channel-test"),
    path(f"{HERE}<int:pk>/pause/", views.pause, name="notice-channel-pause"),
    path(f"{HERE}<int:pk>/resume/", views.resume, name="notice-channel-resume"),
    path(f"{HERE}<int:pk>/remove/", views.remove, name="notice-channel-remove"),
]
