"""However many guess at the same time, no more than the limit get through."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.throttling.guesses import KEY, NOW, fail, reserve, rush

from security.auth_throttling import attempt_count, attempts, default_delay_function
from security.auth_throttling.stores import Entry
from security.auth_throttling.stores.base import claims
from security.policy.throttling import Attempts

ROOT = Path(__file__).resolve().parent.parent.parent


def record(key=KEY):
    return attempts.store().look([key])[0]


def test_of_24_guesses_after_two_failures_one_gets_through(counting):
    assert [reserve(0), reserve(0)] == [True, True]
    assert sum(rush(24, reserve)) == 1
    assert record().at().count == 3
    assert record(f"{KEY}.ip").at().count == 3


def test_of_24_first_guesses_three_get_through(counting):
    assert sum(rush(24, reserve)) == 3


def test_a_refused_guess_changes_nothing(counting):
    for _ in range(3):
        assert reserve(0)
    before = record()
    assert not reserve(0, now=NOW + 4_999)
    assert record() == before
    assert reserve(0, now=NOW + 5_000)


def test_all_failures_of_eight_threads_are_counted(counting):
    rush(8, fail)
    assert attempt_count("username", "someone") == 200


def test_processes_share_one_limit(shared):
    command = [sys.executable, "-m", "tests.throttling.guesses", json.dumps(shared, default=str)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    guessers = [
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for guesser in guessers:
        assert guesser.stdout.readline() == "ready\n"
    for guesser in guessers:
        guesser.stdin.write("go\n")
        guesser.stdin.flush()
    let = [json.loads(guesser.communicate()[0]) for guesser in guessers]
    assert sum(found[0] for found in let) == 3
    assert all(guesser.returncode == 0 for guesser in guessers)


def test_an_account_that_waits_costs_its_address_nothing(counting):
    for _ in range(3):
        assert reserve(0)
    assert not reserve(0)
    assert record(f"{KEY}.ip").at().count == 3


def slow_by_address(account, ip):
    return 0, 10 if ip >= 2 else 0


def grown_together(account, ip):
    """Depend on both counts, which no table can tell."""
    return (60 if account >= 2 and ip >= 2 else 0), 0


@pytest.mark.parametrize("function", [slow_by_address, grown_together], ids=["ip", "both"])
def test_any_delay_function_is_exact(counting, function):
    rule = attempts.rule(function)

    def guess(index):
        where = [Entry(KEY), Entry(f"{KEY}.ip")]
        return not rule.wait(where, attempts.store().reserve(where, rule, NOW), NOW)

    assert sum(rush(12, guess)) == 2
    assert record().at().count == 2
    assert record(f"{KEY}.ip").at().count == 2


def test_a_success_gives_the_address_one_attempt_back(counting):
    where = [Entry(KEY, "", "s:one"), Entry(f"{KEY}.ip")]
    rule = attempts.rule(default_delay_function)
    reserve(0)
    before = attempts.store().reserve(where, rule, NOW + 9)
    operations = claims(where, before, NOW + 9)
    attempts.settle([operations[0]._replace(clears=True), operations[1]])
    assert not record()
    assert record(f"{KEY}.ip").at() == Attempts(1, NOW)


def test_a_forgotten_account_starts_anew(counting):
    for _ in range(3):
        reserve(0)
    attempts.store().forget([KEY])
    assert not record()
    assert [reserve(0) for _ in range(4)] == [True, True, True, False]
