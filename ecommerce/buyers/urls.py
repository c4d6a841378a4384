"""Addresses of the buyers' pages, below /b/."""

from django.urls import path

from ecommerce.buyers import views

urlpatterns = [path("<str:token>/", views.track, name="buyer-track")]
