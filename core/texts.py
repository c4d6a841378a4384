"""Text out of files that people upload."""

from __future__ import annotations

ENCODINGS = ("utf-8-sig", "gb18030")  # as browsers and spreadsheets save it; GB18030 is that of Chinese Windows


def decoded(content: bytes) -> str | None:
    """The text of a file in UTF-8 or GB18030, None where it is no text in either."""
    if b"\0" in content:
        return None
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
