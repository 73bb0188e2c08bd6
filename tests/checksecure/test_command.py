from __future__ import annotations

import json
import textwrap

import pytest
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError

from djangosecure.check import get_check, run_checks
from security.management.secure_checks import DEFAULT

CUSTOM = "tests.checksecure.custom"
LONG = (
    "This is a text that is so long that it does not fit into one line of\n"
    "the terminal, and is wrapped.\n"
    "\n"
)


def custom(*names):
    return [f"{CUSTOM}.{name}" for name in names]


def test_all_clear(safe, checksecure):
    lines = "".join(f"Running {path}... OK\n" for path in DEFAULT)
    assert checksecure() == (0, f"{lines}\nAll clear!\n\n", "")


def test_a_warning_fails_its_check_and_is_explained(safe, checksecure):
    safe.SECURE_CHECKS = custom("passing", "explained")
    assert checksecure() == (
        0,
        f"Running {CUSTOM}.passing... OK\nRunning {CUSTOM}.explained... FAIL\n",
        LONG,
    )


def test_verbosity_0_prints_the_codes_and_nothing_else(safe, checksecure):
    safe.SECURE_CHECKS = custom("passing", "explained", "without_messages")
    assert checksecure(verbosity=0) == (0, "", "SOME_WARNING\nOTHER_WARNING\n")
    safe.SECURE_CHECKS = custom("passing")
    assert checksecure(verbosity=0) == (0, "", "")


def test_a_code_without_a_message_stands_for_itself(settings, checksecure):
    settings.SECURE_CHECKS = custom("without_messages")
    assert checksecure().err == "OTHER_WARNING\n\n"


def test_a_check_may_return_any_iterable(settings, checksecure):
    settings.SECURE_CHECKS = custom("generator", "several")
    assert checksecure(verbosity=0).err.split() == [
        "FIRST",
        "SECOND",
        "A_WARNING",
        "B_WARNING",
        "C_WARNING",
    ]
    assert run_checks() == {"FIRST", "SECOND", "A_WARNING", "B_WARNING", "C_WARNING"}


@pytest.mark.parametrize("path", DEFAULT)
def test_every_documented_message_is_printed_in_full_and_wrapped(settings, checksecure, path):
    settings.SECURE_CHECKS = [path]
    settings.MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware"]
    settings.SECRET_KEY = "a"
    settings.SECURE_CONTENT_TYPE_NOSNIFF = False
    settings.SESSION_COOKIE_SECURE = settings.SESSION_COOKIE_HTTPONLY = False
    (code,) = run_checks()
    assert checksecure().err == textwrap.fill(get_check(path).messages[code]) + "\n\n"


def test_no_check_at_all_is_all_clear(settings, checksecure):
    settings.SECURE_CHECKS = []
    assert checksecure().out == "\nAll clear!\n\n"


@pytest.mark.parametrize(
    ("level", "code"),
    [(None, 0), ("DEBUG", 1), ("INFO", 1), ("WARNING", 1), ("ERROR", 0), ("CRITICAL", 0)],
)
def test_a_warning_is_an_exit_code_where_the_level_asks_for_it(settings, checksecure, level, code):
    settings.SECURE_CHECKS = custom("explained")
    assert checksecure(fail_level=level).code == code
    assert checksecure(fail_level=level, format="json").code == code
    settings.SECURE_CHECKS = custom("passing")
    assert checksecure(fail_level=level).code == 0


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("broken", "RuntimeError: no such luck"),
        ("broken_halfway", "KeyError: 'halfway'"),
        ("leaves", "SystemExit: 0"),
        ("returns_nothing", "TypeError: It must return an iterable of codes (got None)."),
        ("one_string", "TypeError: It must return an iterable of codes (got 'CODE')."),
        ("endless", "ValueError: It must return at most 1000 codes (got more)."),
        (
            "badly_explained",
            "TypeError: Its messages must be a dictionary (got ['CODE']).",
        ),
    ],
)
def test_a_check_that_cannot_be_run_is_named_and_the_others_go_on(
    settings, checksecure, name, reason
):
    settings.SECURE_CHECKS = custom(name, "explained", "passing")
    code, out, err = checksecure()
    assert code == 2
    assert out.splitlines() == [
        f"Running {CUSTOM}.{name}... FAIL",
        f"Running {CUSTOM}.explained... FAIL",
        f"Running {CUSTOM}.passing... OK",
    ]
    text = f"{CUSTOM}.{name} could not be run. {reason}"
    assert err == f"{textwrap.fill(text)}\n\n{LONG}"
    assert checksecure(verbosity=0) == (2, "", f"{text}\nSOME_WARNING\n")
    (first, *_) = json.loads(checksecure(format="json").out)["checks"]
    assert (first["ok"], first["error"], first["warnings"]) == (False, reason, [])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (
            ["no.such.check"],
            "SECURE_CHECKS[0] must be the dotted path of a function (got 'no.such.check').\n"
            "    HINT: No module named 'no'.",
        ),
        (
            [f"{CUSTOM}.passing", f"{CUSTOM}.passes"],
            f"SECURE_CHECKS[1] must be the dotted path of a function (got '{CUSTOM}.passes').\n"
            f'    HINT: Module "{CUSTOM}" does not define a "passes" attribute/class.',
        ),
        (
            [f"{CUSTOM}.number"],
            f"SECURE_CHECKS[0] must be the dotted path of a function (got '{CUSTOM}.number').\n"
            "    HINT: It names something else.",
        ),
        (
            ["tests.checksecure.broken_module.check"],
            "SECURE_CHECKS[0] must be the dotted path of a function "
            "(got 'tests.checksecure.broken_module.check').\n"
            "    HINT: RuntimeError: the database is not there",
        ),
        (
            "a.check",
            "SECURE_CHECKS must be a list of dotted paths (got 'a.check').\n"
            "    HINT: Write ['a.check']: a string is read letter by letter.",
        ),
        (None, "SECURE_CHECKS must be a list of dotted paths (got None)."),
        (
            [None, 5],
            "SECURE_CHECKS[0] must be the dotted path of a function (got None).\n"
            "SECURE_CHECKS[1] must be the dotted path of a function (got 5).",
        ),
    ],
    ids=["package", "name", "kind", "module", "string", "nothing", "entries"],
)
def test_a_path_that_leads_nowhere_is_said_kindly(settings, checksecure, value, text):
    settings.SECURE_CHECKS = value
    with pytest.raises(CommandError) as raised:
        checksecure()
    assert (str(raised.value), raised.value.returncode) == (text, 2)
    with pytest.raises(ImproperlyConfigured, match=r"^SECURE_CHECKS"):
        run_checks()


def test_a_check_is_got_by_its_path():
    from tests.checksecure import custom as module

    assert get_check(f"{CUSTOM}.passing") is module.passing
    with pytest.raises(ImproperlyConfigured) as raised:
        get_check("nowhere")
    assert str(raised.value).startswith(
        "The check must be the dotted path of a function (got 'nowhere').\n    HINT: "
    )


def test_json_is_one_object_with_every_check(settings, checksecure):
    settings.SECURE_CHECKS = custom("passing", "without_messages")
    code, out, err = checksecure(format="json")
    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "clear": False,
        "checks": [
            {"path": f"{CUSTOM}.passing", "ok": True, "error": None, "warnings": []},
            {
                "path": f"{CUSTOM}.without_messages",
                "ok": False,
                "error": None,
                "warnings": [
                    {
                        "code": "OTHER_WARNING",
                        "message": "OTHER_WARNING",
                        "hint": None,
                        "level": "WARNING",
                    }
                ],
            },
        ],
    }


def bulwark(safe):
    """Be a project in which our own checks find one error and one warning."""
    safe.MIDDLEWARE = ["security.middleware.SecurityMiddleware", *safe.MIDDLEWARE[1:]]
    safe.SECURITY_PRESET = "strict"
    safe.USE_X_FORWARDED_HOST = True
    safe.ALLOWED_HOSTS = ["*"]


def test_our_own_catalogue_runs_along(safe, checksecure):
    bulwark(safe)
    assert checksecure().out.endswith("\nAll clear!\n\n")
    code, out, err = checksecure(bulwark=True)
    lines = out.splitlines()
    assert lines[: len(DEFAULT)] == [f"Running {path}... OK" for path in DEFAULT]
    assert "Running security.checks.deploy.check_proxies... FAIL" in lines
    assert "Running security.checks.deploy.check_hosts... FAIL" in lines
    assert "Running security.checks.deploy.check_gaps... OK" in lines
    assert (code, "All clear!" in out) == (0, False)
    said = " ".join(err.split())
    assert "SECURITY_TRUSTED_PROXIES must name the proxies that USE_X_FORWARDED_HOST" in said
    assert 'Write SECURITY_TRUSTED_PROXIES = ["10.0.0.5"]' in said
    codes = checksecure(bulwark=True, verbosity=0).err.split()
    assert {"bulwark.E003", "bulwark.W002"} <= set(codes)


def test_the_catalogue_has_the_levels_of_djangos_checks(safe, checksecure):
    bulwark(safe)
    assert checksecure(bulwark=True, fail_level="ERROR").code == 1
    found = json.loads(checksecure(bulwark=True, format="json").out)["checks"]
    levels = {w["code"]: w["level"] for check in found for w in check["warnings"]}
    assert (levels["bulwark.E003"], levels["bulwark.W002"]) == ("ERROR", "WARNING")
    safe.USE_X_FORWARDED_HOST = False
    assert checksecure(bulwark=True, fail_level="ERROR").code == 0
    assert checksecure(bulwark=True, fail_level="WARNING").code == 1


def test_the_catalogue_is_every_check_that_manage_py_check_runs(safe, checksecure):
    registered = checks.registry.registry.get_checks(include_deployment_checks=True)
    ours = {f"{c.__module__}.{c.__qualname__}" for c in registered if "security." in c.__module__}
    ours = {path for path in ours if path.startswith("security.")}
    found = json.loads(checksecure(bulwark=True, format="json").out)["checks"]
    assert [check["path"] for check in found] == [*DEFAULT, *sorted(ours)]
    assert len(ours) > 10


def test_what_is_silenced_is_silent_here_too(safe, checksecure):
    bulwark(safe)
    safe.SILENCED_SYSTEM_CHECKS = ["bulwark.E003"]
    assert "bulwark.E003" not in checksecure(bulwark=True, verbosity=0).err


def test_the_catalogue_needs_the_app(safe, checksecure):
    safe.INSTALLED_APPS = ["djangosecure"]
    with pytest.raises(CommandError) as raised:
        checksecure(bulwark=True)
    assert (str(raised.value), raised.value.returncode) == (
        "INSTALLED_APPS must name 'security' for --bulwark (got no such app).",
        2,
    )
