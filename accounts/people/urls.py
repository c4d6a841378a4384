"""/account/…: sign-in, security and profile. allauth's views under its own URL names, each with its policy.

Left out on purpose: bare sign-up (accounts come from an application or an invitation) and changing the e-mail address.
"""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.urls import path, re_path
from django.views.generic import RedirectView

from accounts.people import views
from core.access import account_view, open_view

signing_in = open_view("signing in; attempts are counted")
by_mail = open_view("the secret in the link proves the mailbox")
says_nothing = open_view("says the same to everybody")

see_codes = account_view(codes.view_recovery_codes)
download_codes = account_view(codes.download_recovery_codes)
make_codes = account_view(codes.generate_recovery_codes)

urlpatterns = [
    path("account/", views.profile, name="account-profile"),
    path("account/again/", account_view(account.reauthenticate), name="account_reauthenticate"),
    path("account/again/code/", account_view(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("account/blocked/", says_nothing(account.account_inactive), name="account_inactive"),
    path("account/code/", signing_in(mfa.authenticate), name="mfa_authenticate"),
    path("account/confirm/", says_nothing(account.email_verification_sent), name="account_email_verification_sent"),
    re_path(r"^account/confirm/(?P<key>[-:\w]+)/$", by_mail(account.confirm_email), name="account_confirm_email"),
    path("account/language/", views.language, name="account-language"),
    path("account/password/", account_view(account.password_change), name="account_change_password"),
    path("account/password/forgotten/", says_nothing(account.password_reset), name="account_reset_password"),
    path("account/password/sent/", says_nothing(account.password_reset_done), name="account_reset_password_done"),
    path(
        "account/password/new/done/",
        says_nothing(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^account/password/new/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        by_mail(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("account/security/", views.security, name="account-security"),
    path("account/security/app/", account_view(totp.activate_totp), name="mfa_activate_totp"),
    path("account/security/app/off/", account_view(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("account/security/codes/", account_view(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "account/security/codes/file/", account_view(codes.download_recovery_codes), name="mfa_download_recovery_codes"
    ),
    path(
        "account/security/codes/new/", account_view(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"
    ),
    path(
        "account/security/factor/",
        account_view(RedirectView.as_view(pattern_name="account-security")),
        name="mfa_index",
    ),
    path("account/sessions/", views.sessions, name="usersessions_list"),
    path("account/sessions/others/end/", views.session_end_others, name="session-end-others"),
    path("account/sessions/<int:pk>/end/", views.session_end, name="session-end"),
    path("account/sign-in/", signing_in(account.login), name="account_login"),
    path("account/sign-out/", says_nothing(account.logout), name="account_logout"),
    path("account/theme/", views.theme, name="account-theme"),
]
