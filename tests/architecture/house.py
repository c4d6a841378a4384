"""The order of the house, as tables. A new app, feature or shelf is put in its place here.

Imports and foreign keys go down only: from a later entry to an earlier one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

APPS = ("core", "accounts", "ecommerce", "analytics", "notifications", "config")

# Features of each app, low to high. Modules that lie directly in an app (analytics/frames.py) stand among them.
FEATURES: dict[str, tuple[str, ...]] = {
    "accounts": (
        "jobs",
        "activity",
        "batches",
        "people",
        "tokens",
        "members",
        "saved",
        "merchants",
        "operations",
    ),
    "ecommerce": (
        "catalog",
        "inventory",
        "purchasing",
        "customers",
        "coupons",
        "orders",
        "search",
        "fulfilment",
        "returns",
        "reviews",
        "questions",
        "complaints",
        "loyalty",
        "buyers",
        "imports",
    ),
    "analytics": (
        "engine",
        "market_files",
        "facts",
        "frames",
        "calendar",
        "forecasts",
        "demand",
        "product_figures",
        "markets",
        "scenarios",
        "promotions",
        "pricing",
        "quality",
        "lifecycle",
        "episodes",
        "restock",
        "holdings",
        "accuracy",
        "home",
    ),
    "notifications": (
        "mail",
        "texts",
        "buyers",
        "suppliers",
        "routing",
        "inbox",
        "staffbox",
        "usefulness",
        "live",
        "digests",
        "reports",
        "channels",
        "playbooks",
        "announcements",
    ),
}

# Shelves of a feature, low to high; names on one line may import each other.
SHELVES: tuple[frozenset[str], ...] = (
    frozenset({"events", "rules"}),
    frozenset({"models"}),
    frozenset({"queries"}),
    frozenset({"actions"}),
    frozenset({"forms", "filters", "listing", "tasks", "handlers"}),
    frozenset({"views", "api", "admin"}),
    frozenset({"urls"}),
)
RANK = {name: rank for rank, names in enumerate(SHELVES) for name in names}

# Modules of an app, beside its features: they put the app together, so they may import all of it.
APP_MODULES = {"models", "admin", "apps", "urls", "management", "middleware", "migrations"}

# Libraries that take long to load or much memory, and so are imported where they are used (see docs/dependencies.md).
SLOW = {
    "pandas", "scipy", "statsmodels", "sklearn", "lightgbm", "holidays", "openpyxl", "PIL", "playwright", "reportlab",
    "requests", "requests_hardened", "urllib3",
}  # fmt: skip
SLOW_MODULES = ("anymail.exceptions", "notifications.channels.outgoing")  # they load one of those

LONGEST = 400


@dataclass(frozen=True)
class Module:
    """A source file by its dotted name."""

    name: str
    path: Path
    tree: ast.Module
    length: int

    @property
    def where(self) -> str:
        return str(self.path.relative_to(ROOT))


@dataclass(frozen=True)
class Import:
    """`target` is a dotted name: a module, or something in one. `inner` is true inside a function."""

    module: Module
    target: str
    line: int
    inner: bool

    @property
    def where(self) -> str:
        return f"{self.module.where}:{self.line} imports {self.target}"


def read_modules(*folders: str) -> dict[str, Module]:
    """Every Python file below the folders but generated migrations, by dotted name."""
    found = {}
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            relative = path.relative_to(ROOT).with_suffix("")
            if "migrations" in relative.parts:
                continue
            name = ".".join(relative.parts[:-1] if relative.name == "__init__" else relative.parts)
            source = path.read_text(encoding="utf-8")
            found[name] = Module(name, path, ast.parse(source), source.count("\n"))
    return found


def imports_of(module: Module) -> Iterator[Import]:
    yield from _imports(module, module.tree, inner=False)


def _imports(module: Module, node: ast.AST, *, inner: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(module, alias.name, child.lineno, inner)
        elif isinstance(child, ast.ImportFrom):
            base = child.module or ""
            if child.level:
                parts = module.name.split(".")
                package = parts if module.path.name == "__init__.py" else parts[:-1]
                base = ".".join([*package[: len(package) - child.level + 1], *([base] if base else [])])
            for alias in child.names:
                yield Import(module, f"{base}.{alias.name}", child.lineno, inner)
        else:
            deeper = inner or isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            yield from _imports(module, child, inner=deeper)


def is_slow(target: str) -> bool:
    """Whether importing it loads a library that web processes do without."""
    return target.split(".")[0] in SLOW or target.startswith(SLOW_MODULES)


def module_of(target: str, modules: dict[str, Module]) -> str:
    """The longest start of a dotted name that is a module of ours; "" for other people's."""
    parts = target.split(".")
    for length in range(len(parts), 0, -1):
        if ".".join(parts[:length]) in modules:
            return ".".join(parts[:length])
    return ""


def feature_of(name: str) -> tuple[str, str]:
    """(app, feature) of a dotted name; the feature is "" for what belongs to the app as a whole."""
    app, _, rest = name.partition(".")
    feature = rest.partition(".")[0]
    if app not in FEATURES or feature in APP_MODULES:
        return app, ""
    return app, feature


def shelf_of(name: str) -> int | None:
    """The rank of a module's shelf, or None for a module of another name."""
    parts = name.split(".")
    return RANK.get(parts[2]) if len(parts) > 2 and parts[0] in FEATURES else None


def none_of(wrong: list[str]) -> None:
    """Pass if the list is empty; else fail with one line each."""
    if wrong:
        raise AssertionError("\n  ".join([f"{len(wrong)} found:", *wrong]))
