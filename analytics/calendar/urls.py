"""Addresses of the calendar and of outside series."""

from django.urls import path

from analytics.calendar import outside_views, views

SHOP = "m/<slug:merchant>/calendar/"
SERIES = "m/<slug:merchant>/outside-series/"

urlpatterns = [
    path(SHOP, views.index, name="calendar"),
    path(f"{SHOP}festivals/", views.switch, name="calendar-switch"),
    path(f"{SHOP}new/", views.new, name="ownevent-new"),
    path(f"{SHOP}import/", views.from_file, name="ownevent-import"),
    path(f"{SHOP}export.csv", views.export, name="ownevent-export"),
    path(f"{SHOP}calendar.ics", views.ics, name="ownevent-ics"),
    path(f"{SHOP}<int:pk>/", views.edit, name="ownevent-edit"),
    path(f"{SHOP}<int:pk>/delete/", views.delete, name="ownevent-delete"),
    path(SERIES, outside_views.index, name="outsideseries-list"),
    path(f"{SERIES}new/", outside_views.new, name="outsideseries-new"),
    path(f"{SERIES}<int:pk>/", outside_views.detail, name="outsideseries-detail"),
    path(f"{SERIES}<int:pk>/edit/", outside_views.edit, name="outsideseries-edit"),
    path(f"{SERIES}<int:pk>/upload/", outside_views.upload, name="outsideseries-upload"),
    path(f"{SERIES}<int:pk>/export.csv", outside_views.export, name="outsideseries-export"),
    path(f"{SERIES}uploads/<int:pk>/refused.csv", outside_views.bad_rows, name="outsideupload-rows"),
]
