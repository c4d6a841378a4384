"""The words that are extracted are the words that Django looks up."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.template import Context, Engine
from django.utils import translation
from django.utils.translation import trans_real

from core import messages

PAGE = """\
{% load i18n %}
{# an aside with _("no words") #}
<p title="{% translate "Ship 100% today" %}">{% translate 'It’s "late"' %}</p>
{% translate "Open" context "door" as state %}{{ state }} {{ _("Nothing yet")|upper }} {{ x|default:_("None") }}
{% blocktranslate with n=3 %}At 5% for {{ n }} days{% endblocktranslate %}
{% blocktranslate trimmed count n=2 %}
  One order
  waits.
{% plural %}
  {{ n }} orders
  wait.
{% endblocktranslate %}
{% blocktranslate count n=2 context "stock" %}{{ n }} left{% plural %}{{ n }} left over{% endblocktranslate %}
{% blocktranslate %}
 Two
 lines {% endblocktranslate %}
"""

CODE = """
from django.utils.translation import gettext as _, gettext_lazy, ngettext, npgettext, pgettext_lazy
def label(n, word):
    _("A sentence "
      "in two parts")
    gettext_lazy("Later"); pgettext_lazy("month", "May")
    ngettext("%(n)d day", "%(n)d days", n); npgettext("age", "%(n)d year", "%(n)d years", n)
    for _ in range(3):
        pass
"""


@pytest.fixture
def project(tmp_path):
    """A project of one page and one module."""
    for name, content in {
        "templates/ecommerce/orders/index.html": PAGE,
        "ecommerce/orders/rules.py": CODE,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path


def fill(root: Path, group: str) -> None:
    """Translate everything by putting a 文 in front."""
    path = messages.path_of(root, group)
    lines = path.read_text().replace('msgstr[0] ""', 'msgstr[0] "文"').split("\n\n")
    head, entries = lines[0], lines[1:]
    done = []
    for entry in entries:
        said = entry.split("msgid_plural" if "msgid_plural" in entry else "msgid", 1)[1].split("msgstr")[0].strip()
        inner = "\n".join(line.strip()[1:-1] for line in said.splitlines()).replace("\n", "")
        inner = f"\\n文{inner[2:]}" if inner.startswith("\\n") else f"文{inner}"
        done.append(f'{entry.rsplit("msgstr", 1)[0]}msgstr{"[0]" if "msgid_plural" in entry else ""} "{inner}"')
    path.write_text("\n\n".join([head, *done]) + "\n")


def test_every_text_is_found_with_its_plural_and_context(project):
    texts = messages.harvest(project)

    assert texts.faults == []
    assert {(text.context, text.text, text.plural) for text in texts.groups["ecommerce_orders"].values()} == {
        ("", "Ship 100%% today", ""),
        ("", 'It’s "late"', ""),
        ("door", "Open", ""),
        ("", "Nothing yet", ""),
        ("", "None", ""),
        ("", "At 5%% for %(n)s days", ""),
        ("", "One order waits.", "%(n)s orders wait."),
        ("stock", "%(n)s left", "%(n)s left over"),
        ("", "\n Two\n lines ", ""),
        ("", "A sentence in two parts", ""),
        ("", "Later", ""),
        ("month", "May", ""),
        ("", "%(n)d day", "%(n)d days"),
        ("age", "%(n)d year", "%(n)d years"),
    }


def test_what_is_extracted_is_what_a_page_looks_up(project, settings):
    messages.update(project)
    fill(project, "ecommerce_orders")
    assert messages.problems(project) == []
    assert messages.compile_all(project) == 1
    settings.LOCALE_PATHS = [project / "locale" / "ecommerce_orders"]
    trans_real._translations.clear()
    try:
        with translation.override("zh-hans"):
            html = Engine(libraries={"i18n": "django.templatetags.i18n"}).from_string(PAGE).render(Context({"x": ""}))
    finally:
        trans_real._translations.clear()

    assert [line for line in html.splitlines() if line.strip()] == [
        '<p title="文Ship 100% today">文It’s "late"</p>',
        "文Open 文NOTHING YET 文None",
        "文At 5% for 3 days",
        "文2 orders wait.",
        "文2 left over",
        "文 Two",
        " lines ",
    ]


def test_a_second_run_keeps_translations_and_drops_what_is_gone(project):
    messages.update(project)
    fill(project, "ecommerce_orders")
    messages.update(project)
    assert messages.update(project) == []
    assert messages.problems(project) == []

    (project / "templates/ecommerce/orders/index.html").write_text('{% translate "Later" %}')
    (project / "ecommerce/orders/rules.py").unlink()
    messages.update(project)

    catalog = messages.read(messages.path_of(project, "ecommerce_orders"))
    assert [(message.id, message.string) for message in catalog if message.id] == [("Later", "文Later")]


def test_a_text_that_moves_takes_its_translation_along(project):
    messages.update(project)
    fill(project, "ecommerce_orders")
    (project / "ecommerce/orders").rename(project / "ecommerce/reviews")
    messages.update(project)

    assert messages.problems(project) == []
    assert len(messages.harvest(project).groups["ecommerce_reviews"]) == 5


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ('msgid "Hello %(name)s"\nmsgstr ""', "is not translated"),
        ('msgid "Hello %(name)s"\nmsgstr "你好，%(nam)s"', "placeholders ['nam'] instead of ['name']"),
        ('#, fuzzy\nmsgid "Hello %(name)s"\nmsgstr "你好，%(name)s"', "is marked fuzzy"),
    ],
)
def test_the_check_names_what_is_wrong(tmp_path, entry, complaint):
    (tmp_path / "core").mkdir()
    (tmp_path / "core/words.py").write_text('gettext("Hello %(name)s")')
    path = messages.path_of(tmp_path, "core")
    path.parent.mkdir(parents=True)
    path.write_text(messages.HEADER + entry + "\n")

    [problem] = messages.problems(tmp_path)

    assert complaint in problem


def test_one_text_has_one_translation(tmp_path):
    for group, said in (("core", "关闭"), ("config", "关掉")):
        (tmp_path / group).mkdir()
        (tmp_path / group / "words.py").write_text('gettext("Close")')
        path = messages.path_of(tmp_path, group)
        path.parent.mkdir(parents=True)
        path.write_text(f'{messages.HEADER}msgid "Close"\nmsgstr "{said}"\n')

    assert messages.problems(tmp_path) == [
        "“Close” is translated in more than one way: “关掉” in config, “关闭” in core"
    ]


def test_what_cannot_be_extracted_is_said(tmp_path):
    (tmp_path / "core").mkdir()
    (tmp_path / "core/words.py").write_text('gettext(word)\nngettext("a day", n)\n')
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/base.html").write_text(
        '{{ _("5% off") }}\n{% blocktranslate %}a{% if x %}b{% endif %}{% endblocktranslate %}'
    )

    assert [fault.split(": ", 1)[0] for fault in messages.problems(tmp_path)] == [
        "core/words.py:1",
        "core/words.py:2",
        "templates/base.html",
    ]


@pytest.mark.parametrize(
    ("path", "group"),
    [
        ("ecommerce/orders/models.py", "ecommerce_orders"),
        ("ecommerce/orders/readers/tmall.py", "ecommerce_orders"),
        ("ecommerce/management/commands/import_orders.py", "ecommerce"),
        ("ecommerce/migrations/0001_initial.py", ""),
        ("analytics/frames.py", "analytics"),
        ("core/templatetags/sc.py", "core"),
        ("config/navigation.py", "config"),
        ("templates/base.html", "shell"),
        ("templates/core/list.html", "shell"),
        ("templates/partials/pager.html", "shell"),
        ("templates/ecommerce/orders/mail/shipped.txt", "ecommerce_orders"),
        ("templates/account/login.html", "accounts_people"),
    ],
)
def test_a_feature_has_one_catalogue(path, group):
    assert messages.group_of(Path(path)) == group
