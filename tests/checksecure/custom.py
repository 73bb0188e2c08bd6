"""Checks as a project writes them: good ones, and ones that fail in every way."""

from __future__ import annotations

import sys


def passing():
    return []


def returns_nothing():
    return None


def without_messages():
    return ["OTHER_WARNING"]


def generator():
    yield "FIRST"
    yield "SECOND"


def several():
    return {"B_WARNING", "A_WARNING", "C_WARNING"}


def explained():
    return {"SOME_WARNING"}


explained.messages = {
    "SOME_WARNING": "This is a text that is so long that it does not fit into one line of the "
    "terminal, and is wrapped."
}


def one_string():
    return "CODE"


def endless():
    while True:
        yield "AGAIN"


def broken():
    raise RuntimeError("no such luck")


def broken_halfway():
    yield "BEFORE"
    raise KeyError("halfway")


def leaves():
    sys.exit(0)


def badly_explained():
    return ["CODE"]


badly_explained.messages = ["CODE"]

number = 5
