"""What is typed about mails."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class LiftForm(forms.Form):
    reason = forms.CharField(
        label=_("Why the address takes mail again"),
        min_length=5,
        max_length=200,
        help_text=_(
            "Such as: the buyer called and has room in the mailbox again. It stands in the activity log, so leave "
            "names and addresses out."
        ),
    )
