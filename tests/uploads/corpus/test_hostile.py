"""Every hostile file is refused by the rules that are there for it, or comes out harmless."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from tests.modes import connections
from tests.uploads.corpus import polyglots, tricks
from tests.uploads.corpus.files import Hostile
from tests.uploads.corpus.hostile import FAMILIES, hostile, of_family
from tests.uploads.corpus.names import NAMES
from tests.uploads.corpus.sending import Answer, upload_site
from tests.uploads.kinds.asked import HONEST, rule_of_kept

from security.uploads import names, sniff
from security.uploads.types import IMAGES, TYPES

__all__ = ["connections"]

SAFE_NAME = re.compile(r"\w[\w\u0300-\u036f -]*\.[a-z0-9]{1,10}")
PAIRS = ("another type",)  # each type as each other: one trick, and counted apart


def test_the_corpus_is_large_and_no_file_is_there_twice():
    files = hostile()
    assert len({(file.name, file.media_type, file.content) for file in files}) == len(files)
    assert len({file.id for file in files}) == len(files)
    assert tuple(dict.fromkeys(file.family for file in files)) == FAMILIES
    assert sum(file.family not in PAIRS for file in files) >= 250
    assert sum(len(file.content) for file in files) < 50_000_000


def judged(file: Hostile, answer: Answer) -> str:
    """Return what is wrong with an answer, or nothing."""
    if file.areas:
        if not answer.rules:
            return "accepted"
        areas = {rule.partition(".")[0] for rule in answer.rules}
        return "" if areas <= {*file.areas, "required"} else f"refused by {answer.rules}"
    if answer.rules:
        return f"refused by {answer.rules}"
    return harm(file, answer)


def harm(file: Hostile, answer: Answer) -> str:
    """Return why what would be stored is not harmless, or nothing."""
    kind = next((kind for kind in TYPES.values() if kind.media_types[0] == answer.media_type), None)
    if kind is None or not sniff.agrees(kind, sniff.sniff(io.BytesIO(answer.content))):
        return "another type"
    if not SAFE_NAME.fullmatch(answer.name) or names.normalise(answer.name) != answer.name:
        return f"named {answer.name!r}"
    if (
        len(answer.name.encode()) > names.MAX_NAME
        or names.extension_of(answer.name) not in kind.extensions
    ):
        return f"named {answer.name!r}"
    if file.family == "names":
        wanted = NAMES[file.name]
        return "" if answer.name == wanted else f"named {answer.name!r} and not {wanted!r}"
    if kind.name not in IMAGES:
        return "" if answer.content == file.content else "changed"
    for mark in file.marks:
        if mark in answer.content:
            return f"{mark!r} is left"
    if rule_of_kept(kind.name, answer.content) is not HONEST:  # nothing behind the end, no markup
        return "not clean"
    tricks.opened(answer.content)
    return ""


@pytest.mark.parametrize("first", [False, True], ids=["form", "handler"])
@pytest.mark.parametrize("family", FAMILIES)
def test_a_hostile_file_is_refused_or_made_harmless(family, first):
    wrong = {}
    with upload_site(first=first) as send:
        for file in of_family(family):
            if problem := judged(file, send(file.name, file.media_type, file.content)):
                wrong[file.title] = problem
    assert wrong == {}


@pytest.mark.parametrize("family", [name for name in FAMILIES if name not in ("names", "words")])
def test_a_hostile_file_that_would_be_kept_as_it_is_is_refused(family):
    with upload_site(reencode=False) as send:
        accepted = [
            file.title
            for file in of_family(family)
            if not send(file.name, file.media_type, file.content).rules
        ]
    assert [title for title in accepted if not is_only_made_harmless(title)] == []


def is_only_made_harmless(title: str) -> bool:
    """
    Tell what making a picture anew is needed for.

    A script and a PDF in a picture look like nothing; what is packed is not unpacked.
    """
    packed = ("text of 20 MB", "profile of 20 MB", "png with a hole")
    return (
        title.startswith(("js in ", "pdf in ")) or title.endswith("is a script") or title in packed
    )


def both_halves() -> list[Hostile]:
    return [file for file in polyglots.of_pictures() if not file.areas]


@pytest.mark.parametrize("foreign", list(polyglots.FOREIGN))
def test_both_halves_of_a_polyglot_are_sound(foreign):
    for file in both_halves():
        if not file.title.startswith(f"{foreign} in"):
            continue
        picture = tricks.opened(file.content)
        assert picture.size == (8, 6), file.title
        if foreign in ("zip", "jar"):
            with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
                assert archive.testzip() is None, file.title
        elif foreign == "pdf":
            assert b"%PDF-1.7" in file.content[:1024], file.title
            assert b"%%EOF" in file.content[-1024:], file.title
        elif "php" in foreign:
            assert file.content.count(b"<?") == 1, file.title


def test_scripts_that_are_pictures_are_pictures():
    for content in (tricks.gif_script(), tricks.jpeg_script(), tricks.webp_script()):
        assert tricks.opened(content).size[1] in (1, 6)
