from __future__ import annotations

import json
import os
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.grade.exchanges import CASES, an_exchange
from tests.grade.rendering.cards import EVIL
from tests.grade.rendering.shots import taken

from security.grade import baseline, snapshot
from security.grade.baseline import compare, read, render, write
from security.grade.card import grade
from security.grade.exchange import from_recorded
from security.grade.snapshot import MAX_VALUE
from security.policy.errors import PolicyError


def test_what_is_written_is_read_again(tmp_path):
    path = tmp_path / "baseline.json"
    exchanges = [from_recorded(case["input"] | {"target": f"t{number}"})
                 for number, case in enumerate(CASES)]  # fmt: skip
    shots = [snapshot.snapshot(one, grade(one)) for one in exchanges]
    write(path, reversed(shots))
    assert sorted(read(path), key=lambda one: one.target) == sorted(
        shots, key=lambda one: one.target
    )
    assert not compare(read(path), shots)


def test_the_same_sites_are_the_same_bytes(tmp_path):
    shots = [taken(target=name) for name in "abc"]
    write(tmp_path / "one", shots)
    write(tmp_path / "two", reversed(shots))
    data = (tmp_path / "one").read_bytes()
    assert data == (tmp_path / "two").read_bytes()
    assert data.isascii()
    assert len(data.splitlines()) == 3 + 2
    assert json.loads(data)["version"] == 1


def test_a_hostile_site_is_read_again(tmp_path, monkeypatch):
    monkeypatch.setattr(snapshot, "MAX_FINDINGS", 5)
    exchange = an_exchange(Content_Security_Policy=EVIL * 500, Referrer_Policy=EVIL)
    one = snapshot.snapshot(exchange, grade(exchange))
    write(tmp_path / "file", [one])
    assert read(tmp_path / "file") == (one,)
    worst = max(found.severity for found in grade(exchange).findings)
    assert (len(one.findings), one.findings[0].severity) == (5, worst)
    assert len(one.headers["Content-Security-Policy"]) < MAX_VALUE + 100
    assert "\x1b" not in render(compare([], [one]))
    assert render(compare([taken()], [one])).isascii()


@pytest.mark.parametrize("act", ["write", "compare"])
def test_two_sites_of_one_name_are_refused(act, tmp_path):
    with pytest.raises(PolicyError, match="that each have a name of their own"):
        write(tmp_path / "a", [taken()] * 2) if act == "write" else compare([], [taken()] * 2)
    assert list(tmp_path.iterdir()) == []


GOOD = {"format": "django-bulwark baseline", "version": 1, "algorithm": 6, "sites": []}
SITE = {"target": "a", "score": 1, "grade": "F", "headers": {}, "tests": {}, "findings": []}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "must be a baseline in JSON (got b'')."),
        ("\udcff", "must be a baseline in JSON (got b'\\xff')."),
        ("[" * 100_000, "must be a baseline in JSON"),
        ("9" * 5000, "must be a baseline in JSON"),
        ("[]", "must be an object (got [])."),
        (GOOD | {"format": 1}, "[\"format\"] must be 'django-bulwark baseline' (got 1)."),
        (GOOD | {"version": 2}, '["version"] must be 1 (got 2).'),
        (GOOD | {"version": True}, '["version"] must be 1 (got True).'),
        (GOOD | {"algorithm": 7}, '["algorithm"] must be 6 (got 7).'),
        (GOOD | {"sites": {}}, '["sites"] must be a list (got {}).'),
        (GOOD | {"sites": [1]}, '["sites"][0] must be an object (got 1).'),
        (GOOD | {"sites": [SITE, SITE]}, "must be of sites that each have a name"),
        *(
            (GOOD | {"sites": [SITE | part]}, f'["sites"][0]["{next(iter(part))}"] must be ')
            for part in (
                {"target": None},
                {"target": "a" * 5000},
                {"score": "1"},
                {"score": True},
                {"score": -1},
                {"grade": None},
                {"grade": []},
                {"grade": "Z"},
                {"headers": []},
                {"headers": {"a": 1}},
                {"headers": {"a": "b" * 10_001}},
                {"tests": dict.fromkeys(map(str, range(1001)), "")},
                {"findings": {}},
                {"findings": [["a", "HIGH"]]},
                {"findings": [["a", [], None]]},
                {"findings": [["a", "WORST", None]]},
                {"findings": [[1, "HIGH", None]]},
                {"findings": [["a", "HIGH", 1]]},
                {"findings": [["a", "HIGH", None]] * 1001},
            )
        ),
    ],
    ids=str,
)
def test_what_is_no_baseline_is_refused(tmp_path, data, message):
    text = data if isinstance(data, str) else json.dumps(data)
    path = tmp_path / "baseline.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(PolicyError) as caught:
        read(path)
    assert caught.value.describe("").strip().startswith(message)


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from([*SITE, "a"]), inner, max_size=6),
))  # fmt: skip
def test_whatever_stands_in_a_site_is_read_or_refused(tmp_path_factory, site):
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(GOOD | {"sites": [site]}))
    with suppress(PolicyError):
        assert len(read(path)) == 1


def test_a_file_beyond_the_limit_is_refused(tmp_path, monkeypatch):
    write(tmp_path / "a", [taken()])
    monkeypatch.setattr(baseline, "MAX_FILE", 100)
    with pytest.raises(PolicyError, match="at most 100 bytes long"):
        read(tmp_path / "a")
    with pytest.raises(PolicyError, match="at most 100 bytes long"):
        write(tmp_path / "b", [taken()])
    monkeypatch.setattr(baseline, "MAX_SITES", 0)
    with pytest.raises(PolicyError, match="at most 0 sites"):
        write(tmp_path / "b", [taken()])
    assert [one.name for one in tmp_path.iterdir()] == ["a"]


def test_the_file_is_replaced_in_one_step_and_keeps_its_mode(tmp_path, monkeypatch):
    path = tmp_path / "a"
    write(path, [taken()])
    assert path.stat().st_mode & 0o777 == 0o644
    path.chmod(0o600)
    link = tmp_path / "link"
    link.symlink_to(path)
    write(link, [])
    assert (link.is_symlink(), read(path), path.stat().st_mode & 0o777) == (True, (), 0o600)
    before = path.read_bytes()

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write(path, [taken()])
    assert path.read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a", "link"]
