from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from security.policy.csp import bypass
from security.policy.csp.bypass import ANGULAR, FLASH, JSONP, JSONP_NEEDS_EVAL
from security.policy.csp.lint import Severity, Type, lint
from security.policy.csp.lint_hosts import NOWHERE, Place, place

SCRIPT = Path(__file__).parents[2] / "scripts" / "update_csp_bypass.py"
TABLE = Path(bypass.__file__)


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("update_csp_bypass", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def source(script, version="1.2.3"):
    """Return the package as the table has it, in the form of its source."""

    def array(name, strings):
        rows = "".join(f"  '{one}',\n" for one in strings)
        return f"export const {name}: string[] = [\n{rows}];\n"

    def urls(table):
        return array("URLS", (f"//{host}{path}" for host, path in table.items()))

    needs = re.findall('"(.+?)"', TABLE.read_text("ascii").partition("JSONP_NEEDS_EVAL")[2])
    files = {
        "LICENSE": TABLE.with_suffix(".LICENSE").read_text("ascii"),
        script.module("jsonp"): array("NEEDS_EVAL", needs) + urls(JSONP),
        script.module("angular"): urls(ANGULAR),
        script.module("flash"): urls(FLASH),
    }
    return script.Source(version, "2026-05-27", files)


def severities(text):
    return [one.severity for one in lint(text) if one.type == Type.SCRIPT_ALLOWLIST_BYPASS]


def test_the_table_has_its_source_version_date_and_licence():
    assert re.search(r"npm csp_evaluator\n\d+\.\d+\.\d+ of \d{4}-\d\d-\d\d", bypass.__doc__)
    assert "Apache License 2.0" in bypass.__doc__
    assert "Version 2.0, January 2004" in TABLE.with_suffix(".LICENSE").read_text("ascii")


def test_the_table_is_whole():
    assert (len(JSONP), len(ANGULAR), len(FLASH)) == (123, 41, 2)
    assert len(JSONP.keys() | ANGULAR.keys()) == 161
    assert len(JSONP_NEEDS_EVAL) == 6
    assert JSONP_NEEDS_EVAL - JSONP.keys() == {"google-analytics.com"}  # as in the source


@pytest.mark.parametrize("table", [JSONP, ANGULAR, FLASH])
def test_a_host_of_the_table_is_where_a_source_of_it_points(table):
    for host, path in table.items():
        assert place(f"https://{host}{path}") == Place(host, path)


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("cdnjs.cloudflare.com", Severity.HIGH),
        ("https://CDNJS.cloudflare.com:8443", Severity.HIGH),
        ("*.cloudflare.com", Severity.HIGH),
        ("*.com", Severity.HIGH),
        ("cloudflare.com", Severity.MEDIUM_MAYBE),
        ("*.cdnjs.cloudflare.com", Severity.MEDIUM_MAYBE),
        ("cdnjs.cloudflare.com/ajax/", Severity.HIGH),
        ("cdnjs.cloudflare.com/ajax", Severity.MEDIUM_MAYBE),
        ("cdnjs.cloudflare.com/a/../ajax/%2e/libs/", Severity.HIGH),
        ("cdnjs.cloudflare.com/ajax/libs/angular.js/1.2.16/angular.min.js", Severity.HIGH),
        ("cdnjs.cloudflare.com/ajax/libs/jquery/", Severity.MEDIUM_MAYBE),
        ("www.google-analytics.com", Severity.MEDIUM_MAYBE),
    ],
)
def test_a_source_that_covers_a_known_file_is_high(word, severity):
    assert severities(f"script-src {word}") == [severity]


def test_some_hosts_need_eval_to_be_a_way_round():
    text = "script-src www.google-analytics.com"
    assert severities(text) == [Severity.MEDIUM_MAYBE]
    assert severities(f"{text} 'unsafe-eval'") == [Severity.HIGH]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("object-src https://vk.com", [("HIGH", "object-src", "https://vk.com")]),
        ("default-src vk.com/swf/", [("HIGH", "default-src", "vk.com/swf/")]),
        ("object-src a.example", [("MEDIUM_MAYBE", "object-src", "a.example")]),
        ("default-src a.example", []),
        ("object-src vk.com 'none'", []),
        ("object-src vk.com; plugin-types application/pdf", []),
        (
            "object-src vk.com; plugin-types application/x-shockwave-flash",
            [("HIGH", "object-src", "vk.com")],
        ),
    ],
)
def test_a_source_of_plug_ins_is_compared_with_hosts_of_flash(text, found):
    kind = Type.OBJECT_ALLOWLIST_BYPASS
    plug_ins = [one for one in lint(text) if one.type == kind]
    assert [(one.severity.name, one.directive, one.value) for one in plug_ins] == found


@pytest.mark.parametrize(
    ("word", "where"),
    [
        ("'self'", NOWHERE),
        ("a.example", Place("a.example")),
        ("//a.example/", Place("a.example")),
        ("HTTPS://A.example:443/x?y#z", Place("a.example", "/x")),
        ("*.a.example:*", Place(".a.example", wildcard=True)),
        ("user:word@a.example", Place("a.example")),
        ("a%2Eexample", Place("a.example")),
        ("\uff41.example", Place("a.example")),
        ("a.example/x/./../%2E%2e/y/.", Place("a.example", "/y/")),
        ("a.example\\x", Place("a.example", "/x")),
        ("a.example/..", Place("a.example", "/")),
        ("b\u00fccher.example", Place("b\u00fccher.example")),
        ("xn--bcher-kva.example", Place("xn--bcher-kva.example")),
        ("127.1", Place("127.1", address=True)),
        ("0x7f000001", Place("0x7f000001", address=True)),
        ("[::1]:80", Place("[::1]", address=True)),
        ("a.example:00000000000443", Place("a.example")),
        ("08", None),
        ("256.1.1.1", None),
        ("1.2.3.4.5", None),
        ("4294967296", None),
        ("1..2", None),
        ("[::1", None),
        ("[::1%25lo]", None),
        ("[::1]x", None),
        ("a@", None),
        ("a:65536", None),
        ("a:\u0663", None),
        ("a|b", None),
        ("a\x01b", None),
        ("xn--", None),
        ("xn--a", None),
        ("xn--99999999", None),
        ("[1:2]", None),
        ("?x", None),
        ("9" * 5000, None),
        ("0x" + "f" * 5000, None),
        ("", None),
    ],
    ids=lambda one: ascii(one)[:40],
)
def test_a_source_points_where_a_url_would(word, where):
    assert place(word) == where


def test_the_table_is_what_the_script_writes(script):
    text = TABLE.read_text(encoding="ascii")
    version = script.recorded_version(text)
    assert script.render(source(script, version)) == text


def test_check_passes_for_the_table_and_fails_for_any_other(script, monkeypatch, tmp_path, capsys):
    asked = []
    monkeypatch.setattr(script, "fetch", lambda wanted: asked.append(wanted) or source(script))
    monkeypatch.setattr(script, "TABLE", tmp_path / "table.py")
    monkeypatch.setattr(script, "LICENCE", tmp_path / "table.LICENSE")
    assert script.main([]) == 0
    assert script.main(["--check"]) == 0
    assert asked == ["latest", "1.2.3"]
    script.LICENCE.write_text("")
    assert script.main(["--check"]) == 1
    assert "table.LICENSE is not what" in capsys.readouterr().err


def test_a_table_without_a_version_cannot_be_checked(script):
    with pytest.raises(ValueError, match="names no version"):
        script.recorded_version("")


def test_a_source_without_a_table_or_with_a_host_twice_is_refused(script):
    with pytest.raises(ValueError, match="has no URLS"):
        script.strings("export const URLS: string[] = [\n];", "URLS")
    with pytest.raises(ValueError, match=r"a\.example stands twice"):
        script.paths(["//a.example/x", "//a.example/y"])
