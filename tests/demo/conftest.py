"""One demo for the tests of a file, and somebody who visits it."""

from __future__ import annotations

import json

import pytest
from tests.demo.running import serving
from tests.demo.visitor import Visitor


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def shop(folder):
    with serving(folder, "--json") as process:
        yield json.loads(process.stdout.readline())


@pytest.fixture
def visitor(shop):
    return Visitor(shop["https"], shop["authority"])
