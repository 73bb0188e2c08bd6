from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.reports import grouping
from security.reports.grouping import MAX_EXEMPLARS, Key, exemplars, fingerprint
from security.reports.report import Disposition, Kind, Report, Shape

REPORT = Report(
    kind=Kind.CSP,
    shape=Shape.ARRAY,
    document="https://shop.example/invoice/<int>/",
    subject="script-src-elem",
    blocked="https://cdn.example/a/b.js",
    source="https://shop.example/static/app.js",
    disposition=Disposition.ENFORCE,
    line=12,
)


def test_a_key_holds_what_the_reports_of_a_group_have_in_common():
    assert grouping.key(REPORT) == Key(
        kind="csp-violation",
        disposition="enforce",
        subject="script-src-elem",
        blocked="https://cdn.example",
        source="https://shop.example/static/app.js",
        line=12,
        document="/invoice/<int>/",
    )


@pytest.mark.parametrize(
    "change",
    [
        {"policy": "script-src 'self'"},
        {"shape": Shape.LEGACY},
        {"column": 5},
        {"status": 404},
        {"sample": "a()"},
        {"referrer": "https://other.example"},
        {"user_agent": "Firefox 153"},
        {"age": 5},
        {"details": (("a", "b"),)},
        {"blocked": "https://CDN.example:443/other.js?q"},
        {"source": "https://shop.example:443/static/app.js?v=2#x"},
        {"document": "https://www.shop.example/invoice/<int>/?page=2"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_differs_from_visit_to_visit_makes_no_new_group(change):
    assert fingerprint(replace(REPORT, **change)) == fingerprint(REPORT)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": Kind.COEP},
        {"disposition": Disposition.REPORT},
        {"subject": "script-src-attr"},
        {"blocked": "https://cdn2.example/a/b.js"},
        {"blocked": "inline"},
        {"blocked": ""},
        {"source": "https://shop.example/static/other.js"},
        {"line": 13},
        {"line": None},
        {"document": "https://shop.example/"},
        {"document": "about:srcdoc"},
    ],
    ids=lambda change: " ".join(map(str, *change.items())),
)
def test_what_tells_two_faults_apart_makes_two_groups(change):
    assert fingerprint(replace(REPORT, **change)) != fingerprint(REPORT)


@pytest.mark.parametrize("kind", [Kind.CSP_HASH, Kind.INTEGRITY])
def test_reports_about_a_file_are_grouped_by_the_file(kind):
    report = replace(REPORT, kind=kind)
    other = replace(report, blocked="https://cdn.example/a/c.js")
    assert fingerprint(other) != fingerprint(report)


def test_a_page_without_a_path_is_the_root():
    assert grouping.key(replace(REPORT, document="https://shop.example")).document == "/"


@pytest.mark.parametrize("blocked", ["data", "data:image/png;base64,x", "DATA:"])
def test_what_has_no_origin_is_known_by_its_scheme(blocked):
    assert grouping.key(replace(REPORT, blocked=blocked)).blocked == "data"


@given(st.tuples(st.text(), st.text()), st.tuples(st.text(), st.text()))
def test_two_keys_with_one_digest_are_equal(first, second):
    keys = [Key("a", "b", one, two, "c", None, "d") for one, two in (first, second)]
    assert (keys[0].digest() == keys[1].digest()) == (keys[0] == keys[1])


def test_a_fingerprint_is_the_same_in_every_process():
    program = (
        "from security.reports.grouping import Key;"
        "print(Key('csp-violation', 'enforce', 'img-src', 'data', '', None, '/').digest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True,
        env={"PYTHONPATH": ":".join(sys.path), "PYTHONHASHSEED": "5"},
    )  # fmt: skip
    here = Key("csp-violation", "enforce", "img-src", "data", "", None, "/").digest()
    assert (done.stdout.strip(), here) == (FIXED, FIXED)


FIXED = "973cbbcd6a5647332c2304ba6d69a2dd"  # of version 1; another would start every group anew


def test_equal_policies_have_one_digest():
    assert grouping.digest("img-src 'self'") == grouping.digest("img-src 'self'")
    assert grouping.digest("img-src 'self'") != grouping.digest("img-src 'none'")
    assert len(grouping.digest("")) == 32


def numbered(count):
    return [replace(REPORT, column=number) for number in range(count)]


def test_a_group_keeps_the_first_exemplars_that_differ():
    arrived = [*numbered(3), *numbered(9)]
    assert exemplars([], arrived) == tuple(numbered(MAX_EXEMPLARS))


def test_what_is_kept_is_never_pushed_out():
    kept = exemplars([], numbered(MAX_EXEMPLARS))
    assert exemplars(kept, [replace(REPORT, sample="new")]) == kept
    assert exemplars(kept[:2], kept) == kept


def test_reports_that_differ_in_age_or_policy_alone_make_one_exemplar():
    arrived = [REPORT, replace(REPORT, age=5), replace(REPORT, policy="x", status=404)]
    assert exemplars([], arrived) == (REPORT,)
