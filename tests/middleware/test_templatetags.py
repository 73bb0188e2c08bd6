from __future__ import annotations

import pytest
from django import forms
from django.http import HttpResponse
from django.template import TemplateSyntaxError, engines

from security.context_processors import csp

POLICY = "Content-Security-Policy"


@pytest.fixture(autouse=True)
def installed(settings):
    settings.MIDDLEWARE = ["security.middleware.SecurityMiddleware"]
    settings.SECURE_CSP = {"script-src": ["<CSP_NONCE_SENTINEL>"]}


def rendering(text, **context):
    def render(request):
        template = engines["django"].from_string("{% load csp %}" + text)
        return HttpResponse(template.render({**csp(request), **context}, request))

    return render


def test_the_attribute_carries_the_nonce_of_the_header(page):
    response = page(rendering("<script {% csp_nonce_attr %}></script>"))
    nonce = response.content.decode().split('"')[1]
    assert response.content.decode() == f'<script nonce="{nonce}"></script>'
    assert response[POLICY] == f"script-src 'nonce-{nonce}'"


class Form(forms.Form):
    class Media:
        js = ("a.js",)
        css = {"all": ("a.css",)}  # noqa: RUF012  # as Django documents it


def test_the_media_of_a_form_carry_it_too(page):
    response = page(rendering("{{ csp_nonce }}|{% csp_nonce_attr form.media %}", form=Form()))
    nonce, media = response.content.decode().split("|")
    assert media.count(f'nonce="{nonce}"') == 2


def test_without_the_context_processor_nothing_is_written(page):
    response = page(
        rendering(
            "<i {% csp_nonce_attr %}>{% csp_nonce_attr form.media %}", csp_nonce=None, form=Form()
        )
    )
    assert b"nonce" not in response.content


@pytest.mark.parametrize("element", ["script", "style"])
def test_a_hashed_element_is_allowed_and_the_page_stays_cacheable(page, element):
    response = page(rendering(f"{{% csp_{element} %}}x = 1{{% endcsp_{element} %}}"))
    assert response.content.decode() == f"<{element}>x = 1</{element}>"
    assert response[POLICY] == "script-src 'sha256-j/Q23vFFEoVZmhsa1wgASTuNyv3ikS4aODRWMwVOTCY='"
    assert "Cache-Control" not in response


def test_a_hashed_element_takes_no_arguments(page):
    with pytest.raises(TemplateSyntaxError, match="csp_script takes no arguments"):
        page(rendering("{% csp_script defer %}{% endcsp_script %}"))
