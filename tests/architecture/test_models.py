"""Rows: who owns them, and which way they point."""

from __future__ import annotations

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command

from core.tenancy import TenantManager, TenantModel
from tests.architecture.house import APPS, FEATURES, feature_of, none_of

# Rows that belong to no single merchant, each with the reason.
PLATFORM = {
    "accounts.User": "a person may work for several merchants",
    "accounts.Merchant": "the tenant itself",
    "accounts.ActivitySeal": "one chain over the entries of all merchants",
    "accounts.KnownDevice": "where a person signs in from is theirs, not a shop's",
    "accounts.FailedAttempts": "counted before anybody is known",
    "accounts.Job": "workers take jobs of all merchants; pages filter by merchant",
    "accounts.Heartbeat": "the machinery's own pulse",
    "accounts.RateCount": "counts calls before the caller is known",
    "accounts.PeriodicMark": "the clock moves the marks of all merchants; pages show sums",
    "notifications.Suppression": "an address that takes no mail takes none from any merchant",
    "notifications.ServerPause": "the one mail server of the platform",
    "notifications.Announcement": "the platform tells the members of all merchants",
    "notifications.PlaybookTemplate": "staff write it, shops take copies",
    "notifications.StaffAbsence": "the platform's own people",
    "notifications.StaffChoice": "what one of the staff wants to be told, of all merchants",
    "notifications.StaffEscalation": "what staff did not open, of all merchants",
    "notifications.StaffNotice": "what staff are told, of all merchants",
    "notifications.MailTimes": "the hours of a person, who may work for several merchants",
    "analytics.Market": "a market is made of many merchants' sales; analytics.markets.rules.view_of says who sees what",
    "analytics.Player": "part of a market",
    "analytics.PlayerWeek": "part of a market",
    "analytics.Observation": "outside competitors are nobody's own",
    "analytics.ShareRun": "one forecast for all players of a market",
    "analytics.ShareForecast": "part of a share run",
    "analytics.ShareScore": "part of a share run",
    "analytics.ShareState": "part of a share run",
    "ecommerce.Category": "one category tree for the whole platform",
    "ecommerce.CategoryAttribute": "part of the category tree",
}


def our_models():
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in APPS]


def test_every_row_belongs_to_a_merchant_or_says_why_not():
    bare = {
        model._meta.label
        for model in our_models()
        if not issubclass(model, TenantModel)
        and not (model._meta.auto_created and model._meta.auto_created._meta.label in PLATFORM)
    }
    assert bare <= set(PLATFORM), f"derive from TenantModel or give a reason in {__name__}: {bare - set(PLATFORM)}"


@pytest.mark.parametrize("model", [model for model in our_models() if issubclass(model, TenantModel)], ids=str)
def test_every_door_to_a_merchants_rows_is_guarded(model):
    unguarded = [manager.name for manager in model._meta.managers if not isinstance(manager, TenantManager)]
    none_of(unguarded)
    assert isinstance(model._default_manager, TenantManager)


def test_foreign_keys_do_not_climb():
    """Between apps and, but for the tenant and the person, between features of an app."""
    climbing = []
    for model in our_models():
        app, mine = feature_of(model.__module__)
        for field in model._meta.get_fields():
            target = field.related_model if field.concrete and field.is_relation else None
            if target is None or isinstance(target, str) or target._meta.app_label not in APPS:
                continue
            other_app, theirs = feature_of(target.__module__)
            where = f"{model._meta.label}.{field.name} -> {target._meta.label}"
            if APPS.index(other_app) > APPS.index(app):
                climbing.append(where)
            elif app == other_app and target._meta.label not in ("accounts.Merchant", "accounts.User"):
                order = FEATURES[app]
                if mine in order and theirs in order and order.index(theirs) > order.index(mine):
                    climbing.append(where)
    none_of(climbing)


@pytest.mark.django_db
def test_no_migration_is_missing():
    out = StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=out, stderr=out)
    except SystemExit:
        pytest.fail(f"run manage.py makemigrations: {out.getvalue()}")
