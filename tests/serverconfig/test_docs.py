from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import BaseCommand, call_command

from security.management.commands.securityserver import Command
from security.server_config import site as known
from security.server_config.site import INLINE, extensions

PAGE = (Path(__file__).parents[2] / "docs" / "server.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"^```(nginx|apache|text)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
LANGUAGES = {"nginx": "nginx", "apache": "apache", "caddy": "text"}


@pytest.fixture
def example(settings):
    """Set what the page sets, and give the options of its command."""
    text = re.search(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    place: dict[str, object] = {}
    exec(text[1], place)  # noqa: S102
    for name, value in place.items():
        if name.isupper():
            setattr(settings, name, value)
    command = re.search(r"securityserver nginx (.*) --output", PAGE)
    words = command[1].split()
    return dict(zip((w[2:].replace("-", "_") for w in words[::2]), words[1::2], strict=True))


@pytest.mark.parametrize("server", LANGUAGES)
def test_the_page_shows_parts_of_what_is_printed(example, server):
    out = StringIO()
    call_command("securityserver", server, **example, stdout=out)
    printed = out.getvalue()
    parts = BLOCKS[LANGUAGES[server]].split("...\n")
    assert len(parts) > 2
    place = 0
    for part in parts:
        assert part in printed[place:]
        place = printed.index(part, place) + len(part)


@pytest.mark.parametrize("name", ["STATIC_CSP", "SVG_CSP", "MEDIA_CSP", "ERROR_CSP"])
def test_the_page_names_every_policy(name):
    assert f"| `{getattr(known, name)}` |" in PAGE


def test_the_page_lists_what_is_shown():
    assert f"(`{extensions(INLINE).replace('|', ' ')}`)" in PAGE


def test_the_page_lists_every_option():
    parser = Command().create_parser("manage.py", "securityserver")
    common = BaseCommand().create_parser("manage.py", "any")
    ours = {word for action in parser._actions for word in action.option_strings}
    others = {word for action in common._actions for word in action.option_strings}
    rows = " ".join(re.findall(r"^\| (`--.*?) \|", PAGE, re.MULTILINE))
    assert ours - others == set(re.findall(r"`(--[a-z-]+)", rows))
