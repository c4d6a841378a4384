"""What a shop says of its letters to buyers: /m/<merchant>/settings/buyer-letters/."""

from django.urls import path

from notifications.buyers import shopviews

HERE = "m/<slug:merchant>/settings/buyer-letters/"

urlpatterns = [
    path(HERE, shopviews.rules, name="letter-rules"),
    path(f"{HERE}log/", shopviews.notices, name="buyernotice-list"),
    path(f"{HERE}<slug:kind>/", shopviews.preview, name="buyer-letter-preview"),
    path(f"{HERE}<slug:kind>/html/", shopviews.preview_html, name="buyer-letter-html"),
]
