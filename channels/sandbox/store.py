"""The sandbox's memory: one SQLite file, so that a restart keeps the inbox and what is still to happen.

Everything runs in the server's one thread; a batch is one transaction. Writing does not wait for the
disk (`synchronous=OFF`): whoever loses power loses a few simulated messages.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from channels.sandbox.rows import SCHEMA, Conversation, Due, Happening, Message, Report, read_message

# The oldest messages make room for new ones.
MAX_MESSAGES = 200_000
PRUNED_AT_ONCE = 5_000
# The list of conversations is asked for every two seconds, so it does not look at all of them.
LOOKED_AT = 2_000


# Columns, conditions and tables are this program's own, never of a request.
_INSERT = "INSERT INTO message ({columns}) VALUES ({places})"
_NEWEST = "SELECT * FROM message WHERE {condition} ORDER BY id DESC LIMIT ?"
_FORGET = "DELETE FROM {table}"


class Store:
    """Reads and writes of one file. Not for several threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing of what is written inside."""
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # --- messages -------------------------------------------------------------------------------

    def add(self, row: dict[str, Any]) -> int:
        """Insert a message from its columns, whose names are this program's own, and give its id."""
        query = _INSERT.format(columns=", ".join(row), places=", ".join("?" * len(row)))
        cursor = self._db.execute(query, [*row.values()])
        return int(cursor.lastrowid or 0)

    def repeated(self, *, account: str, key: str) -> str | None:
        """The vendor's id of the message that was already asked for under `key`, counting that it was asked again."""
        found = self._db.execute(
            "UPDATE message SET asked = asked + 1 WHERE id ="
            " (SELECT min(id) FROM message WHERE account = ? AND key = ?) RETURNING vendor_id",
            [account, key],
        ).fetchall()
        return found[0][0] if found else None

    def message(self, message_id: int) -> Message | None:
        """One message, None when it is gone."""
        found = self.messages("id = ?", [message_id], limit=1)
        return found[0] if found else None

    def messages(self, condition: str, values: Sequence[Any], *, limit: int) -> list[Message]:
        """The newest messages that meet `condition` (SQL of this module's callers, never of a request)."""
        rows = self._db.execute(_NEWEST.format(condition=condition), [*values, limit])
        return [read_message(row) for row in rows]

    def conversations(self, *, search: str, limit: int) -> list[Conversation]:
        """Addresses that contain `search`, the latest first, as far as the newest messages show them."""
        rows = self._db.execute(
            "SELECT address, max(id) AS last, sum(1 - is_read) AS unread FROM"
            " (SELECT id, address, is_read FROM message WHERE instr(lower(address), lower(?)) ORDER BY id DESC LIMIT ?)"
            " GROUP BY address ORDER BY last DESC LIMIT ?",
            [search, LOOKED_AT, limit],
        ).fetchall()
        found = [(row, self.message(row["last"])) for row in rows]
        return [Conversation(address=row["address"], last=last, unread=row["unread"]) for row, last in found if last]

    def mark(self, message_id: int, *, state: str, is_read: bool) -> None:
        """Set where a message is; once read it stays read."""
        self._db.execute(
            "UPDATE message SET state = ?, is_read = max(is_read, ?) WHERE id = ?", [state, is_read, message_id]
        )

    def clear(self) -> None:
        """Forget every message and all that was to happen."""
        with self.transaction():
            for table in ("message", "happening", "planned", "report"):
                self._db.execute(_FORGET.format(table=table))

    def prune(self) -> None:
        """Forget the oldest messages above the limit, some thousand at a time."""
        newest, oldest = self._db.execute("SELECT max(id), min(id) FROM message").fetchone()
        if newest is None or newest - oldest < MAX_MESSAGES:
            return
        edge = min(newest - MAX_MESSAGES, oldest + PRUNED_AT_ONCE)
        with self.transaction():
            self._db.execute("DELETE FROM message WHERE id <= ?", [edge])
            self._db.execute("DELETE FROM happening WHERE message_id <= ?", [edge])
            self._db.execute("DELETE FROM planned WHERE message_id <= ?", [edge])

    # --- what happened, what will, and what has to be told ------------------------------------------

    def record(self, message_id: int, word: str, *, at: float, text: str, is_reported: bool) -> int:
        """Append to a message's history and give the happening's id."""
        cursor = self._db.execute(
            "INSERT INTO happening (message_id, word, at, text, is_reported) VALUES (?, ?, ?, ?, ?)",
            [message_id, word, at, text, is_reported],
        )
        return int(cursor.lastrowid or 0)

    def history(self, message_id: int) -> list[Happening]:
        """What happened to a message, in order."""
        rows = self._db.execute("SELECT * FROM happening WHERE message_id = ? ORDER BY at, id", [message_id])
        return [
            Happening(word=row["word"], at=row["at"], text=row["text"], is_reported=bool(row["is_reported"]))
            for row in rows
        ]

    def has_happened(self, message_id: int, word: str) -> bool:
        """Whether `word` is in a message's history."""
        found = self._db.execute("SELECT 1 FROM happening WHERE message_id = ? AND word = ?", [message_id, word])
        return found.fetchone() is not None

    def plan(self, rows: Iterable[tuple[float, int, str, str]]) -> None:
        """Add gestures: (due_at, message id, gesture, value)."""
        self._db.executemany("INSERT INTO planned (due_at, message_id, gesture, value) VALUES (?, ?, ?, ?)", rows)

    def forget_plan(self, message_id: int) -> None:
        """A hand has taken over: nothing more is played for this message."""
        self._db.execute("DELETE FROM planned WHERE message_id = ?", [message_id])

    def take_due(self, *, now: float, limit: int) -> list[Due]:
        """Remove and give the gestures whose time has come, in order."""
        rows = self._db.execute(
            "DELETE FROM planned WHERE id IN (SELECT id FROM planned WHERE due_at <= ? ORDER BY due_at, id LIMIT ?)"
            " RETURNING due_at, id, message_id, gesture, value",
            [now, limit],
        ).fetchall()
        rows.sort(key=lambda row: (row["due_at"], row["id"]))
        return [Due(message_id=row["message_id"], gesture=row["gesture"], value=row["value"]) for row in rows]

    def add_report(self, *, account: str, callback_url: str, body: str, due_at: float) -> None:
        """Something to tell at `due_at`."""
        self._db.execute(
            "INSERT INTO report (due_at, account, callback_url, body) VALUES (?, ?, ?, ?)",
            [due_at, account, callback_url, body],
        )

    def lease_reports(self, *, now: float, limit: int, seconds: float) -> list[Report]:
        """The reports that are due, which nobody else takes for `seconds`, in order."""
        rows = self._db.execute(
            "UPDATE report SET due_at = ?, tries = tries + 1 WHERE id IN"
            " (SELECT id FROM report WHERE due_at <= ? ORDER BY due_at, id LIMIT ?) RETURNING *",
            [now + seconds, now, limit],
        ).fetchall()
        return [
            Report(
                id=row["id"],
                account=row["account"],
                callback_url=row["callback_url"],
                body=row["body"],
                tries=row["tries"],
            )
            for row in sorted(rows, key=lambda row: row["id"])
        ]

    def reported(self, reports: Iterable[Report]) -> None:
        """They were told and taken."""
        self._db.executemany("DELETE FROM report WHERE id = ?", [(report.id,) for report in reports])

    def report_later(self, reports: Iterable[Report], *, due_at: float) -> None:
        """They were not taken and are told again at `due_at`."""
        self._db.executemany("UPDATE report SET due_at = ? WHERE id = ?", [(due_at, report.id) for report in reports])

    def count_open(self) -> tuple[int, int]:
        """How many gestures and how many reports are still to come."""
        row = self._db.execute("SELECT (SELECT count(*) FROM planned), (SELECT count(*) FROM report)").fetchone()
        return row[0], row[1]

    # --- settings -----------------------------------------------------------------------------------

    def setting(self, name: str) -> Any:
        """The kept JSON value, None without one."""
        row = self._db.execute("SELECT value FROM setting WHERE name = ?", [name]).fetchone()
        return json.loads(row[0]) if row else None

    def keep_setting(self, name: str, value: Any) -> None:
        """Keep a JSON value."""
        self._db.execute(
            "INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [name, json.dumps(value)],
        )
