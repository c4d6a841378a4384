"""Addresses of the buyers' mail pages, below /b/."""

from django.urls import path

from notifications.buyers import views

urlpatterns = [
    path("<str:token>/mail/", views.mail_choices, name="buyer-mail-choices"),
    path("<str:token>/points/exchange/", views.points_exchange, name="buyer-points-exchange"),
    path("<str:token>/mail/stop/<slug:purpose>/", views.mail_stop, name="buyer-mail-stop"),
]
