"""No honest file is refused, and what is made anew is still the same picture."""

from __future__ import annotations

import io
import json

import pytest
from PIL import Image
from tests.modes import connections
from tests.uploads.corpus import honest_pictures, honest_plain
from tests.uploads.corpus.files import HONEST_FOLDER, media_type_of
from tests.uploads.corpus.sending import upload_site

from security.uploads import Rules, names
from security.uploads.types import IMAGES, TYPES

__all__ = ["connections"]

MANIFEST = HONEST_FOLDER.parent / "honest.json"
RULES = Rules(types=tuple(TYPES))


def committed():
    """Yield what other programs made; ``scripts/make_upload_corpus.py`` makes it again."""
    for path in sorted(HONEST_FOLDER.iterdir()):
        yield path.name, path.read_bytes()


MAKERS = {"committed": committed, "pictures": honest_pictures.files, "plain": honest_plain.files}


def test_the_corpus_is_large_and_told():
    files = [file for make in MAKERS.values() for file in make()]
    told = json.loads(MANIFEST.read_text("utf-8"))

    assert len({content for _, content in files}) == len(files) >= 250
    assert set(told) == {name for name, _ in committed()}
    assert all(row["tool"].split()[-1][0].isdigit() for row in told.values())
    assert sum(path.stat().st_size for path in HONEST_FOLDER.iterdir()) < 3_000_000
    extensions = {names.extension_of(name) for name, _ in files}
    assert extensions == set(RULES.extensions) - {"jpeg"}


@pytest.mark.parametrize("first", [False, True], ids=["form", "handler"])
@pytest.mark.parametrize("reencode", [True, False], ids=["anew", "kept"])
@pytest.mark.parametrize("maker", list(MAKERS))
def test_no_honest_file_is_refused(maker, reencode, first):
    wrong = {}
    with upload_site(reencode=reencode, first=first) as send:
        for name, content in MAKERS[maker]():
            answer = send(name, media_type_of(name), content)
            problem = answer.rules or changed(name, content, answer, reencode=reencode)
            if problem and not is_kept_no_longer(name, reencode=reencode):
                wrong[name] = problem
    assert wrong == {}


def is_kept_no_longer(name: str, *, reencode: bool) -> bool:
    """A phone's second picture stands behind the first; only making it anew takes it away."""
    return not reencode and "two lenses" in name


def changed(name, content, answer, *, reencode):
    """Return what is not as it was sent, or nothing."""
    kind = RULES.type_of(names.extension_of(name))
    if answer.media_type != kind.media_types[0]:
        return answer.media_type
    if not (reencode and kind.name in IMAGES):
        return "" if answer.content == content else "other bytes"
    before, after = shape(content, kind.name), shape(answer.content, kind.name)
    return "" if before == after else f"{before} became {after}"


def shape(content, kind):
    """Return the format, the frames, and the size as it is shown."""
    with Image.open(io.BytesIO(content)) as image:
        frames = getattr(image, "n_frames", 1)
        for number in range(frames):
            image.seek(number)
            image.load()
        is_lying = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
        size = image.size[::-1] if is_lying else image.size
        return kind, 1 if kind == "jpeg" else frames, size
