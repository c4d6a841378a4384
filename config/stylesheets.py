"""Tabler's style sheet, cut down to what the product's pages use: a seventh of its size over the wire."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_CLASS = re.compile(r"\.(-?[_a-zA-Z](?:[\w-]|\\.)*)")
_NOT = re.compile(r":not\([^()]*\)")
_WORD = re.compile(r"[\w:/.-]+")
_USES = re.compile(r"var\(\s*(--[\w-]+)")
_DEFINES = re.compile(r"^\s*(--[\w-]+)\s*:")
_SEMICOLON = re.compile(r"""[;()]|"[^"]*"|'[^']*'""")
_STEP = re.compile(r"""[{}]|"[^"]*"|'[^']*'|url\([^)"']*\)""")
_GROUPS = ("@media", "@supports", "@layer", "@container")


@dataclass
class Rule:
    """A style rule, or a group of rules such as @media. `body` is the text between the braces of a rule."""

    head: str
    body: str = ""
    rules: list[Rule] = field(default_factory=list)

    @property
    def is_group(self) -> bool:
        return self.head.startswith(_GROUPS)

    def __str__(self) -> str:
        inside = "".join(map(str, self.rules)) if self.is_group else self.body
        return f"{self.head}{{{inside}}}"


def words_of(texts: Iterator[str]) -> set[str]:
    """Every word in templates and code: whatever could be the name of a class."""
    return {word for text in texts for word in _WORD.findall(text)}


def cut(sheet: str, words: set[str], own: str) -> str:
    """The rules of `sheet` whose classes are all among `words`, and the variables that these or `own` use."""
    rules = list(_kept(_parse(_COMMENT.sub("", sheet)), words))
    kept = "".join(map(str, rules))
    wanted = _variables(kept, set(_USES.findall(own)))
    return "".join(str(rule) for rule in _slim(rules, wanted))


def _parse(sheet: str) -> Iterator[Rule]:
    at = 0
    while (opening := sheet.find("{", at)) >= 0:
        head = sheet[at:opening].strip()
        while ";" in head and head.startswith("@"):  # statements without a body, such as @charset
            head = head.partition(";")[2].strip()
        end, depth = opening + 1, 1
        while depth:
            step = _STEP.search(sheet, end)
            assert step, f"unbalanced braces after {head}"
            depth += {"{": 1, "}": -1}.get(step[0], 0)
            end = step.end()
        body = sheet[opening + 1 : end - 1]
        rule = Rule(head, body)
        if rule.is_group:
            rule.rules = list(_parse(body))
        yield rule
        at = end


def _kept(rules: Iterator[Rule] | list[Rule], words: set[str]) -> Iterator[Rule]:
    for rule in rules:
        if rule.is_group:
            inside = list(_kept(rule.rules, words))
            if inside:
                yield Rule(rule.head, rules=inside)
        elif rule.head.startswith("@"):
            yield rule
        else:
            selectors = [selector for selector in _selectors(rule.head) if _fits(selector, words)]
            if selectors:
                yield Rule(",".join(selectors), rule.body)


def _selectors(head: str) -> Iterator[str]:
    """The parts of a selector list; commas inside brackets do not part it."""
    depth = start = 0
    for at, sign in enumerate(head):
        depth += {"(": 1, ")": -1, "[": 1, "]": -1}.get(sign, 0)
        if sign == "," and not depth:
            yield head[start:at]
            start = at + 1
    yield head[start:]


def _fits(selector: str, words: set[str]) -> bool:
    return all(name.replace("\\", "") in words for name in _CLASS.findall(_NOT.sub("", selector)))


def _variables(sheet: str, wanted: set[str]) -> set[str]:
    """The variables that rules use, directly or through other variables."""
    definitions: dict[str, set[str]] = {}
    found = set(wanted)
    for rule in _flat(list(_parse(sheet))):
        for line in _declarations(rule.body):
            uses = set(_USES.findall(line))
            if defined := _DEFINES.match(line):
                definitions.setdefault(defined[1], set()).update(uses)
            else:
                found |= uses
    queue = list(found)
    while queue:
        for name in definitions.get(queue.pop(), set()) - found:
            found.add(name)
            queue.append(name)
    return found


def _flat(rules: list[Rule]) -> Iterator[Rule]:
    for rule in rules:
        yield from _flat(rule.rules) if rule.is_group else [rule]


def _declarations(body: str) -> list[str]:
    """The declarations of a rule; a semicolon inside brackets or quotes (an embedded picture) does not part them."""
    parts, depth, start = [], 0, 0
    for step in _SEMICOLON.finditer(body):
        depth += {"(": 1, ")": -1}.get(step[0], 0)
        if step[0] == ";" and not depth:
            parts.append(body[start : step.start()])
            start = step.end()
    return [part for part in (*parts, body[start:]) if part.strip()]


def _slim(rules: list[Rule], wanted: set[str]) -> Iterator[Rule]:
    """The rules without variables that nothing uses, and without rules and animations that are empty for it."""
    named = " ".join(rule.body for rule in _flat(rules) if not rule.head.startswith("@"))
    for rule in rules:
        if rule.is_group:
            inside = list(_slim(rule.rules, wanted))
            if inside:
                yield Rule(rule.head, rules=inside)
        elif rule.head.startswith("@"):
            kind, _, name = rule.head.partition(" ")
            if not kind.endswith("keyframes") or re.search(rf"\b{re.escape(name)}\b", named):
                yield rule
        else:
            lines = [line.strip() for line in _declarations(rule.body) if _is_used(line, wanted)]
            if lines:
                yield Rule(rule.head, ";".join(lines))


def _is_used(declaration: str, wanted: set[str]) -> bool:
    defined = _DEFINES.match(declaration)
    return not defined or defined[1] in wanted
