import gc
import importlib.util
import itertools
import random
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from security.policy import automaton
from security.policy.automaton import MAX_MEMORY, MAX_NODES, Automaton, Pattern, parse
from security.policy.errors import PolicyError

EDGE = r"(?:\A|\Z|(?<=/)|(?=/))"

ATOMS = ["a", "b", "K", "ss", "/", "-", "1", r"\.", ".", "\n", "", "[ab]", "[^a]", "[^/]", "[a-c/]"]
KINDS = [r"\w", r"\W", r"\d", r"\D", r"\s", r"[\w-]", r"[^\W\d]", "[\u017f\u212a]", "[B-Yz]"]
ANCHORS = ["^", "$", r"\A", r"\Z"]
REPEATS = ["*", "+", "?", "*?", "+?", "??", "{2}", "{0}", "{1,2}", "{,2}", "{2,}", "{0,3}?"]
GROUPS = ["(", "(?:", "(?=", "(?!", "(?i:", "(?s:", "(?-i:", "(?a:"]
FLAGS = ["", "(?i)", "(?s)", "(?a)", "(?x)", "(?ai)", "(?isx)"]


def grow(inner):
    """Patterns made of smaller ones; lookaheads may stand inside repeats as well."""
    return st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("(?:{0[0]}|{0[1]})".format),
        st.tuples(inner, st.sampled_from(REPEATS)).map("(?:{0[0]}){0[1]}".format),
        st.tuples(st.sampled_from(GROUPS), inner).map("{0[0]}{0[1]})".format),
    )


PATTERNS = st.recursive(st.sampled_from(ATOMS + KINDS + ANCHORS), grow, max_leaves=10)
TEXTS = st.text("aabk/-K1 .S\n\u017f\u212a\xe9\xdf\u0661", max_size=7)


def matches(pattern, text):
    return Automaton([parse(pattern)]).matches(text[::-1])


def matches_by_re(pattern, text, flags=""):
    """Say the same with re, whose $ also matches before a final line break."""
    meaning = re.compile(flags).flags & ~re.UNICODE
    return bool(re.match(rf"(?:{pattern.replace('$', chr(92) + 'Z')}){EDGE}", text, meaning))


@settings(max_examples=1000, deadline=None)
@given(st.sampled_from(FLAGS), PATTERNS, st.lists(TEXTS, min_size=1, max_size=8))
@example("", "(?:(?!a/).)*$", ["ba/", "b/a"])
@example("", "(?:(?=a)|b)+/", ["b/", "ab/", "bb/"])
@example("(?i)", "[k-s]+$", ["\u212a\u017f"])
def test_matches_what_re_matches_up_to_an_edge(flags, pattern, texts):
    ours = Automaton([parse(flags + pattern)])
    found = {text: ours.matches(text[::-1]) for text in texts}
    assert found == {text: matches_by_re(pattern, text, flags) for text in texts}


@settings(deadline=None)
@given(st.lists(PATTERNS, max_size=4), TEXTS)
def test_a_list_matches_what_any_of_its_patterns_matches(patterns, text):
    together = Automaton(map(parse, patterns)).matches(text[::-1])
    assert together == any(matches(pattern, text) for pattern in patterns)


@settings(deadline=None)
@given(PATTERNS, st.lists(TEXTS, max_size=8))
def test_forgetting_changes_no_answer(pattern, texts):
    expected = [matches(pattern, text) for text in texts]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(automaton, "MAX_MEMORY", 10)
        ours = Automaton([parse(pattern)])
        assert [ours.matches(text[::-1]) for text in texts] == expected


@pytest.mark.parametrize("pattern", ["(?i)k", "(?i)[^k]", "(?ai)k", "(?i)\xb5", r"\w", r"(?a)\w"])
def test_every_character_is_of_the_kinds_that_re_says(pattern):
    ours, theirs = Automaton([parse(pattern)]), re.compile(pattern)
    characters = [chr(n) for n in (*range(0x250), 0x3BC, 0x3C2, 0x1E9E, 0x212A, 0xD800, 0x1F600)]
    assert [c for c in characters if ours.matches(c)] == list(filter(theirs.fullmatch, characters))


@pytest.mark.parametrize(
    "pattern",
    ["(?i)a(?-i:a)", "a(?i:a)", r"\w(?a:\w)", r"(?a)\w(?u:\w)", ".(?s:.)", "(?s).(?-s:.)"],
)
def test_flags_hold_where_they_are_set(pattern):
    texts = ["".join(pair) for pair in itertools.product("aA1\xe9\n/", repeat=2)]
    found = [text for text in texts if matches(pattern + "$", text)]
    assert found == list(filter(re.compile(pattern).fullmatch, texts))


@pytest.mark.parametrize("pattern", ["a$", r"a\Z", "^a$", "(?:a$)+", "a(?!.)$"])
def test_the_end_is_not_before_a_final_line_break(pattern):
    assert matches(pattern, "a")
    assert not matches(pattern, "a\n")


def test_a_dot_matches_a_line_break_only_if_told_to():
    assert not matches("a.b", "a\nb")
    assert matches("(?s)a.b", "a\nb")
    assert matches("a(?s:.)b", "a\nb")


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(a+)+$", "a" * 100_000 + "!"),
        ("(.*a){12}", "a" * 100_000 + "!"),
        (".*.*.*x", "a" * 100_000),
        ("(?:a|a|b?)*!$", "a" * 100_000),
        ("(?:(?!.*b/)(?:a|aa))+/$", "a" * 100_000 + "!"),
    ],
)
def test_patterns_that_re_never_finishes_with_cost_a_handful_of_steps(pattern, text):
    ours = Automaton([parse(pattern)])
    assert not ours.matches(text[::-1])
    assert ours.visits < 200


HARD = "^.{14}a.*$"  # backwards, the last 14 characters count: 2**14 states


def hard_text(length):
    choice = random.Random(14).choice  # noqa: S311
    return "".join(choice("ab") for _ in range(length))


def test_work_is_linear_where_there_are_too_many_states_to_remember():
    ours = Automaton([parse(HARD)])
    text = hard_text(20_000)
    assert ours.matches(text) == (text[::-1][14] == "a")
    nodes = 14 + 1 + 1 + 2 + 5  # dots, the letter, the star, two anchors, what any graph has
    assert len(text) < ours.visits <= (len(text) + 1) * (nodes + 2)


@pytest.mark.parametrize("alphabet", ["ab", [chr(n) for n in range(0x3400, 0xD7FF)]], ids=len)
def test_memory_is_bounded_whatever_is_asked(alphabet):
    ours, choice = Automaton([parse(HARD)]), random.Random(14).choice  # noqa: S311
    for _ in range(300):
        ours.matches("".join(choice(alphabet) for _ in range(200)))
    alive = [each for each in gc.get_objects() if type(each) is automaton._State]
    ours_alive = [state for state in alive if state._automaton is ours]
    kept = sum(len(state) + len(state.holding) for state in ours_alive)
    assert MAX_MEMORY / 4 < kept < MAX_MEMORY + MAX_NODES
    assert len(ours._fitting) <= MAX_MEMORY


def test_a_state_takes_as_much_memory_as_it_has_nodes():
    ours = Automaton([parse("^.{200}a.*$")])
    ours.matches(hard_text(400))
    assert ours.remembered > 400 * 20


def test_a_path_seen_before_costs_nothing():
    ours = Automaton([parse("accounts/(?:login|logout)/$")])
    ours.matches("/nigol/stnuocca")
    before = ours.visits
    assert ours.matches("/nigol/stnuocca")
    assert ours.visits == before


def test_threads_may_share_one(monkeypatch):
    monkeypatch.setattr(automaton, "MAX_MEMORY", 100)  # they forget while others are on the way
    ours = Automaton([parse(HARD)])
    texts = [hard_text(300)[n:] for n in range(150)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ours.matches, texts * 4))
    assert answers == [text[::-1][14] == "a" for text in texts] * 4


@pytest.mark.parametrize(
    ("pattern", "construct"),
    [
        ("(?<=a)b", "a lookbehind"),
        ("(?<!a)b", "a lookbehind"),
        (r"a\b", "a word boundary"),
        (r"(?:a|(?!\B))", "a word boundary"),
        (r"(a)\1", "a backreference"),
        ("(?P<x>a)(?P=x)", "a backreference"),
        ("(a)?(?(1)b|c)", "a conditional"),
        ("(?>a)", "an atomic group"),
        ("a++", "a possessive repeat"),
        ("(?m)^a", "the flag m"),
        ("b(?im:^a)", "the flag m"),
    ],
)
def test_what_one_pass_cannot_decide_is_refused_by_name(pattern, construct):
    with pytest.raises(PolicyError) as error:
        Automaton([parse(pattern)])
    assert str(error.value) == (
        f"must be a regular expression without {construct} (got {pattern!a})."
    )
    assert error.value.hint == (
        "Paths are matched in one pass, without it. Describe them from start to end."
    )


def test_a_construct_of_a_later_python_is_refused_by_name():
    later = Pattern("a", [(SimpleNamespace(name="SUBTRACT"), None)], 0)
    with pytest.raises(PolicyError, match="a regular expression without SUBTRACT"):
        Automaton([later])


FAILURE = Pattern("(?!)", [(SimpleNamespace(name="FAILURE"), ())], 0)  # as Python 3.13 reads it


@pytest.mark.parametrize("pattern", [parse("(?!)"), FAILURE], ids=["here", "later"])
def test_an_exclusion_of_everything_matches_nothing(pattern):
    assert not any(Automaton([pattern]).matches(text) for text in ("", "a", "/"))


@pytest.mark.parametrize("pattern", ["(", "[a", "a**", "(?P<x>a)(?P<x>b)", "a{9999999999}", "(?q)"])
def test_what_re_refuses_is_refused(pattern):
    with pytest.raises(PolicyError, match="must be a regular expression that compiles") as error:
        parse(pattern)
    assert error.value.hint.startswith("Python says: ")


@pytest.mark.filterwarnings("error")
def test_what_re_warns_of_is_refused_where_warnings_are_errors():
    with pytest.raises(PolicyError, match="must be a regular expression that compiles"):
        parse("[[a]")


@pytest.mark.parametrize("depth", [350, 5_000])
def test_deep_nesting_is_refused(depth):
    with pytest.raises(PolicyError, match="must be a regular expression "):
        Automaton([parse("(?:ab|" * depth + "c" + ")" * depth)])


@pytest.mark.parametrize(
    "pattern", [f"a{{{MAX_NODES + 1}}}", "((a{30}){30}){30}", "(?:a?){501}", "(?:a|b|cc){,400}"]
)
def test_repeats_that_fill_the_graph_are_refused(pattern):
    with pytest.raises(PolicyError, match=f"must be a pattern of at most {MAX_NODES} nodes"):
        Automaton([parse(pattern)])


@pytest.mark.parametrize(
    "pattern", [f"a{{{MAX_NODES}}}", "a{,499}$", "[0-9a-f]{8}(?:-[0-9a-f]{4})+"]
)
def test_repeats_up_to_the_limit_are_accepted(pattern):
    assert not matches(pattern, "b")


def test_the_limit_is_for_each_pattern_of_a_list():
    word = f"a{{{MAX_NODES}}}"
    assert Automaton([parse(word), parse(word)]).matches("a" * MAX_NODES)


@pytest.mark.parametrize("pattern", ["(){4000000000}a", "(?:(?:){900}){900}a", "((((a+)+)+)+)+"])
def test_repeats_of_little_cost_little(pattern):
    ours = Automaton([parse(pattern)])
    assert ours.matches("a")
    assert ours.visits < 100


def test_exclusions_can_be_left_out_of_account():
    for pattern, inside in itertools.product(["(?!b)", "(?!b).*", "(?=(?!b)).*"], ["", "b"]):
        assert not Automaton([parse(pattern + inside)], exclusions=False).matches("a")
    assert Automaton([parse("(?!b)|a")], exclusions=False).matches("a")


def test_an_exclusion_left_out_of_account_is_still_checked():
    with pytest.raises(PolicyError, match="without a word boundary"):
        Automaton([parse(r"(?!a\b)")], exclusions=False)


def test_a_python_without_that_parser_is_told_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "re._parser", None)
    spec = importlib.util.find_spec(automaton.__name__)
    with pytest.raises(ImportError, match=r"This Python has no re\._parser"):
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
