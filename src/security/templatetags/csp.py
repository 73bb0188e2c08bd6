"""``{% load csp %}``: the nonce on every Django, and inline code let through by its hash."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import NodeList, Parser, Token
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from security.nonce import allow_hash

register = template.Library()


@register.simple_tag(takes_context=True)
def csp_nonce_attr(context: Any, media: Any = None) -> str:
    """
    Write ``nonce="..."``, or a form's media with it: the tag of Django 6.1 on every Django.

    Writes nothing where no context processor gives ``csp_nonce``.
    """
    nonce = context.get("csp_nonce")
    if media is not None:
        return _with_nonce(media, nonce)
    return "" if nonce is None else format_html('nonce="{}"', nonce)


def _with_nonce(media: Any, nonce: object) -> SafeString:
    """Return the scripts and styles of a form; each begins with the name of its element."""
    text = str(media.render())
    if nonce is None:
        return mark_safe(text)  # noqa: S308  # Django escaped it
    attribute = format_html(' nonce="{}"', nonce)
    for element in ("<script", "<link"):
        text = text.replace(f"{element} ", f"{element}{attribute} ")
    return mark_safe(text)  # noqa: S308  # Django escaped it; the nonce has no quotes


class HashedNode(template.Node):
    """One inline script or style whose content is known before the page is sent."""

    def __init__(self, element: str, content: NodeList) -> None:
        self.element = element
        self.content = content

    def render(self, context: Any) -> SafeString:
        """Render the element and add its hash to the policy of the response."""
        code = self.content.render(context)
        if (request := context.get("request")) is not None:
            allow_hash(request, code)
        return mark_safe(f"<{self.element}>{code}</{self.element}>")  # noqa: S308  # a template's own


@register.tag
def csp_script(parser: Parser, token: Token) -> HashedNode:
    """``{% csp_script %}...{% endcsp_script %}``: an inline script in a page that is cached."""
    return _hashed(parser, token, "script")


@register.tag
def csp_style(parser: Parser, token: Token) -> HashedNode:
    """``{% csp_style %}...{% endcsp_style %}``: inline styles in a page that is cached."""
    return _hashed(parser, token, "style")


def _hashed(parser: Parser, token: Token, element: str) -> HashedNode:
    name, *rest = token.split_contents()
    if rest:
        raise template.TemplateSyntaxError(f"{name} takes no arguments (got {' '.join(rest)}).")
    content = parser.parse((f"end{name}",))
    parser.delete_first_token()
    return HashedNode(element, content)
