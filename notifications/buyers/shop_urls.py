"""What a shop says of its letters to buyers: /m/<merchant>/settings/letters/."""

from django.urls import path

from notifications.buyers import shopviews

HERE = "m/<slug:merchant>/settings/letters/"

urlpatterns = [
    path(HERE, shopviews.rules, name="letter-rules"),
    path(f"{HERE}log/", shopviews.notices, name="buyernotice-list"),
    path(f"{HERE}<slug:kind>/", shopviews.preview, name="letter-preview"),
    path(f"{HERE}<slug:kind>/html/", shopviews.preview_html, name="letter-preview-html"),
]
