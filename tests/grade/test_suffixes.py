from __future__ import annotations

import pytest

from security.grade.suffixes import registrable


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("www.shop.test", "shop.test"),
        ("A.SHOP.co.uk.", "shop.co.uk"),
        ("co.uk", None),
        ("a.np.np", "a.np.np"),
        ("com", None),
        ("localhost", None),
        ("127.0.0.1", None),
        ("::1", None),
        ("a..b", None),
        ("", None),
    ],
)
def test_the_part_that_somebody_registered(host, found):
    assert registrable(host, with_hosts=False) == found


def test_hosts_of_other_peoples_sites_count_where_they_are_asked_for():
    assert registrable("a.github.io", with_hosts=True) == "a.github.io"
    assert registrable("github.io", with_hosts=True) is None
    assert registrable("a.github.io", with_hosts=False) == "github.io"
