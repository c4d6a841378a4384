"""The catalogues of the product's words: English in the code, Chinese in one catalogue per feature.

A catalogue ("group") is `locale/<group>/zh_Hans/LC_MESSAGES/django.po`. Python and templates of a feature share one,
so that whoever changes a feature finds its words in one place. Extraction needs no gettext tools: Babel reads the code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

LOCALE = "zh_Hans"
FEATURED = ("accounts", "ecommerce", "analytics", "notifications")
PLAIN = ("core", "config")
# Templates that replace a package's own pages belong to the feature that uses the package.
PACKAGE_PAGES = {
    "account": "accounts_people",
    "allauth": "accounts_people",
    "mfa": "accounts_people",
    "usersessions": "accounts_people",
    "admin": "config",
    "drf_spectacular": "config",
    "rest_framework": "config",
}
# Which argument is what: 1-based, "c" marks the context.
KEYWORDS: dict[str, tuple[int | tuple[int, int] | tuple[int, str], ...] | None] = {
    "_": (1,),
    "gettext": (1,),
    "gettext_lazy": (1,),
    "gettext_noop": (1,),
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
HEADER = f"""\
msgid ""
msgstr ""
"Language: {LOCALE}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
PLACEHOLDER = re.compile(r"%\((\w+)\)[#0\- +]*\d*(?:\.\d+)?[sdifgr]|%([sdifgr])|(?<![{])\{(\w*)\}(?![}])")
Key = tuple[str, str]


@dataclass
class Text:
    """One thing the product says, and the files that say it. `context` tells equal English words apart."""

    text: str
    plural: str = ""
    context: str = ""
    files: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def key(self) -> Key:
        return self.context, self.text

    def __str__(self) -> str:
        short = self.text if len(self.text) < 90 else self.text[:87] + "…"
        return f"“{short}”" + (f" ({self.context})" if self.context else "")


@dataclass
class Harvest:
    """Everything translatable in the source tree: group -> key -> text, and what cannot be translated as written."""

    groups: dict[str, dict[Key, Text]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def group_of(path: Path) -> str:
    """The catalogue of a source file, given relative to the project; "" for files without words of ours."""
    parts = path.parts
    if "migrations" in parts or len(parts) < 2:
        return ""
    if parts[0] == "templates":
        top, depth = parts[1], len(parts)
        if depth == 2 or top in ("core", "partials"):
            return "shell"
        if top in FEATURED:
            return f"{top}_{parts[2]}" if depth > 3 else top
        return PACKAGE_PAGES.get(top, "config" if top == "config" else "shell")
    if parts[0] in PLAIN:
        return parts[0]
    if parts[0] in FEATURED:
        return f"{parts[0]}_{parts[1]}" if len(parts) > 2 and parts[1] != "management" else parts[0]
    return ""


def sources(root: Path) -> Iterator[tuple[Path, str]]:
    """Every file that may hold words, relative to `root`, with its group; in a fixed order."""
    for folder in (*PLAIN, *FEATURED, "templates"):
        patterns = ("*.html", "*.txt", "*.xml", "*.json") if folder == "templates" else ("*.py",)
        for path in sorted(file for pattern in patterns for file in (root / folder).rglob(pattern)):
            relative = path.relative_to(root)
            if group := group_of(relative):
                yield relative, group


def _arguments(name: str, given: Sequence[str | None]) -> dict[str, str] | None:
    """The call's words by their role, or None where one is not a plain string."""
    found: dict[str, str] = {}
    roles = iter(("text", "plural"))
    for place in KEYWORDS[name] or ():
        role, index = ("context", place[0]) if isinstance(place, tuple) else (next(roles), place)
        word = given[index - 1] if index <= len(given) else None
        if word is None:
            return None
        found[role] = word
    return found if found["text"] else None


def texts_in_python(source: str) -> Iterator[tuple[int, str, dict[str, str] | None, list[str]]]:
    """Line, function name, words by role (None where they are computed) and translators' notes of each call."""
    code = BytesIO(source.encode())
    calls: Any = extract_python(code, KEYWORDS, ["Translators:"], {"encoding": "utf-8"})
    for line, name, values, notes in calls:
        if name:
            given = values if isinstance(values, tuple) else [values]
            yield line, name, _arguments(name, given), list(notes)


def texts_in_template(source: str) -> Iterator[tuple[int, str, dict[str, str] | None, list[str]]]:
    """The same for a template, by way of Django's own rewriting, so that the words are those it looks up later.

    Raises SyntaxError where a blocktranslate holds another block tag.
    """
    for number, line in enumerate(templatize(source).splitlines(), 1):
        if "_(" in line or "gettext(" in line:
            for _, name, words, notes in texts_in_python(line.strip()):
                yield number, name, words, notes


def harvest(root: Path) -> Harvest:
    """Read every source file under `root`."""
    found = Harvest()
    for path, group in sources(root):
        source = (root / path).read_text(encoding="utf-8")
        in_template = path.parts[0] == "templates"
        if not in_template and "gettext" not in source:
            continue
        try:
            calls = list(texts_in_template(source) if in_template else texts_in_python(source))
        except SyntaxError as error:
            found.faults.append(f"{path}: {error}")
            continue
        for line, name, words, notes in calls:
            where = f"{path}:{line}"
            if words is None:
                if name != "_" or in_template:
                    found.faults.append(f"{where}: {name}() needs plain strings, not computed ones")
                continue
            if in_template and name == "_" and "%" in words["text"]:
                found.faults.append(f"{where}: a per cent sign in _(…) is not found at run time: use translate")
            text = Text(words["text"], words.get("plural", ""), words.get("context", ""))
            known = found.groups.setdefault(group, {}).setdefault(text.key, text)
            if known.plural != text.plural:
                found.faults.append(f"{where}: {text} is used with two plurals, or with and without one")
            if str(path) not in known.files:
                known.files.append(str(path))
            known.notes.extend(note for note in notes if note not in known.notes)
    return found


def path_of(root: Path, group: str) -> Path:
    return root / "locale" / group / LOCALE / "LC_MESSAGES" / "django.po"


def read(path: Path) -> Catalog:
    """The catalogue in a .po file; empty where there is no file."""
    if not path.exists():
        return Catalog(locale=LOCALE)
    with path.open("rb") as file:
        return read_po(file, locale=LOCALE)


def read_all(root: Path) -> dict[str, Catalog]:
    return {path.parents[2].name: read(path) for path in sorted(root.glob(f"locale/*/{LOCALE}/LC_MESSAGES/django.po"))}


def translation_of(catalog: Catalog, text: Text) -> tuple[str, bool]:
    """The Chinese for a text ("" for none), and whether it is marked as a guess ("fuzzy")."""
    message = catalog.get(text.text, text.context or None)
    if message is None:
        return "", False
    return first(message.string), message.fuzzy


def update(root: Path) -> list[Path]:
    """Write every catalogue anew from the sources. Returns the files that changed.

    Translations are kept; a text that moved to another group takes its translation along; texts and groups that are
    used no more are dropped.
    """
    old = read_all(root)
    memory = {
        (message.context or "", first(message.id)): message
        for catalog in old.values()
        for message in catalog
        if message.id and first(message.string)
    }
    changed = []
    groups = harvest(root).groups
    for group, texts in groups.items():
        catalog = Catalog(locale=LOCALE)
        for text in texts.values():
            said, fuzzy = translation_of(old.get(group, catalog), text)
            if not said and (elsewhere := memory.get(text.key)):
                said, fuzzy = first(elsewhere.string), elsewhere.fuzzy
            catalog.add(
                (text.text, text.plural) if text.plural else text.text,
                (said,) if text.plural else said,
                locations=[(file, 0) for file in text.files],
                flags=["fuzzy"] if fuzzy else [],
                auto_comments=text.notes,
                context=text.context or None,
            )
        buffer = BytesIO()
        write_po(buffer, catalog, width=116, omit_header=True, include_lineno=False)
        content = HEADER.encode() + buffer.getvalue().strip() + b"\n"
        path = path_of(root, group)
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            changed.append(path)
    for group in old.keys() - groups.keys():
        path_of(root, group).unlink()
        changed.append(path_of(root, group))
    return changed


def first(words: str | Sequence[str] | None) -> str:
    """The only form of a text, or the first of several."""
    return words if isinstance(words, str) else "".join((words or ())[:1])


def placeholders(text: str) -> set[str]:
    """The names between %( and )s or { and }; positional ones by their letter."""
    return {name or letter or f"{{{brace}}}" for name, letter, brace in PLACEHOLDER.findall(text.replace("%%", ""))}


def problems(root: Path) -> list[str]:
    """What is wrong with the catalogues, one sentence each; empty when every text is well translated."""
    found = harvest(root)
    catalogs = read_all(root)
    said_as: dict[Key, dict[str, str]] = {}
    wrong = list(found.faults)
    for group, texts in sorted(found.groups.items()):
        catalog = catalogs.get(group, Catalog(locale=LOCALE))
        for text in texts.values():
            said, fuzzy = translation_of(catalog, text)
            where = f"{group}: {text}"
            if not said:
                wrong.append(f"{where} is not translated ({text.files[0]})")
                continue
            said_as.setdefault(text.key, {}).setdefault(said, group)
            if fuzzy:
                wrong.append(f"{where} is marked fuzzy")
            wanted = placeholders(text.plural or text.text)
            if placeholders(said) != wanted:
                wrong.append(f"{where}: placeholders {sorted(placeholders(said))} instead of {sorted(wanted)}")
            if said.startswith("\n") != text.text.startswith("\n") or said.endswith("\n") != text.text.endswith("\n"):
                wrong.append(f"{where}: line breaks at the edges differ")
    for key, ways in sorted(said_as.items()):
        if len(ways) > 1:
            both = ", ".join(f"“{said}” in {group}" for said, group in ways.items())
            wrong.append(f"“{key[1]}” is translated in more than one way: {both}")
    return wrong


def compile_all(root: Path) -> int:
    """Write the .mo beside each .po that is newer than it. Returns how many were written."""
    written = 0
    for po in sorted(root.glob(f"locale/*/{LOCALE}/LC_MESSAGES/django.po")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns:
            continue
        unfinished = mo.with_suffix(".mo.part")
        with unfinished.open("wb") as file:
            write_mo(file, read(po))
        unfinished.replace(mo)
        written += 1
    for mo in root.glob(f"locale/*/{LOCALE}/LC_MESSAGES/django.mo"):
        if not mo.with_suffix(".po").exists():
            mo.unlink()
    return written
