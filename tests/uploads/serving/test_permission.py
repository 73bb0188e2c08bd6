from __future__ import annotations

import re

import pytest
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import Http404

from security.uploads.serve import MediaView
from security.uploads.serve.view import GONE


def only_photos(request, path):
    return path == "photo.png"


async def awaited(request, path):
    return path == "photo.png"


def denies(request, path):
    if path != "photo.png":
        raise PermissionDenied
    return True


@pytest.mark.parametrize("allow", [only_photos, awaited, denies], ids=lambda hook: hook.__name__)
def test_what_a_visitor_may_not_have_is_not_there(ask, allow):
    assert ask("photo.png", allow=allow).status == 200
    refused, absent = (ask(name, allow=allow) for name in ("page.html", "none.html"))
    assert refused == absent
    assert refused.status == 404


def test_nobody_looks_for_a_file_that_is_not_allowed(ask):
    class Unreachable:
        def __getattr__(self, name):
            raise AssertionError(name)

    answer = ask("photo.png", storage=Unreachable(), allow=lambda request, path: False)
    assert answer.status == 404


def test_a_method_of_a_subclass_decides(ask):
    class Own(MediaView):
        def allow(self, request, path):
            return only_photos(request, path)

    assert [ask(name, view=Own).status for name in ("photo.png", "page.html")] == [200, 404]


@pytest.mark.parametrize("answer", [None, 1, "yes", [True]], ids=repr)
def test_an_answer_that_is_none_opens_nothing(rf, storage, answer):
    view = MediaView.as_view(storage=storage, allow=lambda request, path: answer)
    kind = type(answer).__name__
    with pytest.raises(TypeError, match=rf"allow must return True or False \(got {kind}\)"):
        view(rf.get("/"), path="photo.png")


def test_a_coroutine_that_nobody_awaits_opens_nothing(rf, storage):
    def forgets(request, path):
        return awaited(request, path)

    view = MediaView.as_view(storage=storage, allow=forgets)
    with pytest.raises(TypeError, match="got coroutine"):
        view(rf.get("/"), path="photo.png")


def test_refused_and_absent_are_told_in_the_same_words(rf, storage):
    view = MediaView.as_view(storage=storage, allow=only_photos)
    for name in ("page.html", "none.html", "../../etc/passwd"):
        with pytest.raises(Http404, match=re.escape(GONE)):
            view(rf.get("/"), path=name)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cache": "publik"}, "cache must be one of .* Did you mean 'public'"),
        ({"cache": "public", "signed": True}, "cache must be 'no-store' or 'private' where"),
        ({"cache": "public", "allow": only_photos}, "cache must be 'no-store' or 'private'"),
        ({"max_age": 60}, "max_age must be 0 where nothing is kept"),
        ({"cache": "private", "max_age": -1}, "max_age must be 0 to 31536000 seconds"),
        ({"cache": "private", "max_age": True}, "max_age must be"),
        ({"inline": "png"}, "inline must be a list of extensions"),
        ({"inline": ["html"]}, "inline must be one of .*got 'html'"),
        ({"inline": [".png"]}, "inline must be one of .*Did you mean 'png'"),
        ({"resource_policy": "same"}, "resource_policy must be one of"),
        ({"accel": "protected"}, "accel must be a path like '/protected/'"),
        ({"accel": "/a/../"}, "accel must be"),
        ({"accel": "/p/", "x_sendfile": True}, "x_sendfile must be off where accel is set"),
        ({"allow": "shop.may"}, "allow must be a function"),
    ],
)
def test_an_option_that_cannot_work_stops_the_start(options, message):
    with pytest.raises(ImproperlyConfigured, match=f"(?s)^MediaView.{message}"):
        MediaView.as_view(**options)


def test_an_unknown_option_stops_the_start():
    with pytest.raises(TypeError, match="invalid keyword 'allowed'"):
        MediaView.as_view(allowed=only_photos)
