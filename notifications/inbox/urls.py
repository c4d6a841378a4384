"""Addresses of the inbox."""

from django.urls import path

from notifications.inbox import noteviews, shopsviews, views

urlpatterns = [
    path("m/<slug:merchant>/inbox/", views.index, name="inbox"),
    path("m/<slug:merchant>/inbox/count/", views.count, name="inbox-count"),
    path("m/<slug:merchant>/inbox/mark/", views.mark_rows, name="inbox-mark"),
    path("m/<slug:merchant>/inbox/<int:pk>/", noteviews.detail, name="notification-detail"),
    path("m/<slug:merchant>/inbox/<int:pk>/do/", noteviews.do, name="notification-do"),
    path("inbox/", shopsviews.index, name="inbox-everywhere"),
    path("inbox/to/", shopsviews.follow, name="inbox-follow"),
    path("inbox/count/", shopsviews.count, name="inbox-everywhere-count"),
    path("inbox/mark/", shopsviews.mark_rows, name="inbox-everywhere-mark"),
    path("m/<slug:merchant>/settings/notifications/", views.preferences, name="notification-preferences"),
    path("stop/<str:token>/", views.stop, name="notification-stop"),
]
