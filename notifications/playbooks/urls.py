"""Playbooks: /m/<merchant>/playbooks/, and the staff's templates: /staff/playbooks/."""

from __future__ import annotations

from django.urls import path

from notifications.playbooks import staff_views, views

HERE = "m/<slug:merchant>/playbooks/"
STAFF = "staff/playbooks/"

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
    path(STAFF, staff_views.index, name="staff-playbook-templates"),
    path(f"{STAFF}new/", staff_views.new, name="staff-playbook-template-new"),
    path(f"{STAFF}<int:pk>/", staff_views.edit, name="staff-playbook-template-edit"),
    path(f"{STAFF}<int:pk>/offer/", staff_views.offer, name="staff-playbook-template-offer"),
    path(f"{STAFF}<int:pk>/take-off/", staff_views.take_off, name="staff-playbook-template-take-off"),
]
