from __future__ import annotations

import pytest

from security.policy.errors import PolicyError
from security.reports.noise import Judgement, Pack, Verdict, builtin
from security.reports.report import Kind, Report, Shape
from security.reports.scrub import scrub

PACK = builtin()
RULES = {rule.id: rule for rule in PACK.rules}
SITE = "https://site.example/page/"


def report(**members):
    defaults = {"kind": Kind.CSP, "shape": Shape.ARRAY, "document": SITE, "subject": "connect-src"}
    return Report(**defaults | members)


def judged(**members):
    return PACK.judge(report(**members))


def verdict(**members):
    return judged(**members).verdict


@pytest.mark.parametrize("name", RULES)
def test_a_rule_matches_its_example(name):
    expected = Verdict.DEFECT if RULES[name].tier == 4 else Verdict.NOISE
    assert judged(**RULES[name].example) == Judgement(expected, name, PACK.version)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_lets_its_near_miss_through(name):
    near = judged(**RULES[name].near_miss)
    assert (near.rule, near.verdict in {Verdict.NOISE, Verdict.DEFECT}) == ("", False)


@pytest.mark.parametrize("name", RULES)
def test_a_scrubbed_report_gets_the_same_verdict(name):
    for members in (RULES[name].example, RULES[name].near_miss):
        found = report(**members)
        assert PACK.judge(scrub(found, template=str)) == PACK.judge(found)


SCHEMES = [(rule.id, where, scheme) for rule in PACK.rules for scheme in rule.schemes
           for where in rule.where]  # fmt: skip


@pytest.mark.parametrize(("name", "where", "scheme"), SCHEMES)
def test_every_scheme_is_told_in_full_bare_and_in_capitals(name, where, scheme):
    for text in (f"{scheme}://abc/a.js", f"{scheme}:abc", scheme, scheme.upper()):
        found = judged(**{"blocked": "eval", "source": "", "subject": "script-src", where: text})
        assert found.verdict in {Verdict.NOISE, Verdict.DEFECT}


HOSTS = [(rule.id, host) for rule in PACK.rules for host in rule.hosts]


@pytest.mark.parametrize(("name", "host"), HOSTS)
def test_every_host_is_told_as_blocked_and_as_source(name, host):
    rule = RULES[name]
    port = f":{rule.ports[0]}" if rule.ports else ""
    path = rule.paths[0] if rule.paths else "/a.js"
    url = f"https://{host.replace('*', '1')}{port}{path}"
    subject = (*rule.directives, "connect-src")[0]
    assert judged(blocked=url, subject=subject).rule == name
    assert judged(blocked="inline", source=url.upper(), subject=subject).rule == name


SAMPLES = [(rule.id, text) for rule in PACK.rules for text in (*rule.samples, *rule.starts)]


@pytest.mark.parametrize(("name", "text"), SAMPLES)
def test_every_sample_is_told(name, text):
    rule = RULES[name]
    subject = (*rule.directives, "script-src")[0]
    found = judged(
        blocked="inline", sample=f" {text}", subject=subject, line=rule.line, column=rule.column
    )
    assert found.rule == name


def test_a_host_below_a_wildcard_is_told_and_the_host_itself_is_not():
    assert judged(blocked="https://a.b.superfish.com/").rule == "adware"
    assert judged(blocked="https://superfish.com/").rule == ""
    assert judged(blocked="https://notsuperfish.com/").rule == ""


@pytest.mark.parametrize("tier", [1, 2, 3, 4])
def test_every_tier_has_rules(tier):
    assert any(rule.tier == tier for rule in PACK.rules)


def test_hosts_that_many_sites_use_are_no_noise():
    for host in ("www.facebook.com", "github.com", "www.googletagmanager.com", "localhost:8000"):
        assert verdict(blocked=f"https://{host}/a.js") is Verdict.KEPT
    assert verdict(blocked="blob") is Verdict.KEPT


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"blocked": "https://cdn.example/a.js"}, Verdict.KEPT),
        ({"blocked": "inline", "source": SITE}, Verdict.KEPT),
        ({"blocked": "https://SITE.example:8443/a.js"}, Verdict.OWN),
        ({"blocked": "self"}, Verdict.OWN),
        ({"blocked": ""}, Verdict.UNKNOWN),
        ({"blocked": "", "source": SITE}, Verdict.KEPT),
        ({"blocked": "", "subject": "frame-ancestors"}, Verdict.KEPT),
        ({"blocked": "", "kind": Kind.COOP}, Verdict.KEPT),
        ({"blocked": SITE, "kind": Kind.CSP_HASH}, Verdict.KEPT),
        ({"blocked": SITE, "kind": "never-heard-of"}, Verdict.UNKNOWN),
        ({"blocked": "https://" + "a." * 500 + "superfish.com/"}, Verdict.KEPT),
    ],
)
def test_without_a_rule_the_report_itself_decides(members, expected):
    assert judged(**members) == Judgement(expected, "", PACK.version)


def test_a_rule_can_be_taken_out_and_the_version_says_so():
    pack = PACK.without(["trusteer"])
    assert pack.version not in {PACK.version, PACK.without(["kaspersky"]).version}
    assert len(pack.version) == len(PACK.version) + 9
    assert pack.judge(report(blocked="https://nikkomsgchannel/e")) == Judgement(
        Verdict.KEPT, "", pack.version
    )
    assert PACK.without([]) is PACK


def test_an_unknown_rule_cannot_be_taken_out():
    with pytest.raises(PolicyError, match="must be the id of a rule in the pack"):
        PACK.without(["trusted"])


RULE = """
version = "1"
[[rule]]
id = "a"
family = "F"
tier = 1
date = 2026-11-20
source = "S"
example = {}
near_miss = {}
"""


TWO = RULE + 'schemes = ["x"]\n[[rule]]' + RULE.partition("[[rule]]")[2] + 'schemes = ["y"]'


def test_a_pack_without_samples_and_patterns_judges():
    pack = Pack.load(RULE + 'schemes = ["x"]')
    assert pack.judge(report(blocked="x://y", sample="z")) == Judgement(Verdict.NOISE, "a", "1")


def test_a_rule_may_ask_for_a_port_alone():
    pack = Pack.load(RULE + "ports = [15871]")
    assert pack.judge(report(blocked="https://any.example:15871/")).rule == "a"
    assert pack.judge(report(blocked="https://any.example/")).rule == ""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("version = ", "must be TOML"),
        ("", "must be given a version"),
        ('version = "1"', "must be a list of rules"),
        ('version = "1"\nrule = [1]', "must be a table"),
        (RULE, "must say what it matches"),
        (RULE + 'schemes = "x"', "must be a list"),
        (RULE + 'schemes = ["X"]', "must be written as a rule wants it"),
        (RULE + 'hosts = ["https://a"]', "must be written as a rule wants it"),
        (RULE + 'hosts = ["a"]\nwhere = ["referrer"]', "must be written as a rule wants it"),
        (RULE + 'ports = ["1"]', "must be written as a rule wants it"),
        (RULE + 'scheme = ["x"]', "must be a member of a rule"),
        (RULE.replace('family = "F"', "") + 'schemes = ["x"]', "must have"),
        (RULE.replace('"a"', '"A b"') + 'schemes = ["x"]', "must be an id"),
        (RULE.replace("tier = 1", "tier = 5") + 'schemes = ["x"]', "must be a tier"),
        (RULE.replace("2026-11-20", '"today"') + 'schemes = ["x"]', "must be a date"),
        (TWO, "must be given an id of its own"),
    ],
    ids=map(str, range(16)),
)
def test_a_mistake_in_a_pack_is_told(text, problem):
    with pytest.raises(PolicyError, match=problem):
        Pack.load(text)


def test_a_mistake_names_its_rule_and_member():
    with pytest.raises(PolicyError) as caught:
        Pack.load(RULE + 'schemes = ["x", "X"]')
    assert caught.value.describe("PACK") == (
        'PACK["rule"][0]["schemes"][1] must be written as a rule wants it (got \'X\').'
    )
