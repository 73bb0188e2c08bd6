"""``manage.py throttle`` says so where it cannot see what the server counts."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from tests.throttling.conftest import REDIS
from tests.throttling.guesses import caches

from security.auth_throttling import attempt_count, increment_counters
from security.management.commands.throttle import Command

VERBS = pytest.mark.parametrize("verb", ["status", "reset"])


def enter(verb, *arguments):
    """Do what ``manage.py`` does in a process of its own; return the exit code."""
    try:
        Command().run_from_argv(["manage.py", "throttle", "--skip-checks", verb, *arguments])
    except SystemExit as left:
        return left.code
    return 0


@VERBS
def test_without_the_setting_it_names_it(settings, capsys, verb):
    settings.AUTHENTICATION_THROTTLING = None
    assert enter(verb, "bob") == 1
    out, error = capsys.readouterr()
    assert out == ""
    assert error == "CommandError: AUTHENTICATION_THROTTLING must be set: nothing is counted.\n"


@VERBS
def test_it_does_not_answer_from_an_empty_memory_of_its_own(guarded, capsys, verb):
    increment_counters(username="bob")
    assert enter(verb, "bob") == 1
    out, error = capsys.readouterr()
    assert out == ""
    assert error == (
        "CommandError: CACHES['default'] lives in the memory of one process, so what the server "
        "counts can neither be seen nor reset from here. Name a cache that processes share in "
        'AUTHENTICATION_THROTTLING["CACHE"].\n'
    )
    assert attempt_count("username", "bob") == 1


def test_it_names_the_cache_that_is_chosen(guarded, capsys):
    chosen = caches(REDIS, "redis://127.0.0.1:1")["default"]
    guarded.CACHES = {"default": chosen, "throttling": guarded.CACHES["default"]}
    guarded.AUTHENTICATION_THROTTLING = {**guarded.AUTHENTICATION_THROTTLING, "CACHE": "throttling"}
    assert enter("status", "bob") == 1
    assert "CACHES['throttling'] lives in the memory" in capsys.readouterr().err


def test_with_a_cache_that_processes_share_it_answers(guarded, ann, redis_server, capsys):
    guarded.CACHES = caches(REDIS, redis_server.url_of(7))
    cache.clear()
    increment_counters(username="ann")
    assert enter("status", "ann") == 0
    assert "1 attempt counted" in capsys.readouterr().out
    assert enter("reset", "ann") == 0
    assert attempt_count("username", "ann") == 0


def test_the_process_of_the_server_sees_what_it_counts(guarded, ann):
    increment_counters(username="ann")
    out = StringIO()
    call_command("throttle", "status", "ann", stdout=out)
    assert "1 attempt counted" in out.getvalue()


@VERBS
def test_a_cache_that_cannot_count_is_no_traceback(guarded, verb):
    dummy = "django.core.cache.backends.dummy.DummyCache"
    guarded.CACHES = caches(dummy, "")
    with pytest.raises(CommandError, match="must be able to count attempts"):
        call_command("throttle", verb, "bob")
