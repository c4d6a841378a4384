"""The team: /m/<merchant>/settings/team/ and roles/; invitations come by mail."""

from __future__ import annotations

from django.urls import path

from accounts.members import views

urlpatterns = [
    path("invitation/<str:secret>/", views.accept, name="invitation-accept"),
    path("m/<slug:merchant>/settings/roles/", views.roles_index, name="roles"),
    path("m/<slug:merchant>/settings/roles/new/", views.role_new, name="role-new"),
    path("m/<slug:merchant>/settings/roles/<int:pk>/", views.role_edit, name="role-edit"),
    path("m/<slug:merchant>/settings/roles/<int:pk>/delete/", views.role_delete, name="role-delete"),
    path("m/<slug:merchant>/settings/team/", views.index, name="team"),
    path("m/<slug:merchant>/settings/team/invite/", views.invite, name="member-invite"),
    path("m/<slug:merchant>/settings/team/invitations/<int:pk>/again/", views.send_again, name="invitation-send-again"),
    path("m/<slug:merchant>/settings/team/invitations/<int:pk>/withdraw/", views.withdraw, name="invitation-withdraw"),
    path("m/<slug:merchant>/settings/team/leave/", views.leave, name="member-leave"),
    path("m/<slug:merchant>/settings/team/<int:pk>/remove/", views.remove, name="member-remove"),
    path("m/<slug:merchant>/settings/team/<int:pk>/role/", views.change_role, name="member-role"),
]
