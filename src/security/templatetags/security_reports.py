"""What the templates of the reports' pages need. Django-csp has a library ``csp`` of its own."""

from __future__ import annotations

from django import template
from django.utils.formats import number_format

from security.reports.visible import visible
from security.templatetags.csp import csp_nonce_attr

register = template.Library()
register.simple_tag(csp_nonce_attr, takes_context=True, name="reports_nonce")
register.filter("shown", visible)


@register.filter
def counted(number: int) -> str:
    """Write a number in groups of digits, as the language does."""
    return number_format(number, use_l10n=True, force_grouping=True)
