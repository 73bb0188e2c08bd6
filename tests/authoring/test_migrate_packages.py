from __future__ import annotations

import pytest
from tests.authoring.migration import OURS, by_hand, run

from security.authoring import migrate_security


def change_of(*names, **settings):
    middleware = [f"security.middleware.{name}" for name in names]
    return migrate_security.translate({"MIDDLEWARE": middleware, **settings})


def test_a_middleware_that_sends_no_header_is_no_reason():
    assert change_of("SessionExpiryPolicyMiddleware") is None


def test_what_was_the_default_there_is_written():
    change = change_of(
        "StrictTransportSecurityMiddleware", "XssProtectMiddleware", "ReferrerPolicyMiddleware"
    )
    assert change.adds == {
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        "SECURE_HSTS_PRELOAD": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "XSS_PROTECT": "sanitize",
    }


def test_what_was_set_there_is_kept():
    change = change_of("StrictTransportSecurityMiddleware", STS_MAX_AGE=60, STS_PRELOAD=False)
    assert change.adds["SECURE_HSTS_SECONDS"] == 60
    assert change.adds["SECURE_HSTS_PRELOAD"] is False
    change = change_of("XFrameOptionsMiddleware", X_FRAME_OPTIONS="allow-from: https://a.b")
    assert change.adds == {}
    assert "No browser honours allow-from" in change.notes[1].text


def test_off_sends_no_referrer_policy():
    change = change_of("ReferrerPolicyMiddleware", REFERRER_POLICY="off")
    assert change.adds == {"SECURE_REFERRER_POLICY": None}


def test_an_empty_frame_option_was_deny():
    change = change_of("XFrameOptionsDenyMiddleware", X_FRAME_OPTIONS="")
    assert (change.adds, change.removes) == ({"X_FRAME_OPTIONS": "DENY"}, ["X_FRAME_OPTIONS"])


@pytest.mark.parametrize(
    ("path", "pattern"),
    [("/logout/", "logout/$"), ("/a.b-c/", r"a\.b-c/$"), ("/", "$"), ("/a(b", r"a\(b$")],
)
def test_a_path_becomes_the_pattern_of_that_path_alone(path, pattern):
    change = change_of("ClearSiteDataMiddleware", CLEAR_SITE_DATA_URL_WHITELIST=[path])
    assert change.adds == {"CLEAR_SITE_DATA_URL_WHITELIST": [pattern]}


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"CSP_DICT": {"default-src": ["self"]}, "CSP_STRING": "default-src 'self'"},
        {"CSP_DICT": {"default-src": "self"}},
        {"CSP_DICT": {"defualt-src": ["self"]}},
        {"CSP_STRING": "default-src 'self', img-src *"},
    ],
)
def test_a_policy_that_never_was_sent_is_not_written(settings):
    change = change_of("ContentSecurityPolicyMiddleware", **settings)
    assert change.adds == {}
    assert len([note for note in change.notes if note.by_hand]) == 2


def test_an_unknown_mode_is_named():
    change = change_of(
        "ContentSecurityPolicyMiddleware", CSP_MODE="report", CSP_DICT={"default-src": ["self"]}
    )
    assert change.adds == {"SECURE_CSP": {"default-src": ["'self'"]}}
    assert any("CSP_MODE was 'report'" in note.text for note in change.notes)


FEATURES = "MIDDLEWARE = ['django_feature_policy.FeaturePolicyMiddleware']\n"


def test_features_get_their_names_of_today():
    text = FEATURES + (
        "FEATURE_POLICY = {'vr': 'none', 'wake-lock': ['self'], 'lazyload': 'none',\n"
        "    'speaker': 'self', 'speaker-selection': '*'}\n"
    )
    migration = run(text)
    assert dict(migration.added)["PERMISSIONS_POLICY"] == {
        "xr-spatial-tracking": [],
        "screen-wake-lock": ["self"],
        "speaker-selection": ["*"],
    }
    told = " ".join(note.text for note in migration.notes)
    assert "'lazyload' is known to no browser" in told
    assert "'vr' is called 'xr-spatial-tracking' today" in told


def test_a_policy_by_the_new_name_wins_as_it_did():
    text = FEATURES + "FEATURE_POLICY = {}\nPERMISSIONS_POLICY = {'usb': []}\n"
    migration = run(text)
    assert "PERMISSIONS_POLICY" not in dict(migration.added)
    assert "PERMISSIONS_POLICY = {'usb': []}\n" in migration.after
    assert "FEATURE_POLICY = {}" not in migration.after


def test_what_the_start_refuses_is_named():
    text = (
        "MIDDLEWARE = ['django_permissions_policy.PermissionsPolicyMiddleware']\n"
        "PERMISSIONS_POLICY = {'camera': ['maps.example.com']}\n"
    )
    assert any('PERMISSIONS_POLICY["camera"]' in note for note in by_hand(run(text)))


def test_a_middleware_without_any_policy_goes():
    after = run(FEATURES).after
    assert after.startswith(f"MIDDLEWARE = ['{OURS}']\n")


@pytest.mark.parametrize("bad", ["'camera'", "{'camera': 3}"])
def test_what_is_no_policy_is_left_out(bad):
    migration = run(FEATURES + f"FEATURE_POLICY = {bad}\n")
    assert not dict(migration.added).get("PERMISSIONS_POLICY")
    assert any("left out" in note or "no dictionary" in note for note in by_hand(migration))


def test_an_app_without_a_setting_goes():
    migration = run("INSTALLED_APPS = ['django_referrer_policy']\n", MIDDLEWARE=[OURS])
    assert migration.after == "INSTALLED_APPS = ['security']\n"


def test_a_bad_referrer_policy_is_named():
    text = (
        "MIDDLEWARE = ['django_referrer_policy.middleware.ReferrerPolicyMiddleware']\n"
        "REFERRER_POLICY = 'same_origin'\n"
    )
    assert any("SECURE_REFERRER_POLICY must be" in note for note in by_hand(run(text)))
