"""What each permission word of a merchant lets a person do, in human words: for the roles and the token page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.roles import Area

AREAS = (
    Area(
        _("Orders"),
        {
            "orders.view": _("See orders"),
            "orders.create": _("Create orders"),
            "orders.edit": _("Edit orders"),
            "orders.confirm": _("Confirm orders"),
            "orders.pack": _("Pack orders"),
            "orders.ship": _("Ship orders"),
            "orders.cancel": _("Cancel orders"),
            "orders.refund": _("Refund orders"),
            "orders.export": _("Export orders"),
            "shipments.view": _("See shipments"),
            "shipments.edit": _("Track and correct shipments"),
            "returns.view": _("See returns"),
            "returns.handle": _("Open, answer and receive returns"),
            "returns.settle": _("Settle returns and refund them"),
        },
    ),
    Area(
        _("Products and stock"),
        {
            "products.view": _("See products"),
            "products.create": _("Create products"),
            "products.edit": _("Edit products and prices"),
            "products.export": _("Export products"),
            "stock.view": _("See stock"),
            "stock.adjust": _("Adjust stock"),
            "stock.export": _("Export stock"),
            "stock.approve": _("Approve stock counts"),
            "warehouses.edit": _("Add and change warehouses"),
            "imports.run": _("Import files"),
        },
    ),
    Area(
        _("Buying"),
        {
            "suppliers.view": _("See suppliers and their prices"),
            "suppliers.edit": _("Add and change suppliers and their prices"),
            "purchasing.view": _("See purchase orders"),
            "purchasing.edit": _("Draft, send and cancel purchase orders"),
            "purchasing.receive": _("Receive goods from suppliers"),
        },
    ),
    Area(
        _("Customers"),
        {
            "customers.view": _("See customers"),
            "customers.create": _("Create customers"),
            "customers.edit": _("Edit customers and their consents"),
            "customers.export": _("Export customers"),
            "points.edit": _("Grant, take off and exchange points of customers"),
            "coupons.view": _("See coupons"),
            "coupons.edit": _("Give and withdraw coupons"),
        },
    ),
    Area(
        _("Reviews and complaints"),
        {
            "reviews.view": _("See reviews"),
            "reviews.create": _("Add reviews from other channels"),
            "reviews.reply": _("Reply to reviews"),
            "reviews.export": _("Export reviews"),
            "questions.view": _("See questions of buyers"),
            "questions.create": _("Enter questions of buyers"),
            "questions.answer": _("Answer questions of buyers"),
            "questions.export": _("Export questions of buyers"),
            "complaints.view": _("See complaints"),
            "complaints.create": _("Open complaints for buyers"),
            "complaints.answer": _("Answer complaints"),
            "complaints.export": _("Export complaints"),
        },
    ),
    Area(
        _("Figures and forecasts"),
        {
            "facts.view": _("See sales figures"),
            "facts.export": _("Export sales figures"),
            "forecasts.view": _("See forecasts"),
            "forecasts.run": _("Run forecasts"),
            "scenarios.view": _("Ask what would happen, and see scenarios"),
            "scenarios.edit": _("Save, share and delete scenarios, and plan price tests"),
            "scenarios.adopt": _("Adopt scenarios as plans"),
            "forecasts.override": _("State own figures beside forecasts"),
            "demand.edit": _("Set the terms things are ordered on"),
            "calendar.view": _("See the calendar and outside series"),
            "calendar.edit": _("Change the calendar and outside series"),
            "promotions.view": _("See promotions"),
            "promotions.edit": _("Plan promotions"),
        },
    ),
    Area(
        _("Notifications and mail"),
        {
            "notifications.view": _("See notifications"),
            "notifications.route": _("Set who looks after what and who is away"),
            "mail.view": _("See mail sent to buyers"),
            "mail.edit": _("Write the texts of mail, open blocked addresses"),
            "channels.edit": _("Set up notification channels"),
            "playbooks.view": _("See playbooks and what they did"),
            "playbooks.edit": _("Write playbooks and switch them on and off"),
        },
    ),
    Area(
        _("Shop and team"),
        {
            "shop.edit": _("Change shop settings"),
            "members.view": _("See the team"),
            "members.edit": _("Invite, change and remove members"),
            "tokens.view": _("See API tokens"),
            "tokens.edit": _("Create and revoke API tokens"),
            "activity.view": _("See the activity log"),
            "activity.export": _("Export the activity log"),
        },
    ),
)
