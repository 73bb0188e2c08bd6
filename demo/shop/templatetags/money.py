"""Prices for people; the database counts in cents."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def money(cents: int) -> str:
    """Write 2450 as the price in euros, to the cent."""
    euros, rest = divmod(cents, 100)
    return f"\N{EURO SIGN}{euros:,}.{rest:02d}"
