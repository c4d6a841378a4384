"""Tables whose columns people choose: `{% columns %}` stands around a row's cells, `{% column "key" %}` around one.

What the context has as `saved` says by its `columns` which are shown, in which order; without it all are shown as they
are written. What stands before the first column (the box to tick, the identity) always comes first.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token

register = template.Library()


class ColumnNode(template.Node):
    child_nodelists = ("nodelist",)

    def __init__(self, key: str, nodelist: NodeList) -> None:
        self.key, self.nodelist = key, nodelist

    def render(self, context: Any) -> str:
        return self.nodelist.render(context)


class ColumnsNode(template.Node):
    child_nodelists = ("nodelist",)

    def __init__(self, nodelist: NodeList, chosen: FilterExpression) -> None:
        self.nodelist, self.chosen = nodelist, chosen
        nodes = list(nodelist)
        first = next((at for at, node in enumerate(nodes) if isinstance(node, ColumnNode)), len(nodes))
        self.fixed = nodes[:first]
        self.cells = {node.key: node for node in nodes if isinstance(node, ColumnNode)}

    def render(self, context: Any) -> str:
        chosen = self.chosen.resolve(context, ignore_failures=True)
        cells = self.cells.values() if chosen is None else [self.cells[key] for key in chosen if key in self.cells]
        return "".join([node.render_annotated(context) for node in (*self.fixed, *cells)])


@register.tag
def columns(parser: Parser, token: Token) -> ColumnsNode:
    nodelist = parser.parse(("endcolumns",))
    parser.delete_first_token()
    return ColumnsNode(nodelist, parser.compile_filter("saved.columns"))


@register.tag
def column(parser: Parser, token: Token) -> ColumnNode:
    key = token.split_contents()[1].strip("\"'")
    nodelist = parser.parse(("endcolumn",))
    parser.delete_first_token()
    return ColumnNode(key, nodelist)
