from __future__ import annotations

import json

import pytest
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from tests.sri.site import DJANGO, FILES, OF_WHITENOISE, OURS, hashed, tag

from security.sri.errors import StaticIntegrityError
from security.sri.storage import IntegrityMixin

BOTH = pytest.mark.parametrize("backend", [OURS, OF_WHITENOISE], ids=["django", "whitenoise"])


class Chosen(IntegrityMixin, ManifestStaticFilesStorage):
    integrity_algorithm = "sha256"


class Loose(IntegrityMixin, ManifestStaticFilesStorage):
    manifest_strict = False


class Elsewhere(IntegrityMixin, ManifestStaticFilesStorage):
    """A storage whose manifest is kept away from what is served."""

    def __init__(self, *args, where, **kwargs):
        super().__init__(*args, manifest_storage=FileSystemStorage(where), **kwargs)


@BOTH
def test_the_manifest_records_every_file_as_it_is_served(folders, backend):
    folders.collect(backend)
    said = folders.said
    served = {stored: (folders.collected / stored).read_bytes() for stored in said["integrity"]}
    assert set(said["paths"]) == set(FILES)
    assert set(said["integrity"]) == set(said["paths"].values())
    assert said["integrity"] == {stored: hashed(content) for stored, content in served.items()}


@BOTH
def test_the_hash_is_that_of_the_file_after_its_links_were_rewritten(folders, backend):
    folders.collect(backend)
    stored = folders.said["paths"]["shop/shop.css"]
    found = folders.said["integrity"][stored]
    assert b'url("dot.' in (folders.collected / stored).read_bytes()
    assert found != hashed(FILES["shop/shop.css"])


@BOTH
def test_the_rest_of_the_manifest_is_what_django_writes(folders, tmp_path, backend):
    folders.collect(DJANGO)
    django = folders.said
    folders.manifest.unlink()
    folders.collect(backend)
    ours = folders.said
    del ours["integrity"]
    assert ours == django


def test_a_storage_of_django_reads_our_manifest(folders):
    folders.collect(OURS)
    with folders.settings(DJANGO):
        storage = ManifestStaticFilesStorage()
        assert storage.hashed_files == folders.said["paths"]


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_the_algorithm_is_an_option(folders, algorithm):
    folders.collect(OURS, options={"integrity_algorithm": algorithm})
    assert hashed(FILES["app.js"], algorithm) in folders.said["integrity"].values()


def test_the_algorithm_is_an_attribute(folders):
    folders.collect(f"{__name__}.Chosen")
    assert hashed(FILES["app.js"], "sha256") in folders.said["integrity"].values()


@pytest.mark.parametrize("algorithm", ["md5", "", "SHA384"])
def test_an_algorithm_that_browsers_pass_over_stops_the_storage(algorithm):
    message = f"integrity_algorithm must be one of sha256, sha384, sha512 (got {algorithm!r})."
    with pytest.raises(ImproperlyConfigured) as caught:
        Chosen(integrity_algorithm=algorithm)
    assert str(caught.value) == message


def test_a_second_run_records_the_files_that_did_not_change_too(folders):
    folders.collect(OURS)
    first = folders.said
    folders.write("app.js", b"changed")
    folders.collect(OURS)
    second = folders.said
    assert set(second["integrity"]) == set(second["paths"].values())
    kept = set(first["integrity"]) & set(second["integrity"])
    assert len(kept) == len(FILES) - 1
    assert {first["integrity"][stored] for stored in kept} == {
        second["integrity"][stored] for stored in kept
    }


def test_a_dry_run_writes_nothing(folders):
    with folders.settings(OURS):
        call_command("collectstatic", interactive=False, verbosity=0, dry_run=True)
    assert list(folders.collected.iterdir()) == []


def test_a_storage_without_a_folder_records_what_it_keeps(folders):
    folders.collect("tests.sri.bucket.HashedBucket")
    said = folders.said
    assert said["integrity"] == {
        stored: hashed((folders.collected / stored).read_bytes())
        for stored in said["paths"].values()
    }
    with folders.settings("tests.sri.bucket.HashedBucket"):
        stored = said["paths"]["app.js"]
        assert tag("app.js").startswith(f'src="https://bucket.example/{stored}" integrity="sha384-')


def test_the_manifest_may_be_kept_elsewhere(folders, tmp_path):
    where = {"where": str(tmp_path / "private")}
    folders.collect(f"{__name__}.Elsewhere", options=where)
    assert not folders.manifest.exists()
    said = json.loads((tmp_path / "private" / "staticfiles.json").read_bytes())
    with folders.settings(f"{__name__}.Elsewhere", options=where):
        assert hashed(FILES["app.js"]) in tag("app.js")
    assert set(said["integrity"]) == set(said["paths"].values())


@BOTH
def test_a_manifest_without_hashes_says_what_to_run(folders, backend):
    folders.collect(DJANGO)
    with folders.settings(backend), pytest.raises(StaticIntegrityError) as caught:
        tag("app.js")
    assert str(caught.value) == (
        "staticfiles.json must be a manifest with the integrity of 'app.js' (got None).\n"
        '    HINT: Run "manage.py collectstatic", which writes the hash of every file.'
    )


@BOTH
def test_collectstatic_mends_a_manifest_without_hashes(folders, backend):
    folders.collect(DJANGO)
    folders.collect(backend)
    with folders.settings(backend):
        assert hashed(FILES["app.js"]) in tag("app.js")


@pytest.mark.parametrize(
    "found", ["", "md5-AAAA", "sha384-", "sha384-AAAA", 'sha384-"><script>', 7, None], ids=repr
)
def test_a_hash_that_a_browser_would_pass_over_is_never_written(folders, found):
    folders.collect(OURS)
    said = folders.said
    said["integrity"] = dict.fromkeys(said["integrity"], found)
    folders.manifest.write_text(json.dumps(said))
    with folders.settings(OURS), pytest.raises(StaticIntegrityError, match="collectstatic"):
        tag("app.js")


@pytest.mark.parametrize("found", [[], "sha384", 1, None], ids=repr)
def test_an_entry_of_another_kind_is_no_record(folders, found):
    folders.collect(OURS)
    folders.manifest.write_text(json.dumps(folders.said | {"integrity": found}))
    with folders.settings(OURS), pytest.raises(StaticIntegrityError, match="collectstatic"):
        tag("app.js")


def test_a_broken_manifest_is_told_of_by_django(folders):
    folders.manifest.write_text("{")
    with folders.settings(OURS), pytest.raises(ValueError, match="Couldn't load manifest"):
        tag("app.js")


def test_a_file_that_is_not_in_the_manifest_is_named_with_its_neighbour(folders):
    folders.collect(OURS)
    with folders.settings(OURS), pytest.raises(StaticIntegrityError) as caught:
        tag("ap.js")
    assert str(caught.value) == (
        "static_sri must be given the name of a static file (got 'ap.js').\n"
        "    HINT: Did you mean 'app.js'?"
    )


def test_without_a_manifest_nothing_is_written(folders):
    with folders.settings(OURS), pytest.raises(StaticIntegrityError, match="collectstatic"):
        tag("app.js")


@pytest.mark.parametrize("name", ["late.js", "none.js", "../secret.js"])
def test_a_loose_manifest_lets_no_file_through_without_its_hash(folders, name):
    folders.collect(OURS)
    (folders.collected / "late.js").write_bytes(b"late")
    with folders.settings(f"{__name__}.Loose"), pytest.raises(StaticIntegrityError):
        tag(name)
