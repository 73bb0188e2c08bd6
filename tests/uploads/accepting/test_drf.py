from __future__ import annotations

import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import JsonResponse
from django.test import override_settings
from tests.modes import connections, site
from tests.uploads.accepting.site import PAGE, described, sent, with_view
from tests.uploads.made import HTML, SAMPLES, png

__all__ = ["connections", "site"]

TEXT = SAMPLES["txt"]


def post(site, field, *file):
    from rest_framework.parsers import MultiPartParser
    from rest_framework.renderers import JSONRenderer
    from rest_framework.response import Response
    from rest_framework.serializers import Serializer
    from rest_framework.views import APIView

    serializer_class = type("Upload", (Serializer,), {"file": field})

    class View(APIView):
        authentication_classes = ()
        permission_classes = ()
        parser_classes = (MultiPartParser,)
        renderer_classes = (JSONRenderer,)

        def post(self, request):
            serializer = serializer_class(data=request.data)
            if serializer.is_valid():
                return JsonResponse(described(serializer.validated_data["file"]))
            codes = [[error.code, str(error)] for error in serializer.errors["file"]]
            return Response(codes, status=422)

    with with_view(View.as_view()):
        return site.post(PAGE, sent(*file))


def test_a_serializer_gets_the_accepted_file(site):
    from security.uploads.drf import SafeFileField

    answer = post(site, SafeFileField(types=["txt"]), "a.b.txt", TEXT, "text/plain").json()
    assert (answer["name"], answer["content"]) == ("a-b.txt", TEXT.decode())


def test_a_serializer_answers_with_the_rule(site):
    from security.uploads.drf import SafeFileField, SafeImageField

    field = SafeFileField(types=["txt"], max_size=100)
    html = post(site, field, "a.txt", HTML, "text/plain")
    assert html.json() == [["content.html", "A browser would show this file as a web page."]]
    assert post(site, field, "a.txt", b"a" * 101).json()[0][0] == "size.most"
    assert post(site, field, "a.txt", b"").json()[0][0] == "empty"
    assert post(site, SafeImageField(), "a.txt", TEXT).json()[0][0] == "extension.not_allowed"


@pytest.mark.parametrize("kind", ["plain", "safe"])
@override_settings(FILE_UPLOAD_HANDLERS=["security.uploads.handlers.SafeUploadHandler"])
def test_any_serializer_shows_why_the_handler_refused(site, kind):
    from rest_framework.serializers import FileField

    from security.uploads.drf import SafeFileField

    field = FileField() if kind == "plain" else SafeFileField(types=["txt"])
    assert post(site, field, "a.txt", HTML, "text/plain").json()[0][0] == "content.html"


def test_a_picture_is_made_anew_for_an_api_too(site):
    from security.uploads.drf import SafeImageField

    answer = post(site, SafeImageField(), "a.png", png(text=b"at home"), "image/png").json()
    assert "at home" not in answer["content"]


def test_a_bad_option_stops_the_start():
    from security.uploads.drf import SafeFileField

    with pytest.raises(ImproperlyConfigured, match="Did you mean 'pdf'"):
        SafeFileField(types=["pdff"])


def test_without_the_framework_the_error_names_it():
    code = "import sys; sys.modules['rest_framework'] = None; import security.uploads.drf"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stderr.endswith(
        "ImportError: security.uploads.drf needs Django REST framework: "
        "pip install djangorestframework\n"
    )
