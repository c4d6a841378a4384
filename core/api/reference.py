"""The OpenAPI description of the API as plain values for a page: groups of operations, each with what goes in and out.

Only what this API uses of OpenAPI 3.1 is understood: references, objects, arrays, enumerations and unions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")
JSON = "application/json"
DEPTH = 4


@dataclass(frozen=True)
class Field:
    """A parameter, or a field of a body; `depth` is how deep it lies inside other fields."""

    name: str
    kind: str
    required: bool
    words: str
    values: tuple[str, ...] = ()
    depth: int = 0


@dataclass(frozen=True)
class Operation:
    anchor: str
    method: str
    path: str
    words: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    answer: tuple[Field, ...]
    status: str
    refusals: tuple[str, ...]
    call: str


@dataclass(frozen=True)
class Group:
    name: str
    operations: tuple[Operation, ...]


def curl(address: str, method: str = "GET", *, with_body: bool = False) -> str:
    """A call to copy into a shell, the token in a variable."""
    words = [f"curl {address}" if method == "GET" else f"curl -X {method} {address}"]
    words.append('-H "Authorization: Bearer $TOKEN"')
    if with_body:
        words += [f'-H "Content-Type: {JSON}"', "-d @body.json"]
    return " \\\n  ".join(words)


def groups(schema: dict[str, Any], base: str) -> list[Group]:
    """The operations of an OpenAPI 3.1 description by their first tag, in the order of their addresses.

    `base` is the server's address in the calls to copy.
    """
    found: dict[str, list[Operation]] = {}
    for path, methods in sorted(schema["paths"].items()):
        for method in METHODS:
            if method in methods:
                spec = methods[method]
                found.setdefault((spec.get("tags") or ["other"])[0], []).append(
                    _operation(schema, base, path, method, spec)
                )
    return [Group(name.replace("-", " "), tuple(operations)) for name, operations in sorted(found.items())]


def _operation(schema: dict[str, Any], base: str, path: str, method: str, spec: dict[str, Any]) -> Operation:
    responses = spec["responses"]
    body = tuple(_content(schema, spec.get("requestBody", {})))
    status = next((code for code in sorted(responses) if code.startswith("2")), "")
    return Operation(
        anchor=spec["operationId"],
        method=method.upper(),
        path=path,
        words=spec.get("description", ""),
        parameters=tuple(_parameter(schema, _resolve(schema, one)) for one in spec.get("parameters", [])),
        body=body,
        answer=tuple(_content(schema, _resolve(schema, responses[status]))) if status else (),
        status=status,
        refusals=tuple(code for code in sorted(responses) if code.startswith(("4", "5"))),
        call=curl(base + path, method.upper(), with_body=bool(body)),
    )


def _parameter(schema: dict[str, Any], spec: dict[str, Any]) -> Field:
    kind, values = _kind(schema, spec["schema"])
    # What follows an empty line is drf-spectacular's list of the values.
    words = spec.get("description", "").partition("\n\n")[0]
    place = "" if spec["in"] == "query" else f" ({spec['in']})"
    return Field(spec["name"], kind + place, spec.get("required", False), words, values)


def _content(schema: dict[str, Any], spec: dict[str, Any]) -> Iterator[Field]:
    content = spec.get("content", {})
    if JSON in content:
        yield from _fields(schema, content[JSON]["schema"], 0)


def _fields(schema: dict[str, Any], spec: dict[str, Any], depth: int) -> Iterator[Field]:
    """The fields of an object and of the objects inside it; of a list, those of its entries."""
    spec = _inner(schema, spec)
    required = set(spec.get("required", []))
    for name, raw in spec.get("properties", {}).items():
        kind, values = _kind(schema, raw)
        words = (raw.get("description") or _resolve(schema, raw).get("description", "")).partition("\n\n")[0]
        words = "" if words.startswith("* `") else words
        yield Field(name, kind, name in required, words, values, depth)
        if depth < DEPTH:
            yield from _fields(schema, raw, depth + 1)


def _inner(schema: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    spec = _resolve(schema, spec)
    while spec.get("type") == "array":
        spec = _resolve(schema, spec.get("items", {}))
    return spec


def _kind(schema: dict[str, Any], spec: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    """A type in words ("list of object", "decimal or null") and the values it may have, if they are named."""
    spec = _resolve(schema, spec)
    if "enum" in spec or "const" in spec:
        options = spec.get("enum", [spec.get("const")])
        return "string", tuple(str(value) for value in options if value not in ("", None))
    for union in ("oneOf", "anyOf"):
        if union in spec:
            kinds = [_kind(schema, option) for option in spec[union]]
            names = dict.fromkeys(kind for kind, _ in kinds)
            return " or ".join(names), tuple(value for _, values in kinds for value in values)
    named = spec.get("type", "object")
    if isinstance(named, list):
        return " or ".join(named), ()
    if named == "array":
        kind, values = _kind(schema, spec.get("items", {}))
        return f"list of {kind}", values
    return spec.get("format", named) if named == "string" else named, ()


def _resolve(schema: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    """The thing itself behind a `$ref`, also where it stands alone in `allOf`, as drf-spectacular writes it."""
    if len(spec.get("allOf", [])) == 1:
        spec = spec["allOf"][0]
    while "$ref" in spec:
        target: Any = schema
        for step in spec["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        spec = target
    return spec
