from __future__ import annotations

import errno
import json
import os
import socket
import ssl

import httpx
import pytest
from tests.grade.fetching.servers import Server, answer

from security.grade.fetch.failure import FailureError, reason
from security.grade.fetch.session import Terms
from security.grade.fetch.sites import Run, fetch_all


@pytest.mark.parametrize(
    ("cause", "text"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), "no such host"),
        (socket.gaierror(socket.EAI_AGAIN, "x"), "the name cannot be looked up now"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "x"), "connection refused"),
        (ConnectionResetError(errno.ECONNRESET, "x"), "connection reset"),
        (OSError(errno.ENETUNREACH, "x"), "network is unreachable"),
        (TimeoutError(), "no answer in time"),
        (ssl.SSLError(1, "x"), "no TLS connection (handshake failed)"),
        (FailureError("more than 10 redirects"), "more than 10 redirects"),
        (ExceptionGroup("x", [OSError(errno.EHOSTUNREACH, "x")]), "no route to host"),
        (httpx.ReadError("x"), "the connection broke off"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_first_cause_is_told(cause, text):
    error = httpx.ReadError("outer")
    error.__cause__ = OSError("All connection attempts failed")
    error.__cause__.__cause__ = cause
    assert reason(error) == text


def test_a_connection_that_takes_too_long_is_told():
    error = httpx.ConnectTimeout("x")
    error.__cause__ = TimeoutError()
    assert reason(error) == "no connection in time"


def test_a_mistake_of_ours_ends_one_target_and_not_the_run():
    terms = Terms(trust=None)
    names = ["http://localhost:1/", "a b"]
    found = dict(fetch_all(names, terms, Run(tuple(names))))
    assert found[0].reason == "the grader itself failed (AttributeError)."
    assert found[1].reason.startswith("a target must be a host")


@pytest.mark.parametrize("is_live", [True, False])
def test_a_reader_that_has_seen_enough_ends_the_run(command, tmp_path, is_live):
    site = {"host": "a.test", "https": True, "response": {"status": 200, "headers": []}}
    recorded = tmp_path / "sites.jsonl"
    recorded.write_text(f"{json.dumps(site)}\n" * 500)
    with Server(lambda request: answer()) as server:
        live = [f"{server.url}/{n}" for n in range(100)]
        arguments = live if is_live else ["--recorded", recorded]
        theirs, ours = os.pipe()
        with command(*arguments, "--format=jsonl", stdout=ours) as run:
            os.close(ours)
            os.close(theirs)
            errors = run.communicate(timeout=60)[1]
    assert (run.returncode, errors) == (2, b"")
