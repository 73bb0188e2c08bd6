"""
Whatever is killed at whatever moment: what was answered 204 is counted, and nothing twice.

``make faults`` kills twenty times.
"""

from __future__ import annotations

import pytest
from tests.faults.story import AGAIN, tell

KILLS = 5


@pytest.mark.requires("postgresql", "redis-server")
@pytest.mark.parametrize("sink", ["database", "redis"])
def test_what_was_accepted_is_counted_once_whoever_is_killed(sink):
    told = tell(sink, KILLS, seed=1)
    assert (told.lost, told.repeated, told.invented) == (set(), set(), set()), str(told)
    assert set(told.answers.values()) <= {204, 503, 0}
    assert len(told.accepted) >= KILLS * AGAIN, str(told)
