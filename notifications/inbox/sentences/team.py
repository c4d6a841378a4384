"""What is said of the team, imports, bulk actions, the shop and security."""

from __future__ import annotations

from django.conf import settings
from django.utils import formats
from django.utils.translation import gettext, ngettext

from accounts.members.models import BuiltInRole
from accounts.merchants.models import Merchant
from notifications.inbox.sentences import Params, Words, moment
from notifications.texts.catalogue import WRITABLE


def member_invited(p: Params) -> Words:
    values = {"by": p["by"], "role": _role(p["role"])}
    return (
        gettext("%(by)s invited somebody to the team") % values,
        gettext("As %(role)s. The invitation is open for two weeks.") % values,
    )


def member_joined(p: Params) -> Words:
    values = {"name": p["name"], "role": _role(p["role"])}
    return gettext("%(name)s joined the team") % values, gettext("As %(role)s.") % values


def sign_in(p: Params) -> Words:
    values = {"device": p["device"], "at": moment(p["at"])}
    return (
        gettext("New sign-in to your account"),
        gettext("%(device)s, %(at)s. If this was not you, end that session and change your password.") % values,
    )


_SECURITY = {
    "people.password_changed": lambda: gettext("Your password was changed"),
    "people.second_factor_on": lambda: gettext("Your second factor was turned on"),
    "people.second_factor_off": lambda: gettext("Your second factor was turned off"),
    "people.recovery_codes_made": lambda: gettext("New recovery codes were made for your account"),
}


def security_changed(p: Params) -> Words:
    title = _SECURITY[p["what"]]()
    body = gettext("%(at)s. If this was not you, reset your password at once.")
    return title, body % {"at": moment(p["at"])}


def token_created(p: Params) -> Words:
    values = {"name": p["name"], "by": p["by"]}
    return (
        gettext("API token “%(name)s” was created") % values,
        gettext("By %(by)s. Whoever has it may do what its scopes allow; revoke it if nobody needs it.") % values,
    )


def import_finished(p: Params) -> Words:
    values = {
        "file": p["file"],
        "created": formats.number_format(p["created"], force_grouping=True),
        "updated": formats.number_format(p["updated"], force_grouping=True),
        "bad": formats.number_format(p["bad"], force_grouping=True),
    }
    if p["failed"]:
        return gettext("The import of %(file)s failed") % values, gettext("Nothing was changed. See what went wrong.")
    if p.get("of") == "prices":
        body = gettext("Prices set: %(created)s. Rows left out: %(bad)s.")
    else:
        body = gettext("Orders: %(created)s new, %(updated)s brought up to date. Rows left out: %(bad)s.")
    return gettext("The import of %(file)s is finished") % values, body % values


def _role(name: str) -> str:
    return str(dict(BuiltInRole.choices).get(name, name))


def batch_refused(p: Params) -> Words:
    values = {"refused": p["refused"], "done": formats.number_format(p["done"], force_grouping=True)}
    title = ngettext("A bulk action left %(refused)d row out", "A bulk action left %(refused)d rows out", p["refused"])
    return title % values, gettext("Done: %(done)s. Each row that was left out says why.") % values


def member_role(p: Params) -> Words:
    values = {"name": p["name"], "role": _role(p["role"]), "by": p["by"]}
    return gettext("%(name)s is %(role)s now") % values, gettext("Changed by %(by)s.") % values


def member_left(p: Params) -> Words:
    values = {"name": p["name"], "by": p["by"]}
    if p["left"]:
        return gettext("%(name)s left the team") % values, gettext("Their access ended at once.")
    title = gettext("%(name)s was taken out of the team")
    return title % values, gettext("By %(by)s. Their access ended at once.") % values


def shop_approved(p: Params) -> Words:
    return gettext("%(shop)s was approved") % p, gettext("You can sell now. Look through the settings first.")


def shop_state(p: Params) -> Words:
    bodies = {
        Merchant.State.RESTRICTED: gettext("New products and imports must wait."),
        Merchant.State.SUSPENDED: gettext("Nothing is sold until this is settled with the platform."),
        Merchant.State.ACTIVE: gettext("Everything works again."),
    }
    values = {"shop": p["shop"], "state": str(dict(Merchant.State.choices).get(p["new"], p["new"])), "why": p["why"]}
    body = bodies.get(p["new"], "")
    if p["why"]:
        body = gettext("%(why)s. %(meaning)s") % {"why": p["why"].rstrip(".。"), "meaning": body}
    return gettext("%(shop)s: the platform set it to “%(state)s”") % values, body


def token_revoked(p: Params) -> Words:
    bodies = {
        "creator_left": gettext("Whoever made it is no longer in the team. What used it needs a new one."),
        "leaked": gettext("It was found where everybody can read it. What used it needs a new one."),
    }
    body = bodies.get(p["why"]) or gettext("By %(by)s. What used it needs a new one.") % {"by": p["by"]}
    return gettext("API token “%(name)s” was revoked") % {"name": p["name"]}, body


def token_expiring(p: Params) -> Words:
    values = {"name": p["name"], "day": moment(p["at"])}
    return (
        gettext("API token “%(name)s” ends on %(day)s") % values,
        gettext("Replace it before, or what uses it stops working.") % values,
    )


def letter_broken(p: Params) -> Words:
    letter = WRITABLE.get(p["letter"])
    name = str(letter.label) if letter else p["letter"]
    language = str(dict(settings.LANGUAGES).get(p["language"], p["language"]))
    reader = gettext("Suppliers get our text in place of yours: %(letter)s")
    if letter is None or not letter.for_suppliers:
        reader = gettext("Buyers get our text in place of yours: %(letter)s")
    return (
        reader % {"letter": name},
        gettext("In your %(language)s text the placeholder %(placeholder)s has no value any more.")
        % {"language": language, "placeholder": "{" + p["placeholder"] + "}"},
    )


def channel_broken(p: Params) -> Words:
    bodies = {
        "gone": gettext("Its address answered that it is gone for good. Give it another one and switch it on."),
        "unreadable": gettext("Its address can no longer be decrypted. Type it again and switch it on."),
    }
    body = bodies.get(p["why"]) or gettext("Every delivery of five days failed. Mend the other side and switch it on.")
    return gettext("Nothing is sent to the channel “%(name)s” any more") % {"name": p["name"]}, body
