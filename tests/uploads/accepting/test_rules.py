from __future__ import annotations

import pytest

from security.parsers_uploads import uploads
from security.policy.errors import PolicyError
from security.uploads.limits import MIB, Limits
from security.uploads.refusal import Refusal, Size
from security.uploads.rules import DEFAULT_TYPES, Rules, Scanner
from security.uploads.types import TYPES

WRONG = {
    "a list": (["png"], " must be a dictionary (got ['png'])."),
    "a key": ({"TYPE": []}, "Did you mean 'TYPES'?"),
    "one type": ({"TYPES": "png"}, "[\"TYPES\"] must be a list of types (got 'png')."),
    "no type": ({"TYPES": []}, '["TYPES"] must be a list of types (got ()).'),
    "an unknown type": ({"TYPES": ["png", "jpg"]}, '["TYPES"][1] must be one of png, jpeg, gif,'),
    "an object": ({"TYPES": [None]}, '["TYPES"][0] must be one of png'),
    "a float": ({"MAX_SIZE": 1.5}, '["MAX_SIZE"] must be a whole number, 1 to'),
    "a bool": ({"MAX_PIXELS": True}, '["MAX_PIXELS"] must be a whole number, 1 to'),
    "nothing": ({"MAX_FRAMES": 0}, '["MAX_FRAMES"] must be a whole number, 1 to'),
    "an exabyte": ({"MAX_UNPACKED": 2**60}, '["MAX_UNPACKED"] must be a whole number, 1 to'),
    "reencode": ({"REENCODE": 1}, '["REENCODE"] must be True or False (got 1).'),
    "a path": ({"CLAMAV": "/run/clamd"}, "[\"CLAMAV\"] must be 'unix:/path/of/the/socket' or"),
    "a socket": ({"CLAMAV": "unix:clamd.ctl"}, '["CLAMAV"] must be \'unix:/path'),
    "a port": ({"CLAMAV": "tcp:localhost:70000"}, '["CLAMAV"] must be \'unix:/path'),
    "an empty host": ({"CLAMAV": "tcp::3310"}, '["CLAMAV"] must be \'unix:/path'),
    "a number": ({"CLAMAV": 3310}, '["CLAMAV"] must be \'unix:/path'),
}


def test_nothing_set_is_the_safe_default():
    rules = uploads({})
    assert rules == Rules()
    assert rules.types == DEFAULT_TYPES
    assert not {"svg", "zip"} & set(rules.types)
    assert (rules.limits.max_size, rules.reencode, rules.scanner) == (10 * MIB, True, None)


def test_every_key_is_read():
    read = uploads(
        {
            "TYPES": ["pdf", "zip"],
            "REENCODE": False,
            "CLAMAV": "unix:/run/clamav/clamd.ctl",
            "MAX_SIZE": 1,
            "MAX_PIXELS": 2,
            "MAX_FRAMES": 3,
            "MAX_PAGES": 4,
            "MAX_ENTRIES": 5,
            "MAX_UNPACKED": 6,
            "MAX_RATIO": 7,
            "MAX_NESTING": 0,
        }
    )
    limits = Limits(
        max_size=1,
        max_pixels=2,
        max_frames=3,
        max_pages=4,
        max_entries=5,
        max_unpacked=6,
        max_ratio=7,
        max_nesting=0,
    )
    scanner = Scanner(path="/run/clamav/clamd.ctl")
    assert read == Rules(types=("pdf", "zip"), limits=limits, reencode=False, scanner=scanner)
    assert read.extensions == ("pdf", "zip")


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_named_with_its_place(case):
    raw, words = WRONG[case]
    with pytest.raises(PolicyError) as caught:
        uploads(raw)
    assert words in f"{caught.value.describe('')} {caught.value.hint}"


@pytest.mark.parametrize(
    ("raw", "scanner"),
    [
        ("tcp:localhost:3310", Scanner(host="localhost", port=3310)),
        ("tcp://10.0.0.1:1", Scanner(host="10.0.0.1", port=1)),
        ("tcp:[::1]:3310", Scanner(host="::1", port=3310)),
        ("unix:/run/clamd.ctl", Scanner(path="/run/clamd.ctl")),
    ],
    ids=str,
)
def test_a_scanner_has_two_kinds_of_address(raw, scanner):
    assert Scanner.parse(raw) == scanner
    assert Scanner.parse(str(Scanner(host="a", port=1))) == Scanner(host="a", port=1)


def test_options_narrow_what_is_set_and_leave_the_rest():
    rules = Rules(scanner=Scanner(path="/s")).narrowed(types=["pdf"], max_size=5)
    wanted = Rules(types=("pdf",), limits=Limits(max_size=5), scanner=Scanner(path="/s"))
    assert rules == wanted


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"maxsize": 5}, "Did you mean 'max_size'?"),
        ({"types": "png"}, "Write ['png']."),
        ({"types": None}, "must be a list of types"),
        ({"max_size": "5 MB"}, '["max_size"] must be a whole number'),
        ({"reencode": "no"}, '["reencode"] must be True or False'),
    ],
    ids=["unknown", "text", "none", "words", "reencode"],
)
def test_an_option_that_cannot_be_is_named(options, words):
    with pytest.raises(PolicyError) as caught:
        Rules().narrowed(**options)
    assert words in f"{caught.value.describe('')} {caught.value.hint}"


def test_an_extension_belongs_to_one_type():
    every = [extension for each in TYPES.values() for extension in each.extensions]
    assert len(every) == len(set(every)) == 17
    assert len(TYPES) == 15
    assert all(name == each.name and each.media_types for name, each in TYPES.items())


def test_a_refusal_says_numbers_and_names_as_a_person_reads_them():
    refusal = Refusal("size.most", "%(name)s has %(most)s, 100%%.", most=50_000_000, name="a\nb")
    assert str(refusal) == "a\ufffdb has 50,000,000, 100%."
    assert refusal.params == {"most": 50_000_000, "name": "a\nb"}
    assert str(Refusal("a.b", "100% sure.")) == "100% sure."
    assert str(Refusal("a.b", "%(most)s", most=Size(10 * 2**20))) == "10 MB"
    assert str(Refusal("a.b", "%(name)s", name="x" * 1000)) == "x" * 77 + "..."
