"""A ramp, a day on it, and ways to read what the command says."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import CommandError

RAMP = [("2029-12-01", 300), ("2030-01-10", 86_400), ("2030-02-01", 63_072_000)]
TODAY = date(2030, 1, 15)


def refused(call, *words, **options):
    with pytest.raises(CommandError) as raised:
        call(*words, **options)
    return raised.value.returncode, str(raised.value)


def settings_in(text):
    place = {}
    exec(text, place)  # noqa: S102
    return {name: value for name, value in place.items() if name.isupper()}
