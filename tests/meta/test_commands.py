from __future__ import annotations

import argparse

import pytest
from django.core.management import get_commands, load_command_class


def names() -> list[str]:
    return sorted(name for name, app in get_commands().items() if app == "security")


def with_subcommands() -> list[tuple[str, str]]:
    found = []
    for name in names():
        parser = load_command_class("security", name).create_parser("manage.py", name)
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                found += [(name, child) for child in action.choices]
    return found


@pytest.mark.parametrize(("name", "child"), with_subcommands())
def test_options_of_manage_stand_before_and_behind_a_subcommand(name, child):
    parser = load_command_class("security", name).create_parser("manage.py", name)
    common = ["--settings=prod", "--no-color", "--verbosity=2", "--traceback"]

    before, _ = parser.parse_known_args([*common, child])
    behind, unknown = parser.parse_known_args([child, *common])

    assert unknown == []
    for options in (before, behind):
        assert (options.settings, options.no_color, options.verbosity) == ("prod", True, 2)
