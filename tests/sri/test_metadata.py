from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.policy.errors import PolicyError
from security.sri.metadata import ALGORITHMS, digest, is_metadata

# The example of Subresource Integrity section 3.1.
SPECIFIED = "sha384-H8BRh8j48O9oYatfu5AZzq6A9RINhZO5H16dQZngK7T62em8MUt1FLm52t+eX6xO"


def test_the_example_of_the_specification_comes_out():
    assert digest([b"alert('Hello, world.');"]) == SPECIFIED


@given(st.lists(st.binary()), st.sampled_from(ALGORITHMS))
def test_pieces_do_not_matter_and_a_browser_reads_it(pieces, algorithm):
    assert digest(pieces, algorithm) == digest([b"".join(pieces)], algorithm)
    assert is_metadata(digest(pieces, algorithm))


@pytest.mark.parametrize("word", ["md5", "sha1", "SHA384", "", None, 384], ids=repr)
def test_no_other_algorithm_is_known(word):
    with pytest.raises(PolicyError, match="must be one of sha256, sha384, sha512"):
        digest([], word)


@pytest.mark.parametrize(
    "value",
    [
        "",
        SPECIFIED[:-1],
        SPECIFIED + "=",
        SPECIFIED + " ",
        SPECIFIED + "\n",
        SPECIFIED.upper(),
        SPECIFIED.replace("384", "256"),
        SPECIFIED.replace("+", "-"),
        f"{SPECIFIED} {SPECIFIED}",
        None,
        384,
    ],
    ids=repr,
)
def test_what_a_browser_would_pass_over_is_no_metadata(value):
    assert not is_metadata(value)


@given(st.text())
def test_no_text_raises(text):
    assert is_metadata(text) in {True, False}
