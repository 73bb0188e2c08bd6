from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from tests.collecting.sending import Keeper

from security.checks.collecting import check_report_addresses, check_sink
from security.conf import conf
from security.reports.noise import builtin
from security.reports.sinks import sink

RULE = """
version = "7"

[[rule]]
id = "ours"
family = "A program of our visitors"
tier = 2
date = 2026-11-20
source = "seen at our site"
hosts = ["a.example"]
example = { blocked = "https://a.example/x.js" }
near_miss = { blocked = "https://b.example/x.js" }
"""
SINK = "the dotted path of a sink"
DAYS = "a whole number of days, 1 to 36500"
HTTPS = "a URL that starts with 'https://', or None"
HALF = "tests.collecting.sending.Half"


def said(settings, **given):
    settings.SECURITY_REPORTS = given
    with pytest.raises(ImproperlyConfigured) as error:
        _ = conf.SECURITY_REPORTS
    return str(error.value)


def test_the_defaults_are_those_of_the_docs(settings):
    settings.SECURITY_REPORTS = {}
    read = conf.SECURITY_REPORTS
    assert read == (None, {}, 90, 30, 1000, builtin(), False, False, (), None, 10)


@pytest.mark.parametrize(
    ("key", "value", "place", "what", "got"),
    [
        ("SINK", "nowhere.Sink", "", SINK, "'nowhere.Sink'"),
        ("SINK", Keeper, "", SINK, "<class 'tests.collecting.sending.Keeper'>"),
        ("SINK", HALF, "", SINK, f"'{HALF}'"),
        ("SINK", "", "", SINK, "''"),
        ("OPTIONS", [], "", "a dictionary of names and values", "[]"),
        ("OPTIONS", {1: 2}, "", "a dictionary of names and values", "{1: 2}"),
        ("KEEP_DAYS", 0, "", DAYS, "0"),
        ("KEEP_DAYS", True, "", DAYS, "True"),
        ("KEEP_REPORTS_DAYS", "30", "", DAYS, "'30'"),
        ("MAX_GROUPS_PER_HOUR", 1.5, "", "a whole number of groups, 1 to 1000000", "1.5"),
        ("NOISE", 7, "", "the path of a TOML file, or None", "7"),
        ("NOISE", "no.toml", "", "the path of a file that can be read", "'no.toml'"),
        ("NOISE", "\0", "", "the path of a file that can be read", "'\\x00'"),
        ("TOKEN", "yes", "", "True or False", "'yes'"),
        ("CLOSED", None, "", "True or False", "None"),
        ("ALERT_EMAILS", "a@b.example", "", "a list of mail addresses", "'a@b.example'"),
        ("ALERT_EMAILS", ["ann"], "[0]", "a mail address", "'ann'"),
        ("ALERT_EMAILS", [None], "[0]", "a mail address", "None"),
        ("ALERT_WEBHOOK", "http://h.example/", "", HTTPS, "'http://h.example/'"),
        ("ALERT_WEBHOOK", "https://[h", "", HTTPS, "'https://[h'"),
        ("ALERT_WEBHOOK", "https://h.example/a b", "", HTTPS, "'https://h.example/a b'"),
        ("ALERT_FACTOR", 1, "", "a number above 1, up to 1000000", "1"),
        ("ALERT_FACTOR", float("nan"), "", "a number above 1, up to 1000000", "nan"),
    ],
)
def test_a_value_that_cannot_work_is_told_with_its_key(settings, key, value, place, what, got):
    line = said(settings, **{key: value}).partition("\n")[0]
    assert line == f'SECURITY_REPORTS["{key}"]{place} must be {what} (got {got}).'


def test_an_unknown_key_is_told_with_the_nearest(settings):
    assert said(settings, SINKS="x").endswith("HINT: Did you mean 'SINK'?")


def test_a_sink_that_lacks_a_method_is_told_which(settings):
    hint = "HINT: It has no aaccept and no refuse."
    assert said(settings, SINK="tests.collecting.sending.Half").endswith(hint)


def test_an_option_that_the_sink_does_not_take_is_told(settings):
    text = said(settings, SINK="tests.collecting.sending.Keeper", OPTIONS={"labels": 1})
    assert text == (
        "SECURITY_REPORTS[\"OPTIONS\"] must be the options of Keeper (got {'labels': 1}).\n"
        "    HINT: Did you mean 'label'?"
    )


def test_the_rules_of_the_project_stand_before_ours(settings, tmp_path):
    file = tmp_path / "noise.toml"
    file.write_text(RULE, "utf-8")
    settings.SECURITY_REPORTS = {"NOISE": Path(file)}
    pack = conf.SECURITY_REPORTS.pack
    assert pack.version == f"{builtin().version}+7"
    assert [rule.id for rule in pack.rules[:2]] == ["ours", builtin().rules[0].id]


@pytest.mark.parametrize(
    ("text", "said_of_it"),
    [
        (RULE.replace("ours", builtin().rules[0].id).encode(), "must be given an id of its own"),
        (RULE.replace("tier", "teir").encode(), "Did you mean 'tier'?"),
        (b"version = ", "must be TOML"),
        (b"# \xff", "must be a file in UTF-8"),
        (b"#" * 1_000_001, "must be a file of at most 1,000,000 bytes"),
    ],
    ids=["same-id", "misspelt", "no-toml", "no-utf-8", "large"],
)
def test_a_file_of_rules_that_cannot_work_stops_the_start(settings, tmp_path, text, said_of_it):
    file = tmp_path / "noise.toml"
    file.write_bytes(text)
    text = said(settings, NOISE=str(file))
    assert text.startswith('SECURITY_REPORTS["NOISE"]')
    assert said_of_it in text


def test_the_sink_suits_the_installed_apps(settings):
    settings.SECURITY_REPORTS = {}
    assert type(sink()).__name__ == "DatabaseSink"


def test_without_the_app_reports_go_to_the_log(settings, monkeypatch):
    settings.SECURITY_REPORTS = {}
    monkeypatch.setattr("security.reports.sinks.apps.is_installed", lambda name: False)
    assert type(sink()).__name__ == "LogSink"


def ids(messages):
    return [message.id for message in messages]


def test_a_sink_that_cannot_be_made_is_found_where_reports_are_served(settings):
    settings.SECURITY_REPORTS = {"SINK": "tests.collecting.sending.Stubborn"}
    (found,) = check_sink()
    assert (found.id, found.hint) == ("bulwark.E009", "nobody is there")
    assert found.msg == (
        'SECURITY_REPORTS["SINK"] must be a sink that can be made (got SinkUnavailable).'
    )
    settings.ROOT_URLCONF = "tests.urls"
    assert check_sink() == []


def test_a_sink_that_can_be_made_is_no_finding():
    assert check_sink() == []


ADDRESSED = [
    ("SECURE_CSP", {"img-src": ["*"], "report-uri": "{}"}),
    ("SECURE_CSP_REPORT_ONLY", {"img-src": ["*"], "report-uri": "{}"}),
    ("CSP_DICT", {"img-src": ["*"], "report-uri": "{}"}),
    ("CSP_STRING", "img-src *; report-uri {}"),
    ("CSP_REPORT_DICT", {"img-src": ["*"], "report-uri": "{}"}),
    ("CSP_REPORT_STRING", "img-src *, img-src 'self'; report-uri {}"),
    ("SECURITY_REPORTING_ENDPOINTS", {"main": "{}"}),
]


def addressed(value, address):
    if isinstance(value, str):
        return value.format(address)
    return {
        name: each.format(address) if isinstance(each, str) else each
        for name, each in value.items()
    }


@pytest.mark.parametrize(("name", "value"), ADDRESSED, ids=[name for name, _ in ADDRESSED])
def test_an_address_that_nobody_is_at_is_found(settings, name, value):
    setattr(settings, name, addressed(value, "/csp-reports/"))
    (found,) = check_report_addresses()
    assert found.id == "bulwark.W014"
    assert found.msg == (f"{name} has reports sent to '/csp-reports/', where the site has nothing.")
    for there in ("/csp-report/", "https://elsewhere.example/csp/"):
        setattr(settings, name, addressed(value, there))
        assert check_report_addresses() == []


def test_no_check_fails_by_a_setting_that_is_broken(settings):
    settings.SECURITY_REPORTS = []
    assert (check_sink(), check_report_addresses()) == ([], [])
