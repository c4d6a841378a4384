"""Who may import whom: nothing climbs, nothing goes in circles, nothing is hidden in a function."""

from __future__ import annotations

import pytest

from tests.architecture import house
from tests.architecture.house import APPS, FEATURES, ROOT, feature_of, imports_of, module_of, none_of, shelf_of


@pytest.fixture(scope="module")
def modules() -> dict[str, house.Module]:
    return house.read_modules(*(app for app in APPS if (ROOT / app).exists()))


@pytest.fixture(scope="module")
def edges(modules) -> list[tuple[house.Import, str]]:
    """Every import of one of our modules by another."""
    found = []
    for module in modules.values():
        for item in imports_of(module):
            target = module_of(item.target, modules)
            if target and target != module.name:
                found.append((item, target))
    return found


def test_every_feature_has_its_place():
    homeless = [
        f"{app}/{folder.name}: put it into FEATURES in tests/architecture/house.py"
        for app in FEATURES
        for folder in sorted((ROOT / app).iterdir())
        if (folder / "__init__.py").exists()
        and folder.name not in house.APP_MODULES
        and folder.name not in FEATURES[app]
    ]
    none_of(homeless)


def test_no_drawers():
    """A module is named for what it does."""
    drawers = {"utils", "helpers", "common", "services", "misc", "signals"}
    none_of(
        [str(path.relative_to(ROOT)) for app in APPS for path in (ROOT / app).rglob("*.py") if path.stem in drawers]
    )


def test_a_lower_app_never_imports_a_higher_one(edges):
    none_of(
        [
            f"{item.where}: {target.split('.')[0]} is above {item.module.name.split('.')[0]}"
            for item, target in edges
            if APPS.index(target.split(".")[0]) > APPS.index(item.module.name.split(".")[0])
        ]
    )


def test_a_lower_feature_never_imports_a_higher_one(edges):
    wrong = []
    for item, target in edges:
        (app, mine), (other_app, theirs) = feature_of(item.module.name), feature_of(target)
        if app != other_app or app not in FEATURES or not mine:
            continue
        order = FEATURES[app]
        if not theirs:
            wrong.append(f"{item.where}: import from the feature itself, not through {target}")
        elif mine in order and theirs in order and order.index(theirs) > order.index(mine):
            wrong.append(f"{item.where}: {theirs} is above {mine}")
    none_of(wrong)


def test_a_lower_shelf_never_imports_a_higher_one(edges):
    wrong = []
    for item, target in edges:
        mine, theirs = shelf_of(item.module.name), shelf_of(target)
        if mine is not None and theirs is not None and theirs > mine:
            wrong.append(f"{item.where}: {target.split('.')[2]} is above {item.module.name.split('.')[2]}")
    none_of(wrong)


def test_the_engine_is_plain_numbers(modules):
    """No Django, no clock of its own, nothing of ours but the engine."""
    wrong = []
    for module in modules.values():
        if not module.name.startswith("analytics.engine"):
            continue
        for item in imports_of(module):
            top = item.target.split(".")[0]
            if top in {"django", "django_q", "time"} or (
                top in APPS and not item.target.startswith("analytics.engine")
            ):
                wrong.append(item.where)
    none_of(wrong)


def test_imports_do_not_go_in_circles(modules, edges):
    """Between modules: a circle would hide which of them comes first."""
    graph: dict[str, set[str]] = {name: set() for name in modules}
    for item, target in edges:
        if not item.inner:
            graph[item.module.name].add(target)
    state: dict[str, int] = {}
    circles: list[str] = []

    def visit(name: str, path: list[str]) -> None:
        state[name] = 1
        for target in sorted(graph[name]):
            if state.get(target) == 1:
                circles.append(" -> ".join([*path[path.index(target) :], target]))
            elif target not in state:
                visit(target, [*path, target])
        state[name] = 2

    for name in sorted(graph):
        if name not in state:
            visit(name, [name])
    none_of(circles)


def test_imports_are_at_the_top(modules):
    """Only libraries that are slow to load are imported where they are used, and what ready() must wait for."""
    none_of(
        [
            item.where
            for module in modules.values()
            for item in imports_of(module)
            if item.inner and not house.is_slow(item.target) and not module.name.endswith(".apps")
        ]
    )


def test_slow_libraries_are_not_loaded_with_the_web(modules):
    """pandas and its kin are imported inside functions, or in modules that are (engine, frames, outgoing)."""
    allowed = ("analytics.engine", "analytics.frames", "notifications.channels.outgoing")
    none_of(
        [
            item.where
            for module in modules.values()
            for item in imports_of(module)
            if not item.inner and house.is_slow(item.target) and not module.name.startswith(allowed)
        ]
    )


def test_modules_are_short():
    modules = house.read_modules(*APPS, "tests", "bench")
    none_of(
        [
            f"{module.where} has {module.length} lines; the limit is {house.LONGEST}"
            for module in modules.values()
            if module.length > house.LONGEST
        ]
    )
