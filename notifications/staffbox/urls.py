"""Addresses of the staff's inbox."""

from django.urls import path

from notifications.staffbox import views

urlpatterns = [
    path("staff/inbox/", views.index, name="staff-inbox"),
    path("staff/inbox/count/", views.count, name="staff-inbox-count"),
    path("staff/inbox/<int:pk>/mark/", views.mark, name="staff-inbox-mark"),
]
