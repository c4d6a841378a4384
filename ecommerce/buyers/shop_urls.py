"""Addresses of what the shop sees of the buyers' pages, below /m/<merchant>/."""

from django.urls import path

from ecommerce.buyers import panels

urlpatterns = [
    path("orders/<str:number>/tracking-link/", panels.tracking_link, name="order-tracking-link"),
]
