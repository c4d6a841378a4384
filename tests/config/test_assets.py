"""The icon sprite: which names are found, and that each has a drawing."""

from __future__ import annotations

import pytest

from config import assets

needs_packages = pytest.mark.skipif(not (assets.ROOT / "node_modules").exists(), reason="run npm ci")


@pytest.fixture
def project(tmp_path):
    """A project with a page, a module and three drawings."""
    shelf = tmp_path / "node_modules" / "@tabler" / "icons" / "icons" / "outline"
    shelf.mkdir(parents=True)
    for name in ("truck", "clock", "tag", *assets.ALWAYS):
        (shelf / f"{name}.svg").write_text(f'<svg class="x">\n  {assets._BOX}\n  <path d="M1 1"/>\n</svg>')
    for folder in ("templates", "static", *assets.SOURCES):
        (tmp_path / folder).mkdir()
    return tmp_path


def named(project) -> set[str]:
    return set(assets.icons_named(project)) - assets.ALWAYS


@pytest.mark.parametrize(
    "source",
    [
        '{% icon "truck" %}',
        "{% icon 'truck' \"sm\" %}",
        '{% include "x.html" with icon="truck" %}',
        '{% st "warning" _("Ship by") "" "truck" %}',
        '{% st "warning" order.words icon_name="truck" %}',
    ],
)
def test_names_in_templates(project, source):
    (project / "templates" / "page.html").write_text(source)
    assert named(project) == {"truck"}


@pytest.mark.parametrize(
    "source",
    [
        'Entry(icon="truck")',
        '{"icon": "truck"}',
        'icon("truck")',
        'icon_name = "truck"',
        'STATE_ICONS = {"shipped": "truck"}',
        'Entry(icon="truck" if late else "")',
    ],
)
def test_names_in_code(project, source):
    (project / "core" / "menu.py").write_text(source)
    assert named(project) == {"truck"}


def test_other_words_are_no_names(project):
    (project / "templates" / "page.html").write_text('{% icon entry.icon %}{% st "warning" "To ship" "half" %}')
    (project / "core" / "menu.py").write_text('state = "truck"  # not an icon\n')
    assert named(project) == set()


def test_the_sprite_holds_what_is_named(project):
    (project / "templates" / "page.html").write_text('{% icon "truck" %}')
    assets.build_icons(project)
    sprite = (project / "static" / "icons.svg").read_text()
    assert '<symbol id="truck"' in sprite
    assert 'id="tag"' not in sprite
    assert assets._BOX not in sprite


def test_an_unknown_name_fails_and_says_where(project):
    (project / "templates" / "page.html").write_text('{% icon "lorry" %}')
    with pytest.raises(assets.AssetError, match=r"lorry: templates/page.html"):
        assets.build_icons(project)
    assert not (project / "static" / "icons.svg").exists()


def test_missing_packages_are_told(tmp_path):
    with pytest.raises(assets.AssetError, match="npm ci"):
        assets.build(tmp_path)


@needs_packages
def test_every_icon_of_the_product_has_a_drawing():
    shelf = assets.ROOT / "node_modules" / "@tabler" / "icons" / "icons" / "outline"
    missing = {name: places for name, places in assets.icons_named().items() if not (shelf / f"{name}.svg").exists()}
    assert missing == {}
