import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from security.policy.errors import PolicyError
from security.policy.exemptions import PROBES, Exemptions

READINGS = pytest.mark.parametrize(
    "options", [{}, {"leading_slash": True}], ids=["without_slash", "with_slash"]
)


def covers(patterns, path, **options):
    return Exemptions.compile(patterns, **options).covers(path)


def refusal(patterns, **options):
    with pytest.raises(PolicyError) as error:
        Exemptions.compile(patterns, **options)
    return error.value


@pytest.mark.parametrize(
    "path", ["/accounts/login", "/accounts/login/", "/accounts/login/sso/", "/accounts/login//x"]
)
def test_a_pattern_covers_whole_segments_and_all_below(path):
    assert covers(["accounts/login"], path)


@pytest.mark.parametrize(
    "path", ["/accounts/login-as/bob/", "/accounts/loginx", "/accounts/logi", "/accounts/", "/"]
)
def test_a_pattern_never_covers_a_longer_segment(path):
    assert not covers(["accounts/login"], path)


@pytest.mark.parametrize("pattern", ["public", "public/"])
@pytest.mark.parametrize("path", ["/public-secret/", "/publicly", "/secret/public/", "/Public/"])
def test_a_word_covers_neither_its_continuation_nor_a_place_further_in(pattern, path):
    assert not covers([pattern], path)


@pytest.mark.parametrize(
    ("pattern", "covered", "not_covered"),
    [
        ("^accounts/login/$", ["/accounts/login/"], ["/accounts/login", "/accounts/login/sso/"]),
        ("^static/.*$", ["/static/", "/static/a/b.css"], ["/static", "/statics/a.css"]),
        (r".*\.css$", ["/a.css", "/a/b.css"], ["/a.css/", "/a.cssx"]),
        (r"(?P<year>\d{4})/", ["/2024/", "/2024/may/"], ["/20245/", "/2024"]),
        (r"[\w-]+/feed", ["/news/feed/", "/my-news/feed"], ["/news/feeds/", "/a/b/feed"]),
        ("login|logout", ["/login/", "/logout"], ["/loginx/", "/logou"]),
        ("(?:fr|de)/(?:login|logout)/", ["/fr/logout/"], ["/en/login/", "/fr/login"]),
        ("(?i)login/", ["/LOGIN/", "/Login/"], ["/logan/"]),
        ("(?x) login / $ # the page", ["/login/"], ["/login/x"]),
        ("[a-z]{2}/", ["/en/", "/en/shop/"], ["/eng/", "/EN/"]),
        ("^[^/]+/$", ["/a/", "/b-c/"], ["/a", "/a/b/", "/"]),
        ("a/??b", ["/ab", "/a/b/"], ["/a", "/ab-c"]),
        ("^$", ["/"], ["//", "/a"]),
    ],
)
def test_patterns_read_as_in_a_url_configuration(pattern, covered, not_covered):
    assert [path for path in covered if not covers([pattern], path)] == []
    assert [path for path in not_covered if covers([pattern], path)] == []


def test_any_end_of_a_match_counts_and_not_only_the_longest():
    assert covers(["public(?:-x)?"], "/public/-x")
    assert covers(["(?:a/)?(?:b-c|b)"], "/a/b/-c")


def test_any_pattern_of_the_list_is_enough():
    exempt = Exemptions.compile(["login/", "logout/", "public/"])
    asked = ["/login/", "/logout/", "/public/a", "/home/", "/log"]
    assert [exempt.covers(path) for path in asked] == [True, True, True, False, False]


@pytest.mark.parametrize("entry", ["evil/", "/evil/", "^evil/", "^/evil/"])
def test_a_doubled_slash_is_another_path(entry):
    assert covers([entry], "/evil/")
    assert not covers([entry], "//evil/")
    assert not covers([entry], "//evil/", leading_slash=True)


@READINGS
@pytest.mark.parametrize("path", ["", "evil/", "*", "http://example.com/evil/"])
def test_what_is_no_path_is_not_covered(path, options):
    assert not covers(["evil/", ".*evil/$", "^$", "(?!admin/)"], path, **options)


@READINGS
@pytest.mark.parametrize("entry", ["login/$", r"login/\Z", "^login/$", r"login(?=/\Z)"])
def test_the_end_is_not_before_a_final_line_break(entry, options):
    assert covers([entry], "/login/", **options)
    assert not covers([entry], "/login/\n", **options)


@pytest.mark.parametrize(
    ("slashed", "plain"),
    [
        ("/accounts/logout/", "accounts/logout/"),
        ("^/accounts/logout/$", "^accounts/logout/$"),
        (r"\A/accounts/", r"\Aaccounts/"),
        ("(?i)/accounts/", "(?i)accounts/"),
        ("(/accounts|/api)/", "(accounts|api)/"),
        ("^/accounts/|^/api/|home", "^accounts/|^api/|home"),
        ("/|api/", "^$|api/"),
        ("(/)accounts/", "accounts/"),
        ("(?!/api/)/", "(?!api/)$"),
        ("^(?!/accounts/)", "^(?!accounts/)"),
        ("^(?=/accounts/)/.*", "^accounts/"),
        ("/", "^$"),
        ("^/", "^$"),
        ("^/$", "^$"),
        ("(^/)", "^$"),
    ],
)
def test_a_leading_slash_of_an_entry_is_the_one_of_the_path(slashed, plain):
    paths = ["/", "//", "/home/", "/ACCOUNTS/", "/accountsx/", "/accounts/logout/x", "//accounts/"]
    paths += ["/accounts/", "/accounts/logout/", "/api/", "//api/", "/apix"]
    expected = [path for path in paths if covers([plain], path)]
    assert expected
    assert [path for path in paths if covers([slashed], path)] == expected


def test_only_one_slash_of_an_entry_is_the_one_of_the_path():
    assert [covers(["//api/"], path) for path in ("/api/", "//api/", "///api/")] == [0, 1, 0]


@pytest.mark.parametrize("entry", ["^/some/url/here$", "some/url/here$", "^some/url/here$"])
def test_with_its_slash_a_path_meets_patterns_written_with_it(entry):
    exempt = Exemptions.compile([entry], leading_slash=True)
    assert exempt.covers("/some/url/here")
    assert not exempt.covers("/some/url/here/")
    assert not exempt.covers("//some/url/here")


@pytest.mark.parametrize(
    ("pattern", "covered", "not_covered"),
    [
        ("/some/url", ["/some/url", "/some/url/x"], ["/some/urls", "/x/some/url"]),
        (".*/embed/$", ["/embed/", "/a/b/embed/"], ["/embed/x", "/a-embed/"]),
        (r".*\.pdf$", ["/a.pdf", "/a/b.pdf"], ["/a.pdf/"]),
        ("embed/|widget/", ["/embed/", "/widget/x"], ["//widget/", "/a/embed/"]),
        ("(embed|/widget)/", ["/embed/", "/widget/x"], ["//widget/", "/a/embed/"]),
        ("(?!admin/)", ["/", "/embed/", "/administration/"], ["/admin/"]),
        ("^(?!/admin/)", ["/", "/embed/", "/administration/"], ["/admin/", "/admin/x"]),
        ("[^/]+/", [], ["/a/", "/a/b/"]),
        ("/?embed/", ["/embed/"], ["//embed/"]),
        ("^$", ["/"], ["//", "/a"]),
        ("^/$", ["/"], ["//", "/a"]),
    ],
)
def test_with_its_slash_a_path_is_covered_in_whole_segments(pattern, covered, not_covered):
    exempt = Exemptions.compile([pattern], leading_slash=True)
    assert [path for path in covered if not exempt.covers(path)] == []
    assert [path for path in not_covered if exempt.covers(path)] == []


@pytest.mark.parametrize("build", [Exemptions, Exemptions.compile])
@pytest.mark.parametrize(
    "patterns",
    [b"a", {"a": 1}, None, {"a"}, frozenset({"a"}), 5, iter(["a"]), re.compile("a")],
    ids=lambda value: type(value).__name__,
)
def test_only_a_list_or_a_tuple_is_a_list(build, patterns):
    with pytest.raises(PolicyError, match="must be a list of regular expressions ") as error:
        build(patterns)
    assert error.value.hint == "Write a list, even for one pattern."


def test_a_string_is_never_read_letter_by_letter():
    error = refusal("^public/$")
    assert error.describe("LOGIN_EXEMPT_URLS") == (
        "LOGIN_EXEMPT_URLS must be a list of regular expressions (got '^public/$')."
    )
    assert error.hint == "Write ['^public/$']: a string alone would be read letter by letter."


@pytest.mark.parametrize("entry", [5, None, b"a", ["a"], re.compile("a")], ids=repr)
def test_an_entry_is_a_string(entry):
    error = refusal(["a", entry])
    assert error.path == "[1]"
    assert str(error).startswith("must be a regular expression, written as a string (got ")


@READINGS
@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ("(", "must be a regular expression that compiles (got '(')."),
        ("a(?<=a)", "must be a regular expression without a lookbehind (got 'a(?<=a)')."),
        ("a{9999}", "must be a pattern of at most 1000 nodes when written out (got 'a{9999}')."),
        (".*", "must be a pattern that does not match everything (got '.*')."),
    ],
)
def test_a_refusal_names_the_entry_and_what_to_do(entry, sentence, options):
    error = refusal(["login/", "logout/", entry], **options)
    assert error.describe("LOGIN_EXEMPT_URLS") == f"LOGIN_EXEMPT_URLS[2] {sentence}"
    assert error.hint


EVERYTHING = ["", "^", "$|", "|foo", "(?:)", "(foo/)?", "f*", ".*", ".+", "^.*$", "(?s).*", "/()"]
EVERYTHING += ["[^/]*", "(?=.*)", "(?=)", "(?!a).*|.*", ".*/", ".*[^/]$", "(?i)^.*", "/|/api/"]


@READINGS
@pytest.mark.parametrize("entry", EVERYTHING)
def test_a_pattern_that_matches_everything_is_refused(entry, options):
    error = refusal([entry], **options)
    home = "^/$" if options else "^$"
    assert str(error) == f"must be a pattern that does not match everything (got {entry!r})."
    assert error.hint == f"Write what the paths begin with, or {home} for the home page alone."


@pytest.mark.parametrize("entry", ["[^/]+", r"\w+", "[a-z]+", "[^/]+/", r"\S+$", "[^/]+(?=/)"])
def test_a_pattern_for_any_first_segment_matches_everything(entry):
    assert refusal([entry]).path == "[0]"
    assert refusal(["/" + entry], leading_slash=True).path == "[0]"


@pytest.mark.parametrize("entry", ["/", "^/", "/.*", "/?"])
def test_with_its_slash_every_path_begins_with_one(entry):
    error = refusal([entry], leading_slash=True)
    assert str(error) == f"must be a pattern that does not match everything (got {entry!r})."


def test_the_probes_are_paths_of_several_shapes():
    paths = [path for group in PROBES for path in group]
    assert {path.endswith("/") for path in paths} == {True, False}
    assert {path.strip("/").count("/") for path in paths} == {0, 1, 4}
    assert all(re.fullmatch("(?:/[a-z]{4,})+/?", path) for path in paths)


@READINGS
@pytest.mark.parametrize("entry", ["(?!admin/)", "^(?!admin/)", "(?!/admin/)", "(?!admin/|x/y)"])
def test_everything_but_something_is_a_choice(entry, options):
    exempt = Exemptions.compile([entry], **options)
    assert [exempt.covers(path) for path in ("/", "/home/", "/a/b", "/x/admin/")] == [True] * 4
    assert [exempt.covers(path) for path in ("/admin/", "/admin/users/")] == [False] * 2


def test_a_lookahead_speaks_of_letters_and_not_of_segments():
    exempt = Exemptions.compile(["(?!admin)"])
    assert not exempt.covers("/administration/")
    assert not exempt.covers("/admin")


@pytest.mark.parametrize("empty", [[], ()])
def test_no_pattern_covers_nothing(empty):
    exempt = Exemptions.compile(empty)
    assert not exempt
    assert not any(exempt.covers(path) for path in ["/", "", "/a/"])
    assert Exemptions.compile(["a"])


def test_equality_is_by_patterns_and_reading():
    assert Exemptions.compile(["a", "b"]) == Exemptions(("a", "b"))
    assert hash(Exemptions.compile(["a"])) == hash(Exemptions.compile(("a",)))
    assert Exemptions.compile(["a", "b"]) != Exemptions.compile(["b", "a"])
    assert Exemptions.compile(["a"]) != Exemptions.compile(["a"], leading_slash=True)
    assert repr(Exemptions.compile(["a"])) == "Exemptions(patterns=('a',), leading_slash=False)"


def test_a_later_change_of_the_list_changes_nothing():
    patterns = ["login/"]
    exempt = Exemptions.compile(patterns)
    patterns.append("admin/")
    assert exempt.patterns == ("login/",)
    assert not exempt.covers("/admin/")


PIECES = ["login", "log", "-as", "/", ".*", r"\w+", "[^/]+", "(?:a|b)", "x?", "$", "(?!x)", "(?=/)"]
WORDS = ["login", "-as", "/", "a", "b", "x", "\n"]


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=5).map("".join),
    st.lists(st.sampled_from(WORDS), max_size=6).map("".join),
)
def test_an_accepted_pattern_covers_what_re_matches_up_to_the_end_of_a_segment(tail, rest):
    entry = "log" + tail
    meaning = entry.replace("$", r"\Z") + r"(?:\Z|(?<=/)|(?=/))"
    exempt = Exemptions.compile([entry])
    slashed = Exemptions.compile([entry], leading_slash=True)
    for path in (rest, "log" + rest):
        assert exempt.covers("/" + path) == bool(re.match(meaning, path))
        assert slashed.covers("/" + path) == bool(re.match("/" + meaning, "/" + path))


@settings(deadline=None)
@given(st.text("ab/^$|.*+?()[]{}!=:<>\\dwi1,-", max_size=14), st.text("ab/1\n", max_size=8))
def test_a_pattern_is_accepted_or_refused_in_one_way(pattern, path):
    try:
        outcome = Exemptions.compile([pattern]).covers("/" + path)
    except PolicyError as error:
        outcome = error.path
    assert outcome in (True, False, "[0]")
