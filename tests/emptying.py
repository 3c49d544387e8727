"""The database as it was when it had just been made, after each test that commits.

Django's own way empties every table, filled or not, and has the signals of a migration write its rows again: 250
statements, a third of a second. Here only what a test has changed is put back, with a handful.
"""

from dataclasses import dataclass

import psycopg
from psycopg import sql

# Rows that came with the migrations: content types, permissions, roles, periodic tasks.
FIRST_ROWS = "first_rows"
TABLES = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname
"""


@dataclass(frozen=True, kw_only=True)
class FirstState:
    """The tables of a database, and those of them that had rows from the beginning, which are kept aside."""

    tables: tuple[str, ...]
    filled: frozenset[str]

    def restore(self, cursor: psycopg.Cursor) -> None:
        """Put every table back to its first rows, in one transaction; whoever still writes is waited for."""
        with cursor.connection.transaction():
            cursor.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(_listed(self.tables)))
            if changed := self._changed(cursor):
                cursor.execute(sql.SQL("; ").join([*_unwatched(cursor), *map(self._restoring, changed)]))

    def _changed(self, cursor: psycopg.Cursor) -> list[str]:
        cursor.execute(sql.SQL("SELECT {}").format(sql.SQL(", ").join(map(self._has_changed, self.tables))))
        found = cursor.fetchone()
        assert found
        return [table for table, has_changed in zip(self.tables, found, strict=True) if has_changed]

    def _has_changed(self, table: str) -> sql.Composed:
        now, first = sql.Identifier(table), sql.Identifier(FIRST_ROWS, table)
        if table not in self.filled:
            return sql.SQL("EXISTS (TABLE {})").format(now)
        differing = "EXISTS ((TABLE {now} EXCEPT TABLE {first}) UNION ALL (TABLE {first} EXCEPT TABLE {now}))"
        return sql.SQL(differing).format(now=now, first=first)

    def _restoring(self, table: str) -> sql.Composed:
        now, first = sql.Identifier(table), sql.Identifier(FIRST_ROWS, table)
        emptied = sql.SQL("DELETE FROM {}").format(now)
        return emptied + sql.SQL("; INSERT INTO {} TABLE {}").format(now, first) if table in self.filled else emptied


def remember(cursor: psycopg.Cursor) -> FirstState:
    """Keep the rows aside that a freshly made database has."""
    tables = tuple(name for (name,) in cursor.execute(TABLES).fetchall())
    empty = FirstState(tables=tables, filled=frozenset())
    filled = frozenset(empty._changed(cursor))
    cursor.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(FIRST_ROWS)))
    for table in filled:
        kept = sql.Identifier(FIRST_ROWS, table)
        cursor.execute(sql.SQL("CREATE TABLE {} AS TABLE {}").format(kept, sql.Identifier(table)))
    return FirstState(tables=tables, filled=filled)


def _unwatched(cursor: psycopg.Cursor) -> list[sql.Composable]:
    """Keep triggers from looking at each row, foreign keys' among them, where this user may."""
    may = cursor.connection.info.parameter_status("is_superuser") == "on"
    return [sql.SQL("SET LOCAL session_replication_role = replica")] if may else []


def _listed(tables: tuple[str, ...]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, tables))
