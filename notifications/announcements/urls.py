"""Addresses of the staff's notices to members."""

from django.urls import path

from notifications.announcements import views

urlpatterns = [
    path("staff/announcements/", views.index, name="staff-announcements"),
    path("staff/announcements/new/", views.new, name="staff-announcement-new"),
    path("staff/announcements/<int:pk>/", views.detail, name="staff-announcement"),
    path("staff/announcements/<int:pk>/edit/", views.edit, name="staff-announcement-edit"),
    path("staff/announcements/<int:pk>/send/", views.send, name="staff-announcement-send"),
    path("staff/announcements/<int:pk>/withdraw/", views.take_back, name="staff-announcement-withdraw"),
    path("staff/announcements/<int:pk>/discard/", views.throw_away, name="staff-announcement-discard"),
]
