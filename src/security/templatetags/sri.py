"""``{% load sri %}``: static files that a browser runs only as they were collected."""

from __future__ import annotations

from django import template

from security.sri.attributes import static_sri
from security.sri.lookup import integrity

register = template.Library()
register.simple_tag(static_sri)
register.simple_tag(integrity, name="static_integrity")
