"""Addresses of the inbox."""

from django.urls import path

from notifications.inbox import views

urlpatterns = [
    path("m/<slug:merchant>/inbox/", views.index, name="inbox"),
    path("m/<slug:merchant>/inbox/count/", views.count, name="inbox-count"),
    path("m/<slug:merchant>/inbox/mark/", views.mark_rows, name="inbox-mark"),
    path("m/<slug:merchant>/settings/notifications/", views.preferences, name="notification-preferences"),
    path("stop/<str:token>/", views.stop, name="notification-stop"),
]
