from __future__ import annotations

import re

import pytest

TEXT = """
import pytest

@pytest.mark.parametrize("number", range(20))
def test_many(number):
    print(f"many {number}")

@pytest.mark.parametrize("number", range(2))
def test_few(number):
    print(f"few {number}")

class TestOthers:
    @pytest.mark.parametrize("number", range(20))
    def test_many(self, number):
        print(f"others {number}")
"""


def ran(output):
    return re.findall(r"^(\w+) (\d+)$", output, re.MULTILINE)


@pytest.fixture
def sample(outcome):
    def sample(*options):
        code, output = outcome(TEXT, "-s", "-q", "-q", *options)
        assert code == 0
        return ran(output.replace(".", "\n"))

    return sample


def test_every_function_runs_and_none_more_often_than_said(sample):
    names = [name for name, _ in sample("--sample", "3")]
    assert names == ["many"] * 3 + ["few"] * 2 + ["others"] * 3


def test_a_sample_is_the_same_each_time_for_workers_must_agree(sample):
    assert sample("--sample", "3") == sample("--sample", "3")


def test_two_functions_do_not_run_the_same_cases(sample):
    found = sample("--sample", "5")
    many, others = ({n for name, n in found if name == asked} for asked in ("many", "others"))
    assert many != others


def test_without_it_all_run(sample):
    assert len(sample()) == 42
