"""The tables of the sandbox's memory, and what is read from them."""

import json
import sqlite3
from dataclasses import dataclass

SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY, vendor_id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, key TEXT NOT NULL,
    channel TEXT NOT NULL, sender TEXT NOT NULL, address TEXT NOT NULL, text TEXT NOT NULL, subject TEXT NOT NULL,
    html TEXT NOT NULL, image_url TEXT NOT NULL, buttons TEXT NOT NULL, unsubscribe_url TEXT NOT NULL,
    language TEXT NOT NULL, validity REAL, callback_url TEXT NOT NULL, receipt_fault TEXT NOT NULL,
    fault_seconds REAL NOT NULL, created_at REAL NOT NULL, asked INTEGER NOT NULL DEFAULT 1,
    state TEXT NOT NULL DEFAULT 'accepted', is_read INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS message_key ON message (account, key);
CREATE INDEX IF NOT EXISTS message_address ON message (address, id);
CREATE TABLE IF NOT EXISTS happening (
    id INTEGER PRIMARY KEY, message_id INTEGER NOT NULL, word TEXT NOT NULL, at REAL NOT NULL,
    text TEXT NOT NULL, is_reported INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS happening_message ON happening (message_id);
CREATE TABLE IF NOT EXISTS planned (
    id INTEGER PRIMARY KEY, due_at REAL NOT NULL, message_id INTEGER NOT NULL, gesture TEXT NOT NULL,
    value TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS planned_due ON planned (due_at);
CREATE INDEX IF NOT EXISTS planned_message ON planned (message_id);
CREATE TABLE IF NOT EXISTS report (
    id INTEGER PRIMARY KEY, due_at REAL NOT NULL, account TEXT NOT NULL, callback_url TEXT NOT NULL,
    body TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS report_due ON report (due_at);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message as it lies on the phone. `receipt_fault` spoils its receipts; times are Unix seconds."""

    id: int
    vendor_id: str
    account: str
    key: str
    channel: str
    sender: str
    address: str
    text: str
    subject: str
    html: str
    image_url: str
    buttons: list[dict[str, str]]
    unsubscribe_url: str
    language: str
    validity: float | None
    callback_url: str
    receipt_fault: str
    fault_seconds: float
    created_at: float
    asked: int
    state: str
    is_read: bool


@dataclass(frozen=True, kw_only=True)
class Happening:
    """Something that happened to a message, and whether the vendor reports such a thing."""

    word: str
    at: float
    text: str
    is_reported: bool


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """One address: its last message, and how many were not opened."""

    address: str
    last: Message
    unread: int


@dataclass(frozen=True, kw_only=True)
class Due:
    """A gesture whose time has come."""

    message_id: int
    gesture: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """A happening that `account` has to be told at `callback_url`; `body` is its JSON."""

    id: int
    account: str
    callback_url: str
    body: str
    tries: int


def read_message(row: sqlite3.Row) -> Message:
    """A row of the table `message` as it is used."""
    told = dict(row)
    told["buttons"] = json.loads(told["buttons"])
    told["is_read"] = bool(told["is_read"])
    return Message(**told)
