"""The team of a shop, invitations, and the list of one's shops."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.members import actions
from accounts.members.forms import CUSTOM, InviteForm, NewPersonForm, RoleForm, RoleOnlyForm, role_choices
from accounts.members.models import BuiltInRole, Invitation, Membership, Role, words_of
from accounts.members.queries import invitation_by_secret, roles_made, team, waiting_invitations
from accounts.members.remarks import remark_rows, remarks_in
from accounts.people.models import User
from core import roles
from core.access import MerchantRequest, member_view, merchant_view, open_view
from core.errors import Refused
from core.forms import add_refusal
from core.htmx import done
from core.tenancy import tenant
from core.together import together


@merchant_view("members.view")
@require_safe
def index(request: MerchantRequest) -> HttpResponse:
    return _team_page(request)


def _team_page(request: MerchantRequest, form: InviteForm | None = None) -> HttpResponse:
    held, may_edit = request.membership.permissions, request.membership.may("members.edit")
    members: list[Any] = team()
    choices = role_choices(held)
    found = together(invitations=waiting_invitations(), **remark_rows())
    remarks = remarks_in(found)
    for member in members:
        member.remarks = remarks.get(member.pk, ())
        chosen = f"{CUSTOM}{member.custom_role_id}" if member.custom_role_id else member.role
        picker = None
        if may_edit:
            picker = RoleOnlyForm(initial={"role": chosen}, held=held, choices=choices, prefix=f"m{member.pk}")
        known = picker is not None and chosen in dict(choices)
        member.picker = picker if known and member.pk != request.membership.pk else None
    context = {
        "members": members,
        "invitations": found["invitations"],
        "form": form or InviteForm(held=held, choices=choices, initial={"role": BuiltInRole.ANALYST}),
        "may_edit": may_edit,
    }
    return render(request, "accounts/members/team.html", context, status=422 if form and form.is_bound else 200)


def _to_team(request: MerchantRequest, say: str) -> HttpResponse:
    return done(request, reverse("team", args=[request.merchant.slug]), say)


@merchant_view("members.edit")
@require_POST
def invite(request: MerchantRequest) -> HttpResponse:
    held = request.membership.permissions
    form = InviteForm(request.POST, held=held)
    if not form.is_valid():
        return _team_page(request, form)
    email = form.cleaned_data["email"]
    try:
        actions.invite(
            email=email, **form.cleaned_data["role"], held=held, invited_by=request.user, actor=request.actor
        )
    except Refused as no:
        add_refusal(form, no)
        return _team_page(request, form)
    return _to_team(request, _("%(email)s is invited.") % {"email": email})


@merchant_view("members.edit")
@require_POST
def send_again(request: MerchantRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation, pk=pk)
    actions.send_again(invitation, held=request.membership.permissions, actor=request.actor)
    return _to_team(request, _("A new link went to %(email)s; the old one stopped working.") % {"email": invitation})


@merchant_view("members.edit")
@require_POST
def withdraw(request: MerchantRequest, pk: int) -> HttpResponse:
    invitation = actions.withdraw(get_object_or_404(Invitation, pk=pk), actor=request.actor)
    return _to_team(request, _("The invitation to %(email)s is withdrawn.") % {"email": invitation})


@merchant_view("members.edit")
@require_POST
def change_role(request: MerchantRequest, pk: int) -> HttpResponse:
    member = get_object_or_404(Membership.objects.select_related("user"), pk=pk)
    held = request.membership.permissions
    form = RoleOnlyForm(request.POST, held=held, prefix=f"m{member.pk}")
    if not form.is_valid():
        raise Refused("role_unknown", _("Choose a role that may do no more than you may."))
    member = actions.change_role(member, **form.cleaned_data["role"], held=held, actor=request.actor)
    say = _("%(name)s now has the role %(role)s.") % {"name": member.user, "role": member.role_name}
    return _to_team(request, say)


@merchant_view("members.edit")
@require_POST
def remove(request: MerchantRequest, pk: int) -> HttpResponse:
    member = get_object_or_404(Membership.objects.select_related("user"), pk=pk)
    actions.remove_member(member, held=request.membership.permissions, actor=request.actor)
    return _to_team(request, _("%(name)s is off the team and has no access any more.") % {"name": member.user})


@member_view
@require_POST
def leave(request: MerchantRequest) -> HttpResponse:
    actions.leave(request.membership)
    return done(request, "shops", _("You left %(shop)s.") % {"shop": request.merchant.name})


@open_view("the secret in the link proves the mailbox; what it says is no secret to its owner")
@never_cache
@require_http_methods(["GET", "POST"])
def accept(request: Any, secret: str) -> HttpResponseBase:
    """Join with the account one is signed in to, or make one. An account that exists signs in first."""
    invitation = invitation_by_secret(secret)
    if invitation is None:
        return render(request, "accounts/members/invitation_over.html", {}, status=404)
    user = request.user if request.user.is_authenticated else None
    has_account = User.objects.filter(email__iexact=invitation.email).exists()
    form = None if user or has_account else NewPersonForm(request.POST or None)
    if request.method == "POST":
        if user is not None and user.email.lower() == invitation.email:
            return _join(request, invitation, user)
        if form is not None and form.is_valid():
            return _join_anew(request, invitation, form)
    context = {
        "invitation": invitation,
        "form": form,
        "is_other": user is not None and user.email.lower() != invitation.email,
        "sign_in": f"{reverse('account_login')}?next={request.path}",
    }
    bad = form is not None and form.is_bound
    return render(request, "accounts/members/invitation.html", context, status=422 if bad else 200)


def _join(request: Any, invitation: Invitation, user: User) -> HttpResponse:
    with tenant(invitation.merchant):
        actions.accept(invitation, user=user)
    return done(request, invitation.merchant, _("Welcome to %(shop)s.") % {"shop": invitation.merchant.name})


def _join_anew(request: Any, invitation: Invitation, form: NewPersonForm) -> HttpResponseBase:
    """Make the account, join and sign in: the link has proven the address."""
    with tenant(invitation.merchant):
        user = actions.accept_anew(
            invitation,
            name=form.cleaned_data["name"],
            password=form.cleaned_data["password"],
            language=get_language() or invitation.merchant.language,
        )
    record_authentication(request, user, method="invitation")
    return perform_login(request, Login(user=user, redirect_url=invitation.merchant.get_absolute_url()))


@merchant_view("members.view")
@require_safe
def roles_index(request: MerchantRequest) -> HttpResponse:
    """Every role of the shop, built in or made here, beside every right."""
    made = list(roles_made())
    columns = [
        *({"name": role.label, "words": words_of(role.value, None)} for role in BuiltInRole),
        *({"name": role.name, "words": words_of("", role), "role": role} for role in made),
    ]
    areas = [
        (area.label, [(label, [word in column["words"] for column in columns]) for word, label in area.words.items()])
        for area in roles.areas()
    ]
    context = {"columns": columns, "areas": areas, "made": made, "may_edit": request.membership.may("members.edit")}
    return render(request, "accounts/members/roles.html", context)


@merchant_view("members.edit")
@require_http_methods(["GET", "POST"])
def role_new(request: MerchantRequest) -> HttpResponse:
    return _role_form(request, None)


@merchant_view("members.edit")
@require_http_methods(["GET", "POST"])
def role_edit(request: MerchantRequest, pk: int) -> HttpResponse:
    return _role_form(request, get_object_or_404(Role, pk=pk))


def _role_form(request: MerchantRequest, role: Role | None) -> HttpResponse:
    held = request.membership.permissions
    initial = {"name": role.name, "permissions": role.permissions} if role else {}
    form = RoleForm(request.POST or None, initial=initial, held=held)
    to = reverse("roles", args=[request.merchant.slug])
    if request.method == "POST" and form.is_valid():
        try:
            if role is None:
                saved = actions.create_role(**form.cleaned_data, held=held, actor=request.actor)
            else:
                saved = actions.edit_role(role, **form.cleaned_data, held=held, actor=request.actor)
            return done(request, to, _("The role “%(name)s” is saved.") % {"name": saved.name})
        except Refused as no:
            add_refusal(form, no)
    context = {"form": form, "role": role, "back_url": to, "back_label": _("Roles")}
    return render(request, "accounts/members/role_form.html", context, status=422 if form.is_bound else 200)


@merchant_view("members.edit")
@require_POST
def role_delete(request: MerchantRequest, pk: int) -> HttpResponse:
    role = get_object_or_404(Role, pk=pk)
    actions.delete_role(role, held=request.membership.permissions, actor=request.actor)
    say = _("The role “%(name)s” is deleted.") % {"name": role.name}
    return done(request, reverse("roles", args=[request.merchant.slug]), say)
