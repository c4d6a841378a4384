"""Who is told of what, and in whose place: /m/<merchant>/settings/team/care/ and away/, and /staff/away/."""

from __future__ import annotations

from django.urls import path

from notifications.routing import absenceviews, staffviews, views

HERE = "m/<slug:merchant>/settings/team/"

urlpatterns = [
    path(f"{HERE}away/", absenceviews.index, name="absence-list"),
    path(f"{HERE}away/new/", absenceviews.new, name="absence-new"),
    path(f"{HERE}away/<int:pk>/", absenceviews.edit, name="absence-edit"),
    path(f"{HERE}away/<int:pk>/remove/", absenceviews.remove, name="absence-remove"),
    path("staff/away/", staffviews.index, name="staff-absences"),
    path("staff/away/new/", staffviews.new, name="staff-absence-new"),
    path("staff/away/<int:pk>/", staffviews.edit, name="staff-absence-edit"),
    path("staff/away/<int:pk>/remove/", staffviews.remove, name="staff-absence-remove"),
    path(f"{HERE}care/", views.care_index, name="care-list"),
    path(f"{HERE}care/new/", views.care_new, name="care-new"),
    path(f"{HERE}care/<int:pk>/remove/", views.care_remove, name="care-remove"),
]
