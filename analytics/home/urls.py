"""The address of a shop."""

from django.urls import path

from analytics.home import views

urlpatterns = [path("m/<slug:merchant>/", views.home, name="merchant-home")]
