import importlib.util
from pathlib import Path

import pytest

from security.policy import permissions_features, structured
from security.policy.permissions_features import FEATURES, STABLE

SCRIPT = Path(__file__).parents[2] / "scripts" / "update_permissions_features.py"
STATUSES = {"stable", "platform", "flag", "deprecated", "removed", "absent", "unlisted"}
RELEASES = {"1": {"status": "retired"}, "2": {"status": "current"}, "3": {"status": "beta"}}


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("update_permissions_features", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def compat(support, *, deprecated=False):
    return {"support": {"chrome": support}, "status": {"deprecated": deprecated}}


def test_every_feature_can_be_a_key_of_the_header():
    assert all(structured.is_key(name) for name in FEATURES)
    assert list(FEATURES) == sorted(FEATURES)


def test_every_status_is_explained_in_the_table():
    assert set(FEATURES.values()) <= STATUSES
    assert all(f"- ``{status}``: " in permissions_features.__doc__ for status in STATUSES)


def test_the_features_of_the_a_plus_recipe_are_stable():
    assert {"autoplay", "camera", "fullscreen", "geolocation", "microphone"} <= STABLE
    assert not {"bluetooth", "web-share", "attribution-reporting", "interest-cohort"} & STABLE


def test_the_grammar_of_the_header_is_no_feature():
    assert "wildcards" not in FEATURES


def test_the_table_is_what_the_script_writes(script):
    text = script.TABLE.read_text(encoding="ascii")
    version = script.recorded_version(text)
    date = text.partition(f"{version} of ")[2][:10]
    assert script.render(version, date, FEATURES) == text


@pytest.mark.parametrize(
    ("support", "status"),
    [
        ({"version_added": "1"}, "stable"),
        ({"version_added": "2"}, "stable"),
        ({"version_added": "\N{LESS-THAN OR EQUAL TO}1"}, "stable"),
        ([{"version_added": "2"}, {"version_added": "1", "flags": [{}]}], "stable"),
        ({"version_added": "3"}, "flag"),
        ({"version_added": "preview"}, "flag"),
        ({"version_added": "1", "flags": [{}]}, "flag"),
        ({"version_added": "1", "version_removed": "2"}, "removed"),
        ({"version_added": False}, "absent"),
    ],
    ids=str,
)
def test_a_status_says_what_stable_chromium_makes_of_a_feature(script, support, status):
    assert script.status(compat(support), RELEASES) == status


def test_a_deprecated_feature_is_not_stable(script):
    assert script.status(compat({"version_added": "1"}, deprecated=True), RELEASES) == "deprecated"


def test_what_the_data_set_says_outranks_the_list_of_other_names(script):
    added = {"__compat": compat({"version_added": "1"})}
    data = {
        "browsers": {"chrome": {"releases": RELEASES}},
        "http": {"headers": {"Permissions-Policy": {"__compat": {}, "sync-xhr": added}}},
    }
    table = script.features(data)
    assert table["sync-xhr"] == "stable"
    assert table["vr"] == "unlisted"
    assert list(table) == sorted(table)


def test_check_passes_for_the_table_and_fails_for_any_other(script, monkeypatch, tmp_path, capsys):
    version = script.recorded_version(script.TABLE.read_text(encoding="ascii"))
    source = script.Source(version, "2026-01-01", {})
    asked = []
    monkeypatch.setattr(script, "fetch", lambda wanted: asked.append(wanted) or source)
    monkeypatch.setattr(script, "features", lambda data: {"camera": "stable"})
    monkeypatch.setattr(script, "TABLE", tmp_path / "table.py")
    assert script.main([]) == 0
    assert script.main(["--check"]) == 0
    assert asked == ["latest", version]
    script.TABLE.write_text(script.TABLE.read_text().replace("camera", "camara"))
    assert script.main(["--check"]) == 1
    assert "table.py is not what" in capsys.readouterr().err


def test_a_table_without_a_version_cannot_be_checked(script):
    with pytest.raises(ValueError, match="names no version"):
        script.recorded_version("")
