"""Addresses of the staff's side of markets."""

from django.urls import path

from analytics.markets import workbench

urlpatterns = [
    path("", workbench.markets, name="staff-markets"),
    path("<int:pk>/", workbench.market, name="staff-market"),
    path("<int:pk>/competitor/", workbench.competitor, name="staff-market-competitor"),
    path("<int:pk>/observation/", workbench.observation, name="staff-market-observation"),
    path("<int:pk>/file/", workbench.sheet, name="staff-market-file"),
]
