"""Where everything is."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from config import health, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    # Gone through from the top: what is asked for most comes first, but for orders/ship/, which would be a number.
    path("m/<slug:merchant>/", include("ecommerce.fulfilment.urls")),
    path("m/<slug:merchant>/orders/", include("ecommerce.orders.urls")),
    path("", include("ecommerce.catalog.urls")),
    path("", include("analytics.home.urls")),
    path("admin/", admin.site.urls),
    path("", include("accounts.activity.urls")),
    path("", include("accounts.batches.urls")),
    path("", include("accounts.members.urls")),
    path("", include("accounts.merchants.urls")),
    path("", include("accounts.operations.urls")),
    path("", include("accounts.people.urls")),
    path("", include("accounts.saved.urls")),
    path("", include("accounts.tokens.urls")),
    path("", include("analytics.accuracy.urls")),
    path("", include("analytics.forecasts.urls")),
    path("", include("analytics.scenarios.urls")),
    path("", include("analytics.demand.urls")),
    path("", include("analytics.markets.urls")),
    path("", include("analytics.promotions.urls")),
    path("", include("analytics.pricing.urls")),
    path("", include("analytics.quality.urls")),
    path("", include("analytics.lifecycle.urls")),
    path("", include("analytics.episodes.urls")),
    path("", include("analytics.restock.urls")),
    path("", include("analytics.holdings.urls")),
    path("api/v1/", include("config.api")),
    path("b/", include("ecommerce.buyers.urls")),
    path("b/", include("notifications.buyers.urls")),
    path("", include("ecommerce.coupons.urls")),
    path("", include("ecommerce.customers.urls")),
    path("", include("ecommerce.inventory.urls")),
    path("", include("ecommerce.imports.urls")),
    path("", include("ecommerce.loyalty.urls")),
    path("", include("ecommerce.purchasing.urls")),
    path("m/<slug:merchant>/complaints/", include("ecommerce.complaints.urls")),
    path("m/<slug:merchant>/", include("ecommerce.returns.urls")),
    path("m/<slug:merchant>/reviews/", include("ecommerce.reviews.urls")),
    path("m/<slug:merchant>/questions/", include("ecommerce.questions.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("m/<slug:merchant>/", include("ecommerce.buyers.shop_urls")),
    path("", include("analytics.calendar.urls")),
    path("metrics", health.metrics, name="metrics"),
    path("", include("notifications.announcements.urls")),
    path("", include("notifications.buyers.shop_urls")),
    path("", include("notifications.channels.urls")),
    path("", include("notifications.inbox.urls")),
    path("", include("notifications.routing.urls")),
    path("", include("notifications.staffbox.urls")),
    path("", include("notifications.usefulness.urls")),
    path("", include("notifications.texts.urls")),
    path("staff/complaints/", include("ecommerce.complaints.staff_urls")),
    path("staff/markets/", include("analytics.markets.staff_urls")),
    path("staff/reviews/", include("ecommerce.reviews.staff_urls")),
    path("", include("notifications.mail.urls")),
    path("", include("notifications.playbooks.urls")),
    path("readyz", health.readyz, name="readyz"),
]

handler429 = "accounts.people.views.too_many"
handler500 = "config.views.server_error"
