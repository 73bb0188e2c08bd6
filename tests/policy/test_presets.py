from __future__ import annotations

import pytest

from security.policy.csp import ContentSecurityPolicy
from security.policy.permissions import PermissionsPolicy
from security.policy.permissions_features import FEATURES
from security.policy.presets import ADMIN_WITHOUT_NONCES, PRESETS


@pytest.mark.parametrize("name", PRESETS)
def test_no_preset_breaks_the_forms_of_django(name):
    assert "no-referrer" not in str(PRESETS[name]["SECURE_REFERRER_POLICY"])


@pytest.mark.parametrize("name", PRESETS)
def test_no_preset_needs_unsafe_inline(name):
    assert "unsafe" not in str(PRESETS[name]["SECURE_CSP"])
    assert "unsafe" not in str(ADMIN_WITHOUT_NONCES)


@pytest.mark.parametrize("name", PRESETS)
def test_no_preset_promises_preload_or_turns_embedding_off(name):
    assert "SECURE_HSTS_PRELOAD" not in PRESETS[name]
    assert "SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY" not in PRESETS[name]


@pytest.mark.parametrize("name", PRESETS)
def test_every_policy_of_a_preset_is_one(name):
    ContentSecurityPolicy.from_mapping(PRESETS[name]["SECURE_CSP"])
    PermissionsPolicy.from_mapping(PRESETS[name]["PERMISSIONS_POLICY"])


@pytest.mark.parametrize("name", PRESETS)
def test_presets_turn_off_only_features_that_a_stable_chromium_knows(name):
    assert {FEATURES[feature] for feature in PRESETS[name]["PERMISSIONS_POLICY"]} == {"stable"}


def test_a_preset_cannot_be_changed_by_accident():
    with pytest.raises(TypeError):
        PRESETS["strict"] = {}
