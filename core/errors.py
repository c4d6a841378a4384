"""The one way an action says no."""

from __future__ import annotations


class Refused(Exception):
    """A business rule said no.

    `message` is a translated sentence for the person who asked, `code` is for programs, `fields` names the inputs at
    fault with a sentence each. Pages turn it into a form error or a toast, the API into
    `{"error": {"code", "message", "fields"}}` with `status` (422, or 409 when somebody else was quicker).
    """

    def __init__(self, code: str, message: str, /, *, status: int = 422, **fields: str) -> None:
        super().__init__(str(message))
        self.code = code
        self.message = str(message)
        self.status = status
        self.fields = {name: str(sentence) for name, sentence in fields.items()}


class Transient(Exception):
    """Background work met a fault that time can heal; the job is tried again later."""


class Permanent(Exception):
    """Background work cannot succeed however often it is tried; the text is shown to a person."""
