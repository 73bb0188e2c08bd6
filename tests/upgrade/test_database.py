"""In each database: what the documented package wrote is there after ``migrate``, and before."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connections, models
from django.db.migrations.recorder import MigrationRecorder
from tests.upgrade.documented import EXPIRIES, HISTORIES, RECORDS, REPORTS, build

from security.models import CspReport, PasswordExpiry, PasswordHistory

ALIAS = "upgrade"
DATABASES = ("sqlite", "postgresql", "mariadb")


@pytest.fixture(params=DATABASES)
def database(request, tmp_path, django_db_blocker):
    """Give an empty database of each kind the tables of every app but ours."""
    if request.param == "sqlite":
        entry = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "db.sqlite3")}
    else:
        entry = request.getfixturevalue(f"{request.param}_server").fresh()
    connections.databases[ALIAS] = {**connections.databases["default"], **entry}
    with django_db_blocker.unblock():
        for app in ("contenttypes", "auth", "admin", "sessions"):
            migrate(app)
        yield
        connections[ALIAS].close()
    del connections[ALIAS], connections.databases[ALIAS]


@pytest.fixture(params=HISTORIES)
def history(request, database):
    """Add what the documented package made there."""
    found = HISTORIES[request.param]
    build(ALIAS, found)
    return found


def migrate(*target: str) -> str:
    output = StringIO()
    call_command("migrate", *target, database=ALIAS, stdout=output, no_color=True)
    return output.getvalue()


def reports() -> list[dict[str, Any]]:
    return list(CspReport.objects.using(ALIAS).order_by("pk").values())


def expiries() -> dict[str, Any]:
    rows = PasswordExpiry.objects.using(ALIAS).order_by("pk")
    return {row.user.get_username(): row.password_expiry_date for row in rows}


def raw(table: str) -> list[dict[str, Any]]:
    """Return the rows of a table without a model."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY id")  # noqa: S608
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_every_report_is_found_as_it_was_written(history):
    migrate()
    assert reports() == [{"id": n, **row} for n, row in enumerate(REPORTS, history.first)]


def test_every_expiry_is_found_with_its_date_and_its_user(history):
    migrate()
    assert expiries() == EXPIRIES
    found = PasswordExpiry.objects.using(ALIAS).values_list("pk", flat=True).order_by("pk")
    assert list(found) == [history.first, history.first + 1, history.first + 2]


def test_what_was_never_asked_has_its_default(history):
    migrate()
    columns = ("never_expires", "password_changed_on", "fingerprint")
    found = PasswordExpiry.objects.using(ALIAS).values_list(*columns)
    assert list(found) == [(False, None, "")] * len(EXPIRIES)


def test_the_applied_migrations_are_not_applied_again(history):
    output = migrate()
    assert "0001_initial" not in output
    assert "0002_convert" not in output
    assert "Applying security.0003_accounts... OK" in output


def test_a_second_run_has_nothing_to_do(history):
    migrate()
    assert "No migrations to apply." in migrate()
    call_command("migrate", database=ALIAS, check_unapplied=True, stdout=StringIO())


def test_new_rows_get_the_next_ids(history):
    migrate()
    user = User.objects.db_manager(ALIAS).create_user("new")
    made = [
        CspReport.objects.using(ALIAS).create(**REPORTS[0]),
        PasswordExpiry.objects.using(ALIAS).create(user=user),
    ]
    assert [row.pk for row in made] == [history.first + 3] * 2
    assert PasswordHistory.objects.using(ALIAS).create(user=user, password="md5$").pk == 1


def test_the_way_back_leaves_the_tables_and_rows_of_before(history):
    before = raw("security_cspreport"), raw("security_passwordexpiry")
    migrate()
    migrate("security", RECORDS[-1])
    assert (raw("security_cspreport"), raw("security_passwordexpiry")) == before
    tables = connections[ALIAS].introspection.table_names()
    assert sorted(name for name in tables if name.startswith("security_")) == [
        "security_cspreport",
        "security_passwordexpiry",
    ]


def test_the_way_forth_and_back_and_forth_loses_nothing(history):
    migrate()
    migrate("security", RECORDS[-1])
    migrate()
    assert (len(reports()), expiries()) == (len(REPORTS), EXPIRIES)


def test_a_user_who_goes_takes_the_expiry_along(history):
    migrate()
    User.objects.using(ALIAS).get(username="anna").delete()
    assert list(expiries()) == list(EXPIRIES)[1:]


def test_the_table_takes_the_changes_of_a_later_version(history):
    migrate()
    later = models.CharField(max_length=20, default="later")
    later.set_attributes_from_name("later")
    later.model = PasswordExpiry
    with connections[ALIAS].schema_editor() as editor:
        editor.add_field(PasswordExpiry, later)
    assert [row["later"] for row in raw("security_passwordexpiry")] == ["later"] * len(EXPIRIES)
    assert expiries() == EXPIRIES


def test_every_record_of_before_is_kept(history):
    migrate()
    applied = MigrationRecorder(connections[ALIAS]).applied_migrations()
    kept = sorted(name for app, name in applied if app == "security")
    assert kept == sorted([*history.records, "0003_accounts", "0004_reports"])


def test_a_database_without_the_documented_package_gets_the_same_columns(database):
    migrate()
    fresh = columns()
    migrate("security", "zero")
    build(ALIAS, HISTORIES["as documented"])
    migrate()
    assert columns() == fresh


def columns() -> dict[str, list[tuple[str, str, bool]]]:
    connection = connections[ALIAS]
    with connection.cursor() as cursor:
        return {
            model._meta.db_table: sorted(
                (
                    column.name,
                    connection.introspection.get_field_type(column.type_code, column),
                    column.null_ok,
                )
                for column in connection.introspection.get_table_description(
                    cursor, model._meta.db_table
                )
            )
            for model in (CspReport, PasswordExpiry, PasswordHistory)
        }
