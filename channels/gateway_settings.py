"""What an admin tells about a gateway of their own, and whether it can work."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from channels.errors import ErrorClass
from channels.events import EventType
from channels.placeholders import fill, in_header, in_json, in_url, names
from channels.settings_fields import FieldKind, SettingsField, check_fields, is_web_address

VARIABLES = frozenset(
    {
        "to", "to_digits", "text", "subject", "html", "sender", "key", "channel", "language", "image_url",
        "unsubscribe_url", "validity_seconds", "webhook_url", "secret",
    }
)  # fmt: skip
# Values that break a body which does not quote its placeholders.
NASTY = dict.fromkeys(VARIABLES, 'a "quoted" \\ value\non two lines') | {
    "to_digits": "380671112233",
    "validity_seconds": "60",
}
ERROR_WORDS = {
    "recipient": ErrorClass.RECIPIENT,
    "opted_out": ErrorClass.OPTED_OUT,
    "content": ErrorClass.CONTENT,
    "account": ErrorClass.ACCOUNT,
    "try_later": ErrorClass.THROTTLED,
}
EVENT_WORDS = {
    kind.value: kind for kind in EventType if kind not in {EventType.ACCEPTED, EventType.GOAL, EventType.UNKNOWN}
}
# Whoever reads the database must not read these.
SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "apikey"})
SHORTEST_WEBHOOK_SECRET = 16
USUAL_BODY = '{"to": "{{ to }}", "from": "{{ sender }}", "text": "{{ text }}", "reference": "{{ key }}"}'

SENDING = _("Sending a message")
ANSWERS = _("What the gateway answers")
REPETITIONS = _("Repeated messages")
REPORTS = _("Reports and replies")


def _place(name: str, label: str | Promise, *, example: str) -> SettingsField:
    """Where something stands in a report."""
    told = format_lazy(_("For example {example}"), example=example)
    return SettingsField(name=name, section=REPORTS, label=label, is_required=False, help_text=told)


FIELDS = (
    SettingsField(
        name="url",
        section=SENDING,
        label=_("Address of the gateway"),
        help_text=_("Variables may stand in its path and query, for example ?to={{ to }}."),
    ),
    SettingsField(
        name="method",
        section=SENDING,
        label=_("Method"),
        kind=FieldKind.CHOICE,
        choices=(("POST", "POST"), ("PUT", "PUT")),
        default="POST",
    ),
    SettingsField(
        name="secret",
        section=SENDING,
        label=_("Password or API key"),
        kind=FieldKind.SECRET,
        is_required=False,
        help_text=_("Write {{ secret }} where it belongs: in a header, the address or the body."),
    ),
    SettingsField(
        name="headers",
        section=SENDING,
        label=_("Headers"),
        kind=FieldKind.LONG_TEXT,
        is_required=False,
        help_text=_("One a line, for example Authorization: Bearer {{ secret }}"),
    ),
    SettingsField(
        name="body",
        section=SENDING,
        label=_("Body (JSON)"),
        kind=FieldKind.LONG_TEXT,
        default=USUAL_BODY,
        help_text=_(
            "Variables: to, to_digits, text, subject, html, sender, key, channel, language, image_url,"
            " unsubscribe_url, validity_seconds, webhook_url, secret."
        ),
    ),
    SettingsField(
        name="requests_at_once",
        section=SENDING,
        label=_("Requests at once"),
        kind=FieldKind.NUMBER,
        is_required=False,
        default=64,
        help_text=_("How many may be under way from each worker, up to 256."),
    ),
    SettingsField(
        name="id_path",
        section=ANSWERS,
        label=_("Where the message's id stands in the answer"),
        is_required=False,
        help_text=_("Names and positions, as in messages.0.id. An answer without it is not taken for a success."),
    ),
    SettingsField(
        name="success_path",
        section=ANSWERS,
        label=_("Where the answer says that it worked"),
        is_required=False,
        help_text=_("For example status. Leave empty if the HTTP status 200 is enough."),
    ),
    SettingsField(name="success_value", section=ANSWERS, label=_("The word that means success"), is_required=False),
    SettingsField(name="error_path", section=ANSWERS, label=_("Where the error's code stands"), is_required=False),
    SettingsField(
        name="error_words",
        section=ANSWERS,
        label=_("What the codes mean"),
        kind=FieldKind.LONG_TEXT,
        is_required=False,
        help_text=_("One a line: 1204 = recipient. Known are recipient, opted_out, content, account, try_later."),
    ),
    SettingsField(name="key_header", section=REPETITIONS, label=_("Header for the idempotency key"), is_required=False),
    SettingsField(
        name="deduplicates",
        section=REPETITIONS,
        label=_("The gateway recognises a repeated key and sends it once"),
        kind=FieldKind.BOOLEAN,
        is_required=False,
        default=False,
        help_text=_("Only if its documentation promises so: unclear messages are then sent again."),
    ),
    SettingsField(
        name="deduplicates_hours",
        section=REPETITIONS,
        label=_("For how many hours"),
        kind=FieldKind.NUMBER,
        is_required=False,
        default=24,
    ),
    SettingsField(
        name="webhook_secret",
        section=REPORTS,
        label=_("Secret of its webhooks"),
        kind=FieldKind.SECRET,
        is_required=False,
        help_text=_("The gateway has to send it with each report. Without it no report is taken."),
    ),
    SettingsField(
        name="webhook_secret_in",
        section=REPORTS,
        label=_("The secret comes in"),
        kind=FieldKind.CHOICE,
        is_required=False,
        choices=(("header", _("a header")), ("query", _("the address (?name=…)"))),
        default="header",
    ),
    SettingsField(
        name="webhook_secret_name",
        section=REPORTS,
        label=_("Its name"),
        is_required=False,
        default="X-Webhook-Secret",
    ),
    SettingsField(
        name="events_path",
        section=REPORTS,
        label=_("Where the list of reports stands"),
        is_required=False,
        help_text=_("Leave empty if the body is one report, or a list of them."),
    ),
    _place("event_id_path", _("Where a report has the message's id"), example="message.id"),
    _place("event_key_path", _("Where it has our key"), example="reference"),
    _place("event_status_path", _("Where it has the status"), example="status"),
    _place("event_time_path", _("Where it has the time"), example="time"),
    _place("event_text_path", _("Where it has the text of an answer"), example="text"),
    _place("event_address_path", _("Where it has the person's address"), example="from"),
    SettingsField(
        name="status_words",
        section=REPORTS,
        label=_("What the statuses mean"),
        kind=FieldKind.LONG_TEXT,
        is_required=False,
        help_text=_(
            "One a line: DELIVRD = delivered. Known are sent, delivered, opened, clicked, replied, answered,"
            " bounced, failed, expired, complained, unsubscribed."
        ),
    ),
)  # fmt: skip


def table(text: str) -> dict[str, str]:
    """A table of "their word = our word" lines; their words in lower case. Raises ValueError for another line."""
    words: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        theirs, sign, ours = line.rpartition("=")
        if not sign or not theirs.strip():
            raise ValueError(line)
        words[theirs.strip().lower()] = ours.strip().lower()
    return words


def header_lines(text: str) -> dict[str, str]:
    """Headers written one a line. Raises ValueError for another line."""
    headers: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, sign, value = line.partition(":")
        if not sign or not name or not all(letter.isalnum() or letter in "-_" for letter in name) or not name.isascii():
            raise ValueError(line)
        headers[name] = value.strip()
    return headers


def complaints(settings: Mapping[str, Any]) -> dict[str, str | Promise]:
    """What is wrong with the settings of a gateway, a sentence by field."""
    told = {asked.name: str(settings.get(asked.name) or "") for asked in FIELDS}
    found: dict[str, str | Promise] = {
        "url": _wrong_url(told["url"]),
        "headers": _wrong_headers(told["headers"]),
        "body": _wrong_body(told["body"]),
        "error_words": _wrong_table(told["error_words"], ERROR_WORDS),
        "status_words": _wrong_table(told["status_words"], EVENT_WORDS),
        "success_value": _missing_beside(told["success_path"], told["success_value"]),
        "success_path": _missing_beside(told["success_value"], told["success_path"]),
        "webhook_secret": _wrong_webhook_secret(told["webhook_secret"]),
        "key_header": _wrong_key(told, has_promise=bool(settings.get("deduplicates"))),
    }
    return {name: told for name, told in found.items() if told} | check_fields(FIELDS, settings)


def _strange(template: str) -> str:
    strange = names(template) - VARIABLES
    return gettext("There is no variable called %(name)s.") % {"name": min(strange)} if strange else ""


def _wrong_url(url: str) -> str:
    if _strange(url):
        return _strange(url)
    filled = fill(url, NASTY, in_url)
    if not is_web_address(filled):
        return gettext("This is not a web address. It begins with https:// and names a host.")
    has_variable_host = "{{" in url.split("?", maxsplit=1)[0].partition("://")[2].partition("/")[0]
    return gettext("No variable may stand in the name of the host.") if has_variable_host else ""


def _wrong_headers(text: str) -> str:
    try:
        headers = header_lines(text)
    except ValueError as error:
        return gettext("“%(line)s” is not a header. Write Name: value.") % {"line": error}
    for name, value in headers.items():
        if name.lower() in SECRET_HEADERS and "secret" not in names(value):
            told = gettext(
                "Put the password into its own field, and {{ secret }} here: %(name)s would be kept readable."
            )
            return told % {"name": name}
    return _strange(text)


def _wrong_body(text: str) -> str:
    if not text or _strange(text):
        return _strange(text)
    try:
        json.loads(fill(text, NASTY, in_json))
    except ValueError:
        return gettext("This is not JSON once the variables are filled in. Text variables stand in quotes.")
    return ""


def _wrong_table(text: str, known: Iterable[str]) -> str:
    try:
        strange = set(table(text).values()) - set(known)
    except ValueError as error:
        return gettext("“%(line)s” is not of the form: their word = our word.") % {"line": error}
    return gettext("“%(word)s” is none of our words.") % {"word": min(strange)} if strange else ""


def _missing_beside(one: str, other: str) -> str:
    return gettext("Please fill in both, the place and the word, or neither.") if one and not other else ""


def _wrong_webhook_secret(secret: str) -> str:
    if secret and len(secret) < SHORTEST_WEBHOOK_SECRET:
        return gettext("Please make it at least %(number)s characters long.") % {"number": SHORTEST_WEBHOOK_SECRET}
    return ""


def _wrong_key(told: Mapping[str, str], *, has_promise: bool) -> str:
    is_sent = bool(told["key_header"]) or "key" in names(told["body"] + told["url"])
    if has_promise and not is_sent:
        return gettext(
            "The gateway cannot recognise a key that it is not sent. Name its header, or put {{ key }} in the body."
        )
    is_name = not told["key_header"] or all(letter.isalnum() or letter in "-_" for letter in told["key_header"])
    return "" if is_name else gettext("The name of a header has only letters, digits and hyphens.")


def header_value(template: str, values: Mapping[str, str]) -> str:
    """A header's value, filled so that it stays one header."""
    return fill(template, values, in_header)
