"""The static files that are built, not written: third-party packages and the sprite of the icons that pages use.

`manage.py build_assets` copies what the browser needs from node_modules and from django-htmx into static/vendor, of
Tabler only the rules that pages use, and writes static/icons.svg. Nothing else of a package is served. Needs no
database.
"""

from __future__ import annotations

import ast
import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from config import stylesheets

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("core", "accounts", "ecommerce", "analytics", "notifications", "config")
# Shown by tags and scripts of the frame, which name them in ways that no search finds.
ALWAYS = frozenset({"check", "x", "star"})

_TEMPLATE_ICON = re.compile(r"""\{%\s*icon\s+["']([^"']+)["']""")
_TEMPLATE_WITH = re.compile(r"""\bicon(?:_name)?=["']([^"']+)["']""")
_BADGE = re.compile(r"""\{%\s*st\s([^%]*)%\}""")
_WORD = re.compile(r"""_\([^)]*\)|"[^"]*"|'[^']*'|\S+""")
_SVG = re.compile(r"<svg[^>]*>(.*?)</svg>", re.S)
_BOX = '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'


class AssetError(Exception):
    """A package or an icon is not there; the text says which and what to do."""


def build(root: Path = ROOT) -> list[str]:
    """Make everything; returns one line of report per file."""
    packages = root / "node_modules"
    if not packages.exists():
        raise AssetError("node_modules is missing: run npm ci first")
    vendor = root / "static" / "vendor"
    vendor.mkdir(parents=True, exist_ok=True)
    font = packages / "@fontsource-variable" / "inter" / "files" / "inter-latin-wght-normal.woff2"
    return [
        _copy(font, vendor / "inter-latin-wght.woff2"),
        _copy(
            packages / "@expo-google-fonts" / "noto-sans-sc" / "400Regular" / "NotoSansSC_400Regular.ttf",
            vendor / "NotoSansSC-Regular.ttf",
        ),
        _copy(_htmx(), vendor / "htmx.min.js"),
        _bundle_charts(root, vendor / "echarts.min.js"),
        build_styles(root),
        build_icons(root),
    ]


def build_styles(root: Path = ROOT) -> str:
    """Write the part of Tabler that pages use to static/vendor/tabler.min.css."""
    source = root / "node_modules" / "@tabler" / "core" / "dist" / "css" / "tabler.min.css"
    if not source.exists():
        raise AssetError("@tabler/core is missing: run npm ci first")
    own = "".join(path.read_text(encoding="utf-8") for path in sorted((root / "static" / "css").glob("*.css")))
    words = stylesheets.words_of(path.read_text(encoding="utf-8") for path in _speaking(root))
    target = root / "static" / "vendor" / "tabler.min.css"
    target.write_text(stylesheets.cut(source.read_text(encoding="utf-8"), words, own), encoding="utf-8")
    return _report(target)


def _speaking(root: Path) -> Iterator[Path]:
    """The files that may name a class: templates, scripts, code."""
    yield from (root / "templates").rglob("*.html")
    yield from (root / "static" / "js").glob("*.js")
    for folder in SOURCES:
        yield from (root / folder).rglob("*.py")


def _copy(source: Path, target: Path) -> str:
    if not source.exists():
        raise AssetError(f"{source.name} is missing in {source.parent}: run npm ci")
    shutil.copyfile(source, target)
    return _report(target)


def _htmx() -> Path:
    spec = importlib.util.find_spec("django_htmx")
    if spec is None or spec.origin is None:
        raise AssetError("django-htmx is not installed")
    return Path(spec.origin).parent / "static" / "django_htmx" / "htmx-2.min.js"


def _bundle_charts(root: Path, target: Path) -> str:
    """Bundle the parts of ECharts that our charts use: about half of the package's own file, which is the fallback."""
    esbuild = root / "node_modules" / ".bin" / "esbuild"
    if not esbuild.exists():
        return _copy(root / "node_modules" / "echarts" / "dist" / "echarts.min.js", target)
    entry = root / "static" / "js" / "echarts.entry.js"
    command = [esbuild, entry, "--bundle", "--minify", "--format=iife", f"--outfile={target}", "--log-level=error"]
    # fixed words and paths of ours
    subprocess.run(command, check=True, cwd=root)  # noqa: S603
    return _report(target)


def build_icons(root: Path = ROOT) -> str:
    """Write static/icons.svg with exactly the icons that are named somewhere. Raises for a name without a drawing."""
    shelf = root / "node_modules" / "@tabler" / "icons" / "icons" / "outline"
    if not shelf.exists():
        raise AssetError("@tabler/icons is missing: run npm ci first")
    named = icons_named(root)
    unknown = {name: places for name, places in named.items() if not (shelf / f"{name}.svg").exists()}
    if unknown:
        lines = [f"  {name}: {', '.join(sorted(places))}" for name, places in sorted(unknown.items())]
        raise AssetError("no such icon in Tabler Icons (outline):\n" + "\n".join(lines))
    symbols = [_symbol(name, (shelf / f"{name}.svg").read_text(encoding="utf-8")) for name in sorted(named)]
    text = "\n".join(['<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>", ""])
    target = root / "static" / "icons.svg"
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        target.write_text(text, encoding="utf-8")
    return f"{_report(target)}, {len(symbols)} icons"


def _symbol(name: str, svg: str) -> str:
    match = _SVG.search(svg)
    assert match, name
    drawing = "".join(line.strip() for line in match[1].replace(_BOX, "").splitlines())
    return f'<symbol id="{name}" viewBox="0 0 24 24" stroke-linecap="round" stroke-linejoin="round">{drawing}</symbol>'


def icons_named(root: Path = ROOT) -> dict[str, set[str]]:
    """Icon name -> the files that name it."""
    found: dict[str, set[str]] = {name: {"config/assets.py"} for name in ALWAYS}
    for path, name in _names(root):
        found.setdefault(name, set()).add(str(path.relative_to(root)))
    return found


def _names(root: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted((root / "templates").rglob("*.html")):
        for name in _in_template(path.read_text(encoding="utf-8")):
            yield path, name
    for folder in SOURCES:
        for path in sorted((root / folder).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            if "icon" in source.lower() and "migrations" not in path.parts:
                for name in _in_python(source):
                    yield path, name


def _in_template(source: str) -> Iterator[str]:
    yield from _TEMPLATE_ICON.findall(source)
    yield from _TEMPLATE_WITH.findall(source)
    for badge in _BADGE.findall(source):
        words = [word for word in _WORD.findall(badge) if "=" not in word.split('"')[0]]
        if len(words) > 3 and words[3][:1] in "\"'" and len(words[3]) > 2:
            yield words[3].strip("\"'")


def _in_python(source: str) -> Iterator[str]:
    """Names given as `icon=…`, `"icon": …`, `icon("…")`, `icon = "…"`, or kept in a constant called …ICON…."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.keyword) and node.arg in ("icon", "icon_name"):
            yield from _texts(node.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "icon":
            yield from _texts(*node.args[:1])
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in ("icon", "icon_name"):
                    yield from _texts(value)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and _holds_icons(target.id) for target in targets):
                yield from _texts(node.value)


def _holds_icons(variable: str) -> bool:
    return variable in ("icon", "icon_name") or (variable.isupper() and "ICON" in variable)


def _texts(*nodes: ast.expr | None) -> Iterator[str]:
    """The strings an expression may come to: a constant, either branch of a condition, values of a dict or tuple."""
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
            yield node.value
        elif isinstance(node, ast.IfExp):
            yield from _texts(node.body, node.orelse)
        elif isinstance(node, (ast.BoolOp, ast.Dict)):
            yield from _texts(*node.values)
        elif isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            yield from _texts(*node.elts)


def _report(target: Path) -> str:
    return f"{target.name}: {target.stat().st_size:,} bytes"
