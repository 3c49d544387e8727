"""Brings a market's new customers in, by imports like anybody's, at the time that the lane shows."""

from collections.abc import Sequence
from datetime import date

from campaigns.audience.targets import Target
from campaigns.models import User
from campaigns.sample.contact_files import (
    APP,
    CHAT_CHANNELS,
    CHATS,
    CUSTOMER_LISTS,
    Column,
    contact_file,
    customer_columns,
    has_chat,
)
from campaigns.sample.contacts import import_file
from campaigns.sample.history.markets import REGION, Market
from campaigns.sample.people import Person
from channels.kinds import Channel


def join(market: Market, people: Sequence[Person], *, by: User, today: date) -> None:
    """Import `people` of `market`, with what they agreed to, from the files of `today`."""
    name = f"{market.key}-{today:%Y-%m}"
    region = Column(header="Region", target=Target.ATTRIBUTE, attribute=REGION, cell=lambda _person: market.key)
    for language in market.languages:
        known = CUSTOMER_LISTS[language]
        speakers = [person for person in people if person.language == language]
        columns = (*customer_columns(language), region)
        file_name = f"{name}-{known.name}"
        import_file(
            contact_file(
                file_name, speakers, columns, known.channels, country=known.country, delimiter=known.delimiter
            ),
            by=by,
        )
    if with_app := [person for person in people if person.push_token]:
        import_file(contact_file(f"{name}-app-users.csv", with_app, APP, (Channel.PUSH, Channel.RCS)), by=by)
    if in_chats := [person for person in people if has_chat(person)]:
        import_file(contact_file(f"{name}-chats.csv", in_chats, CHATS, CHAT_CHANNELS), by=by)
