"""
What the ORM cannot say, or too slowly for every report: find, lock, add to counts.

Statements are put together from names of our models, which Django quotes. Values are parameters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from django.db import connections, models

Rows = Sequence[tuple[Any, ...]]

CHUNK: Final = 400  # values in a list; SQLite may take 999 in one statement


class Table:
    """The table of a model, with columns by the names of their fields, for one database."""

    def __init__(self, using: str, model: type[models.Model], names: Sequence[str]) -> None:
        self.connection = connections[using]
        quote = self.connection.ops.quote_name
        meta: Any = model._meta
        self.fields = [meta.pk if name == "pk" else meta.get_field(name) for name in names]
        self.columns = [quote(field.column) for field in self.fields]
        self.name = quote(meta.db_table)

    @property
    def is_postgresql(self) -> bool:
        return self.connection.vendor == "postgresql"

    @property
    def is_mysql(self) -> bool:
        return self.connection.vendor == "mysql"

    def prepared(self, rows: Rows) -> Rows:
        """Return the rows as the driver takes them. Moments repeat, and cost."""
        columns = []
        for field, column in zip(self.fields, zip(*rows, strict=True), strict=True):
            known = {v: field.get_db_prep_save(v, self.connection) for v in dict.fromkeys(column)}
            columns.append([known[value] for value in column])
        return list(zip(*columns, strict=True))

    def unnested(self) -> str:
        """Return PostgreSQL's rows out of one array for each column."""
        types = [
            field.rel_db_type(self.connection)  # the type without what makes it count by itself
            if field.primary_key
            else field.db_type(self.connection)
            for field in self.fields
        ]
        return f"unnest({', '.join(f'%s::{name}[]' for name in types)})"

    def among(self, number: int, values: Iterable[Any]) -> Iterator[tuple[str, list[Any]]]:
        """Return conditions, each with its values, that a column has one of all values."""
        wanted = sorted(set(values))
        if self.is_postgresql and wanted:
            yield f"{self.columns[number]} = ANY(%s)", [wanted]
            return
        for start in range(0, len(wanted), CHUNK):
            part = wanted[start : start + CHUNK]
            yield f"{self.columns[number]} IN ({', '.join(['%s'] * len(part))})", part


def select(
    using: str,
    model: type[models.Model],
    names: Sequence[str],
    values: Iterable[Any],
    *,
    lock: bool = False,
) -> list[tuple[Any, ...]]:
    """
    Return columns of the rows whose first column has one of some values, as the driver does.

    ``lock`` them until the transaction ends, in the order of that column, which all keep to.
    """
    table, found = Table(using, model, names), []
    statement = f"SELECT {', '.join(table.columns)} FROM {table.name} WHERE "  # noqa: S608
    end, features = "", table.connection.features
    if lock and features.has_select_for_update:
        strength = "NO KEY UPDATE" if features.has_select_for_no_key_update else "UPDATE"
        end = f" ORDER BY {table.columns[0]} FOR {strength}"
    with table.connection.cursor() as cursor:
        for test, part in table.among(0, values):
            cursor.execute(statement + test + end, part)
            found += cursor.fetchall()
    return found


def insert_if(
    using: str,
    model: type[models.Model],
    column: str,
    text: str,
    among: type[models.Model],
    named: tuple[str, str],
    rows: Mapping[Any, Any],
) -> bool:
    """
    Insert a row of one text, if ``among`` has ``rows``: values of both ``named`` columns.

    Returns whether it was inserted. One statement, so that one journey and one commit do.
    """
    into, there = Table(using, model, [column]), Table(using, among, named)
    tests, parameters = [], [text]
    for number, values in enumerate(([*rows], [*rows.values()])):
        either = [*there.among(number, values)]
        tests.append(f"({' OR '.join(test for test, _ in either)})")
        parameters += [value for _, part in either for value in part]
    statement = "INSERT INTO {} ({}) SELECT %s {} WHERE (SELECT COUNT(*) FROM {} WHERE {}) = %s"
    with into.connection.cursor() as cursor:
        cursor.execute(
            statement.format(
                into.name,
                into.columns[0],
                "FROM DUAL" if into.is_mysql else "",  # where a condition needs a table
                there.name,
                " AND ".join(tests),
            ),
            [*parameters, len(rows)],
        )
        return bool(cursor.rowcount)


def add(using: str, model: type[models.Model], names: Sequence[str], rows: Rows) -> None:
    """
    Add to ``count``, the last of ``names``, in rows that may not be there yet.

    The other columns together are unique. Rows are written in their order: whoever sorts them
    does not wait in a circle.
    """
    if not rows:
        return
    table = Table(using, model, names)
    *keys, count = table.columns
    names_of_all = ", ".join(table.columns)
    one = f"VALUES ({', '.join(['%s'] * len(table.columns))})"
    again = f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {count} = "
    with table.connection.cursor() as cursor:
        if table.is_postgresql:
            again += f"{table.name}.{count} + EXCLUDED.{count}"
            statement = "INSERT INTO {} ({}) SELECT * FROM {} {}"
            statement = statement.format(table.name, names_of_all, table.unnested(), again)
            cursor.execute(statement, _turned(table.prepared(rows)))
            return
        if table.is_mysql:
            again = f"ON DUPLICATE KEY UPDATE {count} = {count} + VALUES({count})"
        else:
            again += f"{count} + excluded.{count}"
        statement = f"INSERT INTO {table.name} ({names_of_all}) {one} {again}"
        cursor.executemany(statement, table.prepared(rows))


def widen(
    using: str, model: type[models.Model], rows: Rows, *, reference: str | None = None
) -> None:
    """
    Add to ``count`` of rows that are there, and widen ``first_seen`` and ``last_seen``.

    A row is the primary key, a number, the first moment, the last, and what ``reference``
    becomes, a foreign key, if that is named: ``None`` for what it is.
    """
    if not rows:
        return
    names = ["pk", "count", "first_seen", "last_seen", *([reference] if reference else [])]
    table = Table(using, model, names)
    key, *columns = table.columns
    greatest, least = ("GREATEST", "LEAST")
    if table.connection.vendor == "sqlite":
        greatest, least = ("MAX", "MIN")
    ways = ("{0} + {1}", least + "({0}, {1})", greatest + "({0}, {1})", "COALESCE({1}, {0})")
    pairs = list(zip(columns, ways, strict=False))
    with table.connection.cursor() as cursor:
        if table.is_postgresql:
            changes = [f"{c} = " + way.format(f"{table.name}.{c}", f"v.{c}") for c, way in pairs]
            taken = f"{table.unnested()} AS v ({', '.join(table.columns)})"
            where = f"{table.name}.{key} = v.{key}"
            statement = f"UPDATE {table.name} SET {', '.join(changes)} FROM {taken} WHERE {where}"  # noqa: S608
            cursor.execute(statement, _turned(table.prepared(rows)))
        else:
            changes = [f"{c} = " + way.format(c, "%s") for c, way in pairs]
            statement = f"UPDATE {table.name} SET {', '.join(changes)} WHERE {key} = %s"  # noqa: S608
            cursor.executemany(statement, [(*row[1:], row[0]) for row in table.prepared(rows)])


def _turned(rows: Rows) -> list[list[Any]]:
    """Return columns of rows."""
    return [list(column) for column in zip(*rows, strict=True)]
