import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policy import strategies
from tests.policy.strategies import LONGEST, MEGABYTES, any_object, any_text, assert_refused, law

from security.policy.permissions import Directive, PermissionsPolicy
from security.policy.permissions_features import FEATURES

parse = PermissionsPolicy.parse
from_mapping = PermissionsPolicy.from_mapping


@law
@given(strategies.values(PermissionsPolicy))
def test_a_policy_is_read_back(policy):
    strategies.assert_round_trip(policy, separators=",;")


@law
@given(any_text() | any_object())
def test_anything_is_read_or_refused(value):
    for read in (parse, PermissionsPolicy, from_mapping):
        strategies.assert_read_or_refused(read, value)


@law
@given(st.dictionaries(st.sampled_from(list(FEATURES)) | any_text(), any_object(), max_size=2))
def test_any_mapping_is_read_or_refused(mapping):
    strategies.assert_read_or_refused(from_mapping, mapping)


@law
@given(st.tuples(any_object(), any_object(), any_object()))
def test_a_directive_takes_the_right_types_or_refuses(arguments):
    strategies.assert_read_or_refused(lambda given: Directive(*given), arguments)


@pytest.mark.parametrize("text", MEGABYTES)
def test_a_megabyte_is_refused_for_its_length(text):
    strategies.assert_too_long(parse, text)


@pytest.mark.parametrize("text", LONGEST)
def test_the_longest_text_is_refused_without_going_back_over_it(text):
    assert_refused(parse, text)


def test_headers_have_their_names():
    assert PermissionsPolicy.name == "Permissions-Policy"
    assert PermissionsPolicy.report_only_name == "Permissions-Policy-Report-Only"


def test_a_policy_is_a_structured_dictionary_in_the_order_of_its_author():
    policy = from_mapping(
        {
            "geolocation": [],
            "camera": ("self", "https://a.example"),
            "fullscreen": "*",
            "usb": "none",
            "autoplay": ["none"],
            "midi": "src",
            "payment": ["https://*.a.example:8443"],
        }
    )
    assert str(policy) == (
        'geolocation=(), camera=(self "https://a.example"), fullscreen=*, usb=(), autoplay=(),'
        ' midi=(src), payment=("https://*.a.example:8443")'
    )


def test_a_report_goes_to_the_endpoint_that_a_token_names():
    policy = PermissionsPolicy(
        (Directive("camera", (), "main"), Directive("usb", ("*",), report_to="other"))
    )
    assert str(policy) == "camera=();report-to=main, usb=*;report-to=other"


@pytest.mark.parametrize(
    ("text", "directives"),
    [
        ("nonsense=()", [Directive("nonsense", ())]),
        ("camera", [Directive("camera", ())]),
        ("camera=self", [Directive("camera", ("self",))]),
        ("camera=none", [Directive("camera", ())]),
        ("camera=(none self 1)", [Directive("camera", ("self",))]),
        ("camera=(self *)", [Directive("camera", ("*",))]),
        ('camera="https://a.example"', [Directive("camera", ("https://a.example",))]),
        (
            'camera=("https://a.example/x" "b.example")',
            [Directive("camera", ("https://a.example",))],
        ),
        ("camera=(self), usb=(), camera=()", [Directive("camera", ()), Directive("usb", ())]),
        ("camera=();report-to=main;x", [Directive("camera", (), "main")]),
        ('camera=();report-to="main"', [Directive("camera", ())]),
        ("camera=();report-to=Main", [Directive("camera", ())]),
    ],
)
def test_headers_are_read_as_chromium_reads_them(text, directives):
    assert parse(text) == PermissionsPolicy(tuple(directives))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "camera=() usb=()",
        "camera=(),",
        "Camera=()",
        "camera 'none'; usb 'self'",
        "camera=(self",
    ],
)
def test_headers_that_browsers_drop_are_refused(text):
    assert_refused(parse, text)


@pytest.mark.parametrize(
    ("mapping", "path", "hint"),
    [
        ({"geolocatoin": []}, '["geolocatoin"]', "Did you mean 'geolocation'?"),
        ({"Camera": []}, '["Camera"]', "Did you mean 'camera'?"),
        ({5: []}, "[5]", None),
        ({"camera": None}, '["camera"]', "An empty list allows nobody."),
        ({"camera": {"self"}}, '["camera"]', "An empty list allows nobody."),
        ({"camera": [None]}, '["camera"][0]', None),
        ({"camera": ["self", "none"]}, '["camera"][1]', "Keywords stand"),
        ({"camera": "'self'"}, '["camera"][0]', "Keywords stand"),
        ({"camera": ["*", "self"]}, '["camera"]', None),
        ({"camera": "selfs"}, '["camera"][0]', "Did you mean 'self'?"),
        ({"camera": "a.example"}, '["camera"][0]', "An origin starts with 'https://'."),
        ({"camera": "https://a.example/x"}, '["camera"][0]', "Leave out what follows the host"),
        ({"camera": 'https://a.example" *'}, '["camera"][0]', "Write an international name"),
        ({}, "", None),
        ([("camera", [])], "", None),
        (None, "", None),
    ],
    ids=repr,
)
def test_mistakes_in_a_mapping_are_told_with_their_place(mapping, path, hint):
    error = assert_refused(from_mapping, mapping)
    assert error.path == path
    assert (error.hint or "").startswith(hint or "")
    assert (error.hint is None) == (hint is None)


@pytest.mark.parametrize(
    "directives",
    [
        (),
        [Directive("camera", ())],
        ("camera",),
        (Directive("camera", ()), Directive("camera", ("self",))),
        tuple(Directive(f"a{number}", ()) for number in range(3_000)),
    ],
    ids=lambda directives: str(directives)[:30],
)
def test_other_directives_are_refused(directives):
    assert_refused(PermissionsPolicy, directives)


@pytest.mark.parametrize(
    "arguments",
    [
        ("Camera", ()),
        ("", ()),
        (None, ()),
        ("camera", "self"),
        ("camera", ["self"]),
        ("camera", ("none",)),
        ("camera", (), ""),
        ("camera", (), "Main"),
        ("camera", (), 1),
    ],
    ids=repr,
)
def test_what_is_no_directive_is_refused(arguments):
    assert_refused(Directive, *arguments)
