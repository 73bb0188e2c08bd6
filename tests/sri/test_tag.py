from __future__ import annotations

import os
from contextlib import suppress

import pytest
from django.template import Context, Engine
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st
from tests.sri.site import DJANGO, FILES, OURS, PLAIN, hashed, in_page, rendered, tag

from security.sri import lookup
from security.sri.errors import StaticIntegrityError

APP = hashed(FILES["app.js"])
MISSING = (
    "static_sri must be given the name of a static file (got {!r}).\n"
    "    HINT: No app has it, and no folder of STATICFILES_DIRS."
)


@pytest.fixture
def collected(folders):
    folders.collect(OURS)
    with folders.settings(OURS):
        yield folders


@pytest.fixture
def developing(folders):
    """As ``runserver`` has it: nothing is collected, and DEBUG is on."""
    with folders.settings(OURS, DEBUG=True):
        yield folders


def test_a_script_gets_its_address_its_hash_and_cors(collected):
    stored = collected.said["paths"]["app.js"]
    assert stored != "app.js"
    assert tag("app.js") == f'src="/static/{stored}" integrity="{APP}" crossorigin="anonymous"'


def test_a_stylesheet_gets_href(collected):
    stored = collected.said["paths"]["shop/shop.css"]
    served = hashed((collected.collected / stored).read_bytes())
    assert tag("shop/shop.css") == (
        f'href="/static/{stored}" integrity="{served}" crossorigin="anonymous"'
    )


def test_a_preload_chooses_href(collected):
    stored = collected.said["paths"]["lib/date.mjs"]
    assert rendered('{% static_sri "lib/date.mjs" "href" %}').startswith(f'href="/static/{stored}"')
    assert tag("lib/date.mjs").startswith(f'src="/static/{stored}"')


@pytest.mark.parametrize("attribute", ["onload", "SRC", "src onload"])
def test_no_other_attribute_is_written(collected, attribute):
    with pytest.raises(StaticIntegrityError, match="must be given 'src' or 'href'"):
        rendered(f'{{% static_sri "app.js" "{attribute}" %}}')


def test_an_import_map_gets_the_hash_alone(collected):
    source = (
        '{"integrity": {"{% static "lib/date.mjs" %}": "{% static_integrity "lib/date.mjs" %}"}}'
    )
    address = f"/static/{collected.said['paths']['lib/date.mjs']}"
    assert rendered(source) == (
        f'{{"integrity": {{"{address}": "{hashed(FILES["lib/date.mjs"])}"}}}}'
    )


def test_a_host_for_static_files_is_asked_with_cors(folders):
    folders.collect(OURS)
    with folders.settings(OURS, STATIC_URL="https://cdn.example/shop/"):
        text = tag("app.js")
    stored = folders.said["paths"]["app.js"]
    assert text == (
        f'src="https://cdn.example/shop/{stored}" integrity="{APP}" crossorigin="anonymous"'
    )


@pytest.mark.parametrize("backend", [OURS, DJANGO, PLAIN], ids=["ours", "django", "plain"])
def test_in_debug_the_hash_is_that_of_the_source(folders, backend):
    with folders.settings(backend, DEBUG=True):
        assert tag("app.js") == f'src="/static/app.js" integrity="{APP}" crossorigin="anonymous"'


def test_in_debug_a_file_that_was_edited_has_another_hash(developing):
    assert APP in tag("app.js")
    developing.write("app.js", b"edited")
    assert hashed(b"edited") in tag("app.js")


def test_in_debug_an_edit_of_the_same_length_counts(developing):
    place = developing.write("app.js", b"one")
    assert hashed(b"one") in tag("app.js")
    status = place.stat()
    place.write_bytes(b"two")
    os.utime(place, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert hashed(b"two") in tag("app.js")


def test_in_debug_a_file_is_read_once(developing):
    lookup._of_file.cache_clear()
    tag("app.js")
    tag("app.js")
    assert lookup._of_file.cache_info()[:2] == (1, 1)  # hits, misses
    assert lookup._of_file.cache_info().maxsize == lookup.MAX_REMEMBERED


def test_in_debug_the_option_of_the_storage_counts(folders):
    with folders.settings(OURS, options={"integrity_algorithm": "sha512"}, DEBUG=True):
        assert hashed(FILES["app.js"], "sha512") in tag("app.js")


def test_in_debug_a_query_stays_in_the_address(developing):
    assert tag("app.js?v=1") == (
        f'src="/static/app.js?v=1" integrity="{APP}" crossorigin="anonymous"'
    )


def test_a_query_stays_in_the_address(collected):
    stored = collected.said["paths"]["shop/shop.css"]
    assert tag("shop/shop.css?v=1&w=2").startswith(f'href="/static/{stored}?v=1&amp;w=2" integ')


def test_a_name_with_spaces_is_found(folders):
    folders.write("a b.js", b"spaces")
    for backend, debug in ((PLAIN, False), (OURS, True)):
        with folders.settings(backend, DEBUG=debug):
            assert hashed(b"spaces") in tag("a b.js")
    folders.collect(OURS)
    with folders.settings(OURS):
        assert hashed(b"spaces") in tag("a b.js")


@pytest.mark.parametrize("debug", [True, False], ids=["debug", "production"])
@pytest.mark.parametrize("name", ["none.js", "shop", "", "../secret.js", "\0", "?v=1"])
def test_a_missing_file_is_named(folders, name, debug):
    (folders.sources.parent / "secret.js").write_bytes(b"secret")
    source = Engine(libraries={"sri": "security.templatetags.sri"}).from_string(
        "{% load sri %}{% static_sri name %}"
    )
    with folders.settings(PLAIN, DEBUG=debug), pytest.raises(StaticIntegrityError) as caught:
        source.render(Context({"name": name}))
    assert str(caught.value) == MISSING.format(name)


@pytest.mark.parametrize("name", [None, 7, b"app.js"], ids=repr)
def test_what_is_no_name_is_shown(developing, name):
    with pytest.raises(StaticIntegrityError) as caught:
        lookup.integrity(name)
    assert str(caught.value) == MISSING.format(name)


@pytest.mark.parametrize(
    "name", ["https://cdn.example/app.js", "//cdn.example/app.js", "/static/app.js", "data:,1"]
)
@pytest.mark.parametrize("debug", [True, False], ids=["debug", "production"])
def test_an_address_is_no_name(folders, name, debug):
    folders.collect(OURS)
    with (
        folders.settings(OURS, DEBUG=debug),
        pytest.raises(StaticIntegrityError, match="Write the integrity of a file of another site"),
    ):
        tag(name)


def test_an_address_that_cannot_be_read_is_no_name(developing):
    with pytest.raises(StaticIntegrityError):
        tag("//[")


def test_a_plain_storage_answers_with_what_was_collected(folders):
    folders.collect(PLAIN)
    folders.write("app.js", b"newer than what is served")
    with folders.settings(PLAIN):
        assert tag("app.js") == f'src="/static/app.js" integrity="{APP}" crossorigin="anonymous"'


def test_a_plain_storage_that_collected_nothing_answers_with_the_source(folders):
    with folders.settings(PLAIN):
        assert APP in tag("app.js")
    with folders.settings(PLAIN), override_settings(STATIC_ROOT=None):
        assert APP in tag("app.js")


def test_a_storage_of_django_that_hashes_names_has_its_files_read(folders):
    folders.collect(DJANGO)
    stored = folders.said["paths"]["shop/shop.css"]
    with folders.settings(DJANGO):
        text = tag("shop/shop.css")
    assert in_page("link", f"<link {text}>") == (
        f"/static/{stored}",
        hashed((folders.collected / stored).read_bytes()),
    )


def test_a_storage_of_django_whose_file_is_gone_says_what_is_needed(folders):
    folders.collect(DJANGO)
    (folders.collected / folders.said["paths"]["app.js"]).unlink()
    with folders.settings(DJANGO), pytest.raises(StaticIntegrityError) as caught:
        tag("app.js")
    assert str(caught.value) == (
        'STORAGES["staticfiles"] must be a storage that records the integrity of its files (got '
        "'django.contrib.staticfiles.storage.ManifestStaticFilesStorage').\n"
        "    HINT: Put security.sri.storage.IntegrityMixin before it, and run collectstatic."
    )


def test_a_storage_without_a_folder_says_what_is_needed(folders):
    with (
        folders.settings("tests.sri.bucket.Bucket"),
        pytest.raises(StaticIntegrityError, match="IntegrityMixin"),
    ):
        tag("app.js")


NAMES = st.one_of(
    st.text(),
    st.text(alphabet="./?#%a:\\\0\ud800[]", max_size=12),
    st.sampled_from(["a" * 5_000, "a/" * 5_000, "\udcff", "app.js/", "app.js/x", "%00"]),
)


@pytest.mark.parametrize("debug", [True, False], ids=["debug", "production"])
@pytest.mark.parametrize("backend", [OURS, DJANGO, PLAIN], ids=["ours", "django", "plain"])
def test_no_name_raises_anything_else(folders, backend, debug):
    @given(NAMES)
    def ask(name):
        with suppress(StaticIntegrityError):
            assert lookup.integrity(name).startswith("sha384-")

    folders.collect(backend)
    with folders.settings(backend, DEBUG=debug):
        ask()
