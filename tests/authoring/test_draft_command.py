from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import django
import pytest
from django.core.management import CommandError, call_command
from django.http import FileResponse, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.test import override_settings
from django.urls import path
from tests.demo.running import MANAGE, ROOT, environment

from security.conf import conf

PATIENCE = 60  # seconds for a program that takes two
ICON = '<link rel="icon" href="/i.png">'
READY = "from demo import prepare; prepare.build_tables(); prepare.let_people_in()"
asked: list[tuple[str, str]] = []


def shown(html: str, **headers: str):
    def view(request, **kwargs):
        asked.append((request.method, request.path))
        return HttpResponse(ICON + html, headers=headers)

    return view


def changing(request):
    return HttpResponse(f"{ICON}<script>let at = {len(asked)}</script>{asked.append(('', ''))}")


def failing(request):
    raise RuntimeError("on purpose")


urlpatterns = [
    path("", shown("<a href='/linked/7/'></a><a href='/linked/8/'></a><a href='/sign-out/'>")),
    path("home/", shown("<a href='/linked/7/'></a><a href='/linked/8/'></a>"), name="home"),
    path("linked/<int:number>/", shown("<img src=//linked.test/a>"), name="linked"),
    path("named/<slug:word>/", shown("<video src=//named.test/a></video>"), name="named"),
    path("changing/", changing, name="changing"),
    path("failing/", failing, name="failing"),
    path("logout/", shown("<img src=//logout.test/a>"), name="logout"),
    path("sign-out/", shown("<img src=//logout.test/a>"), name="leave"),
    path("away/", lambda request: HttpResponseRedirect("//other.test/"), name="away"),
    path("near/", lambda request: HttpResponseRedirect("/reached/"), name="near"),
    path("out/", lambda request: HttpResponseRedirect("/logout/"), name="out"),
    path("round/", lambda request: HttpResponseRedirect("/round/"), name="round"),
    path("reached/", shown("<audio src=//reached.test/a></audio>")),
    path("file/", lambda request: FileResponse(io.BytesIO(b"<img>"), filename="a.html"), name="f"),
    path("slow/", lambda request: StreamingHttpResponse(["<img src=//slow.test>"]), name="slow"),
    path("data/", shown("<img src=//data.test/a>", **{"Content-Type": "text/plain"}), name="data"),
    path("save/", shown("<img src=//save.test/a>", **{"Content-Disposition": "Attachment"}),
         name="save"),
    path("long/", shown("<img src=//long.test/a>" + " " * 2**21), name="long"),
    path("styled/", shown("<link rel=stylesheet href=/sheet.css>"), name="styled"),
    path("sheet.css", lambda request: HttpResponse("@import 'b.css'", "text/css")),
    path("b.css", lambda request: HttpResponse(
        "@font-face{src:url(//fonts.test/a)}", "text/css")),
]  # fmt: skip


@pytest.fixture
def draft(db):
    """Return what a draft of the pages above prints as JSON, and its exit code."""

    def draft(*arguments):
        asked.clear()
        out, errors = io.StringIO(), io.StringIO()
        code = 0
        with override_settings(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["shop.test"]):
            try:
                call_command(
                    "csp", "draft", "--format", "json", *arguments, stdout=out, stderr=errors
                )
            except SystemExit as end:
                code = end.code
        return {**json.loads(out.getvalue()), "code": code}

    return draft


def sources(done, directive):
    return done["SECURE_CSP"].get(directive, [])


def test_names_without_arguments_are_read_and_links_are_followed(draft):
    done = draft()
    assert {"/home/", "/linked/7/", "/reached/", "/styled/", "/changing/"} <= set(done["pages"])
    assert sources(done, "img-src") == ["'self'", "https://linked.test"]
    assert {method for method, _ in asked} <= {"GET", ""}


def test_pages_that_differ_in_a_number_are_one_kind(draft):
    assert "/linked/8/" not in draft()["pages"]


def test_links_are_followed_no_further_than_asked(draft):
    assert not [page for page in draft("--follow", "0")["pages"] if "linked" in page]


def test_a_name_with_arguments_or_a_path_can_be_asked_for(draft):
    assert sources(draft(), "media-src") == ["https://reached.test"]
    both = ["https://named.test", "https://reached.test"]
    assert sources(draft("--url", "named word=tea"), "media-src") == both
    assert sources(draft("--url", "named tea"), "media-src") == both
    assert sources(draft("--url", "/named/tea/"), "media-src") == both


def test_nothing_that_ends_a_session_is_asked_for(draft):
    draft("--url", "/")
    assert not {path for _, path in asked} & {"/logout/", "/sign-out/"}


def test_downloads_streams_and_long_pages_are_left_out(draft):
    done = draft()
    assert not {"/file/", "/slow/", "/data/", "/save/", "/long/"} & set(done["pages"])
    assert {"/slow/", "/long/", "/round/"} <= set(done["skipped"])


def test_an_excluded_path_is_left_out(draft):
    assert sources(draft("--exclude", "/linked/*"), "img-src") == ["'self'"]


def test_style_sheets_are_read_with_what_they_import(draft):
    done = draft()
    assert sources(done, "style-src") == ["'self'"]
    assert sources(done, "font-src") == ["https://fonts.test"]


def test_a_script_that_changes_gets_no_hash_and_is_told(draft):
    done = draft()
    assert "script-src" not in done["SECURE_CSP"]
    assert (done["code"], [each["pages"] for each in done["blocked"]]) == (1, [["/changing/"]])
    assert draft("--exclude", "/changing/")["code"] == 0


def test_a_page_that_fails_is_told_and_logs_nothing(draft, caplog):
    assert draft()["skipped"]["/failing/"] == "it failed with 500"
    assert caplog.records == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--follow", "-1"],
        ["--follow", "1001"],
        ["--hashes", "--strict-dynamic"],
        ["--host", "shop.test/x"],
        ["--url", "nowhere"],
        ["--url", ""],
    ],
)
def test_an_option_that_means_nothing_is_refused(draft, arguments):
    with pytest.raises(CommandError) as caught:
        draft(*arguments)
    assert caught.value.returncode == 2


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    path = {"PYTHONPATH": f"{ROOT}:{ROOT / 'src'}", "DJANGO_SETTINGS_MODULE": "demo.settings"}
    command = [sys.executable, "-c", f"import django; django.setup(); {READY}"]
    subprocess.run(command, env=environment(folder) | path, check=True, timeout=PATIENCE)
    return folder


def on_the_shop(folder: Path, *arguments: str):
    command = [sys.executable, "-W", "error", MANAGE, "csp", "draft", *arguments]
    return subprocess.run(
        command,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_the_shop_gets_a_policy_that_our_settings_take(shop):
    done = on_the_shop(shop, "--user", "alice")
    assert (done.returncode, done.stderr) == (0, "'/oops/': it failed with 500.\n")
    settings: dict[str, Any] = {}
    exec(compile(done.stdout, "settings", "exec"), settings)  # noqa: S102
    routes = settings.get("SECURITY_ROUTES", {})
    with override_settings(SECURE_CSP=settings["SECURE_CSP"], SECURITY_ROUTES=routes):
        assert conf.SECURE_CSP is not None
        assert len(conf.SECURITY_ROUTES) == len(routes) == (django.VERSION < (6, 1))
    nonce = "<CSP_NONCE_SENTINEL>"
    assert settings["SECURE_CSP"] == {
        "default-src": ["'none'"],
        "script-src": [nonce, "'strict-dynamic'"],
        "style-src": ["'self'", nonce],
        "img-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }


def test_a_draft_leaves_the_shop_as_it_is(shop):
    before = {path: path.read_bytes() for path in shop.rglob("*") if path.is_file()}
    assert on_the_shop(shop, "--user", "alice", "--user", "admin").returncode == 0
    assert before == {path: path.read_bytes() for path in shop.rglob("*") if path.is_file()}


def test_a_user_sees_more_than_a_stranger(shop):
    pages = [
        set(json.loads(on_the_shop(shop, "--format", "json", *user).stdout)["pages"])
        for user in ([], ["--user", "alice"])
    ]
    assert pages[1] - pages[0] >= {"/accounts/profile/", "/accounts/orders/", "/upload/"}


def test_a_user_that_nobody_knows_is_refused(shop):
    done = on_the_shop(shop, "--user", "bob")
    assert done.returncode == 2
    assert "--user must be the name of a user (got 'bob')." in done.stderr


def test_the_page_of_the_documentation_shows_what_is_printed(shop):
    page = (Path(ROOT) / "docs" / "csp_draft.md").read_text()
    done = on_the_shop(shop, "--user", "alice", "--exclude", "/admin/*")
    assert f"```python\n{done.stdout}```" in page
