"""Addresses of the mails."""

from django.urls import path

from notifications.mail import suppressionviews, views

urlpatterns = [
    path("m/<slug:merchant>/settings/mail/", views.index, name="mail-list"),
    path("m/<slug:merchant>/settings/mail/blocked/", suppressionviews.index, name="suppression-list"),
    path("m/<slug:merchant>/settings/mail/<int:pk>/lift/", suppressionviews.lift_for_shop, name="mail-lift"),
    path("m/<slug:merchant>/settings/mail/<int:pk>/", views.detail, name="mail-detail"),
    path("m/<slug:merchant>/settings/mail/<int:pk>/html/", views.html, name="mail-html"),
    path("hooks/mail/<slug:provider>/", views.webhook, name="mail-webhook"),
    path("mailbox/", views.mailbox, name="mailbox"),
    path("mailbox/<int:pk>/", views.mailbox_mail, name="mailbox-mail"),
    path("mailbox/<int:pk>/html/", views.mailbox_html, name="mailbox-html"),
    path("staff/mail/", views.staff_index, name="staff-mail-list"),
    path("staff/mail/blocked/", suppressionviews.staff_index, name="staff-suppression-list"),
    path("staff/mail/blocked/<str:pk>/lift/", suppressionviews.staff_lift, name="staff-suppression-lift"),
    path("staff/mail/backlog/", views.staff_backlog, name="staff-mail-backlog"),
    path("staff/mail/<int:pk>/", views.staff_detail, name="staff-mail-detail"),
    path("staff/mail/<int:pk>/again/", views.again, name="staff-mail-again"),
    path("staff/mail/<int:pk>/html/", views.staff_html, name="staff-mail-html"),
]
