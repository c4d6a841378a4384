"""The activity log: /m/<merchant>/settings/audit/, and /staff/activity/ across shops."""

from __future__ import annotations

from django.urls import path

from accounts.activity import views

urlpatterns = [
    path("m/<slug:merchant>/settings/audit/", views.index, name="activity-list"),
    path("m/<slug:merchant>/settings/audit/export.csv", views.export, name="activity-export"),
    path("staff/activity/", views.staff_index, name="staff-activity"),
    path("staff/activity/export.csv", views.staff_export, name="staff-activity-export"),
]
