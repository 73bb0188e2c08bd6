"""An app with templates, on which the command runs, and what stands in them."""

from __future__ import annotations

import io
from pathlib import Path

from django.core.management import call_command

from security.management.commands.csp import Command

PROCESSOR = "security.context_processors.csp"
BASE = """\
<!DOCTYPE html>
<html><head>
<link rel="stylesheet" href="/shop.css">
<script src="/shop.js" defer></script>
</head><body>{% block body %}{% endblock %}</body></html>
"""
PAGE = """\
{% extends "base.html" %}
{% block body %}
<form onsubmit="return confirm('Really?')"><p style="margin: 0">{{ text }}</p></form>
<a onclick="open_({{ id }})" href="javascript:void(0)">more</a>
{% endblock %}
"""
NONCE = ' nonce="{{ csp_nonce }}"'
FIXED_BASE = BASE.replace("<script", f"<script{NONCE}")


class Shop:
    """An app with templates, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, text: str) -> Path:
        path = self.folder / "templates" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path

    def read(self, name: str) -> str:
        return (self.folder / "templates" / name).read_bytes().decode()

    def static(self, name: str) -> str:
        return (self.folder / "static" / "stall" / name).read_text(encoding="utf-8")

    def run(self, *arguments: str) -> tuple[int, list[str], list[str]]:
        """Return the exit code and the lines of both outputs."""
        out, err, code = io.StringIO(), io.StringIO(), 0
        try:
            call_command(Command(), "inline", *arguments, stdout=out, stderr=err)
        except SystemExit as error:
            code = error.code
        return code, out.getvalue().splitlines(), err.getvalue().splitlines()
