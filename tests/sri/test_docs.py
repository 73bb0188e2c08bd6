"""What the page tells people to write does what it says."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import django
import pytest
from tests.sri.site import OF_WHITENOISE, OURS, hashed, in_page, rendered

from security.sri import errors, lookup

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "sri.md").read_text(encoding="utf-8")


def blocks(kind):
    found = re.findall(rf"^ *```{re.escape(kind)}\n(.*?)^ *```$", PAGE, re.MULTILINE | re.DOTALL)
    return [textwrap.dedent(block) for block in found]


@pytest.fixture
def collected(folders):
    folders.write("shop/main.mjs", b"import 'date'")
    folders.collect(OURS)
    with folders.settings(OURS):
        yield folders


def test_the_settings_choose_the_storage_of_this_page():
    place = {}
    exec(blocks("python")[0], place)  # noqa: S102
    assert place["STORAGES"]["staticfiles"]["BACKEND"] == OURS
    assert f"`{OF_WHITENOISE}`" in PAGE


def test_the_example_of_a_template_gives_the_page_that_is_shown(collected):
    source, shown, _ = blocks("html+django")
    address, integrity = in_page("script", rendered(source))
    told, _ = in_page("script", shown)
    name = re.compile(r"/static/app\.[0-9a-f]{12}\.js")
    assert name.fullmatch(address)
    assert name.fullmatch(told)
    line = rendered(source).splitlines()[-1].replace('nonce=""', 'nonce="..."')
    assert line.replace(address, told).replace(integrity, "sha384-...") == shown.strip()


def test_the_example_of_modules_has_the_hash_of_each(collected):
    text = rendered(blocks("html+django")[2])
    contents = [place.read_bytes() for place in collected.collected.rglob("*.*.mjs")]
    assert len(contents) == 2
    assert set(re.findall(r'sha384-[^"]+', text)) == set(map(hashed, contents))


def test_the_messages_are_the_ones_that_people_see(collected):
    shown = "\n".join(blocks("text"))
    with pytest.raises(errors.StaticIntegrityError) as caught:
        rendered('{% static_sri "ap.js" %}')
    assert f"{caught.value}\n" in shown
    assert f"{errors.not_recorded('staticfiles.json', 'app.js', None)}\n" in shown


def test_the_steps_lead_from_report_only_to_enforced(folders, get):
    watch, routes, enforce = blocks("python")[1:4]
    folders.collect(OURS)
    middleware = [
        "security.middleware.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ]
    names = ("Integrity-Policy-Report-Only", "Integrity-Policy")
    policy = "blocked-destinations=(script), sources=(inline), endpoints=(main)"
    place, seen = {"MIDDLEWARE": middleware}, []
    for step in (watch, routes, enforce):
        exec(step, place)  # noqa: S102
        settings = {name: value for name, value in place.items() if name.isupper()}
        with folders.settings(OURS, **settings):
            for address in ("/", "/admin/"):
                response = get(address, secure=True)
                seen.append([response.get(name) for name in names])
                assert response["Reporting-Endpoints"] == 'main="/reports/"'
    assert seen == [
        *[[policy, None], [policy, None]],
        *[[policy, None], [None, None]],
        *[[None, policy], [None, None]],
    ]


def test_the_number_of_remembered_files_is_the_one_told():
    assert f"last {lookup.MAX_REMEMBERED:,} files" in PAGE


if django.VERSION >= (5, 2):  # the first with assets that have attributes

    def test_a_form_can_carry_the_hashes_of_its_files(folders):
        place = {"__name__": "shop.forms"}
        exec(blocks("python")[-1], place)  # noqa: S102  # nothing is collected yet
        folders.write("shop/date.js", b"dates")
        folders.collect(OURS)
        with folders.settings(OURS):
            media = str(place["DateInput"]().media)
        stored = folders.said["paths"]["shop/date.js"]
        assert media == (
            f'<script src="/static/{stored}" crossorigin="anonymous" '
            f'integrity="{hashed(b"dates")}"></script>'
        )
