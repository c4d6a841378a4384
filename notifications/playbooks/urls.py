"""Playbooks: /m/<merchant>/playbooks/."""

from __future__ import annotations

from django.urls import path

from notifications.playbooks import views

HERE = "m/<slug:merchant>/playbooks/"

urlpatterns = [
    path(HERE, views.index, name="playbook-list"),
    path(f"{HERE}new/", views.new, name="playbook-new"),
    path(f"{HERE}runs/", views.runs, name="firing-list"),
    path(f"{HERE}runs/<int:pk>/", views.run, name="firing-detail"),
    path(f"{HERE}runs/undo/<int:pk>/", views.undo, name="stepoutcome-undo"),
    path(f"{HERE}<int:pk>/", views.detail, name="playbook-detail"),
    path(f"{HERE}<int:pk>/edit/", views.edit, name="playbook-edit"),
    path(f"{HERE}<int:pk>/dry-run/", views.dry, name="playbook-dry-run"),
    path(f"{HERE}<int:pk>/switch/", views.switch, name="playbook-switch"),
    path(f"{HERE}<int:pk>/remove/", views.remove, name="playbook-remove"),
    path(f"{HERE}<int:pk>/restore/", views.restore, name="playbook-restore"),
]
