"""The customers of the sample: the same ones every time, but that they never grow older."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from campaigns.sample.names import NAMES, Names
from campaigns.sample.places import PLACES, Place

SEED = 20
# (youngest, oldest, weight): shops of clothes have younger customers than their towns.
AGES = ((18, 25, 30), (26, 40, 38), (41, 60, 22), (61, 80, 10))
LIKES = {"fashion": 5, "coffee": 5, "sport": 3, "travel": 3, "music": 2, "home": 2}
TIERS = {"basic": 60, "silver": 28, "gold": 12}
# A year and three months ago at most.
LONGEST_AGO_DAYS = 450


@dataclass(frozen=True, kw_only=True)
class Person:
    """A customer as the shop knows one; '' is what it does not know.

    `agreed`, `agreed_in_app` and `agreed_in_chat` are what they said to being written to: yes, no, or nothing.
    """

    customer_id: str
    first_name: str
    last_name: str
    phone: str
    email: str
    birth_date: date
    language: str
    country: str
    city: str
    time_zone: str
    preferences: tuple[str, ...]
    loyalty_tier: str
    last_purchase: date
    agreed: bool | None
    push_token: str
    agreed_in_app: bool | None
    telegram_id: str
    messenger_id: str
    instagram_id: str
    vk_id: str
    agreed_in_chat: bool | None


def make_people(*, today: date) -> list[Person]:
    """All customers, as old as they are on `today`."""
    chance = random.Random(SEED)  # noqa: S311  the sample is to be repeatable, not unguessable
    numbers = count(1001)
    return [
        make_person(chance, next(numbers), place, phone=place.phones.format(serial), language=language, today=today)
        for language, places in PLACES.items()
        for place in places
        for serial in range(place.people)
    ]


def make_person(chance: random.Random, number: int, place: Place, *, phone: str, language: str, today: date) -> Person:
    """The customer with `number`, who lives in `place` and may have `phone`, drawn by `chance`."""
    first, last, email = _called(chance, NAMES[language], number)
    age = _age(chance)
    is_young = age < 35
    has_phone = chance.random() < 0.93
    return Person(
        customer_id=f"MG-{number}",
        first_name=first,
        last_name=last,
        phone=phone if has_phone else "",
        email=email if not has_phone or chance.random() < 0.85 else "",
        birth_date=_born(chance, age, today),
        language=language,
        country=place.country,
        city=place.city,
        time_zone=place.time_zone,
        preferences=_likes(chance),
        loyalty_tier=chance.choices(list(TIERS), list(TIERS.values()))[0],
        last_purchase=today - timedelta(days=int(chance.triangular(1, LONGEST_AGO_DAYS, 20))),
        agreed=_said(chance, yes=0.84, no=0.06),
        push_token=_id(chance, 0.5 if is_young else 0.2, letters=24),
        agreed_in_app=_said(chance, yes=0.9, no=0.05),
        telegram_id=_id(chance, (0.55 if is_young else 0.25) * (language in {"uk", "ru"} or 0.4)),
        messenger_id=_id(chance, 0.25),
        instagram_id=_id(chance, 0.4 if is_young else 0.1),
        vk_id=_id(chance, 0.6 if place.country in {"RU", "KZ"} else 0),
        agreed_in_chat=_said(chance, yes=0.88, no=0.04),
    )


def _called(chance: random.Random, names: Names, number: int) -> tuple[str, str, str]:
    """First name, last name, and an e-mail address of a domain that is nobody's."""
    is_woman = chance.random() < 0.58
    first, latin = chance.choice(names.women if is_woman else names.men)
    last, last_latin = chance.choice(names.last_of_women if is_woman else names.last_of_men)
    # Among many there are namesakes.
    mark = number if number >= 10_000 else number % 100
    return first, last, f"{latin}.{last_latin}{mark}@{chance.choice(('example.com', 'example.org'))}"


def _age(chance: random.Random) -> int:
    youngest, oldest, _weight = chance.choices(AGES, [weight for _from, _to, weight in AGES])[0]
    return chance.randint(youngest, oldest)


def _born(chance: random.Random, age: int, today: date) -> date:
    """A day on which somebody was born who is `age` years old on `today`."""
    # Not every year has a 29th of February.
    birthday = today.replace(year=today.year - age, day=min(today.day, 28))
    return birthday - timedelta(days=chance.randrange(1, 364))


def _likes(chance: random.Random) -> tuple[str, ...]:
    found = chance.choices(list(LIKES), list(LIKES.values()), k=chance.randint(1, 3))
    return tuple(dict.fromkeys(found))


def _said(chance: random.Random, *, yes: float, no: float) -> bool | None:
    drawn = chance.random()
    if drawn < yes:
        return True
    return False if drawn < yes + no else None


def _id(chance: random.Random, share: float, *, letters: int = 0) -> str:
    """An id that a `share` of people has: a number, or a token of so many `letters`."""
    has_one = chance.random() < share
    made = f"{chance.getrandbits(letters * 4):0{letters}x}" if letters else str(chance.randrange(10**8, 10**10))
    return made if has_one else ""
