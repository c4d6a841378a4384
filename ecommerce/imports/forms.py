"""The forms of the import wizard."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from core.errors import Refused
from ecommerce.imports.formats import FORMATS, GENERIC_FORMAT
from ecommerce.imports.models import ImportRun
from ecommerce.imports.reading import check_size
from ecommerce.orders.models import Channel


class UploadForm(forms.Form):
    """One file of orders or prices."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX, at most 10 MB and 50,000 rows, in UTF-8 or GB18030."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
        error_messages={"empty": _("The file is empty. Export it again and upload the new file.")},
    )

    def clean_file(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["file"]
        try:
            check_size(upload.size or 0)
        except Refused as refusal:
            raise forms.ValidationError(refusal.message, refusal.code) from refusal
        return upload


class MappingForm(forms.Form):
    """Which of its columns is which of our fields; of orders also which format and channel the file has."""

    format = forms.ChoiceField(label=_("Format"))
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices)

    def __init__(self, *args: Any, header: list[str], run: ImportRun, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if run.is_price_list:
            del self.fields["format"], self.fields["channel"]
        else:
            self.fields["format"].choices = [(known.key, known.label) for known in (*FORMATS, GENERIC_FORMAT)]  # type: ignore[attr-defined]
        columns = [("", _("Not in the file")), *((head, head) for head in dict.fromkeys(header) if head)]
        for name, label in run.fields.items():
            self.fields[f"map_{name}"] = forms.ChoiceField(
                label=label, choices=columns, required=name in run.required, initial=run.mapping.get(name, "")
            )

    @property
    def columns(self) -> list[forms.BoundField]:
        """The fields that choose a column."""
        return [self[name] for name in self.fields if name.startswith("map_")]

    @property
    def about(self) -> list[forms.BoundField]:
        """The fields before those."""
        return [self[name] for name in self.fields if not name.startswith("map_")]

    @property
    def mapping(self) -> dict[str, str]:
        """Our field -> column, as chosen."""
        return {
            name.removeprefix("map_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("map_") and value
        }
