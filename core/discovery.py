"""Finding a feature's modules by their fixed names."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from django.apps import AppConfig


def load_features(app: AppConfig, *modules: str) -> None:
    """Import `<app>.<feature>.<module>` of every feature folder that has it, so that decorators in it register."""
    for folder in sorted(Path(app.path).iterdir()):
        if not (folder / "__init__.py").exists() or folder.name == "migrations":
            continue
        for module in modules:
            name = f"{app.name}.{folder.name}.{module}"
            if find_spec(name) is not None:
                import_module(name)
