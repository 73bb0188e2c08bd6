"""``security.csp`` in a settings file, where Django has no settings yet."""

from __future__ import annotations

import subprocess
import sys

import django
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, override_settings

from security.csp import CSP, Policy, service, services_known, strict

SETTINGS = """
from security.csp import CSP, service, strict

SECRET_KEY = "signs-nothing"
USE_TZ = True
MIDDLEWARE = ["security.middleware.SecurityMiddleware"]
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "security"]
SECURE_CSP = strict() + service("stripe") + {"img-src": [CSP.SELF, "https://img.example.com"]}
"""
OURS = ["security.middleware.SecurityMiddleware"]


def test_it_may_be_imported_while_settings_are_read(tmp_path):
    (tmp_path / "conf_of_a_shop.py").write_text(SETTINGS)
    program = "import django; django.setup(); from django.core.management import call_command; "
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", program + "call_command('check')"],
        cwd=tmp_path,
        env={"DJANGO_SETTINGS_MODULE": "conf_of_a_shop", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_wrong_name_reads_well_where_settings_are_read():
    with pytest.raises(ImproperlyConfigured) as caught:
        service("strpie")
    assert str(caught.value) == (
        "The argument of service() must be the name of a known service (got 'strpie').\n"
        "    HINT: Did you mean 'stripe'?"
    )


def test_the_sum_is_what_is_sent():
    policy = strict() + service("vimeo", without=["script-src"])
    with override_settings(MIDDLEWARE=OURS, SECURE_CSP=policy):
        sent = Client().get("/").headers["Content-Security-Policy"]
    assert "img-src 'self' https://i.vimeocdn.com" in sent
    assert "frame-src https://player.vimeo.com" in sent


if django.VERSION >= (6, 0):  # before, Django has no policy of its own

    def test_django_takes_the_sum_for_its_own_setting():
        from django.core.checks.security.base import check_csp_settings

        with override_settings(SECURE_CSP=strict() + service("stripe"), SECURE_CSP_REPORT_ONLY={}):
            assert check_csp_settings(None) == []


def test_every_call_gives_a_fresh_policy():
    strict()["script-src"].append(CSP.UNSAFE_EVAL)
    assert CSP.UNSAFE_EVAL not in strict()["script-src"]
    assert type(strict()) is Policy


def test_the_names_are_known():
    assert {"stripe", "google-fonts"} < set(services_known())
