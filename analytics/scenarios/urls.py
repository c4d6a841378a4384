"""Addresses of scenarios and of the tools beside them."""

from django.urls import path

from analytics.scenarios.views import saved, simulator, tools

PLACE = "m/<slug:merchant>/scenarios"

urlpatterns = [
    path(f"{PLACE}/", saved.index, name="scenario-list"),
    path(f"{PLACE}/simulator/", simulator.simulator, name="scenario-simulator"),
    path(f"{PLACE}/save/", simulator.save, name="scenario-save"),
    path(f"{PLACE}/compare/", saved.compare, name="scenario-compare"),
    path(f"{PLACE}/explorer/", tools.explorer, name="scenario-explorer"),
    path(f"{PLACE}/advertising/", tools.advertising, name="scenario-advertising"),
    path(f"{PLACE}/price-tests/", tools.tests, name="price-test-list"),
    path(f"{PLACE}/price-tests/new/", tools.new_test, name="price-test-new"),
    path(f"{PLACE}/price-tests/<int:pk>/", tools.test_detail, name="price-test-detail"),
    path(f"{PLACE}/price-tests/<int:pk>/schedule.csv", tools.test_schedule, name="price-test-schedule"),
    path(f"{PLACE}/links/<int:pk>/revoke/", saved.revoke, name="scenario-link-revoke"),
    path(f"{PLACE}/<int:pk>/", saved.detail, name="scenario-detail"),
    path(f"{PLACE}/<int:pk>/edit/", saved.edit, name="scenario-edit"),
    path(f"{PLACE}/<int:pk>/delete/", saved.delete, name="scenario-delete"),
    path(f"{PLACE}/<int:pk>/ask-again/", saved.again, name="scenario-ask-again"),
    path(f"{PLACE}/<int:pk>/adopt/", saved.adopt, name="scenario-adopt"),
    path(f"{PLACE}/<int:pk>/share/", saved.share, name="scenario-share"),
    path("scenarios/shared/<str:token>/", saved.shared, name="scenario-shared"),
]
