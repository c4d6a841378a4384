"""Addresses of the staff's inbox."""

from django.urls import path

from notifications.staffbox import views

urlpatterns = [
    path("staff/inbox/", views.index, name="staff-inbox"),
    path("staff/inbox/count/", views.count, name="staff-inbox-count"),
    path("staff/inbox/mark/", views.mark_rows, name="staff-inbox-mark"),
    path("staff/inbox/choices/", views.preferences, name="staff-inbox-choices"),
    path("staff/inbox/<int:pk>/", views.detail, name="staff-notice"),
    path("staff/inbox/<int:pk>/do/", views.do, name="staff-notice-do"),
    path("stop/staff/<str:token>/", views.stop, name="staff-stop"),
]
