"""`{% kept key … with a=… b=… %}…{% endkept %}`: part of a page that is drawn once and filled in often.

The keys are everything the part shows or hangs on, but for the names after `with` and the CSRF token: those are places
left open, filled each time, and nothing can be asked of them (`if`, filters).
"""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from core.kept import Unknown, filled, hole, piece

register = template.Library()


class KeptNode(template.Node):
    """The body of `kept`."""

    child_nodelists = ("nodelist",)

    def __init__(self, keys: list[FilterExpression], open_: dict[str, FilterExpression], nodelist: NodeList) -> None:
        self.keys, self.open, self.nodelist = keys, open_, nodelist

    def render(self, context: Any) -> SafeString:
        values: dict[str, str] = {name: conditional_escape(one.resolve(context)) for name, one in self.open.items()}
        values["csrf_token"] = str(context.get("csrf_token", ""))
        key = (self, get_language(), *[one.resolve(context) for one in self.keys])

        def draw() -> str:
            places = {name: Unknown(hole(name)) for name in self.open}
            with context.push(csrf_token=hole("csrf_token"), **places):
                return self.nodelist.render(context)

        return filled(piece(key, draw), values)


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    words = token.split_contents()[1:]
    at = words.index("with") if "with" in words else len(words)
    keys, words = words[:at], words[at + 1 :]
    if not keys:
        raise template.TemplateSyntaxError("kept reads {% kept key … with name=value … %}")
    open_ = token_kwargs(words, parser)
    if words:
        raise template.TemplateSyntaxError(f"kept does not understand {words[0]!r}")
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode([parser.compile_filter(key) for key in keys], open_, nodelist)
